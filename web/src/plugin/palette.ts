import { isNegative } from './signed.js';
import type { PaletteName } from './types.js';

type Rgb = readonly [number, number, number];

/** Control points of the matplotlib maps (CC0); cividis reads the same with the common colour-vision deficiencies. */
const STOPS: Record<PaletteName, readonly Rgb[]> = {
  viridis: [
    [72, 20, 110],
    [71, 45, 123],
    [59, 82, 139],
    [44, 114, 142],
    [33, 145, 140],
    [40, 174, 128],
    [94, 201, 98],
    [173, 220, 48],
    [253, 231, 37],
  ],
  cividis: [
    [0, 42, 102],
    [32, 62, 112],
    [72, 83, 109],
    [99, 104, 112],
    [124, 123, 120],
    [153, 145, 117],
    [187, 173, 108],
    [222, 201, 88],
    [255, 234, 70],
  ],
  inferno: [
    [50, 10, 94],
    [87, 16, 110],
    [120, 28, 109],
    [159, 42, 99],
    [193, 58, 80],
    [220, 80, 57],
    [242, 120, 28],
    [250, 170, 25],
    [252, 255, 164],
  ],
};

export const PALETTE_NAMES = Object.keys(STOPS) as PaletteName[];

/** Alpha of the faintest drawn cell; it then rises quickly, so that only sparse heat lets the background through. */
const FAINTEST_ALPHA = 0.3;

/** Colour at `position` 0…1 as red, green, blue (0…255) and alpha (0…1). */
export function paletteColor(name: PaletteName, position: number): [number, number, number, number] {
  return colorOf(STOPS[name], position);
}

function colorOf(stops: readonly Rgb[], position: number): [number, number, number, number] {
  const clamped = Math.min(1, Math.max(0, position));
  const scaled = clamped * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(scaled));
  const fraction = scaled - index;
  const channel = (k: 0 | 1 | 2) => Math.round(stops[index][k] + (stops[index + 1][k] - stops[index][k]) * fraction);
  const alpha = FAINTEST_ALPHA + (1 - FAINTEST_ALPHA) * Math.sqrt(clamped);
  return [channel(0), channel(1), channel(2), alpha];
}

/**
 * From nothing to much, for what is above 0 and below it; blue and orange stay apart with the common colour-vision
 * deficiencies.
 */
const DIVERGING_STOPS: Record<'above' | 'below', readonly Rgb[]> = {
  above: [
    [58, 38, 24],
    [122, 66, 22],
    [196, 106, 28],
    [255, 166, 87],
    [255, 226, 170],
  ],
  below: [
    [24, 40, 64],
    [26, 74, 132],
    [44, 122, 204],
    [111, 183, 255],
    [196, 230, 255],
  ],
};

/** Colour at `position` -1…1 of the scale that diverges from 0, as `paletteColor` gives it. */
export function divergingColor(position: number): [number, number, number, number] {
  return colorOf(DIVERGING_STOPS[position < 0 ? 'below' : 'above'], Math.abs(position));
}

/**
 * Colours of all 256 bytes as ABGR words, which is RGBA in memory on every little-endian machine (all browsers'
 * targets). Empty cells and cells under the lower cut-off are fully transparent; from the upper cut-off on all have the
 * top colour.
 */
export function buildPalette(name: PaletteName, lowerByte: number, upperByte: number, opacity: number): Uint32Array {
  const words = new Uint32Array(256);
  const span = Math.max(1, upperByte - lowerByte);
  for (let byte = Math.max(1, lowerByte); byte < 256; byte++) {
    const [red, green, blue, alpha] = paletteColor(name, (byte - lowerByte) / span);
    const alphaByte = Math.round(255 * alpha * opacity);
    words[byte] = ((alphaByte << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }
  return words;
}

/**
 * The same for bytes packed from two planes, the sign in the lowest bit: the cut-offs are sizes, and hold on both
 * sides.
 */
export function buildDivergingPalette(lowerByte: number, upperByte: number, opacity: number): Uint32Array {
  const words = new Uint32Array(256);
  const lowest = Math.max(1, lowerByte >> 1);
  const span = Math.max(1, (upperByte >> 1) - lowest);
  for (let byte = 2 * lowest; byte < 256; byte++) {
    const size = ((byte >> 1) - lowest) / span;
    const [red, green, blue, alpha] = divergingColor(isNegative(byte) ? -Math.max(size, Number.MIN_VALUE) : size);
    words[byte] = ((Math.round(255 * alpha * opacity) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }
  return words;
}
