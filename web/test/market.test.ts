import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MarketCluster, MarketRow } from '../src/api/decisions';
import { areKept, favourites, readFavourites, toggleFavourite } from '../src/state/favourites';
import { ROW_PX, windowOf } from '../src/market/rows-window';
import { sparkLabel, sparkPath } from '../src/market/sparkline';
import {
  asymmetryText,
  chartLink,
  dayRangePct,
  favouritesFirst,
  filterRows,
  lopsidedness,
  marketSearch,
  readMarketLink,
  sortRows,
} from '../src/market/table';

const DAY: MarketRow['day'] = {
  interval_ms: 300_000,
  open_interest_usd: 1,
  change_24h_pct: 0,
  volume_24h_usd: 1,
  closes_24h: [],
  why_unknown: '',
};

const row = (symbol: string, fields: Partial<MarketRow> = {}): MarketRow => ({
  symbol,
  venues: ['okx'],
  time_ms: 0,
  price: 1,
  day: DAY,
  asymmetry: 1,
  bias: 'none',
  above: null,
  below: null,
  grade: 'D',
  grade_reason: '',
  nearest_side: null,
  ...fields,
});
const near = (cluster_id: string, distance_pct: number, touch_probability = 0.5): MarketCluster => ({
  cluster_id,
  distance_pct,
  held_notional_usd: null,
  growth_usd_per_hour: 1,
  touch_probability,
  touch_forecast: null,
});
const names = (rows: readonly MarketRow[]) => rows.map(({ symbol }) => symbol).join('');

describe('table of markets', () => {
  const rows = [
    row('A', { asymmetry: 1.5, above: near('a', 3, 0.2), nearest_side: 'short', grade: 'B' }),
    row('B', { asymmetry: 0.2, above: near('b', 1, 0.9), nearest_side: 'short', grade: 'A' }),
    row('C', { asymmetry: null, day: { ...DAY, change_24h_pct: null, closes_24h: [2, null, 3] } }),
    row('D', { asymmetry: 4, above: near('d', 1), below: near('e', 0.5, 0.95), nearest_side: 'long' }),
  ];

  it('sorts by how lopsided a market is, to either side', () => {
    expect(names(sortRows(rows, 'asymmetry', 'descending'))).toBe('BDAC');
    expect([lopsidedness(0.25), lopsidedness(4), lopsidedness(null), lopsidedness(0)]).toEqual([4, 4, null, Infinity]);
  });

  it('puts rows without the figure last, whichever way', () => {
    expect(names(sortRows(rows, 'above', 'ascending'))).toBe('BDAC');
    expect(names(sortRows(rows, 'above', 'descending'))).toBe('ABDC');
    expect(names(sortRows(rows, 'change', 'descending'))).toBe('ABDC');
    // No dollars anywhere: by name.
    expect(names(sortRows(rows, 'above_usd', 'descending'))).toBe('ABCD');
  });

  it('sorts a touch by the nearer cluster, and a day by its range', () => {
    expect(names(sortRows(rows, 'touch', 'descending'))).toBe('DBAC');
    expect(names(sortRows(rows, 'range', 'descending'))).toBe('CABD');
    expect([dayRangePct([100, 110, 105]), dayRangePct([100, null]), dayRangePct([])]).toEqual([
      expect.closeTo(10),
      null,
      null,
    ]);
  });

  it('sorts words, and leaves what it was given alone', () => {
    expect(names(sortRows(rows, 'symbol', 'descending'))).toBe('DCBA');
    expect(names(sortRows(rows, 'grade', 'ascending'))).toBe('BACD');
    expect(names(rows)).toBe('ABCD');
  });

  it('finds every word in symbol, id and name of a venue', () => {
    const some = [row('BTC/USDT:USDT', { venues: ['binanceusdm', 'okx'] }), row('ETH/USDC:USDC', { venues: ['gate'] })];
    const found = (filter: string) =>
      filterRows(some, filter, (venue) => (venue === 'binanceusdm' ? 'Binance' : venue));
    expect(found(' btc ')).toEqual([some[0]]);
    expect(found('BINANCE usdt')).toEqual([some[0]]);
    expect(found('usdc gate')).toEqual([some[1]]);
    expect(found('btc gate')).toEqual([]);
    expect(found('  ')).toBe(some);
  });

  it('puts favourites first, each in the order of the rest', () => {
    expect(names(favouritesFirst(rows, new Set(['D', 'B', 'gone'])))).toBe('BDAC');
  });

  it.each([
    [3.89, '3.9 : 1'],
    [0.2, '1 : 5.0'],
    [1, '1.0 : 1'],
    [25, '25 : 1'],
    [0, '1 : ∞'],
  ])('asymmetry %s reads %s', (value, text) => expect(asymmetryText(value)).toBe(text));

  it('links to the chart with the nearer cluster chosen', () => {
    const both = { above: near('short-1', 2), below: near('long-1', 1), nearest_side: 'long' as const };
    expect(chartLink(row('BTC/USDT:USDT', both), 'swing', 'strict')).toBe(
      '/?symbol=BTC/USDT:USDT&venue=okx&panel=setups&cluster=long-1&style=swing&preset=strict',
    );
    expect(chartLink(row('X', { venues: ['a', 'b'] }), 'day', 'article')).toBe('/?symbol=X&venue=all');
  });

  it('has a link of its own, the usual left out', () => {
    expect(marketSearch(readMarketLink(''))).toBe('');
    const link = '?style=scalp&preset=strict&sort=volume&direction=ascending&filter=btc+okx&favourites=mixed';
    expect(marketSearch(readMarketLink(link))).toBe(link);
    expect(readMarketLink('?sort=nonsense&style=x&favourites=y')).toEqual({
      style: 'day',
      preset: 'article',
      sort: 'asymmetry',
      direction: 'descending',
      filter: '',
      favourites: 'first',
    });
  });
});

