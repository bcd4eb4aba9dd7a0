import { t } from '@lingui/core/macro';
import type { Style } from '../api/decisions';
import type { SortName } from './table';

/** Age of the positions in the map of each style (rule R12), and the time within which a cluster is to be reached. */
const SPANS: Record<Style, readonly [age: string, horizon: string]> = {
  scalp: [t`24 h`, t`4 h`],
  day: [t`3 d`, t`24 h`],
  swing: [t`7 d`, t`72 h`],
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
  {
    sort: 'symbol',
    label: t`Market`,
    unit: t`venues`,
    explains: () => t`Symbol, and the venues that are summed in it.`,
  },
  {
    sort: 'price',
    label: t`Price`,
    unit: t({ message: 'in quote', comment: 'Below the heading Price: in the quote currency' }),
    explains: () => t`Last price, in the currency behind the stroke of the symbol.`,
  },
  {
    sort: 'change',
    label: t`24 h`,
    unit: '%',
    explains: () => t`Last close over the close 24 h before it, less 1. Of the last bar that has closed.`,
  },
  {
    sort: 'range',
    label: t`Last 24 h`,
    unit: t({ message: 'closes', comment: 'Below the heading Last 24 h: closing prices' }),
    explains: () => t`Closes of the last 24 h. Sorted by how far the highest stands above the lowest.`,
  },
  {
    sort: 'open_interest',
    label: t`Open interest`,
    unit: 'USD',
    explains: () => t`At the last close, one side, all venues of the row, as they published it.`,
  },
  {
    sort: 'volume',
    label: t`Volume 24 h`,
    unit: 'USD',
    explains: () => t`Traded in the last 24 h, one side, all venues of the row, as they published it.`,
  },
  { sort: 'asymmetry', label: t`Asymmetry`, unit: t`longs : shorts`, explains: explainAsymmetry },
  {
    sort: 'above',
    label: t`▲ Shorts above`,
    unit: t`distance, %`,
    side: 'short',
    explains: () => t`Way from the price to the near edge of the nearest cluster of shorts above \
that is large enough, within 5 %.`,
  },
  {
    sort: 'above_usd',
    label: t`▲ If reached`,
    unit: t({ message: 'USD, 8 of 10', comment: 'Below a heading: dollars, and the range that holds 8 times of 10' }),
    side: 'short',
    explains: (style) => {
      const horizon = SPANS[style][1];
      return t`Expected to be liquidated of those shorts if the price gets there within ${horizon}, \
and below it the range that holds 8 times of 10. Estimated.`;
    },
  },
  {
    sort: 'below',
    label: t`▼ Longs below`,
    unit: t`distance, %`,
    side: 'long',
    explains: () => t`Way from the price to the near edge of the nearest cluster of longs below \
that is large enough, within 5 %.`,
  },
  {
    sort: 'below_usd',
    label: t`▼ If reached`,
    unit: t`USD, 8 of 10`,
    side: 'long',
    explains: (style) => {
      const horizon = SPANS[style][1];
      return t`Expected to be liquidated of those longs if the price gets there within ${horizon}, \
and below it the range that holds 8 times of 10. Estimated.`;
    },
  },
  {
    sort: 'touch',
    label: t({ message: 'Touch', comment: 'Heading of a column: chance that the price touches the nearest cluster' }),
    unit: t({ message: 'of nearest', comment: 'Below the heading Touch: of the nearest cluster' }),
    explains: (style) => {
      const horizon = SPANS[style][1];
      return t`Chance that a price without drift reaches the nearer of the two clusters within ${horizon}.`;
    },
  },
  {
    sort: 'growth',
    label: t`Growth`,
    unit: t`USD an hour`,
    explains: () => t`How what is expected in the nearer of the two clusters changes by the hour. Estimated.`,
  },
  {
    sort: 'grade',
    label: t({ message: 'Grade', comment: 'Heading of a column: A to D, how much the map means' }),
    unit: t({ message: 'A best', comment: 'Below the heading Grade: A is the best' }),
    explains: () => t`How much the map means: rank by volume, number of venues, support by training data.`,
  },
];

/** What the asymmetry is today, for somebody who meets it for the first time. */
export function explainAsymmetry(style: Style): string {
  const age = SPANS[style][0];
  return t`Longs that stand to be liquidated within 5 % below the price, against shorts within 5 % above it, \
of positions opened within ${age}. From 2 : 1 on the price is expected to be drawn to the larger side: \
▼ short where longs below outweigh, ▲ long where shorts above do, else even. Estimated.`;
}
