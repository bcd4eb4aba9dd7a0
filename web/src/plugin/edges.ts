/** Edges of `buckets` equal price intervals. */
export function linearEdges(lowest: number, width: number, buckets: number): Float64Array {
  return Float64Array.from({ length: buckets + 1 }, (_, edge) => lowest + edge * width);
}

/** Edges of `buckets` intervals of equal ratio. */
export function logEdges(lowest: number, ratio: number, buckets: number): Float64Array {
  return Float64Array.from({ length: buckets + 1 }, (_, edge) => lowest * ratio ** edge);
}

/** First index whose value is not below `wanted`. */
export function lowerBound(sorted: ArrayLike<number>, wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First index whose value is above `wanted`. */
export function upperBound(sorted: ArrayLike<number>, wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The half-open interval `[edges[i], edges[i + 1])` that holds a value, or -1.
 * It compares against the edges: `floor((price - lowest) / width)` puts 0.3 in the wrong bucket of 0.1 … 0.7.
 */
export function intervalOf(edges: ArrayLike<number>, value: number): number {
  const index = upperBound(edges, value) - 1;
  return index >= 0 && index < edges.length - 1 ? index : -1;
}
