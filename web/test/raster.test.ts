import { describe, expect, it } from 'vitest';
import { linearEdges } from '../src/plugin';
import { HeatGrid } from '../src/plugin/grid';
import { buildPalette } from '../src/plugin/palette';
import { lookUpPixelRows } from '../src/plugin/price-lookup';
import { lookUpPixelColumns } from '../src/plugin/time-lookup';
import { clearSpans, coverSpan, dimSpans } from '../src/plugin/halo';
import { HeatRaster } from '../src/plugin/raster';
import { randomCells } from './random-cells';

const WIDTH = 160;
const HEIGHT = 90;
const BUCKETS = 140;

function scene(columns: number, emptyPart: number) {
  return new HeatGrid({
    columns,
    buckets: BUCKETS,
    startMs: 0,
    stepMs: 1000,
    priceEdges: linearEdges(1000, 1, BUCKETS),
    priceAxis: 'linear',
    quantisation: { maxUsd: 1e6, decades: 4 },
    cells: randomCells(columns * BUCKETS, columns, emptyPart),
  });
}

function paint(
  grid: HeatGrid,
  originX: number,
  spacing: number,
  lowerByte: number,
  pricePerPixel = 1.3,
  edges?: Float64Array,
  palette = buildPalette('viridis', { drawnFrom: lowerByte, colouredFrom: lowerByte, upTo: 250 }, 1),
) {
  const onScale = edges ?? Float64Array.from({ length: grid.columns + 1 }, (_, column) => column - 0.5);
  const columns = lookUpPixelColumns(
    { first: new Int32Array(WIDTH), last: new Int32Array(WIDTH), from: 0, to: 0 },
    onScale,
    originX,
    spacing,
  );
  const rows = lookUpPixelRows(
    { low: new Int32Array(HEIGHT), high: new Int32Array(HEIGHT) },
    grid.priceEdges,
    (y) => 1120 - y * pricePerPixel,
  );
  const pixels = new Uint32Array(WIDTH * HEIGHT);
  const area = new HeatRaster().paint(pixels, grid, columns, rows, palette, lowerByte);
  return { columns, rows, palette, pixels, area };
}

/** The strongest cell of a pixel by reading them all. */
function strongest(grid: HeatGrid, from: number, to: number, low: number, high: number): number {
  let value = 0;
  for (let row = low; row <= high; row++) {
    for (let column = from; column <= to; column++)
      value = Math.max(value, grid.mips[0].cells[row * grid.mips[0].stride + column]);
  }
  return value;
}

describe('HeatRaster', () => {
  it.each([
    ['wide candles', 40, 7.3, 0.5],
    ['a column a pixel', 200, 1, 0.5],
    ['two columns a pixel', 400, 0.55, 0.9],
    ['an almost empty grid', 300, 0.6, 0.999],
    ['a full grid', 300, 0.6, 0],
  ])('paints the strongest cell of every pixel: %s', (_, count, spacing, emptyPart) => {
    const grid = scene(count, emptyPart);
    for (const lowerByte of [1, 120]) {
      const { columns, rows, palette, pixels, area } = paint(grid, 3.2, spacing, lowerByte);
      expect(area.width).toBe(columns.to - columns.from);
      for (let y = area.top; y < area.top + area.height; y++) {
        for (let x = area.left; x < area.left + area.width; x++) {
          const value =
            rows.low[y] < 0 ? 0 : strongest(grid, columns.first[x], columns.last[x], rows.low[y], rows.high[y]);
          expect(pixels[y * WIDTH + x]).toBe(palette[value]);
        }
      }
    }
  });

  it('never loses a cell and adds at most a neighbouring pixel when it reads a coarse level', () => {
    const grid = scene(4000, 0.97);
    // With colours that are the bytes themselves the picture can be read back.
    const { columns, rows, pixels } = paint(
      grid,
      0,
      0.04,
      1,
      1.3,
      undefined,
      Uint32Array.from({ length: 256 }, (_, byte) => byte),
    );
    for (let y = 0; y < HEIGHT; y++) {
      if (rows.low[y] < 0) continue;
      for (let x = columns.from + 1; x < columns.to - 1; x++) {
        const exact = strongest(grid, columns.first[x], columns.last[x], rows.low[y], rows.high[y]);
        const around = strongest(grid, columns.first[x - 1], columns.last[x + 1], rows.low[y], rows.high[y]);
        expect(pixels[y * WIDTH + x]).toBeGreaterThanOrEqual(exact);
        expect(pixels[y * WIDTH + x]).toBeLessThanOrEqual(around);
      }
    }
  });

  it('folds what lies in a gap of the scale into one pixel', () => {
    const grid = scene(60, 0.3);
    const edges = Float64Array.from(
      { length: 61 },
      (_, column) => Math.min(column, 20) + Math.max(0, column - 50) - 0.5,
    );
    const { columns, rows, palette, pixels } = paint(grid, 3, 5, 1, 1.3, edges);
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = columns.from; x < columns.to; x++) {
        if (rows.low[y] < 0) continue;
        expect(pixels[y * WIDTH + x]).toBe(
          palette[strongest(grid, columns.first[x], columns.last[x], rows.low[y], rows.high[y])],
        );
      }
    }
  });

  it('has nothing to draw out of sight', () => {
    expect(paint(scene(100, 0), 9000, 1, 1).area.width).toBe(0);
  });
});

describe('candle halo', () => {
  it('dims heat around the candle and nowhere else', () => {
    const pixels = new Uint32Array(10 * 10).fill(0xff112233);
    const spans = { top: new Int32Array(10), bottom: new Int32Array(10) };
    clearSpans(spans);
    coverSpan(spans, 4, 5, 3, 6);
    dimSpans(pixels, 10, 10, spans, 1);
    const dimmed = [...pixels.keys()].filter((index) => pixels[index] !== 0xff112233);
    expect(dimmed.map((index) => index % 10).every((x) => x === 4 || x === 5)).toBe(true);
    expect(dimmed.filter((index) => index % 10 === 4).map((index) => Math.floor(index / 10))).toEqual([
      2, 3, 4, 5, 6, 7,
    ]);
    expect(pixels[44]).toBe(0x3f112233);
  });
});
