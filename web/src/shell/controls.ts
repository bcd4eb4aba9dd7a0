import type { Lqh1Header } from '../api/lqh1';
import type { Market, Quantity, Side, Weights } from '../api/types';
import { element, icon } from '../ui/dom';
import { measureText } from '../ui/format';
import { usableCurrencies } from '../ui/money';
import { bandColor } from '../ui/theme';
import { venueName } from '../ui/venue-name';
import { LEVERAGE_PRESETS, MAP_TYPES, MAP_TYPE_TEXTS, presetLeverages, presetOf, type MapType } from '../state/map-types';
import { RANGES, automaticInterval, availableRanges, usableIntervals } from '../state/ranges';
import { ALL_VENUES, BUCKET_CHOICES, WEIGHTS, hasFlow, type ViewState } from '../state/state';
import type { Store } from '../state/store';
import { modelBadge, modelText } from '../chart/model-words';

const WEIGHT_LABELS: Record<Weights, string> = { open_interest: 'by open interest', equal: 'all alike', volume: 'by volume' };
const QUANTITY_TEXTS: Record<Quantity, readonly [label: string, title: string]> = {
  held: ['Held', 'Held notional, estimated: what is open there (F)'],
  flow: ['Flow', 'Expected forced flow, estimated: what of it is expected to be force-closed (F)'],
};
const SIDE_LABELS: Record<Side, string> = { both: 'Both', long: '▼ Longs', short: '▲ Shorts' };

/** Fills the control bar and keeps it in step with the store. */
export function mountControls(host: HTMLElement, store: Store): void {
  const render = (): void => {
    const hadFocus = document.activeElement?.getAttribute('data-testid');
    host.replaceChildren(
      group('Map type', false, typeButtons(store)),
      group('Quantity', false, quantityButtons(store)),
      ...(store.state.mapType === 'venue' ? [group('Venue', false, venueButtons(store))] : []),
      group('Range', false, rangeButtons(store)),
      group('Interval', true, intervalSelect(store)),
      group('Opened', true, cohortSelect(store)),
      ...(['leverage', 'delta'].includes(store.state.mapType) ? [group('Leverage preset', false, presetButtons(store))] : []),
      group('Leverage', true, leverageButtons(store)),
      group('Side', false, sideButtons(store)),
      group('Buckets', true, bucketSelects(store)),
      group('Layers', false, layerButtons(store)),
    );
    // The bar is built anew, and a keyboard user must not be thrown back to the top of the page.
    if (hadFocus) host.querySelector<HTMLElement>(`[data-testid="${hadFocus}"]`)?.focus();
  };
  store.subscribe(render);
  store.onRenewed(render);
  render();
}

function group(label: string, isLabelShown: boolean, content: HTMLElement): HTMLElement {
  return element('div', { class: 'group', role: 'group', 'aria-label': label },
    isLabelShown && element('span', { class: 'group-label', 'aria-hidden': 'true' }, label), content);
}

function toggle(label: string, isPressed: boolean, testId: string, onClick: () => void, title?: string): HTMLButtonElement {
  return element('button', {
    type: 'button', class: 'chip', 'aria-pressed': String(isPressed), 'data-testid': testId, title, onclick: onClick,
  }, label);
}

function segmented(...buttons: HTMLElement[]): HTMLElement {
  return element('div', { class: 'segmented' }, ...buttons);
}

function select(
  testId: string, label: string, choices: readonly (readonly [string, string])[], chosen: string, onChange: (value: string) => void,
): HTMLSelectElement {
  const node = element('select', { 'aria-label': label, 'data-testid': testId });
  for (const [value, text] of choices) node.append(element('option', { value, selected: value === chosen }, text));
  node.addEventListener('change', () => onChange(node.value));
  return node;
}

function rangeButtons(store: Store): HTMLElement {
  const available = availableRanges(store.market);
  return segmented(...RANGES.map((range) => {
    const button = toggle(range, store.state.range === range, `range-${range}`, () => store.update({ range, interval: null }));
    button.disabled = !available.includes(range);
    if (button.disabled) button.title = 'longer than the data';
    return button;
  }));
}

