import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '../src/api/problem';
import type { CandleEvent, Market, SymbolsAnswer } from '../src/api/types';
import { Loader } from '../src/shell/loader';
import { defaultState } from '../src/state/state';
import { onChange } from '../src/state/on-change';
import { Store } from '../src/state/store';
import { linearEdges, type HeatGridInput } from '../src/plugin';
import { HeatGrid } from '../src/plugin/grid';
import { pushedColumn, symbols } from './answers';

const STEP_MS = 900_000;
const END_MS = 1_760_000_400_000;
const MARKET: Market = {
  symbol: 'BTC/USDT:USDT',
  venue: 'okx',
  contract_kind: 'linear',
  origin: 'venue',
  interval_ms: 300_000,
  intervals: ['5m', '15m'],
  start_ms: END_MS - 8 * 86_400_000,
  end_ms: END_MS,
  leverages: [10, 25],
  flow_leverages: [],
  has_order_book: false,
  cohorts: ['none'],
  notes: [],
};

function answerAt(endMs: number, startMs = MARKET.start_ms): SymbolsAnswer {
  return symbols([{ ...MARKET, start_ms: startMs, end_ms: endMs }], { mode: 'live' });
}

function setUp(answer = answerAt(END_MS)) {
  const times = (endMs: number) => Array.from({ length: 4 }, (_, index) => endMs - (4 - index) * STEP_MS);
  const grid = (endMs: number): HeatGridInput => ({
    columns: 4,
    buckets: 3,
    startMs: endMs - 4 * STEP_MS,
    stepMs: STEP_MS,
    priceEdges: linearEdges(100, 1, 3),
    priceAxis: 'linear',
    quantisation: { maxUsd: 1e6, decades: 4 },
    cells: new Uint8Array(12).fill(1),
  });
  const api = {
    symbols: vi.fn(async () => answer),
    profile: vi.fn(async () => Promise.reject(new ApiProblem('', '', 500, ''))),
    candles: vi.fn(async (query: { end_ms: number }) => {
      const time_ms = times(query.end_ms);
      const ones = () => time_ms.map(() => 1);
      return { time_ms, open: ones(), high: ones(), low: ones(), close: ones(), volume: ones() };
    }),
    heatmap: vi.fn(async (query: { end_ms: number }) => ({
      header: { venue: 'okx' },
      grid: grid(query.end_ms),
      etag: String(query.end_ms),
    })),
  };
  let shown: HeatGrid | null = null;
  const view = {
    setCandles: vi.fn(),
    updateCandle: vi.fn(),
    viewport: { fit: vi.fn(), isFitted: vi.fn(() => false), show: vi.fn() },
    profile: { applyOptions: vi.fn(), setData: vi.fn() },
    heatmap: {
      setGrid: vi.fn((input: HeatGridInput) => {
        shown = new HeatGrid(input);
      }),
      applyColumn: vi.fn((update: never) => shown?.applyColumn(update)),
      get grid() {
        return shown;
      },
    },
  };
  const messages = {
    showLoading: vi.fn(),
    showStatus: vi.fn(),
    showError: vi.fn(),
    clearError: vi.fn(),
    markStale: vi.fn(),
  };
  const events = { loaded: vi.fn(), candle: vi.fn(), waiting: vi.fn((): string | null => null) };
  const store = new Store(answer, defaultState(answer));
  const loader = new Loader(api as never, store, view as never, messages as never, events);
  return {
    api,
    view,
    messages,
    events,
    store,
    loader,
    grid: () => shown,
    setAnswer: (next: SymbolsAnswer) => api.symbols.mockImplementation(async () => next),
  };
}

