import { ApiClient } from '../api/client';
import type { SymbolsAnswer } from '../api/types';
import { byId } from '../ui/dom';
import { readLink } from '../state/link';
import { takeMapTypes } from '../state/map-types';
import { ALL_VENUES } from '../state/state';
import { Store } from '../state/store';
import { createLiquidationChart, type LiquidationChart } from '../chart/chart';
import { Live, isFromBeforeLive, isLive } from './live';
import { Messages } from './messages';
import { runPage } from './page';
import { Strip } from './strip';
import { waitingText } from './venues';
import { nameVenues } from '../ui/venue-name';

declare global {
  interface Window {
    /** For tests and for the curious: the objects behind the page. `ready` resolves when the first map is drawn. */
    liqheat?: Pick<LiquidationChart, 'chart' | 'series' | 'heatmap' | 'profile' | 'bubbles' | 'bands' | 'depth'> & {
      ready: Promise<void>;
    };
  }
}

const api = new ApiClient();
const messages = new Messages();
const view = createLiquidationChart(byId('chart'));
let markReady: () => void = () => undefined;
window.liqheat = {
  chart: view.chart,
  series: view.series,
  heatmap: view.heatmap,
  profile: view.profile,
  bubbles: view.bubbles,
  bands: view.bands,
  depth: view.depth,
  ready: new Promise((resolve) => {
    markReady = resolve;
  }),
};

let store: Store | null = null;
/** The venue asked for while there is nothing to show yet. */
let wantedVenue: string | null = new URLSearchParams(location.search).get('venue');

const strip = new Strip(byId('strip'), {
  onVenue: showVenue,
  hasVenue: (venue) => store?.answer.markets.some((market) => market.venue === venue) ?? false,
  shownVenue: () => store?.market.venue ?? null,
});
const live = new Live(api, (status) => {
  strip.showStatus(status);
  if (store === null) messages.showStatus(waitingText(status) ?? '', true);
});
live.onStateChange((state) => strip.showStream(state));

function showVenue(venue: string): void {
  if (store === null) {
    wantedVenue = venue;
    const search = new URLSearchParams(location.search);
    search.set('venue', venue);
    history.replaceState(null, '', `${location.pathname}?${search.toString()}`);
    live.show(wantedQuery());
    return;
  }
  const { symbol } = store.market;
  const { markets } = store.answer;
  const market =
    markets.find((candidate) => candidate.venue === venue && candidate.symbol === symbol)
    ?? markets.find((candidate) => candidate.venue === venue);
  if (market !== undefined) store.update({ symbol: market.symbol, venue: market.venue, interval: null });
}

function wantedQuery(): Record<string, string> {
  const symbol = new URLSearchParams(location.search).get('symbol');
  return {
    ...(symbol === null ? {} : { symbol }),
    ...(wantedVenue === null || wantedVenue === ALL_VENUES ? {} : { venue: wantedVenue }),
  };
}

async function start(): Promise<void> {
  messages.showLoading('Connecting…');
  let answer: SymbolsAnswer;
  let isStreaming: boolean;
  try {
    answer = await api.symbols();
    nameVenues(answer.venue_names);
    takeMapTypes(answer);
    isStreaming = await isLive(api, answer);
    if (answer.markets.length === 0 && !isStreaming)
      throw new Error('The server has no market. Import or simulate one first.');
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
  const { state, problems } = readLink(location.search, answer);
  store = new Store(answer, state);
  strip.showLinkProblems(problems);
  strip.render();
  if (!isStreaming && !isFromBeforeLive(answer)) void live.askStatus();
  runPage({
    api,
    messages,
    view,
    store,
    strip,
    live,
    isStreaming,
    hasRealised: !isFromBeforeLive(answer),
    onFirstMap: markReady,
  });
}

void start();
