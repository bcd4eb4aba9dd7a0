import type { JSX } from 'preact';
import type { Cohort, Side } from '../api/types';
import { Group, Select, Toggles } from '../ui/fields';
import { bandColor } from '../ui/theme';
import { venueName } from '../ui/venue-name';
import { LEVERAGE_PRESETS, mapTypes, presetLeverages, presetOf, quantityRows, typeOf } from '../state/map-types';
import { RANGES, automaticInterval, availableRanges, usableIntervals } from '../state/ranges';
import { HORIZONS, ALL_VENUES, BUCKET_CHOICES, SIDES, hasFlow, typePatch, type ViewState } from '../state/state';
import type { Store } from '../state/store';

interface StoreProps {
  store: Store;
}

const SIDE_LABELS: Record<Side, string> = { both: 'Both', long: '▼ Longs', short: '▲ Shorts' };

const LAYERS = {
  'layer-heat': ['isHeatShown', 'Heat', 'Heat on or off (H)'],
  'layer-profile': ['isProfileShown', 'Map', 'Static liquidation map at the right (P)'],
  'layer-liquidations': ['areLiquidationsShown', 'Liqs', 'Realised liquidations as circles, the 40 largest shown (R)'],
  'layer-clusters': ['areClustersShown', 'Clusters', 'Clusters of levels, marked at the right (C)'],
  'layer-depth': ['isDepthShown', 'Book', 'Order book beside the map, where there is one (B)'],
  'scale-log': ['isLogScale', 'Log', 'Logarithmic price scale (L)'],
} as const;
type LayerName = keyof typeof LAYERS;

/** The control bar: what is looked at, over which time, and what of it is drawn. */
export function Controls({ store }: StoreProps): JSX.Element {
  const { picks_venue, picks_leverages } = typeOf(store.state.mapType);
  return (
    <>
      <Group label="Map type">
        <TypeButtons store={store} />
      </Group>
      <Group label="Quantity">
        <QuantityButtons store={store} />
      </Group>
      <Group label="If reached within" isLabelShown>
        <HorizonButtons store={store} />
      </Group>
      {picks_venue && (
        <Group label="Venue">
          <VenueButtons store={store} />
        </Group>
      )}
      <Group label="Range">
        <RangeButtons store={store} />
      </Group>
      <Group label="Interval" isLabelShown>
        <IntervalSelect store={store} />
      </Group>
      <Group label="Opened" isLabelShown>
        <CohortSelect store={store} />
      </Group>
      {picks_leverages && (
        <Group label="Leverage preset">
          <PresetButtons store={store} />
        </Group>
      )}
      <Group label="Leverage" isLabelShown>
        <LeverageButtons store={store} />
      </Group>
      <Group label="Side">
        <SideButtons store={store} />
      </Group>
      <Group label="Buckets" isLabelShown>
        <BucketSelects store={store} />
      </Group>
      <Group label="Layers">
        <LayerButtons store={store} />
      </Group>
    </>
  );
}

function RangeButtons({ store }: StoreProps): JSX.Element {
  const available = availableRanges(store.market);
  return (
    <Toggles
      id="range"
      choices={RANGES.map((name) => ({
        name,
        isPressed: store.state.range === name,
        refusal: !available.includes(name) && 'longer than the data',
      }))}
      onChoose={(range) => store.update({ range, interval: null })}
    />
  );
}

function IntervalSelect({ store }: StoreProps): JSX.Element {
  const { market, state } = store;
  const usable = usableIntervals(market, state.range).map((interval) => [interval, interval] as const);
  return (
    <Select
      testId="interval"
      label="Candle interval"
      choices={[['', `Auto · ${automaticInterval(market, state.range)}`], ...usable]}
      chosen={state.interval ?? ''}
      onChoose={(interval) => store.update({ interval: interval === '' ? null : interval })}
    />
  );
}

function CohortSelect({ store }: StoreProps): JSX.Element {
  return (
    <Select
      testId="cohort"
      label="Only positions opened within"
      choices={store.market.cohorts.map((cohort) => [cohort, cohort === 'none' ? 'any time' : `last ${cohort}`])}
      chosen={store.state.cohort}
      onChoose={(cohort) => store.update({ cohort: cohort as Cohort })}
    />
  );
}

