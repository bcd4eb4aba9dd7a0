import { describe, expect, it } from 'vitest';
import type { ProfileAnswer } from '../src/api/types';
import { between } from '../src/chart/peaks';
import { cellsAround, profileSteps } from '../src/chart/map-tables';

const GRID = {
  buckets: 10,
  columns: 5,
  startMs: 0,
  stepMs: 60_000,
  priceEdges: Float64Array.from({ length: 11 }, (_, at) => 100 + at),
  rowAt: (price: number) => (price >= 100 && price < 110 ? Math.floor(price - 100) : -1),
  columnAt: (timeMs: number) => (timeMs >= 0 && timeMs < 300_000 ? Math.floor(timeMs / 60_000) : -1),
  valueOf: (row: number, column: number) => 10 * row + column,
};

describe('cells around a place, as a table', () => {
  it('have the highest price first, and the place in the middle', () => {
    const around = cellsAround(GRID, 105.5, 125_000);
    expect(around?.timesMs).toEqual([60_000, 120_000, 180_000]);
    expect(around?.rows.map(({ low }) => low)).toEqual([109, 108, 107, 106, 105, 104, 103, 102, 101]);
    expect(around?.rows.find(({ isPointed }) => isPointed)).toEqual({
      low: 105,
      high: 106,
      usd: [51, 52, 53],
      isPointed: true,
    });
  });

  it('end where the grid ends', () => {
    const around = cellsAround(GRID, 100.5, 0);
    expect(around?.timesMs).toEqual([0, 60_000]);
    expect(around?.rows.at(-1)?.isPointed).toBe(true);
    expect(cellsAround(GRID, 99, 0)).toBeNull();
    expect(cellsAround(GRID, 105, 1e9)).toBeNull();
  });
});

describe('the static map in steps', () => {
  const profile = {
    reference_price: 100,
    price_edges: [90, 95, 100, 105, 110],
    long_by_leverage_usd: [
      [10, 20, 0, 0],
      [1, 2, 0, 0],
    ],
    short_by_leverage_usd: [[0, 0, 40, 80]],
  } as unknown as ProfileAnswer;

  it('has all that is within ten percent, each side by itself', () => {
    const steps = profileSteps(profile);
    expect(steps.map(({ away }) => Math.round(100 * away))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(steps.reduce((sum, { longUsd }) => sum + longUsd, 0)).toBeCloseTo(33, 9);
    expect(steps.reduce((sum, { shortUsd }) => sum + shortUsd, 0)).toBeCloseTo(120, 9);
    expect(steps[0].shortUsd).toBeCloseTo(8, 9);
    expect(steps[9].shortUsd).toBeCloseTo(16, 9);
  });

  it('counts a bucket that reaches beyond in part', () => {
    expect(between(profile, 97.5, 102.5)).toEqual([11, 20]);
    expect(between(profile, 80, 90)).toEqual([0, 0]);
  });
});
