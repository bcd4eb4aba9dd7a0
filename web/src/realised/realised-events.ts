import type { BubbleEvent } from '../plugin';
import type { LiquidationsAnswer, RealisedLiquidation } from '../api/types';

/** One realised liquidation, as the bubbles draw it and the tape lists it. */
export interface Realised extends BubbleEvent {
  /** Of this event alone. */
  id: string;
  source: RealisedLiquidation;
}

/** More than a chart can tell apart; the oldest go first. */
const MOST_EVENTS = 20_000;
/** The server answers from what it has written, and pushes before it writes. */
const WRITING_MS = 5000;

/** Realised liquidations of the view, oldest first, from the server's answer and from the stream, each once. */
export class RealisedEvents {
  private readonly byKey = new Map<string, Realised>();
  private sorted: Realised[] | null = null;
  capture: Record<string, string> = {};
  /** Whether the server had more than it sent. */
  isTruncated = false;

  get list(): readonly Realised[] {
    return (this.sorted ??= [...this.byKey.values()].sort(
      (a, b) => a.timeMs - b.timeMs || a.source.receive_ms - b.source.receive_ms,
    ));
  }

  /** Takes an answer in place of everything before; what the stream has brought since stays. */
  replace(answer: LiquidationsAnswer): void {
    const newestMs = answer.events[answer.events.length - 1]?.receive_ms ?? 0;
    const newer = [...this.byKey.entries()].filter(([, { source }]) => source.receive_ms > newestMs - WRITING_MS);
    this.byKey.clear();
    this.capture = answer.capture;
    this.isTruncated = answer.truncated;
    this.add(answer.events);
    for (const [key, event] of newer) this.byKey.set(key, event);
    this.sorted = null;
  }

  clear(): void {
    this.byKey.clear();
    this.capture = {};
    this.isTruncated = false;
    this.sorted = null;
  }

  /** Adds what is new of a batch. */
  add(events: readonly RealisedLiquidation[]): void {
    // Two liquidations of one batch may be equal in everything; the same one sent twice must count once.
    const copies = new Map<string, number>();
    for (const event of events) {
      const name = [event.venue, event.time_ms, event.receive_ms, event.is_long, event.price, event.quantity].join('|');
      const copy = copies.get(name) ?? 0;
      copies.set(name, copy + 1);
      const key = `${name}|${copy}`;
      if (this.byKey.has(key)) continue;
      this.byKey.set(key, {
        id: key,
        timeMs: event.time_ms,
        price: event.price,
        usd: event.notional_usd,
        isLong: event.is_long,
        source: event,
      });
      this.sorted = null;
      this.capture[event.venue] ??= event.capture;
    }
    if (this.byKey.size > MOST_EVENTS) {
      const kept = this.list.slice(-Math.floor(0.9 * MOST_EVENTS));
      const keep = new Set(kept);
      for (const [key, event] of this.byKey) if (!keep.has(event)) this.byKey.delete(key);
      this.sorted = kept.slice();
      this.isTruncated = true;
    }
  }
}

export function totalsOf(events: readonly Realised[]): { longUsd: number; shortUsd: number } {
  let longUsd = 0;
  let shortUsd = 0;
  for (const { isLong, usd } of events) {
    if (isLong) longUsd += usd;
    else shortUsd += usd;
  }
  return { longUsd, shortUsd };
}
