import { describe, expect, it } from 'vitest';
import { LiquidationHeatmap, linearEdges, type HeatGridInput } from '../src/plugin';

const GOOD: HeatGridInput = {
  columns: 2,
  buckets: 2,
  startMs: 0,
  stepMs: 1000,
  priceEdges: linearEdges(1, 1, 2),
  priceAxis: 'linear',
  quantisation: { maxUsd: 1e6, decades: 4 },
  cells: Uint8Array.of(1, 0, 255, 7),
};

function heatmapWith(fields: object = {}): LiquidationHeatmap {
  const heatmap = new LiquidationHeatmap();
  heatmap.setGrid({ ...GOOD, ...fields });
  return heatmap;
}

describe('setGrid', () => {
  it('takes a grid, one with nothing in it, and none', () => {
    expect(heatmapWith().valueAt(0, 2.5)?.valueUsd).toBe(1e6);
    const nothing = { cells: new Uint8Array(4), quantisation: { maxUsd: 0, decades: 4 } };
    expect(heatmapWith(nothing).cutoffsUsd()).toBeNull();
    const heatmap = heatmapWith();
    heatmap.setGrid(null);
    expect(heatmap.grid).toBeNull();
  });

  it.each([
    [{ columns: 0, cells: new Uint8Array(0) }, 'columns must be a whole number above 0, got 0'],
    [{ buckets: 0, cells: new Uint8Array(0) }, 'buckets must be a whole number above 0, got 0'],
    [{ columns: -2, buckets: -2 }, 'columns must be a whole number above 0, got -2'],
    [{ columns: NaN }, 'columns must be a whole number above 0, got NaN'],
    [{ startMs: NaN }, 'startMs must be a number, got NaN'],
    [{ stepMs: 0 }, 'stepMs must be a number above 0, got 0'],
    [{ priceAxis: 'cubic' }, 'priceAxis must be "linear" or "log", got "cubic"'],
    [{ priceEdges: linearEdges(1, 1, 3) }, 'priceEdges must have 3 entries, got 4'],
    [{ priceEdges: Float64Array.of(1, 3, 2) }, 'priceEdges[2] must be a number above 3, got 2'],
    [{ priceEdges: Float64Array.of(1, NaN, 2) }, 'priceEdges[1] must be a number above 1, got NaN'],
    [{ priceEdges: Float64Array.of(1, 2, Infinity) }, 'priceEdges[2] must be a number above 2, got Infinity'],
    [{ priceAxis: 'log', priceEdges: Float64Array.of(0, 1, 2) }, 'priceEdges[0] must be a number above 0, got 0'],
    [{ quantisation: { maxUsd: NaN, decades: 4 } }, 'quantisation.maxUsd must be a number of 0 or more, got NaN'],
    [{ quantisation: { maxUsd: -1, decades: 4 } }, 'quantisation.maxUsd must be a number of 0 or more, got -1'],
    [{ quantisation: { maxUsd: 1, decades: 0 } }, 'quantisation.decades must be a number above 0, got 0'],
    [{ cells: [NaN, -1, 5, 300] }, 'cells must be of type Uint8Array, got "Array"'],
    [{ cells: Float32Array.of(1, -1, NaN, 0) }, 'cells must be of type Uint8Array, got "Float32Array"'],
    [{ cells: new Uint8Array(3) }, 'cells must have 4 entries, got 3'],
    [{ negativeCells: new Uint8Array(3) }, 'negativeCells must have 4 entries, got 3'],
    [{ negativeCells: [0, 0, -1, 0] }, 'negativeCells must be of type Uint8Array'],
  ])('refuses %j', (fields, message) => {
    expect(() => heatmapWith(fields)).toThrow(RangeError);
    expect(() => heatmapWith(fields)).toThrow(message);
  });

  it('keeps the grid that was there when it refuses one', () => {
    const heatmap = heatmapWith();
    const before = heatmap.grid;
    expect(() => heatmap.setGrid({ ...GOOD, stepMs: -1 })).toThrow('stepMs');
    expect(heatmap.grid).toBe(before);
  });
});

describe('applyColumn', () => {
  it.each([
    [[1, NaN], 'valuesUsd[1] must be a number of 0 or more, got NaN'],
    [[-1, 1], 'valuesUsd[0] must be a number of 0 or more, got -1'],
    [[1, Infinity], 'valuesUsd[1] must be a number of 0 or more, got Infinity'],
  ])('refuses %j', (valuesUsd, message) => {
    const heatmap = heatmapWith();
    const cells = GOOD.cells.slice();
    expect(() => heatmap.applyColumn({ startMs: 1000, valuesUsd })).toThrow(message);
    expect(GOOD.cells).toEqual(cells);
  });

  it('takes figures below 0 where there are two planes, and no NaN', () => {
    const heatmap = heatmapWith({ negativeCells: new Uint8Array(4) });
    heatmap.applyColumn({ startMs: 1000, valuesUsd: [-1e6, 0] });
    expect(heatmap.valueAt(1000, 1.5)?.valueUsd).toBe(-1e6);
    expect(() => heatmap.applyColumn({ startMs: 1000, valuesUsd: [NaN, 0] })).toThrow('valuesUsd[0] must be a number');
  });
});
