import type { LogQuantisation } from './types.js';

const STEPS = 254;

/** The USD a byte stands for; 0 for an empty cell. */
export function dequantise(byte: number, { maxUsd, decades }: LogQuantisation): number {
  return byte === 0 ? 0 : maxUsd * 10 ** (decades * ((byte - 1) / STEPS - 1));
}

/** The byte nearest to a figure on the log scale. A positive figure never becomes 0: small is not empty. */
export function quantise(valueUsd: number, { maxUsd, decades }: LogQuantisation): number {
  if (!(valueUsd > 0) || !(maxUsd > 0)) return 0;
  const byte = 1 + Math.round(STEPS * (1 + Math.log10(valueUsd / maxUsd) / decades));
  return Math.min(255, Math.max(1, byte));
}

/** All 256 figures at once, for read-outs and legends. */
export function dequantisationTable(quantisation: LogQuantisation): Float64Array {
  return Float64Array.from({ length: 256 }, (_, byte) => dequantise(byte, quantisation));
}
