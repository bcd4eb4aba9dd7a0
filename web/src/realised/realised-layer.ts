import { signal } from '@preact/signals';
import type { LiquidationBubbles } from '../plugin';
import { queryString, type ApiClient } from '../api/client';
import { ApiProblem } from '../api/problem';
import type { RealisedLiquidation, ViewQuery } from '../api/types';
import { RealisedEvents, type Realised } from './realised-events';

export interface RealisedShown {
  events: readonly Realised[];
  /** What each venue publishes of its liquidations. */
  capture: Readonly<Record<string, string>>;
  isTruncated: boolean;
  /** What the largest circle stands for. */
  largestUsd: number;
}

/** Realised liquidations on the chart and in the tape; both are absent where the server has none to tell. */
export class RealisedLayer {
  /** `null` where there are none, and none will come. */
  readonly shown = signal<RealisedShown | null>(null);
  private readonly events = new RealisedEvents();
  private request: AbortController | null = null;
  private isOffered = true;
  private loadedQuery = '';
  private isFramePending = false;

  constructor(
    private readonly api: ApiClient,
    private readonly bubbles: LiquidationBubbles,
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
    this.shown.value = null;
  }

  private show(): void {
    const { list: events, capture, isTruncated } = this.events;
    this.bubbles.setEvents(events);
    const isWorthRoom = events.length > 0 || this.isStreaming;
    this.shown.value = isWorthRoom
      ? { events, capture: { ...capture }, isTruncated, largestUsd: this.bubbles.largestUsd() }
      : null;
  }
}
