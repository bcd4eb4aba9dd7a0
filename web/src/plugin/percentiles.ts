/** How often each byte occurs. */
export function byteHistogram(cells: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (let index = 0; index < cells.length; index++) counts[cells[index]]++;
  return counts;
}

/** The smallest byte that at least `percentile` of the non-empty cells do not exceed; 1 for an empty grid. */
export function byteAtPercentile(histogram: ArrayLike<number>, percentile: number): number {
  let total = 0;
  for (let byte = 1; byte < 256; byte++) total += histogram[byte];
  if (total === 0) return 1;
  const wanted = Math.min(1, Math.max(0, percentile)) * total;
  let seen = 0;
  for (let byte = 1; byte < 256; byte++) {
    seen += histogram[byte];
    if (seen > 0 && seen >= wanted) return byte;
  }
  return 255;
}
