import type { MarketRow, RulePreset, Style } from '../api/decisions';

const SORTS = ['symbol', 'asymmetry', 'cluster', 'distance', 'touch', 'inside', 'growth', 'grade', 'price'] as const;
export type SortName = (typeof SORTS)[number];
type Direction = 'ascending' | 'descending';

/** How a column reads first: what is most worth a look on top. */
export const FIRST_DIRECTION: Record<SortName, Direction> = {
  symbol: 'ascending',
  asymmetry: 'descending',
  cluster: 'ascending',
  distance: 'ascending',
  touch: 'descending',
  inside: 'descending',
  growth: 'descending',
  grade: 'ascending',
  price: 'descending',
};

/** How far from even a market is: 1 : 4 is as lopsided as 4 : 1. */
export function lopsidedness(asymmetry: number | null): number | null {
  if (asymmetry === null) return null;
  return asymmetry > 0 ? Math.max(asymmetry, 1 / asymmetry) : Infinity;
}

function keyOf(row: MarketRow, sort: SortName): number | string | null {
  switch (sort) {
    case 'symbol':
      return row.symbol;
    case 'asymmetry':
      return lopsidedness(row.asymmetry);
    case 'cluster':
      return row.cluster_side;
    case 'distance':
      return row.distance_pct;
    case 'touch':
      return row.touch_probability;
    case 'inside':
      return row.touch_forecast?.inside_usd ?? null;
    case 'growth':
      return row.growth_usd_per_hour;
    case 'grade':
      return row.grade;
    case 'price':
      return row.price;
  }
}

/** Rows without the figure stand last, whichever way it is sorted. */
export function sortRows(rows: readonly MarketRow[], sort: SortName, direction: Direction): MarketRow[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [one, other] = [keyOf(a, sort), keyOf(b, sort)];
    if (one === null || other === null)
      return Number(one === null) - Number(other === null) || compare(a.symbol, b.symbol);
    return sign * compare(one, other) || compare(a.symbol, b.symbol);
  });
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** 3.9 : 1 ▼ where longs below outweigh, 1 : 2.2 ▲ where shorts above do. */
export function asymmetryText(asymmetry: number | null): string {
  if (asymmetry === null) return '—';
  const size = lopsidedness(asymmetry) as number;
  const text = Number.isFinite(size) ? size.toFixed(size < 10 ? 1 : 0) : '∞';
  return asymmetry >= 1 ? `${text} : 1` : `1 : ${text}`;
}

/** A link to a market's chart, with its cluster chosen. */
export function chartLink(
  row: Pick<MarketRow, 'symbol' | 'venues' | 'cluster_id'>,
  style: Style,
  preset: RulePreset,
): string {
  const search = new URLSearchParams({ symbol: row.symbol, venue: row.venues.length === 1 ? row.venues[0] : 'all' });
  if (row.cluster_id !== null) {
    search.set('panel', 'setups');
    search.set('cluster', row.cluster_id);
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
}

const STYLES: readonly Style[] = ['scalp', 'day', 'swing'];
const PRESETS: readonly RulePreset[] = ['article', 'strict'];

export function readMarketLink(search: string): MarketView {
  const given = new URLSearchParams(search);
  const oneOf = <T extends string>(name: string, allowed: readonly T[], usual: T): T =>
    allowed.find((one) => one === given.get(name)) ?? usual;
  const sort = oneOf('sort', SORTS, 'asymmetry');
  return {
    style: oneOf('style', STYLES, 'day'),
    preset: oneOf('preset', PRESETS, 'article'),
    sort,
    direction: oneOf('direction', ['ascending', 'descending'], FIRST_DIRECTION[sort]),
  };
}

export function marketSearch({ style, preset, sort, direction }: MarketView): string {
  const entries = [
    ['style', style, 'day'],
    ['preset', preset, 'article'],
    ['sort', sort, 'asymmetry'],
    ['direction', direction, FIRST_DIRECTION[sort]],
  ]
    .filter(([, value, usual]) => value !== usual)
    .map(([name, value]) => [name, value]);
  const query = new URLSearchParams(entries).toString();
  return query === '' ? '' : `?${query}`;
}
