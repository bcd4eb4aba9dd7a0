import { describe, expect, it } from 'vitest';
import { linearEdges, quantise } from '../src/plugin';
import { HeatGrid } from '../src/plugin/grid';
import { buildMaxMips } from '../src/plugin/mips';
import { randomCells } from './random-cells';

const SCALE = { maxUsd: 1e6, decades: 4 };

function gridOf(columns: number, buckets: number, cells = randomCells(columns * buckets)): HeatGrid {
  return new HeatGrid({
    columns,
    buckets,
    startMs: 0,
    stepMs: 1000,
    priceEdges: linearEdges(100, 1, buckets),
    priceAxis: 'linear',
    quantisation: SCALE,
    cells,
  });
}

function expectTruePyramid(grid: HeatGrid): void {
  const { cells, stride } = grid.mips[0];
  grid.mips.forEach((level, index) => {
    const span = 2 ** index;
    expect(level.columns).toBe(Math.ceil(grid.columns / span));
    for (let row = 0; row < grid.buckets; row++) {
      for (let cell = 0; cell < level.columns; cell++) {
        const from = row * stride + cell * span;
        const below = cells.subarray(from, from + Math.min(span, grid.columns - cell * span));
        expect(level.cells[row * level.stride + cell]).toBe(Math.max(...below));
      }
    }
  });
}

describe('max pyramid', () => {
  it.each([1, 63, 64, 65, 300, 515])('is the maximum at every level for %i columns', (columns) => {
    expectTruePyramid(gridOf(columns, 5));
  });

  it('starts with the grid itself', () => {
    const cells = randomCells(500);
    expect(buildMaxMips(cells, 100, 5)[0].cells).toBe(cells);
  });
});

describe('HeatGrid.applyColumn', () => {
  const values = (buckets: number, factor: number) =>
    Float64Array.from({ length: buckets }, (_, row) => (row % 3 ? row * factor : 0));

  it('replaces a column in all levels and in the histogram', () => {
    const grid = gridOf(300, 7);
    grid.applyColumn({ startMs: 150_000, valuesUsd: values(7, 900) });
    expect(grid.columns).toBe(300);
    expect(grid.valueOf(4, 150)).toBeCloseTo(3600, -2);
    expect(grid.valueOf(3, 150)).toBe(0);
    expectTruePyramid(grid);
    expect(grid.histogram.reduce((sum, count) => sum + count, 0)).toBe(2100);
  });

  it('appends many columns and keeps every level true', () => {
    const grid = gridOf(130, 4);
    const before = grid.valueOf(2, 129);
    for (let column = 130; column < 350; column++)
      grid.applyColumn({ startMs: column * 1000, valuesUsd: values(4, column) });
    expect(grid.columns).toBe(350);
    expect(grid.valueOf(2, 129)).toBe(before);
    expect(quantise(grid.valueOf(2, 340), SCALE)).toBe(quantise(680, SCALE));
    expectTruePyramid(grid);
    expect(grid.histogram.reduce((sum, count) => sum + count, 0)).toBe(1400);
  });

  it('takes a sparse column: rows that are not named become empty', () => {
    const sparse = gridOf(130, 6);
    const dense = gridOf(130, 6);
    sparse.applyColumn({ startMs: 129_000, rows: [4, 1], valuesUsd: [900, 50] });
    dense.applyColumn({ startMs: 129_000, valuesUsd: [0, 50, 0, 0, 900, 0] });
    expect(sparse.mips).toEqual(dense.mips);
    expect(sparse.histogram).toEqual(dense.histogram);
    sparse.applyColumn({ startMs: 130_000, rows: [], valuesUsd: [] });
    expect([sparse.columns, sparse.valueOf(4, 130)]).toEqual([131, 0]);
    expectTruePyramid(sparse);
  });

  it('refuses a sparse column of another price axis, and leaves the grid alone', () => {
    const grid = gridOf(10, 2);
    const before = grid.mips[0].cells.slice();
    expect(() => grid.applyColumn({ startMs: 3000, rows: [2], valuesUsd: [1] })).toThrow('0 … 1, got 2');
    expect(() => grid.applyColumn({ startMs: 3000, rows: [0.5], valuesUsd: [1] })).toThrow('got 0.5');
    expect(() => grid.applyColumn({ startMs: 3000, rows: [1], valuesUsd: [1, 2] })).toThrow('1 entries');
    expect(grid.mips[0].cells).toEqual(before);
  });

  it('refuses what is not a column of the grid', () => {
    const grid = gridOf(10, 2);
    expect(() => grid.applyColumn({ startMs: 500, valuesUsd: [1, 2] })).toThrow('column start');
    expect(() => grid.applyColumn({ startMs: 12_000, valuesUsd: [1, 2] })).toThrow('right after');
    expect(() => grid.applyColumn({ startMs: 3000, valuesUsd: [1] })).toThrow('2 entries');
  });
});
