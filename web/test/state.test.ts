import { describe, expect, it, vi } from 'vitest';
import type { Market, SymbolsAnswer } from '../src/api/types';
import {
  automaticInterval,
  availableRanges,
  intervalMs,
  keptRange,
  usableIntervals,
  viewSpan,
} from '../src/state/ranges';
import { keepSettings, keptSettings, readLink, stateSearch } from '../src/state/link';
import { defaultState, fitToMarket, marketOf, toggleVenue, viewQuery } from '../src/state/state';
import { symbols } from './answers';

const DAY_MS = 86_400_000;
const MARKET: Market = {
  symbol: 'BTC/USDT:USDT',
  venue: 'binanceusdm',
  contract_kind: 'linear',
  origin: 'simulated',
  interval_ms: 300_000,
  intervals: ['5m', '15m', '1h', '4h', '1d'],
  start_ms: 1_700_006_400_000,
  end_ms: 1_700_006_400_000 + 40 * DAY_MS,
  leverages: [5, 10, 25, 50, 100],
  flow_leverages: [],
  has_order_book: false,
  cohorts: ['none', '24h', '7d'],
  notes: [],
};
const SHORT: Market = {
  ...MARKET,
  symbol: 'ETH/USDT:USDT',
  venue: 'bybit',
  start_ms: MARKET.end_ms - 2 * DAY_MS,
  leverages: [10, 20],
};
const ANSWER = symbols([MARKET, SHORT]);

const parseState = (search: string, answer: SymbolsAnswer) => readLink(search, answer).state;

describe('URL state', () => {
  it('is empty at the defaults', () => {
    expect(stateSearch(parseState('', ANSWER), ANSWER)).toBe('');
  });

  it('carries the times, prices and limits of colour that are seen', () => {
    const link = '?limits=1000,50000&from=2023-12-20T06:15Z&to=2023-12-21T18:00Z&low=30000&high=45000.5';
    const { state, problems } = readLink(link, ANSWER);
    expect(problems).toEqual([]);
    expect(state.lockedLimits).toEqual([1000, 50_000]);
    expect(state.window).toEqual({
      fromMs: Date.UTC(2023, 11, 20, 6, 15),
      toMs: Date.UTC(2023, 11, 21, 18),
      prices: [30_000, 45_000.5],
    });
    expect(stateSearch(state, ANSWER)).toBe(link);
    // A window before the range brings the candles it needs.
    expect(viewQuery({ ...state, range: '24h' }, MARKET).start_ms).toBe(Date.UTC(2023, 11, 20, 6, 15));
  });

  it.each([
    ['from=2023-12-20T06:15Z', 'to= must be a UTC time'],
    ['from=yesterday&to=2023-12-20T06:15Z', 'from=yesterday must be a UTC time'],
    ['from=2023-12-20T06:15Z&to=2023-12-20T06:15Z', 'later than from'],
    ['from=2023-99-99T06:15Z&to=2023-12-20T06:15Z', 'must be a UTC time'],
    ['from=2023-12-20T06:15Z&to=2023-12-21T06:15Z&low=-1&high=2', 'must be a price above 0'],
    ['from=2023-12-20T06:15Z&to=2023-12-21T06:15Z&low=2&high=1e999', 'must be a price above 0'],
    ['limits=5', 'must be two figures'],
    ['limits=9,1', 'must be two figures'],
    ['limits=1,Infinity', 'must be two figures'],
    ['scale=%3Cscript%3E', 'must be one of linear, log, percent'],
  ])('says what of %s could not be followed', (search, problem) => {
    const { state, problems } = readLink(`?${search}`, ANSWER);
    expect(problems.join()).toContain(problem);
    expect(state.lockedLimits).toBeNull();
    expect(state.window?.prices ?? null).toBeNull();
  });

  it('survives a round trip', () => {
    const link =
      '?range=30d&interval=5m&cohort=7d&side=long&leverage=25,100&price_axis=linear&buckets=1000&scale=log'
      + '&palette=cividis&lower=0.2&upper=0.9&heat=off&profile=off&liquidations=off'
      + '&currency=AED&prices=converted&weights=equal';
    const state = parseState(link, ANSWER);
    expect(state).toMatchObject({
      range: '30d',
      interval: '5m',
      cohort: '7d',
      side: 'long',
      leverages: [25, 100],
      quantity: 'held',
      priceAxis: 'linear',
      buckets: 1000,
      scale: 'log',
      palette: 'cividis',
      lowerCutoff: 0.2,
      upperCutoff: 0.9,
      isHeatShown: false,
      isProfileShown: false,
      areLiquidationsShown: false,
      currency: 'AED',
      arePricesConverted: true,
      weights: 'equal',
    });
    expect(stateSearch(state, ANSWER)).toBe(link);
  });

  it('names another market readably', () => {
    const state = parseState('?symbol=ETH/USDT:USDT&venue=bybit', ANSWER);
    expect(state.symbol).toBe('ETH/USDT:USDT');
    expect(stateSearch(state, ANSWER)).toBe('?symbol=ETH/USDT:USDT&venue=bybit');
  });

  it.each<[string, string[]]>([
    ['', []],
    ['?range=24h&heat=on&scale=linear&leverage=5,10,25,50,100', []],
    ['?range=2w', ['range=2w must be one of 12h, 24h, 3d, 7d, 30d, 90d, 180d, 1y']],
    ['?range=1y', ['range=1y is longer than the data: 12h, 24h, 3d, 7d, 30d can be shown']],
    ['?interval=7m', ['interval=7m must be one of 5m, 15m, 1h, 4h, 1d for 7d']],
    ['?cohort=99d', ['cohort=99d must be one of none, 24h, 7d']],
    ['?leverage=7,25', ['leverage=7,25 must be one of 5, 10, 25, 50, 100']],
    ['?side=up&buckets=3', ['buckets=3 must be one of 250, 500, 1000', 'side=up must be one of both, long, short']],
    ['?lower=0.9&upper=0.1', ['lower=0.9 must be below upper=0.1']],
    ['?upper=-1', ['upper=-1 must be from 0 to 1']],
    ['?currency=GBP', ['currency=GBP must be one of USD, AED']],
    ['?heat=maybe', ['heat=maybe must be one of on, off']],
    ['?venue=nowhere', ['BTC/USDT:USDT of nowhere is not on this server, which has it of binanceusdm']],
    ['?symbol=NONE', ['NONE of binanceusdm is not on this server']],
    [`?${'x'.repeat(200)}=1`, [`${'x'.repeat(40)}… is not a parameter of this page`]],
  ])('says what it cannot use: %s', (link, problems) => {
    expect(readLink(link, ANSWER).problems).toEqual(problems);
  });

  it('offers the currencies of the server', () => {
    const { state, problems } = readLink('?currency=EUR', {
      ...ANSWER,
      currencies: { USD: 1, EUR: 0.9, junk: 2, XXX: -1 },
    });
    expect([state.currency, problems]).toEqual(['EUR', []]);
  });

  it.each([
    '?range=2w',
    '?range=1y',
    '?interval=7m',
    '?interval=1d&range=12h',
    '?cohort=99d',
    '?side=up',
    '?leverage=7',
    '?leverage=x',
    '?leverage=5,10,25,50,100',
    '?price_axis=cubic',
    '?buckets=3',
    '?palette=<script>',
    '?lower=2',
    '?upper=-1',
    '?lower=0.9&upper=0.1',
    '?symbol=NONE&venue=nowhere',
    '?unknown=1',
  ])('passes over what it cannot use: %s', (link) => {
    const state = parseState(link, ANSWER);
    const { range: _, ...usual } = defaultState(ANSWER);
    expect(state).toMatchObject(usual);
  });
});

