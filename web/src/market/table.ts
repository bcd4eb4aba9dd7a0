import type { MarketCluster, MarketRow, RulePreset, Style } from '../api/decisions';
import { RULE_PRESETS, STYLES } from '../state/state';
import { formatNumber } from '../ui/format';

const SORTS = [
  'symbol',
  'price',
  'change',
  'range',
  'open_interest',
  'volume',
  'asymmetry',
  'above',
  'above_usd',
  'below',
  'below_usd',
  'touch',
  'growth',
  'grade',
] as const;
export type SortName = (typeof SORTS)[number];
type Direction = 'ascending' | 'descending';

const RISING: readonly SortName[] = ['symbol', 'above', 'below', 'grade'];

/** How a column reads first: what is most worth a look on top. */
export function firstDirection(sort: SortName): Direction {
  return RISING.includes(sort) ? 'ascending' : 'descending';
}

/** How far from even a market is: 1 : 4 is as lopsided as 4 : 1. */
export function lopsidedness(asymmetry: number | null): number | null {
  if (asymmetry === null) return null;
  return asymmetry > 0 ? Math.max(asymmetry, 1 / asymmetry) : Infinity;
}

/** The nearer of the two clusters. */
export function nearestCluster(row: MarketRow): MarketCluster | null {
  return row.nearest_side === 'short' ? row.above : row.below;
}

/** From the lowest close of the day to the highest, per cent; `null` where the day is not known. */
export function dayRangePct(closes: readonly (number | null)[]): number | null {
  const known = closes.filter((close) => close !== null);
  return known.length < 2 ? null : 100 * (Math.max(...known) / Math.min(...known) - 1);
}

const KEYS: Record<SortName, (row: MarketRow) => number | string | null | undefined> = {
  symbol: (row) => row.symbol,
  price: (row) => row.price,
  change: ({ day }) => day.change_24h_pct,
  range: ({ day }) => dayRangePct(day.closes_24h),
  open_interest: ({ day }) => day.open_interest_usd,
  volume: ({ day }) => day.volume_24h_usd,
  asymmetry: (row) => lopsidedness(row.asymmetry),
  above: ({ above }) => above?.distance_pct,
  above_usd: ({ above }) => above?.touch_forecast?.inside_usd,
  below: ({ below }) => below?.distance_pct,
  below_usd: ({ below }) => below?.touch_forecast?.inside_usd,
  touch: (row) => nearestCluster(row)?.touch_probability,
  growth: (row) => nearestCluster(row)?.growth_usd_per_hour,
  grade: (row) => row.grade,
};

/** Rows without the figure stand last, whichever way it is sorted. */
export function sortRows(rows: readonly MarketRow[], sort: SortName, direction: Direction): MarketRow[] {
  const sign = direction === 'ascending' ? 1 : -1;
  const keyed = rows.map((row) => ({ row, key: KEYS[sort](row) ?? null }));
  keyed.sort(({ row: a, key: one }, { row: b, key: other }) => {
    if (one === null || other === null)
      return Number(one === null) - Number(other === null) || compare(a.symbol, b.symbol);
    return sign * compare(one, other) || compare(a.symbol, b.symbol);
  });
  return keyed.map(({ row }) => row);
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Rows whose symbol or venues hold every word, in either case; `nameOf` is what people call a venue. */
export function filterRows(
  rows: readonly MarketRow[],
  filter: string,
  nameOf: (venue: string) => string,
): readonly MarketRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter(({ symbol, venues }) => {
    const text = [symbol, ...venues, ...venues.map(nameOf)].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Favourites before the others, each in the order they had. */
export function favouritesFirst(rows: readonly MarketRow[], favourites: ReadonlySet<string>): MarketRow[] {
  const isFavourite = ({ symbol }: MarketRow): boolean => favourites.has(symbol);
  return [...rows.filter(isFavourite), ...rows.filter((row) => !isFavourite(row))];
}

/** 3.9 : 1 where longs below outweigh, 1 : 2.2 where shorts above do. */
export function asymmetryText(asymmetry: number): string {
  const size = lopsidedness(asymmetry) as number;
  const text = Number.isFinite(size) ? formatNumber(size, size < 10 ? 1 : 0) : '∞';
  return asymmetry >= 1 ? `${text} : 1` : `1 : ${text}`;
}

/** A link to a market's chart, with its nearest cluster chosen. */
export function chartLink(row: MarketRow, style: Style, preset: RulePreset): string {
  const search = new URLSearchParams({ symbol: row.symbol, venue: row.venues.length === 1 ? row.venues[0] : 'all' });
  const cluster = nearestCluster(row);
  if (cluster !== null) {
    search.set('panel', 'setups');
    search.set('cluster', cluster.cluster_id);
  }
  if (style !== 'day') search.set('style', style);
  if (preset !== 'article') search.set('preset', preset);
  return `/?${search.toString().replace(/%2F/g, '/').replace(/%3A/g, ':')}`;
}

export interface MarketView {
  style: Style;
  preset: RulePreset;
  sort: SortName;
  direction: Direction;
  filter: string;
  /** Whether favourites stand before the others. */
  favourites: 'first' | 'mixed';
}

export function readMarketLink(search: string): MarketView {
  const given = new URLSearchParams(search);
  const oneOf = <T extends string>(name: string, allowed: readonly T[], usual: T): T =>
    allowed.find((one) => one === given.get(name)) ?? usual;
  const sort = oneOf('sort', SORTS, 'asymmetry');
  return {
    style: oneOf('style', STYLES, 'day'),
    preset: oneOf('preset', RULE_PRESETS, 'article'),
    sort,
    direction: oneOf('direction', ['ascending', 'descending'], firstDirection(sort)),
    filter: given.get('filter') ?? '',
    favourites: oneOf('favourites', ['first', 'mixed'], 'first'),
  };
}

export function marketSearch({ style, preset, sort, direction, filter, favourites }: MarketView): string {
  const entries = [
    ['style', style, 'day'],
    ['preset', preset, 'article'],
    ['sort', sort, 'asymmetry'],
    ['direction', direction, firstDirection(sort)],
    ['filter', filter.trim(), ''],
    ['favourites', favourites, 'first'],
  ]
    .filter(([, value, usual]) => value !== usual)
    .map(([name, value]) => [name, value]);
  const query = new URLSearchParams(entries).toString();
  return query === '' ? '' : `?${query}`;
}
