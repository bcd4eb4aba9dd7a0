import { describe, expect, it } from 'vitest';
import { LiquidationHeatmap, LiquidationProfile, linearEdges, type HeatGridInput } from '../src/plugin';
import { seenHistogram } from '../src/plugin/limits';

function gridInput(cells: number[]): HeatGridInput {
  return {
    columns: 4,
    buckets: 2,
    startMs: 0,
    stepMs: 1000,
    priceEdges: linearEdges(100, 10, 2),
    priceAxis: 'linear',
    quantisation: { maxUsd: 1e6, decades: 4 },
    cells: Uint8Array.from(cells),
  };
}

/**
 * A chart whose candle `i` opens at second `i` (second 2 is missing) and stands at x = 10 + 20 i; price falls a unit a
 * pixel.
 */
function attach(heatmap: LiquidationHeatmap) {
  const times = [0, 1, 3];
  const series = {
    data: () => times.map((time) => ({ time, open: 1, high: 2, low: 0, close: 1 })),
    subscribeDataChanged: () => undefined,
    coordinateToPrice: (y: number) => 120 - y,
  };
  const timeScale = {
    timeToIndex: (time: number) => times.indexOf(time),
    // As in the library: 0 for a fraction.
    logicalToCoordinate: (logical: number) => (Number.isInteger(logical) ? 10 + 20 * logical : 0),
  };
  heatmap.attached({ chart: { timeScale: () => timeScale }, series, requestUpdate: () => undefined } as never);
}

