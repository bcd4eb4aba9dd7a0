import { t } from '@lingui/core/macro';
import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { PALETTE_NAMES, type PaletteName } from '../plugin';
import type { HeatScale } from '../chart/legend';
import { Ramp } from '../chart/ramp';
import { Select, Toggles } from '../ui/fields';
import { LANGUAGES, chooseLanguage, language, type Language } from '../ui/language';
import { Menu, MenuPart } from '../ui/menu';
import { THEMES, chooseTheme, chosenTheme } from '../ui/theme';
import { ZONES, chooseZone, shownZone } from '../ui/zone';
import { typeOf } from '../state/map-types';
import { BUCKET_CHOICES, SCALES, type PriceScale, type ViewState } from '../state/state';
import type { Store } from '../state/store';

interface StoreProps {
  store: Store;
}

interface LookProps extends StoreProps {
  scale: ReadonlySignal<HeatScale>;
}

const PALETTE_LABELS: Record<PaletteName, string> = {
  viridis: 'Viridis',
  cividis: t`Cividis (colour-blind safe)`,
  inferno: 'Inferno',
};

const SCALE_LABELS: Record<PriceScale, string> = {
  linear: t({ message: 'Linear', context: 'price scale' }),
  log: t({ message: 'Log', context: 'price scale' }),
  percent: t({ message: 'Percent', context: 'price scale' }),
};

const THEME_LABELS: Record<(typeof THEMES)[number], string> = {
  system: t({ message: 'System', context: 'theme' }),
  dark: t({ message: 'Dark', context: 'theme' }),
  light: t({ message: 'Light', context: 'theme' }),
};

const LAYERS = {
  'layer-heat': ['isHeatShown', t`Heat`, t`The estimate, by time and price`, 'H'],
  'layer-profile': [
    'isProfileShown',
    t`Profile`,
    t`What is expected at each price now, by leverage, at the right`,
    'P',
  ],
  'layer-liquidations': ['areLiquidationsShown', t`Circles`, t`Liquidations that venues reported, the 40 largest`, 'R'],
  'layer-clusters': ['areClustersShown', t`Clusters`, t`Brackets around prices where much is expected`, 'C'],
  'layer-volume': ['isVolumeShown', t`Volume`, t`What was traded in each candle, at the bottom`, 'V'],
  'layer-averages': ['areAveragesShown', t`Averages`, t`EMA of 20 and 50 candles, and the VWAP of the UTC day`, 'E'],
  'layer-depth': ['isDepthShown', t`Order book`, t`Resting orders beside the profile, where a venue tells them`, 'B'],
} as const;
type LayerName = keyof typeof LAYERS;

/** Colours, buckets and the price scale. */
export function LookMenu({ store, scale }: LookProps): JSX.Element {
  const { palette, mapType, scale: shownScale, lockedLimits } = store.state;
  return (
    <Menu
      label={t`Look: palette, buckets, scale`}
      text={t({ message: 'Look', context: 'how the map is drawn' })}
      testId="look-menu"
    >
      <MenuPart name={t`Palette`} meaning={t`Of one quantity; a delta has orange above zero and blue below it.`}>
        <Toggles
          id="palette"
          label={t`Palette`}
          choices={PALETTE_NAMES.map((name) => ({
            name,
            isPressed: name === palette,
            text: <Ramp class="swatch" width={48} colors={name} />,
            label: PALETTE_LABELS[name],
            title: PALETTE_LABELS[name],
            refusal: typeOf(mapType).is_signed && t`a delta has colours of its own`,
          }))}
          onChoose={(chosen) => store.update({ palette: chosen })}
        />
      </MenuPart>
      <MenuPart
        name={t`Limits of colour`}
        meaning={t`They follow what is seen, so that near levels keep their contrast; \
locked, two views can be compared.`}
      >
        <Toggles
          id="limits"
          label={t`Limits of colour`}
          choices={[
            { name: 'view', isPressed: lockedLimits === null, text: t`Follow the view` },
            { name: 'locked', isPressed: lockedLimits !== null, text: t`Locked` },
          ]}
          onChoose={(name) => {
            const { cutoffs } = scale.peek();
            const isLocking = name === 'locked' && cutoffs !== null;
            store.update({ lockedLimits: isLocking ? [cutoffs.lowerUsd, cutoffs.upperUsd] : null });
          }}
        />
      </MenuPart>
      <MenuPart
        name={t`Price scale`}
        meaning={t`Log: a percentage has the same height anywhere. Percent counts from the first candle seen.`}
      >
        <Toggles
          id="scale"
          label={t`Price scale`}
          choices={SCALES.map((name) => ({ name, isPressed: name === shownScale, text: SCALE_LABELS[name] }))}
          onChoose={(chosen) => store.update({ scale: chosen })}
        />
      </MenuPart>
      <MenuPart name={t`Times`} meaning={t`Shown in UTC or in this machine's zone; links and files have UTC.`}>
        <Toggles
          id="zone"
          label={t`Times`}
          choices={ZONES.map((name) => ({
            name,
            isPressed: shownZone() === name,
            text: name === 'utc' ? 'UTC' : t({ message: 'Local', context: 'time zone' }),
          }))}
          onChoose={chooseZone}
        />
      </MenuPart>
      <MenuPart name={t`Theme`} meaning={t`Kept in this browser; system goes by the machine's own setting.`}>
        <Toggles
          id="theme"
          label={t`Theme`}
          choices={THEMES.map((name) => ({
            name,
            isPressed: chosenTheme.value === name,
            text: THEME_LABELS[name],
            title: t`Key ${{ key: 'T' }}`,
          }))}
          onChoose={chooseTheme}
        />
      </MenuPart>
      <MenuPart name={t`Language`} meaning={t`What the server itself says stays English.`}>
        <Select<Language>
          testId="language"
          label={t`Language`}
          choices={Object.entries(LANGUAGES) as [Language, string][]}
          chosen={language}
          onChoose={chooseLanguage}
        />
      </MenuPart>
      <MenuPart
        name={t`Price buckets`}
        meaning={t`A figure is that of one bucket: more of them are finer, and each smaller.`}
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
    <Menu label={t`Layers`} text={t`Layers`} testId="layers-menu">
      <MenuPart name={t`Layers`}>
        <Toggles
          class="list"
          label={t`Layers`}
          choices={(Object.keys(LAYERS) as LayerName[]).map((name) => {
            const [layer, text, meaning, key] = LAYERS[name];
            return {
              name,
              isPressed: state[layer],
              text: [<b>{text}</b>, <small>{meaning}</small>],
              title: t`Key ${key}`,
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
        label={t`Spacing of the price buckets`}
        choices={[
          ['log', t`equal ratio`],
          ['linear', t`equal width`],
        ]}
        chosen={priceAxis}
        onChoose={(chosen) => store.update({ priceAxis: chosen })}
      />
      <Select
        testId="buckets"
        label={t`Number of price buckets`}
        choices={[['', t({ message: 'auto', context: 'number of price buckets' })], ...counts]}
        chosen={buckets === null ? '' : String(buckets)}
        onChoose={(count) => store.update({ buckets: count === '' ? null : Number(count) })}
      />
    </div>
  );
}
