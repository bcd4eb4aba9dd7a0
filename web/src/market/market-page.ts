import { ApiClient } from '../api/client';
import type { MarketAnswer, MarketRow } from '../api/decisions';
import { byId, element } from '../ui/dom';
import { SIDE_SIGNS, formatPercent, formatPrice, formatTime } from '../ui/format';
import { formatMoney, signedMoney } from '../ui/money';
import { nameVenues, venueName } from '../ui/venue-name';
import { RULE_PRESETS, STYLES } from '../state/state';
import {
  FIRST_DIRECTION,
  asymmetryText,
  chartLink,
  marketSearch,
  readMarketLink,
  sortRows,
  type MarketView,
  type SortName,
} from './table';

const EVERY_MS = 30_000;
const COLUMNS: readonly (readonly [sort: SortName, label: string, title: string])[] = [
  ['symbol', 'Market', 'Symbol, and the venues in it'],
  ['price', 'Price', 'Last price'],
  ['asymmetry', 'Asymmetry', 'Estimated longs below to shorts above, within 5 % of the price'],
  ['cluster', 'Nearest valid cluster', 'That does not fail on its size, within 5 %'],
  ['distance', 'Distance', 'From the price to its near edge'],
  ['touch', 'Touch', 'Chance that a price without drift touches it within the horizon of the style'],
  ['held', 'Held', 'Estimated position value in it'],
  ['growth', 'Growth / h', 'Change of that by the hour'],
  ['grade', 'Grade', 'Reliability: volume rank, venues, support'],
];

const api = new ApiClient();
let view: MarketView = readMarketLink(location.search);
let answer: MarketAnswer | null = null;
let problem = '';

const host = byId('markets');
const note = element('p', { class: 'market-note muted', role: 'status', 'data-testid': 'market-note' });
const table = element('table', { class: 'markets', 'data-testid': 'markets' });
host.append(
  element('div', { class: 'market-scroller', tabindex: 0, role: 'region', 'aria-label': 'Table of markets' }, table),
  note,
);

function change(patch: Partial<MarketView>): void {
  const mustAsk = (patch.style ?? view.style) !== view.style || (patch.preset ?? view.preset) !== view.preset;
  view = { ...view, ...patch };
  history.replaceState(null, '', `${location.pathname}${marketSearch(view)}`);
  render();
  if (mustAsk) void load();
}

function sortBy(sort: SortName): void {
  const turned = view.direction === 'ascending' ? 'descending' : 'ascending';
  change({ sort, direction: sort === view.sort ? turned : FIRST_DIRECTION[sort] });
}

async function load(): Promise<void> {
  const { style, preset } = view;
  try {
    const found = await api.market({ style, preset });
    // Another style may have been asked for meanwhile.
    if (style !== view.style || preset !== view.preset) return;
    answer = found;
    problem = '';
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  render();
}

function render(): void {
  const hadFocus = document.activeElement?.getAttribute('data-testid') ?? null;
  byId('top').replaceChildren(
    element(
      'h1',
      { class: 'brand' },
      element(
        'a',
        { href: '/', 'data-testid': 'chart-link', title: 'Back to the chart' },
        element('img', { src: `${import.meta.env.BASE_URL}favicon.svg`, alt: '', width: 24, height: 24 }),
        element('span', {}, 'liq', element('b', {}, 'heat')),
      ),
    ),
    element(
      'nav',
      { class: 'market-nav', 'aria-label': 'Pages' },
      element('a', { class: 'nav-link', href: '/', 'data-testid': 'back-to-chart' }, 'Chart'),
      element('span', { class: 'nav-link', 'aria-current': 'page' }, 'Markets'),
    ),
    element(
      'div',
      { class: 'market-selects' },
      choice('Style', 'market-style', STYLES, view.style, (style) => change({ style })),
      choice('Thresholds', 'market-preset', RULE_PRESETS, view.preset, (preset) => change({ preset })),
    ),
  );
  table.replaceChildren(
    element('caption', { class: 'visually-hidden' }, 'All markets, sortable'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...COLUMNS.map(([sort, label, title]) =>
          element(
            'th',
            {
              scope: 'col',
              'aria-sort': sort === view.sort ? view.direction : undefined,
              title,
              class: `col-${sort}`,
            },
            element(
              'button',
              { type: 'button', 'data-testid': `sort-${sort}`, onclick: () => sortBy(sort) },
              label,
              element(
                'span',
                { class: 'sort-sign', 'aria-hidden': 'true' },
                sort !== view.sort ? '' : view.direction === 'ascending' ? ' ▲' : ' ▼',
              ),
            ),
          ),
        ),
      ),
    ),
    element('tbody', {}, ...sortRows(answer?.rows ?? [], view.sort, view.direction).map(rowOf)),
  );
  const newestMs = Math.max(...(answer?.rows ?? []).map(({ time_ms }) => time_ms));
  note.textContent =
    problem !== ''
      ? problem
      : answer === null
        ? 'Loading…'
        : answer.rows.length === 0
          ? 'No market in the store yet.'
          : `${answer.rows.length} markets · touch for a ${view.style} trade · newest data to ${formatTime(newestMs)}`;
  note.classList.toggle('fall', problem !== '');
  if (hadFocus !== null) document.querySelector<HTMLElement>(`[data-testid="${hadFocus}"]`)?.focus();
}

