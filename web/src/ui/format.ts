import { t } from '@lingui/core/macro';
import { NUMBER_LOCALE } from './language';
import { priceRate } from './money';
import { zoneMark, zonedFormat } from './zone';

/** Longs would be liquidated below the price, shorts above it. */
export const SIDE_SIGNS: Record<'long' | 'short', string> = { long: '▼', short: '▲' };

/** Decimals that leave about six significant digits: 95,123.4 and 0.071235 alike. */
export function priceDecimals(price: number): number {
  if (!(price > 0)) return 2;
  return Math.min(8, Math.max(1, 5 - Math.floor(Math.log10(price))));
}

/** A price as the page shows it: in the quote currency, or in the chosen one if prices are converted too. */
export function formatPrice(quotePrice: number, decimals = priceDecimals(quotePrice * priceRate())): string {
  return fixedDecimals(decimals).format(quotePrice * priceRate());
}

/** With the space before it that a language puts there. */
const PERCENT = /\D+$/.exec(new Intl.NumberFormat(NUMBER_LOCALE, { style: 'percent' }).format(1))?.[0] ?? '%';

/** Making a format costs more than a hundred uses of it: a table has thousands. */
const FIXED = new Map<string, Intl.NumberFormat>();

function fixedDecimals(decimals: number, useGrouping = true): Intl.NumberFormat {
  const name = `${decimals} ${String(useGrouping)}`;
  let format = FIXED.get(name);
  if (format === undefined) {
    const fraction = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    format = new Intl.NumberFormat(NUMBER_LOCALE, { ...fraction, useGrouping });
    FIXED.set(name, format);
  }
  return format;
}

/** The time of day to the second, in the zone that is shown. */
export function formatClock(timeMs: number): string {
  return zonedFormat('second').format(timeMs);
}

/** A span as a clock that runs down: 3:07, 1:02:45. */
export function formatCountdown(spanMs: number): string {
  const seconds = Math.max(0, Math.ceil(spanMs / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** How long ago, short enough for a chip: 12 s, 4 min, 3 h, 2 d. */
export function formatShortAge(ageMs: number): string {
  const seconds = Math.max(0, Math.round(ageMs / 1000));
  if (seconds < 120) return t`${seconds} s`;
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.round(seconds / unit));
  if (seconds < 7200) return t`${minutes} min`;
  return seconds < 172_800 ? t`${hours} h` : t`${days} d`;
}

export function formatTime(timeMs: number): string {
  const text = zonedFormat('minute')
    .format(timeMs)
    .replace(/^(\w+), /, '$1 ')
    .replace(', ', ' ');
  return `${text} ${zoneMark(timeMs)}`;
}

/** A bare number, as the language writes it. */
export function formatNumber(value: number, decimals: number): string {
  return fixedDecimals(decimals, false).format(value);
}

/** The same without zeros at the end. */
export function formatShortNumber(value: number, decimals: number): string {
  return Number(value.toFixed(decimals)).toLocaleString(NUMBER_LOCALE, {
    maximumFractionDigits: decimals,
    useGrouping: false,
  });
}

export function formatPercent(fraction: number, decimals = 1): string {
  return `${formatNumber(100 * fraction, decimals)}${PERCENT}`;
}

export function formatSignedPercent(fraction: number, decimals = 1): string {
  const sign = fraction > 0 ? '+' : fraction < 0 ? '−' : '';
  return `${sign}${formatPercent(Math.abs(fraction), decimals)}`;
}

export function formatAge(ageMs: number): string {
  const minutes = Math.max(0, Math.round(ageMs / 60_000));
  if (minutes < 1) return t`just now`;
  if (minutes < 120) return t`${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  const days = Math.round(hours / 24);
  return hours < 72 ? t`${hours} h ago` : t`${days} days ago`;
}

/** 60 → "P60", 99.5 → "P99.5". */
export function formatPercentile(fraction: number): string {
  return `P${formatShortNumber(100 * fraction, 1)}`;
}

/** What the figures measure, in words: what is open there, or what is expected to be force-closed. */
export function measureText({ measure }: { measure: string }): string {
  if (measure === 'forced_flow_usd') return t`expected liquidations, estimated`;
  if (measure === 'held_notional_usd') return t`open positions, estimated`;
  const name = measure.replace(/_usd$/, '').replace(/_/g, ' ');
  return t`estimated ${name}`;
}
