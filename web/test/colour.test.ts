import { describe, expect, it } from 'vitest';
import { PALETTE_NAMES, buildLegendTicks, paletteColor } from '../src/plugin';
import { buildPalette } from '../src/plugin/palette';
import { byteAtPercentile, byteHistogram } from '../src/plugin/percentiles';

const alpha = (word: number) => word >>> 24;

describe('palette', () => {
  it.each(PALETTE_NAMES)('%s grows lighter and more opaque from sparse to dense', (name) => {
    let before = -1;
    for (let step = 0; step <= 20; step++) {
      const [red, green, blue, opacity] = paletteColor(name, step / 20);
      const luminance = (0.2126 * red + 0.7152 * green + 0.0722 * blue) * opacity;
      expect(luminance).toBeGreaterThan(before);
      before = luminance;
    }
    expect(paletteColor(name, 1)[3]).toBe(1);
  });

  it('starts purple and ends yellow', () => {
    const [red, green, blue] = paletteColor('viridis', 0);
    expect(blue > red && red > green).toBe(true);
    expect(paletteColor('viridis', 1).slice(0, 3)).toEqual([253, 231, 37]);
  });

  it('leaves empty cells and cells under the cut-off out, and tops out at the upper one', () => {
    const words = buildPalette('viridis', 100, 200, 0.5);
    expect(words.subarray(0, 100).every((word) => word === 0)).toBe(true);
    expect(alpha(words[100])).toBeGreaterThan(0);
    expect(alpha(words[255])).toBe(128);
    expect(words[200]).toBe(words[255]);
    expect(words[199]).not.toBe(words[200]);
    expect(words[255] & 0xff).toBe(253);
  });
});

describe('percentiles', () => {
  it('count non-empty cells only', () => {
    const cells = Uint8Array.from([0, 0, 0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    const histogram = byteHistogram(cells);
    expect(histogram[0]).toBe(4);
    expect(byteAtPercentile(histogram, 0)).toBe(10);
    expect(byteAtPercentile(histogram, 0.5)).toBe(50);
    expect(byteAtPercentile(histogram, 0.6)).toBe(60);
    expect(byteAtPercentile(histogram, 0.61)).toBe(70);
    expect(byteAtPercentile(histogram, 1)).toBe(100);
  });

  it('are harmless without cells and out of range', () => {
    expect(byteAtPercentile(byteHistogram(new Uint8Array(5)), 0.5)).toBe(1);
    const histogram = byteHistogram(Uint8Array.from([7]));
    expect([byteAtPercentile(histogram, -1), byteAtPercentile(histogram, 2)]).toEqual([7, 7]);
  });
});

describe('legend ticks', () => {
  it('stand where their colour is', () => {
    const ticks = buildLegendTicks(1e5, 1e7);
    expect(ticks[0]).toEqual({ valueUsd: 1e5, position: 0 });
    expect(ticks[ticks.length - 1]).toEqual({ valueUsd: 1e7, position: 1 });
    expect(ticks.find((tick) => tick.valueUsd === 1e6)?.position).toBeCloseTo(0.5, 12);
  });

  it('rise, and are few at any span', () => {
    for (const span of [1.04, 3, 50, 9999]) {
      const ticks = buildLegendTicks(777, 777 * span);
      expect(ticks.length).toBeLessThanOrEqual(6);
      for (let index = 1; index < ticks.length; index++)
        expect(ticks[index].position).toBeGreaterThan(ticks[index - 1].position);
    }
  });

  it('are none without a scale', () => {
    expect(buildLegendTicks(0, 1)).toEqual([]);
    expect(buildLegendTicks(5, 5)).toEqual([]);
  });
});
