import type { ApiClient } from '../api/client';
import type { CandleEvent, CandlesAnswer } from '../api/types';
import { byId } from '../ui/dom';
import { measureText } from '../ui/format';
import { showIn, usableCurrencies } from '../ui/money';
import { venueName } from '../ui/venue-name';
import { stateSearch } from '../state/link';
import { typeOf } from '../state/map-types';
import { intervalMs } from '../state/ranges';
import { intervalOfView, type ViewState } from '../state/state';
import type { Store } from '../state/store';
import type { LiquidationChart } from '../chart/chart';
import { chartDescription, mountHeadline, pageTitle } from '../chart/headline';
import { mountLegend } from '../chart/legend';
import { modelText } from '../chart/model-words';
import { within } from '../chart/peaks';
import { mountPeaks } from '../chart/peaks-panel';
import { Readout } from '../chart/readout';
import { mountBubbleTip } from '../realised/bubble-tip';
import { RealisedLayer } from '../realised/realised-layer';
import { mountTape } from '../realised/tape';
import { mountControls } from './controls';
import { mountDialogs } from './dialogs';
import { Extras } from './extras';
import { mountFooter } from './footer';
import { mountHeader } from './header';
import { listenToKeys } from './keyboard';
import type { Live } from './live';
import { Loader, type Loaded } from './loader';
import type { Messages } from './messages';
import { saveScreenshot } from './screenshot';
import { mountSideTabs } from './side-tabs';
import type { Strip } from './strip';
import { waitingText } from './venues';

interface PageParts {
  api: ApiClient;
  messages: Messages;
  view: LiquidationChart;
  store: Store;
  strip: Strip;
  live: Live;
  /** Whether the server has a stream, and whether it knows of realised liquidations. */
  isStreaming: boolean;
  hasRealised: boolean;
  onFirstMap: () => void;
}

/** Changes of these need another answer of the server. */
const ASKED: readonly (keyof ViewState)[] = [
  'symbol',
  'venue',
  'range',
  'interval',
  'cohort',
  'side',
  'quantity',
  'leverages',
  'priceAxis',
  'buckets',
  'weights',
];
/** After a change of these, where the user had panned to means nothing. */
const REFITTING: readonly (keyof ViewState)[] = ['symbol', 'venue', 'range', 'interval'];
const WRITTEN_AFTER_MS = 2500;
const MONEY: readonly (keyof ViewState)[] = ['currency', 'arePricesConverted'];

