import type { PixelRows } from './price-lookup.js';
import type { ProfileData } from './types.js';

/** What a pixel row of the profile shows. Rows without buckets have `bucket` -1. */
export interface ProfileRow {
  /** The heaviest bucket of the row: bars show one bucket each, so that a bar means the same at every zoom. */
  bucket: number;
  totalUsd: number;
}

/** The heaviest bucket of every pixel row, and the heaviest of all. */
export function heaviestBuckets(rows: PixelRows, totalsUsd: Float64Array): { rows: ProfileRow[]; maxUsd: number } {
  let maxUsd = 0;
  const binned = Array.from(rows.low, (low, y): ProfileRow => {
    if (low < 0) return { bucket: -1, totalUsd: 0 };
    let bucket = low;
    for (let candidate = low + 1; candidate <= rows.high[y]; candidate++) {
      if (totalsUsd[candidate] > totalsUsd[bucket]) bucket = candidate;
    }
    if (totalsUsd[bucket] > maxUsd) maxUsd = totalsUsd[bucket];
    return { bucket, totalUsd: totalsUsd[bucket] };
  });
  return { rows: binned, maxUsd };
}

/** Long and short of all leverages together, per bucket. */
export function bucketTotalsUsd(data: ProfileData): Float64Array {
  const totals = new Float64Array(data.priceEdges.length - 1);
  for (const bands of [data.longByLeverageUsd, data.shortByLeverageUsd]) {
    for (const band of bands) {
      for (let bucket = 0; bucket < totals.length; bucket++) totals[bucket] += band[bucket];
    }
  }
  return totals;
}

/** The largest 1, 2 or 5 × a power of ten that does not exceed a figure: the scale mark of the bars. */
export function roundScaleMark(maxUsd: number): number {
  if (!(maxUsd > 0)) return 0;
  const power = 10 ** Math.floor(Math.log10(maxUsd));
  const step = [5, 2, 1].find((candidate) => candidate * power <= maxUsd) ?? 1;
  return step * power;
}
