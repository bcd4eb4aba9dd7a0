import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ApiClient, MarketQuery } from '../api/client';
import type { BriefAnswer, ClustersAnswer, SessionOpen } from '../api/decisions';
import { isNotOffered } from '../api/problem';
import { TextButton } from '../ui/fields';
import { Fold } from '../ui/figures';
import { formatClock, formatSignedPercent, formatTime } from '../ui/format';
import { zoneMark } from '../ui/zone';
import { formatMoney, moneyBand } from '../ui/money';
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

/** What is liquidated in a cluster if it is reached, after what happened to it; nothing where no dollars are known. */
export function forecastWords(touch: BriefAnswer['touch_forecasts'][string] | undefined): string {
  if (touch?.inside_usd == null) return '';
  const band = touch.inside_band_80 === null ? '' : ` [${moneyBand(touch.inside_band_80)}]`;
  return ` · ${formatMoney(touch.inside_usd)}${band} if reached`;
}

interface BriefTold {
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

interface BriefProps {
  brief: Brief;
  clusters: ClustersAnswer | null;
  onChoose: (cluster: string) => void;
}

export function BriefCard({ brief, clusters, onChoose }: BriefProps): JSX.Element {
  const told = brief.told.value;
  const problem = brief.problem.value;
  return (
    <Fold
      class="brief"
      testId="brief"
      heading="Session brief"
      note={told === null ? 'since the last open' : countBrief(told.answer.brief)}
      isHidden={!brief.isOffered.value}
      onToggle={(isOpen) => brief.setOpen(isOpen)}
    >
      {problem !== null && <p class="fall">{problem}</p>}
      {problem === null && told !== null && <Told told={told} clusters={clusters} onChoose={onChoose} />}
    </Fold>
  );
}

function Told({ told, clusters, onChoose }: Omit<BriefProps, 'brief'> & { told: BriefTold }): JSX.Element {
  const { answer, sinceMs, endMs } = told;
  const { last, next } = splitSessions(answer.sessions, endMs);
  const { moved, grew, died, born, expired } = answer.brief;
  const inside = (id: string): string => forecastWords(answer.touch_forecasts[id]);
  const rows: [id: string, text: string][] = [
    ...moved.map(([id, pct]): [string, string] => [id, `moved ${formatSignedPercent(pct / 100, 2)}${inside(id)}`]),
    ...grew.map(([id, usd]): [string, string] => [
      id,
      `grew${answer.quantity === 'flow' ? ` by ${formatMoney(usd)}` : ''}${inside(id)}`,
    ]),
    ...died.map(([id, death]): [string, string] => [id, death]),
    ...born.map((id): [string, string] => [id, `new${inside(id)}`]),
    ...expired.map(([id, why]): [string, string] => [id, `setup expired: ${why}`]),
  ];
  const opens = next.map(
    ({ name, open_ms }) =>
      `${name} ${formatClock(open_ms).slice(0, 5)} ${zoneMark(open_ms)} (in ${formatSpan(open_ms - endMs)})`,
  );
  return (
    <>
      <p class="muted">
        {`Since ${last !== null && last.open_ms === sinceMs ? `${last.name} opened, ` : ''}${formatTime(sinceMs)}`}
      </p>
      {rows.length > 0 ? (
        <ul class="brief-rows">
          {rows.map(([id, text]) => (
            <li key={`${id} ${text}`}>
              <ClusterName id={id} clusters={clusters} onChoose={onChoose} />
              <span>{text}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p>No cluster moved by more than 1 %, grew, died or was born.</p>
      )}
      {opens.length > 0 ? (
        <p class="muted" data-testid="next-opens">{`Next: ${opens.join(' · ')}`}</p>
      ) : (
        <p class="muted">No session opens within 24 h.</p>
      )}
    </>
  );
}

/** A cluster that lives can be looked at. */
function ClusterName({ id, clusters, onChoose }: Omit<BriefProps, 'brief'> & { id: string }): JSX.Element {
  const name = clusterName(id, clusters);
  if (!clusters?.clusters.some(({ cluster_id }) => cluster_id === id)) return <span class="number muted">{name}</span>;
  return (
    <TextButton class="number" onClick={() => onChoose(id)}>
      {name}
    </TextButton>
  );
}