/** Mounts the panels on a market and lets the store, the loader and the stream drive them. */
export function runPage({
  api,
  messages,
  view,
  store,
  strip,
  live,
  isStreaming,
  hasRealised,
  onFirstMap,
}: PageParts): void {
  // Before anything that draws: the server works while the controls are built anew.
  store.subscribe((state, before) => {
    const isOtherMeasure = typeOf(state.mapType).is_signed !== typeOf(before.mapType).is_signed;
    if (isOtherMeasure || isChanged(ASKED, state, before)) void loader.load(!isChanged(REFITTING, state, before));
  });
  const dialogs = mountDialogs();
  let last: Loaded | null = null;
  const showAbout = (): void => {
    const { market } = store;
    dialogs.showAbout({
      market: `${market.symbol} · ${venueName(market.venue)} · ${market.origin}`,
      modelVersion: last?.header.model_version ?? store.answer.model_version,
      measure: `${measureText({ measure: last?.header.measure ?? 'held_notional_usd' })}, USD`,
      calibration: last?.header.calibration ?? 'uncalibrated',
      flowModel: last?.header.model == null ? null : modelText(last.header.model),
      notes: last?.header.notes ?? market.notes,
      accuracy: api.accuracy().then(
        ({ headline }) => headline,
        () => 'Not known: the server does not answer.',
      ),
    });
  };
  const showCalibration = mountHeader(byId('top'), store, {
    onScreenshot: () => {
      if (last !== null) saveScreenshot(view, last);
    },
    onCopyLink: () => void copyLink(messages),
    onHelp: dialogs.showHelp,
    onAbout: showAbout,
  });
  mountControls(byId('controls'), store);
  const side = byId('side');
  const tabs = mountSideTabs(side, store);
  const readout = new Readout(tabs.hosts.map, api, view);
  const legend = mountLegend(tabs.hosts.map, store, view.heatmap);
  const extras = new Extras({ api, view, store, tabs, isStreaming, hasRealised });
  const showPeaks = mountPeaks(tabs.hosts.map);
  const realised = new RealisedLayer(api, view.bubbles, extras.besideTape(mountTape(side)), isStreaming);
  mountBubbleTip(byId('chart'), view);
  const showHeadline = mountHeadline(byId('headline'), view);
  const showFooter = mountFooter(byId('foot'));

  const showPrices = ({ query }: Loaded, candles: CandlesAnswer): void => {
    const { market } = store;
    showHeadline(`${market.symbol} · ${venueName(market.venue)} · ${query.interval}`, candles);
    document.title = pageTitle(market.symbol, candles);
  };
  const showFigures = (loaded: Loaded): void => {
    const { profile, candles, state } = loaded;
    legend.refresh();
    showPeaks(profile);
    showPrices(loaded, candles);
    const [longUsd, shortUsd] = profile === null ? [null, null] : within(profile, 0.05);
    byId('chart').setAttribute('aria-label', chartDescription(store.market.symbol, state.range, longUsd, shortUsd));
  };
  const showOpenBar = ({ time_ms, is_closed }: CandleEvent): void => {
    const interval = intervalOfView(store.state, store.market);
    strip.showOpenBar(is_closed ? null : { interval, openMs: time_ms, stepMs: intervalMs(interval) });
  };
  const loader = new Loader(api, store, view, messages, {
    loaded(loaded) {
      last = loaded;
      const { state, candles, header, query } = loaded;
      showCalibration(header);
      readout.reset(
        query,
        store.bands,
        state.leverages,
        candles.close[candles.close.length - 1] ?? 0,
        measureText(header),
      );
      showFigures(loaded);
      showFooter(header);
      strip.showCoverage(header.coverage ?? null);
      // Only now: what is pushed before a map is drawn would have nothing to go to.
      if (isStreaming) live.show(query);
      if (hasRealised) void realised.load(query);
      extras.show(loaded);
      onFirstMap();
    },
    // After the chart's own frame, so that what is measured is what is seen.
    drawn: (start) => requestAnimationFrame(() => performance.measure('liqheat:view', { start })),
    candle(candles, event) {
      if (last !== null) showPrices(last, candles);
      showOpenBar(event);
    },
    waiting: () => (isStreaming ? waitingText(live.status) : null),
  });
  loader.setPolling(!isStreaming);
  live.listen({
    candle: (event) => loader.applyCandle(event),
    column: (event) => {
      if (!loader.applyColumn(event)) return;
      readout.columnChanged(event.start_ms);
      legend.refresh();
    },
    liquidations: ({ events }) => realised.add(events),
    reload: ({ reason }) => {
      if (reason === 'correction') realised.askAgain();
      loader.reload();
    },
    resumed: () => {
      realised.askAgain();
      loader.reload();
    },
  });
  live.onStateChange((state) => loader.setPolling(!isStreaming || state === 'polling' || state === 'unavailable'));
  // What was pushed while one stream closed and the next opened is with the server as soon as it is written.
  let written = 0;
  live.onStateChange((state) => {
    window.clearTimeout(written);
    if (state !== 'open' || !hasRealised) return;
    written = window.setTimeout(() => {
      realised.askAgain();
      if (last !== null) void realised.load(last.query);
    }, WRITTEN_AFTER_MS);
  });

  const follow = (state: ViewState): void => {
    view.heatmap.applyOptions({
      palette: state.palette,
      lowerCutoff: state.lowerCutoff,
      upperCutoff: state.upperCutoff,
      visible: state.isHeatShown,
      opacity: typeOf(state.mapType).heat_opacity,
    });
    view.setLogScale(state.isLogScale);
    if (view.profile.options().visible !== state.isProfileShown) view.setProfileShown(state.isProfileShown);
    if (view.bubbles.options().visible !== state.areLiquidationsShown)
      view.bubbles.applyOptions({ visible: state.areLiquidationsShown });
    legend.refresh();
  };
  const followMoney = ({ currency, arePricesConverted }: ViewState): void => {
    showIn(usableCurrencies(store.answer.currencies), currency, arePricesConverted);
    view.refreshFigures();
    readout.refresh();
    realised.refresh();
    extras.refresh();
    if (last !== null) showFigures(last);
    else legend.refresh();
  };
  store.subscribe((state, before) => {
    const changed = (names: readonly (keyof ViewState)[]) => isChanged(names, state, before);
    if (changed(MONEY)) followMoney(state);
    follow(state);
    history.replaceState(null, '', `${location.pathname}${stateSearch(state, store.answer)}`);
    if (changed(['symbol', 'venue'])) {
      realised.clear();
      strip.render();
    }
    if (changed(REFITTING)) strip.showOpenBar(null);
  });
  followMoney(store.state);
  follow(store.state);
  listenToKeys(store, view, dialogs.showHelp);
  void loader.load(false);
}

function isChanged(names: readonly (keyof ViewState)[], state: ViewState, before: ViewState): boolean {
  return names.some((name) => String(state[name]) !== String(before[name]));
}

async function copyLink(messages: Messages): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    messages.showStatus('Link copied');
  } catch {
    // Plain http on another host has no clipboard: the address bar carries the same link.
    messages.showStatus('Copy the link from the address bar');
  }
  window.setTimeout(() => messages.showStatus(''), 1800);
}