describe('view query', () => {
  it('uses the names of the API and leaves defaults to the server', () => {
    const query = viewQuery(defaultState(ANSWER), MARKET);
    expect(query).toEqual({
      symbol: 'BTC/USDT:USDT',
      venue: 'binanceusdm',
      interval: '15m',
      start_ms: MARKET.end_ms - 7 * DAY_MS,
      end_ms: MARKET.end_ms,
      cohort: 'none',
      side: 'both',
      price_axis: 'log',
    });
  });

  it('lists chosen leverages and buckets', () => {
    const query = viewQuery({ ...defaultState(ANSWER), leverages: [25, 50], buckets: 500 }, MARKET);
    expect([query.leverage, query.buckets]).toEqual(['25,50', 500]);
  });

  it('says how venues count in their sum, and only there', () => {
    const state = { ...defaultState(ANSWER), weights: 'equal' as const };
    expect(viewQuery({ ...state, venue: 'all' }, MARKET).weights).toBe('equal');
    expect(viewQuery(state, MARKET).weights).toBeUndefined();
  });

  it('drops what another market does not have', () => {
    const state = fitToMarket(
      { ...defaultState(ANSWER), range: '30d', interval: '4h', leverages: [10, 25], cohort: '7d' },
      SHORT,
    );
    expect(state).toMatchObject({ range: '24h', interval: '4h', leverages: [10] });
  });
});

