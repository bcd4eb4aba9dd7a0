import { checkFigures, checkGrid } from './check-grid.js';
import { intervalOf } from './edges.js';
import { buildMaxMips, updateMipsColumn, type MipLevel } from './mips.js';
import { byteHistogram } from './percentiles.js';
import { must, mustBeIndex } from './must.js';
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
  readonly valuesUsd: Float64Array;
  readonly histogram: Uint32Array;
  /** Grows with every change, so that a drawn frame can tell that it is stale. */
  version = 0;
  readonly #input: HeatGridInput;
  readonly #packing: SignedPacking | null;
  #levels: MipLevel[];

  constructor(input: HeatGridInput) {
    checkGrid(input);
    this.#input = input;
    this.buckets = input.buckets;
    this.startMs = input.startMs;
    this.stepMs = input.stepMs;
    this.priceEdges = input.priceEdges;
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
    const isStart = this.startMs + column * this.stepMs === update.startMs;
    must(isStart, 'startMs', `be a column start (step ${this.stepMs} ms)`, update.startMs);
    const isNear = column >= 0 && column <= this.columns;
    must(isNear, 'startMs', `be within the grid of ${this.columns} columns or right after it`, update.startMs);
    const valuesUsd = this.#denseValues(update);
    if (column === this.columns) this.#growByOneColumn();
    const { cells, stride } = this.#levels[0];
    for (let row = 0; row < this.buckets; row++) {
      const at = row * stride + column;
      const byte = this.byteOf(valuesUsd[row]);
      this.histogram[cells[at]]--;
      this.histogram[byte]++;
      cells[at] = byte;
    }
    updateMipsColumn(this.#levels, column, this.buckets);
    this.version++;
  }

  #denseValues({ valuesUsd, rows }: ColumnUpdate): ArrayLike<number> {
    const wanted = rows?.length ?? this.buckets;
    checkFigures(valuesUsd, wanted, this.isSigned);
    if (rows === undefined) return valuesUsd;
    const dense = new Float64Array(this.buckets);
    for (let index = 0; index < rows.length; index++) {
      mustBeIndex(this.buckets, 'rows', rows[index]);
      dense[rows[index]] = valuesUsd[index];
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