function LeverageButtons({ store }: StoreProps): JSX.Element {
  const { bands, state } = store;
  const shown = state.leverages ?? bands;
  const toggle = (leverage: number): void => {
    const next = bands.filter((other) => shown.includes(other) !== (other === leverage));
    // None at all would be an empty map; taking the last one away brings all back.
    store.update({ leverages: next.length === 0 || next.length === bands.length ? null : next });
  };
  return (
    <Toggles
      id="leverage"
      choices={bands.map((name) => ({
        name,
        isPressed: shown.includes(name),
        text: [<span class="dot" style={{ background: bandColor(name, bands) }} />, `${name}×`],
      }))}
      onChoose={toggle}
    />
  );
}

function QuantityButtons({ store }: StoreProps): JSX.Element {
  return (
    <Toggles
      id="quantity"
      choices={quantityRows().map(({ name, label: text, title }) => ({
        name,
        isPressed: store.state.quantity === name,
        text,
        title: `${title} (F)`,
        refusal: name === 'flow' && !hasFlow(store.market) && 'no parameters for bars this long',
      }))}
      onChoose={(quantity) => store.update({ quantity })}
    />
  );
}

function HorizonButtons({ store }: StoreProps): JSX.Element {
  return (
    <Toggles
      id="horizon"
      choices={HORIZONS.map((name) => ({
        name,
        isPressed: store.state.horizon === name,
        title: `Expected liquidations if the price gets there within ${name.replace('h', ' hours')}`,
      }))}
      onChoose={(horizon) => store.update({ horizon })}
    />
  );
}

function TypeButtons({ store }: StoreProps): JSX.Element {
  const { state } = store;
  return (
    <Toggles
      id="type"
      choices={mapTypes().map(({ name, label: text, title }) => ({
        name,
        isPressed: state.mapType === name,
        text,
        title,
      }))}
      onChoose={(name) => store.update(typePatch(typeOf(name), state))}
    />
  );
}

function PresetButtons({ store }: StoreProps): JSX.Element {
  const { bands, state } = store;
  const chosen = presetOf(state.leverages, bands);
  return (
    <Toggles
      id="preset"
      choices={LEVERAGE_PRESETS.map((preset) => ({
        name: preset.name,
        isPressed: chosen === preset.name,
        text: preset.label,
        title: preset.title,
        refusal: presetLeverages(preset, bands)?.length === 0 && 'no such leverage here',
      }))}
      onChoose={(name) => {
        const preset = LEVERAGE_PRESETS.find((one) => one.name === name);
        if (preset !== undefined) store.update({ leverages: presetLeverages(preset, bands) });
      }}
    />
  );
}

function VenueButtons({ store }: StoreProps): JSX.Element {
  const { symbol, venue: shown } = store.market;
  const venues = store.answer.markets.filter((market) => market.symbol === symbol).map(({ venue }) => venue);
  return (
    <Toggles
      id="venue-pick"
      choices={venues.map((name) => ({
        name,
        isPressed: name === shown,
        text: name === ALL_VENUES ? 'All' : venueName(name),
      }))}
      onChoose={(venue) => store.update({ venue })}
    />
  );
}

function SideButtons({ store }: StoreProps): JSX.Element {
  const { side: shown, mapType } = store.state;
  return (
    <Toggles
      id="side"
      choices={SIDES.map((name) => ({
        name,
        isPressed: shown === name,
        text: SIDE_LABELS[name],
        refusal: typeOf(mapType).is_signed && name !== 'both' && 'a delta needs both sides',
      }))}
      onChoose={(side) => store.update({ side })}
    />
  );
}

function BucketSelects({ store }: StoreProps): JSX.Element {
  const { priceAxis, buckets } = store.state;
  const counts = BUCKET_CHOICES.map((count) => [String(count), String(count)] as const);
  return (
    <div class="pair">
      <Select<ViewState['priceAxis']>
        testId="price-axis"
        label="Spacing of the price buckets"
        choices={[
          ['log', 'equal ratio'],
          ['linear', 'equal width'],
        ]}
        chosen={priceAxis}
        onChoose={(chosen) => store.update({ priceAxis: chosen })}
      />
      <Select
        testId="buckets"
        label="Number of price buckets"
        choices={[['', 'auto'], ...counts]}
        chosen={buckets === null ? '' : String(buckets)}
        onChoose={(count) => store.update({ buckets: count === '' ? null : Number(count) })}
      />
    </div>
  );
}

function LayerButtons({ store }: StoreProps): JSX.Element {
  const { state } = store;
  return (
    <Toggles
      choices={(Object.keys(LAYERS) as LayerName[]).map((name) => {
        const [layer, text, title] = LAYERS[name];
        return { name, isPressed: state[layer], text, title };
      })}
      onChoose={(name) => {
        const [layer] = LAYERS[name];
        store.update({ [layer]: !state[layer] });
      }}
    />
  );
}
