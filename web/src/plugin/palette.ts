import type { ColourLimits } from './limits.js';
import { isNegative } from './signed.js';
import type { PaletteName } from './types.js';

/** Control points of the matplotlib maps (CC0); cividis reads the same with the common colour-vision deficiencies. */
const STOPS: Record<PaletteName, string> = {
  viridis: '48146e 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725',
  cividis: '002a66 203e70 48536d 636870 7c7b78 999175 bbad6c dec958 ffea46',
  inferno: '320a5e 57106e 781c6d 9f2a63 c13a50 dc5039 f2781c faaa19 fcffa4',
};

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
  return colorOf(STOPS[name], position, isOnLight);
}

/** @param stops red, green and blue in hexadecimal, at equal distances */
function colorOf(stops: string, position: number, isOnLight: boolean): [number, number, number, number] {
  const clamped = Math.min(1, Math.max(0, position));
  // On a light ground the same colours the other way round.
  const colors = stops.split(' ').map((stop) => parseInt(stop, 16));
  const scaled = (isOnLight ? 1 - clamped : clamped) * (colors.length - 1);
  const index = Math.min(colors.length - 2, Math.floor(scaled));
  const channel = (shift: number): number => {
    const [from, to] = [colors[index], colors[index + 1]].map((color) => (color >> shift) & 255);
    return Math.round(from + (to - from) * (scaled - index));
  };
  const faintest = isOnLight ? FAINTEST_ALPHA_ON_LIGHT : FAINTEST_ALPHA;
  const alpha = faintest + (1 - faintest) * Math.sqrt(clamped);
  return [channel(16), channel(8), channel(0), alpha];
}

/**
 * From nothing to much, for what is above 0 and below it; blue and orange stay apart with the common colour-vision
 * deficiencies.
 */
const DIVERGING_STOPS = {
  above: '3a2618 7a4216 c46a1c ffa657 ffe2aa',
  below: '182840 1a4a84 2c7acc 6fb7ff c4e6ff',
};

/** Colour at `position` -1…1 of the scale that diverges from 0, as `paletteColor` gives it. */
export function divergingColor(position: number, isOnLight = false): [number, number, number, number] {
  return colorOf(DIVERGING_STOPS[position < 0 ? 'below' : 'above'], Math.abs(position), isOnLight);
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
