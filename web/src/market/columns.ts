import type { Style } from '../api/decisions';
import type { SortName } from './table';

/** Age of the positions in the map of each style (rule R12), and the time within which a cluster is to be reached. */
const SPANS: Record<Style, readonly [age: string, horizon: string]> = {
  scalp: ['24 h', '4 h'],
  day: ['3 d', '24 h'],
  swing: ['7 d', '72 h'],
};

interface Column {
  sort: SortName;
  label: string;
  /** What its figures are in. */
  unit: string;
  explains: (style: Style) => string;
  side?: 'long' | 'short';
}

/** The columns from left to right. */
export const COLUMNS: readonly Column[] = [
  { sort: 'symbol', label: 'Market', unit: 'venues', explains: () => 'Symbol, and the venues that are summed in it.' },
  {
    sort: 'price',
    label: 'Price',
    unit: 'in quote',
    explains: () => 'Last price, in the currency behind the stroke of the symbol.',
  },
  {
    sort: 'change',
    label: '24 h',
    unit: '%',
    explains: () => 'Last close over the close 24 h before it, less 1. Of the last bar that has closed.',
  },
  {
    sort: 'range',
    label: 'Last 24 h',
    unit: 'closes',
    explains: () => 'Closes of the last 24 h. Sorted by how far the highest stands above the lowest.',
  },
  {
    sort: 'open_interest',
    label: 'Open interest',
    unit: 'USD',
    explains: () => 'At the last close, one side, all venues of the row, as they published it.',
  },
  {
    sort: 'volume',
    label: 'Volume 24 h',
    unit: 'USD',
    explains: () => 'Traded in the last 24 h, one side, all venues of the row, as they published it.',
  },
  { sort: 'asymmetry', label: 'Asymmetry', unit: 'longs : shorts', explains: explainAsymmetry },
  {
    sort: 'above',
    label: '▲ Shorts above',
    unit: 'distance, %',
    side: 'short',
    explains: () => nearest('shorts above'),
  },
  {
    sort: 'above_usd',
    label: '▲ If reached',
    unit: 'USD, 8 of 10',
    side: 'short',
    explains: (style) => dollars(style, 'shorts'),
  },
  { sort: 'below', label: '▼ Longs below', unit: 'distance, %', side: 'long', explains: () => nearest('longs below') },
  {
    sort: 'below_usd',
    label: '▼ If reached',
    unit: 'USD, 8 of 10',
    side: 'long',
    explains: (style) => dollars(style, 'longs'),
  },
  {
    sort: 'touch',
    label: 'Touch',
    unit: 'of nearest',
    explains: (style) =>
      `Chance that a price without drift reaches the nearer of the two clusters within ${SPANS[style][1]}.`,
  },
  {
    sort: 'growth',
    label: 'Growth',
    unit: 'USD an hour',
    explains: () => 'How what is expected in the nearer of the two clusters changes by the hour. Estimated.',
  },
  {
    sort: 'grade',
    label: 'Grade',
    unit: 'A best',
    explains: () => 'How much the map means: rank by volume, number of venues, support by training data.',
  },
];

function nearest(whose: string): string {
  return `Way from the price to the near edge of the nearest cluster of ${whose} that is large enough, within 5 %.`;
}

function dollars(style: Style, whose: string): string {
  return (
    `Expected to be liquidated of those ${whose} if the price gets there within ${SPANS[style][1]}, `
    + 'and below it the range that holds 8 times of 10. Estimated.'
  );
}

/** What the asymmetry is today, for somebody who meets it for the first time. */
export function explainAsymmetry(style: Style): string {
  return (
    'Longs that stand to be liquidated within 5 % below the price, against shorts within 5 % above it, of positions '
    + `opened within ${SPANS[style][0]}. From 2 : 1 on the price is expected to be drawn to the larger side: `
    + '▼ short where longs below outweigh, ▲ long where shorts above do, else even. Estimated.'
  );
}
