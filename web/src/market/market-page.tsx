import '../ui/speak';
import { plural, t } from '@lingui/core/macro';
import { paintPage } from '../ui/theme';
import { computed, effect, signal } from '@preact/signals';
import { render, type JSX } from 'preact';
import { ApiClient } from '../api/client';
import type { MarketAnswer, RulePreset, Style } from '../api/decisions';
import { RULE_PRESETS, STYLES } from '../state/state';
import { byId, say } from '../ui/dom';
import { IconButton, Select } from '../ui/fields';
import { formatAge, formatTime } from '../ui/format';
import { nameVenues, venueName } from '../ui/venue-name';
import { explainAsymmetry } from './columns';
import { favourites } from '../state/favourites';
import { Glossary, MarketsTable } from './markets-table';
import {
  favouritesFirst,
  filterRows,
  firstDirection,
  marketSearch,
  readMarketLink,
  sortRows,
  type MarketView,
  type SortName,
} from './table';
import { Toolbar } from './toolbar';

const EVERY_MS = 30_000;

const STYLE_NAMES: Record<Style, string> = {
  scalp: t({ message: 'Scalp', context: 'style of trade' }),
  day: t({ message: 'Day', context: 'style of trade' }),
  swing: t({ message: 'Swing', context: 'style of trade' }),
};
const FOR_STYLE: Record<Style, string> = {
  scalp: t`for a scalp trade`,
  day: t`for a day trade`,
  swing: t`for a swing trade`,
};
const PRESET_NAMES: Record<RulePreset, string> = {
  article: t({ message: 'Article', context: 'thresholds' }),
  strict: t({ message: 'Strict', context: 'thresholds' }),
};

paintPage();
say('.skip', t`Skip to the table`);
say('.foot-estimate', t`Modelled estimates, not exchange-reported positions; prices apart. Nothing here is advice.`);
say('.foot a', t`Accuracy`);
document.title = `${t`Markets`} · liqheat`;
const api = new ApiClient();
const view = signal(readMarketLink(location.search));
const style = computed(() => view.value.style);
const preset = computed(() => view.value.preset);
const answer = signal<MarketAnswer | null>(null);
const problem = signal('');
/** What must be known of the data of each symbol and venue, for people. */
const notes = signal<ReadonlyMap<string, readonly string[]>>(new Map());
/** What is explained below the table: a text, or all columns. */
const tip = signal<string | null>(null);
const ALL = 'all columns';

const newestMs = computed(() => Math.max(0, ...(answer.value?.rows ?? []).map(({ time_ms }) => time_ms)));
const sorted = computed(() => sortRows(answer.value?.rows ?? [], view.value.sort, view.value.direction));
const shown = computed(() => {
  const found = filterRows(sorted.value, view.value.filter, venueName);
  return view.value.favourites === 'first' ? favouritesFirst(found, favourites.value) : found;
});

// Where names of venues do not come, a venue is shown by its id.
const named = api.symbols().then(
  ({ venue_names, markets }) => {
    nameVenues(venue_names ?? {});
    notes.value = new Map(markets.map((one) => [`${one.symbol} ${one.venue}`, one.notes]));
  },
  () => undefined,
);

function change(patch: Partial<MarketView>): void {
  view.value = { ...view.value, ...patch };
}

