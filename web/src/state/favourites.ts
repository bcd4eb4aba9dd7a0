import { signal } from '@preact/signals';

const KEY = 'liqheat.favourite_markets';
const MOST = 1000;

/** Symbols with a star, kept in this browser: a link does not tell them. */
export const favourites = signal<ReadonlySet<string>>(readFavourites());

/** Whether this browser kept the last change. */
export const areKept = signal(true);

export function readFavourites(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    if (!Array.isArray(kept)) return new Set();
    return new Set(kept.filter((one) => typeof one === 'string').slice(0, MOST));
  } catch {
    // Storage that is forbidden, or holds something else: there are none.
    return new Set();
  }
}

export function toggleFavourite(symbol: string): void {
  const others = [...favourites.value].filter((one) => one !== symbol);
  const next = others.length < favourites.value.size ? others : [...others, symbol].slice(-MOST);
  favourites.value = new Set(next);
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
    areKept.value = true;
  } catch {
    // Full or forbidden: they hold until the page is left, and the page says so.
    areKept.value = false;
  }
}
