import { describe, expect, it } from 'vitest';
import type { CandlesAnswer } from '../src/api/types';
import { emaPoints, vwapPoints } from '../src/chart/averages';

const HOUR_MS = 3_600_000;

function candles(closes: readonly number[], startMs = 0): CandlesAnswer {
  return {
    time_ms: closes.map((_, at) => startMs + at * HOUR_MS),
    open: [...closes],
    high: closes.map((close) => close + 1),
    low: closes.map((close) => close - 1),
    close: [...closes],
    volume: closes.map((_, at) => at + 1),
  } as CandlesAnswer;
}

describe('averages', () => {
  it('are an EMA by its own rule, once there are candles enough', () => {
    const closes = Array.from({ length: 40 }, (_, at) => 100 + 10 * Math.sin(at));
    const points = emaPoints(candles(closes), 5);
    expect(points.slice(0, 4).every((point) => !('value' in point))).toBe(true);
    const values = points.map((point) => ('value' in point ? point.value : NaN));
    for (let at = 10; at < closes.length; at++)
      expect(values[at]).toBeCloseTo(values[at - 1] + (2 / 6) * (closes[at] - values[at - 1]), 9);
  });

  it('are a VWAP that begins anew each day', () => {
    const closes = Array.from({ length: 30 }, (_, at) => 100 + at);
    const points = vwapPoints(candles(closes));
    const value = (at: number): number => {
      const point = points[at];
      return 'value' in point ? point.value : NaN;
    };
    const mean = (from: number, to: number): number => {
      let [money, amount] = [0, 0];
      for (let at = from; at <= to; at++) {
        money += closes[at] * (at + 1);
        amount += at + 1;
      }
      return money / amount;
    };
    expect(value(10)).toBeCloseTo(mean(0, 10), 9);
    expect(value(27)).toBeCloseTo(mean(24, 27), 9);
  });
});
