import { computed, effect, signal } from '@preact/signals';
import { render, type JSX } from 'preact';
import { ApiClient } from '../api/client';
import type { MarketAnswer, RulePreset, Style } from '../api/decisions';
import { RULE_PRESETS, STYLES } from '../state/state';
import { byId } from '../ui/dom';
import { Select, capitalised } from '../ui/fields';
import { formatTime } from '../ui/format';
import { nameVenues } from '../ui/venue-name';
import { MarketsTable } from './markets-table';
import { FIRST_DIRECTION, marketSearch, readMarketLink, type MarketView, type SortName } from './table';

const EVERY_MS = 30_000;

const api = new ApiClient();
const view = signal(readMarketLink(location.search));
const style = computed(() => view.value.style);
const preset = computed(() => view.value.preset);
const answer = signal<MarketAnswer | null>(null);
const problem = signal('');

// Where names of venues do not come, a venue is shown by its id.
const named = api.symbols().then(
  ({ venue_names }) => nameVenues(venue_names ?? {}),
  () => undefined,
);

function change(patch: Partial<MarketView>): void {
  view.value = { ...view.value, ...patch };
}

function sortBy(sort: SortName): void {
  const turned = view.value.direction === 'ascending' ? 'descending' : 'ascending';
  change({ sort, direction: sort === view.value.sort ? turned : FIRST_DIRECTION[sort] });
}

async function load(askedStyle: Style, askedPreset: RulePreset): Promise<void> {
  // Another style may have been asked for meanwhile.
  const isLate = (): boolean => askedStyle !== style.value || askedPreset !== preset.value;
  try {
    const [found] = await Promise.all([api.market({ style: askedStyle, preset: askedPreset }), named]);
    if (isLate()) return;
    answer.value = found;
    problem.value = '';
  } catch (error) {
    if (!isLate()) problem.value = error instanceof Error ? error.message : String(error);
  }
}

function Top(): JSX.Element {
  return (
    <>
      <h1 class="brand">
        <a href="/" data-testid="chart-link" title="Back to the chart">
          <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" width={24} height={24} />
          <span>
            liq<b>heat</b>
          </span>
        </a>
      </h1>
      <nav class="market-nav" aria-label="Pages">
        <a class="nav-link" href="/" data-testid="back-to-chart">
          Chart
        </a>
        <span class="nav-link" aria-current="page">
          Markets
        </span>
      </nav>
      <div class="market-selects">
        <label>
          <span class="muted">Style</span>
          <Select
            label="Style"
            testId="market-style"
            choices={STYLES.map((one) => [one, capitalised(one)])}
            chosen={style.value}
            onChoose={(chosen) => change({ style: chosen })}
          />
        </label>
        <label>
          <span class="muted">Thresholds</span>
          <Select
            label="Thresholds"
            testId="market-preset"
            choices={RULE_PRESETS.map((one) => [one, capitalised(one)])}
            chosen={preset.value}
            onChoose={(chosen) => change({ preset: chosen })}
          />
        </label>
      </div>
    </>
  );
}

function noteText(): string {
  if (problem.value !== '') return problem.value;
  if (answer.value === null) return 'Loading…';
  const { rows } = answer.value;
  if (rows.length === 0) return 'No market in the store yet.';
  const newestMs = Math.max(...rows.map(({ time_ms }) => time_ms));
  return `${rows.length} markets · touch for a ${style.value} trade · newest data to ${formatTime(newestMs)}`;
}

function Markets(): JSX.Element {
  return (
    <>
      <div class="market-scroller" tabIndex={0} role="region" aria-label="Table of markets">
        <MarketsTable rows={answer.value?.rows ?? []} view={view.value} onSort={sortBy} />
      </div>
      <p class={`market-note muted ${problem.value === '' ? '' : 'fall'}`} role="status" data-testid="market-note">
        {noteText()}
      </p>
    </>
  );
}

render(<Top />, byId('top'));
render(<Markets />, byId('markets'));

// The address is derived from the state; what is asked follows style and thresholds alone.
effect(() => history.replaceState(null, '', `${location.pathname}${marketSearch(view.value)}`));
effect(() => void load(style.value, preset.value));
window.setInterval(() => {
  if (document.visibilityState === 'visible') void load(style.value, preset.value);
}, EVERY_MS);
