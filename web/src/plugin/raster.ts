import type { HeatGrid } from './grid.js';
import type { MipLevel } from './mips.js';
import type { PixelRows } from './price-lookup.js';
import type { PixelColumns } from './time-lookup.js';

/** Coarse cells this many times as long as the drawn ones decide what part of a row is worth reading. */
const SKIP_LEVELS = 5;

export interface RasterArea {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Scratch memory of one viewport width, kept between frames. */
class Scratch {
  readonly first: Int32Array;
  readonly middle: Int32Array;
  readonly last: Int32Array;
  readonly strongest: Uint8Array;
  readonly wide: number[] = [];
  blockStart = new Int32Array(0);
  blockEnd = new Int32Array(0);

  constructor(readonly width: number) {
    this.first = new Int32Array(width);
    this.middle = new Int32Array(width);
    this.last = new Int32Array(width);
    this.strongest = new Uint8Array(width);
  }
}

/** Paints a viewport of a grid: each pixel takes the colour of the strongest cell it covers. */
export class HeatRaster {
  #scratch = new Scratch(0);

  /** Writes `pixels` (one word per pixel) and returns the area that may hold something; the rest is not written. */
  paint(
    pixels: Uint32Array,
    grid: HeatGrid,
    columns: PixelColumns,
    rows: PixelRows,
    palette: Uint32Array,
    lowerByte: number,
  ): RasterArea {
    const width = columns.first.length;
    const height = rows.low.length;
    const { from, to } = columns;
    if (from >= to) return { left: 0, top: 0, width: 0, height: 0 };
    if (this.#scratch.width !== width) this.#scratch = new Scratch(width);
    const levelIndex = pickLevel(columns, grid.mips.length);
    const level = grid.mips[levelIndex];
    const skipIndex = Math.min(grid.mips.length - 1, levelIndex + SKIP_LEVELS);
    const skipLevel = grid.mips[skipIndex];
    this.#shiftColumns(columns, levelIndex);
    const [firstBlock, lastBlock] = this.#findBlocks(columns, skipIndex);

    const { strongest, blockStart, blockEnd } = this.#scratch;
    let top = height;
    let bottom = 0;
    let paintedLow = -2;
    let paintedHigh = -2;
    let paintedAt = 0;
    for (let y = 0; y < height; y++) {
      const low = rows.low[y];
      const high = rows.high[y];
      const out = y * width;
      if (low < 0) {
        pixels.fill(0, out + from, out + to);
        continue;
      }
      if (top > y) top = y;
      bottom = y + 1;
      if (low === paintedLow && high === paintedHigh) {
        pixels.copyWithin(out + from, paintedAt + from, paintedAt + to);
        continue;
      }
      paintedLow = low;
      paintedHigh = high;
      paintedAt = out;
      pixels.fill(0, out + from, out + to);
      const isSingle = low === high;
      if (!isSingle) strongest.fill(0, from, to);
      for (let row = low; row <= high; row++) {
        const skipRow = row * skipLevel.stride;
        for (let block = firstBlock; block <= lastBlock; block++) {
          if (skipLevel.cells[skipRow + block] < lowerByte) continue;
          const start = blockStart[block - firstBlock];
          while (block < lastBlock && skipLevel.cells[skipRow + block + 1] >= lowerByte) block++;
          const end = blockEnd[block - firstBlock];
          if (isSingle) this.#paintRun(pixels, out, level, row, start, end, palette);
          else this.#raiseRun(level, row, start, end);
        }
      }
      if (!isSingle) {
        for (let x = from; x < to; x++) pixels[out + x] = palette[strongest[x]];
      }
    }
    return { left: from, top: Math.min(top, bottom), width: to - from, height: Math.max(0, bottom - top) };
  }

  /**
   * Columns to cells of the chosen level. A pixel then covers three cells at most, which need no inner loop: first,
   * middle and last are all there are. Only pixels at a gap of the time scale may cover more.
   */
  #shiftColumns(columns: PixelColumns, levelIndex: number): void {
    const { first, middle, last, wide } = this.#scratch;
    wide.length = 0;
    for (let x = columns.from; x < columns.to; x++) {
      const start = columns.first[x] >> levelIndex;
      const end = columns.last[x] >> levelIndex;
      first[x] = start;
      last[x] = end;
      middle[x] = (start + end) >> 1;
      if (end - start > 2) wide.push(x);
    }
  }

  #findBlocks(columns: PixelColumns, skipIndex: number): [number, number] {
    const scratch = this.#scratch;
    const firstBlock = columns.first[columns.from] >> skipIndex;
    const lastBlock = columns.last[columns.to - 1] >> skipIndex;
    const blocks = lastBlock - firstBlock + 1;
    if (scratch.blockStart.length < blocks) {
      scratch.blockStart = new Int32Array(blocks);
      scratch.blockEnd = new Int32Array(blocks);
    }
    scratch.blockStart.fill(columns.to);
    scratch.blockEnd.fill(columns.from);
    for (let x = columns.from; x < columns.to; x++) {
      const end = (columns.last[x] >> skipIndex) - firstBlock;
      for (let block = (columns.first[x] >> skipIndex) - firstBlock; block <= end; block++) {
        if (scratch.blockStart[block] > x) scratch.blockStart[block] = x;
        scratch.blockEnd[block] = x + 1;
      }
    }
    return [firstBlock, lastBlock];
  }

  #paintRun(
    pixels: Uint32Array,
    out: number,
    level: MipLevel,
    row: number,
    start: number,
    end: number,
    palette: Uint32Array,
  ): void {
    const { first, middle, last, wide } = this.#scratch;
    const { cells } = level;
    const base = row * level.stride;
    for (let x = start; x < end; x++) {
      let value = cells[base + first[x]];
      const second = cells[base + middle[x]];
      const third = cells[base + last[x]];
      if (second > value) value = second;
      if (third > value) value = third;
      pixels[out + x] = palette[value];
    }
    for (const x of wide) {
      if (x >= start && x < end) pixels[out + x] = palette[strongestOf(cells, base + first[x], base + last[x])];
    }
  }

  #raiseRun(level: MipLevel, row: number, start: number, end: number): void {
    const { first, middle, last, wide, strongest } = this.#scratch;
    const { cells } = level;
    const base = row * level.stride;
    for (let x = start; x < end; x++) {
      let value = strongest[x];
      const one = cells[base + first[x]];
      const two = cells[base + middle[x]];
      const three = cells[base + last[x]];
      if (one > value) value = one;
      if (two > value) value = two;
      if (three > value) value = three;
      strongest[x] = value;
    }
    for (const x of wide) {
      if (x >= start && x < end) {
        strongest[x] = Math.max(strongest[x], strongestOf(cells, base + first[x], base + last[x]));
      }
    }
  }
}

function strongestOf(cells: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let index = from; index <= to; index++) if (cells[index] > value) value = cells[index];
  return value;
}

/** The coarsest level whose cells are not longer than the typical pixel. */
function pickLevel(columns: PixelColumns, levels: number): number {
  const shown = columns.last[columns.to - 1] - columns.first[columns.from] + 1;
  const perPixel = shown / (columns.to - columns.from);
  return Math.min(levels - 1, Math.max(0, Math.floor(Math.log2(perPixel))));
}
