import type { LiquidationBubbles } from '../plugin';
import { queryString, type ApiClient } from '../api/client';
import { ApiProblem } from '../api/problem';
import type { RealisedLiquidation, ViewQuery } from '../api/types';
import { RealisedEvents } from './realised-events';
import type { mountTape } from './tape';

/** Realised liquidations on the chart and in the tape; both are absent where the server has none to tell. */
export class RealisedLayer {
  private readonly events = new RealisedEvents();
  private request: AbortController | null = null;
  private isOffered = true;
  private loadedQuery = '';
  private isFramePending = false;

  constructor(
    private readonly api: ApiClient,
    private readonly bubbles: LiquidationBubbles,
    private readonly tape: ReturnType<typeof mountTape>,
    /** Whether more may come: an empty tape is worth its room only then. */
    private readonly isStreaming: boolean,
  ) {}

  async load(query: ViewQuery): Promise<void> {
    // What has come by the stream since is known; only another range or market has to be asked for.
    const name = queryString({
      symbol: query.symbol,
      venue: query.venue,
      start_ms: query.start_ms,
      end_ms: query.end_ms,
    });
    if (!this.isOffered || (this.isStreaming && name === this.loadedQuery)) return;
    this.request?.abort();
    const request = (this.request = new AbortController());
    try {
      // The map ends with the last closed bar; what is liquidated in the open one is wanted, too.
      const answer = await this.api.liquidations(
        this.isStreaming ? { ...query, end_ms: undefined } : query,
        request.signal,
      );
      if (request.signal.aborted) return;
      this.loadedQuery = name;
      this.events.replace(answer);
      this.show();
    } catch (error) {
      if (request.signal.aborted) return;
      // A server from before there were any. Anything else will be asked for again with the next load.
      if (error instanceof ApiProblem && (error.status === 404 || error.status === 501)) {
        this.isOffered = false;
        this.clear();
      }
    }
  }

  /** What was pushed while nobody listened is asked for with the next load. */
  askAgain(): void {
    this.loadedQuery = '';
  }

  add(events: readonly RealisedLiquidation[]): void {
    if (events.length === 0) return;
    this.events.add(events);
    // A cascade comes in many small batches: once a frame is enough.
    if (this.isFramePending) return;
    this.isFramePending = true;
    requestAnimationFrame(() => {
      this.isFramePending = false;
      this.show();
    });
  }

  clear(): void {
    this.request?.abort();
    this.loadedQuery = '';
    this.events.clear();
    this.bubbles.setEvents([]);
    this.tape.hide();
  }

  /** Writes the figures anew, in another currency. */
  refresh(): void {
    if (this.events.list.length > 0) this.show();
  }

  private show(): void {
    const { list } = this.events;
    this.bubbles.setEvents(list);
    if (list.length === 0 && !this.isStreaming) this.tape.hide();
    else this.tape.show(this.events, this.bubbles.largestUsd());
  }
}
