import {
  PALETTE_NAMES,
  buildLegendTicks,
  divergingColor,
  paletteColor,
  type LiquidationHeatmap,
  type PaletteName,
} from '../plugin';
import { element } from '../ui/dom';
import { formatPercentile } from '../ui/format';
import { currencyMark, formatMoney, moneyRate } from '../ui/money';
import { DEFAULT_LOWER_CUTOFF, DEFAULT_UPPER_CUTOFF } from '../state/state';
import type { Store } from '../state/store';
import { deltaTicks } from './delta';

const PALETTE_LABELS: Record<PaletteName, string> = {
  viridis: 'Viridis',
  cividis: 'Cividis (colour-blind safe)',
  inferno: 'Inferno',
};
/** The cut-offs keep this far apart, in percentage points. */
const LEAST_GAP = 1;
/** Of the legend's width, that a character of a tick takes with its share of the space between ticks. */
const CHARACTER_PART = 0.027;

interface Legend {
  refresh(): void;
}

/** The colour scale in dollars, with the cut-offs and the palettes. */
export function mountLegend(host: HTMLElement, store: Store, heatmap: LiquidationHeatmap): Legend {
  const bar = element('canvas', { class: 'legend-bar', width: 256, height: 1, 'aria-hidden': 'true' });
  const heading = element('h2', {});
  const unit = element('span', { class: 'legend-unit' });
  const ticks = element('div', { class: 'legend-ticks' });
  const sides = element(
    'div',
    { class: 'split-texts legend-sides', 'data-testid': 'legend-sides', hidden: true },
    element('span', { class: 'side-long' }, '◀ longs · bearish'),
    element('span', { class: 'side-short' }, 'shorts · bullish ▶'),
  );
  const lower = cutoffInput('Lower cut-off, percentile', 'cutoff-lower');
  const upper = cutoffInput('Upper cut-off, percentile', 'cutoff-upper');
  const fill = element('div', { class: 'cutoff-fill' });
  const lowerText = element('span', { class: 'number' });
  const upperText = element('span', { class: 'number' });
  const reset = element(
    'button',
    {
      type: 'button',
      class: 'text-button',
      'data-testid': 'cutoff-reset',
      onclick: () => store.update({ lowerCutoff: DEFAULT_LOWER_CUTOFF, upperCutoff: DEFAULT_UPPER_CUTOFF }),
    },
    'Reset',
  );
  const palettes = element('div', { class: 'segmented', role: 'group', 'aria-label': 'Palette' });
  for (const name of PALETTE_NAMES) {
    const swatch = element('canvas', { class: 'swatch', width: 48, height: 1, 'aria-hidden': 'true' });
    paintRamp(swatch, name);
    palettes.append(
      element(
        'button',
        {
          type: 'button',
          class: 'chip',
          'data-testid': `palette-${name}`,
          'aria-label': PALETTE_LABELS[name],
          title: PALETTE_LABELS[name],
          onclick: () => store.update({ palette: name }),
        },
        swatch,
      ),
    );
  }
  host.append(
    element(
      'section',
      { class: 'card legend', 'data-testid': 'legend', 'aria-label': 'Colour scale' },
      element('div', { class: 'card-head legend-head' }, element('div', {}, heading, unit), palettes),
      sides,
      bar,
      ticks,
      element('div', { class: 'cutoffs' }, fill, lower, upper),
      element('div', { class: 'cutoff-texts' }, lowerText, reset, upperText),
      element(
        'p',
        { class: 'honesty' },
        'A modelled estimate, not exchange-reported positions. Each pixel shows its strongest cell.',
      ),
    ),
  );

  const onInput = (isLower: boolean) => (): void => {
    let low = Number(lower.value);
    let high = Number(upper.value);
    if (high - low < LEAST_GAP) {
      if (isLower) low = Math.max(0, high - LEAST_GAP);
      else high = Math.min(100, low + LEAST_GAP);
    }
    store.update({ lowerCutoff: low / 100, upperCutoff: high / 100 });
  };
  lower.addEventListener('input', onInput(true));
  upper.addEventListener('input', onInput(false));

  const refresh = (): void => {
    const { palette, lowerCutoff, upperCutoff } = store.state;
    const isSigned = heatmap.grid?.isSigned ?? false;
    if (isSigned) paintDiverging(bar);
    else paintRamp(bar, palette);
    palettes.hidden = isSigned;
    sides.hidden = !isSigned;
    const measure = store.state.quantity === 'flow' ? 'Expected forced flow' : 'Held notional';
    heading.textContent = isSigned ? `Shorts − longs: ${measure.toLowerCase()}, estimated` : `${measure}, estimated`;
    unit.textContent = `${currencyMark()} a bucket`;
    for (const button of palettes.querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.dataset.testid === `palette-${palette}`));
    }
    lower.value = String(100 * lowerCutoff);
    upper.value = String(100 * upperCutoff);
    fill.style.left = `${100 * lowerCutoff}%`;
    fill.style.right = `${100 * (1 - upperCutoff)}%`;
    const cutoffs = heatmap.cutoffsUsd();
    const lowerName = cutoffs?.isSpanLimited ? 'A tenth' : formatPercentile(lowerCutoff);
    lowerText.textContent = `${lowerName}${cutoffs ? ` · ${formatMoney(cutoffs.lowerUsd)}` : ''}`;
    upperText.textContent = `${formatPercentile(upperCutoff)}${cutoffs ? ` · ${formatMoney(cutoffs.upperUsd)}` : ''}`;
    lower.setAttribute('aria-valuetext', lowerText.textContent);
    upper.setAttribute('aria-valuetext', upperText.textContent);
    ticks.replaceChildren(
      ...ticksOf(heatmap).map(({ text, position }) => {
        const node = element('span', { class: 'legend-tick' }, text);
        node.style.left = `${100 * position}%`;
        return node;
      }),
    );
  };
  refresh();
  return { refresh };
}

/** Round marks of the currency that is shown, without those that would run into the last one. */
function ticksOf(heatmap: LiquidationHeatmap): { text: string; position: number }[] {
  const cutoffs = heatmap.cutoffsUsd();
  if (cutoffs === null) return [];
  if (heatmap.grid?.isSigned) return deltaTicks(cutoffs.lowerUsd, cutoffs.upperUsd);
  const rate = moneyRate();
  const legendTicks = buildLegendTicks(cutoffs.lowerUsd * rate, cutoffs.upperUsd * rate);
  const texts = legendTicks.map(
    ({ valueUsd }, index) => `${index === legendTicks.length - 1 ? '≥ ' : ''}${formatMoney(valueUsd / rate)}`,
  );
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

function cutoffInput(label: string, testId: string): HTMLInputElement {
  return element('input', {
    type: 'range',
    min: 0,
    max: 100,
    step: 0.5,
    'aria-label': label,
    'data-testid': testId,
    class: 'cutoff',
  });
}

function paintDiverging(canvas: HTMLCanvasElement): void {
  paint(canvas, (part) => divergingColor(2 * part - 1));
}

export function paintRamp(canvas: HTMLCanvasElement, palette: PaletteName): void {
  paint(canvas, (part) => paletteColor(palette, part));
}

function paint(canvas: HTMLCanvasElement, colorAt: (part: number) => [number, number, number, number]): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (let x = 0; x < canvas.width; x++) {
    const [red, green, blue, alpha] = colorAt(x / (canvas.width - 1));
    context.fillStyle = `rgba(${red}, ${green}, ${blue}, ${alpha})`;
    context.fillRect(x, 0, 1, canvas.height);
  }
}
