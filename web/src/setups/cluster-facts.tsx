import type { JSX } from 'preact';
import type { TrackedCluster } from '../api/decisions';
import { Fact, Share } from '../ui/figures';
import { formatPercent, formatPrice, formatSignedPercent, formatTime } from '../ui/format';
import { formatMoney, signedMoney } from '../ui/money';
import { bandColor } from '../ui/theme';
import { venueName } from '../ui/venue-name';
import { formatSpan } from './setup-words';

interface ClusterProps {
  tracked: TrackedCluster;
  price: number;
  leverages: readonly number[];
}

/** Everything that is known of one cluster. Estimates, but for what is called realised, which stands apart. */
export function ClusterFacts({ tracked, price, leverages }: ClusterProps): JSX.Element {
  const { cluster, remainder } = tracked;
  const away = (at: number): string => `${formatPrice(at)} (${formatSignedPercent(at / price - 1, 2)})`;
  return (
    <div class="cluster-facts" data-testid="cluster-facts">
      <dl class="facts">
        <Fact name="Near edge">{away(cluster.near_edge)}</Fact>
        <Fact name="Peak">{away(cluster.peak_price)}</Fact>
        <Fact name="Far edge">{away(cluster.far_edge)}</Fact>
        <Size {...cluster} />
        <Fact name="Phase">{tracked.phase}</Fact>
        <Fact name="Age">{`${formatSpan(tracked.age_ms)} · since ${formatTime(tracked.birth_ms)}`}</Fact>
        <Fact name="Growth">{`${signedMoney(tracked.growth_usd_per_hour)} / h`}</Fact>
        <Fact name="Moved since birth">{formatSignedPercent(tracked.migration_pct / 100, 2)}</Fact>
        <Fact name="Partial sweeps">{sweepsText(tracked)}</Fact>
        <Fact name="Backed by data">
          {cluster.support === null ? 'not calibrated' : formatPercent(cluster.support, 0)}
        </Fact>
      </dl>
      <Shares
        title="Leverage"
        parts={cluster.leverage_usd.map(([leverage, usd]) => [`${leverage}×`, usd, bandColor(leverage, leverages)])}
      />
      <Shares title="Venues" parts={cluster.venue_usd.map(([venue, usd]) => [venueName(venue), usd])} />
      {remainder != null && <Remainder {...remainder} />}
    </div>
  );
}

function Size({ held_notional_usd, flow_share, forced_flow_usd }: TrackedCluster['cluster']): JSX.Element {
  const flow = formatMoney(forced_flow_usd);
  if (held_notional_usd === null)
    return (
      <Fact name="Expected forced flow" title="Of the flow map: by weights fitted to realised liquidations">
        {flow}
      </Fact>
    );
  return (
    <>
      <Fact name="Held, estimated">{formatMoney(held_notional_usd)}</Fact>
      <Fact
        name={`Forced flow, × ${Number(flow_share.toFixed(2))}`}
        title="The part that is expected to be force-closed: a stated discount of the held map"
      >
        {flow}
      </Fact>
    </>
  );
}

function sweepsText({ n_partial_sweeps, swept_usd, swept_share }: TrackedCluster): string {
  if (n_partial_sweeps === 0) return 'none';
  return [n_partial_sweeps, formatMoney(swept_usd), formatPercent(swept_share, 0)].join(' · ');
}

interface SharesProps {
  title: string;
  parts: readonly (readonly [label: string, usd: number, color?: string])[];
}

function Shares({ title, parts }: SharesProps): JSX.Element {
  const total = parts.reduce((sum, [, usd]) => sum + usd, 0);
  return (
    <div class="shares">
      <h3>{`${title}, estimated`}</h3>
      {parts.map(([label, usd, color]) => {
        const part = total > 0 ? usd / total : 0;
        return (
          <Share key={label} label={label} part={part} color={color}>
            {`${formatPercent(part, 0)} · ${formatMoney(usd)}`}
          </Share>
        );
      })}
    </div>
  );
}

/** Realised and estimated side by side, never added up. */
function Remainder(left: NonNullable<TrackedCluster['remainder']>): JSX.Element {
  const isLowerBound = left.capture.some((capture) => capture !== 'complete');
  return (
    <div class="remainder" data-testid="cluster-remainder">
      <h3>After realised liquidations</h3>
      <dl class="facts">
        <Fact name="Flow, estimated">{formatMoney(left.forced_flow_usd)}</Fact>
        <Fact name="Fired, realised" title={left.capture.join(', ')}>
          {`${isLowerBound ? '≥ ' : ''}${formatMoney(left.realised_usd)} · ${left.n_events} reported`}
        </Fact>
        <Fact name="Left of the estimate">{`${isLowerBound ? '≤ ' : ''}${formatMoney(left.remaining_usd)}`}</Fact>
      </dl>
    </div>
  );
}
