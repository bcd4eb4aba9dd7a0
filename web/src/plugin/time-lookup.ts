import { lowerBound, upperBound } from './edges.js';

/** Where the candles stand on the time scale; both arrays have one entry per candle. */
export interface CandlePositions {
  timesMs: Float64Array;
  logicals: Float64Array;
}

/**
 * The left edge of every column (and the right edge of the last) as a fractional logical index.
 *
 * The scale counts candles, not time, so a missing candle has no width. Columns inside a gap are squeezed to width 0 at
 * the border between its two neighbours; outside the candles the scale is extended at one candle per interval.
 */
export function columnEdgesOnScale(
  { columns, startMs, stepMs }: { columns: number; startMs: number; stepMs: number },
  candles: CandlePositions,
): Float64Array {
  const edges = Float64Array.from({ length: columns + 1 }, (_, column) => startMs + column * stepMs);
  // Without candles one column is as wide as one would be.
  if (candles.timesMs.length === 0) return edges.map((timeMs) => (timeMs - startMs) / stepMs - 0.5);
  return logicalsOf(edges, candles, shortestStep(candles.timesMs) ?? stepMs);
}

/**
 * Where times stand on the time scale, as fractional logical indices; candle `i` covers `i - 0.5 … i + 0.5`. A time in
 * a gap between candles stands at its border; outside the candles the scale is extended.
 */
export function logicalsOf(
  times: Float64Array,
  { timesMs, logicals }: CandlePositions,
  intervalMs: number,
): Float64Array {
  const last = timesMs.length - 1;
  return times.map((timeMs) => {
    const candle = Math.min(last, Math.max(0, upperBound(timesMs, timeMs) - 1));
    const elapsed = (timeMs - timesMs[candle]) / intervalMs;
    return logicals[candle] - 0.5 + (candle < last ? Math.min(1, elapsed) : elapsed);
  });
}

export function shortestStep(timesMs: Float64Array): number | null {
  let shortest = Infinity;
  for (let index = 1; index < timesMs.length; index++)
    shortest = Math.min(shortest, timesMs[index] - timesMs[index - 1]);
  return Number.isFinite(shortest) && shortest > 0 ? shortest : null;
}

/** For each pixel column the first and the last grid column it shows (inclusive); -1 where there is none. */
export interface PixelColumns {
  first: Int32Array;
  last: Int32Array;
  /** The pixels `[from, to)` show something. */
  from: number;
  to: number;
}

/**
 * A pixel shows the columns whose middle is in it, so each column belongs to exactly one pixel and none gets lost or
 * thicker; a pixel without a middle lies inside one wide column and shows that.
 *
 * @param originX x of logical index 0 @param spacing pixels per candle
 */
export function lookUpPixelColumns(
  out: PixelColumns,
  edges: Float64Array,
  originX: number,
  spacing: number,
): PixelColumns {
  const { first, last } = out;
  const width = first.length;
  const columns = edges.length - 1;
  const perPixel = 1 / spacing;
  let logical = -originX * perPixel;
  let next = firstMiddleFrom(edges, logical);
  out.from = width;
  out.to = 0;
  for (let x = 0; x < width; x++) {
    logical = (x + 1 - originX) * perPixel;
    const start = next;
    while (next < columns && edges[next] + edges[next + 1] < 2 * logical) next++;
    if (next > start) {
      first[x] = start;
      last[x] = next - 1;
    } else {
      // `next` is the column whose middle comes after this pixel; the pixel's own middle is in it or in the one before.
      const middle = logical - perPixel / 2;
      let column = next;
      while (column > 0 && (column === columns || edges[column] > middle)) column--;
      const isInside = columns > 0 && edges[column] <= middle && middle < edges[column + 1];
      first[x] = last[x] = isInside ? column : -1;
    }
    if (first[x] >= 0) {
      if (x < out.from) out.from = x;
      out.to = x + 1;
    }
  }
  if (out.to === 0) out.from = 0;
  return out;
}

function firstMiddleFrom(edges: Float64Array, logical: number): number {
  const columns = edges.length - 1;
  let column = Math.max(0, lowerBound(edges, logical) - 1);
  while (column < columns && edges[column] + edges[column + 1] < 2 * logical) column++;
  return column;
}
