import { describe, expect, it } from 'vitest';
import type { CandlesAnswer, RealisedLiquidation, StatusAnswer, SymbolsAnswer, VenueStatus } from '../src/api/types';
import { formatCountdown, formatShortAge } from '../src/ui/format';
import { isWorthShowing } from '../src/shell/live';
import { closesInMs, placeCandle } from '../src/shell/live-candles';
import { RealisedEvents, totalsOf } from '../src/realised/realised-events';
import { changesBetween, chipOf, coverageText, overallProgress, refusalOf, waitingText } from '../src/shell/venues';
import { nameVenues, venueName } from '../src/ui/venue-name';
import { METADATA } from './answers';

nameVenues({ binanceusdm: 'Binance', bybit: 'Bybit', okx: 'OKX' });

const NOW_MS = 1_760_000_000_000;

function venue(patch: Partial<VenueStatus> = {}): VenueStatus {
  return {
    venue: 'bybit',
    symbol: 'BTC/USDT:USDT',
    state: 'live',
    detail: '',
    since_ms: NOW_MS - 60_000,
    progress: null,
    notes: [],
    feeds: [],
    capture: null,
    ...patch,
  };
}

function status(venues: VenueStatus[], patch: Partial<StatusAnswer> = {}): StatusAnswer {
  return { mode: 'live', symbol: 'BTC/USDT:USDT', venues, offers: [], store: '', ...patch };
}

describe('venue chips', () => {
  it('say the state with how far or how long', () => {
    const word = (patch: Partial<VenueStatus>) => chipOf(venue(patch), NOW_MS).word;
    expect(word({})).toBe('live');
    expect(word({ state: 'waiting' })).toBe('waiting');
    expect(word({ state: 'backfilling' })).toBe('backfilling');
    expect(word({ state: 'backfilling', progress: { done: 43, total: 100, part: 'candles' } })).toBe(
      'backfilling 43 %',
    );
    expect(word({ state: 'backfilling', progress: { done: 0, total: 0, part: 'candles' } })).toBe('backfilling');
    expect(word({ state: 'stale', since_ms: NOW_MS - 12_000 })).toBe('stale 12 s');
    expect(word({ state: 'refused' })).toBe('refused');
  });

  it('count staleness from the last thing that was heard', () => {
    const feed = { feed: 'candles', state: 'stale' as const, detail: '', since_ms: 0 };
    const feeds = [
      { ...feed, last_event_ms: NOW_MS - 200_000 },
      { ...feed, last_event_ms: NOW_MS - 130_000 },
      { ...feed, last_event_ms: null },
    ];
    expect(chipOf(venue({ state: 'stale', since_ms: NOW_MS - 1000, feeds }), NOW_MS).word).toBe('stale 2 min');
  });

  it('have everything in the title', () => {
    const old = [{ feed: 'mark', state: 'live' as const, detail: '', since_ms: 0, last_event_ms: NOW_MS - 65_000 }];
    expect(chipOf(venue({ feeds: old }), NOW_MS).title).toContain('mark price: live, last 65 s ago');
    const feeds = [
      { feed: 'open_interest', state: 'live' as const, detail: 'polled', since_ms: 0, last_event_ms: NOW_MS - 5000 },
    ];
    const { title } = chipOf(
      venue({
        state: 'backfilling',
        detail: 'page 3',
        feeds,
        capture: 'complete',
        progress: { done: 1, total: 4, part: 'mark' },
      }),
      NOW_MS,
    );
    expect(title.split('\n')).toEqual([
      'Bybit · BTC/USDT:USDT: backfilling: page 3',
      'Fetching mark: 1 of 4',
      'open interest: live (polled)',
      'Liquidations that it publishes: complete',
    ]);
  });

  it('name venues as people do', () => {
    expect(['binanceusdm', 'okx', 'newvenue'].map(venueName)).toEqual(['Binance', 'OKX', 'newvenue']);
  });
});

describe('changes of state', () => {
  it('are told once, and progress is not one', () => {
    const first = status([
      venue({ state: 'backfilling', progress: { done: 1, total: 9, part: 'candles' } }),
      venue({ venue: 'okx', state: 'refused', detail: 'HTTP 451' }),
    ]);
    expect(changesBetween(null, first)).toEqual(['Bybit backfilling', 'OKX refused: HTTP 451']);
    const second = status([
      venue({ state: 'backfilling', progress: { done: 5, total: 9, part: 'candles' } }),
      first.venues[1],
    ]);
    expect(changesBetween(first, second)).toEqual([]);
    expect(changesBetween(second, status([venue({ detail: 'all feeds' }), first.venues[1]]))).toEqual(['Bybit live']);
  });
});

