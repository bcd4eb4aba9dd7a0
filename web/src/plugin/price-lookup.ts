import type { ISeriesApi, SeriesType } from 'lightweight-charts';
import { intervalOf, upperBound } from './edges.js';

/** For each pixel row the lowest and the highest bucket it shows (inclusive); -1 where there is none. */
export interface PixelRows {
  low: Int32Array;
  high: Int32Array;
}

/**
 * A pixel row shows the buckets whose centre is in it, so none gets lost or thicker; a row without a centre lies inside
 * one tall bucket and shows that. Prices come from the chart, row by row: that is exact for every scale mode and for an
 * inverted scale, and copies none of the chart's formulas.
 */
export function lookUpPixelRows(
  out: PixelRows,
  priceEdges: Float64Array,
  priceAtY: (y: number) => number | null,
): PixelRows {
  const { low, high } = out;
  const height = low.length;
  let before = centresBelow(priceEdges, priceAtY(0));
  for (let y = 0; y < height; y++) {
    const after = centresBelow(priceEdges, priceAtY(y + 1));
    if (before !== after && before >= 0 && after >= 0) {
      low[y] = Math.min(before, after);
      high[y] = Math.max(before, after) - 1;
    } else {
      const price = priceAtY(y + 0.5);
      low[y] = high[y] = price === null ? -1 : intervalOf(priceEdges, price);
    }
    before = after;
  }
  return out;
}

/** How many buckets have their centre below a price; -1 where there is no price. */
function centresBelow(priceEdges: Float64Array, price: number | null): number {
  if (price === null) return -1;
  const bucket = upperBound(priceEdges, price) - 1;
  const isPastCentre = 2 * price > priceEdges[bucket] + priceEdges[bucket + 1];
  return Math.max(0, bucket) + (isPastCentre ? 1 : 0);
}

/** Another one for each price scale: three prices pin a monotone one well enough, linear or log. */
export function priceScaleKey(series: ISeriesApi<SeriesType>, height: number): string {
  return [0, height / 2, height].map((y) => series.coordinateToPrice(y)).join('|');
}
