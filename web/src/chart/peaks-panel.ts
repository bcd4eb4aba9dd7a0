import type { ProfileAnswer } from '../api/types';
import { element } from '../ui/dom';
import { formatPrice, formatSignedPercent } from '../ui/format';
import { formatMoney } from '../ui/money';
import { findPeaks, within } from './peaks';

const PEAKS_PER_SIDE = 3;
const BANDS = [0.02, 0.05, 0.1];

/** What lies near the price now, as text and tables: the part of the map a screen reader can read. */
export function mountPeaks(host: HTMLElement): (profile: ProfileAnswer | null) => void {
  const body = element('div', {});
  host.append(
    element(
      'section',
      { class: 'card peaks', 'aria-label': 'Near the price now', 'data-testid': 'peaks' },
      element('h2', {}, 'Near the price now'),
      body,
    ),
  );
  return (profile) => {
    if (profile === null) return body.replaceChildren(element('p', { class: 'muted' }, 'No static map for this view.'));
    body.replaceChildren(withinTable(profile), peaksTable(profile));
  };
}

function withinTable(profile: ProfileAnswer): HTMLElement {
  const rows = BANDS.map((band) => {
    const [longUsd, shortUsd] = within(profile, band);
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, `± ${100 * band} %`),
      element('td', { class: 'number side-long' }, formatMoney(longUsd)),
      element('td', { class: 'number side-short' }, formatMoney(shortUsd)),
    );
  });
  return element(
    'table',
    { class: 'table' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { scope: 'col' }, 'Within'),
        element('th', { scope: 'col', class: 'side-long' }, '▼ Longs below'),
        element('th', { scope: 'col', class: 'side-short' }, '▲ Shorts above'),
      ),
    ),
    element('tbody', {}, ...rows),
  );
}

function peaksTable(profile: ProfileAnswer): HTMLElement {
  const rows = findPeaks(profile, PEAKS_PER_SIDE).map((peak) =>
    element(
      'tr',
      {},
      element(
        'th',
        { scope: 'row', class: `side-${peak.side}` },
        `${peak.side === 'long' ? '▼' : '▲'} ${formatPrice(peak.peakPrice)}`,
      ),
      element('td', { class: 'number' }, formatSignedPercent(peak.distance, 2)),
      element('td', { class: 'number' }, formatMoney(peak.usd)),
    ),
  );
  return element(
    'table',
    { class: 'table' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { scope: 'col' }, 'Densest levels'),
        element('th', { scope: 'col' }, 'Distance'),
        element('th', { scope: 'col' }, 'Estimated'),
      ),
    ),
    element('tbody', {}, ...rows),
  );
}
