import { t } from '@lingui/core/macro';
import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { buildLegendTicks, type LiquidationHeatmap } from '../plugin';
import { TextButton } from '../ui/fields';
import { formatAmount, isStrength, strengthRate } from '../ui/amount';
import { formatPercentile } from '../ui/format';
import { currencyMark, moneyRate } from '../ui/money';
import { DEFAULT_LOWER_CUTOFF, DEFAULT_UPPER_CUTOFF } from '../state/state';
import type { Store } from '../state/store';
import { deltaTicks } from './delta';
import { Ramp } from './ramp';

/** The cut-offs keep this far apart, in percentage points. */
const LEAST_GAP = 1;
/** Of the legend's width, that a character of a tick takes with its share of the space between ticks. */
const CHARACTER_PART = 0.027;

/** What the colours of the drawn heat stand for. */
export interface HeatScale {
  isSigned: boolean;
  cutoffs: ReturnType<LiquidationHeatmap['cutoffsUsd']>;
}

export function scaleOf(heatmap: LiquidationHeatmap): HeatScale {
  return { isSigned: heatmap.grid?.isSigned ?? false, cutoffs: heatmap.cutoffsUsd() };
}

interface LegendProps {
  store: Store;
  scale: ReadonlySignal<HeatScale>;
}

/** The colour scale with its figures and the cut-offs. */
export function Legend({ store, scale }: LegendProps): JSX.Element {
  const { palette, quantity } = store.state;
  const { isSigned } = scale.value;
  const isFlow = quantity === 'flow';
  const heading = isSigned
    ? isFlow
      ? t`Shorts − longs: expected liquidations, estimated`
      : t`Shorts − longs: open positions, estimated`
    : isFlow
      ? t`Expected liquidations, estimated`
      : t`Open positions, estimated`;
  const currency = currencyMark();
  return (
    <section class="card legend" data-testid="legend" aria-label={t`Colour scale`}>
      <div class="card-head legend-head">
        <div>
          <h2>{heading}</h2>
          <span class="legend-unit">
            {isStrength() ? t`strength: 100 is the strongest bucket` : t`${currency} a bucket`}
          </span>
        </div>
      </div>
      <div class="split-texts legend-sides" data-testid="legend-sides" hidden={!isSigned}>
        <span class="side-long">{t`◀ longs · bearish`}</span>
        <span class="side-short">{t`shorts · bullish ▶`}</span>
      </div>
      <Ramp class="legend-bar" width={256} colors={isSigned ? 'diverging' : palette} />
      <div class="legend-ticks">
        {ticksOf(scale.value).map(({ text, position }) => (
          <span key={position} class="legend-tick" style={{ left: `${100 * position}%` }}>
            {text}
          </span>
        ))}
      </div>
      <Cutoffs store={store} scale={scale} />
      <p class="honesty">
        {t`Each pixel shows its strongest cell.`}{' '}
        {store.state.lockedLimits === null ? t`Limits follow what is seen.` : t`Limits are locked.`}
      </p>
    </section>
  );
}

function Cutoffs({ store, scale }: LegendProps): JSX.Element {
  const { lowerCutoff, upperCutoff } = store.state;
  const { cutoffs } = scale.value;
  const lowerText = `${formatPercentile(lowerCutoff)}${cutoffs ? ` · ${formatAmount(cutoffs.drawnUsd)}` : ''}`;
  const upperText = `${formatPercentile(upperCutoff)}${cutoffs ? ` · ${formatAmount(cutoffs.upperUsd)}` : ''}`;
  const choose = (lower: number, upper: number): void =>
    store.update({ lowerCutoff: lower / 100, upperCutoff: upper / 100 });
  return (
    <>
      <div class="cutoffs">
        <div class="cutoff-fill" style={{ left: `${100 * lowerCutoff}%`, right: `${100 * (1 - upperCutoff)}%` }} />
        <CutoffInput
          label={t`Lower cut-off, percentile`}
          testId="cutoff-lower"
          percentile={100 * lowerCutoff}
          text={lowerText}
          onInput={(lower) => choose(Math.max(0, Math.min(lower, 100 * upperCutoff - LEAST_GAP)), 100 * upperCutoff)}
        />
        <CutoffInput
          label={t`Upper cut-off, percentile`}
          testId="cutoff-upper"
          percentile={100 * upperCutoff}
          text={upperText}
          onInput={(upper) => choose(100 * lowerCutoff, Math.min(100, Math.max(upper, 100 * lowerCutoff + LEAST_GAP)))}
        />
      </div>
      <div class="cutoff-texts">
        <span class="number">{lowerText}</span>
        <TextButton
          testId="cutoff-reset"
          onClick={() => store.update({ lowerCutoff: DEFAULT_LOWER_CUTOFF, upperCutoff: DEFAULT_UPPER_CUTOFF })}
        >
          {t`Reset`}
        </TextButton>
        <span class="number">{upperText}</span>
      </div>
    </>
  );
}

interface CutoffInputProps {
  label: string;
  testId: string;
  percentile: number;
  text: string;
  onInput: (percentile: number) => void;
}

function CutoffInput({ label, testId, percentile, text, onInput }: CutoffInputProps): JSX.Element {
  return (
    <input
      type="range"
      min={0}
      max={100}
      step={0.5}
      class="cutoff"
      aria-label={label}
      aria-valuetext={text}
      data-testid={testId}
      value={percentile}
      onInput={({ currentTarget }) => onInput(Number(currentTarget.value))}
    />
  );
}

/** Round marks of what is shown, without those that would run into the last one. */
function ticksOf({ isSigned, cutoffs }: HeatScale): { text: string; position: number }[] {
  if (cutoffs === null) return [];
  if (isSigned) return deltaTicks(cutoffs.lowerUsd, cutoffs.upperUsd);
  const rate = isStrength() ? strengthRate() : moneyRate();
  const legendTicks = buildLegendTicks(cutoffs.lowerUsd * rate, cutoffs.upperUsd * rate);
  const hasFainter = cutoffs.drawnUsd < cutoffs.lowerUsd;
  const signOf = (index: number): string =>
    index === legendTicks.length - 1 ? '≥ ' : index === 0 && hasFainter ? '≤ ' : '';
  const texts = legendTicks.map(({ valueUsd }, index) => `${signOf(index)}${formatAmount(valueUsd / rate)}`);
  const widthOf = (text: string) => text.length * CHARACTER_PART;
  const last = texts.length - 1;
  return legendTicks
    .map(({ position }, index) => ({ text: texts[index], position }))
    .filter(
      ({ text, position }, index) =>
        index === 0
        || index === last
        || (position - widthOf(text) / 2 > widthOf(texts[0])
          && position + widthOf(text) / 2 < 1 - widthOf(texts[last])),
    );
}
