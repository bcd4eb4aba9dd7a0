import type { ProfileAnswer } from '../api/types';
import { element } from './dom';
import { formatPrice, formatSignedPercent, formatUsd } from './format';
import { findWalls, within } from './walls';

const WALLS_PER_SIDE = 3;
const BANDS = [0.02, 0.05, 0.1];

/** What lies near the price now, as text and tables: the part of the map a screen reader can read. */
export function mountWalls(host: HTMLElement): (profile: ProfileAnswer | null) => void {
  const body = element('div', {});
  host.append(element('section', { class: 'card walls', 'aria-label': 'Near the price now', 'data-testid': 'walls' },
    element('h2', {}, 'Near the price now'), body));
  return (profile) => {
    if (profile === null) return body.replaceChildren(element('p', { class: 'muted' }, 'No static map for this view.'));
    body.replaceChildren(withinTable(profile), wallsTable(profile));
  };
}

function withinTable(profile: ProfileAnswer): HTMLElement {
  const rows = BANDS.map((band) => {
    const [longUsd, shortUsd] = within(profile, band);
    return element('tr', {}, element('th', { scope: 'row' }, `± ${100 * band} %`),
      element('td', { class: 'number side-long' }, formatUsd(longUsd)), element('td', { class: 'number side-short' }, formatUsd(shortUsd)));
  });
  return element('table', { class: 'table' },
    element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Within'),
      element('th', { scope: 'col', class: 'side-long' }, '▼ Longs below'), element('th', { scope: 'col', class: 'side-short' }, '▲ Shorts above'))),
    element('tbody', {}, ...rows));
}

function wallsTable(profile: ProfileAnswer): HTMLElement {
  const rows = findWalls(profile, WALLS_PER_SIDE).map((wall) => element('tr', {},
    element('th', { scope: 'row', class: `side-${wall.side}` }, `${wall.side === 'long' ? '▼' : '▲'} ${formatPrice(wall.peakPrice)}`),
    element('td', { class: 'number' }, formatSignedPercent(wall.distance, 2)),
    element('td', { class: 'number' }, formatUsd(wall.usd))));
  return element('table', { class: 'table' },
    element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Largest walls'),
      element('th', { scope: 'col' }, 'Distance'), element('th', { scope: 'col' }, 'Estimated'))),
    element('tbody', {}, ...rows));
}
