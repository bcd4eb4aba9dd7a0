import { lowerBound } from '../plugin';
import type { Market } from '../api/types';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const RANGES = ['12h', '24h', '3d', '7d', '30d', '90d', '180d', '1y'] as const;
export type RangeName = (typeof RANGES)[number];

/** More candles than this in one view serve nobody and weigh on the server. */
const MOST_COLUMNS = 12_000;

const RANGE_MS: Record<RangeName, number> = {
  '12h': 12 * HOUR_MS,
  '24h': DAY_MS,
  '3d': 3 * DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
  '90d': 90 * DAY_MS,
  '180d': 180 * DAY_MS,
  '1y': 365 * DAY_MS,
};

/** What a range is shown in unless the user says otherwise: some 150 to 900 candles. */
const USUAL_INTERVAL: Record<RangeName, string> = {
  '12h': '5m',
  '24h': '5m',
  '3d': '5m',
  '7d': '15m',
  '30d': '1h',
  '90d': '4h',
  '180d': '4h',
  '1y': '1d',
};

/** '5m' → 300000; NaN for what is not an interval. */
export function intervalMs(interval: string): number {
  const match = /^(\d+)([mhdw])$/.exec(interval);
  if (match === null) return NaN;
  const unitMs = { m: 60_000, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS }[match[2] as 'm' | 'h' | 'd' | 'w'];
  return Number(match[1]) * unitMs;
}

/** The ranges the data can fill; a market shorter than all of them still gets the shortest. */
export function availableRanges({ start_ms, end_ms }: Pick<Market, 'start_ms' | 'end_ms'>): RangeName[] {
  // A day's grace: "one year" of data often misses some hours.
  const spanMs = end_ms - start_ms;
  const fitting = RANGES.filter((range) => RANGE_MS[range] <= spanMs + Math.min(DAY_MS, 0.02 * RANGE_MS[range]));
  return fitting.length > 0 ? fitting : [RANGES[0]];
}

export function usableIntervals(market: Pick<Market, 'intervals'>, range: RangeName): string[] {
  const usable = market.intervals.filter((interval) => {
    const columns = RANGE_MS[range] / intervalMs(interval);
    return columns >= 4 && columns <= MOST_COLUMNS;
  });
  return usable.length > 0 ? usable : market.intervals.slice(0, 1);
}

/** The usual interval of a range, or the nearest one the market has. */
export function automaticInterval(market: Pick<Market, 'intervals'>, range: RangeName): string {
  const wanted = intervalMs(USUAL_INTERVAL[range]);
  const distance = (interval: string) => Math.abs(Math.log(intervalMs(interval) / wanted));
  return usableIntervals(market, range).reduce((best, interval) =>
    distance(interval) < distance(best) ? interval : best,
  );
}

/** The span that is loaded, on whole candles, never before the data: the range, or more for who panned back. */
export function viewSpan(
  market: Pick<Market, 'start_ms' | 'end_ms'>,
  range: RangeName,
  interval: string,
  sinceMs: number | null,
): [number, number] {
  const stepMs = intervalMs(interval);
  const usualMs = market.end_ms - RANGE_MS[range];
  const wantedMs = Math.max(Math.min(usualMs, sinceMs ?? usualMs), market.end_ms - MOST_COLUMNS * stepMs);
  const startMs = Math.max(market.start_ms, wantedMs);
  return [Math.ceil(startMs / stepMs) * stepMs, market.end_ms];
}

/**
 * The logical range that shows the same after the candles have changed: as far beyond the last candle as before if that
 * was in view, else the same times. `null` where nothing of the old range is left.
 */
export function keptRange(
  before: readonly number[],
  after: readonly number[],
  range: { from: number; to: number },
): { from: number; to: number } | null {
  if (before.length === 0 || after.length === 0) return null;
  const lastBefore = before.length - 1;
  if (range.to >= lastBefore - 0.5) {
    const shift = after.length - 1 - lastBefore;
    return { from: range.from + shift, to: range.to + shift };
  }
  const anchor = Math.min(lastBefore, Math.max(0, Math.ceil(range.from)));
  const found = lowerBound(after, before[anchor]);
  if (after[found] !== before[anchor]) return null;
  return { from: range.from + found - anchor, to: range.to + found - anchor };
}