describe('before the first heat', () => {
  const backfilling = (done: number, total: number, part = 'candles') =>
    venue({ state: 'backfilling', progress: { done, total, part } });

  it('says how far it is', () => {
    expect(waitingText(null)).toBe('Connecting to the venues…');
    expect(waitingText(status([]))).toBe('Connecting to the venues…');
    expect(waitingText(status([venue({ state: 'waiting' })]))).toBe('Connecting to the venues…');
    expect(waitingText(status([backfilling(37, 100)]))).toBe('Fetching candles 37 %, first heat in a moment');
    expect(waitingText(status([backfilling(10, 100), backfilling(40, 100, 'mark'), venue()]))).toBe(
      'Fetching history 25 %, first heat in a moment',
    );
  });

  it('does not promise what no venue will bring', () => {
    expect(waitingText(status([venue({ state: 'refused' }), venue({ state: 'failed' })]))).toBeNull();
  });

  it('counts only venues that are on their way', () => {
    expect(
      overallProgress(status([backfilling(50, 100), venue({ progress: { done: 9, total: 9, part: 'mark' } })])),
    ).toEqual({ share: 0.5, part: 'candles' });
  });
});

describe('a refused venue', () => {
  const refused = venue({
    venue: 'binanceusdm',
    state: 'refused',
    detail: 'binanceusdm refused this region (HTTP 451): {"code":0}',
  });

  it('has a name, a reason and offers', () => {
    expect(refusalOf(status([venue(), refused], { offers: ['okx', 'binanceusdm'] }), 'bybit')).toEqual({
      venue: 'binanceusdm',
      text: 'Binance does not serve this location (HTTP 451).',
      offers: ['bybit', 'okx'],
    });
    expect(refusalOf(status([venue()]), 'bybit')).toBeNull();
  });

  it('is that of the shown market first, and is not offered itself', () => {
    const other = venue({ venue: 'okx', state: 'refused', detail: '' });
    expect(refusalOf(status([refused, other], { offers: ['okx', 'gate'] }), 'okx')).toMatchObject({
      venue: 'okx',
      text: 'OKX does not serve this location.',
      offers: ['gate'],
    });
  });
});

describe('coverage', () => {
  it('is said of a sum of venues, even where it is not known', () => {
    expect(coverageText({ share: 0.868, of: 'open interest of the venues tracked: binanceusdm, okx' })).toBe(
      'Covers 87 % of the open interest of the venues tracked: Binance, OKX',
    );
    expect(coverageText({ share: null, of: 'x' })).toBe('Share of all open interest: not known');
    expect([coverageText(null), coverageText(undefined)]).toEqual(['', '']);
  });
});

describe('realised liquidations', () => {
  const one: RealisedLiquidation = {
    time_ms: 1000,
    receive_ms: 1100,
    venue: 'okx',
    is_long: true,
    price: 95_000,
    quantity: 0.1,
    notional_usd: 9500,
    mark_price: null,
    price_means: 'bankruptcy',
    capture: 'complete',
  };
  const later = { ...one, time_ms: 3000, receive_ms: 3100, is_long: false, notional_usd: 500 };
  const answer = (events: RealisedLiquidation[]) => ({ events, capture: { okx: 'complete' }, truncated: false });

  it('count once, from the answer and from the stream', () => {
    const events = new RealisedEvents();
    events.replace(answer([one, later]));
    events.add([later]);
    expect(events.list.map((event) => event.timeMs)).toEqual([1000, 3000]);
    expect(totalsOf(events.list)).toEqual({ longUsd: 9500, shortUsd: 500 });
  });

  it('count twice when they happened twice', () => {
    const events = new RealisedEvents();
    events.add([one, { ...one }]);
    events.add([one, { ...one }]);
    expect(events.list).toHaveLength(2);
  });

  it('keep what the stream brought after the answer was made, and lose what left the view', () => {
    const events = new RealisedEvents();
    const unwritten = { ...one, time_ms: 19_000, receive_ms: 19_100 };
    const newest = { ...one, time_ms: 21_000, receive_ms: 21_100 };
    events.add([one, unwritten, newest]);
    // Another venue's has been written already.
    const middle = { ...one, venue: 'bybit', time_ms: 20_000, receive_ms: 20_100 };
    events.replace(answer([middle]));
    expect(events.list.map((event) => event.timeMs)).toEqual([19_000, 20_000, 21_000]);
  });

  it('are sorted, however late they come', () => {
    const events = new RealisedEvents();
    events.add([later]);
    events.add([one]);
    expect(events.list.map((event) => event.timeMs)).toEqual([1000, 3000]);
  });

  it('stay within bounds, the newest', () => {
    const events = new RealisedEvents();
    events.add(Array.from({ length: 20_500 }, (_, index) => ({ ...one, time_ms: index, receive_ms: index })));
    expect(events.list.length).toBeLessThanOrEqual(20_000);
    expect(events.list[events.list.length - 1].timeMs).toBe(20_499);
    expect(events.isTruncated).toBe(true);
    events.add([{ ...one, time_ms: 30_000, receive_ms: 30_000 }]);
    expect(events.list[events.list.length - 1].timeMs).toBe(30_000);
  });
});

