import { t } from '@lingui/core/macro';
import type { PaletteName } from '../plugin';
import { formatAmount } from '../ui/amount';
import { formatPrice, formatTime, measureText } from '../ui/format';
import { priceCurrency } from '../ui/money';
import { FONT, colors, shownTheme } from '../ui/theme';
import { venueName } from '../ui/venue-name';
import type { LiquidationChart } from '../chart/chart';
import { paintRamp } from '../chart/ramp';
import type { Loaded } from '../state/shown';
import { calibrationWord } from './calibration';

const HEAD_PIXELS = 60;
const FOOT_PIXELS = 26;
const DISCLAIMER = t`A modelled estimate, not positions reported by exchanges. A level is no forecast, \
and nothing here is advice.`;

/** Saves the chart with what a picture needs to be honest on its own: market, price, time, scale, and what it is. */
export function saveScreenshot(view: LiquidationChart, { state, header, candles }: Loaded): void {
  const chart = view.chart.takeScreenshot(true, false);
  const scale = chart.width / Math.max(1, view.chart.chartElement().clientWidth);
  const canvas = document.createElement('canvas');
  canvas.width = chart.width;
  canvas.height = chart.height + (HEAD_PIXELS + FOOT_PIXELS) * scale;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.fillStyle = colors().background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(chart, 0, HEAD_PIXELS * scale);
  context.scale(scale, scale);
  const width = canvas.width / scale;
  context.textBaseline = 'middle';
  context.fillStyle = colors().bright;
  context.font = `700 16px ${FONT}`;
  context.fillText(pictureTitle({ state, header, candles }), 14, 20, width - 240);
  context.fillStyle = colors().text;
  context.font = `12px ${FONT}`;
  context.fillText(pictureFacts({ state, header }), 14, 43, width - 28);
  context.fillText(DISCLAIMER, 14, HEAD_PIXELS + chart.height / scale + FOOT_PIXELS / 2, width - 90);
  context.textAlign = 'right';
  context.fillText('liqheat', width - 14, HEAD_PIXELS + chart.height / scale + FOOT_PIXELS / 2);
  context.textAlign = 'left';
  drawScale(context, view, state.palette, width);
  canvas.toBlob((blob) => {
    if (blob === null) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    const minute = new Date().toISOString().slice(0, 16).replace(/\D/g, '');
    link.download = `liqheat-${header.symbol.replace(/\W+/g, '')}-${state.range}-${minute}.png`;
    link.click();
    URL.revokeObjectURL(link.href);
  }, 'image/png');
}

/** Market, range, newest price and its time: `BTC/USDT:USDT · Binance · 7d · 68,251.3 · Tue 31 Mar 2026 23:55 UTC`. */
function pictureTitle({ state, header, candles }: Pick<Loaded, 'state' | 'header' | 'candles'>): string {
  const close = candles.close[candles.close.length - 1];
  const currency = priceCurrency();
  const price = close === undefined ? null : `${formatPrice(close)}${currency === null ? '' : ` ${currency}`}`;
  const parts = [header.symbol, venueName(header.venue), state.range, price, formatTime(header.data_end_ms)];
  return parts.filter((part) => part !== null).join(' · ');
}

/** What its figures count, and of whom. */
function pictureFacts({ state, header }: Pick<Loaded, 'state' | 'header'>): string {
  const { window, horizon, cohort } = state;
  const measure = measureText(header);
  const parts = [
    header.origin === 'simulated' && t`SIMULATED MARKET`,
    state.quantity === 'flow' ? t`${measure}, if reached within ${horizon}` : measure,
    calibrationWord(header.calibration),
    state.side !== 'both' && (state.side === 'long' ? t`longs only` : t`shorts only`),
    state.leverages?.map((leverage) => `${leverage}×`).join(' ') ?? false,
    cohort !== 'none' && t`opened within ${cohort}`,
    window !== null && t`seen: ${{ from: formatTime(window.fromMs) }} – ${{ to: formatTime(window.toMs) }}`,
  ];
  return parts.filter((part) => part !== false).join(' · ');
}

function drawScale(
  context: CanvasRenderingContext2D,
  view: LiquidationChart,
  palette: PaletteName,
  width: number,
): void {
  const cutoffs = view.heatmap.cutoffsUsd();
  if (cutoffs === null || width < 640) return;
  const isSigned = view.heatmap.grid?.isSigned ?? false;
  const ramp = document.createElement('canvas');
  ramp.width = 200;
  ramp.height = 1;
  paintRamp(ramp, isSigned ? 'diverging' : palette, shownTheme() === 'light');
  const left = width - 216;
  context.drawImage(ramp, left, 8, 200, 10);
  context.fillStyle = colors().text;
  const most = formatAmount(cutoffs.upperUsd);
  context.fillText(isSigned ? `≤ −${most}` : formatAmount(cutoffs.lowerUsd), left, 27);
  context.textAlign = 'right';
  context.fillText(t`≥ ${most} a bucket`, left + 200, 27);
}
