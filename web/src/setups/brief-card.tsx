import { plural, t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { BriefAnswer, ClustersAnswer } from '../api/decisions';
import { TextButton } from '../ui/fields';
import { Fold } from '../ui/figures';
import { formatClock, formatSignedPercent, formatTime } from '../ui/format';
import { zoneMark } from '../ui/zone';
import { formatMoney, moneyBand } from '../ui/money';
import { splitSessions, type Brief, type BriefTold } from './brief';
import { clusterName, formatSpan } from './setup-words';

export function countBrief({
  moved,
  grew,
  died,
  born,
  expired,
}: Omit<BriefAnswer['brief'], 'session' | 'time_ms'>): string {
  const parts: [readonly unknown[], (count: number) => string][] = [
    [moved, (count) => plural(count, { one: '# moved', other: '# moved' })],
    [grew, (count) => plural(count, { one: '# grew', other: '# grew' })],
    [died, (count) => plural(count, { one: '# died', other: '# died' })],
    [born, (count) => plural(count, { one: '# born', other: '# born' })],
    [expired, (count) => plural(count, { one: '# expired', other: '# expired' })],
  ];
  const told = parts.filter(([list]) => list.length > 0).map(([list, words]) => words(list.length));
  return told.length > 0 ? told.join(' · ') : t`nothing has changed`;
}

/** What is liquidated in a cluster if it is reached, after what happened to it; nothing where no dollars are known. */
export function forecastWords(touch: BriefAnswer['touch_forecasts'][string] | undefined): string {
  if (touch?.inside_usd == null) return '';
  const band = touch.inside_band_80 === null ? '' : ` [${moneyBand(touch.inside_band_80)}]`;
  const money = formatMoney(touch.inside_usd) + band;
  return ` · ${t`${money} if reached`}`;
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
      heading={t`Session brief`}
      note={told === null ? t`since the last open` : countBrief(told.answer.brief)}
      isHidden={!brief.isOffered.value}
      onToggle={(isOpen) => brief.setOpen(isOpen)}
    >
      {problem !== null && <p class="fall">{problem}</p>}
      {problem === null && told !== null && <Told told={told} clusters={clusters} onChoose={onChoose} />}
    </Fold>
  );
}

const DEATHS: Record<string, string> = {
  swept: t({ message: 'swept', context: 'end of a cluster' }),
  decayed: t({ message: 'decayed', context: 'end of a cluster' }),
  merged: t({ message: 'merged', context: 'end of a cluster' }),
};

function Told({ told, clusters, onChoose }: Omit<BriefProps, 'brief'> & { told: BriefTold }): JSX.Element {
  const { answer, sinceMs, endMs } = told;
  const { last, next } = splitSessions(answer.sessions, endMs);
  const { moved, grew, died, born, expired } = answer.brief;
  const inside = (id: string): string => forecastWords(answer.touch_forecasts[id]);
  const rows: [id: string, text: string][] = [
    ...moved.map(([id, pct]): [string, string] => {
      const change = formatSignedPercent(pct / 100, 2);
      return [id, t`moved ${change}` + inside(id)];
    }),
    ...grew.map(([id, usd]): [string, string] => {
      const money = formatMoney(usd);
      return [id, (answer.quantity === 'flow' ? t`grew by ${money}` : t`grew`) + inside(id)];
    }),
    ...died.map(([id, death]): [string, string] => [id, DEATHS[death] ?? death]),
    ...born.map((id): [string, string] => [id, t({ message: 'new', context: 'cluster' }) + inside(id)]),
    ...expired.map(([id, reason]): [string, string] => [id, t`setup expired: ${reason}`]),
  ];
  const opens = next.map(({ name: session, open_ms }) => {
    const time = `${formatClock(open_ms).slice(0, 5)} ${zoneMark(open_ms)}`;
    const span = formatSpan(open_ms - endMs);
    return t`${session} ${time} (in ${span})`;
  });
  const opening = opens.join(' · ');
  const time = formatTime(sinceMs);
  const session = last?.open_ms === sinceMs ? last.name : null;
  return (
    <>
      <p class="muted">{session === null ? t`Since ${time}` : t`Since ${session} opened, ${time}`}</p>
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
        <p>{t`No cluster moved by more than 1 %, grew, died or was born.`}</p>
      )}
      {opens.length > 0 ? (
        <p class="muted" data-testid="next-opens">{t`Next: ${opening}`}</p>
      ) : (
        <p class="muted">{t`No session opens within 24 h.`}</p>
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
