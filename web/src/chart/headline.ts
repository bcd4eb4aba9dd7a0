import type { CandlesAnswer } from '../api/types';
import { element } from '../ui/dom';
import { formatPrice, formatSignedPercent, priceDecimals } from '../ui/format';
import { formatMoney, priceCurrency } from '../ui/money';
import type { LiquidationChart } from './chart';

/** Market, candle figures and volume over the chart's upper left corner, as traders know it. */
export function mountHeadline(
  host: HTMLElement,
  view: LiquidationChart,
): (title: string, candles: CandlesAnswer) => void {
  const title = element('span', { class: 'headline-title' });
  const figures = element('span', { class: 'headline-figures number' });
  host.append(title, figures);
  let shown: CandlesAnswer | null = null;
  /** The candle under the crosshair; new prices must not take its figures away. */
  let pointed: number | null = null;
  const show = (index: number): void => {
    if (shown === null || index < 0 || index >= shown.time_ms.length) return;
    const { open, high, low, close } = shown;
    const decimals = priceDecimals(close[index]);
    const change = close[index] / open[index] - 1;
    const figure = (name: string, value: number): HTMLElement =>
      element('span', {}, element('i', {}, name), formatPrice(value, decimals));
    figures.replaceChildren(
      figure('O', open[index]),
      figure('H', high[index]),
      figure('L', low[index]),
      figure('C', close[index]),
      element(
        'span',
        { class: change >= 0 ? 'rise' : 'fall' },
        `${change >= 0 ? '▲' : '▼'} ${formatSignedPercent(change, 2)}`,
      ),
    );
  };
  view.chart.subscribeCrosshairMove(({ logical }) => {
    pointed = logical ?? null;
    show(pointed ?? (shown?.time_ms.length ?? 0) - 1);
  });
  return (text, candles) => {
    shown = candles;
    const currency = priceCurrency();
    title.textContent = currency === null ? text : `${text} · prices in ${currency}`;
    figures.replaceChildren();
    show(pointed !== null && pointed < candles.time_ms.length ? pointed : candles.time_ms.length - 1);
  };
}

export function pageTitle(symbol: string, candles: CandlesAnswer): string {
  const last = candles.close[candles.close.length - 1];
  return last === undefined ? `${symbol} · liqheat` : `${formatPrice(last)} ${symbol} · liqheat`;
}

export function chartDescription(
  symbol: string,
  range: string,
  longUsd: number | null,
  shortUsd: number | null,
): string {
  const near =
    longUsd === null || shortUsd === null
      ? ''
      : ` Within five percent of the price: ${formatMoney(longUsd)} of longs below,`
        + ` ${formatMoney(shortUsd)} of shorts above.`;
  return (
    `${symbol}, ${range}: candles with the estimated liquidation heatmap.${near}`
    + ' Arrow keys pan, plus and minus zoom, question mark for help.'
  );
}