function intervalSelect(store: Store): HTMLElement {
  const { market, state } = store;
  const automatic = automaticInterval(market, state.range);
  return select('interval', 'Candle interval',
    [['', `Auto · ${automatic}`], ...usableIntervals(market, state.range).map((interval) => [interval, interval] as const)],
    state.interval ?? '', (value) => store.update({ interval: value === '' ? null : value }));
}

function cohortSelect(store: Store): HTMLElement {
  return select('cohort', 'Only positions opened within',
    store.market.cohorts.map((cohort) => [cohort, cohort === 'none' ? 'any time' : `last ${cohort}`]),
    store.state.cohort, (cohort) => store.update({ cohort }));
}

function leverageButtons(store: Store): HTMLElement {
  const { bands, state } = store;
  const shown = state.leverages ?? bands;
  return segmented(...bands.map((leverage) => {
    const isShown = shown.includes(leverage);
    const button = toggle(`${leverage}×`, isShown, `leverage-${leverage}`, () => {
      const next = bands.filter((other) => (other === leverage ? !isShown : shown.includes(other)));
      // None at all would be an empty map; taking the last one away brings all back.
      store.update({ leverages: next.length === 0 || next.length === bands.length ? null : next });
    });
    const dot = element('span', { class: 'dot' });
    dot.style.background = bandColor(leverage, bands);
    button.prepend(dot);
    return button;
  }));
}

function quantityButtons(store: Store): HTMLElement {
  return segmented(...(Object.keys(QUANTITY_TEXTS) as Quantity[]).map((quantity) => {
    const [label, title] = QUANTITY_TEXTS[quantity];
    const button = toggle(label, store.state.quantity === quantity, `quantity-${quantity}`, () => store.update({ quantity }), title);
    button.disabled = quantity === 'flow' && !hasFlow(store.market);
    if (button.disabled) button.title = 'no parameters for bars this long';
    return button;
  }));
}

function typeButtons(store: Store): HTMLElement {
  const { state } = store;
  return segmented(...MAP_TYPES.map((type) => {
    const [label, title] = MAP_TYPE_TEXTS[type];
    return toggle(label, state.mapType === type, `type-${type}`, () => store.update(typePatch(type, state)), title);
  }));
}

/** What else changes with the type of the map: the tape belongs to what was realised, all leverages to the cumulative map. */
export function typePatch(mapType: MapType, { panel, leverages }: Pick<ViewState, 'panel' | 'leverages'>): Partial<ViewState> {
  return {
    mapType,
    leverages: mapType === 'cumulative' ? null : leverages,
    panel: mapType === 'realised' ? 'tape' : panel === 'tape' ? 'map' : panel,
    ...(mapType === 'realised' ? { areLiquidationsShown: true } : {}),
  };
}

function presetButtons(store: Store): HTMLElement {
  const { bands, state } = store;
  const chosen = presetOf(state.leverages, bands);
  return segmented(...LEVERAGE_PRESETS.map((preset) => {
    const leverages = presetLeverages(preset, bands);
    const button = toggle(preset.label, chosen === preset.name, `preset-${preset.name}`, () => store.update({ leverages }), preset.title);
    button.disabled = leverages?.length === 0;
    return button;
  }));
}

function venueButtons(store: Store): HTMLElement {
  const { symbol, venue } = store.market;
  return segmented(...store.answer.markets.filter((market) => market.symbol === symbol).map((market) =>
    toggle(market.venue === ALL_VENUES ? 'All' : venueName(market.venue), market.venue === venue, `venue-pick-${market.venue}`,
      () => store.update({ venue: market.venue }))));
}

function sideButtons(store: Store): HTMLElement {
  const { side: shown, mapType } = store.state;
  return segmented(...(Object.keys(SIDE_LABELS) as Side[]).map((side) => {
    const button = toggle(SIDE_LABELS[side], shown === side, `side-${side}`, () => store.update({ side }));
    button.disabled = mapType === 'delta' && side !== 'both';
    if (button.disabled) button.title = 'a delta needs both sides';
    return button;
  }));
}

