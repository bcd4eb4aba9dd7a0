import type { ISeriesApi, SeriesType } from 'lightweight-charts';
import { drawLine, drawWords, offscreen } from './canvas.js';
import { lookUpPixelRows, priceScaleKey, type PixelRows } from './price-lookup.js';
import { heaviestBuckets, roundScaleMark, type ProfileRow } from './profile-bins.js';
import type { ProfileData, ProfileOptions } from './types.js';

/** Figures prepared once per data change. */
export interface PreparedProfile {
  data: ProfileData;
  totalsUsd: Float64Array;
}

interface Panel {
  left: number;
  right: number;
  width: number;
  height: number;
}

/** Longs are hatched and shorts are solid, so that the sides differ without colour. */
const HATCH_PERIOD_PIXELS = 4;
const FADE_PERIOD_PIXELS = 5;
const FADE_CUT_PIXELS = 3;
const LABEL_FONT_PIXELS = 11;
/** Under this width only the arrow of a side fits before its figure. */
const NARROW_PANEL_PIXELS = 120;

export class ProfileFrame {
  #canvas: OffscreenCanvas | null = null;
  #paintedKey = '';

  draw(
    context: CanvasRenderingContext2D,
    size: { width: number; height: number },
    pixelRatio: number,
    profile: PreparedProfile,
    options: ProfileOptions,
    series: ISeriesApi<SeriesType>,
    version: number,
  ): void {
    const right = Math.round(size.width - options.marginPixels);
    const panel: Panel = {
      left: right - options.widthPixels,
      right,
      width: options.widthPixels,
      height: Math.round(size.height),
    };
    if (panel.left < 0 || panel.height <= 0) return;
    const key = [version, panel.width, panel.height, pixelRatio, priceScaleKey(series, panel.height)].join('|');
    if (this.#canvas === null || key !== this.#paintedKey) {
      this.#canvas = paintPanel(panel, pixelRatio, profile, options, series);
      this.#paintedKey = key;
    }
    context.drawImage(this.#canvas, panel.left, 0, panel.width, panel.height);
  }
}

function paintPanel(
  panel: Panel,
  pixelRatio: number,
  profile: PreparedProfile,
  options: ProfileOptions,
  series: ISeriesApi<SeriesType>,
): OffscreenCanvas {
  const context = offscreen(panel.width * pixelRatio, panel.height * pixelRatio);
  context.scale(pixelRatio, pixelRatio);
  const lookup: PixelRows = { low: new Int32Array(panel.height), high: new Int32Array(panel.height) };
  lookUpPixelRows(lookup, profile.data.priceEdges, (y) => series.coordinateToPrice(y));
  const { rows, maxUsd } = heaviestBuckets(lookup, profile.totalsUsd);
  context.fillStyle = options.backgroundColor;
  context.fillRect(0, 0, panel.width, panel.height);
  let markX = 0;
  if (maxUsd > 0) {
    const pixelsPerUsd = (panel.width * 0.86) / maxUsd;
    markX = drawScale(context, panel, options, maxUsd, pixelsPerUsd);
    drawBars(context, panel, rows, profile.data, options, pixelsPerUsd);
    fadeBars(context, panel, rows, profile.data, options, pixelsPerUsd);
  }
  drawCurves(context, panel, rows, profile.data, options);
  const markText = `${options.formatUsd(roundScaleMark(maxUsd))} ${options.scaleText}`;
  // Its words end inside the panel.
  if (markX > 0)
    label(
      context,
      options,
      markText,
      Math.max(4, Math.min(markX, panel.width - 7 * markText.length)),
      panel.height - 7,
    );
  return context.canvas;
}

function drawScale(
  context: OffscreenCanvasRenderingContext2D,
  panel: Panel,
  options: ProfileOptions,
  maxUsd: number,
  pixelsPerUsd: number,
): number {
  const x = Math.round(panel.width - roundScaleMark(maxUsd) * pixelsPerUsd) + 0.5;
  const line = [
    [x, 22],
    [x, panel.height - 22],
  ] as const;
  drawLine(context, line, options.gridColor, 1, [2, 4]);
  return x;
}

function drawBars(
  context: OffscreenCanvasRenderingContext2D,
  panel: Panel,
  rows: readonly ProfileRow[],
  data: ProfileData,
  options: ProfileOptions,
  pixelsPerUsd: number,
): void {
  data.leverages.forEach((_, band) => {
    context.fillStyle = options.bandColors[band % options.bandColors.length];
    context.beginPath();
    rows.forEach((row, y) => {
      if (row.bucket < 0 || row.totalUsd <= 0) return;
      for (const side of ['long', 'short'] as const) {
        const [startUsd, endUsd] = bandSpan(data, side, band, row.bucket);
        if (endUsd > startUsd)
          context.rect(panel.width - endUsd * pixelsPerUsd, y, (endUsd - startUsd) * pixelsPerUsd, 1);
      }
    });
    context.fill();
  });
  context.fillStyle = options.backgroundColor;
  context.beginPath();
  rows.forEach((row, y) => {
    if (row.bucket < 0) return;
    const longUsd = bandSpan(data, 'long', data.leverages.length - 1, row.bucket)[1];
    const start = panel.width - longUsd * pixelsPerUsd;
    for (let x = panel.width - HATCH_PERIOD_PIXELS + (y % HATCH_PERIOD_PIXELS); x > start; x -= HATCH_PERIOD_PIXELS) {
      context.rect(x, y, 1.25, 1);
    }
  });
  context.fill();
}

/** Bars that little data backs: cut into dots, so that they differ without colour. */
function fadeBars(
  context: OffscreenCanvasRenderingContext2D,
  panel: Panel,
  rows: readonly ProfileRow[],
  { support }: ProfileData,
  options: ProfileOptions,
  pixelsPerUsd: number,
): void {
  if (support === undefined) return;
  context.fillStyle = options.backgroundColor;
  context.beginPath();
  rows.forEach((row, y) => {
    if (row.bucket < 0 || row.totalUsd <= 0 || support[row.bucket] >= options.leastSupport) return;
    const start = panel.width - row.totalUsd * pixelsPerUsd;
    for (let x = panel.width - FADE_PERIOD_PIXELS; x + FADE_CUT_PIXELS > start; x -= FADE_PERIOD_PIXELS)
      context.rect(x, y, FADE_CUT_PIXELS, 1);
  });
  context.fill();
}

/** Where a band lies in its bucket's bar: all long bands first, low leverage to high, then the short ones. */
function bandSpan(data: ProfileData, side: 'long' | 'short', band: number, bucket: number): [number, number] {
  let startUsd = 0;
  if (side === 'short') for (const values of data.longByLeverageUsd) startUsd += values[bucket];
  const bands = side === 'long' ? data.longByLeverageUsd : data.shortByLeverageUsd;
  for (let index = 0; index < band; index++) startUsd += bands[index][bucket];
  return [startUsd, startUsd + bands[band][bucket]];
}

function drawCurves(
  context: OffscreenCanvasRenderingContext2D,
  panel: Panel,
  rows: readonly ProfileRow[],
  data: ProfileData,
  options: ProfileOptions,
): void {
  const curves = [
    { values: data.cumulativeShortUsd, color: options.shortColor, dash: [], name: '▲ Σ short', isUp: true },
    { values: data.cumulativeLongUsd, color: options.longColor, dash: [5, 3], name: '▼ Σ long', isUp: false },
  ];
  const shown = rows.filter((row) => row.bucket >= 0);
  const largestUsd = Math.max(0, ...shown.map((row) => Math.max(...curves.map((curve) => curve.values[row.bucket]))));
  if (largestUsd <= 0) return;
  const xOf = (usd: number): number => panel.width - (Math.min(usd, largestUsd / 0.9) / largestUsd) * panel.width * 0.9;
  drawRange(context, rows, data, options, xOf);
  drawCurveScale(context, panel, options, largestUsd, xOf);
  for (const { values, color, dash, name, isUp } of curves) {
    let endUsd = 0;
    const points = rows.flatMap((row, y) => {
      const usd = row.bucket < 0 ? 0 : values[row.bucket];
      endUsd = Math.max(endUsd, usd);
      return usd > 0 ? [[xOf(usd), y + 0.5] as const] : [];
    });
    if (endUsd <= 0) continue;
    drawLine(context, points, options.backgroundColor, 4);
    drawLine(context, points, color, 1.75, dash);
    const text = panel.width < NARROW_PANEL_PIXELS ? name.slice(0, 1) : name;
    label(context, options, `${text} ${options.formatTotalUsd(endUsd)}`, 6, isUp ? 16 : panel.height - 24, color);
  }
}

/** Where 8 of 10 outcomes of a curve lie: longs below the price, shorts above it. */
function drawRange(
  context: OffscreenCanvasRenderingContext2D,
  rows: readonly ProfileRow[],
  { curveRangeUsd: range, cumulativeLongUsd: longs }: ProfileData,
  options: ProfileOptions,
  xOf: (usd: number) => number,
): void {
  if (range === undefined) return;
  context.globalAlpha = 0.16;
  rows.forEach(({ bucket }, y) => {
    if (bucket < 0 || !(range.high[bucket] > 0)) return;
    context.fillStyle = longs[bucket] > 0 ? options.longColor : options.shortColor;
    const left = xOf(range.high[bucket]);
    context.fillRect(left, y, xOf(range.low[bucket]) - left, 1);
  });
  context.globalAlpha = 1;
}

/** A tick of the curves' own axis, at the top: the bars have theirs at the bottom. */
function drawCurveScale(
  context: OffscreenCanvasRenderingContext2D,
  panel: Panel,
  options: ProfileOptions,
  largestUsd: number,
  xOf: (usd: number) => number,
): void {
  const markUsd = roundScaleMark(largestUsd);
  const text = options.formatTotalUsd(markUsd);
  if (text === '' || panel.width < NARROW_PANEL_PIXELS) return;
  const x = Math.round(xOf(markUsd)) + 0.5;
  context.fillStyle = options.textColor;
  context.fillRect(x - 0.5, 20, 1, 14);
  // Below the name of the upper curve, which may end at any width.
  label(context, options, text, Math.min(x + 4, panel.width - 44), 32);
}

function label(
  context: OffscreenCanvasRenderingContext2D,
  options: ProfileOptions,
  text: string,
  x: number,
  y: number,
  color = options.textColor,
): void {
  context.font = `600 ${LABEL_FONT_PIXELS}px ${options.fontFamily}`;
  drawWords(context, text, [x, y - 4], [color, options.backgroundColor]);
}