describe('LiquidationHeatmap', () => {
  it("finds the cell under a point on the chart's scale, across a missing candle", () => {
    const heatmap = new LiquidationHeatmap();
    attach(heatmap);
    heatmap.setGrid(gridInput([255, 0, 0, 0, 0, 0, 0, 1]));
    expect(heatmap.cellAtPoint(0, 15)).toMatchObject({
      price: 105,
      row: 0,
      column: 0,
      valueUsd: 1e6,
      bucketLow: 100,
      bucketHigh: 110,
    });
    expect(heatmap.cellAtPoint(39, 5)).toMatchObject({ row: 1, column: 1 });
    expect(heatmap.cellAtPoint(41, 5)).toMatchObject({ row: 1, column: 3, columnStartMs: 3000, columnEndMs: 4000 });
    expect(heatmap.cellAtPoint(61, 5)).toBeNull();
    expect(heatmap.cellAtPoint(10, 21)).toBeNull();
  });

  it('has a legend that follows the cut-offs, and none without figures', () => {
    const heatmap = new LiquidationHeatmap({ lowerCutoff: 0, upperCutoff: 1 });
    heatmap.setGrid(gridInput([0, 0, 0, 0, 0, 0, 0, 0]));
    expect(heatmap.cutoffsUsd()).toBeNull();
    heatmap.setGrid(gridInput([0, 1, 128, 200, 255, 0, 0, 0]));
    expect(heatmap.cutoffsUsd()?.drawnUsd).toBeCloseTo(100, 9);
    expect(heatmap.cutoffsUsd()?.upperUsd).toBe(1e6);
    heatmap.applyOptions({ lowerCutoff: 0.75 });
    expect(heatmap.cutoffsUsd()?.lowerUsd).toBeCloseTo(heatmap.grid?.valuesUsd[200] ?? 0, 6);
  });

  it('lets colour span a decade and a half at most, so that no palette is all one colour', () => {
    const heatmap = new LiquidationHeatmap({ lowerCutoff: 0.6, upperCutoff: 1 });
    heatmap.setGrid(gridInput([2, 2, 2, 2, 2, 2, 2, 255]));
    const { drawnUsd, lowerUsd, upperUsd } = heatmap.cutoffsUsd() ?? { drawnUsd: 0, lowerUsd: 0, upperUsd: 0 };
    expect(upperUsd).toBe(1e6);
    expect(drawnUsd).toBe(lowerUsd);
    expect(lowerUsd).toBeGreaterThan(2.5e4);
    heatmap.applyOptions({ lowerCutoff: 0 });
    expect(heatmap.cutoffsUsd()?.drawnUsd).toBeLessThan(200);
    expect(heatmap.cutoffsUsd()?.lowerUsd).toBe(lowerUsd);
  });

  it('draws a figure that must be seen, and keeps limits that are locked', () => {
    const heatmap = new LiquidationHeatmap({ lowerCutoff: 0.9, upperCutoff: 1 });
    heatmap.setGrid(gridInput([200, 200, 200, 200, 200, 200, 120, 255]));
    expect(heatmap.cutoffsUsd()?.drawnUsd).toBeGreaterThan(9e4);
    const shown = heatmap.grid?.valuesUsd[120] ?? 0;
    heatmap.applyOptions({ leastShownUsd: shown });
    expect(heatmap.cutoffsUsd()?.drawnUsd).toBe(shown);
    heatmap.applyOptions({ limits: [5e3, 5e4] });
    // A byte is 3.7 % wide.
    expect((heatmap.cutoffsUsd()?.lowerUsd ?? 0) / 5e3).toBeCloseTo(1, 1);
    heatmap.setGrid(gridInput([1, 1, 1, 1, 1, 1, 1, 2]));
    expect((heatmap.cutoffsUsd()?.upperUsd ?? 0) / 5e4).toBeCloseTo(1, 1);
  });

  it('takes percentiles of the part that is seen', () => {
    const heatmap = new LiquidationHeatmap();
    heatmap.setGrid(gridInput([1, 2, 3, 4, 5, 6, 7, 8]));
    const { grid } = heatmap;
    // Six pixels of one column each, of which the first is outside; the last ones lie under the margin.
    const columns = { first: Int32Array.from([-1, 0, 1, 2, 3, 3]), last: new Int32Array(6), from: 1, to: 6 };
    const rows = { low: Int32Array.from([1, 1, 1, 0, 0, 0, -1]), high: new Int32Array(7) };
    const seen = grid === null ? [] : [...seenHistogram(grid, columns, rows, 5)];
    expect(seen.flatMap((count, byte) => (count > 0 ? [[byte, count]] : []))).toEqual([
      [1, 1],
      [4, 1],
      [5, 1],
      [8, 1],
    ]);
  });

  it('draws the dust in byte 1 only when everything is asked for', () => {
    const heatmap = new LiquidationHeatmap({ lowerCutoff: 0.5, upperCutoff: 1 });
    heatmap.setGrid(gridInput([1, 1, 1, 1, 1, 1, 1, 255]));
    expect(heatmap.cutoffsUsd()?.drawnUsd).toBeGreaterThan(101);
    heatmap.applyOptions({ lowerCutoff: 0 });
    expect(heatmap.cutoffsUsd()?.drawnUsd).toBeCloseTo(100, 9);
  });

  it('keeps a scale for a grid of a single figure', () => {
    const heatmap = new LiquidationHeatmap();
    for (const byte of [1, 128, 255]) {
      heatmap.setGrid(gridInput([0, 0, 0, byte, 0, 0, 0, 0]));
      const { lowerUsd, upperUsd } = heatmap.cutoffsUsd() ?? { lowerUsd: 0, upperUsd: 0 };
      expect(upperUsd).toBeGreaterThan(lowerUsd);
    }
  });

  it('takes live columns', () => {
    const heatmap = new LiquidationHeatmap();
    expect(() => heatmap.applyColumn({ startMs: 0, valuesUsd: [] })).toThrow('setGrid');
    heatmap.setGrid(gridInput([0, 0, 0, 0, 0, 0, 0, 0]));
    heatmap.applyColumn({ startMs: 4000, valuesUsd: [1e6, 0] });
    expect(heatmap.valueAt(4500, 105)).toEqual({ valueUsd: 1e6, row: 0, column: 4 });
    expect(heatmap.valueAt(4500, 115)?.valueUsd).toBe(0);
  });
});

describe('LiquidationProfile', () => {
  it('refuses data that do not fit together', () => {
    const profile = new LiquidationProfile();
    const good = {
      priceEdges: linearEdges(100, 1, 2),
      leverages: [10],
      longByLeverageUsd: [[1, 2]],
      shortByLeverageUsd: [[3, 4]],
      cumulativeLongUsd: [3, 2],
      cumulativeShortUsd: [3, 7],
    };
    expect(() => profile.setData(good)).not.toThrow();
    expect(() => profile.setData({ ...good, leverages: [10, 25] })).toThrow('each side must have 2 entries, got 1');
    expect(() => profile.setData({ ...good, shortByLeverageUsd: [[3]] })).toThrow(
      'each band must have 2 entries, got 1',
    );
  });
});
