import { HeatmapFrame } from './heatmap-frame.js';
import { HeatGrid } from './grid.js';
import { readBarRanges, readCandlePositions, type BarRange } from './candle-positions.js';
import { buildLegendTicks } from './legend-ticks.js';
import { buildDivergingPalette, buildPalette } from './palette.js';
import { byteAtPercentile } from './percentiles.js';
import { ChartPrimitive, type Attached, type Paint } from './primitive.js';
import { columnAtLogical, columnEdgesOnScale } from './time-lookup.js';
import type { CellAtPoint, CellValue, ColumnUpdate, HeatGridInput, HeatmapOptions, LegendTick } from './types.js';

/** A quarter of a byte's scale: one decade of a scale of four. */
const MOST_BYTES_OF_COLOUR = 64;

const DEFAULT_OPTIONS: HeatmapOptions = {
  palette: 'viridis',
  lowerCutoff: 0.6,
  upperCutoff: 0.995,
  opacity: 0.92,
  visible: true,
  candleHaloPixels: 0,
};

/** A heatmap of figures per price bucket and time column, under the candles of the series it is attached to. */
export class LiquidationHeatmap extends ChartPrimitive<HeatmapOptions> {
  private readonly frame = new HeatmapFrame();
  private heatGrid: HeatGrid | null = null;
  private paletteWords: Uint32Array = new Uint32Array(256);
  private lowerByte = 1;
  private isSpanLimited = false;
  private upperByte = 255;
  private columnEdges: Float64Array | null = null;
  private bars: BarRange[] = [];

  constructor(options: Partial<HeatmapOptions> = {}) {
    super(DEFAULT_OPTIONS, options, 'bottom');
  }

  get grid(): HeatGrid | null {
    return this.heatGrid;
  }

  /** The bytes stay the caller's until a live column is applied; `null` takes the heat away. */
  setGrid(grid: HeatGridInput | null): void {
    this.heatGrid = grid === null ? null : new HeatGrid(grid);
    this.columnEdges = null;
    this.changed();
  }

  applyColumn(update: ColumnUpdate): void {
    if (this.heatGrid === null) throw new Error('applyColumn needs a grid: call setGrid first');
    const columnsBefore = this.heatGrid.columns;
    this.heatGrid.applyColumn(update);
    if (this.heatGrid.columns !== columnsBefore) this.columnEdges = null;
    this.changed();
  }

  /** The cell at a time and a price; `null` outside the grid. */
  valueAt(timeMs: number, price: number): CellValue | null {
    return this.heatGrid?.valueAt(timeMs, price) ?? null;
  }

  /** The cell under a point of the pane, as drawn: on the chart's scale, gaps included. `null` outside the grid. */
  cellAtPoint(x: number, y: number): CellAtPoint | null {
    const grid = this.heatGrid;
    const scale = this.horizontalScale();
    const price = this.param?.series.coordinateToPrice(y) ?? null;
    if (grid === null || scale === null || price === null) return null;
    const row = grid.rowAt(price);
    const column = columnAtLogical(this.columnEdgesNow(grid), (x - scale.originX) / scale.spacing);
    if (row < 0 || column < 0) return null;
    return {
      price,
      row,
      column,
      valueUsd: grid.valueOf(row, column),
      columnStartMs: grid.startMs + column * grid.stepMs,
      columnEndMs: grid.startMs + (column + 1) * grid.stepMs,
      bucketLow: grid.priceEdges[row],
      bucketHigh: grid.priceEdges[row + 1],
    };
  }

  /** The figures at the two cut-offs; `null` without a grid, and for a grid without figures. */
  cutoffsUsd(): { lowerUsd: number; upperUsd: number; isSpanLimited: boolean } | null {
    const grid = this.heatGrid;
    if (grid === null || grid.isEmpty) return null;
    return {
      lowerUsd: grid.valuesUsd[this.lowerByte],
      upperUsd: grid.valuesUsd[this.upperByte],
      isSpanLimited: this.isSpanLimited,
    };
  }

  legendTicks(): LegendTick[] {
    const cutoffs = this.cutoffsUsd();
    return cutoffs === null ? [] : buildLegendTicks(cutoffs.lowerUsd, cutoffs.upperUsd);
  }

  protected override candlesChanged(): void {
    this.columnEdges = null;
    this.bars = [];
    this.version++;
  }

  protected override changed(): void {
    this.refreshPalette();
    super.changed();
  }

  private refreshPalette(): void {
    const { palette, lowerCutoff, upperCutoff, opacity } = this.currentOptions;
    const histogram = this.heatGrid?.histogram;
    const upperByte = histogram ? byteAtPercentile(histogram, upperCutoff) : 255;
    this.lowerByte = histogram ? byteAtPercentile(histogram, lowerCutoff) : 1;
    // Byte 1 also holds everything too small for the scale: dust that would tint whole areas, unless it is asked for.
    if (lowerCutoff > 0) this.lowerByte = Math.max(this.heatGrid?.isSigned ? 4 : 2, this.lowerByte);
    // Where few levels are in view, most cells hold what decay left of old ones, and a percentile of them is dust, too.
    this.isSpanLimited =
      lowerCutoff >= DEFAULT_OPTIONS.lowerCutoff && this.lowerByte < upperByte - MOST_BYTES_OF_COLOUR;
    if (this.isSpanLimited) this.lowerByte = upperByte - MOST_BYTES_OF_COLOUR;
    // A step apart at least, or a grid of one figure would have no scale.
    this.upperByte = Math.min(255, Math.max(this.lowerByte + 1, upperByte));
    this.lowerByte = Math.min(this.lowerByte, this.upperByte - 1);
    // Bytes of two planes come in pairs of one size, and a cut-off must not part them.
    if (this.heatGrid?.isSigned) this.lowerByte = Math.max(2, this.lowerByte & ~1);
    this.paletteWords = this.heatGrid?.isSigned
      ? buildDivergingPalette(this.lowerByte, this.upperByte, opacity)
      : buildPalette(palette, this.lowerByte, this.upperByte, opacity);
  }

  private columnEdgesNow(grid: HeatGrid): Float64Array {
    if (this.columnEdges === null && this.param !== null) {
      const positions = readCandlePositions(this.param.chart, this.param.series);
      this.columnEdges = columnEdgesOnScale(grid, positions);
      this.bars = this.currentOptions.candleHaloPixels > 0 ? readBarRanges(this.param.series, positions) : [];
    }
    return this.columnEdges ?? new Float64Array(grid.columns + 1);
  }

  protected override painter({ series }: Attached): Paint | null {
    const grid = this.heatGrid;
    const scale = this.horizontalScale();
    if (grid === null || scale === null) return null;
    return (target) =>
      target.useBitmapCoordinateSpace((scope) => {
        this.frame.draw(scope, {
          grid,
          columnEdges: this.columnEdgesNow(grid),
          bars: this.bars,
          series,
          scale,
          palette: this.paletteWords,
          lowerByte: this.lowerByte,
          haloPixels: this.currentOptions.candleHaloPixels,
          contentVersion: this.version,
        });
      });
  }
}
