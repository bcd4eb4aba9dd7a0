import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { HeatmapHeader, Weights } from '../api/types';
import { modelBadge, modelText } from '../chart/model-words';
import { stateSearch } from '../state/link';
import { WEIGHTS, isOfSeveral } from '../state/state';
import type { DrawingLayer } from '../drawing/drawing-layer';
import { DrawMenu } from '../drawing/draw-menu';
import type { Store } from '../state/store';
import { IconButton, Select, TextButton, Toggles } from '../ui/fields';
import { measureText } from '../ui/format';
import { isNarrow } from '../ui/media';
import { Menu, MenuPart } from '../ui/menu';
import { calibrationWord } from './calibration';
import { toggleFullScreen } from './full-screen';
import { MarketPicker } from './market-picker';
import type { Save } from './saves';
import { Term } from '../ui/term';
import { usableCurrencies } from '../ui/money';

const WEIGHT_LABELS: Record<Weights, string> = {
  open_interest: t`by open interest`,
  equal: t`all alike`,
  volume: t`by volume`,
};

const ICONS = {
  camera:
    'M6.5 5 8 3h4l1.5 2H16a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V7c0-1.1.9-2 2-2h2.5Z'
    + 'M10 7.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z',
  link:
    'M8.5 11.5a3 3 0 0 0 4.3 0l3-3a3 3 0 0 0-4.3-4.3L10.3 5.4'
    + 'M11.5 8.5a3 3 0 0 0-4.3 0l-3 3a3 3 0 0 0 4.3 4.3l1.2-1.2',
  help: 'M7.5 7.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8v.3M10 14.8v.1' + 'M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z',
  beside: 'M3 4h14v12H3ZM10 4v12',
  screen: 'M3 8V3h5M17 8V3h-5M3 12v5h5M17 12v5h-5',
  pencil: 'M3.5 16.5l.9-3.6L13.6 3.7a1.6 1.6 0 0 1 2.3 0l.4.4a1.6 1.6 0 0 1 0 2.3L7.1 15.6ZM12 5.3l2.7 2.7',
  more: 'M4 10h.1M10 10h.1M16 10h.1',
  info: 'M10 9v5.5M10 6v.1M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z',
};

interface HeaderProps {
  store: Store;
  /** Of the shown map, once there is one. */
  header: HeatmapHeader | null;
  saves: readonly Save[];
  drawing: DrawingLayer;
  onCopyLink: () => void;
  onHelp: () => void;
  onAbout: () => void;
}

/** Who we are, which market, and what can be done with the view; what does not fit on a phone is behind three dots. */
export function Header(props: HeaderProps): JSX.Element {
  const { store, header, onCopyLink } = props;
  const isShared = isNarrow.value && 'share' in navigator;
  const label = isShared ? t`Share this view` : t`Copy link to this view`;
  const copyLink = <Action icon="link" label={label} testId="copy-link" onClick={onCopyLink} />;
  return (
    <>
      <h1 class="brand">
        <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="liqheat" width={24} height={24} />
        <span aria-hidden="true">
          liq<b>heat</b>
        </span>
      </h1>
      {!isNarrow.value && <MarketsLink />}
      <MarketPicker store={store} />
      {!isNarrow.value && <Badges store={store} header={header} />}
      {!isNarrow.value && <MoneyFields store={store} />}
      {isNarrow.value ? (
        <div class="actions">
          {copyLink}
          <Menu label={t`More`} text={<Icon icon="more" />} testId="more-menu" class="icon-button">
            <MenuPart name="liqheat">
              <MarketsLink />
              <OtherActions {...props} />
            </MenuPart>
            <MenuPart name={t`Money`}>
              <MoneyFields store={store} />
            </MenuPart>
          </Menu>
        </div>
      ) : (
        <div class="actions">
          {copyLink}
          <OtherActions {...props} />
        </div>
      )}
    </>
  );
}

function MarketsLink(): JSX.Element {
  return (
    <a class="nav-link" href="/market" data-testid="market-link" title={t`All markets in one table`}>
      {t`Markets`}
    </a>
  );
}

