import type { PaletteName } from '../plugin';
import { formatAmount } from '../ui/amount';
import { measureText } from '../ui/format';
import { COLORS, FONT } from '../ui/theme';
import type { LiquidationChart } from '../chart/chart';
import { paintRamp } from '../chart/legend';
import type { Loaded } from '../state/shown';

const STRIP_PIXELS = 56;

/** Saves the chart with what a picture needs to be honest on its own: market, scale, and that it is an estimate. */
export function saveScreenshot(view: LiquidationChart, { state, header }: Pick<Loaded, 'state' | 'header'>): void {
  const chart = view.chart.takeScreenshot(true, false);
  const scale = chart.width / Math.max(1, view.chart.chartElement().clientWidth);
  const strip = STRIP_PIXELS * scale;
  const canvas = document.createElement('canvas');
  canvas.width = chart.width;
  canvas.height = chart.height + strip;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.fillStyle = COLORS.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(chart, 0, strip);
  context.scale(scale, scale);
  context.textBaseline = 'middle';
  context.fillStyle = '#f4f7fc';
  context.font = `700 16px ${FONT}`;
  context.fillText(`${header.symbol} · ${header.venue} · ${state.range}`, 14, 19);
  context.fillStyle = COLORS.text;
  context.font = `12px ${FONT}`;
  const parts = [
    header.origin === 'simulated' && 'SIMULATED MARKET',
    `${measureText(header)}, ${header.calibration}`,
    state.side !== 'both' && `${state.side}s only`,
    state.leverages?.map((leverage) => `${leverage}×`).join(' ') ?? false,
    state.cohort !== 'none' && `opened within ${state.cohort}`,
    'liqheat',
  ];
  context.fillText(parts.filter((part) => part !== false).join(' · '), 14, 40);
  drawScale(context, view, state.palette, canvas.width / scale);
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

function drawScale(
  context: CanvasRenderingContext2D,
  view: LiquidationChart,
  palette: PaletteName,
  width: number,
): void {
  const cutoffs = view.heatmap.cutoffsUsd();
  if (cutoffs === null || width < 640) return;
  const ramp = document.createElement('canvas');
  ramp.width = 200;
  ramp.height = 1;
  paintRamp(ramp, palette);
  const left = width - 216;
  context.drawImage(ramp, left, 14, 200, 12);
  context.fillStyle = COLORS.text;
  context.textAlign = 'left';
  context.fillText(formatAmount(cutoffs.lowerUsd), left, 40);
  context.textAlign = 'right';
  context.fillText(`≥ ${formatAmount(cutoffs.upperUsd)} per bucket`, left + 200, 40);
}
