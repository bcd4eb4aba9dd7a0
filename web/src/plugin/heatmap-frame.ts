import type { ISeriesApi, SeriesType } from 'lightweight-charts';
import type { BarRanges } from './candle-positions.js';
import { offscreen } from './canvas.js';
import { lowerBound } from './edges.js';
import type { HeatGrid } from './grid.js';
import { clearSpans, coverSpan, dimSpans, type CandleSpans } from './halo.js';
import { lookUpPixelRows, priceScaleKey, type PixelRows } from './price-lookup.js';
import { HeatRaster, type RasterArea } from './raster.js';
import { lookUpPixelColumns, type PixelColumns } from './time-lookup.js';

interface BitmapScope {
  context: CanvasRenderingContext2D;
  mediaSize: { width: number; height: number };
  bitmapSize: { width: number; height: number };
}

/** A word for each byte; smaller bytes than `drawnFrom` are not drawn. */
export interface Colours {
  words: Uint32Array;
  drawnFrom: number;
}

interface FrameInput {
  grid: HeatGrid;
  columnEdges: Float64Array;
  bars: BarRanges;
  series: ISeriesApi<SeriesType>;
  scale: { originX: number; spacing: number };
  /** Asked once a picture: limits may go by what it shows. */
  coloursOf: (columns: PixelColumns, rows: PixelRows) => Colours;
  haloPixels: number;
  contentVersion: number;
}

/** One viewport's picture, in CSS pixels: on a dense screen four times fewer cells are read, and no level gets lost. */
class Viewport {
  readonly context: OffscreenCanvasRenderingContext2D;
  readonly image: ImageData;
  readonly pixels: Uint32Array;
  readonly columns: PixelColumns;
  readonly rows: PixelRows;
  readonly spans: CandleSpans;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.context = offscreen(width, height);
    this.image = new ImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.columns = { first: new Int32Array(width), last: new Int32Array(width), from: 0, to: 0 };
    this.rows = { low: new Int32Array(height), high: new Int32Array(height) };
    this.spans = { top: new Int32Array(width), bottom: new Int32Array(width) };
  }
}

/** Draws a grid into a pane. `putImageData` ignores blending, hence the canvas in between. */
export class HeatmapFrame {
  readonly #raster = new HeatRaster();
  #viewport: Viewport | null = null;
  #area: RasterArea = { left: 0, top: 0, width: 0, height: 0 };
  #paintedKey = '';

  draw({ context, mediaSize, bitmapSize }: BitmapScope, input: FrameInput): void {
    const width = Math.round(mediaSize.width);
    const height = Math.round(mediaSize.height);
    if (width <= 0 || height <= 0) return;
    if (this.#viewport?.width !== width || this.#viewport.height !== height) {
      this.#viewport = new Viewport(width, height);
      this.#paintedKey = '';
    }
    const key = viewKey(input, height);
    if (key !== this.#paintedKey) {
      this.#paint(this.#viewport, input);
      this.#paintedKey = key;
    }
    const { left, top, width: areaWidth, height: areaHeight } = this.#area;
    if (areaWidth <= 0 || areaHeight <= 0) return;
    const scaleX = bitmapSize.width / width;
    const scaleY = bitmapSize.height / height;
    context.save();
    context.imageSmoothingEnabled = false;
    context.drawImage(
      this.#viewport.context.canvas,
      left,
      top,
      areaWidth,
      areaHeight,
      left * scaleX,
      top * scaleY,
      areaWidth * scaleX,
      areaHeight * scaleY,
    );
    context.restore();
  }

  #paint(viewport: Viewport, input: FrameInput): void {
    const { width, height, pixels, columns, rows, spans, image } = viewport;
    const { grid, columnEdges, scale, series } = input;
    lookUpPixelColumns(columns, columnEdges, scale.originX, scale.spacing);
    lookUpPixelRows(rows, grid.priceEdges, (y) => series.coordinateToPrice(y));
    const { words, drawnFrom } = input.coloursOf(columns, rows);
    this.#area = this.#raster.paint(pixels, grid, columns, rows, words, drawnFrom);
    if (input.haloPixels > 0 && input.bars.logicals.length > 0) {
      coverCandles(spans, input, width);
      dimSpans(pixels, width, height, spans, input.haloPixels);
    }
    const { left, top, width: areaWidth, height: areaHeight } = this.#area;
    if (areaWidth > 0 && areaHeight > 0) viewport.context.putImageData(image, 0, 0, left, top, areaWidth, areaHeight);
  }
}

function coverCandles(spans: CandleSpans, { bars, series, scale, haloPixels }: FrameInput, width: number): void {
  clearSpans(spans);
  const reach = Math.max(0.5, scale.spacing * 0.4) + haloPixels;
  const from = lowerBound(bars.logicals, (-reach - scale.originX) / scale.spacing);
  for (let index = from; index < bars.logicals.length; index++) {
    const x = scale.originX + bars.logicals[index] * scale.spacing;
    if (x - reach > width) break;
    const high = series.priceToCoordinate(bars.high[index]);
    const low = series.priceToCoordinate(bars.low[index]);
    if (high !== null && low !== null) coverSpan(spans, x - reach, x + reach, Math.min(high, low), Math.max(high, low));
  }
}

/** Everything a frame depends on. */
function viewKey({ contentVersion, scale, series, grid }: FrameInput, height: number): string {
  return [contentVersion, grid.version, scale.originX, scale.spacing, priceScaleKey(series, height)].join('|');
}
