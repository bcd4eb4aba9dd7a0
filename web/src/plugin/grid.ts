import { intervalOf } from './edges.js';
import { buildMaxMips, updateMipsColumn, type MipLevel } from './mips.js';
import { byteHistogram } from './percentiles.js';
import { dequantisationTable, quantise } from './quantise.js';
import { SignedPacking, isNegative } from './signed.js';
import type { CellValue, ColumnUpdate, HeatGridInput } from './types.js';

/** Room for so many live columns before the cells are copied again. */
const COLUMNS_IN_RESERVE = 64;

/** A checked grid with what drawing needs: the max pyramid, the histogram, the figures behind the bytes. */
export class HeatGrid {
  readonly buckets: number;
  readonly startMs: number;
  readonly stepMs: number;
  readonly priceEdges: Float64Array;
  /** The middle of each bucket on its own axis: the point that decides which pixel row owns a thin bucket. */
  readonly bucketCentres: Float64Array;
  readonly valuesUsd: Float64Array;
  readonly histogram: Uint32Array;
  /** Grows with every change, so that a drawn frame can tell that it is stale. */
  version = 0;
  readonly #input: HeatGridInput;
  readonly #packing: SignedPacking | null;
  #levels: MipLevel[];

  constructor(input: HeatGridInput) {
    checkInput(input);
    this.#input = input;
    this.buckets = input.buckets;
    this.startMs = input.startMs;
    this.stepMs = input.stepMs;
    this.priceEdges = input.priceEdges;
    this.bucketCentres = Float64Array.from({ length: input.buckets }, (_, row) => {
      const low = input.priceEdges[row];
      const high = input.priceEdges[row + 1];
      return input.priceAxis === 'log' ? Math.sqrt(low * high) : (low + high) / 2;
    });
    this.#packing = input.negativeCells === undefined ? null : new SignedPacking(input.quantisation);
    const cells = this.#packing?.packPlanes(input.cells, input.negativeCells as Uint8Array) ?? input.cells;
    this.valuesUsd = this.#packing?.sizesUsd ?? dequantisationTable(input.quantisation);
    this.histogram = byteHistogram(cells);
    this.#levels = buildMaxMips(cells, input.columns, input.buckets);
  }

  get columns(): number {
    return this.#levels[0].columns;
  }

  /** Whether cells are differences of two planes. */
  get isSigned(): boolean {
    return this.#packing !== null;
  }

  get mips(): readonly MipLevel[] {
    return this.#levels;
  }

  get isEmpty(): boolean {
    return this.histogram[0] === this.columns * this.buckets;
  }

  get endMs(): number {
    return this.startMs + this.columns * this.stepMs;
  }

  rowAt(price: number): number {
    return intervalOf(this.priceEdges, price);
  }

  columnAt(timeMs: number): number {
    const column = Math.floor((timeMs - this.startMs) / this.stepMs);
    return column >= 0 && column < this.columns ? column : -1;
  }

  valueOf(row: number, column: number): number {
    const byte = this.#levels[0].cells[row * this.#levels[0].stride + column];
    return this.#packing !== null && isNegative(byte) ? -this.valuesUsd[byte] : this.valuesUsd[byte];
  }

  /** The byte of a figure of either sign; 0 for none. */
  byteOf(valueUsd: number): number {
    return this.#packing?.packUsd(valueUsd) ?? quantise(valueUsd, this.#input.quantisation);
  }

  valueAt(timeMs: number, price: number): CellValue | null {
    const row = this.rowAt(price);
    const column = this.columnAt(timeMs);
    return row < 0 || column < 0 ? null : { valueUsd: this.valueOf(row, column), row, column };
  }

  /**
   * Replaces a column, or appends the next one.
   * A figure above the grid's maximum takes the top byte: the scale is the server's, and it stays until a new grid
   * comes.
   */
  applyColumn(update: ColumnUpdate): void {
    const column = Math.round((update.startMs - this.startMs) / this.stepMs);
    if (this.startMs + column * this.stepMs !== update.startMs) {
      throw new RangeError(`startMs must be a column start (step ${this.stepMs} ms), got ${update.startMs}`);
    }
    if (column < 0 || column > this.columns) {
      throw new RangeError(
        `startMs must be within the grid or right after it, got column ${column} of ${this.columns}`,
      );
    }
    const valuesUsd = this.#denseValues(update);
    if (column === this.columns) this.#growByOneColumn();
    const { cells, stride } = this.#levels[0];
    for (let row = 0; row < this.buckets; row++) {
      const at = row * stride + column;
      const byte = this.#packing?.packUsd(valuesUsd[row]) ?? quantise(valuesUsd[row], this.#input.quantisation);
      this.histogram[cells[at]]--;
      this.histogram[byte]++;
      cells[at] = byte;
    }
    updateMipsColumn(this.#levels, column, this.buckets);
    this.version++;
  }

  #denseValues({ valuesUsd, rows }: ColumnUpdate): ArrayLike<number> {
    const wanted = rows?.length ?? this.buckets;
    if (valuesUsd.length !== wanted)
      throw new RangeError(`valuesUsd must have ${wanted} figures, got ${valuesUsd.length}`);
    if (rows === undefined) return valuesUsd;
    const dense = new Float64Array(this.buckets);
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      if (!(Number.isInteger(row) && row >= 0 && row < this.buckets)) {
        throw new RangeError(`rows must be buckets of the grid, 0 … ${this.buckets - 1}, got ${row}`);
      }
      dense[row] = valuesUsd[index];
    }
    return dense;
  }

  #growByOneColumn(): void {
    const before = this.#levels[0];
    if (before.columns === before.stride) {
      const stride = before.stride + Math.max(COLUMNS_IN_RESERVE, before.stride >> 4);
      const cells = new Uint8Array(stride * this.buckets);
      for (let row = 0; row < this.buckets; row++) {
        const start = row * before.stride;
        cells.set(before.cells.subarray(start, start + before.columns), row * stride);
      }
      this.#levels = buildMaxMips(cells, before.columns, this.buckets, stride);
    }
    this.#levels[0].columns++;
    this.histogram[0] += this.buckets;
  }
}

function checkInput({ columns, buckets, stepMs, priceEdges, cells, negativeCells }: HeatGridInput): void {
  if (!(stepMs > 0)) throw new RangeError(`stepMs must be positive, got ${stepMs}`);
  if (priceEdges.length !== buckets + 1) {
    throw new RangeError(`priceEdges must have ${buckets + 1} entries, got ${priceEdges.length}`);
  }
  if (cells.length !== columns * buckets) {
    throw new RangeError(`cells must have ${columns * buckets} bytes, got ${cells.length}`);
  }
  if (negativeCells !== undefined && negativeCells.length !== cells.length) {
    throw new RangeError(`negativeCells must have ${cells.length} bytes, got ${negativeCells.length}`);
  }
  for (let edge = 1; edge < priceEdges.length; edge++) {
    if (!(priceEdges[edge] > priceEdges[edge - 1]))
      throw new RangeError(`priceEdges must increase, edge ${edge} does not`);
  }
}