function bucketSelects(store: Store): HTMLElement {
  const { state } = store;
  return element('div', { class: 'pair' },
    select('price-axis', 'Spacing of the price buckets', [['log', 'equal ratio'], ['linear', 'equal width']], state.priceAxis,
      (value) => store.update({ priceAxis: value === 'linear' ? 'linear' : 'log' })),
    select('buckets', 'Number of price buckets', [['', 'auto'], ...BUCKET_CHOICES.map((count) => [String(count), String(count)] as const)],
      state.buckets === null ? '' : String(state.buckets),
      (value) => store.update({ buckets: value === '' ? null : Number(value) })));
}

function layerButtons(store: Store): HTMLElement {
  const { state } = store;
  return segmented(
    toggle('Heat', state.isHeatShown, 'layer-heat', () => store.update({ isHeatShown: !state.isHeatShown }), 'Heat on or off (H)'),
    toggle('Map', state.isProfileShown, 'layer-profile', () => store.update({ isProfileShown: !state.isProfileShown }), 'Static liquidation map at the right (P)'),
    toggle('Liqs', state.areLiquidationsShown, 'layer-liquidations', () => store.update({ areLiquidationsShown: !state.areLiquidationsShown }), 'Realised liquidations as circles (R)'),
    toggle('Clusters', state.areClustersShown, 'layer-clusters', () => store.update({ areClustersShown: !state.areClustersShown }), 'Clusters of levels, marked at the right (C)'),
    toggle('Book', state.isDepthShown, 'layer-depth', () => store.update({ isDepthShown: !state.isDepthShown }), 'Order book beside the map, where there is one (B)'),
    toggle('Log', state.isLogScale, 'scale-log', () => store.update({ isLogScale: !state.isLogScale }), 'Logarithmic price scale (L)'),
  );
}

function weightsSelect(store: Store): HTMLSelectElement {
  return select('weights', 'How venues count in their sum', WEIGHTS.map((weights) => [weights, WEIGHT_LABELS[weights]]), store.state.weights,
    (value) => store.update({ weights: value as Weights }));
}

/** Figures of money in another currency; prices only when they are asked for, too. */
function currencyControls(store: Store): HTMLElement {
  const { currency, arePricesConverted } = store.state;
  const choices = Object.keys(usableCurrencies(store.answer.currencies)).map((code) => [code, code] as const);
  const picker = select('currency', 'Currency of figures', choices, currency, (value) => store.update({ currency: value }));
  if (currency === 'USD') return element('div', { class: 'pair' }, picker);
  return element('div', { class: 'pair' }, picker, segmented(toggle('Prices too', arePricesConverted, 'convert-prices',
    () => store.update({ arePricesConverted: !arePricesConverted }), 'Show prices in this currency, too; the axis then has no round prices')));
}

interface HeaderActions {
  onScreenshot(): void;
  onCopyLink(): void;
  onHelp(): void;
  onAbout(): void;
}

const ICONS = {
  camera: 'M6.5 5 8 3h4l1.5 2H16a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V7c0-1.1.9-2 2-2h2.5ZM10 7.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7Z',
  link: 'M8.500 11.500a3 3 0 0 0 4.300 0l3-3a3 3 0 0 0-4.300-4.300L10.300 5.400M11.500 8.500a3 3 0 0 0-4.300 0l-3 3a3 3 0 0 0 4.300 4.300l1.200-1.200',
  help: 'M7.500 7.500a2.500 2.500 0 1 1 3.600 2.200c-.8.4-1.100.9-1.100 1.800v.3M10 14.800v.1M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z',
  info: 'M10 9v5.500M10 6v.1M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z',
};

