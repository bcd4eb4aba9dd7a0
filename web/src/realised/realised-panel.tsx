import { plural, t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { TrackedCluster } from '../api/decisions';
import { TextButton } from '../ui/fields';
import { CardHead, Table } from '../ui/figures';
import { SIDE_SIGNS, formatPercent, formatPrice } from '../ui/format';
import { NUMBER_LOCALE } from '../ui/language';
import { formatMoney } from '../ui/money';
import { venueName } from '../ui/venue-name';
import type { Store } from '../state/store';
import type { Decisions } from '../setups/decisions';
import type { Realised } from './realised-events';

const MOST_FIRED = 8;
const DEATHS: Record<NonNullable<TrackedCluster['death']>, string> = {
  swept: t({ message: 'swept', context: 'how a cluster ended' }),
  decayed: t({ message: 'decayed', context: 'how a cluster ended' }),
  merged: t({ message: 'merged', context: 'how a cluster ended' }),
};

interface VenueTotals {
  venue: string;
  longUsd: number;
  shortUsd: number;
  count: number;
}

/** What each venue reported, by side; the one with most first. */
export function totalsByVenue(events: readonly Realised[]): VenueTotals[] {
  const totals = new Map<string, VenueTotals>();
  for (const { source, isLong, usd } of events) {
    const known = totals.get(source.venue) ?? { venue: source.venue, longUsd: 0, shortUsd: 0, count: 0 };
    totals.set(source.venue, known);
    if (isLong) known.longUsd += usd;
    else known.shortUsd += usd;
    known.count++;
  }
  return [...totals.values()].sort((a, b) => b.longUsd + b.shortUsd - a.longUsd - a.shortUsd);
}

/** Clusters that fired at all, living or dead; what fired most first. */
export function firedClusters(clusters: readonly TrackedCluster[]): TrackedCluster[] {
  return clusters
    .filter(({ remainder }) => (remainder?.realised_usd ?? 0) > 0)
    .sort((a, b) => (b.remainder?.realised_usd ?? 0) - (a.remainder?.realised_usd ?? 0));
}

interface PanelProps {
  store: Store;
  decisions: Decisions;
  events: readonly Realised[];
}

/**
 * Above the tape: what each venue reported, and in a table of its own what is left of each cluster's estimate after it
 * fired.
 */
export function RealisedPanel({ store, decisions, events }: PanelProps): JSX.Element | null {
  // What nobody sees need not be added up.
  if (store.state.panel !== 'tape') return null;
  const { clusters } = decisions.seen;
  const fired = firedClusters([...(clusters?.clusters ?? []), ...(clusters?.dead ?? [])]).slice(0, MOST_FIRED);
  return (
    <>
      <section class="card" aria-label={t`Realised by venue`} data-testid="realised-venues">
        <CardHead heading={t`By venue · realised`} badge={t`reported by venues`} />
        <Venues totals={totalsByVenue(events)} />
      </section>
      {fired.length > 0 && (
        <section class="card" aria-label={t`Clusters that fired`} data-testid="fired-clusters">
          <h2>{t`Left of each cluster after it fired`}</h2>
          <Table
            class="fired"
            head={[
              t`Cluster`,
              t({ message: 'Flow, est.', comment: 'Estimated liquidations of a cluster' }),
              t`Realised`,
              t({ message: 'Left', context: 'what remains' }),
            ]}
          >
            {fired.map((tracked) => (
              <Fired
                key={tracked.cluster_id}
                tracked={tracked}
                onChoose={() => store.update({ cluster: tracked.cluster_id, panel: 'setups' })}
              />
            ))}
          </Table>
          <p class="honesty">
            {t`Venues publish a part of their liquidations: realised is at least this.`}{' '}
            {t`Left is what the book still holds.`}
          </p>
        </section>
      )}
    </>
  );
}

function Venues({ totals }: { totals: readonly VenueTotals[] }): JSX.Element {
  if (totals.length === 0) return <p class="muted">{t`No venue has reported a liquidation in this view.`}</p>;
  return (
    <Table
      head={[
        t`Venue`,
        [t`▼ Longs`, 'long'],
        [t`▲ Shorts`, 'short'],
        t({ message: 'Reports', comment: 'How many liquidations a venue reported' }),
      ]}
    >
      {totals.map(({ venue, longUsd, shortUsd, count }) => (
        <tr key={venue}>
          <th scope="row">{venueName(venue)}</th>
          <td class="number side-long">{formatMoney(longUsd)}</td>
          <td class="number side-short">{formatMoney(shortUsd)}</td>
          <td class="number">{count.toLocaleString(NUMBER_LOCALE)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Fired({ tracked, onChoose }: { tracked: TrackedCluster; onChoose: () => void }): JSX.Element {
  const { cluster, death } = tracked;
  const left = tracked.remainder as NonNullable<TrackedCluster['remainder']>;
  const name = `${SIDE_SIGNS[cluster.side]} ${formatPrice(cluster.peak_price)}`;
  const { n_events: reports, capture } = left;
  const reported = plural(reports, { one: `${reports} reported`, other: `${reports} reported` });
  const rule = capture.join(', ');
  return (
    <tr title={`${reported} · ${t`captured: ${rule}`}`}>
      <th scope="row" class={`side-${cluster.side}`}>
        {death === null ? (
          <TextButton class={`side-${cluster.side}`} onClick={onChoose}>
            {name}
          </TextButton>
        ) : (
          `${name} · ${DEATHS[death]}`
        )}
      </th>
      <td class="number">{formatMoney(left.forced_flow_usd)}</td>
      <td class="number">{formatMoney(left.realised_usd)}</td>
      <td class="number">
        {left.forced_flow_usd > 0 ? formatPercent(left.remaining_usd / left.forced_flow_usd, 0) : '—'}
      </td>
    </tr>
  );
}
