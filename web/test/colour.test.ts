import { describe, expect, it } from 'vitest';
import { PALETTE_NAMES, buildLegendTicks, divergingColor, paletteColor } from '../src/plugin';
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
    const words = buildPalette('viridis', { drawnFrom: 100, colouredFrom: 100, upTo: 200 }, 0.5);
    expect(words.subarray(0, 100).every((word) => word === 0)).toBe(true);
    expect(alpha(words[100])).toBeGreaterThan(0);
    expect(alpha(words[255])).toBe(128);
    expect(words[200]).toBe(words[255]);
    expect(words[199]).not.toBe(words[200]);
    expect(words[255] & 0xff).toBe(253);
  });
});

/** Linear RGB of sRGB, and back to a luminance that eyes agree on. */
function lightness([red, green, blue]: readonly number[]): number {
  const linear = [red, green, blue].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return Math.cbrt(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]);
}

/** Full colour blindness, as Machado, Oliveira and Fernandes (2009) simulate it. */
const DEFICIENCIES: Record<string, readonly (readonly number[])[]> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

describe('palettes with a colour-vision deficiency', () => {
  const seenBy = (matrix: readonly (readonly number[])[], rgb: readonly number[]): number[] =>
    matrix.map((row) => row.reduce((sum, part, at) => sum + part * rgb[at], 0));
  const on = (ground: number, [red, green, blue, alpha]: readonly number[]): number[] =>
    [red, green, blue].map((value) => value * alpha + ground * (1 - alpha));

  it.each(['viridis', 'cividis', 'inferno'] as const)('%s grows away from the ground by day and by night', (name) => {
    for (const [deficiency, matrix] of Object.entries(DEFICIENCIES)) {
      for (const isOnLight of [false, true]) {
        const ground = isOnLight ? 255 : 12;
        const steps = Array.from({ length: 21 }, (_, step) =>
          lightness(seenBy(matrix, on(ground, paletteColor(name, step / 20, isOnLight))).map((v) => Math.max(0, v))),
        );
        for (let step = 1; step < steps.length; step++) {
          const grown = isOnLight ? steps[step - 1] - steps[step] : steps[step] - steps[step - 1];
          expect(grown, `${deficiency} ${String(isOnLight)} ${step}`).toBeGreaterThan(0);
        }
      }
    }
  });

  it('the two signs of a delta are told apart', () => {
    for (const matrix of Object.values(DEFICIENCIES)) {
      for (const isOnLight of [false, true]) {
        const [above, below] = [0.8, -0.8].map((at) => seenBy(matrix, divergingColor(at, isOnLight)));
        const apart = Math.hypot(...above.map((value, channel) => value - below[channel]));
        expect(apart).toBeGreaterThan(60);
      }
    }
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
    // In the middle by ratio: a quarter of the palette, which grows slower than that.
    expect(ticks.find((tick) => tick.valueUsd === 1e6)?.position).toBeCloseTo(0.25, 12);
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
