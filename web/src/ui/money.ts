/**
 * The currency that figures are shown in. Everything on the page is computed in USD, and a figure is converted when it
 * is written, never before: what is drawn, compared and asked of the server does not depend on it.
 */

import { signal } from '@preact/signals';
import { NUMBER_LOCALE } from './language';

type Currencies = Readonly<Record<string, number>>;

/** For a server that names none: the dirham has been pegged at 3.6725 to the dollar since 1997. */
const USUAL_CURRENCIES: Currencies = { USD: 1, AED: 3.6725 };

interface Shown {
  currency: string;
  rate: number;
  arePricesConverted: boolean;
  compact: Intl.NumberFormat;
  whole: Intl.NumberFormat;
}

/** A signal, so that components write their figures anew when it changes. */
const shown = signal(describe('USD', 1, false));

function describe(currency: string, rate: number, arePricesConverted: boolean): Shown {
  return {
    currency,
    rate,
    arePricesConverted,
    compact: new Intl.NumberFormat(NUMBER_LOCALE, {
      style: 'currency',
      currency,
      // `$`, and not `US$`: there is no other dollar on the page.
      currencyDisplay: 'narrowSymbol',
      notation: 'compact',
      maximumSignificantDigits: 3,
    }),
    whole: new Intl.NumberFormat(NUMBER_LOCALE, {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
      maximumFractionDigits: 0,
    }),
  };
}

/**
 * Those of the server that can be shown: a code of three letters and a positive rate. USD is always there, and first.
 */
export function usableCurrencies(given: Currencies | undefined): Currencies {
  const usable = Object.entries(given ?? USUAL_CURRENCIES).filter(
    ([code, rate]) => /^[A-Z]{3}$/.test(code) && rate > 0 && Number.isFinite(rate),
  );
  return { USD: 1, ...Object.fromEntries(usable) };
}

export function showIn(currencies: Currencies, currency: string, arePricesConverted: boolean): void {
  const code = currency in currencies ? currency : 'USD';
  const before = shown.peek();
  if (code === before.currency && currencies[code] === before.rate && arePricesConverted === before.arePricesConverted)
    return;
  shown.value = describe(code, currencies[code], arePricesConverted);
}

const LEAST_MONEY = 0.01;

/** $1.23M, AED 4.52M. */
export function formatMoney(valueUsd: number): string {
  const value = valueUsd * shown.value.rate;
  // What little is left of something: its digits say nothing.
  return value > 0 && value < LEAST_MONEY
    ? `< ${shown.value.compact.format(LEAST_MONEY)}`
    : shown.value.compact.format(value);
}

/** Both ends of a range: $8–40M, or with a unit each where they differ. */
export function moneyBand([low, high]: readonly [number, number]): string {
  const [from, to] = [formatMoney(low), formatMoney(high)];
  const [first, last] = [from, to].map((text) => /^(\D*)(.*\d)(\D*)$/.exec(text));
  const isAlike = first !== null && last !== null && last[3] !== '' && first[1] === last[1] && first[3] === last[3];
  return isAlike ? `${first[1]}${first[2]}–${last[2]}${last[3]}` : `${from}–${to}`;
}

/** With its sign, but without a word. */
export function signedMoney(usd: number): string {
  return usd === 0 ? formatMoney(0) : `${usd > 0 ? '+' : '−'}${formatMoney(Math.abs(usd))}`;
}

export function formatMoneyExact(valueUsd: number): string {
  const value = valueUsd * shown.value.rate;
  return value > 0 && value < 1 ? `< ${shown.value.whole.format(1)}` : shown.value.whole.format(value);
}

/** `$`, or the code: what stands in a heading. */
export function currencyMark(): string {
  return shown.value.currency === 'USD' ? '$' : shown.value.currency;
}

/** What a figure in USD is multiplied by. */
export function moneyRate(): number {
  return shown.value.rate;
}

/** What a price is multiplied by; 1 unless prices are converted, too. */
export function priceRate(): number {
  return shown.value.arePricesConverted ? shown.value.rate : 1;
}

/** Names the currency of prices, where it is not the quote currency. */
export function priceCurrency(): string | null {
  return shown.value.arePricesConverted && shown.value.currency !== 'USD' ? shown.value.currency : null;
}