function choice<T extends string>(
  label: string,
  testId: string,
  choices: readonly T[],
  chosen: T,
  onChoose: (value: T) => void,
): HTMLElement {
  const node = element('select', { 'data-testid': testId, 'aria-label': label });
  for (const one of choices)
    node.append(element('option', { value: one, selected: one === chosen }, one[0].toUpperCase() + one.slice(1)));
  node.addEventListener('change', () => onChoose(node.value as T));
  return element('label', {}, element('span', { class: 'muted' }, label), node);
}

function rowOf(row: MarketRow): HTMLElement {
  const side = row.cluster_side;
  const orNone = <T>(value: T | null, write: (value: T) => string): string => (value === null ? '—' : write(value));
  return element(
    'tr',
    { 'data-testid': `market-${row.symbol}` },
    element(
      'th',
      { scope: 'row' },
      element('a', { href: chartLink(row, view.style, view.preset) }, row.symbol),
      element('span', { class: 'muted venues' }, row.venues.map(venueName).join(', ')),
    ),
    element('td', { class: 'number' }, formatPrice(row.price)),
    element(
      'td',
      { class: 'number' },
      asymmetryText(row.asymmetry),
      ' ',
      element(
        'span',
        { class: `bias bias-${row.bias}` },
        row.bias === 'none' ? 'even' : row.bias === 'short' ? '▼ short' : '▲ long',
      ),
    ),
    element(
      'td',
      { class: side === null ? 'muted' : `side-${side}` },
      side === null ? 'none' : `${SIDE_SIGNS[side]} ${side}s ${side === 'long' ? 'below' : 'above'}`,
    ),
    element(
      'td',
      { class: 'number' },
      orNone(row.distance_pct, (value) => `${value.toFixed(2)} %`),
    ),
    element(
      'td',
      { class: 'number' },
      orNone(row.touch_probability, (value) => formatPercent(value, 0)),
    ),
    element('td', { class: 'number' }, orNone(row.held_notional_usd, formatMoney)),
    element('td', { class: 'number' }, orNone(row.growth_usd_per_hour, signedMoney)),
    element(
      'td',
      {},
      element(
        'abbr',
        {
          class: `grade grade-${row.grade}`,
          title: row.grade_reason,
          'aria-label': `${row.grade}: ${row.grade_reason}`,
        },
        row.grade,
      ),
      element('span', { class: 'grade-reason muted' }, row.grade_reason),
    ),
  );
}

render();
// Names come late or never: until then a venue is shown by its id.
void api.symbols().then(
  ({ venue_names }) => {
    nameVenues(venue_names ?? {});
    render();
  },
  () => undefined,
);
void load();
window.setInterval(() => {
  if (document.visibilityState === 'visible') void load();
}, EVERY_MS);
