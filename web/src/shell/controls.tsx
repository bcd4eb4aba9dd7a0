import { t } from '@lingui/core/macro';
import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { HeatScale } from '../chart/legend';
import { Select, Toggles } from '../ui/fields';
import { isCompact, isNarrow } from '../ui/media';
import { Menu, MenuPart } from '../ui/menu';
import { mapTypes, typeOf } from '../state/map-types';
import { RANGES, automaticInterval, availableRanges, usableIntervals } from '../state/ranges';
import { typePatch } from '../state/state';
import type { Store } from '../state/store';
import type { Cohort } from '../api/types';
import { LayersMenu, LookMenu } from './look-menus';
import { FilterMenu, QuantityMenu, VenueButtons } from './what-menus';

interface StoreProps {
  store: Store;
}

interface ControlsProps extends StoreProps {
  /** Of the heat as it is drawn. */
  scale: ReadonlySignal<HeatScale>;
}

/** The control bar, one row: what is looked at, over which time, and how it is drawn. */
export function Controls({ store, scale }: ControlsProps): JSX.Element {
  return (
    <>
      <div class="controls-group" role="group" aria-label={t({ message: 'What', context: 'group of controls' })}>
        <TypeChoice store={store} />
        {typeOf(store.state.mapType).picks_venue && <VenueButtons store={store} />}
        <QuantityMenu store={store} />
        <FilterMenu store={store} />
      </div>
      <div class="controls-group" role="group" aria-label={t({ message: 'When', context: 'group of controls' })}>
        <RangeChoice store={store} />
        <IntervalSelect store={store} />
        <CohortSelect store={store} />
      </div>
      <div class="controls-group" role="group" aria-label={t({ message: 'Look', context: 'how the map is drawn' })}>
        <LookMenu store={store} scale={scale} />
        <LayersMenu store={store} />
      </div>
    </>
  );
}

/** Side by side where there is room, else behind a button; with what each of them is. */
function TypeChoice({ store }: StoreProps): JSX.Element {
  const { state } = store;
  const isMenu = isNarrow.value;
  const toggles = (
    <Toggles
      id="type"
      label={t`Map type`}
      class={isMenu ? 'list' : undefined}
      choices={mapTypes().map(({ name, label, title }) => ({
        name,
        isPressed: state.mapType === name,
        text: isMenu ? [<b>{label}</b>, <small>{title}</small>] : label,
        title,
      }))}
      onChoose={(name) => store.update(typePatch(typeOf(name), state))}
    />
  );
  if (!isMenu) return toggles;
  return (
    <Menu label={t`Map type`} text={typeOf(state.mapType).label} testId="type-menu">
      <MenuPart name={t`Map type`}>{toggles}</MenuPart>
    </Menu>
  );
}

function RangeChoice({ store }: StoreProps): JSX.Element {
  const available = availableRanges(store.market);
  const { range: shown } = store.state;
  const label = t({ message: 'Range', context: 'of time' });
  const toggles = (
    <Toggles
      id="range"
      label={label}
      choices={RANGES.map((name) => ({
        name,
        isPressed: shown === name,
        refusal: !available.includes(name) && t`longer than the data`,
      }))}
      onChoose={(range) => store.update({ range, interval: null })}
    />
  );
  if (!isCompact.value) return toggles;
  return (
    <Menu label={label} text={shown} testId="range-menu">
      <MenuPart name={label} meaning={t`How much time is loaded; panning back loads more.`}>
        {toggles}
      </MenuPart>
    </Menu>
  );
}

function IntervalSelect({ store }: StoreProps): JSX.Element {
  const { market, state } = store;
  const automatic = automaticInterval(market, state.range);
  const usable = usableIntervals(market, state.range).map((interval) => [interval, interval] as const);
  return (
    <Select
      testId="interval"
      label={t`Candle interval`}
      choices={[['', t`Auto · ${automatic}`], ...usable]}
      chosen={state.interval ?? ''}
      onChoose={(interval) => store.update({ interval: interval === '' ? null : interval })}
    />
  );
}

function CohortSelect({ store }: StoreProps): JSX.Element {
  return (
    <Select
      testId="cohort"
      label={t`Age: only positions opened within`}
      choices={store.market.cohorts.map((cohort) => [
        cohort,
        cohort === 'none' ? t`any age` : t({ message: `last ${cohort}`, comment: 'cohort: a span such as 7d' }),
      ])}
      chosen={store.state.cohort}
      onChoose={(cohort) => store.update({ cohort: cohort as Cohort })}
    />
  );
}
