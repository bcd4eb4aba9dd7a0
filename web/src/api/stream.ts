import { queryString } from './client';
import type { CandleEvent, ColumnEvent, RealisedLiquidation, ReloadReason, StatusAnswer, ViewQuery } from './types';

/** What the stream's events carry, by their names. */
export interface StreamEvents {
  status: StatusAnswer;
  candle: CandleEvent;
  column: ColumnEvent;
  liquidations: { events: RealisedLiquidation[] };
  reload: { reason: ReloadReason };
}

/**
 * `paused`: the page is hidden. `polling`: it failed so often that asking every now and then must do; it is still
 * tried. `unavailable`: the server has no stream.
 */
export type StreamState = 'closed' | 'connecting' | 'open' | 'paused' | 'polling' | 'unavailable';

export type StreamHandlers = { [Name in keyof StreamEvents]: (event: StreamEvents[Name]) => void } & {
  state(state: StreamState): void;
  /** The stream is back after a gap: what was pushed meanwhile is lost and must be asked for. */
  resumed(): void;
};

/** The part of `EventSource` that is used. */
export interface EventSourceLike {
  readonly readyState: number;
  addEventListener(name: string, listener: (event: { data?: unknown }) => void): void;
  close(): void;
}

export interface StreamOptions {
  base?: string;
  open?: (url: string) => EventSourceLike;
  /**
   * Whether the server has a stream at all; asked when it refused one, for `EventSource` does not tell the HTTP status.
   */
  hasStream?: () => Promise<boolean>;
  random?: () => number;
}

const NAMES: readonly (keyof StreamEvents)[] = ['status', 'candle', 'column', 'liquidations', 'reload'];
const CLOSED = 2;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
const FAILURES_TO_POLLING = 3;
/** Keep-alive comments are invisible to a page, so a dead connection shows only as silence. */
const LONGEST_SILENCE_MS = 90_000;

/**
 * One event stream at a time, of the view that is shown.
 *
 * It is closed while the page is hidden: a browser gives an HTTP/1.1 server six connections, and six forgotten tabs
 * would take them all.
 */
export class LiveStream {
  private readonly base: string;
  private readonly openSource: (url: string) => EventSourceLike;
  private readonly hasStream: () => Promise<boolean>;
  private readonly random: () => number;
  private source: EventSourceLike | null = null;
  private url: string | null = null;
  private current: StreamState = 'closed';
  private failures = 0;
  private wasOpen = false;
  private isHidden = false;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly handlers: StreamHandlers,
    options: StreamOptions = {},
  ) {
    this.base = options.base ?? '/api/v1';
    this.openSource = options.open ?? ((url) => new EventSource(url));
    this.hasStream = options.hasStream ?? (() => Promise.resolve(true));
    this.random = options.random ?? Math.random;
  }

  get state(): StreamState {
    return this.current;
  }

  /** Streams a view in place of the one before; the same view again changes nothing. */
  show(query: Partial<ViewQuery>): void {
    const search = queryString(query);
    const url = `${this.base}/stream${search === '' ? '' : `?${search}`}`;
    if (url === this.url && this.current !== 'closed') return;
    this.url = url;
    // Another view was asked for just now: nothing of it can have been missed.
    this.wasOpen = false;
    this.failures = 0;
    this.drop();
    if (this.isHidden) this.become('paused');
    else this.connect();
  }

  close(): void {
    this.url = null;
    this.drop();
    this.become('closed');
  }

  setHidden(isHidden: boolean): void {
    if (isHidden === this.isHidden) return;
    this.isHidden = isHidden;
    if (this.url === null || this.current === 'unavailable') return;
    this.drop();
    this.failures = 0;
    if (isHidden) this.become('paused');
    else this.connect();
  }

  private connect(): void {
    if (this.url === null) return;
    if (this.current !== 'polling') this.become('connecting');
    const source = (this.source = this.openSource(this.url));
    const mine = (action: () => void) => () => {
      if (this.source === source) action();
    };
    source.addEventListener(
      'open',
      mine(() => this.opened()),
    );
    source.addEventListener(
      'error',
      mine(() => this.failed(source.readyState === CLOSED)),
    );
    for (const name of NAMES) {
      source.addEventListener(name, ({ data }) => {
        if (this.source === source) this.received(name, data);
      });
    }
    this.watchSilence();
  }

  private opened(): void {
    this.become('open');
    this.watchSilence();
    if (this.wasOpen) this.handlers.resumed();
    this.wasOpen = true;
  }

  private received(name: keyof StreamEvents, data: unknown): void {
    // Not on opening: a server that accepts and drops would never count as failing.
    this.failures = 0;
    this.watchSilence();
    let event: unknown;
    try {
      event = JSON.parse(String(data));
    } catch {
      console.warn(`stream: the data of "${name}" is not JSON`);
      return;
    }
    (this.handlers[name] as (event: unknown) => void)(event);
  }

  /** It reconnects by itself rather than leave it to the browser, which gives up for good after an HTTP error. */
  private failed(wasRefused: boolean): void {
    this.drop();
    this.failures++;
    this.become(this.failures >= FAILURES_TO_POLLING ? 'polling' : 'connecting');
    const { url } = this;
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.failures - 1)) * (0.75 + 0.5 * this.random());
    this.retryTimer = setTimeout(() => this.connect(), waitMs);
    if (!wasRefused) return;
    void this.hasStream().then(
      (has) => {
        if (has || this.url !== url) return;
        this.drop();
        this.become('unavailable');
      },
      () => undefined,
    );
  }

  private watchSilence(): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => {
      this.drop();
      this.connect();
    }, LONGEST_SILENCE_MS);
  }

  private drop(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.silenceTimer);
    this.source?.close();
    this.source = null;
  }

  private become(state: StreamState): void {
    if (state === this.current) return;
    this.current = state;
    this.handlers.state(state);
  }
}

/** Closes the stream with the page and opens it again with it; a page kept for the back button counts as hidden. */
export function followVisibility(stream: Pick<LiveStream, 'setHidden'>): void {
  const follow = (): void => stream.setHidden(document.visibilityState === 'hidden');
  document.addEventListener('visibilitychange', follow);
  window.addEventListener('pagehide', () => stream.setHidden(true));
  window.addEventListener('pageshow', follow);
  follow();
}
