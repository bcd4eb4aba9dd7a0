import type { HeatGrid } from './grid.js';
import { byteAtPercentile } from './percentiles.js';
import type { PixelRows } from './price-lookup.js';
import type { PixelColumns } from './time-lookup.js';
import type { HeatmapOptions } from './types.js';

/** Which bytes of a grid are drawn, and between which two of them colours grow. */
export interface ColourLimits {
  /** Smaller ones are not drawn. */
  drawnFrom: number;
  /** The first byte with a colour of its own: what is drawn below it has the faintest one. */
  colouredFrom: number;
  /** From here on all have the top colour. */
  upTo: number;
}

type Wanted = Pick<HeatmapOptions, 'limits' | 'lowerCutoff' | 'upperCutoff' | 'leastShownUsd'>;

/** Of a byte's scale: a decade and a half of a scale of four. Wider, and most cells have the same middle colours. */
const MOST_BYTES_OF_COLOUR = 96;
/** One pixel of so many tells the percentiles of what is seen. */
const SAMPLE_PIXELS = 3;

/** @param seen how often each byte is seen; `null` for all of the grid */
export function colourLimits(grid: HeatGrid, seen: Uint32Array | null, wanted: Wanted): ColourLimits {
  const { limits, lowerCutoff, upperCutoff, leastShownUsd } = wanted;
  // Bytes of two planes come in pairs of one size, and a cut-off must not part them.
  const pair = grid.isSigned ? ~1 : ~0;
  let drawnFrom: number;
  let upTo: number;
  if (typeof limits === 'string') {
    const histogram = limits === 'view' && seen !== null ? seen : grid.histogram;
    upTo = byteAtPercentile(histogram, upperCutoff);
    drawnFrom = byteAtPercentile(histogram, lowerCutoff);
    if (lowerCutoff > 0) {
      // Where few levels are in view, most cells hold what decay left of old ones, and a percentile of them is dust.
      drawnFrom = Math.max(drawnFrom, upTo - MOST_BYTES_OF_COLOUR);
      drawnFrom = Math.min(drawnFrom, grid.byteOf(leastShownUsd) || drawnFrom);
      // Byte 1 also holds everything too small for the scale: dust that would tint whole areas, unless it is asked for.
      drawnFrom = Math.max(grid.isSigned ? 4 : 2, drawnFrom);
    }
  } else [drawnFrom, upTo] = limits.map((usd) => Math.max(1, grid.byteOf(usd)));
  // A step apart at least, or a grid of one figure would have no scale.
  upTo = Math.min(255, Math.max(drawnFrom + 1, upTo));
  drawnFrom = Math.max(-pair, Math.min(drawnFrom, upTo - 1) & pair);
  return { drawnFrom, colouredFrom: Math.max(drawnFrom, upTo - MOST_BYTES_OF_COLOUR) & pair, upTo };
}

/** How often each byte is seen left of `toX`; some pixels at equal distances stand for the others. */
export function seenHistogram(grid: HeatGrid, columns: PixelColumns, rows: PixelRows, toX: number): Uint32Array {
  const { cells, stride } = grid.mips[0];
  const counts = new Uint32Array(256);
  const end = Math.min(toX, columns.to);
  for (let y = 0; y < rows.low.length; y += SAMPLE_PIXELS) {
    const start = rows.low[y] * stride;
    if (start < 0) continue;
    for (let x = columns.from; x < end; x += SAMPLE_PIXELS) {
      const column = columns.first[x];
      if (column >= 0) counts[cells[start + column]]++;
    }
  }
  return counts;
}
