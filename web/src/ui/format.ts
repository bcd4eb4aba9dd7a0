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

/** Making a format costs more than a hundred uses of it: a table has thousands. */
const FIXED = new Map<number, Intl.NumberFormat>();

function fixedDecimals(decimals: number): Intl.NumberFormat {
  let format = FIXED.get(decimals);
  if (format === undefined) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    FIXED.set(decimals, format);
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
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

export function formatTime(timeMs: number): string {
  const text = zonedFormat('minute')
    .format(timeMs)
    .replace(/^(\w+), /, '$1 ')
    .replace(', ', ' ');
  return `${text} ${zoneMark(timeMs)}`;
}

export function formatPercent(fraction: number, decimals = 1): string {
  return `${(100 * fraction).toFixed(decimals)}%`;
}

export function formatSignedPercent(fraction: number, decimals = 1): string {
  return `${fraction > 0 ? '+' : fraction < 0 ? '−' : ''}${Math.abs(100 * fraction).toFixed(decimals)}%`;
}

export function formatAge(ageMs: number): string {
  const minutes = Math.max(0, Math.round(ageMs / 60_000));
  if (minutes < 1) return 'just now';
  if (minutes < 120) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 72 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`;
}

/** 60 → "P60", 99.5 → "P99.5". */
export function formatPercentile(fraction: number): string {
  return `P${Number((100 * fraction).toFixed(1))}`;
}

/** What the figures measure, in words: what is open there, or what is expected to be force-closed. */
export function measureText({ measure }: { measure: string }): string {
  if (measure === 'forced_flow_usd') return 'expected liquidations, estimated';
  if (measure === 'held_notional_usd') return 'open positions, estimated';
  return `estimated ${measure.replace(/_usd$/, '').replace(/_/g, ' ')}`;
}
