import { t } from '@lingui/core/macro';
import type { Loaded } from '../state/shown';
import { formatAmount } from '../ui/amount';
import { formatPrice, formatSignedPercent, formatTime } from '../ui/format';
import { formatMoney, moneyBand } from '../ui/money';
import { deltaText } from './delta';
import type { CellFigures } from './figures';
import type { PointedCell } from './pointed-cell';

/** A price, and how far it is from the newest one. */
export function priceText(price: number, map: Loaded | null): string {
  const reference = map?.candles.close[map.candles.close.length - 1] ?? 0;
  return `${formatPrice(price)}${reference > 0 ? ` (${formatSignedPercent(price / reference - 1, 2)})` : ''}`;
}

/** Of a cell of the heat its candle's time; the static map is that of now. */
export function timeText({ place, timeMs }: PointedCell): string {
  return timeMs === null ? (place === 'map' ? t`now, on the profile` : '—') : formatTime(timeMs);
}

/** All that is liquidated before a price is reached. */
export function wayText({ usd, lowUsd, highUsd }: NonNullable<CellFigures['onTheWay']>): string {
  const range = lowUsd === null || highUsd === null ? '' : ` (${moneyBand([lowUsd, highUsd])})`;
  return `${formatMoney(usd)}${range}`;
}

/** A figure of the map; one of the grid is within some percent. */
export function valueText(usd: number, isExact: boolean, isSigned: boolean): string {
  const text = isSigned ? deltaText(usd) : formatAmount(usd);
  if (isExact) return text;
  return usd === 0 ? formatAmount(0) : `≈ ${text}`;
}
