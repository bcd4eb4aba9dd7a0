import { t } from '@lingui/core/macro';
import { signal, type ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { CandlesAnswer } from '../api/types';
import { formatPrice, formatSignedPercent, priceDecimals } from '../ui/format';
import { formatMoney, priceCurrency } from '../ui/money';
import { colors } from '../ui/theme';
import type { LiquidationChart } from './chart';
import { AVERAGES } from './indicators';

/** The candle under the crosshair; `null` for none. */
export function pointedCandle({ chart }: Pick<LiquidationChart, 'chart'>): ReadonlySignal<number | null> {
  const pointed = signal<number | null>(null);
  chart.subscribeCrosshairMove(({ logical }) => {
    pointed.value = logical ?? null;
  });
  return pointed;
}

interface HeadlineProps {
  title: string;
  candles: CandlesAnswer | null;
  /** New prices must not take the figures of a candle that is looked at away. */
  pointed: number | null;
  areAveragesShown: boolean;
}

/** Market, candle figures and volume over the chart's upper left corner, as traders know it. */
export function Headline({ title, candles, pointed, areAveragesShown }: HeadlineProps): JSX.Element {
  const currency = priceCurrency();
  return (
    <div class="headline">
      <span class="headline-title">{currency === null ? title : `${title} · ${t`prices in ${currency}`}`}</span>
      <span class="headline-figures number">{candles !== null && <Figures candles={candles} pointed={pointed} />}</span>
      {areAveragesShown && (
        <span class="headline-averages">
          {AVERAGES.map(([name, color]) => (
            <span key={name} style={{ color: colors()[color] }}>
              {name}
            </span>
          ))}
        </span>
      )}
    </div>
  );
}

function Figures({ candles, pointed }: { candles: CandlesAnswer; pointed: number | null }): JSX.Element | null {
  const { open, high, low, close } = candles;
  const index = pointed !== null && pointed >= 0 && pointed < close.length ? pointed : close.length - 1;
  if (index < 0) return null;
  const decimals = priceDecimals(close[index]);
  const change = close[index] / open[index] - 1;
  const prices: [string, number][] = [
    [t({ message: 'O', context: 'candle: open' }), open[index]],
    [t({ message: 'H', context: 'candle: high' }), high[index]],
    [t({ message: 'L', context: 'candle: low' }), low[index]],
    [t({ message: 'C', context: 'candle: close' }), close[index]],
  ];
  return (
    <>
      {prices.map(([name, price]) => (
        <span key={name}>
          <i>{name}</i>
          {formatPrice(price, decimals)}
        </span>
      ))}
      <span class={change >= 0 ? 'rise' : 'fall'}>
        {`${change >= 0 ? '▲' : '▼'} ${formatSignedPercent(change, 2)}`}
      </span>
    </>
  );
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
  const sentences = [t`${symbol}, ${range}: candles with the estimated liquidation heatmap.`];
  if (longUsd !== null && shortUsd !== null) {
    const [longs, shorts] = [formatMoney(longUsd), formatMoney(shortUsd)];
    sentences.push(t`Within five percent of the price: ${longs} of longs below, ${shorts} of shorts above.`);
  }
  sentences.push(t`Arrow keys pan, plus and minus zoom, question mark for help.`);
  return sentences.join(' ');
}
