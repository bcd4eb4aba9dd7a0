import { intervalOf, lowerBound } from './edges.js';

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
  grid: { priceEdges: Float64Array; bucketCentres: Float64Array },
  priceAtY: (y: number) => number | null,
): PixelRows {
  const { low, high } = out;
  const height = low.length;
  const { priceEdges, bucketCentres } = grid;
  let before = centresBelow(bucketCentres, priceAtY(0));
  for (let y = 0; y < height; y++) {
    const after = centresBelow(bucketCentres, priceAtY(y + 1));
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

function centresBelow(bucketCentres: Float64Array, price: number | null): number {
  return price === null ? -1 : lowerBound(bucketCentres, price);
}
