import { afterEach, describe, expect, it } from 'vitest';
import { deltaText, deltaTicks, netWords } from '../src/chart/delta';
import { showIn, signedMoney } from '../src/ui/money';
import { netPoints } from '../src/chart/net-pane';
import { decodeLqh1, divergingColor, linearEdges, quantise } from '../src/plugin';
import { HeatGrid } from '../src/plugin/grid';
import { buildDivergingPalette } from '../src/plugin/palette';
import { byteAtPercentile } from '../src/plugin/percentiles';
import { SignedPacking, isNegative } from '../src/plugin/signed';

const QUANTISATION = { maxUsd: 1e6, decades: 4 };
const bytes = (...usd: number[]) => Uint8Array.from(usd, (value) => quantise(value, QUANTISATION));
const grid = (short: number[], long: number[], columns = short.length) =>
  new HeatGrid({
    columns,
    buckets: short.length / columns,
    startMs: 0,
    stepMs: 1000,
    priceEdges: linearEdges(100, 1, short.length / columns),
    priceAxis: 'linear',
    quantisation: QUANTISATION,
    cells: bytes(...short),
    negativeCells: bytes(...long),
  });

afterEach(() => showIn({ USD: 1 }, 'USD', false));

describe('two planes in one byte', () => {
  const packing = new SignedPacking(QUANTISATION);

  it('keeps the sign, and the size within 4 %', () => {
    for (const usd of [150, 2e3, 4.7e4, 3e5, 1e6]) {
      for (const sign of [1, -1]) {
        const byte = packing.packUsd(sign * usd);
        expect(isNegative(byte)).toBe(sign < 0);
        expect(Math.abs(packing.sizesUsd[byte] / usd - 1)).toBeLessThan(0.04);
      }
    }
  });

  it('orders bytes by size whatever the sign, so that the strongest cell of a pixel wins', () => {
    const sizes = [10, 2e3, -4e3, 8e4, -9e5].map((usd) => packing.packUsd(usd));
    expect([...sizes].sort((a, b) => a - b)).toEqual(sizes);
  });

  it('is empty where both are equal or absent', () => {
    expect([...packing.packPlanes(bytes(5e4, 0), bytes(5e4, 0))]).toEqual([0, 0]);
  });
});

describe('a grid of differences', () => {
  it('says shorts less longs', () => {
    const heat = grid([0, 8e5, 3e5, 0], [6e5, 0, 1e5, 0]);
    expect(heat.isSigned).toBe(true);
    const values = [0, 1, 2, 3].map((column) => heat.valueOf(0, column));
    expect(values[0] / -6e5).toBeCloseTo(1, 1);
    expect(values[1] / 8e5).toBeCloseTo(1, 1);
    expect(values[2] / 2e5).toBeCloseTo(1, 1);
    expect(values[3]).toBe(0);
  });

  it('takes signed columns, also one after its last', () => {
    const heat = grid([1e5, 0, 0, 1e5], [0, 0, 0, 0], 2);
    heat.applyColumn({ startMs: 2000, valuesUsd: [-7e5, 4e5] });
    expect(heat.columns).toBe(3);
    expect(heat.valueOf(0, 2) / -7e5).toBeCloseTo(1, 1);
    expect(heat.valueOf(1, 2) / 4e5).toBeCloseTo(1, 1);
    expect(heat.valueOf(1, 1) / 1e5).toBeCloseTo(1, 1);
  });

  it('refuses planes of different shapes', () => {
    expect(
      () =>
        new HeatGrid({
          columns: 1,
          buckets: 1,
          startMs: 0,
          stepMs: 1,
          priceEdges: linearEdges(1, 1, 1),
          priceAxis: 'linear',
          quantisation: QUANTISATION,
          cells: new Uint8Array(1),
          negativeCells: new Uint8Array(2),
        }),
    ).toThrow('negativeCells must have 1 entries, got 2');
  });

  it('leaves a grid of one plane as it was', () => {
    const heat = new HeatGrid({
      columns: 1,
      buckets: 1,
      startMs: 0,
      stepMs: 1,
      priceEdges: linearEdges(1, 1, 1),
      priceAxis: 'linear',
      quantisation: QUANTISATION,
      cells: bytes(1e6),
    });
    expect([heat.isSigned, heat.valueOf(0, 0)]).toEqual([false, 1e6]);
  });
});