/** @returns what writes the calibration badge once an answer tells it */
export function mountHeader(
  host: HTMLElement, store: Store, actions: HeaderActions,
): (header: Pick<Lqh1Header, 'calibration' | 'measure' | 'model'>) => void {
  const action = (path: string, label: string, testId: string, onClick: () => void): HTMLElement =>
    element('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, 'data-testid': testId, onclick: onClick }, icon(path));
  const picker = select('market', 'Market', [], '', (value) => {
    const { symbol, venue } = store.answer.markets[Number(value)];
    store.update({ symbol, venue, interval: null });
  });
  picker.classList.add('market');
  const weights = weightsSelect(store);
  weights.classList.add('weights');
  const money = element('div', { class: 'money', role: 'group', 'aria-label': 'Currency' });
  const badges = element('div', { class: 'badges' });
  const calibration = element('span', { class: 'badge badge-calibration', 'data-testid': 'badge-calibration' });
  const renderMoney = (): void => {
    const hadFocus = document.activeElement?.getAttribute('data-testid');
    money.replaceChildren(currencyControls(store));
    if (hadFocus) money.querySelector<HTMLElement>(`[data-testid="${hadFocus}"]`)?.focus();
  };
  const renderWeights = (): void => {
    weights.hidden = store.market.venue !== ALL_VENUES;
    weights.value = store.state.weights;
  };
  const renderPicker = (): void => {
    picker.replaceChildren(...store.answer.markets.map((market, index) => element('option', { value: index }, marketName(market))));
    picker.value = String(store.answer.markets.indexOf(store.market));
  };
  const render = (): void => {
    // A link or another control may have changed the market.
    picker.value = String(store.answer.markets.indexOf(store.market));
    renderMoney();
    renderWeights();
    badges.replaceChildren(
      store.market.origin === 'simulated' && element('span', {
        class: 'badge badge-simulated', 'data-testid': 'badge-origin', title: 'No real market: prices and positions come from an agent model',
      }, 'Simulated market') || '',
    );
  };
  store.subscribe(render);
  store.onRenewed(() => {
    renderPicker();
    renderMoney();
  });
  renderPicker();
  render();
  host.replaceChildren(
    element('h1', { class: 'brand' }, element('img', { src: import.meta.env.BASE_URL + 'favicon.svg', alt: '', width: 24, height: 24 }),
      element('span', {}, 'liq', element('b', {}, 'heat'))),
    element('a', { class: 'nav-link', href: '/market', 'data-testid': 'market-link', title: 'All markets in one table' }, 'Markets'),
    picker,
    weights,
    badges,
    calibration,
    money,
    element('div', { class: 'actions' },
      action(ICONS.camera, 'Save as picture', 'screenshot', actions.onScreenshot),
      action(ICONS.link, 'Copy link to this view', 'copy-link', actions.onCopyLink),
      action(ICONS.help, 'Keyboard help', 'help', actions.onHelp),
      action(ICONS.info, 'About this map', 'about', actions.onAbout)),
  );
  const showCalibration = (header: Pick<Lqh1Header, 'calibration' | 'measure' | 'model'>): void => {
    calibration.classList.toggle('is-warning', header.model?.warning != null);
    if (header.model != null) {
      const [word, more] = modelBadge(header.model);
      calibration.title = modelText(header.model);
      calibration.replaceChildren(element('b', {}, word), element('span', { class: 'badge-more' }, ` · ${more}`));
      return;
    }
    calibration.title = header.calibration === 'uncalibrated'
      ? 'Not fitted to observed liquidations: compare places on the map, do not take the figures as dollars at stake' : header.calibration;
    calibration.replaceChildren(element('b', {}, header.calibration), element('span', { class: 'badge-more' }, ` · ${measureText(header)}`));
  };
  showCalibration({ calibration: 'uncalibrated', measure: 'held_notional_usd' });
  return showCalibration;
}

function marketName({ symbol, venue, venues }: Market): string {
  return `${symbol}  ·  ${venue === ALL_VENUES ? `all ${venues?.length ?? ''} venues`.replace('  ', ' ') : venueName(venue)}`;
}
