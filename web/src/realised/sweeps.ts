import { signal } from '@preact/signals';
import type { ApiClient, MarketQuery } from '../api/client';
import type { SweepsAnswer } from '../api/decisions';
import { isNotOffered } from '../api/problem';

/** What fired within a day, as the server compares it; asked for once somebody looks. */
export class Sweeps {
  /** `null` before the first answer, and where the server has none to give. */
  readonly answer = signal<SweepsAnswer | null>(null);
  private isSeen = false;
  private asked = '';
  private wanted: (MarketQuery & { endMs: number }) | null = null;

  constructor(private readonly api: ApiClient) {}

  show({ symbol, venue }: MarketQuery, endMs: number): void {
    this.wanted = { symbol, venue, endMs };
    if (this.isSeen) void this.ask();
  }

  setSeen(isSeen: boolean): void {
    this.isSeen = isSeen;
    if (isSeen) void this.ask();
  }

  private async ask(): Promise<void> {
    if (this.wanted === null) return;
    const { symbol, venue, endMs } = this.wanted;
    const name = `${symbol} ${venue} ${endMs}`;
    if (name === this.asked) return;
    this.asked = name;
    try {
      const answer = await this.api.sweeps({ symbol, venue });
      if (this.asked === name) this.answer.value = answer;
    } catch (error) {
      // Asked again with the next map, unless the server knows of no such thing.
      if (!isNotOffered(error)) this.asked = '';
      this.answer.value = null;
    }
  }
}
