import { batch, effect, signal, type Signal } from '@preact/signals';
import type { ApiClient } from '../api/client';
import { chartDescription, pageTitle } from '../chart/headline';
import { scaleOf, type HeatScale } from '../chart/legend';
import { within } from '../chart/peaks';
import { CellPointer } from '../chart/pointed-cell';
import type { LiquidationChart } from '../chart/chart';
import { DrawingLayer } from '../drawing/drawing-layer';
import { RealisedLayer } from '../realised/realised-layer';
import { keepSettings } from '../state/link';
import { typeOf } from '../state/map-types';
import { onChange } from '../state/on-change';
import { intervalMs, viewSpan } from '../state/ranges';
import type { Shown } from '../state/shown';
import { REFITTING, intervalOfView, isChanged, type ViewState } from '../state/state';
import type { Store } from '../state/store';
import { isStrength, showStrengths, strengthRate } from '../ui/amount';
import { byId } from '../ui/dom';
import { currencyMark, moneyRate, priceRate, showIn, usableCurrencies } from '../ui/money';
import { Extras } from './extras';
import type { FeedStatus } from './feed-status';
import type { Live } from './live';
import { Loader } from './loader';
import type { Messages } from './messages';
import { waitingText } from './venues';

/** What there is before the first market, and the market. */
interface PageParts {
  api: ApiClient;
  messages: Messages;
  view: LiquidationChart;
  store: Store;
  shown: Shown;
  feed: FeedStatus;
  live: Live;
  /** Whether the server has a stream, and whether it knows of realised liquidations. */
  isStreaming: boolean;
  hasRealised: boolean;
  onFirstMap: () => void;
}

/** All that panels are made of. */
export interface Page extends PageParts {
  loader: Loader;
  pointer: CellPointer;
  extras: Extras;
  realised: RealisedLayer;
  drawing: DrawingLayer;
  /** Of the heat as it is drawn. */
  scale: Signal<HeatScale>;
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
  'horizon',
  'leverages',
  'priceAxis',
  'buckets',
  'weights',
  'sinceMs',
];
const WRITTEN_AFTER_MS = 2500;

/** Lets the store, the loader and the stream drive the chart and what panels show. */
export function createPage(parts: PageParts): Page {
  const { api, messages, view, store, shown, feed, live, isStreaming, hasRealised, onFirstMap } = parts;
  const scale = signal(scaleOf(view.heatmap));
  const pointer = new CellPointer(api, view);
  const extras = new Extras({ api, view, store, isStreaming });
  const realised = new RealisedLayer(api, view.bubbles, isStreaming);
  const drawing = new DrawingLayer(view, shown, pointer.at);
  effect(() => drawing.drawings.open(store.state.symbol));
  const loader = new Loader(api, store, view, messages, {
    loaded(loaded) {
      const { candles, query, header } = loaded;
      pointer.reset(query, loaded.profile);
      batch(() => {
        showStrengths(query.quantity === 'flow' ? null : header.max);
        shown.map.value = loaded;
        shown.candles.value = { ...candles };
        scale.value = scaleOf(view.heatmap);
      });
      // Only now: what is pushed before a map is drawn would have nothing to go to.
      if (isStreaming) live.show(query);
      if (hasRealised) void realised.load(query);
      // What is made of the map is that of the range, however far back somebody has panned.
      const span = { ...store.market, end_ms: query.end_ms };
      const [start_ms] = viewSpan(span, loaded.state.range, query.interval, null);
      extras.show({ ...loaded, query: { ...query, start_ms } });
      onFirstMap();
    },
    // After the chart's own frame, so that what is measured is what is seen.
    drawn: (start) => requestAnimationFrame(() => performance.measure('liqheat:view', { start })),
    candle(candles, { time_ms, is_closed }) {
      shown.candles.value = { ...candles };
      const interval = intervalOfView(store.state, store.market);
      feed.openBar.value = is_closed ? null : { interval, openMs: time_ms, stepMs: intervalMs(interval) };
    },
    waiting: () => (isStreaming ? waitingText(feed.status.peek()) : null),
  });
  view.heatmap.onLimits(() => (scale.value = scaleOf(view.heatmap)));
  const page = { ...parts, loader, pointer, extras, realised, drawing, scale };
  followStore(page);
  followStream(page);
  return page;
}

function followStore({ store, view, shown, loader, feed, realised, scale, extras }: Page): void {
  onChange(
    () => store.state,
    (state, before) => {
      // What the server knows anew is asked for by who learnt it.
      if (store.isRenewing) return;
      const isOtherMeasure = typeOf(state.mapType).is_signed !== typeOf(before.mapType).is_signed;
      const isRefitting = isChanged(REFITTING, state, before);
      if (isOtherMeasure || isChanged(ASKED, state, before)) void loader.load(!isRefitting);
      if (isChanged(['symbol', 'venue'], state, before)) realised.clear();
      if (isRefitting) feed.openBar.value = null;
      keepSettings(state, before, store.answer);
    },
  );
  effect(() => {
    const { currency, arePricesConverted } = store.state;
    showIn(usableCurrencies(store.answer.currencies), currency, arePricesConverted);
  });
  onChange(
    () => `${currencyMark()} ${moneyRate()} ${priceRate()} ${strengthRate()}`,
    () => view.refreshFigures(),
  );
  effect(() => {
    feed.goneCluster.value = extras.decisions.missingCluster;
  });
  effect(() => {
    drawAs(store.state, view);
    scale.value = scaleOf(view.heatmap);
  });
  effect(() => {
    const map = shown.map.value;
    const candles = shown.candles.value;
    if (map === null || candles === null) return;
    const { query, profile, state } = map;
    const [longUsd, shortUsd] = profile === null || isStrength() ? [null, null] : within(profile, 0.05);
    document.title = pageTitle(query.symbol, candles);
    byId('chart').setAttribute('aria-label', chartDescription(query.symbol, state.range, longUsd, shortUsd));
  });
}

function drawAs(state: ViewState, view: LiquidationChart): void {
  view.heatmap.applyOptions({
    palette: state.palette,
    lowerCutoff: state.lowerCutoff,
    upperCutoff: state.upperCutoff,
    limits: state.lockedLimits ?? 'view',
    visible: state.isHeatShown,
    opacity: typeOf(state.mapType).heat_opacity,
  });
  view.setScale(state.scale);
  view.indicators.isVolumeShown.value = state.isVolumeShown;
  view.indicators.areAveragesShown.value = state.areAveragesShown;
  if (view.profile.options().visible !== state.isProfileShown) view.setProfileShown(state.isProfileShown);
  if (view.bubbles.options().visible !== state.areLiquidationsShown)
    view.bubbles.applyOptions({ visible: state.areLiquidationsShown });
}

function followStream({ live, loader, pointer, realised, shown, scale, view, isStreaming, hasRealised }: Page): void {
  loader.setPolling(!isStreaming);
  live.listen({
    candle: (event) => loader.applyCandle(event),
    column: (event) => {
      if (!loader.applyColumn(event)) return;
      pointer.columnChanged(event.start_ms);
      scale.value = scaleOf(view.heatmap);
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
  // What was pushed while one stream closed and the next opened is with the server as soon as it is written.
  let written = 0;
  live.onStateChange((state) => {
    loader.setPolling(!isStreaming || state === 'polling' || state === 'unavailable');
    window.clearTimeout(written);
    if (state !== 'open' || !hasRealised) return;
    written = window.setTimeout(() => {
      realised.askAgain();
      const map = shown.map.peek();
      if (map !== null) void realised.load(map.query);
    }, WRITTEN_AFTER_MS);
  });
}
