import type { ApiClient, MarketQuery } from '../api/client';
import type { BriefAnswer, SessionOpen } from '../api/decisions';
import { isNotOffered } from '../api/problem';
import { element } from '../ui/dom';
import { formatClock, formatSignedPercent, formatTime } from '../ui/format';
import { formatMoney } from '../ui/money';
import type { Store } from '../state/store';
import { type Decisions } from './decisions';
import { clusterName, formatSpan } from './setup-words';

const DAY_MS = 86_400_000;

/** The session that opened last, and those that come. */
export function splitSessions(
  sessions: readonly SessionOpen[],
  nowMs: number,
): { last: SessionOpen | null; next: SessionOpen[] } {
  const past = sessions.filter(({ open_ms }) => open_ms <= nowMs);
  return { last: past[past.length - 1] ?? null, next: sessions.filter(({ open_ms }) => open_ms > nowMs) };
}

export function countBrief({
  moved,
  grew,
  died,
  born,
  expired,
}: Omit<BriefAnswer['brief'], 'session' | 'time_ms'>): string {
  const parts = [
    [moved, 'moved'],
    [grew, 'grew'],
    [died, 'died'],
    [born, 'born'],
    [expired, 'expired'],
  ] as const;
  const told = parts.filter(([list]) => list.length > 0).map(([list, word]) => `${list.length} ${word}`);
  return told.length > 0 ? told.join(' · ') : 'nothing has changed';
}

/** What changed since the last session opened, and which opens next; asked for when it is unfolded. */
export class BriefPanel {
  private readonly summary = element('summary', {});
  private readonly body = element('div', { class: 'fold-body' });
  private readonly card = element(
    'details',
    { class: 'card fold brief', 'data-testid': 'brief' },
    this.summary,
    this.body,
  );
  private market: MarketQuery | null = null;
  private endMs = 0;
  private asked = '';
  private answer: { brief: BriefAnswer; sinceMs: number } | null = null;

  constructor(
    host: HTMLElement,
    private readonly api: ApiClient,
    private readonly store: Store,
    private readonly decisions: Decisions,
  ) {
    host.append(this.card);
    this.title('since the last open');
    this.card.addEventListener('toggle', () => {
      if (this.card.open) void this.ask();
    });
  }

  show({ symbol, venue }: MarketQuery, endMs: number): void {
    this.market = { symbol, venue };
    this.endMs = endMs;
    if (this.card.open) void this.ask();
  }

  render(): void {
    if (this.answer === null) return;
    const {
      brief: { brief, sessions },
      sinceMs,
    } = this.answer;
    const { last, next } = splitSessions(sessions, this.endMs);
    this.title(countBrief(brief));
    const rows: HTMLElement[] = [
      ...brief.moved.map(([id, pct]) => this.row(id, `moved ${formatSignedPercent(pct / 100, 2)}`)),
      ...brief.grew.map(([id, usd]) => this.row(id, `grew by ${formatMoney(usd)}`)),
      ...brief.died.map(([id, death]) => this.row(id, death)),
      ...brief.born.map((id) => this.row(id, 'new')),
      ...brief.expired.map(([id, why]) => this.row(id, `setup expired: ${why}`)),
    ];
    this.body.replaceChildren(
      element(
        'p',
        { class: 'muted' },
        `Since ${last !== null && last.open_ms === sinceMs ? `${last.name} opened, ` : ''}${formatTime(sinceMs)}`,
      ),
      rows.length > 0
        ? element('ul', { class: 'brief-rows' }, ...rows)
        : element('p', {}, 'No cluster moved by more than 1 %, grew, died or was born.'),
      next.length > 0
        ? element(
            'p',
            { class: 'muted', 'data-testid': 'next-opens' },
            `Next: ${next
              .map(
                ({ name, open_ms }) =>
                  `${name} ${formatClock(open_ms).slice(0, 5)} UTC (in ${formatSpan(open_ms - this.endMs)})`,
              )
              .join(' · ')}`,
          )
        : element('p', { class: 'muted' }, 'No session opens within 24 h.'),
    );
  }

  private row(id: string, text: string): HTMLElement {
    const { clusters } = this.decisions.seen;
    const isAlive = clusters?.clusters.some(({ cluster_id }) => cluster_id === id) ?? false;
    const name = clusterName(id, clusters);
    return element(
      'li',
      {},
      isAlive
        ? element(
            'button',
            { type: 'button', class: 'text-button number', onclick: () => this.store.update({ cluster: id }) },
            name,
          )
        : element('span', { class: 'number muted' }, name),
      element('span', {}, text),
    );
  }

  private title(text: string): void {
    this.summary.replaceChildren(element('h2', {}, 'Session brief'), element('span', { class: 'muted' }, text));
  }

  private async ask(): Promise<void> {
    const { market, endMs } = this;
    if (market === null) return;
    const name = `${market.symbol} ${market.venue} ${endMs}`;
    if (name === this.asked) return;
    this.asked = name;
    try {
      let sinceMs = endMs - DAY_MS;
      let brief = await this.api.brief({ ...market, since_ms: sinceMs });
      const { last } = splitSessions(brief.sessions, endMs);
      if (last !== null && last.open_ms < endMs) {
        sinceMs = last.open_ms;
        brief = await this.api.brief({ ...market, since_ms: sinceMs });
      }
      if (this.asked !== name) return;
      this.answer = { brief, sinceMs };
      this.render();
    } catch (error) {
      this.asked = '';
      if (isNotOffered(error)) this.card.hidden = true;
      else
        this.body.replaceChildren(
          element('p', { class: 'fall' }, error instanceof Error ? error.message : String(error)),
        );
    }
  }
}
