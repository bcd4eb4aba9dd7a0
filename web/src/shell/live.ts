import type { ApiClient } from '../api/client';
import { ApiProblem } from '../api/problem';
import { LiveStream, followVisibility, type StreamHandlers, type StreamState } from '../api/stream';
import type { StatusAnswer, SymbolsAnswer, ViewQuery } from '../api/types';
import { ALL_VENUES } from '../state/state';

const ASK_MS = 5000;
const ASK_LEAST_MS = 1000;
/** The venue that was named first is worth a short wait when another one's history is there before. */
const FIRST_VENUE_WAIT_MS = 4000;
const STATUS_POLL_MS = 30_000;

/** What the page does with the stream once it has a market; until then only states and reloads matter. */
type LiveListener = Omit<StreamHandlers, 'status' | 'state'>;

/** The stream and the newest state of the venues, from before the first market until the page closes. */
export class Live {
  status: StatusAnswer | null = null;
  private readonly stream: LiveStream;
  private listener: LiveListener | null = null;
  private readonly stateListeners: ((state: StreamState) => void)[] = [];
  private wake: () => void = () => undefined;

  constructor(
    private readonly api: ApiClient,
    private readonly onStatus: (status: StatusAnswer) => void,
  ) {
    this.stream = new LiveStream(
      {
        status: (status) => {
          this.status = status;
          this.onStatus(status);
          this.wake();
        },
        candle: (event) => this.listener?.candle(event),
        column: (event) => this.listener?.column(event),
        liquidations: (event) => this.listener?.liquidations(event),
        reload: (event) => {
          this.listener?.reload(event);
          this.wake();
        },
        resumed: () => this.listener?.resumed(),
        state: (state) => this.stateListeners.forEach((listener) => listener(state)),
      },
      { hasStream: () => hasStream(this.api) },
    );
    followVisibility(this.stream);
    // The stream would tell; while it fails, the states are asked for along with the map.
    window.setInterval(() => {
      if (this.stream.state === 'polling' && document.visibilityState === 'visible') void this.askStatus();
    }, STATUS_POLL_MS);
  }

  onStateChange(listener: (state: StreamState) => void): void {
    this.stateListeners.push(listener);
  }

  listen(listener: LiveListener): void {
    this.listener = listener;
  }

  show(query: Partial<ViewQuery>): void {
    this.stream.show(query);
  }

  /** The states of the venues once, where nothing tells when they change. */
  async askStatus(): Promise<void> {
    try {
      this.status = await this.api.status();
      this.onStatus(this.status);
    } catch {
      // Without them the page shows what it did before there were any.
    }
  }

  /**
   * Waits until the server has a market to show: it asks when the stream says that something has changed, and every few
   * seconds.
   */
  async firstMarkets(query: Partial<ViewQuery>, wantedVenue: string | null): Promise<SymbolsAnswer> {
    this.show(query);
    let giveUpAt = Infinity;
    for (;;) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        window.setTimeout(resolve, ASK_MS);
      });
      const answer = await this.api.symbols().catch(() => null);
      if (answer !== null && answer.markets.length > 0)
        giveUpAt = Math.min(giveUpAt, performance.now() + FIRST_VENUE_WAIT_MS);
      if (
        answer !== null
        && answer.markets.length > 0
        && (isWorthShowing(answer, this.status, wantedVenue) || performance.now() >= giveUpAt)
      ) {
        this.wake = () => undefined;
        return answer;
      }
      await new Promise((resolve) => window.setTimeout(resolve, ASK_LEAST_MS));
    }
  }
}

/** Whether the venue that one would look at first is among the markets, or will not be soon. */
export function isWorthShowing(
  { markets }: SymbolsAnswer,
  status: StatusAnswer | null,
  wanted: string | null,
): boolean {
  const first = wanted ?? status?.venues[0]?.venue;
  if (status === null || markets.some(({ venue }) => venue === first)) return true;
  const coming = status.venues.filter(
    ({ state }) => state === 'backfilling' || state === 'waiting' || state === 'live',
  );
  return first === ALL_VENUES ? coming.length < 2 : !coming.some(({ venue }) => venue === first);
}

/** Asked after a stream was refused. A server that cannot tell now may still have one: that is an error, not a no. */
export async function hasStream(api: Pick<ApiClient, 'status'>): Promise<boolean> {
  try {
    return (await api.status()).mode === 'live';
  } catch (error) {
    if (error instanceof ApiProblem && (error.status === 404 || error.status === 501)) return false;
    throw error;
  }
}

/**
 * Whether a server streams. One from before there was a stream names neither a mode nor currencies, and is not asked.
 */
export async function isLive(api: ApiClient, { mode, currencies }: SymbolsAnswer): Promise<boolean> {
  if (mode !== undefined) return mode === 'live';
  if (currencies === undefined) return false;
  return (await api.status().catch(() => null))?.mode === 'live';
}

/** Whether it knows of states and realised liquidations at all. */
export function isFromBeforeLive({ mode, currencies }: SymbolsAnswer): boolean {
  return mode === undefined && currencies === undefined;
}