function sortBy(sort: SortName): void {
  const turned = view.value.direction === 'ascending' ? 'descending' : 'ascending';
  change({ sort, direction: sort === view.value.sort ? turned : firstDirection(sort) });
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
      <div class="brand">
        <a href="/" data-testid="chart-link" title={t`Back to the chart`}>
          <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" width={24} height={24} />
          <span>
            liq<b>heat</b>
          </span>
        </a>
      </div>
      <nav class="market-nav" aria-label={t`Pages`}>
        <a class="nav-link" href="/" data-testid="back-to-chart">
          {t`Chart`}
        </a>
        <span class="nav-link" aria-current="page">
          {t`Markets`}
        </span>
      </nav>
      <div class="market-selects">
        <label>
          <span class="muted">{t`Style`}</span>
          <Select
            label={t`Style`}
            testId="market-style"
            choices={STYLES.map((one) => [one, STYLE_NAMES[one]])}
            chosen={style.value}
            onChoose={(chosen) => change({ style: chosen })}
          />
        </label>
        <label>
          <span class="muted">{t`Thresholds`}</span>
          <Select
            label={t`Thresholds`}
            testId="market-preset"
            choices={RULE_PRESETS.map((one) => [one, PRESET_NAMES[one]])}
            chosen={preset.value}
            onChoose={(chosen) => change({ preset: chosen })}
          />
        </label>
      </div>
    </>
  );
}

function Note(): string {
  if (problem.value !== '') return problem.value;
  if (answer.value === null) return t`Loading…`;
  const { rows, left_out: leftOut } = answer.value;
  if (rows.length + leftOut.length === 0) return t`No market in the store yet.`;
  const [found, all] = [shown.value.length, rows.length];
  const count =
    found < all
      ? plural(all, { one: `${found} of ${all} market`, other: `${found} of ${all} markets` })
      : plural(all, { one: `${all} market`, other: `${all} markets` });
  const parts = [count, FOR_STYLE[style.value]];
  const time = formatTime(newestMs.value);
  if (all > 0 && asOf() === null) parts.push(t`data to ${time}`);
  const markets = leftOut.map(({ symbol, reason }) => `${symbol} (${reason})`).join(', ');
  if (markets !== '') parts.push(t`left out: ${markets}`);
  return parts.join(' · ');
}

/** When the data end, where that is longer ago than two of its bars. */
function asOf(): string | null {
  const newest = answer.value?.rows.find(({ time_ms }) => time_ms === newestMs.value);
  const ageMs = Date.now() - newestMs.value;
  if (newest === undefined || ageMs < 2 * newest.day.interval_ms) return null;
  const [time, age] = [formatTime(newest.time_ms), formatAge(ageMs)];
  return t`As of ${time}, ${age}`;
}

/** A tap on what has a title shows it: a finger does not hover. */
function explainTapped({ target }: Event): void {
  const told = target instanceof Element ? target.closest('td[title]') : null;
  if (told !== null) tip.value = told.getAttribute('title');
}

function Tip(): JSX.Element {
  return (
    <div role="status" class="market-tip" data-testid="market-tip" hidden={tip.value === null}>
      <div class="market-tip-text">{tip.value === ALL ? <Glossary style={style.value} /> : tip.value}</div>
      <IconButton label={t`Close the explanation`} onClick={() => (tip.value = null)} />
    </div>
  );
}

function Markets(): JSX.Element {
  return (
    <div class="market-main" onClick={explainTapped}>
      <Toolbar
        view={view.value}
        note={<Note />}
        isProblem={problem.value !== ''}
        asOf={asOf()}
        onChange={change}
        onExplain={() => (tip.value = tip.value === ALL ? null : ALL)}
      />
      <MarketsTable
        rows={shown.value}
        newestMs={newestMs.value}
        view={view.value}
        notesOf={({ symbol, venues }) => notes.value.get(`${symbol} ${venues[0]}`) ?? []}
        onSort={sortBy}
        onExplain={() => (tip.value = explainAsymmetry(style.value))}
      />
      <Tip />
    </div>
  );
}

render(<Top />, byId('top'));
render(<Markets />, byId('markets'));

// The address is derived from the state; what is asked follows style and thresholds alone.
effect(() => history.replaceState(null, '', `${location.pathname}${marketSearch(view.value)}`));
effect(() => void load(style.value, preset.value));
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') tip.value = null;
});
window.setInterval(() => {
  if (document.visibilityState === 'visible') void load(style.value, preset.value);
}, EVERY_MS);
