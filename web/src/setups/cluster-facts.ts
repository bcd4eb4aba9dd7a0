import type { TrackedCluster } from '../api/decisions';
import { element } from '../ui/dom';
import { formatPercent, formatPrice, formatSignedPercent, formatTime } from '../ui/format';
import { formatMoney, signedMoney } from '../ui/money';
import { bandColor } from '../ui/theme';
import { venueName } from '../ui/venue-name';
import { formatSpan } from './setup-words';

/** Everything that is known of one cluster. Estimates, but for what is called realised, which stands apart. */
export function clusterFacts(
  { cluster, ...tracked }: TrackedCluster,
  price: number,
  leverages: readonly number[],
): HTMLElement {
  const away = (at: number): string => `${formatPrice(at)} (${formatSignedPercent(at / price - 1, 2)})`;
  return element(
    'div',
    { class: 'cluster-facts', 'data-testid': 'cluster-facts' },
    element(
      'dl',
      { class: 'facts' },
      fact('Near edge', away(cluster.near_edge)),
      fact('Peak', away(cluster.peak_price)),
      fact('Far edge', away(cluster.far_edge)),
      ...(cluster.held_notional_usd === null
        ? [
            fact(
              'Expected forced flow',
              formatMoney(cluster.forced_flow_usd),
              'Of the flow map: by weights fitted to realised liquidations',
            ),
          ]
        : [
            fact('Held, estimated', formatMoney(cluster.held_notional_usd)),
            fact(
              `Forced flow, × ${Number(cluster.flow_share.toFixed(2))}`,
              formatMoney(cluster.forced_flow_usd),
              'The part that is expected to be force-closed: a stated discount of the held map',
            ),
          ]),
      fact('Phase', tracked.phase),
      fact('Age', `${formatSpan(tracked.age_ms)} · since ${formatTime(tracked.birth_ms)}`),
      fact('Growth', `${signedMoney(tracked.growth_usd_per_hour)} / h`),
      fact('Moved since birth', formatSignedPercent(tracked.migration_pct / 100, 2)),
      fact(
        'Partial sweeps',
        tracked.n_partial_sweeps === 0
          ? 'none'
          : [tracked.n_partial_sweeps, formatMoney(tracked.swept_usd), formatPercent(tracked.swept_share, 0)].join(
              ' · ',
            ),
      ),
      fact('Backed by data', cluster.support === null ? 'not calibrated' : formatPercent(cluster.support, 0)),
    ),
    shares(
      'Leverage',
      cluster.leverage_usd.map(([leverage, usd]) => ({
        label: `${leverage}×`,
        usd,
        color: bandColor(leverage, leverages),
      })),
    ),
    shares(
      'Venues',
      cluster.venue_usd.map(([venue, usd]) => ({ label: venueName(venue), usd, color: null })),
    ),
    remainder(tracked.remainder ?? null),
  );
}

function fact(name: string, value: string, title?: string): HTMLElement {
  return element('div', { title }, element('dt', {}, name), element('dd', { class: 'number' }, value));
}

function shares(title: string, parts: readonly { label: string; usd: number; color: string | null }[]): HTMLElement {
  const total = parts.reduce((sum, { usd }) => sum + usd, 0);
  return element(
    'div',
    { class: 'shares' },
    element('h3', {}, `${title}, estimated`),
    ...parts.map(({ label, usd, color }) => {
      const bar = element('i', {});
      bar.style.width = `${total > 0 ? (100 * usd) / total : 0}%`;
      if (color !== null) bar.style.background = color;
      return element(
        'div',
        { class: 'share' },
        element('span', {}, label),
        element('div', { class: 'band-track', 'aria-hidden': 'true' }, bar),
        element('span', { class: 'number' }, `${formatPercent(total > 0 ? usd / total : 0, 0)} · ${formatMoney(usd)}`),
      );
    }),
  );
}

/** Realised and estimated side by side, never added up. */
function remainder(left: TrackedCluster['remainder']): HTMLElement | null {
  if (left == null) return null;
  const isLowerBound = left.capture.some((capture) => capture !== 'complete');
  return element(
    'div',
    { class: 'remainder', 'data-testid': 'cluster-remainder' },
    element('h3', {}, 'After realised liquidations'),
    element(
      'dl',
      { class: 'facts' },
      fact('Flow, estimated', formatMoney(left.forced_flow_usd)),
      fact(
        'Fired, realised',
        `${isLowerBound ? '≥ ' : ''}${formatMoney(left.realised_usd)} · ${left.n_events} reported`,
        left.capture.join(', '),
      ),
      fact('Left of the estimate', `${isLowerBound ? '≤ ' : ''}${formatMoney(left.remaining_usd)}`),
    ),
  );
}
