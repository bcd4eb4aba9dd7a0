import { signal } from '@preact/signals';
import type { ApiClient, MarketQuery } from '../api/client';
import type { BriefAnswer, SessionOpen } from '../api/decisions';
import { isNotOffered } from '../api/problem';

const DAY_MS = 86_400_000;

/** The session that opened last, and those that come. */
export function splitSessions(
  sessions: readonly SessionOpen[],
  nowMs: number,
): { last: SessionOpen | null; next: SessionOpen[] } {
  const past = sessions.filter(({ open_ms }) => open_ms <= nowMs);
  return { last: past[past.length - 1] ?? null, next: sessions.filter(({ open_ms }) => open_ms > nowMs) };
}

export interface BriefTold {
  answer: BriefAnswer;
  sinceMs: number;
  endMs: number;
}

/** What changed since the last session opened, and which opens next; asked for when it is unfolded. */
export class Brief {
  readonly told = signal<BriefTold | null>(null);
  readonly problem = signal<string | null>(null);
  readonly isOffered = signal(true);
  private market: MarketQuery | null = null;
  private endMs = 0;
  private asked = '';
  private isOpen = false;

  constructor(private readonly api: ApiClient) {}

  show({ symbol, venue }: MarketQuery, endMs: number): void {
    this.market = { symbol, venue };
    this.endMs = endMs;
    if (this.isOpen) void this.ask();
  }

  setOpen(isOpen: boolean): void {
    this.isOpen = isOpen;
    if (isOpen) void this.ask();
  }

  private async ask(): Promise<void> {
    const { market, endMs } = this;
    if (market === null) return;
    const name = `${market.symbol} ${market.venue} ${endMs}`;
    if (name === this.asked) return;
    this.asked = name;
    try {
      let sinceMs = endMs - DAY_MS;
      let answer = await this.api.brief({ ...market, since_ms: sinceMs });
      const { last } = splitSessions(answer.sessions, endMs);
      if (last !== null && last.open_ms < endMs) {
        sinceMs = last.open_ms;
        answer = await this.api.brief({ ...market, since_ms: sinceMs });
      }
      if (this.asked !== name) return;
      this.told.value = { answer, sinceMs, endMs };
      this.problem.value = null;
    } catch (error) {
      this.asked = '';
      if (isNotOffered(error)) this.isOffered.value = false;
      else this.problem.value = error instanceof Error ? error.message : String(error);
    }
  }
}
