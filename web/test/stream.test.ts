import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '../src/api/problem';
import { LiveStream, type EventSourceLike, type StreamHandlers, type StreamState } from '../src/api/stream';
import { hasStream } from '../src/shell/live';

class FakeSource implements EventSourceLike {
  readyState = 0;
  isClosed = false;
  private readonly listeners = new Map<string, (event: { data?: unknown }) => void>();

  constructor(readonly url: string) {}

  addEventListener(name: string, listener: (event: { data?: unknown }) => void): void {
    this.listeners.set(name, listener);
  }

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    this.readyState = 1;
    this.listeners.get('open')?.({});
  }

  fail(wasRefused = false): void {
    this.readyState = wasRefused ? 2 : 0;
    this.listeners.get('error')?.({});
  }

  say(name: string, data: unknown): void {
    this.listeners.get(name)?.({ data: typeof data === 'string' ? data : JSON.stringify(data) });
  }
}

function setUp(hasStream = () => Promise.resolve(true)) {
  const sources: FakeSource[] = [];
  const states: StreamState[] = [];
  const handlers = {
    status: vi.fn(),
    candle: vi.fn(),
    column: vi.fn(),
    liquidations: vi.fn(),
    reload: vi.fn(),
    resumed: vi.fn(),
    state: (state: StreamState) => states.push(state),
  } satisfies StreamHandlers;
  const stream = new LiveStream(handlers, {
    open: (url) => {
      const source = new FakeSource(url);
      sources.push(source);
      return source;
    },
    hasStream,
    random: () => 0.5,
  });
  const last = () => sources[sources.length - 1];
  return { stream, sources, states, handlers, last };
}

const QUERY = { symbol: 'BTC/USDT:USDT', venue: 'okx', interval: '5m', start_ms: 1, end_ms: 2 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('LiveStream', () => {
  it('asks with the parameters of the view and hands events over by name', () => {
    const { stream, last, handlers, states } = setUp();
    stream.show(QUERY);
    expect(last().url).toBe('/api/v1/stream?end_ms=2&interval=5m&start_ms=1&symbol=BTC%2FUSDT%3AUSDT&venue=okx');
    last().open();
    last().say('reload', { reason: 'bar' });
    last().say('candle', { time_ms: 5 });
    expect(handlers.reload).toHaveBeenCalledWith({ reason: 'bar' });
    expect(handlers.candle).toHaveBeenCalledWith({ time_ms: 5 });
    expect(states).toEqual(['connecting', 'open']);
    expect(handlers.resumed).not.toHaveBeenCalled();
  });

  it('has one stream at a time, of the newest view', () => {
    const { stream, sources, handlers } = setUp();
    stream.show(QUERY);
    stream.show(QUERY);
    expect(sources).toHaveLength(1);
    stream.show({ ...QUERY, venue: 'bybit' });
    expect(sources.map((source) => source.isClosed)).toEqual([true, false]);
    sources[0].say('candle', { time_ms: 1 });
    sources[0].fail();
    expect(handlers.candle).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    expect(sources).toHaveLength(2);
  });

  it('comes back after a failure and says that something may be missing', () => {
    const { stream, sources, last, handlers } = setUp();
    stream.show(QUERY);
    last().open();
    last().fail();
    expect(last().isClosed).toBe(true);
    vi.advanceTimersByTime(999);
    expect(sources).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(sources).toHaveLength(2);
    last().open();
    expect(handlers.resumed).toHaveBeenCalledTimes(1);
  });

  it('waits longer each time, falls back to polling at the third failure, and still tries', () => {
    const { stream, sources, last, states } = setUp();
    stream.show(QUERY);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      const before = sources.length;
      // Opening alone does not count as working: some servers accept and drop.
      last().open();
      last().fail();
      let waited = 0;
      for (; sources.length === before; waited += 500) vi.advanceTimersByTime(500);
      waits.push(waited);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(states.slice(0, 6)).toEqual(['connecting', 'open', 'connecting', 'open', 'connecting', 'open']);
    expect(states).toContain('polling');
    last().open();
    last().say('status', {});
    last().fail();
    vi.advanceTimersByTime(1000);
    expect(stream.state).toBe('connecting');
  });

  it('stops for good when the server has no stream', async () => {
    const { stream, sources, last } = setUp(() => Promise.resolve(false));
    stream.show(QUERY);
    last().fail(true);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(stream.state).toBe('unavailable');
    expect(sources).toHaveLength(1);
    stream.show({ ...QUERY, venue: 'bybit' });
    expect(sources).toHaveLength(2);
  });

  it('tries again when an HTTP error passes', async () => {
    const { stream, sources, last } = setUp();
    stream.show(QUERY);
    last().fail(true);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sources).toHaveLength(2);
    last().open();
    expect(stream.state).toBe('open');
  });

  it('is closed while the page is hidden and asks again afterwards', () => {
    const { stream, sources, last, handlers } = setUp();
    stream.show(QUERY);
    last().open();
    stream.setHidden(true);
    expect([last().isClosed, stream.state]).toEqual([true, 'paused']);
    stream.show({ ...QUERY, venue: 'bybit' });
    expect(sources).toHaveLength(1);
    stream.show(QUERY);
    vi.advanceTimersByTime(600_000);
    expect(sources).toHaveLength(1);
    stream.setHidden(false);
    expect(sources).toHaveLength(2);
    last().open();
    expect(handlers.resumed).not.toHaveBeenCalled();
    stream.setHidden(true);
    stream.setHidden(false);
    last().open();
    expect(handlers.resumed).toHaveBeenCalledTimes(1);
  });

  it('does not trust a silent connection', () => {
    const { stream, sources, last } = setUp();
    stream.show(QUERY);
    last().open();
    vi.advanceTimersByTime(80_000);
    last().say('status', {});
    vi.advanceTimersByTime(80_000);
    expect(sources).toHaveLength(1);
    vi.advanceTimersByTime(10_000);
    expect(sources).toHaveLength(2);
    expect(sources[0].isClosed).toBe(true);
  });

  it('passes over data that is not JSON', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { stream, last, handlers } = setUp();
    stream.show(QUERY);
    last().open();
    last().say('candle', '{oops');
    expect(handlers.candle).not.toHaveBeenCalled();
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });
});

describe('whether there is a stream at all', () => {
  const answering = (status: unknown) => ({ status: async () => status as never });
  const failing = (status: number) => ({ status: async () => Promise.reject(new ApiProblem('', '', status, '')) });

  it('is told by the mode, and by a server that knows of none', async () => {
    expect(await hasStream(answering({ mode: 'live' }))).toBe(true);
    expect(await hasStream(answering({ mode: 'static' }))).toBe(false);
    expect(await Promise.all([404, 501].map((status) => hasStream(failing(status))))).toEqual([false, false]);
  });

  it('is not told by a server that is down', async () => {
    await expect(hasStream(failing(0))).rejects.toThrow();
    await expect(hasStream(failing(503))).rejects.toThrow();
  });
});
