import { HeatmapFrame } from './heatmap-frame.js';
import { HeatGrid } from './grid.js';
import { readBarRanges, readCandlePositions, type BarRange } from './candle-positions.js';
import { buildLegendTicks } from './legend-ticks.js';
import { colourLimits, lockedLimits, windowHistogram, type ColourLimits } from './limits.js';
import { buildDivergingPalette, buildPalette } from './palette.js';
import { ChartPrimitive, type Attached, type Paint } from './primitive.js';
import { columnAtLogical, columnEdgesOnScale } from './time-lookup.js';
import type { CellAtPoint, CellValue, ColumnUpdate, HeatGridInput, HeatmapOptions, LegendTick } from './types.js';

const DEFAULT_OPTIONS: HeatmapOptions = {
  palette: 'viridis',
  lowerCutoff: 0.25,
  upperCutoff: 0.995,
  limits: 'view',
  leastShownUsd: 0,
  marginPixels: 0,
  opacity: 0.92,
  isOnLight: false,
  visible: true,
  candleHaloPixels: 0,
};

interface Size {
  width: number;
  height: number;
}

/** A heatmap of figures per price bucket and time column, under the candles of the series it is attached to. */
export class LiquidationHeatmap extends ChartPrimitive<HeatmapOptions> {
  private readonly frame = new HeatmapFrame();
  private heatGrid: HeatGrid | null = null;
  private paletteWords: Uint32Array = new Uint32Array(256);
  private limits: ColourLimits = { drawnFrom: 1, colouredFrom: 1, upTo: 255 };
  private seenKey = '';
  /** Of the cells that are seen; `null` before the first frame. */
  private seen: Uint32Array | null = null;
  private readonly limitListeners: (() => void)[] = [];
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
    this.seen = null;
    this.seenKey = '';
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

  /**
   * The figures that are drawn from and that colours grow between; `null` without a grid, and for a grid without
   * figures.
   */
  cutoffsUsd(): { drawnUsd: number; lowerUsd: number; upperUsd: number } | null {
    const grid = this.heatGrid;
    if (grid === null || grid.isEmpty) return null;
    const { drawnFrom, colouredFrom, upTo } = this.limits;
    return {
      drawnUsd: grid.valuesUsd[drawnFrom],
      lowerUsd: grid.valuesUsd[colouredFrom],
      upperUsd: grid.valuesUsd[upTo],
    };
  }

  /** Calls back after a frame in which colours have other limits: what is seen has changed. */
  onLimits(listener: () => void): void {
    this.limitListeners.push(listener);
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
    const { palette, opacity, isOnLight } = this.currentOptions;
    this.limits = this.wantedLimits();
    this.paletteWords = this.heatGrid?.isSigned
      ? buildDivergingPalette(this.limits, opacity, isOnLight)
      : buildPalette(palette, this.limits, opacity, isOnLight);
  }

  private wantedLimits(): ColourLimits {
    const grid = this.heatGrid;
    const { limits, lowerCutoff, upperCutoff, leastShownUsd } = this.currentOptions;
    if (grid === null) return { drawnFrom: 1, colouredFrom: 1, upTo: 255 };
    if (typeof limits !== 'string') return lockedLimits(grid.byteOf(limits[0]), grid.byteOf(limits[1]), grid.isSigned);
    const histogram = limits === 'view' ? (this.seen ?? grid.histogram) : grid.histogram;
    const leastShownByte = grid.byteOf(leastShownUsd);
    return colourLimits(histogram, { lowerCutoff, upperCutoff, leastShownByte }, grid.isSigned);
  }

  /** Takes the colours' limits from the cells that are seen. */
  private lookAt(grid: HeatGrid, { originX, spacing }: { originX: number; spacing: number }, size: Size): void {
    const { limits, marginPixels } = this.currentOptions;
    if (limits !== 'view') return;
    const edges = this.columnEdgesNow(grid);
    const lastColumn = grid.columns - 1;
    const columnAt = (x: number): number => columnAtLogical(edges, (x - originX) / spacing);
    const first = columnAt(0);
    const last = columnAt(size.width - marginPixels - 1);
    const isLeftInside = edges[0] * spacing + originX > 0;
    const isRightInside = edges[grid.columns] * spacing + originX < size.width - marginPixels;
    const columns = [isLeftInside ? 0 : first, isRightInside ? lastColumn : last] as const;
    const rows = this.rowsSeen(grid, size.height);
    const key = [grid.version, ...columns, ...rows].join();
    if (key === this.seenKey || columns[0] < 0 || columns[1] < columns[0] || rows[1] < rows[0]) return;
    this.seenKey = key;
    const histogram = windowHistogram(grid, columns, rows);
    // Where nothing is seen there is nothing to take them from.
    if (histogram.every((count, byte) => byte === 0 || count === 0)) return;
    this.seen = histogram;
    const before = this.limits;
    const now = this.wantedLimits();
    if (now.drawnFrom === before.drawnFrom && now.colouredFrom === before.colouredFrom && now.upTo === before.upTo)
      return;
    this.refreshPalette();
    this.version++;
    queueMicrotask(() => {
      for (const listener of this.limitListeners) listener();
    });
  }

  private rowsSeen(grid: HeatGrid, height: number): readonly [first: number, last: number] {
    const prices = [0, height - 1].map((y) => this.param?.series.coordinateToPrice(y) ?? NaN);
    const rowOf = (price: number, outside: number): number => {
      const row = grid.rowAt(price);
      return row < 0 ? outside : row;
    };
    return [rowOf(Math.min(...prices), 0), rowOf(Math.max(...prices), grid.buckets - 1)];
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
        this.lookAt(grid, scale, scope.mediaSize);
        this.frame.draw(scope, {
          grid,
          columnEdges: this.columnEdgesNow(grid),
          bars: this.bars,
          series,
          scale,
          palette: this.paletteWords,
          lowerByte: this.limits.drawnFrom,
          haloPixels: this.currentOptions.candleHaloPixels,
          contentVersion: this.version,
        });
      });
  }
}
