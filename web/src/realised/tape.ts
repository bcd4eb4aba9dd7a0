import { element } from '../ui/dom';
import { formatClock, formatPrice, formatTime } from '../ui/format';
import { formatMoney } from '../ui/money';
import { venueName } from '../ui/venue-name';
import type { Realised, RealisedEvents } from './realised-events';

const ROWS = 50;

/** The last realised liquidations, as venues reported them: nothing estimated stands in this card. */
export function mountTape(host: HTMLElement): { show(events: RealisedEvents, largestUsd: number): void; hide(): void } {
  const totals = element('div', { class: 'split-texts', 'data-testid': 'tape-totals' });
  const body = element('tbody', { 'data-testid': 'tape-rows' });
  const scroller = element(
    'div',
    { class: 'tape-scroller', tabindex: 0, role: 'region', 'aria-label': 'Last realised liquidations' },
    element(
      'table',
      { class: 'table tape' },
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col' }, 'UTC'),
          element('th', { scope: 'col' }, 'Venue'),
          element('th', { scope: 'col' }, 'Price'),
          element('th', { scope: 'col' }, 'Value'),
        ),
      ),
      body,
    ),
  );
  const notes = element('p', { class: 'honesty' });
  const card = element(
    'section',
    { class: 'card tape-card', 'data-testid': 'tape', 'aria-label': 'Realised liquidations', hidden: true },
    element(
      'div',
      { class: 'card-head' },
      element('h2', {}, 'Liquidations · realised'),
      element('span', { class: 'realised-badge' }, 'reported by venues'),
    ),
    totals,
    scroller,
    notes,
  );
  host.append(card);
  const rows = new Map<Realised, HTMLElement>();
  let writtenIn = '';
  return {
    show(events, largestUsd) {
      card.hidden = false;
      // Rows are kept from one batch to the next, but not into another currency.
      const currency = `${formatMoney(1e6)} ${formatPrice(1e5)}`;
      if (currency !== writtenIn) rows.clear();
      writtenIn = currency;
      const { longUsd, shortUsd } = events.totals();
      totals.replaceChildren(total('▼ Longs', longUsd, 'long'), total('▲ Shorts', shortUsd, 'short'));
      const last = events.list.slice(-ROWS).reverse();
      const kept = new Set(last);
      for (const event of rows.keys()) if (!kept.has(event)) rows.delete(event);
      body.replaceChildren(
        ...last.map((event) => {
          const known = rows.get(event) ?? row(event);
          rows.set(event, known);
          return known;
        }),
      );
      if (last.length === 0)
        body.append(
          element('tr', {}, element('td', { colspan: 4, class: 'muted tape-empty' }, 'None reported in this view yet')),
        );
      const rules = Object.entries(events.capture).map(([venue, rule]) => `${venueName(venue)}: ${rule}`);
      notes.textContent = [
        last.length > 0 && `Largest circle ≥ ${formatMoney(largestUsd)}.`,
        rules.length > 0 && `Captured: ${rules.join(' · ')}.`,
        events.isTruncated && 'Older ones of this view are left out.',
      ]
        .filter(Boolean)
        .join(' ');
      notes.title = notes.textContent;
    },
    hide() {
      card.hidden = true;
      rows.clear();
    },
  };
}

function total(label: string, usd: number, side: string): HTMLElement {
  return element('span', { class: `side-${side}` }, `${label} `, element('b', { class: 'number' }, formatMoney(usd)));
}

function row({ timeMs, isLong, price, usd, source }: Realised): HTMLElement {
  const side = isLong ? 'long' : 'short';
  return element(
    'tr',
    {
      title:
        `${formatTime(timeMs)} · ${side} position liquidated`
        + ` · price: ${source.price_means} · captured: ${source.capture}`,
    },
    element('td', { class: 'number' }, formatClock(timeMs)),
    element('td', {}, venueName(source.venue)),
    element('td', { class: `number side-${side}` }, `${isLong ? '▼' : '▲'} ${formatPrice(price)}`),
    element('td', { class: 'number tape-value' }, formatMoney(usd)),
  );
}