describe('rows that are in the page', () => {
  it('are those in view and a few beyond, of however many', () => {
    expect(windowOf(500, 0, 10 * ROW_PX)).toEqual({ first: 0, end: 19 });
    expect(windowOf(500, 250 * ROW_PX, 10 * ROW_PX)).toEqual({ first: 242, end: 269 });
    expect(windowOf(500, 490 * ROW_PX, 10 * ROW_PX)).toEqual({ first: 482, end: 500 });
    expect(windowOf(3, 0, 900)).toEqual({ first: 0, end: 3 });
    expect(windowOf(0, 0, 900)).toEqual({ first: 0, end: 0 });
    // Scrolled far down when a filter leaves few, and pulled beyond the top as a finger does.
    expect(windowOf(2, 400 * ROW_PX, 900)).toEqual({ first: 0, end: 2 });
    expect(windowOf(500, -80, 10 * ROW_PX).first).toBe(0);
    for (let top = 0; top <= 500 * ROW_PX; top += 97) {
      const { first, end } = windowOf(500, top, 800);
      expect(end - first).toBeLessThanOrEqual(33);
      expect(first * ROW_PX).toBeLessThanOrEqual(top);
      expect(end * ROW_PX).toBeGreaterThanOrEqual(Math.min(top + 800, 500 * ROW_PX));
    }
  });
});

describe('line of closes', () => {
  it('runs from edge to edge, the highest on top', () => expect(sparkPath([10, 20])).toBe('M2.0 26.0L94.0 2.0'));
  it('breaks where a close is missing', () => expect(sparkPath([1, null, 2]).split('M')).toHaveLength(3));
  it('is level in the middle of a flat day', () => expect(sparkPath([5, 5])).toBe('M2.0 14.0L94.0 14.0'));
  it('is told in words', () =>
    expect(sparkLabel([100, 120, null, 90, 110])).toBe(
      'Closes of 24 h: from 100.000 to 110.000, between 90.0000 and 120.000',
    ));
});

describe('favourites', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    favourites.value = new Set();
    areKept.value = true;
  });

  it('are kept in this browser', () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    });
    toggleFavourite('A');
    toggleFavourite('B');
    toggleFavourite('A');
    expect([...favourites.value]).toEqual(['B']);
    expect(readFavourites()).toEqual(new Set(['B']));
    expect(areKept.value).toBe(true);
  });

  it('hold where the storage is full or forbidden, which is told', () => {
    const refuse = (): never => {
      throw new DOMException('no', 'QuotaExceededError');
    };
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse });
    expect(readFavourites()).toEqual(new Set());
    toggleFavourite('A');
    expect([...favourites.value]).toEqual(['A']);
    expect(areKept.value).toBe(false);
  });

  it.each(['{', '{"a":1}', 'null', '[1,2]'])('are none where something else is kept: %s', (text) => {
    vi.stubGlobal('localStorage', { getItem: () => text });
    expect(readFavourites()).toEqual(new Set());
  });
});
