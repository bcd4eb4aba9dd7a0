import { describe, expect, it } from 'vitest';
import { intervalOf, linearEdges, logEdges } from '../src/plugin';
import { lookUpPixelRows } from '../src/plugin/price-lookup';
import { columnEdgesOnScale, lookUpPixelColumns } from '../src/plugin/time-lookup';

const STEP_MS = 60_000;
const columnsOf = (width: number) => ({ first: new Int32Array(width), last: new Int32Array(width), from: 0, to: 0 });
const rowsOf = (height: number) => ({ low: new Int32Array(height), high: new Int32Array(height) });

function candlesAt(minutes: number[]) {
  return {
    timesMs: Float64Array.from(minutes, (minute) => minute * STEP_MS),
    logicals: Float64Array.from(minutes.keys()),
  };
}

describe('intervalOf', () => {
  it('compares with the edges where floor((p - lo) / w) errs', () => {
    const edges = Float64Array.from([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    expect(Math.floor((0.3 - 0.1) / 0.1)).toBe(1);
    expect(intervalOf(edges, 0.3)).toBe(2);
  });

  it('is half open', () => {
    const edges = [1, 2, 3];
    expect([0.99, 1, 1.99, 2, 2.99, 3].map((value) => intervalOf(edges, value))).toEqual([-1, 0, 0, 1, 1, -1]);
  });
});

describe('columnEdgesOnScale', () => {
  it('puts a column on its candle', () => {
    const edges = columnEdgesOnScale({ columns: 3, startMs: 0, stepMs: STEP_MS }, candlesAt([0, 1, 2]));
    expect([...edges]).toEqual([-0.5, 0.5, 1.5, 2.5]);
  });

  it('squeezes columns inside a gap to width 0 between the neighbours', () => {
    const edges = columnEdgesOnScale({ columns: 6, startMs: 0, stepMs: STEP_MS }, candlesAt([0, 1, 5]));
    expect([...edges]).toEqual([-0.5, 0.5, 1.5, 1.5, 1.5, 1.5, 2.5]);
    expect(intervalOf(edges, 1.49)).toBe(1);
    expect(intervalOf(edges, 1.5)).toBe(5);
  });

  it('splits a candle among several columns and reaches beyond the candles on both sides', () => {
    const edges = columnEdgesOnScale({ columns: 8, startMs: -STEP_MS, stepMs: STEP_MS / 2 }, candlesAt([0, 1]));
    expect([...edges]).toEqual([-1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5]);
  });

  it("takes the chart's own index, which another series may have moved", () => {
    const candles = { timesMs: Float64Array.from([0, STEP_MS]), logicals: Float64Array.from([3, 4]) };
    expect([...columnEdgesOnScale({ columns: 2, startMs: 0, stepMs: STEP_MS }, candles)]).toEqual([2.5, 3.5, 4.5]);
  });
});

describe('lookUpPixelColumns', () => {
  const edges = Float64Array.from({ length: 1001 }, (_, column) => column - 0.5);

  it.each([0.13, 0.7, 1, 3.3, 17])('shows each column once and in order at %f pixels a candle', (spacing) => {
    const pixels = lookUpPixelColumns(columnsOf(500), edges, -40.3, spacing);
    let previous = pixels.first[pixels.from] - 1;
    for (let x = pixels.from; x < pixels.to; x++) {
      expect(pixels.first[x] === previous || pixels.first[x] === previous + 1).toBe(true);
      expect(pixels.last[x]).toBeGreaterThanOrEqual(pixels.first[x]);
      previous = pixels.last[x];
    }
  });

  it('agrees with the plain rule at every pixel of a wide candle', () => {
    const spacing = 12;
    const pixels = lookUpPixelColumns(columnsOf(300), edges, 30, spacing);
    for (let x = 0; x < 300; x++) expect(pixels.first[x]).toBe(intervalOf(edges, (x + 0.5 - 30) / spacing));
    expect(pixels.first[0]).toBe(-1);
    expect(pixels.from).toBe(24);
  });

  it('is empty where the grid is out of sight', () => {
    const pixels = lookUpPixelColumns(columnsOf(100), edges, 5000, 3);
    expect([pixels.from, pixels.to]).toEqual([0, 0]);
  });
});

describe('lookUpPixelRows', () => {
  const HEIGHT = 200;
  const scales = {
    linear: (y: number) => 1200 - y,
    log: (y: number) => 1200 * (1000 / 1200) ** (y / HEIGHT),
    inverted: (y: number) => 1000 + y,
  };

  it.each(Object.entries(scales))('shows every visible bucket on a %s scale, thin or tall', (_, priceAtY) => {
    for (const buckets of [30, 190, 700]) {
      const edges = linearEdges(1000, 200 / buckets, buckets);
      const rows = lookUpPixelRows(rowsOf(HEIGHT), edges, priceAtY);
      const seen = new Set<number>();
      for (let y = 0; y < HEIGHT; y++) {
        for (let row = rows.low[y]; row >= 0 && row <= rows.high[y]; row++) seen.add(row);
        expect(Math.abs(rows.low[y] - intervalOf(edges, priceAtY(y + 0.5)))).toBeLessThanOrEqual(
          Math.ceil(buckets / HEIGHT),
        );
      }
      expect(seen.size).toBe(buckets);
    }
  });

  it('lights exactly the rows whose middle is in a tall bucket, on geometric buckets too', () => {
    const edges = logEdges(1000, 1.02, 9);
    const rows = lookUpPixelRows(rowsOf(HEIGHT), edges, scales.log);
    for (let y = 0; y < HEIGHT; y++) {
      expect(rows.low[y]).toBe(intervalOf(edges, scales.log(y + 0.5)));
      expect(rows.high[y]).toBe(rows.low[y]);
    }
  });

  it('is empty outside the grid and without a scale', () => {
    const edges = linearEdges(2000, 1, 5);
    expect(Math.max(...lookUpPixelRows(rowsOf(10), edges, scales.linear).low)).toBe(-1);
    expect(Math.max(...lookUpPixelRows(rowsOf(10), edges, () => null).low)).toBe(-1);
  });
});
