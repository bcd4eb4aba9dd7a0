import { effect, signal } from '@preact/signals';
import { readKept, keep } from './kept';

export interface Colors {
  background: string;
  text: string;
  bright: string;
  border: string;
  crosshair: string;
  crosshairLabel: string;
  candleUp: string;
  candleDown: string;
  candleEdge: string;
  long: string;
  short: string;
  entry: string;
  stop: string;
  target: string;
  emaFast: string;
  emaSlow: string;
  vwap: string;
  /** Behind words that lie on the chart. */
  label: string;
  /** Words on a coloured ground. */
  onColor: string;
}

/** Colours the canvases need; the style sheet holds the same ones for the page. */
const COLORS: Record<Theme, Colors> = {
  dark: {
    background: '#0b0e14',
    text: '#a9b3c3',
    bright: '#f4f7fc',
    border: '#1d2431',
    crosshair: '#8b97aa',
    crosshairLabel: '#2a3447',
    candleUp: '#f4f7fc',
    candleDown: '#ff5d73',
    candleEdge: '#0b0e14',
    long: '#6fb7ff',
    short: '#ffa657',
    entry: '#dfe5ee',
    stop: '#ff6b7d',
    target: '#5ec9a4',
    emaFast: '#ffd166',
    emaSlow: '#c792ea',
    vwap: '#4dd0e1',
    label: 'rgba(11, 14, 20, 0.84)',
    onColor: '#0b0e14',
  },
  light: {
    background: '#ffffff',
    text: '#4a5568',
    bright: '#10151e',
    border: '#d8dee8',
    crosshair: '#5f6b7e',
    crosshairLabel: '#47536a',
    candleUp: '#1b2433',
    candleDown: '#d3213c',
    candleEdge: '#ffffff',
    long: '#0a58a6',
    short: '#a84a00',
    entry: '#26303f',
    stop: '#c2183a',
    target: '#0b7a58',
    emaFast: '#8a5a00',
    emaSlow: '#7b2cbf',
    vwap: '#00687a',
    label: 'rgba(255, 255, 255, 0.88)',
    onColor: '#ffffff',
  },
};

export const THEMES = ['system', 'dark', 'light'] as const;
type ThemeName = (typeof THEMES)[number];
type Theme = Exclude<ThemeName, 'system'>;

const KEPT_AS = 'liqheat.theme';

/** What was chosen; `system` follows the machine's own preference. */
export const chosenTheme = signal<ThemeName>(readKept(KEPT_AS, THEMES, 'system'));
const lightQuery = globalThis.matchMedia?.('(prefers-color-scheme: light)');
const isSystemLight = signal(lightQuery?.matches ?? false);
lightQuery?.addEventListener('change', ({ matches }) => (isSystemLight.value = matches));

export function chooseTheme(theme: ThemeName): void {
  chosenTheme.value = theme;
  keep(KEPT_AS, theme);
}

/** The one that is shown. */
export function shownTheme(): Theme {
  if (chosenTheme.value !== 'system') return chosenTheme.value;
  return isSystemLight.value ? 'light' : 'dark';
}

/** Who reads it within an effect is told when the theme changes. */
export function colors(): Colors {
  return COLORS[shownTheme()];
}

/** The style sheet goes by an attribute of the document. */
export function paintPage(): void {
  effect(() => {
    document.documentElement.dataset.theme = shownTheme();
  });
}

/** Leverages, cold to hot and apart in lightness; one between two of them has a colour between theirs. */
const LEVERAGE_COLORS: readonly (readonly [leverage: number, rgb: readonly [number, number, number]])[] = [
  [2, [116, 104, 178]],
  [5, [63, 95, 168]],
  [10, [63, 154, 196]],
  [25, [217, 192, 74]],
  [50, [239, 143, 53]],
  [100, [226, 71, 79]],
  [200, [178, 58, 143]],
];

export const FONT = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** A leverage has one colour wherever it stands, whatever others there are. */
export function bandColor(leverage: number): string {
  const above = LEVERAGE_COLORS.findIndex(([stop]) => stop >= leverage);
  const [high, highRgb] = LEVERAGE_COLORS[above < 0 ? LEVERAGE_COLORS.length - 1 : above];
  const [low, lowRgb] = LEVERAGE_COLORS[above <= 0 ? (above < 0 ? LEVERAGE_COLORS.length - 1 : 0) : above - 1];
  const part = high === low ? 0 : Math.log(leverage / low) / Math.log(high / low);
  return `rgb(${lowRgb.map((value, index) => Math.round(value + (highRgb[index] - value) * part)).join(', ')})`;
}