describe('a pushed candle', () => {
  const candles = (): CandlesAnswer => ({
    ...METADATA,
    time_ms: [0, 60_000],
    open: [1, 2],
    high: [1, 2],
    low: [1, 2],
    close: [1, 2],
    volume: [1, 2],
  });
  const event = (time_ms: number) => ({ time_ms, open: 5, high: 6, low: 4, close: 5.5, volume: 9, is_closed: false });

  it('replaces its bar or appends the next', () => {
    const shown = candles();
    expect(placeCandle(shown, event(60_000), 60_000)).toBe(1);
    expect(shown.close).toEqual([1, 5.5]);
    expect(placeCandle(shown, event(120_000), 60_000)).toBe(2);
    expect([shown.time_ms, shown.volume]).toEqual([
      [0, 60_000, 120_000],
      [1, 9, 9],
    ]);
    expect(placeCandle(shown, event(0), 60_000)).toBe(0);
  });

  it('is not placed where something is missing', () => {
    const shown = candles();
    expect([-60_000, 30_000, 180_000].map((timeMs) => placeCandle(shown, event(timeMs), 60_000))).toEqual([-1, -1, -1]);
    expect(shown).toEqual(candles());
  });

  it('closes in', () => {
    expect([closesInMs(0, 60_000, 15_000), closesInMs(0, 60_000, 61_000), closesInMs(100_000, 60_000, 0)]).toEqual([
      45_000,
      null,
      null,
    ]);
    expect([0, 999, 187_000, 3_765_000].map(formatCountdown)).toEqual(['0:00', '0:01', '3:07', '1:02:45']);
    expect([4000, 130_000, 7_300_000, 200_000_000].map(formatShortAge)).toEqual(['4 s', '2 min', '2 h', '2 d']);
  });
});

describe('the first picture', () => {
  const markets = (...venues: string[]) =>
    ({ markets: venues.map((name) => ({ venue: name })) }) as unknown as SymbolsAnswer;
  const both = (state: VenueStatus['state']) =>
    status([venue({ venue: 'binanceusdm', state }), venue({ venue: 'okx', state: 'backfilling' })]);

  it('waits a little for the venue that was named first', () => {
    expect(isWorthShowing(markets('okx'), both('backfilling'), null)).toBe(false);
    expect(isWorthShowing(markets('okx', 'binanceusdm'), both('backfilling'), null)).toBe(true);
    expect(isWorthShowing(markets('okx'), both('backfilling'), 'okx')).toBe(true);
  });

  it('does not wait for one that will not come', () => {
    expect(isWorthShowing(markets('okx'), both('refused'), null)).toBe(true);
    expect(isWorthShowing(markets('okx'), both('failed'), null)).toBe(true);
    expect(isWorthShowing(markets('okx'), both('live'), 'gate')).toBe(true);
    expect(isWorthShowing(markets('okx'), null, null)).toBe(true);
  });

  it('waits for the sum of two that are on their way', () => {
    expect(isWorthShowing(markets('okx'), both('backfilling'), 'all')).toBe(false);
    expect(isWorthShowing(markets('okx'), both('refused'), 'all')).toBe(true);
    expect(isWorthShowing(markets('okx', 'binanceusdm', 'all'), both('live'), 'all')).toBe(true);
  });
});