const candle = (time_ms: number, close = 7): CandleEvent => ({
  time_ms,
  open: 1,
  high: 9,
  low: 1,
  close,
  volume: 1,
  is_closed: false,
});
const column = (start_ms: number, row = 1) =>
  pushedColumn({
    start_ms,
    end_ms: start_ms + STEP_MS,
    price_low: 100,
    price_high: 103,
    short_usd: { rows: [row], usd: [5e5] },
  });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('document', { visibilityState: 'visible' });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('reloads', () => {
  it("are asked for once, however often the server says so, and keep pan, zoom and the user's price axis", async () => {
    const { loader, api, view, setAnswer } = setUp();
    await loader.load(false);
    expect(view.viewport.fit).toHaveBeenCalledTimes(1);
    setAnswer(answerAt(END_MS + STEP_MS));
    for (let index = 0; index < 5; index++) loader.reload();
    await vi.advanceTimersByTimeAsync(10);
    expect(api.symbols).toHaveBeenCalledTimes(1);
    expect(api.heatmap).toHaveBeenCalledTimes(2);
    expect(view.viewport.fit).toHaveBeenCalledTimes(1);
    loader.reload();
    loader.reload();
    await vi.advanceTimersByTimeAsync(1900);
    expect(api.symbols).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(api.symbols).toHaveBeenCalledTimes(2);
  });

  it('bring a range that has grown into view for those who saw the whole, and leave their price axis', async () => {
    const { loader, view } = setUp();
    await loader.load(false);
    view.viewport.isFitted.mockReturnValue(true);
    loader.reload();
    await vi.advanceTimersByTimeAsync(10);
    expect(view.viewport.fit.mock.calls).toEqual([[false], [true]]);
  });

  it('wait for what the user has asked for', async () => {
    const { loader, api, view } = setUp();
    let release: () => void = () => undefined;
    const real = api.candles.getMockImplementation()!;
    api.candles.mockImplementationOnce(async (query) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return real(query);
    });
    void loader.load(false);
    loader.reload();
    await vi.advanceTimersByTimeAsync(50);
    expect(api.symbols).not.toHaveBeenCalled();
    release();
    await vi.advanceTimersByTimeAsync(50);
    expect(api.symbols).toHaveBeenCalledTimes(1);
    expect(view.viewport.fit).toHaveBeenCalledTimes(1);
  });

  it('happen by themselves only while polling', async () => {
    const { loader, api } = setUp();
    loader.setPolling(false);
    await loader.load(false);
    await vi.advanceTimersByTimeAsync(65_000);
    expect(api.symbols).not.toHaveBeenCalled();
    loader.setPolling(true);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(api.symbols).toHaveBeenCalledTimes(1);
  });
});

