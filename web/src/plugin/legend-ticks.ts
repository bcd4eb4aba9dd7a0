import { palettePosition } from './palette.js';
import type { LegendTick } from './types.js';

/** Labels closer than this part of the scale would run into each other. */
const LEAST_GAP = 0.2;

/**
 * Round figures (1, 2, 5 × a power of ten) between the cut-offs, placed where their colour is: by the logarithm, as
 * bytes are spaced, and the palette's curve. The cut-offs themselves close the scale at both ends.
 */
export function buildLegendTicks(lowestUsd: number, highestUsd: number, most = 6): LegendTick[] {
  if (!(lowestUsd > 0) || !(highestUsd > lowestUsd)) return [];
  const span = Math.log(highestUsd / lowestUsd);
  const position = (valueUsd: number) => palettePosition(Math.log(valueUsd / lowestUsd) / span);
  const ends = [lowestUsd, highestUsd].map((valueUsd) => ({ valueUsd, position: position(valueUsd) }));
  const inner = roundFigures(lowestUsd, highestUsd, [1, 2, 5]);
  const chosen = inner.length <= most - 2 ? inner : roundFigures(lowestUsd, highestUsd, [1]);
  const ticks = [ends[0]];
  for (const valueUsd of chosen) {
    const tick = { valueUsd, position: position(valueUsd) };
    if (tick.position - ticks[ticks.length - 1].position >= LEAST_GAP && tick.position <= 1 - LEAST_GAP)
      ticks.push(tick);
  }
  return [...ticks, ends[1]];
}

function roundFigures(lowestUsd: number, highestUsd: number, steps: readonly number[]): number[] {
  const figures: number[] = [];
  for (let power = Math.floor(Math.log10(lowestUsd)); power <= Math.ceil(Math.log10(highestUsd)); power++) {
    for (const step of steps) {
      const valueUsd = step * 10 ** power;
      if (valueUsd > lowestUsd && valueUsd < highestUsd) figures.push(valueUsd);
    }
  }
  return figures;
}
