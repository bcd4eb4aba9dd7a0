import { describe, expect, it } from 'vitest';
import type { MarketRow } from '../src/api/decisions';
import { asymmetryText, chartLink, lopsidedness, marketSearch, readMarketLink, sortRows } from '../src/market/table';

const row = (symbol: string, fields: Partial<MarketRow> = {}): MarketRow => ({
  symbol,
  venues: ['okx'],
  time_ms: 0,
  price: 1,
  asymmetry: 1,
  bias: 'none',
  cluster_id: null,
  cluster_side: null,
  distance_pct: null,
  held_notional_usd: null,
  growth_usd_per_hour: null,
  touch_probability: null,
  touch_forecast: null,
  grade: 'D',
  grade_reason: '',
  ...fields,
});
const names = (rows: MarketRow[]) => rows.map(({ symbol }) => symbol).join('');

describe('table of markets', () => {
  const rows = [
    row('A', { asymmetry: 1.5, distance_pct: 3, grade: 'B' }),
    row('B', { asymmetry: 0.2, distance_pct: 1, grade: 'A' }),
    row('C', { asymmetry: null }),
    row('D', { asymmetry: 4, distance_pct: 1 }),
  ];

  it('sorts by how lopsided a market is, to either side', () => {
    expect(names(sortRows(rows, 'asymmetry', 'descending'))).toBe('BDAC');
    expect([lopsidedness(0.25), lopsidedness(4), lopsidedness(null), lopsidedness(0)]).toEqual([4, 4, null, Infinity]);
  });

  it('puts rows without the figure last, whichever way', () => {
    expect(names(sortRows(rows, 'distance', 'ascending'))).toBe('BDAC');
    expect(names(sortRows(rows, 'distance', 'descending'))).toBe('ABDC');
  });

  it('sorts words, and leaves what it was given alone', () => {
    expect(names(sortRows(rows, 'symbol', 'descending'))).toBe('DCBA');
    expect(names(sortRows(rows, 'grade', 'ascending'))).toBe('BACD');
    expect(names(rows)).toBe('ABCD');
  });

  it.each([
    [3.89, '3.9 : 1'],
    [0.2, '1 : 5.0'],
    [1, '1.0 : 1'],
    [25, '25 : 1'],
    [0, '1 : ∞'],
    [null, '—'],
  ])('asymmetry %s reads %s', (value, text) => expect(asymmetryText(value)).toBe(text));

  it('links to the chart with the cluster chosen', () => {
    expect(chartLink(row('BTC/USDT:USDT', { cluster_id: 'long-1' }), 'swing', 'strict')).toBe(
      '/?symbol=BTC/USDT:USDT&venue=okx&panel=setups&cluster=long-1&style=swing&preset=strict',
    );
    expect(chartLink(row('X', { venues: ['a', 'b'] }), 'day', 'article')).toBe('/?symbol=X&venue=all');
  });

  it('has a link of its own, the usual left out', () => {
    expect(marketSearch(readMarketLink(''))).toBe('');
    const link = '?style=scalp&preset=strict&sort=growth&direction=ascending';
    expect(marketSearch(readMarketLink(link))).toBe(link);
    expect(readMarketLink('?sort=nonsense&style=x')).toEqual({
      style: 'day',
      preset: 'article',
      sort: 'asymmetry',
      direction: 'descending',
    });
  });
});