function OtherActions({ store, saves, drawing, onHelp, onAbout }: HeaderProps): JSX.Element {
  const search = stateSearch(store.state, store.answer);
  return (
    <>
      <DrawMenu layer={drawing} icon={<Icon icon="pencil" />} />
      <Menu label={t`Save`} text={<Icon icon="camera" />} testId="save-menu" class="icon-button">
        <MenuPart name={t`Save`} meaning={t`What is seen, in figures; each file says what it is in its first line.`}>
          <div class="saves">
            {saves.map(([name, text, save]) => (
              <TextButton key={name} testId={`save-${name}`} onClick={save}>
                {text}
              </TextButton>
            ))}
          </div>
        </MenuPart>
      </Menu>
      <a
        class="icon-button"
        href={`/beside?left=${encodeURIComponent(search.slice(1))}`}
        title={t`Two views side by side`}
        aria-label={t`Two views side by side`}
        data-testid="beside"
      >
        <Icon icon="beside" />
      </a>
      <Action icon="screen" label={t`Whole screen (W)`} testId="full-screen" onClick={toggleFullScreen} />
      <Action icon="help" label={t`Keyboard help`} testId="help" onClick={onHelp} />
      <Action icon="info" label={t`About this map`} testId="about" onClick={onAbout} />
    </>
  );
}

/** Whether the market is real, and whether its figures are dollars. */
export function Badges({ store, header }: Pick<HeaderProps, 'store' | 'header'>): JSX.Element {
  return (
    <div class="badges">
      {store.market.origin === 'simulated' && <SimulatedBadge />}
      <CalibrationBadge {...(header ?? { calibration: 'uncalibrated', measure: 'held_notional_usd' })} />
    </div>
  );
}

function SimulatedBadge(): JSX.Element {
  return (
    <span
      class="badge badge-simulated"
      data-testid="badge-origin"
      title={t`No real market: prices and positions come from an agent model`}
    >
      {t`Simulated market`}
    </span>
  );
}

type Calibrated = Pick<HeatmapHeader, 'calibration' | 'measure' | 'model'>;

/** Amber is for figures that are no dollars, and for a part that deserves a doubt. */
function CalibrationBadge(header: Calibrated): JSX.Element {
  const { model, calibration } = header;
  const [state, more] = model == null ? [calibration, measureText(header)] : modelBadge(model);
  const word = calibrationWord(state);
  const hasWarning = model?.warning != null;
  return (
    <span class={`badge badge-calibration is-${state}`} data-testid="badge-calibration">
      <Term name={word} meaning={calibrationText(header)} />
      <span class={`badge-more${hasWarning ? ' is-warning' : ''}`}>{` · ${hasWarning ? '⚠ ' : ''}${more}`}</span>
    </span>
  );
}

function calibrationText({ model, calibration }: Calibrated): string {
  if (model != null) return modelText(model);
  return calibration === 'uncalibrated'
    ? t`Not fitted to observed liquidations: compare places on the map, do not take the figures as dollars at stake`
    : calibrationWord(calibration);
}

/** Figures of money in another currency; prices only when they are asked for, too. How venues count in a sum. */
function MoneyFields({ store }: { store: Store }): JSX.Element {
  const { currency, arePricesConverted, weights } = store.state;
  return (
    <div class="money" role="group" aria-label={t`Money`}>
      <Select<Weights>
        class="weights"
        testId="weights"
        label={t`How venues count in their sum`}
        isHidden={!isOfSeveral(store.market.venue)}
        choices={WEIGHTS.map((name) => [name, WEIGHT_LABELS[name]])}
        chosen={weights}
        onChoose={(chosen) => store.update({ weights: chosen })}
      />
      <Select
        testId="currency"
        label={t`Currency of figures`}
        choices={Object.keys(usableCurrencies(store.answer.currencies)).map((code) => [code, code])}
        chosen={currency}
        onChoose={(code) => store.update({ currency: code })}
      />
      {currency !== 'USD' && (
        <Toggles
          choices={[
            {
              name: 'convert-prices',
              isPressed: arePricesConverted,
              text: t`Prices too`,
              title: t`Show prices in this currency, too; the axis then has no round prices`,
            },
          ]}
          onChoose={() => store.update({ arePricesConverted: !arePricesConverted })}
        />
      )}
    </div>
  );
}

interface ActionProps {
  icon: keyof typeof ICONS;
  label: string;
  testId: string;
  onClick: () => void;
}

function Action({ icon, label, testId, onClick }: ActionProps): JSX.Element {
  return (
    <IconButton label={label} title={label} testId={testId} onClick={onClick}>
      <Icon icon={icon} />
    </IconButton>
  );
}

function Icon({ icon }: Pick<ActionProps, 'icon'>): JSX.Element {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" class="icon">
      <path d={ICONS[icon]} />
    </svg>
  );
}
