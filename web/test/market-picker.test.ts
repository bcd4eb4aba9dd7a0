import { describe, expect, it } from 'vitest';
import type { Market } from '../src/api/types';
import { orderMarkets, searchMarkets } from '../src/shell/market-picker';

const market = (symbol: string, venue: string): Market => ({ symbol, venue }) as Market;
const MARKETS = [
  market('BTC/USDT:USDT', 'binanceusdm'),
  market('BTC/USDT:USDT', 'bybit'),
  market('ETH/USDT:USDT', 'bybit'),
  market('SOL/USDT:USDT', 'okx'),
];
const names = (markets: readonly Market[]): string[] =>
  markets.map(({ symbol, venue }) => `${symbol.slice(0, 3)} ${venue}`);

describe('the list of markets', () => {
  it('is searched by words of symbol and venue, in any order and case', () => {
    expect(names(searchMarkets(MARKETS, 'bybit BTC'))).toEqual(['BTC bybit']);
    expect(names(searchMarkets(MARKETS, '  eth '))).toEqual(['ETH bybit']);
    expect(searchMarkets(MARKETS, '')).toEqual(MARKETS);
    expect(searchMarkets(MARKETS, 'doge')).toEqual([]);
    expect(searchMarkets(MARKETS, '(.*[')).toEqual([]);
  });

  it('begins with favourites, then those looked at last, then as the server has them', () => {
    const last = ['SOL/USDT:USDT okx', 'BTC/USDT:USDT bybit'];
    expect(names(orderMarkets(MARKETS, new Set(['ETH/USDT:USDT']), last))).toEqual([
      'ETH bybit',
      'SOL okx',
      'BTC bybit',
      'BTC binanceusdm',
    ]);
    expect(orderMarkets(MARKETS, new Set(), [])).toEqual(MARKETS);
  });
});
