import type { ColourLimits } from './limits.js';
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

/** On a light ground the same colours the other way round. */
const LIGHT_STOPS = Object.fromEntries(
  Object.entries(STOPS).map(([name, stops]) => [name, [...stops].reverse()]),
) as unknown as typeof STOPS;

export const PALETTE_NAMES = Object.keys(STOPS) as PaletteName[];

/** Alpha of the faintest drawn cell; it then rises quickly, so that only sparse heat lets the background through. */
const FAINTEST_ALPHA = 0.42;
const FAINTEST_ALPHA_ON_LIGHT = 0.2;

/** Most cells of a map are middling: colour grows slower than their logarithm, so that the heavy ones stand out. */
const CURVE = 2;

/** Where in a palette the logarithm of a figure stands, both 0…1 between the limits of colour. */
export function palettePosition(logPosition: number): number {
  return Math.min(1, Math.max(0, logPosition)) ** CURVE;
}

/**
 * Colour at `position` 0…1 as red, green, blue (0…255) and alpha (0…1). Much stands out from the ground: bright on a
 * dark one, dark on a light one.
 */
export function paletteColor(name: PaletteName, position: number, isOnLight = false): [number, number, number, number] {
  return colorOf(isOnLight ? LIGHT_STOPS[name] : STOPS[name], position, isOnLight);
}

function colorOf(stops: readonly Rgb[], position: number, isOnLight: boolean): [number, number, number, number] {
  const clamped = Math.min(1, Math.max(0, position));
  const scaled = clamped * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(scaled));
  const fraction = scaled - index;
  const channel = (k: 0 | 1 | 2) => Math.round(stops[index][k] + (stops[index + 1][k] - stops[index][k]) * fraction);
  const faintest = isOnLight ? FAINTEST_ALPHA_ON_LIGHT : FAINTEST_ALPHA;
  const alpha = faintest + (1 - faintest) * Math.sqrt(clamped);
  return [channel(0), channel(1), channel(2), alpha];
}

/**
 * From nothing to much, for what is above 0 and below it; blue and orange stay apart with the common colour-vision
 * deficiencies.
 */
type Diverging = Record<'above' | 'below', readonly Rgb[]>;

const DIVERGING_STOPS: Diverging = {
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

const LIGHT_DIVERGING_STOPS: Diverging = {
  above: [
    [255, 236, 214],
    [255, 204, 148],
    [238, 146, 58],
    [186, 88, 12],
    [112, 46, 0],
  ],
  below: [
    [220, 235, 252],
    [164, 203, 246],
    [84, 148, 222],
    [22, 94, 172],
    [8, 48, 112],
  ],
};

/** Colour at `position` -1…1 of the scale that diverges from 0, as `paletteColor` gives it. */
export function divergingColor(position: number, isOnLight = false): [number, number, number, number] {
  const stops = isOnLight ? LIGHT_DIVERGING_STOPS : DIVERGING_STOPS;
  return colorOf(stops[position < 0 ? 'below' : 'above'], Math.abs(position), isOnLight);
}

/**
 * Colours of all 256 bytes as ABGR words, which is RGBA in memory on every little-endian machine (all browsers'
 * targets). Empty cells and cells under `drawnFrom` are fully transparent, those under `colouredFrom` have the faintest
 * colour; from `upTo` on all have the top one.
 */
export function buildPalette(
  name: PaletteName,
  { drawnFrom, colouredFrom, upTo }: ColourLimits,
  opacity: number,
  isOnLight = false,
): Uint32Array {
  const words = new Uint32Array(256);
  const span = Math.max(1, upTo - colouredFrom);
  for (let byte = Math.max(1, drawnFrom); byte < 256; byte++) {
    const [red, green, blue, alpha] = paletteColor(name, palettePosition((byte - colouredFrom) / span), isOnLight);
    const alphaByte = Math.round(255 * alpha * opacity);
    words[byte] = ((alphaByte << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }
  return words;
}

/**
 * The same for bytes packed from two planes, the sign in the lowest bit: the cut-offs are sizes, and hold on both
 * sides.
 */
export function buildDivergingPalette(
  { drawnFrom, colouredFrom, upTo }: ColourLimits,
  opacity: number,
  isOnLight = false,
): Uint32Array {
  const words = new Uint32Array(256);
  const lowest = Math.max(1, colouredFrom >> 1);
  const span = Math.max(1, (upTo >> 1) - lowest);
  for (let byte = 2 * Math.max(1, drawnFrom >> 1); byte < 256; byte++) {
    const size = palettePosition(((byte >> 1) - lowest) / span);
    const position = isNegative(byte) ? -Math.max(size, Number.MIN_VALUE) : size;
    const [red, green, blue, alpha] = divergingColor(position, isOnLight);
    words[byte] = ((Math.round(255 * alpha * opacity) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }
  return words;
}
