import type { TrackedCluster } from '../api/decisions';
import { element } from '../ui/dom';
import { SIDE_SIGNS, formatPercent, formatPrice } from '../ui/format';
import { formatMoney } from '../ui/money';
import { venueName } from '../ui/venue-name';
import type { Store } from '../state/store';
import type { Decisions } from '../setups/decisions';
import type { Realised, RealisedEvents } from './realised-events';

const MOST_FIRED = 8;

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

/**
 * Above the tape: what each venue reported, and in a table of its own what is left of each cluster's estimate after it
 * fired.
 */
export class RealisedPanel {
  private readonly venues = element('section', {
    class: 'card',
    'aria-label': 'Realised by venue',
    'data-testid': 'realised-venues',
  });
  private readonly fired = element('section', {
    class: 'card',
    'aria-label': 'Clusters that fired',
    'data-testid': 'fired-clusters',
    hidden: true,
  });
  private events: readonly Realised[] = [];

  constructor(
    host: HTMLElement,
    private readonly store: Store,
    private readonly decisions: Decisions,
  ) {
    host.append(this.venues, this.fired);
    decisions.onChange(() => this.renderFired());
    this.render();
  }

  show(events: RealisedEvents): void {
    this.events = events.list;
    if (this.store.state.panel === 'tape') this.render();
  }

  hide(): void {
    this.events = [];
    this.render();
  }

  render(): void {
    const totals = totalsByVenue(this.events);
    this.venues.replaceChildren(
      element(
        'div',
        { class: 'card-head' },
        element('h2', {}, 'By venue · realised'),
        element('span', { class: 'realised-badge' }, 'reported by venues'),
      ),
      totals.length === 0
        ? element('p', { class: 'muted' }, 'No venue has reported a liquidation in this view.')
        : element(
            'table',
            { class: 'table' },
            element(
              'thead',
              {},
              element(
                'tr',
                {},
                element('th', { scope: 'col' }, 'Venue'),
                element('th', { scope: 'col', class: 'side-long' }, '▼ Longs'),
                element('th', { scope: 'col', class: 'side-short' }, '▲ Shorts'),
                element('th', { scope: 'col' }, 'Reports'),
              ),
            ),
            element(
              'tbody',
              {},
              ...totals.map(({ venue, longUsd, shortUsd, count }) =>
                element(
                  'tr',
                  {},
                  element('th', { scope: 'row' }, venueName(venue)),
                  element('td', { class: 'number side-long' }, formatMoney(longUsd)),
                  element('td', { class: 'number side-short' }, formatMoney(shortUsd)),
                  element('td', { class: 'number' }, count.toLocaleString('en-US')),
                ),
              ),
            ),
          ),
    );
    this.renderFired();
  }

  private renderFired(): void {
    const { clusters } = this.decisions.seen;
    const fired = firedClusters([...(clusters?.clusters ?? []), ...(clusters?.dead ?? [])]).slice(0, MOST_FIRED);
    this.fired.hidden = fired.length === 0;
    this.fired.replaceChildren(
      element('h2', {}, 'Left of each cluster after it fired'),
      element(
        'table',
        { class: 'table fired' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            element('th', { scope: 'col' }, 'Cluster'),
            element('th', { scope: 'col' }, 'Flow, est.'),
            element('th', { scope: 'col' }, 'Realised'),
            element('th', { scope: 'col' }, 'Left'),
          ),
        ),
        element(
          'tbody',
          {},
          ...fired.map(({ cluster_id, cluster, death, remainder }) => {
            const left = remainder as NonNullable<typeof remainder>;
            const name = `${SIDE_SIGNS[cluster.side]} ${formatPrice(cluster.peak_price)}`;
            return element(
              'tr',
              { title: `${left.n_events} reported · captured: ${left.capture.join(', ')}` },
              element(
                'th',
                { scope: 'row', class: `side-${cluster.side}` },
                death === null
                  ? element(
                      'button',
                      {
                        type: 'button',
                        class: `text-button side-${cluster.side}`,
                        onclick: () => this.store.update({ cluster: cluster_id, panel: 'setups' }),
                      },
                      name,
                    )
                  : `${name} · ${death}`,
              ),
              element('td', { class: 'number' }, formatMoney(left.forced_flow_usd)),
              element('td', { class: 'number' }, formatMoney(left.realised_usd)),
              element(
                'td',
                { class: 'number' },
                left.realised_share === null ? '—' : formatPercent(Math.max(0, 1 - left.realised_share), 0),
              ),
            );
          }),
        ),
      ),
      element(
        'p',
        { class: 'honesty' },
        'Venues publish a part of their liquidations: realised is at least this, what is left at most.',
      ),
    );
  }
}
