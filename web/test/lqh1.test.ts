import { describe, expect, it } from 'vitest';
import { Lqh1Error, decodeLqh1 } from '../src/api/lqh1';
import { HeatGrid } from '../src/plugin';

const HEADER = {
  v: 1,
  T: 3,
  B: 2,
  t0_ms: 1_700_000_100_000,
  step_ms: 300_000,
  lo: 100,
  w: 10,
  price: 'linear',
  unit: 'USD',
  max: 5e6,
  q: { kind: 'log10', decades: 4 },
  dtype: 'u1',
  layout: 'price-major',
  planes: ['all'],
  symbol: 'BTC/USDT:USDT',
};
const CELLS = [1, 0, 255, 7, 8, 9];

/** Builds a file by the format's rules, independently of the decoder. */
function encode(header: object, cells: number[], magic = 'LQH1'): ArrayBuffer {
  let json = JSON.stringify(header);
  while ((8 + json.length) % 8 !== 0) json += ' ';
  const bytes = new Uint8Array(8 + json.length + cells.length);
  bytes.set(new TextEncoder().encode(magic), 0);
  new DataView(bytes.buffer).setUint32(4, json.length, true);
  bytes.set(new TextEncoder().encode(json), 8);
  bytes.set(cells, 8 + json.length);
  return bytes.buffer;
}

describe('decodeLqh1', () => {
  it('reads header, edges and cells without copying', () => {
    const buffer = encode(HEADER, CELLS);
    const { header, grid } = decodeLqh1(buffer);
    expect(header.symbol).toBe('BTC/USDT:USDT');
    expect([grid.columns, grid.buckets, grid.startMs, grid.stepMs]).toEqual([3, 2, 1_700_000_100_000, 300_000]);
    expect([...grid.priceEdges]).toEqual([100, 110, 120]);
    expect([...grid.cells]).toEqual(CELLS);
    expect(grid.cells.buffer).toBe(buffer);
    expect(grid.cells.byteOffset % 8).toBe(0);
  });

  it('gives the cell of a time and a price, price-major', () => {
    const grid = new HeatGrid(decodeLqh1(encode(HEADER, CELLS)).grid);
    const at = (column: number, price: number) => grid.valueAt(HEADER.t0_ms + column * HEADER.step_ms, price);
    expect(at(2, 105)).toEqual({ valueUsd: 5e6, row: 0, column: 2 });
    expect(at(1, 105)?.valueUsd).toBe(0);
    expect(at(0, 110)).toMatchObject({ row: 1, column: 0 });
    expect(at(3, 105)).toBeNull();
    expect(at(0, 120)).toBeNull();
    expect(at(0, 99.99)).toBeNull();
  });

  it('reads logarithmic axes', () => {
    const { w: _, ...rest } = HEADER;
    const { grid } = decodeLqh1(encode({ ...rest, price: 'log', ratio: 1.1 }, CELLS));
    expect(grid.priceEdges[2]).toBeCloseTo(121, 10);
  });

  it.each([
    ['another magic', encode(HEADER, CELLS, 'LQH2')],
    ['a missing byte', encode(HEADER, CELLS.slice(1))],
    ['a surplus byte', encode(HEADER, [...CELLS, 1])],
    ['another version', encode({ ...HEADER, v: 2 }, CELLS)],
    ['another dtype', encode({ ...HEADER, dtype: 'f4' }, CELLS)],
    ['time-major cells', encode({ ...HEADER, layout: 'time-major' }, CELLS)],
    ['no bucket width', encode({ ...HEADER, w: undefined }, CELLS)],
    ['a fractional size', encode({ ...HEADER, T: 1.5 }, CELLS)],
    ['an empty file', new ArrayBuffer(0)],
  ])('refuses %s', (_, buffer) => {
    expect(() => decodeLqh1(buffer)).toThrow(Lqh1Error);
  });

  it('says what it found', () => {
    expect(() => decodeLqh1(encode({ ...HEADER, dtype: 'f4' }, CELLS))).toThrow('dtype must be "u1", got "f4"');
  });
});
