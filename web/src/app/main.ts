import { ApiClient } from '../api/client';
import type { SymbolsAnswer } from '../api/types';
import { createLiquidationChart, type LiquidationChart } from './chart';
import { mountControls, mountHeader } from './controls';
import { mountDialogs } from './dialogs';
import { byId } from './dom';
import { mountFooter } from './footer';
import { measureText } from './format';
import { chartDescription, mountHeadline, pageTitle } from './headline';
import { listenToKeys } from './keyboard';
import { mountLegend } from './legend';
import { Loader, type Loaded } from './loader';
import { Messages } from './messages';
import { Readout } from './readout';
import { saveScreenshot } from './screenshot';
import { readLink, stateSearch } from './link';
import { intervalOfView, type ViewState } from './state';
import { Store } from './store';
import { within } from './peaks';
import { mountPeaks } from './peaks-panel';

declare global {
  interface Window {
    /** For tests and for the curious: the objects behind the page. `ready` resolves when the first map is drawn. */
    liqheat?: Pick<LiquidationChart, 'chart' | 'series' | 'heatmap' | 'profile'> & { ready: Promise<void> };
  }
}

const api = new ApiClient();
const messages = new Messages();
const view = createLiquidationChart(byId('chart'));
let markReady: () => void = () => undefined;
window.liqheat = {
  chart: view.chart, series: view.series, heatmap: view.heatmap, profile: view.profile,
  ready: new Promise((resolve) => { markReady = resolve; }),
};

/** Changes of these need another answer of the server. */
const ASKED: readonly (keyof ViewState)[] = ['symbol', 'venue', 'range', 'interval', 'cohort', 'side', 'leverages', 'priceAxis', 'buckets'];
/** After a change of these, where the user had panned to means nothing. */
const REFITTING: readonly (keyof ViewState)[] = ['symbol', 'venue', 'range', 'interval'];

async function start(): Promise<void> {
  messages.showLoading('Connecting…');
  let answer: SymbolsAnswer;
  try {
    answer = await api.symbols();
    if (answer.markets.length === 0) throw new Error('The server has no market. Import or simulate one first.');
  } catch (error) {
    messages.showStatus('');
    messages.showError(error, () => void start());
    return;
  }
  run(new Store(answer, readLink(location.search, answer).state));
}

function run(store: Store): void {
  const dialogs = mountDialogs();
  let last: Loaded | null = null;
  const showAbout = (): void => {
    const { market } = store;
    dialogs.showAbout({
      market: `${market.symbol} · ${market.venue} · ${market.origin}`,
      modelVersion: last?.header.model_version ?? store.answer.model_version,
      measure: `${measureText({ measure: last?.header.measure ?? 'held_notional_usd' })}, USD`,
      calibration: last?.header.calibration ?? 'uncalibrated',
      notes: last?.header.notes ?? market.notes,
    });
  };
  const showCalibration = mountHeader(byId('top'), store, {
    onScreenshot: () => {
      if (last !== null) saveScreenshot(view, last);
    },
    onCopyLink: () => void copyLink(),
    onHelp: dialogs.showHelp,
    onAbout: showAbout,
  });
  mountControls(byId('controls'), store);
  const side = byId('side');
  const readout = new Readout(side, api, view);
  const legend = mountLegend(side, store, view.heatmap);
  const showPeaks = mountPeaks(side);
  const showHeadline = mountHeadline(byId('headline'), view);
  const showFooter = mountFooter(byId('foot'));

  const loader = new Loader(api, store, view, messages, (loaded) => {
    last = loaded;
    const { market } = store;
    const { state, candles, header, profile, query } = loaded;
    showCalibration(header);
    readout.reset(query, market.leverages, state.leverages, candles.close[candles.close.length - 1] ?? 0, measureText(header));
    legend.refresh();
    showPeaks(profile);
    showHeadline(`${market.symbol} · ${market.venue} · ${intervalOfView(state, market)}`, candles);
    showFooter(header);
    document.title = pageTitle(market.symbol, candles);
    const [longUsd, shortUsd] = profile === null ? [null, null] : within(profile, 0.05);
    byId('chart').setAttribute('aria-label', chartDescription(market.symbol, state.range, longUsd, shortUsd));
    markReady();
  });

  const follow = (state: ViewState): void => {
    view.heatmap.applyOptions({
      palette: state.palette, lowerCutoff: state.lowerCutoff, upperCutoff: state.upperCutoff, visible: state.isHeatShown,
    });
    view.setLogScale(state.isLogScale);
    if (view.profile.options().visible !== state.isProfileShown) view.setProfileShown(state.isProfileShown);
    legend.refresh();
  };
  store.subscribe((state, before) => {
    follow(state);
    history.replaceState(null, '', `${location.pathname}${stateSearch(state, store.answer)}`);
    const changed = (names: readonly (keyof ViewState)[]) => names.some((name) => String(state[name]) !== String(before[name]));
    if (changed(ASKED)) void loader.load(!changed(REFITTING));
  });
  follow(store.state);
  listenToKeys(store, view, dialogs.showHelp);
  void loader.load(false);
}

async function copyLink(): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    messages.showStatus('Link copied');
  } catch {
    // Plain http on another host has no clipboard: the address bar carries the same link.
    messages.showStatus('Copy the link from the address bar');
  }
  window.setTimeout(() => messages.showStatus(''), 1800);
}

void start();