describe('pushed pieces', () => {
  it('are drawn in place', async () => {
    const { loader, view, events, grid } = setUp();
    await loader.load(false);
    loader.applyCandle(candle(END_MS));
    expect(view.updateCandle).toHaveBeenCalledWith(expect.objectContaining({ close: [1, 1, 1, 1, 7] }), 4);
    expect(events.candle).toHaveBeenCalledTimes(1);
    expect(loader.applyColumn(column(END_MS))).toBe(true);
    expect(grid()?.columns).toBe(5);
    expect(grid()?.valueOf(1, 4)).toBeCloseTo(5e5, -4);
  });

  it('are asked for instead when they do not fit', async () => {
    const { loader, api } = setUp();
    await loader.load(false);
    expect(loader.applyColumn(column(END_MS, 3))).toBe(false);
    await vi.advanceTimersByTimeAsync(10);
    expect(api.symbols).toHaveBeenCalledTimes(1);
    loader.applyCandle(candle(END_MS + 5 * STEP_MS));
    await vi.advanceTimersByTimeAsync(3000);
    expect(api.symbols).toHaveBeenCalledTimes(2);
  });

  it('outlive a reload that does not have them yet', async () => {
    const { loader, view, grid } = setUp();
    await loader.load(false);
    loader.applyCandle(candle(END_MS));
    loader.applyColumn(column(END_MS));
    loader.reload();
    await vi.advanceTimersByTimeAsync(10);
    expect(view.setCandles.mock.lastCall?.[0].close).toEqual([1, 1, 1, 1, 7]);
    expect(grid()?.columns).toBe(5);
  });

  it('outlive it together: a bar that has just closed, and the open one', async () => {
    const { loader, view, grid, api, setAnswer } = setUp();
    await loader.load(false);
    for (const time_ms of [END_MS, END_MS + STEP_MS]) {
      loader.applyCandle(candle(time_ms));
      loader.applyColumn(column(time_ms));
    }
    expect(grid()?.columns).toBe(6);
    loader.reload();
    await vi.advanceTimersByTimeAsync(10);
    expect(view.setCandles.mock.lastCall?.[0].time_ms).toHaveLength(6);
    expect(grid()?.columns).toBe(6);
    // The history has caught up with one of them.
    setAnswer(answerAt(END_MS + STEP_MS));
    loader.reload();
    await vi.advanceTimersByTimeAsync(4000);
    expect(api.heatmap).toHaveBeenCalledTimes(3);
    expect(view.setCandles.mock.lastCall?.[0].time_ms).toHaveLength(5);
    expect(grid()?.columns).toBe(5);
    loader.applyCandle(candle(END_MS + STEP_MS, 8));
    await vi.advanceTimersByTimeAsync(4000);
    expect(api.heatmap).toHaveBeenCalledTimes(3);
  });

  it('do not count as missing while a server that was started again has no market yet', async () => {
    const { loader, api, events, setAnswer } = setUp();
    await loader.load(false);
    events.waiting.mockReturnValue('Fetching candles 3 %');
    setAnswer({ ...answerAt(END_MS), markets: [] });
    loader.reload();
    await vi.advanceTimersByTimeAsync(10);
    expect(api.heatmap).toHaveBeenCalledTimes(1);
    events.waiting.mockReturnValue(null);
    loader.reload();
    await vi.advanceTimersByTimeAsync(4000);
    expect(api.heatmap).toHaveBeenCalledTimes(2);
  });

  it('are asked for again when they are of another price axis', async () => {
    const { loader, api, grid } = setUp();
    await loader.load(false);
    expect(loader.applyColumn({ ...column(END_MS), price_high: 103.5 })).toBe(false);
    expect(grid()?.columns).toBe(4);
    await vi.advanceTimersByTimeAsync(3000);
    expect(api.symbols).toHaveBeenCalled();
  });

  it('do not outlive another view', async () => {
    const { loader, view, grid, store } = setUp();
    await loader.load(false);
    loader.applyCandle(candle(END_MS));
    loader.applyColumn(column(END_MS));
    store.update({ interval: '5m' });
    await loader.load(false);
    expect(view.setCandles.mock.lastCall?.[0].close).toEqual([1, 1, 1, 1]);
    expect(grid()?.columns).toBe(4);
  });

  it('give way to the closed bar', async () => {
    const { loader, view, grid, setAnswer } = setUp();
    await loader.load(false);
    loader.applyCandle(candle(END_MS));
    loader.applyColumn(column(END_MS));
    setAnswer(answerAt(END_MS + STEP_MS));
    loader.reload();
    await vi.advanceTimersByTimeAsync(10);
    expect(view.setCandles.mock.lastCall?.[0].close).toEqual([1, 1, 1, 1]);
    expect([grid()?.columns, grid()?.valueOf(1, 3)]).toEqual([4, expect.closeTo(100, 0)]);
  });
});

describe('what the server has answered before', () => {
  it('is named when the same view is asked for again, and not for another one', async () => {
    const { loader, api, store } = setUp();
    const named = () => (api.heatmap.mock.lastCall as unknown[])[1];
    await loader.load(false);
    expect(named()).toBeNull();
    await loader.load(true);
    expect(named()).toBe(String(END_MS));
    store.update({ cohort: 'none', side: 'long' });
    await loader.load(true);
    expect(named()).toBeNull();
  });
});