describe('ranges', () => {
  it('are those the data can show', () => {
    expect(availableRanges(MARKET)).toEqual(['12h', '24h', '3d', '7d', '30d']);
    expect(availableRanges({ start_ms: 0, end_ms: DAY_MS })).toEqual(['12h', '24h']);
    expect(availableRanges({ start_ms: 0, end_ms: 3_600_000 })).toEqual(['12h']);
    expect(availableRanges({ start_ms: 0, end_ms: 364.5 * DAY_MS })).toContain('1y');
  });

  it('have an interval that suits them', () => {
    expect((['12h', '3d', '7d', '30d', '90d', '1y'] as const).map((range) => automaticInterval(MARKET, range))).toEqual(
      ['5m', '5m', '15m', '1h', '4h', '1d'],
    );
    expect(automaticInterval({ intervals: ['1h'] }, '12h')).toBe('1h');
  });

  it('let 30 days of 5 minutes through and a year of them not', () => {
    expect(usableIntervals(MARKET, '30d')).toContain('5m');
    expect(usableIntervals(MARKET, '1y')).not.toContain('5m');
  });

  it('start on a whole candle within the data', () => {
    const [startMs, endMs] = viewSpan({ start_ms: 1000, end_ms: 10 * DAY_MS + 1000 }, '30d', '1h', null);
    expect([startMs, endMs]).toEqual([3_600_000, 10 * DAY_MS + 1000]);
  });

  it('read interval names', () => {
    expect(['5m', '4h', '1d', '1w'].map(intervalMs)).toEqual([300_000, 14_400_000, DAY_MS, 7 * DAY_MS]);
    expect(intervalMs('soon')).toBeNaN();
  });
});

describe('the range in view after a reload', () => {
  const times = (first: number, count: number) => Array.from({ length: count }, (_, index) => (first + index) * 60_000);

  it('goes with the right edge when that was in view', () => {
    expect(keptRange(times(0, 100), times(0, 103), { from: 60, to: 105 })).toEqual({ from: 63, to: 108 });
    expect(keptRange(times(10, 100), times(0, 110), { from: 60, to: 105 })).toEqual({ from: 70, to: 115 });
  });

  it('stays at the same times otherwise', () => {
    expect(keptRange(times(0, 100), times(1, 100), { from: 20.25, to: 50 })).toEqual({ from: 19.25, to: 49 });
    expect(keptRange(times(40, 60), times(0, 100), { from: 20.25, to: 50 })).toEqual({ from: 60.25, to: 90 });
  });

  it('is nothing where nothing is left', () => {
    expect(keptRange(times(0, 100), times(500, 10), { from: 20, to: 50 })).toBeNull();
    expect(keptRange([], times(0, 10), { from: 0, to: 5 })).toBeNull();
  });
});

describe('settings that a browser keeps', () => {
  it('are how maps are drawn, and nothing of which map', () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, text: string) => kept.set(name, text),
    });
    const { state } = readLink('?symbol=ETH/USDT:USDT&palette=inferno&volume=on&range=24h&cluster=x&side=long', ANSWER);
    keepSettings(state, defaultState(ANSWER), ANSWER);
    expect(keptSettings()).toBe('?palette=inferno&volume=on');
    expect(readLink(keptSettings(), ANSWER).state).toEqual({
      ...defaultState(ANSWER),
      palette: 'inferno',
      isVolumeShown: true,
    });
    keepSettings({ ...state, side: 'both' }, { ...state, palette: 'cividis', side: 'long' }, ANSWER);
    expect(keptSettings()).toBe('?palette=inferno&volume=on');
    kept.set('liqheat.settings', 'palette=cividis');
    keepSettings({ ...state, side: 'both' }, state, ANSWER);
    expect(keptSettings()).toBe('?palette=cividis');
    // Storage may hold anything.
    for (const text of ['', '&&&', 'symbol=ETH&cluster=x', 'palette=bomb'])
      expect(kept.set('liqheat.settings', text) && readLink(keptSettings(), ANSWER).state).toEqual(
        defaultState(ANSWER),
      );
    vi.unstubAllGlobals();
  });
});

describe('several venues', () => {
  const all = { ...MARKET, venue: 'all', venues: ['binanceusdm', 'bybit', 'okx'] };
  const answer = symbols([MARKET, { ...MARKET, venue: 'bybit' }, { ...MARKET, venue: 'okx' }, all]);

  it('are a market of their own, if the server adds them up', () => {
    const found = marketOf(answer, { symbol: MARKET.symbol, venue: 'bybit,okx' });
    expect(found).toEqual({ ...all, venue: 'bybit,okx', venues: ['bybit', 'okx'] });
    for (const venue of ['bybit,nowhere', 'bybit,bybit', ',', 'bybit,', 'all,bybit'])
      expect(marketOf(answer, { symbol: MARKET.symbol, venue })).toBeUndefined();
    expect(marketOf(symbols([MARKET]), { symbol: MARKET.symbol, venue: 'bybit,okx' })).toBeUndefined();
  });

  it.each([
    ['all', 'bybit', 'bybit'],
    ['bybit', 'okx', 'bybit,okx'],
    ['bybit,okx', 'binanceusdm', 'all'],
    ['bybit,okx', 'bybit', 'okx'],
    ['okx', 'okx', 'all'],
    ['bybit,okx', 'all', 'all'],
  ])('%s with %s pressed is %s', (shown, pressed, after) => {
    expect(toggleVenue(answer, { ...MARKET, venue: shown }, pressed)).toBe(after);
  });
});
