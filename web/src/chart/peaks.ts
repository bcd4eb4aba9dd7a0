import { lowerBound } from '../plugin';
import type { ProfileAnswer } from '../api/types';

/** A local maximum of the static map with the buckets around it that belong to it. */
export interface Peak {
  side: 'long' | 'short';
  lowPrice: number;
  highPrice: number;
  peakPrice: number;
  usd: number;
  /** From the reference price to the peak, as a fraction of the reference price. */
  distance: number;
}

/** A peak ends where a bucket falls under this part of its peak … */
const EDGE_OF_PEAK = 0.5;
/** … and reaches this far from it at most, as a fraction of the price: a plateau is not a peak. */
const HALF_WIDTH = 0.005;

/** Peaks lighter than this part of the heaviest are noise. */
const LEAST_PART = 0.05;

/** The heaviest peaks of each side within reach of the price, but for those that are nothing beside the heaviest. */
export function findPeaks(profile: ProfileAnswer, most: number, reach = 0.1): Peak[] {
  const peaks = [
    ...peaksOfSide(profile, 'short', profile.short_by_leverage_usd, reach).slice(0, most),
    ...peaksOfSide(profile, 'long', profile.long_by_leverage_usd, reach).slice(0, most),
  ];
  const heaviest = Math.max(0, ...peaks.map((peak) => peak.usd));
  return peaks.filter((peak) => peak.usd >= LEAST_PART * heaviest).sort((a, b) => b.peakPrice - a.peakPrice);
}

function peaksOfSide(
  { price_edges, reference_price }: ProfileAnswer,
  side: Peak['side'],
  bands: number[][],
  reach: number,
): Peak[] {
  const buckets = price_edges.length - 1;
  const totals = Float64Array.from({ length: buckets }, (_, bucket) =>
    bands.reduce((sum, band) => sum + band[bucket], 0),
  );
  const centre = (bucket: number) => (price_edges[bucket] + price_edges[bucket + 1]) / 2;
  const order = Array.from(totals.keys())
    .filter((bucket) => totals[bucket] > 0 && Math.abs(centre(bucket) / reference_price - 1) <= reach)
    .sort((a, b) => totals[b] - totals[a]);
  const taken = new Uint8Array(buckets);
  const peaks: Peak[] = [];
  for (const peak of order) {
    if (taken[peak]) continue;
    // Higher ground next to it: the flank of a peak that is out of reach, or of one already listed.
    if (totals[peak - 1] > totals[peak] || totals[peak + 1] > totals[peak]) continue;
    const belongs = (bucket: number) =>
      !taken[bucket]
      && totals[bucket] >= EDGE_OF_PEAK * totals[peak]
      && Math.abs(centre(bucket) - centre(peak)) <= HALF_WIDTH * reference_price;
    let low = peak;
    let high = peak;
    while (low > 0 && belongs(low - 1)) low--;
    while (high < buckets - 1 && belongs(high + 1)) high++;
    taken.fill(1, low, high + 1);
    peaks.push({
      side,
      lowPrice: price_edges[low],
      highPrice: price_edges[high + 1],
      peakPrice: centre(peak),
      usd: totals.subarray(low, high + 1).reduce((sum, value) => sum + value, 0),
      distance: centre(peak) / reference_price - 1,
    });
  }
  return peaks.sort((a, b) => b.usd - a.usd);
}

/** Longs and shorts that a move of `band` from the price would sweep; the bucket where the move ends counts in part. */
export function within(profile: ProfileAnswer, band: number): [number, number] {
  const {
    price_edges: edges,
    reference_price: price,
    cumulative_long_usd: longs,
    cumulative_short_usd: shorts,
  } = profile;
  const last = edges.length - 2;
  const share = (bucket: number, from: number, to: number) => (to - from) / (edges[bucket + 1] - edges[bucket]);
  const low = Math.max(edges[0], price * (1 - band));
  const lowBucket = Math.min(
    last,
    Math.max(0, lowerBound(edges, low) - (edges[lowerBound(edges, low)] === low ? 0 : 1)),
  );
  const above = longs[lowBucket + 1] ?? 0;
  const high = Math.min(edges[last + 1], price * (1 + band));
  const highBucket = Math.min(last, Math.max(0, lowerBound(edges, high) - 1));
  const below = shorts[highBucket - 1] ?? 0;
  return [
    above + (longs[lowBucket] - above) * share(lowBucket, low, edges[lowBucket + 1]),
    below + (shorts[highBucket] - below) * share(highBucket, edges[highBucket], high),
  ];
}

/** Longs and shorts that stand between two prices; a bucket that reaches beyond counts in part. */
export function between(profile: ProfileAnswer, low: number, high: number): [longUsd: number, shortUsd: number] {
  const { price_edges: edges } = profile;
  const sum = (bands: readonly (readonly number[])[]): number => {
    let total = 0;
    for (const band of bands)
      band.forEach((usd, bucket) => {
        const [from, to] = [edges[bucket], edges[bucket + 1]];
        total += (usd * Math.max(0, Math.min(high, to) - Math.max(low, from))) / (to - from);
      });
    return total;
  };
  return [sum(profile.long_by_leverage_usd), sum(profile.short_by_leverage_usd)];
}
