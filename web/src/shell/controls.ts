import type { Cohort, Side } from '../api/types';
import { element } from '../ui/dom';
import { group, segmented, select, toggle } from '../ui/fields';
import { bandColor } from '../ui/theme';
import { venueName } from '../ui/venue-name';
import { LEVERAGE_PRESETS, mapTypes, presetLeverages, presetOf, quantityRows, typeOf } from '../state/map-types';
import { RANGES, automaticInterval, availableRanges, usableIntervals } from '../state/ranges';
import { ALL_VENUES, BUCKET_CHOICES, hasFlow, typePatch } from '../state/state';
import type { Store } from '../state/store';

const SIDE_LABELS: Record<Side, string> = { both: 'Both', long: '▼ Longs', short: '▲ Shorts' };

/** Fills the control bar and keeps it in step with the store. */
export function mountControls(host: HTMLElement, store: Store): void {
  const render = (): void => {
    const hadFocus = document.activeElement?.getAttribute('data-testid');
    host.replaceChildren(
      group('Map type', false, typeButtons(store)),
      group('Quantity', false, quantityButtons(store)),
      ...(typeOf(store.state.mapType).picks_venue ? [group('Venue', false, venueButtons(store))] : []),
      group('Range', false, rangeButtons(store)),
      group('Interval', true, intervalSelect(store)),
      group('Opened', true, cohortSelect(store)),
      ...(typeOf(store.state.mapType).picks_leverages ? [group('Leverage preset', false, presetButtons(store))] : []),
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

function rangeButtons(store: Store): HTMLElement {
  const available = availableRanges(store.market);
  return segmented(
    ...RANGES.map((range) => {
      const button = toggle(range, store.state.range === range, `range-${range}`, () =>
        store.update({ range, interval: null }),
      );
      button.disabled = !available.includes(range);
      if (button.disabled) button.title = 'longer than the data';
      return button;
    }),
  );
}

function intervalSelect(store: Store): HTMLElement {
  const { market, state } = store;
  const automatic = automaticInterval(market, state.range);
  return select(
    'interval',
    'Candle interval',
    [
      ['', `Auto · ${automatic}`],
      ...usableIntervals(market, state.range).map((interval) => [interval, interval] as const),
    ],
    state.interval ?? '',
    (value) => store.update({ interval: value === '' ? null : value }),
  );
}

function cohortSelect(store: Store): HTMLElement {
  return select(
    'cohort',
    'Only positions opened within',
    store.market.cohorts.map((cohort) => [cohort, cohort === 'none' ? 'any time' : `last ${cohort}`]),
    store.state.cohort,
    (cohort) => store.update({ cohort: cohort as Cohort }),
  );
}

function leverageButtons(store: Store): HTMLElement {
  const { bands, state } = store;
  const shown = state.leverages ?? bands;
  return segmented(
    ...bands.map((leverage) => {
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
    }),
  );
}

function quantityButtons(store: Store): HTMLElement {
  return segmented(
    ...quantityRows().map(({ name: quantity, label, title }) => {
      const button = toggle(
        label,
        store.state.quantity === quantity,
        `quantity-${quantity}`,
        () => store.update({ quantity }),
        `${title} (F)`,
      );
      button.disabled = quantity === 'flow' && !hasFlow(store.market);
      if (button.disabled) button.title = 'no parameters for bars this long';
      return button;
    }),
  );
}

function typeButtons(store: Store): HTMLElement {
  const { state } = store;
  return segmented(
    ...mapTypes().map((type) =>
      toggle(
        type.label,
        state.mapType === type.name,
        `type-${type.name}`,
        () => store.update(typePatch(type, state)),
        type.title,
      ),
    ),
  );
}

function presetButtons(store: Store): HTMLElement {
  const { bands, state } = store;
  const chosen = presetOf(state.leverages, bands);
  return segmented(
    ...LEVERAGE_PRESETS.map((preset) => {
      const leverages = presetLeverages(preset, bands);
      const button = toggle(
        preset.label,
        chosen === preset.name,
        `preset-${preset.name}`,
        () => store.update({ leverages }),
        preset.title,
      );
      button.disabled = leverages?.length === 0;
      return button;
    }),
  );
}

function venueButtons(store: Store): HTMLElement {
  const { symbol, venue } = store.market;
  return segmented(
    ...store.answer.markets
      .filter((market) => market.symbol === symbol)
      .map((market) =>
        toggle(
          market.venue === ALL_VENUES ? 'All' : venueName(market.venue),
          market.venue === venue,
          `venue-pick-${market.venue}`,
          () => store.update({ venue: market.venue }),
        ),
      ),
  );
}

function sideButtons(store: Store): HTMLElement {
  const { side: shown, mapType } = store.state;
  return segmented(
    ...(Object.keys(SIDE_LABELS) as Side[]).map((side) => {
      const button = toggle(SIDE_LABELS[side], shown === side, `side-${side}`, () => store.update({ side }));
      button.disabled = typeOf(mapType).is_signed && side !== 'both';
      if (button.disabled) button.title = 'a delta needs both sides';
      return button;
    }),
  );
}

function bucketSelects(store: Store): HTMLElement {
  const { state } = store;
  return element(
    'div',
    { class: 'pair' },
    select(
      'price-axis',
      'Spacing of the price buckets',
      [
        ['log', 'equal ratio'],
        ['linear', 'equal width'],
      ],
      state.priceAxis,
      (value) => store.update({ priceAxis: value === 'linear' ? 'linear' : 'log' }),
    ),
    select(
      'buckets',
      'Number of price buckets',
      [['', 'auto'], ...BUCKET_CHOICES.map((count) => [String(count), String(count)] as const)],
      state.buckets === null ? '' : String(state.buckets),
      (value) => store.update({ buckets: value === '' ? null : Number(value) }),
    ),
  );
}

function layerButtons(store: Store): HTMLElement {
  const { state } = store;
  return segmented(
    toggle(
      'Heat',
      state.isHeatShown,
      'layer-heat',
      () => store.update({ isHeatShown: !state.isHeatShown }),
      'Heat on or off (H)',
    ),
    toggle(
      'Map',
      state.isProfileShown,
      'layer-profile',
      () => store.update({ isProfileShown: !state.isProfileShown }),
      'Static liquidation map at the right (P)',
    ),
    toggle(
      'Liqs',
      state.areLiquidationsShown,
      'layer-liquidations',
      () => store.update({ areLiquidationsShown: !state.areLiquidationsShown }),
      'Realised liquidations as circles (R)',
    ),
    toggle(
      'Clusters',
      state.areClustersShown,
      'layer-clusters',
      () => store.update({ areClustersShown: !state.areClustersShown }),
      'Clusters of levels, marked at the right (C)',
    ),
    toggle(
      'Book',
      state.isDepthShown,
      'layer-depth',
      () => store.update({ isDepthShown: !state.isDepthShown }),
      'Order book beside the map, where there is one (B)',
    ),
    toggle(
      'Log',
      state.isLogScale,
      'scale-log',
      () => store.update({ isLogScale: !state.isLogScale }),
      'Logarithmic price scale (L)',
    ),
  );
}
