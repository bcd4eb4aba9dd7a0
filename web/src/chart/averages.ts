import type { LineData, UTCTimestamp, WhitespaceData } from 'lightweight-charts';
import { EMA, VWAP } from 'trading-signals';
import type { CandlesAnswer } from '../api/types';

const DAY_MS = 86_400_000;

type Point = LineData<UTCTimestamp> | WhitespaceData<UTCTimestamp>;

/** Exponential moving average of the closes; nothing before there are as many candles as it averages. */
export function emaPoints({ time_ms, close }: CandlesAnswer, candles: number): Point[] {
  const average = new EMA(candles);
  return time_ms.map((timeMs, at) => {
    const value = average.update(close[at], false);
    return pointAt(timeMs, at + 1 < candles ? null : value);
  });
}

/** Average price of the day's volume so far; each day, by UTC, begins anew. */
export function vwapPoints({ time_ms, high, low, close, volume }: CandlesAnswer): Point[] {
  let average = new VWAP();
  let day = NaN;
  return time_ms.map((timeMs, at) => {
    const ownDay = Math.floor(timeMs / DAY_MS);
    if (ownDay !== day) average = new VWAP();
    day = ownDay;
    return pointAt(
      timeMs,
      average.update({ high: high[at], low: low[at], close: close[at], volume: volume[at] }, false),
    );
  });
}

function pointAt(timeMs: number, value: number | null): Point {
  const time = (timeMs / 1000) as UTCTimestamp;
  return value === null || !Number.isFinite(value) ? { time } : { time, value };
}
