import { describe, expect, it } from 'vitest';
import { dequantise, quantise } from '../src/plugin';

const SCALE = { maxUsd: 2e6, decades: 4 };

describe('quantise and dequantise', () => {
  it('agree on every byte', () => {
    for (let byte = 0; byte < 256; byte++) expect(quantise(dequantise(byte, SCALE), SCALE)).toBe(byte);
  });

  it('follow the formula of the format', () => {
    expect(dequantise(0, SCALE)).toBe(0);
    expect(dequantise(1, SCALE)).toBeCloseTo(200, 9);
    expect(dequantise(128, SCALE)).toBeCloseTo(20_000, 6);
    expect(dequantise(255, SCALE)).toBe(2e6);
  });

  it('stay within half a step, 1.9 %', () => {
    for (let usd = 200; usd < 2e6; usd *= 1.0137) {
      expect(Math.abs(dequantise(quantise(usd, SCALE), SCALE) / usd - 1)).toBeLessThan(0.019);
    }
  });

  it('keep small figures apart from empty cells and cap large ones', () => {
    expect(quantise(1e-6, SCALE)).toBe(1);
    expect(quantise(9e9, SCALE)).toBe(255);
    for (const nothing of [0, -1, NaN]) expect(quantise(nothing, SCALE)).toBe(0);
  });
});
