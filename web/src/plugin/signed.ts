import { dequantisationTable, quantise } from './quantise.js';
import type { LogQuantisation } from './types.js';

/** Sizes that a packed byte can tell apart; the lowest bit is the sign. */
const SIZES = 127;
const STEPS = 254;

/**
 * Two planes as one byte per cell, so that everything made for one plane draws their difference: size in the upper
 * seven bits, sign in the lowest, 0 for a balance. The larger of two bytes is then the larger difference, whatever its
 * sign, which is what a maximum over cells has to find.
 */
export class SignedPacking {
  readonly #quantisation: LogQuantisation;
  readonly #valuesUsd: Float64Array;
  readonly #packed = new Uint8Array(65536);
  /** The size each packed byte stands for, in USD; the sign is left out. */
  readonly sizesUsd: Float64Array;

  constructor(quantisation: LogQuantisation) {
    this.#quantisation = quantisation;
    this.#valuesUsd = dequantisationTable(quantisation);
    for (let positive = 0; positive < 256; positive++) {
      for (let negative = 0; negative < 256; negative++) {
        this.#packed[(positive << 8) | negative] = this.packUsd(this.#valuesUsd[positive] - this.#valuesUsd[negative]);
      }
    }
    this.sizesUsd = Float64Array.from({ length: 256 }, (_, byte) => {
      const size = byte >> 1;
      return size === 0 ? 0 : quantisation.maxUsd * 10 ** (quantisation.decades * ((size - 1) / (SIZES - 1) - 1));
    });
  }

  packUsd(netUsd: number): number {
    const byte = quantise(Math.abs(netUsd), this.#quantisation);
    if (byte === 0) return 0;
    return ((1 + Math.round(((byte - 1) * (SIZES - 1)) / STEPS)) << 1) | (netUsd < 0 ? 1 : 0);
  }

  packPlanes(positive: Uint8Array, negative: Uint8Array): Uint8Array {
    const cells = new Uint8Array(positive.length);
    for (let at = 0; at < cells.length; at++) cells[at] = this.#packed[(positive[at] << 8) | negative[at]];
    return cells;
  }
}

/** Whether a packed byte stands for more in the negative plane. */
export function isNegative(packedByte: number): boolean {
  return (packedByte & 1) === 1;
}
