/**
 * How a figure of the map is written: dollars where they are calibrated, else how strong it is beside the strongest of
 * its kind, 0 to 100. Most open positions close before they are liquidated, so a dollar of them promises nothing.
 */

import { signal } from '@preact/signals';
import { formatMoney } from './money';

/** USD of the map's strongest cell where figures are strengths; `null` where they are dollars. */
const strongestUsd = signal<number | null>(null);

export function showStrengths(ofUsd: number | null): void {
  strongestUsd.value = ofUsd;
}

export function isStrength(): boolean {
  return strongestUsd.value !== null;
}

/** What a figure of the map is multiplied by to be a strength. */
export function strengthRate(): number {
  const most = strongestUsd.value ?? 0;
  return most > 0 ? 100 / most : 0;
}

/** 0 to 100, two figures. */
export function formatStrength(usd: number, ofUsd: number): string {
  const value = ofUsd > 0 ? Math.min(100, (100 * usd) / ofUsd) : 0;
  return value > 0 && value < 0.1 ? '< 0.1' : String(Number(value.toPrecision(2)));
}

/** A figure of the map: beside the strongest cell, or beside the largest of what it stands among. */
export function formatAmount(usd: number, ofUsd?: number): string {
  const most = strongestUsd.value;
  return most === null ? formatMoney(usd) : formatStrength(usd, ofUsd ?? most);
}

/** With its sign, but without a word. */
export function signedAmount(usd: number, ofUsd?: number): string {
  return usd === 0 ? formatAmount(0) : `${usd > 0 ? '+' : '−'}${formatAmount(Math.abs(usd), ofUsd)}`;
}