describe('a delta', () => {
  it('is asked of the map alone, and shown in two colours', async () => {
    const { loader, api, store, grid } = setUp();
    const plain = api.heatmap.getMockImplementation()!;
    api.heatmap.mockImplementation(async (query) => {
      const answer = await plain(query);
      return { ...answer, grid: { ...answer.grid, negativeCells: new Uint8Array(12) } };
    });
    store.update({ mapType: 'delta' });
    await loader.load(true);
    expect(api.heatmap.mock.lastCall?.[0]).toHaveProperty('type', 'delta');
    for (const other of [api.candles, api.profile])
      expect((other.mock.lastCall as unknown[])[0]).not.toHaveProperty('type');
    expect(grid()?.isSigned).toBe(true);
  });

  it('takes what is pushed of longs for less', async () => {
    const { loader, api, store, grid } = setUp();
    const plain = api.heatmap.getMockImplementation()!;
    api.heatmap.mockImplementation(async (query) => {
      const answer = await plain(query);
      return { ...answer, grid: { ...answer.grid, negativeCells: new Uint8Array(12) } };
    });
    store.update({ mapType: 'delta' });
    await loader.load(true);
    loader.applyCandle(candle(END_MS, 101.4));
    const sides = { long_usd: { rows: [0, 2], usd: [5e5, 1e5] }, short_usd: { rows: [2], usd: [3e5] } };
    expect(loader.applyColumn({ ...column(END_MS), ...sides })).toBe(true);
    expect(grid()!.valueOf(0, 4) / -5e5).toBeCloseTo(1, 1);
    expect(grid()!.valueOf(2, 4) / 2e5).toBeCloseTo(1, 1);
  });

  it('is another view than the same map without it', async () => {
    const { loader, api, store } = setUp();
    await loader.load(false);
    store.update({ mapType: 'delta' });
    await loader.load(true);
    expect((api.heatmap.mock.lastCall as unknown[])[1]).toBeNull();
  });
});

describe('before there is anything to draw', () => {
  it('waits and asks again instead of failing', async () => {
    const { loader, api, messages, events } = setUp();
    events.waiting.mockReturnValue('Fetching candles 37 %, first heat in a moment');
    api.heatmap.mockRejectedValueOnce(new ApiProblem('Too short', 'one bar', 409, 'too_short'));
    await loader.load(false);
    expect(messages.showError).not.toHaveBeenCalled();
    expect(messages.showStatus).toHaveBeenLastCalledWith('Fetching candles 37 %, first heat in a moment', true);
    await vi.advanceTimersByTimeAsync(5000);
    expect(events.loaded).toHaveBeenCalledTimes(1);
  });

  it('fails when nothing is on its way', async () => {
    const { loader, api, messages } = setUp();
    api.heatmap.mockRejectedValueOnce(new ApiProblem('No', 'broken', 500, 'x'));
    await loader.load(false);
    expect(messages.showError).toHaveBeenCalledTimes(1);
  });
});

describe('the markets of the server', () => {
  it('let a range that nobody chose grow with the data, and say whose change that is', () => {
    const store = new Store(answerAt(END_MS, END_MS - 86_400_000), defaultState(answerAt(END_MS, END_MS - 86_400_000)));
    const followed: [range: string, isRenewing: boolean][] = [];
    onChange(
      () => store.state.range,
      (range) => followed.push([range, store.isRenewing]),
    );
    expect(store.state.range).toBe('24h');
    store.renew(answerAt(END_MS + STEP_MS, END_MS - 86_400_000));
    expect(followed).toEqual([]);
    store.renew(answerAt(END_MS));
    expect(store.market.end_ms).toBe(END_MS);
    store.update({ range: '12h' });
    store.renew(answerAt(END_MS, END_MS - 9 * 86_400_000));
    expect(store.state.range).toBe('12h');
    expect(followed).toEqual([
      ['7d', true],
      ['12h', false],
    ]);
  });
});
