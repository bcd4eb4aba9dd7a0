import { plural, t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { Phase, TrackedCluster } from '../api/decisions';
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

const PHASES: Record<Phase, string> = {
  approaching: t({ message: 'approaching', context: 'phase of a cluster' }),
  triggering: t({ message: 'triggering', context: 'phase of a cluster' }),
  exhausted: t({ message: 'exhausted', context: 'phase of a cluster' }),
};

/** Everything that is known of one cluster. Estimates, but for what is called realised, which stands apart. */
export function ClusterFacts({ tracked, price }: ClusterProps): JSX.Element {
  const { cluster, remainder } = tracked;
  const age = formatSpan(tracked.age_ms);
  const birth = formatTime(tracked.birth_ms);
  const away = (at: number): string => `${formatPrice(at)} (${formatSignedPercent(at / price - 1, 2)})`;
  return (
    <div class="cluster-facts" data-testid="cluster-facts">
      <dl class="facts">
        <Fact name={t`Near edge`}>{away(cluster.near_edge)}</Fact>
        <Fact name={t`Peak`}>{away(cluster.peak_price)}</Fact>
        <Fact name={t`Far edge`}>{away(cluster.far_edge)}</Fact>
        {tracked.touch_forecast != null && <Touch {...tracked.touch_forecast} />}
        <Fact name={t`Phase`}>{PHASES[tracked.phase]}</Fact>
        <Fact name={t`Age`}>{t`${age} · since ${birth}`}</Fact>
        <Fact name={t`Growth`}>{growthWords(tracked)}</Fact>
        <Fact name={t`Moved since birth`}>{formatSignedPercent(tracked.migration_pct / 100, 2)}</Fact>
        <Fact name={t`Partial sweeps`}>{sweepsText(tracked)}</Fact>
        <Fact name={t`Backed by data`}>
          {cluster.support === null ? t`not calibrated` : formatPercent(cluster.support, 0)}
        </Fact>
      </dl>
      <Shares
        title={t`Leverage, estimated`}
        isMoney={cluster.quantity === 'flow'}
        parts={cluster.leverage_usd.map(([leverage, usd]) => [`${leverage}×`, usd, bandColor(leverage)])}
      />
      <Shares
        title={t`Venues, estimated`}
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
  const span = horizon.replace('h', ' h');
  if (inside_usd === null || inside_book_usd === null || touch.usual_inside_usd === null)
    return <Fact name={t`If reached within ${span}`}>{t`farther than dollars were tested`}</Fact>;
  const banded = (usd: number, band: [number, number] | null): string =>
    band === null ? formatMoney(usd) : `${formatMoney(usd)} [${moneyBand(band)}]`;
  const book = formatMoney(inside_book_usd);
  const rest = formatMoney(inside_usd - inside_book_usd);
  return (
    <>
      <Fact
        name={t`If reached within ${span}, inside`}
        title={t`book ${book} + usual at this distance ${rest}. 8 of 10 outcomes in the brackets.`}
      >
        {banded(inside_usd, inside_band_80)}
      </Fact>
      <Fact name={t`On the way`}>{on_the_way_usd === null ? '—' : banded(on_the_way_usd, on_the_way_band_80)}</Fact>
      <Fact name={t`A usual zone this far`} title={t`book ${book} + usual at this distance ${rest}`}>
        {formatMoney(touch.usual_inside_usd)}
      </Fact>
    </>
  );
}

function sweepsText({ cluster, n_partial_sweeps, swept_usd, swept_share }: TrackedCluster): string {
  if (n_partial_sweeps === 0) return t({ message: 'none', context: 'partial sweeps' });
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
      <h3>{title}</h3>
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
  const { n_events: count } = left;
  const reported = plural(count, { one: `${count} reported`, other: `${count} reported` });
  return (
    <div class="remainder" data-testid="cluster-remainder">
      <h3>{t`After realised liquidations`}</h3>
      <dl class="facts">
        <Fact name={t`Flow, estimated`}>{formatMoney(left.forced_flow_usd)}</Fact>
        <Fact name={t`Fired, realised`} title={left.capture.join(', ')}>
          {`${isLowerBound ? '≥ ' : ''}${formatMoney(left.realised_usd)} · ${reported}`}
        </Fact>
        <Fact name={t`Still in the book, estimated`}>{formatMoney(left.remaining_usd)}</Fact>
      </dl>
    </div>
  );
}
