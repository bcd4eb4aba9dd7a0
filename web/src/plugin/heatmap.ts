import { intervalOf } from './edges.js';
import { HeatmapFrame, type Colours } from './heatmap-frame.js';
import { HeatGrid } from './grid.js';
import { readBarRanges, readCandlePositions, type BarRanges } from './candle-positions.js';
import { colourLimits, seenHistogram, type ColourLimits } from './limits.js';
import { buildDivergingPalette, buildPalette } from './palette.js';
import type { PixelRows } from './price-lookup.js';
import { ChartPrimitive, type Attached, type Paint } from './primitive.js';
import { columnEdgesOnScale, type PixelColumns } from './time-lookup.js';
import type { CellAtPoint, CellValue, ColumnUpdate, HeatGridInput, HeatmapOptions } from './types.js';

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

const NO_BARS: BarRanges = { logicals: new Float64Array(0), high: [], low: [] };

/** A heatmap of figures per price bucket and time column, under the candles of the series it is attached to. */
export class LiquidationHeatmap extends ChartPrimitive<HeatmapOptions> {
  readonly #frame = new HeatmapFrame();
  #heatGrid: HeatGrid | null = null;
  #paletteWords: Uint32Array = new Uint32Array(256);
  #limits: ColourLimits = { drawnFrom: 1, colouredFrom: 1, upTo: 255 };
  /** Of the cells that are seen; `null` before the first frame. */
  #seen: Uint32Array | null = null;
  #limitListener: () => void = () => undefined;
  #columnEdges: Float64Array | null = null;
  #bars: BarRanges = NO_BARS;

  constructor(options: Partial<HeatmapOptions> = {}) {
    super(DEFAULT_OPTIONS, options, 'bottom');
  }

  get grid(): HeatGrid | null {
    return this.#heatGrid;
  }

  /** The bytes stay the caller's until a live column is applied; `null` takes the heat away. */
  setGrid(grid: HeatGridInput | null): void {
    this.#heatGrid = grid === null ? null : new HeatGrid(grid);
    this.#seen = null;
    this.#columnEdges = null;
    this.changed();
  }

  applyColumn(update: ColumnUpdate): void {
    if (this.#heatGrid === null) throw new Error('call setGrid before applyColumn');
    const columnsBefore = this.#heatGrid.columns;
    this.#heatGrid.applyColumn(update);
    if (this.#heatGrid.columns !== columnsBefore) this.#columnEdges = null;
    this.changed();
  }

  /** The cell at a time and a price; `null` outside the grid. */
  valueAt(timeMs: number, price: number): CellValue | null {
    return this.#heatGrid?.valueAt(timeMs, price) ?? null;
  }

  /** The cell under a point of the pane, as drawn: on the chart's scale, gaps included. `null` outside the grid. */
  cellAtPoint(x: number, y: number): CellAtPoint | null {
    const grid = this.#heatGrid;
    const scale = this.horizontalScale();
    const price = this.param?.series.coordinateToPrice(y) ?? null;
    if (grid === null || scale === null || price === null) return null;
    const row = grid.rowAt(price);
    // Columns of width 0, inside a gap, are never hit.
    const column = intervalOf(this.#columnEdgesNow(grid), (x - scale.originX) / scale.spacing);
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
   * The figures that are drawn from and that colours grow between, for `buildLegendTicks`; `null` without a grid, and
   * for a grid without figures.
   */
  cutoffsUsd(): { drawnUsd: number; lowerUsd: number; upperUsd: number } | null {
    const grid = this.#heatGrid;
    if (grid === null || grid.isEmpty) return null;
    const { drawnFrom, colouredFrom, upTo } = this.#limits;
    return {
      drawnUsd: grid.valuesUsd[drawnFrom],
      lowerUsd: grid.valuesUsd[colouredFrom],
      upperUsd: grid.valuesUsd[upTo],
    };
  }

  /** Calls one listener after each frame in which colours have other limits: what is seen has changed. */
  onLimits(listener: () => void): void {
    this.#limitListener = listener;
  }

  protected override candlesChanged(): void {
    this.#columnEdges = null;
    this.#bars = NO_BARS;
    this.version++;
  }

  protected override changed(): void {
    this.#refreshPalette();
    super.changed();
  }

  #refreshPalette(): void {
    const { palette, opacity, isOnLight } = this.currentOptions;
    const grid = this.#heatGrid;
    if (grid === null) return;
    this.#limits = colourLimits(grid, this.#seen, this.currentOptions);
    this.#paletteWords = grid.isSigned
      ? buildDivergingPalette(this.#limits, opacity, isOnLight)
      : buildPalette(palette, this.#limits, opacity, isOnLight);
  }

  /** Colours for the cells that a frame is about to show. */
  #coloursOf(grid: HeatGrid, columns: PixelColumns, rows: PixelRows): Colours {
    if (this.currentOptions.limits === 'view') {
      const seen = seenHistogram(grid, columns, rows, columns.first.length - this.currentOptions.marginPixels);
      // Where nothing is seen there is nothing to take limits from.
      if (seen.some((count, byte) => byte > 0 && count > 0)) this.#seen = seen;
      const before = this.#limits;
      this.#refreshPalette();
      const { drawnFrom, colouredFrom, upTo } = this.#limits;
      if (drawnFrom !== before.drawnFrom || colouredFrom !== before.colouredFrom || upTo !== before.upTo)
        queueMicrotask(() => this.#limitListener());
    }
    return { words: this.#paletteWords, drawnFrom: this.#limits.drawnFrom };
  }

  #columnEdgesNow(grid: HeatGrid): Float64Array {
    if (this.#columnEdges === null && this.param !== null) {
      const positions = readCandlePositions(this.param.chart, this.param.series);
      this.#columnEdges = columnEdgesOnScale(grid, positions);
      this.#bars = this.currentOptions.candleHaloPixels > 0 ? readBarRanges(this.param.series, positions) : NO_BARS;
    }
    return this.#columnEdges ?? new Float64Array(grid.columns + 1);
  }

  protected override painter({ series }: Attached): Paint | null {
    const grid = this.#heatGrid;
    const scale = this.horizontalScale();
    if (grid === null || scale === null) return null;
    return (target) =>
      target.useBitmapCoordinateSpace((scope) => {
        this.#frame.draw(scope, {
          grid,
          columnEdges: this.#columnEdgesNow(grid),
          bars: this.#bars,
          series,
          scale,
          coloursOf: (columns, rows) => this.#coloursOf(grid, columns, rows),
          haloPixels: this.currentOptions.candleHaloPixels,
          contentVersion: this.version,
        });
      });
  }
}
