import { readLink, stateSearch } from '../state/link';
import { onChange } from '../state/on-change';
import { viewSpan } from '../state/ranges';
import { REFITTING, isChanged, type ViewState } from '../state/state';
import type { Page } from './page';

/** After a change of these the Back button leads to what was before; any other is a change of the same picture. */
const STEPS: readonly (keyof ViewState)[] = ['symbol', 'venue', 'range', 'mapType', 'quantity', 'panel', 'cluster'];
/** Panning and zooming rest for so long before the link is written and older candles are asked for. */
const SETTLED_MS = 250;

/** The address says what is seen, Back leads back, and panning back brings what was before. */
export function followNavigation(page: Page): void {
  followWindow(page);
  const { store, view, feed } = page;
  let told = store.state;
  let isReturning = false;
  // A link that was not followed in full stays as it is until something is chosen.
  onChange(
    () => stateSearch(store.state, store.answer),
    (search) => {
      const isStep = isChanged(STEPS, store.state, told);
      told = store.state;
      if (isReturning) return;
      history[isStep ? 'pushState' : 'replaceState'](null, '', `${location.pathname}${search}${location.hash}`);
    },
  );
  window.addEventListener('popstate', () => {
    const { state, problems } = readLink(location.search, store.answer);
    const isRefitting = isChanged(REFITTING, state, store.state);
    isReturning = true;
    store.update(state);
    isReturning = false;
    feed.linkProblems.value = problems;
    if (isRefitting) return;
    if (state.window === null) view.viewport.fit();
    else view.viewport.show(state.window);
  });
}

function followWindow({ store, view, shown }: Page): void {
  let timer = 0;
  const settle = (): void => {
    const map = shown.map.peek();
    const { state } = store;
    // Candles of a view that is on its way out say nothing of the one that was asked for.
    if (map === null || isChanged(REFITTING, map.state, state)) return;
    const seen = view.viewport.window();
    if (JSON.stringify(seen) !== JSON.stringify(state.window)) store.update({ window: seen });
    if (!view.viewport.isNearStart()) return;
    // Twice as much as is there, as far as there are data.
    const { start_ms, end_ms, interval } = map.query;
    const [sinceMs] = viewSpan(store.market, state.range, interval, 2 * start_ms - end_ms);
    if (sinceMs < start_ms && sinceMs !== state.sinceMs) store.update({ sinceMs });
  };
  const rest = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(settle, SETTLED_MS);
  };
  view.viewport.onMoved(rest);
  // The price axis moves without a change of times.
  view.chart.chartElement().addEventListener('pointerup', rest);
  view.chart.subscribeDblClick(() => view.viewport.fit());
}
