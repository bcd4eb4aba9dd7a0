const COMPACT_USD = new Intl.NumberFormat('en-US', {
  style: 'currency', currency: 'USD', notation: 'compact', maximumSignificantDigits: 3,
});
const WHOLE_USD = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });
const UTC_MINUTE = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC', weekday: 'short', day: '2-digit', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit',
});

export function formatUsd(valueUsd: number): string {
  return COMPACT_USD.format(valueUsd);
}

export function formatUsdExact(valueUsd: number): string {
  return valueUsd > 0 && valueUsd < 1 ? '< $1' : WHOLE_USD.format(valueUsd);
}

/** Decimals that leave about six significant digits: 95,123.4 and 0.071235 alike. */
export function priceDecimals(price: number): number {
  if (!(price > 0)) return 2;
  return Math.min(8, Math.max(1, 5 - Math.floor(Math.log10(price))));
}

export function formatPrice(price: number, decimals = priceDecimals(price)): string {
  return price.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

export function formatTime(timeMs: number): string {
  return `${UTC_MINUTE.format(timeMs).replace(/^(\w+), /, '$1 ').replace(', ', ' ')} UTC`;
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
  return `estimated ${measure.replace(/_usd$/, '').replace(/_/g, ' ')}`;
}
