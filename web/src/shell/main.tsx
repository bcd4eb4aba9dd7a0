import '../ui/speak';
import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import { render, type JSX } from 'preact';
import { ApiClient } from '../api/client';
import type { SymbolsAnswer } from '../api/types';
import { createLiquidationChart, type LiquidationChart } from '../chart/chart';
import { keptSettings, readLink, stateSearch } from '../state/link';
import { takeMapTypes } from '../state/map-types';
import { Shown } from '../state/shown';
import { isOfSeveral } from '../state/state';
import { Store } from '../state/store';
import { byId } from '../ui/dom';
import { isPartComing } from '../ui/later';
import { paintPage } from '../ui/theme';
import { nameVenues } from '../ui/venue-name';
import { linkBeside } from './beside';
import { readBesideHash } from '../state/beside-channel';
import { FeedStatus } from './feed-status';
import { followServer } from './heartbeat';
import { keepForOffline } from './offline';
import { Live, isFromBeforeLive, isLive } from './live';
import { Banner, Messages, Status } from './messages';
import { followNavigation } from './navigation';
import { createPage } from './page';
import { mountPanels } from './panels';
import { Strip } from './strip';
import { waitingText } from './venues';

declare global {
  interface Window {
    /** For tests and for the curious: the objects behind the page. `ready` resolves when the first map is drawn. */
    liqheat?: Pick<LiquidationChart, 'chart' | 'series' | 'heatmap' | 'profile' | 'bubbles' | 'bands' | 'depth'> & {
      ready: Promise<void>;
      /** Pixels at the right that labels, order book and profile stand in. */
      margin: () => number;
      /** Whether all that was asked of the server has come. */
      isIdle: () => boolean;
    };
  }
}

paintPage();
document.documentElement.classList.toggle('is-beside', readBesideHash(location.hash) !== null);
const messages = new Messages();
const feed = new FeedStatus();
const api = new ApiClient('/api/v1', (cameMs) => feed.showKept(cameMs));
const shown = new Shown();
const view = createLiquidationChart(byId('chart'));
const { chart, series, heatmap, profile, bubbles, bands, depth } = view;
let markReady: () => void = () => undefined;
const ready = new Promise<void>((resolve) => {
  markReady = resolve;
});
window.liqheat = {
  chart,
  series,
  heatmap,
  profile,
  bubbles,
  bands,
  depth,
  ready,
  margin: () => chart.timeScale().width() - view.marginLeft(),
  isIdle: () => api.isIdle() && !isPartComing(),
};

/** `null` while there is no market to show. */
const store = signal<Store | null>(null);
/** The venue asked for while there is nothing to show yet. */
let wantedVenue: string | null = new URLSearchParams(location.search).get('venue');

const live = new Live(api, (status) => {
  feed.showStatus(status);
  if (store.value === null) messages.showStatus(waitingText(status) ?? '', true);
});
live.onStateChange((state) => feed.showStream(state));

function Feeds(): JSX.Element {
  return (
    <Strip
      feed={feed}
      coverage={shown.map.value?.header.coverage ?? null}
      shownVenue={store.value?.market.venue ?? null}
      knownVenues={store.value?.answer.markets.map(({ venue }) => venue) ?? []}
      onVenue={showVenue}
      onForget={() => store.value?.update({ cluster: null })}
    />
  );
}

render(
  <>
    <Banner messages={messages} />
    <Status messages={messages} />
  </>,
  byId('messages'),
);
render(<Feeds />, byId('strip'));

function showVenue(venue: string): void {
  if (store.value === null) {
    wantedVenue = venue;
    const search = new URLSearchParams(location.search);
    search.set('venue', venue);
    history.replaceState(null, '', `${location.pathname}?${search.toString()}`);
    live.show(wantedQuery());
    return;
  }
  const { symbol } = store.value.market;
  const { markets } = store.value.answer;
  const market =
    markets.find((candidate) => candidate.venue === venue && candidate.symbol === symbol)
    ?? markets.find((candidate) => candidate.venue === venue);
  if (market !== undefined) store.value.update({ symbol: market.symbol, venue: market.venue, interval: null });
}

function wantedQuery(): Record<string, string> {
  const symbol = new URLSearchParams(location.search).get('symbol');
  return {
    ...(symbol === null ? {} : { symbol }),
    ...(wantedVenue === null || isOfSeveral(wantedVenue) ? {} : { venue: wantedVenue }),
  };
}

async function start(): Promise<void> {
  messages.showLoading(t`Connecting…`);
  let answer: SymbolsAnswer;
  let isStreaming: boolean;
  try {
    answer = await api.symbols();
    nameVenues(answer.venue_names);
    takeMapTypes(answer);
    isStreaming = await isLive(api, answer);
    if (answer.markets.length === 0 && !isStreaming)
      throw new Error(t`The server has no market. Import or simulate one first.`);
  } catch (error) {
    messages.showStatus('');
    messages.showError(error, () => void start());
    return;
  }
  if (answer.markets.length === 0) {
    messages.showStatus(waitingText(null) ?? '', true);
    // Any market will do, even one the link did not name: it is shown, and the line above it says so.
    answer = await live.firstMarkets(wantedQuery(), wantedVenue);
    messages.showStatus('');
  }
  // A link shows what it says. Without one, maps are drawn as they were last.
  const hasLink = location.search !== '';
  const { state, problems } = readLink(hasLink ? location.search : keptSettings(), answer);
  const hasRealised = !isFromBeforeLive(answer);
  if (hasLink) feed.linkProblems.value = problems;
  const known = (store.value = new Store(answer, state));
  if (!hasLink) history.replaceState(null, '', `${location.pathname}${stateSearch(state, answer)}${location.hash}`);
  if (!isStreaming && hasRealised) void live.askStatus();
  const page = createPage({
    api,
    messages,
    view,
    store: known,
    shown,
    feed,
    live,
    isStreaming,
    hasRealised,
    onFirstMap: markReady,
  });
  // First: the server works while the panels are made.
  void page.loader.load(false);
  mountPanels(page);
  followNavigation(page);
  linkBeside(page);
  followServer(api, feed, () => page.loader.reload());
}

void start();
void ready.then(keepForOffline);