describe('diverging colours', () => {
  const luminance = ([red, green, blue]: number[]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

  it('grow lighter from 0 to both ends: blue for longs, orange for shorts', () => {
    for (const sign of [1, -1]) {
      for (let step = 1; step <= 10; step++) {
        expect(luminance(divergingColor((sign * step) / 10))).toBeGreaterThan(
          luminance(divergingColor((sign * (step - 1)) / 10)),
        );
      }
    }
    const [redAbove, , blueAbove] = divergingColor(0.8);
    const [redBelow, , blueBelow] = divergingColor(-0.8);
    expect(redAbove).toBeGreaterThan(blueAbove);
    expect(blueBelow).toBeGreaterThan(redBelow);
  });

  it('colour both signs of a size, and leave out what is under the cut-off', () => {
    const words = buildDivergingPalette({ drawnFrom: 100, colouredFrom: 100, upTo: 200 }, 1);
    expect(words.subarray(0, 100).every((word) => word === 0)).toBe(true);
    for (let byte = 100; byte < 256; byte += 2) {
      expect(words[byte]).not.toBe(0);
      expect(words[byte]).not.toBe(words[byte + 1]);
      expect(words[byte] >>> 24).toBe(words[byte + 1] >>> 24);
    }
    expect([words[200], words[201]]).toEqual([words[254], words[255]]);
  });

  it('has cut-offs by size', () => {
    const heat = grid([1e3, 1e4, 0, 0], [0, 0, 1e5, 1e6]);
    expect(heat.valuesUsd[byteAtPercentile(heat.histogram, 1)] / 1e6).toBeCloseTo(1, 1);
  });
});

describe('LQH1 with two planes', () => {
  const header = {
    v: 1,
    T: 2,
    B: 1,
    t0_ms: 0,
    step_ms: 1000,
    lo: 100,
    w: 1,
    price: 'linear',
    unit: 'USD',
    max: 1e6,
    q: { kind: 'log10', decades: 4 },
    dtype: 'u1',
    layout: 'price-major',
    planes: ['short', 'long'],
  };
  const file = (fields: object, cells: number[]): ArrayBuffer => {
    const text = new TextEncoder().encode(JSON.stringify({ ...header, ...fields }));
    const all = new Uint8Array(8 + text.length + cells.length);
    all.set(new TextEncoder().encode('LQH1'));
    new DataView(all.buffer).setUint32(4, text.length, true);
    all.set(text, 8);
    all.set(cells, 8 + text.length);
    return all.buffer;
  };

  it('gives the second as what is taken away', () => {
    const { grid: decoded } = decodeLqh1(file({}, [1, 2, 3, 4]));
    expect([[...decoded.cells], [...(decoded.negativeCells ?? [])]]).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('takes no second plane that is not longs', () => {
    expect(decodeLqh1(file({ planes: ['all'] }, [1, 2])).grid.negativeCells).toBeUndefined();
  });
});

describe('words and marks', () => {
  it.each([
    [1.2e6, '+$1.2M shorts'],
    [-3.4e7, '−$34M longs'],
    [0, '$0'],
  ])('%s is %s', (usd, text) => expect(deltaText(usd)).toBe(text));

  it('is in the chosen currency', () => {
    showIn({ USD: 1, AED: 3.6725 }, 'AED', false);
    expect(signedMoney(-1e6).replace(/\s/g, ' ')).toBe('−AED 3.67M');
  });

  it('calls a negative net bearish, as the article does', () => {
    expect([netWords(-1).bias, netWords(1).bias, netWords(0).bias]).toEqual(['bearish', 'bullish', 'even']);
    expect(netWords(-1).text).toContain('longs below');
  });

  it('puts 0 in the middle of the scale, longs left and shorts right', () => {
    const ticks = deltaTicks(1e5, 1e7);
    expect(ticks.find(({ text }) => text === '0')?.position).toBe(0.5);
    expect([ticks[0].text, ticks[0].position]).toEqual(['≤ −$10M', 0]);
    expect([ticks[ticks.length - 1].text, ticks[ticks.length - 1].position]).toEqual(['≥ +$10M', 1]);
    expect(ticks.map(({ position }) => position)).toEqual(
      [...ticks.map(({ position }) => position)].sort((a, b) => a - b),
    );
  });

  it('stands at the open of its candle', () => {
    expect(netPoints({ time_ms: [900_000, 1_800_000], net_usd: [-5, 7] }, 900_000)).toEqual([
      { time: 0, value: -5 },
      { time: 900, value: 7 },
    ]);
  });
});
