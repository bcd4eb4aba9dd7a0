import type { JSX } from 'preact';
import type { TrackedCluster } from '../api/decisions';
import { Fact, Share } from '../ui/figures';
import { formatPercent, formatPrice, formatSignedPercent, formatTime } from '../ui/format';
import { formatMoney, moneyBand } from '../ui/money';
import { bandColor } from '../ui/theme';
import { venueName } from '../ui/venue-name';
import { formatSpan, growthWords } from './setup-words';

interface ClusterProps {
  tracked: TrackedCluster;
  price: number;
}

/** Everything that is known of one cluster. Estimates, but for what is called realised, which stands apart. */
export function ClusterFacts({ tracked, price }: ClusterProps): JSX.Element {
  const { cluster, remainder } = tracked;
  const away = (at: number): string => `${formatPrice(at)} (${formatSignedPercent(at / price - 1, 2)})`;
  return (
    <div class="cluster-facts" data-testid="cluster-facts">
      <dl class="facts">
        <Fact name="Near edge">{away(cluster.near_edge)}</Fact>
        <Fact name="Peak">{away(cluster.peak_price)}</Fact>
        <Fact name="Far edge">{away(cluster.far_edge)}</Fact>
        {tracked.touch_forecast != null && <Touch {...tracked.touch_forecast} />}
        <Fact name="Phase">{tracked.phase}</Fact>
        <Fact name="Age">{`${formatSpan(tracked.age_ms)} · since ${formatTime(tracked.birth_ms)}`}</Fact>
        <Fact name="Growth">{growthWords(tracked)}</Fact>
        <Fact name="Moved since birth">{formatSignedPercent(tracked.migration_pct / 100, 2)}</Fact>
        <Fact name="Partial sweeps">{sweepsText(tracked)}</Fact>
        <Fact name="Backed by data">
          {cluster.support === null ? 'not calibrated' : formatPercent(cluster.support, 0)}
        </Fact>
      </dl>
      <Shares
        title="Leverage"
        isMoney={cluster.quantity === 'flow'}
        parts={cluster.leverage_usd.map(([leverage, usd]) => [`${leverage}×`, usd, bandColor(leverage)])}
      />
      <Shares
        title="Venues"
        isMoney={cluster.quantity === 'flow'}
        parts={cluster.venue_usd.map(([venue, usd]) => [venueName(venue), usd])}
      />
      {remainder != null && cluster.quantity === 'flow' && <Remainder {...remainder} />}
    </div>
  );
}

/** What is liquidated if the price gets there: on the way and inside, with what a usual zone holds. */
export function Touch(touch: NonNullable<TrackedCluster['touch_forecast']>): JSX.Element {
  const { horizon, inside_usd, inside_band_80, inside_book_usd, on_the_way_usd, on_the_way_band_80 } = touch;
  const within = `If reached within ${horizon.replace('h', ' h')}`;
  if (inside_usd === null || inside_book_usd === null || touch.usual_inside_usd === null)
    return <Fact name={within}>farther than dollars were tested</Fact>;
  const banded = (usd: number, band: [number, number] | null): string =>
    band === null ? formatMoney(usd) : `${formatMoney(usd)} [${moneyBand(band)}]`;
  const rest = formatMoney(inside_usd - inside_book_usd);
  const parts = `book ${formatMoney(inside_book_usd)} + usual at this distance ${rest}`;
  return (
    <>
      <Fact name={`${within}, inside`} title={`${parts}. 8 of 10 outcomes in the brackets.`}>
        {banded(inside_usd, inside_band_80)}
      </Fact>
      <Fact name="On the way">{on_the_way_usd === null ? '—' : banded(on_the_way_usd, on_the_way_band_80)}</Fact>
      <Fact name="A usual zone this far" title={parts}>
        {formatMoney(touch.usual_inside_usd)}
      </Fact>
    </>
  );
}

function sweepsText({ cluster, n_partial_sweeps, swept_usd, swept_share }: TrackedCluster): string {
  if (n_partial_sweeps === 0) return 'none';
  const usd = cluster.quantity === 'flow' ? ` · ${formatMoney(swept_usd)}` : '';
  return `${n_partial_sweeps}${usd} · ${formatPercent(swept_share, 0)}`;
}

interface SharesProps {
  title: string;
  isMoney: boolean;
  parts: readonly (readonly [label: string, usd: number, color?: string])[];
}

function Shares({ title, isMoney, parts }: SharesProps): JSX.Element {
  const total = parts.reduce((sum, [, usd]) => sum + usd, 0);
  return (
    <div class="shares">
      <h3>{`${title}, estimated`}</h3>
      {parts.map(([label, usd, color]) => {
        const part = total > 0 ? usd / total : 0;
        return (
          <Share key={label} label={label} part={part} color={color}>
            {`${formatPercent(part, 0)}${isMoney ? ` · ${formatMoney(usd)}` : ''}`}
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
        <Fact name="Still in the book, estimated">{formatMoney(left.remaining_usd)}</Fact>
      </dl>
    </div>
  );
}
