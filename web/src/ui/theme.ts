/** Colours the canvases need; the style sheet holds the same ones for the page. */
export const COLORS = {
  background: '#0b0e14',
  text: '#a9b3c3',
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
} as const;

/** Leverage bands, low to high: cold to hot, apart in lightness too. */
const BAND_COLORS = ['#3f5fa8', '#3f9ac4', '#d9c04a', '#ef8f35', '#e2474f', '#b23a8f', '#8a8fa3', '#d6d0e6'] as const;

export const FONT = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** A leverage keeps its colour when others are filtered out, so it goes by its place among all of the market's. */
export function bandColor(leverage: number, leverages: readonly number[]): string {
  return BAND_COLORS[Math.max(0, leverages.indexOf(leverage)) % BAND_COLORS.length];
}
