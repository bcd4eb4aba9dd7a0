import { describe, expect, it } from 'vitest';
import { decodeLqh1 } from '../src/plugin';
import { HeatGrid } from '../src/plugin/grid';

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

  it('takes a map with nothing in it', () => {
    const { grid } = decodeLqh1(encode({ ...HEADER, max: 0 }, [0, 0, 0, 0, 0, 0]));
    expect(new HeatGrid(grid).isEmpty).toBe(true);
  });
});

describe('decodeLqh1 refuses', () => {
  const whole = encode(HEADER, CELLS);
  const cut = (bytes: number): ArrayBuffer => whole.slice(0, bytes);
  const shortMessage = `must have ${whole.byteLength} bytes at least, got ${whole.byteLength - 2}`;
  const withHeader = (text: string): ArrayBuffer => {
    const bytes = new Uint8Array(8 + text.length);
    bytes.set(new TextEncoder().encode(`LQH1${String.fromCharCode(text.length)}\0\0\0${text}`));
    return bytes.buffer;
  };
  const field = (fields: object): ArrayBuffer => encode({ ...HEADER, ...fields }, CELLS);

  it.each([
    ['no bytes', new ArrayBuffer(0), 'the file is cut short: it must have 8 bytes at least, got 0'],
    ['a header that is cut', cut(40), 'the file is cut short'],
    ['cells that are cut', cut(whole.byteLength - 2), shortMessage],
    ['a second plane that is cut', field({ planes: ['short', 'long'] }), 'the file is cut short'],
    ['a surplus byte', encode(HEADER, [...CELLS, 1]), `must end at byte ${whole.byteLength}`],
    ['another file', encode(HEADER, CELLS, 'PK12'), 'the file must start with LQH1, got "PK12"'],
    ['a view of bytes', Buffer.from(whole) as never, 'the file must be of type ArrayBuffer, got "Uint8Array"'],
    ['nothing', undefined as never, 'the file must be of type ArrayBuffer, got "Undefined"'],
    ['a header that is no JSON', withHeader('{"max":NaN}'), 'the header must be a JSON object, got {"max":NaN}'],
    ['a header that is no object', withHeader('null'), 'the header must be a JSON object, got null'],
  ])('%s', (_, buffer, message) => {
    expect(() => decodeLqh1(buffer)).toThrow(RangeError);
    expect(() => decodeLqh1(buffer)).toThrow(message);
  });

  it.each([
    [{ v: 2 }, 'the file is newer than this plugin: v must be 1, got 2'],
    [{ v: 'x' }, 'v must be 1, got "x"'],
    [{ dtype: 'f4' }, 'dtype must be "u1", got "f4"'],
    [{ layout: 'time-major' }, 'layout must be "price-major", got "time-major"'],
    [{ unit: 'BTC' }, 'unit must be "USD", got "BTC"'],
    [{ q: null }, 'q.kind must be "log10", got undefined'],
    [{ q: { kind: 'log10', decades: 0 } }, 'q.decades must be a number above 0, got 0'],
    [{ T: 0 }, 'T must be a whole number above 0, got 0'],
    [{ B: 0 }, 'B must be a whole number above 0, got 0'],
    [{ T: 1.5 }, 'T must be a whole number above 0, got 1.5'],
    [{ t0_ms: null }, 't0_ms must be a number, got null'],
    [{ step_ms: -1 }, 'step_ms must be a number above 0, got -1'],
    [{ max: -5 }, 'max must be a number of 0 or more, got -5'],
    [{ max: null }, 'max must be a number of 0 or more, got null'],
    [{ lo: null }, 'lo must be a number, got null'],
    [{ w: undefined }, 'w must be a number above 0, got undefined'],
    [{ w: 0 }, 'w must be a number above 0, got 0'],
    [{ price: 'log', ratio: 1 }, 'ratio must be a number above 1, got 1'],
    [{ price: 'log', ratio: 2, lo: 0 }, 'lo must be a number above 0, got 0'],
    [{ price: 'cubic' }, 'price must be "linear" or "log", got "cubic"'],
    [{ planes: 'all' }, 'planes must be one, or short and long, got "all"'],
    [{ planes: [] }, 'planes must be one, or short and long, got []'],
    [{ planes: ['5', '10'] }, 'planes must be one, or short and long, got ["5","10"]'],
  ])('%j', (fields, message) => {
    expect(() => decodeLqh1(field(fields))).toThrow(RangeError);
    expect(() => decodeLqh1(field(fields))).toThrow(message);
  });
});
