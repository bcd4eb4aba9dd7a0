import { afterEach, describe, expect, it } from 'vitest';
import { formatPrice } from '../src/ui/format';
import { currencyMark, formatMoney, formatMoneyExact, priceCurrency, showIn, usableCurrencies } from '../src/ui/money';

const CURRENCIES = { USD: 1, AED: 3.6725, JPY: 155 };
/** Intl puts a no-break space between code and figure. */
const plain = (text: string) => text.replace(/\u00a0/g, ' ');

afterEach(() => showIn(CURRENCIES, 'USD', false));

describe('figures in another currency', () => {
  it('are converted and named', () => {
    showIn(CURRENCIES, 'AED', false);
    expect([1_000_000, 0, 0.1].map(formatMoney).map(plain)).toEqual(['AED 3.67M', 'AED 0', 'AED 0.367']);
    expect([1234, 0.1].map(formatMoneyExact).map(plain)).toEqual(['AED 4,532', '< AED 1']);
    expect(currencyMark()).toBe('AED');
    showIn(CURRENCIES, 'JPY', false);
    expect(formatMoney(2e6)).toBe('¥310M');
  });

  it('leave prices alone unless they are asked for, too', () => {
    showIn(CURRENCIES, 'AED', false);
    expect([formatPrice(100_000), priceCurrency()]).toEqual(['100,000.0', null]);
    showIn(CURRENCIES, 'AED', true);
    expect([formatPrice(100_000), formatPrice(100, 2), priceCurrency()]).toEqual(['367,250.0', '367.25', 'AED']);
    showIn(CURRENCIES, 'USD', true);
    expect([formatPrice(100_000), priceCurrency()]).toEqual(['100,000.0', null]);
  });

  it('go by the rate of the server, and by USD when it has none', () => {
    showIn({ USD: 1, AED: 4 }, 'AED', false);
    expect(plain(formatMoney(1e6))).toBe('AED 4M');
    showIn({ USD: 1 }, 'AED', false);
    expect(formatMoney(1e6)).toBe('$1M');
  });

  it('are in what can be shown', () => {
    expect(usableCurrencies(undefined)).toEqual({ USD: 1, AED: 3.6725 });
    expect(usableCurrencies({ EUR: 0.9, nonsense: 1, ABC: 0, DEF: Infinity })).toEqual({ USD: 1, EUR: 0.9 });
  });
});

describe('very little money', () => {
  it('has no digits that say nothing', () => {
    expect(formatMoney(6.2e-8)).toBe('< $0.01');
    expect(formatMoney(0)).toBe('$0');
    expect(formatMoney(0.5)).toBe('$0.5');
  });
});
