import type { HeatGrid } from './grid.js';
import { byteAtPercentile } from './percentiles.js';

/** Which bytes of a grid are drawn, and between which two of them colours grow. */
export interface ColourLimits {
  /** Smaller ones are not drawn. */
  drawnFrom: number;
  /** The first byte with a colour of its own: what is drawn below it has the faintest one. */
  colouredFrom: number;
  /** From here on all have the top colour. */
  upTo: number;
}

interface Wanted {
  /** Percentiles, 0…1, of the cells that are not empty. */
  lowerCutoff: number;
  upperCutoff: number;
  /** This byte is drawn, whatever the lower percentile; 0 for no such wish. */
  leastShownByte: number;
}

/** Of a byte's scale: a decade and a half of a scale of four. Wider, and most cells have the same middle colours. */
const MOST_BYTES_OF_COLOUR = 96;
/** So many cells of what is seen tell its percentiles. */
const SAMPLED_COLUMNS = 320;
const SAMPLED_ROWS = 200;

export function colourLimits(
  histogram: ArrayLike<number>,
  { lowerCutoff, upperCutoff, leastShownByte }: Wanted,
  isSigned: boolean,
): ColourLimits {
  const percentile = byteAtPercentile(histogram, upperCutoff);
  let drawnFrom = byteAtPercentile(histogram, lowerCutoff);
  if (lowerCutoff > 0) {
    // Where few levels are in view, most cells hold what decay left of old ones, and a percentile of them is dust.
    drawnFrom = Math.max(drawnFrom, percentile - MOST_BYTES_OF_COLOUR);
    if (leastShownByte > 0) drawnFrom = Math.min(drawnFrom, leastShownByte);
    // Byte 1 also holds everything too small for the scale: dust that would tint whole areas, unless it is asked for.
    drawnFrom = Math.max(isSigned ? 4 : 2, drawnFrom);
  }
  return apart(drawnFrom, percentile, isSigned);
}

/** Limits that stay whatever is seen. */
export function lockedLimits(lowerByte: number, upperByte: number, isSigned: boolean): ColourLimits {
  return apart(Math.max(1, lowerByte), upperByte, isSigned);
}

function apart(lowerByte: number, upperByte: number, isSigned: boolean): ColourLimits {
  // A step apart at least, or a grid of one figure would have no scale.
  const upTo = Math.min(255, Math.max(lowerByte + 1, upperByte));
  let drawnFrom = Math.min(lowerByte, upTo - 1);
  // Bytes of two planes come in pairs of one size, and a cut-off must not part them.
  if (isSigned) drawnFrom = Math.max(2, drawnFrom & ~1);
  const colouredFrom = Math.max(drawnFrom, upTo - MOST_BYTES_OF_COLOUR);
  return { drawnFrom, colouredFrom: isSigned ? colouredFrom & ~1 : colouredFrom, upTo };
}

/**
 * How often each byte stands in a part of a grid, columns and rows from first to last, inclusive; of a large part some
 * cells at equal distances stand for the others.
 */
export function windowHistogram(
  grid: HeatGrid,
  columns: readonly [first: number, last: number],
  rows: readonly [first: number, last: number],
): Uint32Array {
  const { cells, stride } = grid.mips[0];
  const counts = new Uint32Array(256);
  const columnStep = Math.max(1, Math.floor((columns[1] - columns[0] + 1) / SAMPLED_COLUMNS));
  const rowStep = Math.max(1, Math.floor((rows[1] - rows[0] + 1) / SAMPLED_ROWS));
  for (let row = rows[0]; row <= rows[1]; row += rowStep) {
    const start = row * stride;
    for (let column = columns[0]; column <= columns[1]; column += columnStep) counts[cells[start + column]]++;
  }
  return counts;
}
