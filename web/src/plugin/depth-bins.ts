import type { DepthLevel } from './types.js';

/** What rests in one strip of the screen. */
export interface DepthBin {
  /** Upper border of the strip. */
  y: number;
  usd: number;
}

/**
 * Sums resting orders by strips of `binPixels`: as many dollars as there are, however the levels fall on the screen.
 */
export function binLevels(
  levels: readonly DepthLevel[],
  priceToY: (price: number) => number | null,
  height: number,
  binPixels: number,
): DepthBin[] {
  const sums = new Map<number, number>();
  for (const { price, usd } of levels) {
    const y = priceToY(price);
    if (y === null || y < 0 || y >= height || !(usd > 0)) continue;
    const bin = Math.floor(y / binPixels);
    sums.set(bin, (sums.get(bin) ?? 0) + usd);
  }
  return Array.from(sums, ([bin, usd]) => ({ y: bin * binPixels, usd })).sort((a, b) => a.y - b.y);
}

/** Bars of so many times the usual strip fill the width; a wall is cut there, for its figure is written beside it. */
const FULL_WIDTH_MULTIPLE = 6;

export function usdAtFullWidth(bins: readonly DepthBin[]): number {
  if (bins.length === 0) return 0;
  const sorted = bins.map(({ usd }) => usd).sort((a, b) => a - b);
  return Math.min(sorted[sorted.length - 1], sorted[(sorted.length - 1) >> 1] * FULL_WIDTH_MULTIPLE);
}
