import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { Side } from '../api/types';
import { Toggles } from '../ui/fields';
import { Menu, MenuPart } from '../ui/menu';
import { bandColor } from '../ui/theme';
import { venueName } from '../ui/venue-name';
import { LEVERAGE_PRESETS, presetLeverages, presetOf, quantityRows, typeOf } from '../state/map-types';
import { ALL_VENUES, HORIZONS, SIDES, hasFlow, toggleVenue } from '../state/state';
import type { Store } from '../state/store';

interface StoreProps {
  store: Store;
}

const SIDE_LABELS: Record<Side, string> = {
  both: t({ message: 'Both', context: 'sides' }),
  long: t`▼ Longs`,
  short: t`▲ Shorts`,
};
const SIDE_TEXTS: Record<Side, string> = { ...SIDE_LABELS, both: t`Both sides` };

/** What a figure counts, and for how long ahead. */
export function QuantityMenu({ store }: StoreProps): JSX.Element {
  const { quantity, horizon } = store.state;
  const label = quantityRows().find(({ name }) => name === quantity)?.label ?? quantity;
  return (
    <Menu label={t`Quantity`} text={quantity === 'flow' ? `${label} · ${horizon}` : label} testId="quantity-menu">
      <MenuPart name={t`Figures count`}>
        <Toggles
          id="quantity"
          label={t`Quantity`}
          class="list"
          choices={quantityRows().map(({ name, label: text, title }) => ({
            name,
            isPressed: quantity === name,
            text: [<b>{text}</b>, <small>{title}</small>],
            title: `${title} (F)`,
            refusal: name === 'flow' && !hasFlow(store.market) && t`no parameters for bars this long`,
          }))}
          onChoose={(chosen) => store.update({ quantity: chosen })}
        />
      </MenuPart>
      <MenuPart
        name={t`If reached within`}
        meaning={t`Expected liquidations are those of a price that gets there within this time.`}
      >
        <Toggles
          id="horizon"
          label={t`If reached within`}
          choices={HORIZONS.map((name) => ({ name, isPressed: horizon === name }))}
          onChoose={(chosen) => store.update({ horizon: chosen })}
        />
      </MenuPart>
    </Menu>
  );
}

/** Whose positions: side and leverage. */
export function FilterMenu({ store }: StoreProps): JSX.Element {
  const { bands, state } = store;
  const shown = state.leverages ?? bands;
  const leverageText =
    state.leverages === null ? t({ message: 'all ×', context: 'leverages' }) : `${shown.join(', ')}×`;
  const toggle = (leverage: number): void => {
    const next = bands.filter((other) => shown.includes(other) !== (other === leverage));
    // None at all would be an empty map; taking the last one away brings all back.
    store.update({ leverages: next.length === 0 || next.length === bands.length ? null : next });
  };
  return (
    <Menu label={t`Side and leverage`} text={`${SIDE_TEXTS[state.side]} · ${leverageText}`} testId="filter-menu">
      <MenuPart name={t`Side`} meaning={t`Longs are liquidated below the price by selling, shorts above it by buying.`}>
        <Toggles
          id="side"
          label={t`Side`}
          choices={SIDES.map((name) => ({
            name,
            isPressed: state.side === name,
            text: SIDE_LABELS[name],
            refusal: typeOf(state.mapType).is_signed && name !== 'both' && t`a delta needs both sides`,
          }))}
          onChoose={(side) => store.update({ side })}
        />
      </MenuPart>
      <MenuPart
        name={t`Leverage`}
        meaning={t`The higher the leverage, the nearer the price at which it is liquidated.`}
      >
        <Toggles
          id="preset"
          label={t`Leverage preset`}
          choices={LEVERAGE_PRESETS.map((preset) => ({
            name: preset.name,
            isPressed: presetOf(state.leverages, bands) === preset.name,
            text: preset.label,
            title: preset.title,
            refusal: presetLeverages(preset, bands)?.length === 0 && t`no such leverage here`,
          }))}
          onChoose={(name) => {
            const preset = LEVERAGE_PRESETS.find((one) => one.name === name);
            if (preset !== undefined) store.update({ leverages: presetLeverages(preset, bands) });
          }}
        />
        <Toggles
          id="leverage"
          label={t`Leverage`}
          choices={bands.map((name) => ({
            name,
            isPressed: shown.includes(name),
            text: [<span class="dot" style={{ background: bandColor(name) }} />, `${name}×`],
          }))}
          onChoose={toggle}
        />
      </MenuPart>
    </Menu>
  );
}

export function VenueButtons({ store }: StoreProps): JSX.Element {
  const { symbol, venue: shown } = store.market;
  const venues = store.answer.markets.filter((market) => market.symbol === symbol).map(({ venue }) => venue);
  return (
    <Toggles
      id="venue-pick"
      label={t`Venue`}
      choices={venues.map((name) => ({
        name,
        isPressed: name === shown || shown.split(',').includes(name),
        title: t`One venue, or several added up`,
        text: name === ALL_VENUES ? t({ message: 'All', context: 'venues' }) : venueName(name),
      }))}
      onChoose={(pressed) => store.update({ venue: toggleVenue(store.answer, store.market, pressed) })}
    />
  );
}
