import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { PALETTE_NAMES, type PaletteName } from '../plugin';
import type { HeatScale } from '../chart/legend';
import { Ramp } from '../chart/ramp';
import { Select, Toggles, capitalised } from '../ui/fields';
import { Menu, MenuPart } from '../ui/menu';
import { THEMES, chooseTheme, chosenTheme } from '../ui/theme';
import { ZONES, chooseZone, shownZone } from '../ui/zone';
import { typeOf } from '../state/map-types';
import { BUCKET_CHOICES, SCALES, type ViewState } from '../state/state';
import type { Store } from '../state/store';

interface StoreProps {
  store: Store;
}

interface LookProps extends StoreProps {
  scale: ReadonlySignal<HeatScale>;
}

const PALETTE_LABELS: Record<PaletteName, string> = {
  viridis: 'Viridis',
  cividis: 'Cividis (colour-blind safe)',
  inferno: 'Inferno',
};

const LAYERS = {
  'layer-heat': ['isHeatShown', 'Heat', 'The estimate, by time and price', 'H'],
  'layer-profile': ['isProfileShown', 'Profile', 'What is expected at each price now, by leverage, at the right', 'P'],
  'layer-liquidations': ['areLiquidationsShown', 'Circles', 'Liquidations that venues reported, the 40 largest', 'R'],
  'layer-clusters': ['areClustersShown', 'Clusters', 'Brackets around prices where much is expected', 'C'],
  'layer-volume': ['isVolumeShown', 'Volume', 'What was traded in each candle, at the bottom', 'V'],
  'layer-averages': ['areAveragesShown', 'Averages', 'EMA of 20 and 50 candles, and the VWAP of the UTC day', 'E'],
  'layer-depth': ['isDepthShown', 'Order book', 'Resting orders beside the profile, where a venue tells them', 'B'],
} as const;
type LayerName = keyof typeof LAYERS;

/** Colours, buckets and the price scale. */
export function LookMenu({ store, scale }: LookProps): JSX.Element {
  const { palette, mapType, scale: shownScale, lockedLimits } = store.state;
  return (
    <Menu label="Look: palette, buckets, scale" text="Look" testId="look-menu">
      <MenuPart name="Palette" meaning="Of one quantity; a delta has orange above zero and blue below it.">
        <Toggles
          id="palette"
          label="Palette"
          choices={PALETTE_NAMES.map((name) => ({
            name,
            isPressed: name === palette,
            text: <Ramp class="swatch" width={48} colors={name} />,
            label: PALETTE_LABELS[name],
            title: PALETTE_LABELS[name],
            refusal: typeOf(mapType).is_signed && 'a delta has colours of its own',
          }))}
          onChoose={(chosen) => store.update({ palette: chosen })}
        />
      </MenuPart>
      <MenuPart
        name="Limits of colour"
        meaning="They follow what is seen, so that near levels keep their contrast; locked, two views can be compared."
      >
        <Toggles
          id="limits"
          label="Limits of colour"
          choices={[
            { name: 'view', isPressed: lockedLimits === null, text: 'Follow the view' },
            { name: 'locked', isPressed: lockedLimits !== null, text: 'Locked' },
          ]}
          onChoose={(name) => {
            const { cutoffs } = scale.peek();
            const isLocking = name === 'locked' && cutoffs !== null;
            store.update({ lockedLimits: isLocking ? [cutoffs.lowerUsd, cutoffs.upperUsd] : null });
          }}
        />
      </MenuPart>
      <MenuPart
        name="Price scale"
        meaning="Log: a percentage has the same height anywhere. Percent counts from the first candle seen."
      >
        <Toggles
          id="scale"
          label="Price scale"
          choices={SCALES.map((name) => ({ name, isPressed: name === shownScale, text: capitalised(name) }))}
          onChoose={(chosen) => store.update({ scale: chosen })}
        />
      </MenuPart>
      <MenuPart name="Times" meaning="Shown in UTC or in this machine's zone; links and files have UTC.">
        <Toggles
          id="zone"
          label="Times"
          choices={ZONES.map((name) => ({
            name,
            isPressed: shownZone() === name,
            text: name === 'utc' ? 'UTC' : 'Local',
          }))}
          onChoose={chooseZone}
        />
      </MenuPart>
      <MenuPart name="Theme" meaning="Kept in this browser; system goes by the machine's own setting.">
        <Toggles
          id="theme"
          label="Theme"
          choices={THEMES.map((name) => ({
            name,
            isPressed: chosenTheme.value === name,
            text: capitalised(name),
            title: 'Key T',
          }))}
          onChoose={chooseTheme}
        />
      </MenuPart>
      <MenuPart
        name="Price buckets"
        meaning="A figure is that of one bucket: more of them are finer, and each smaller."
      >
        <BucketSelects store={store} />
      </MenuPart>
    </Menu>
  );
}

/** What is drawn. */
export function LayersMenu({ store }: StoreProps): JSX.Element {
  const { state } = store;
  return (
    <Menu label="Layers" text="Layers" testId="layers-menu">
      <MenuPart name="Layers">
        <Toggles
          class="list"
          label="Layers"
          choices={(Object.keys(LAYERS) as LayerName[]).map((name) => {
            const [layer, text, meaning, key] = LAYERS[name];
            return {
              name,
              isPressed: state[layer],
              text: [<b>{text}</b>, <small>{meaning}</small>],
              title: `Key ${key}`,
            };
          })}
          onChoose={(name) => {
            const [layer] = LAYERS[name];
            store.update({ [layer]: !state[layer] });
          }}
        />
      </MenuPart>
    </Menu>
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
