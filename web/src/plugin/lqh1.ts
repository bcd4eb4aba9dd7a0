import { linearEdges, logEdges } from './edges.js';
import type { HeatGridInput, PriceAxisKind } from './types.js';

/** The JSON header of an LQH1 file: what the cells mean, and whatever else its maker says of it. */
export interface Lqh1Header {
  v: 1;
  /** Columns. */
  T: number;
  /** Price buckets. */
  B: number;
  /** Start of the first column, UTC. */
  t0_ms: number;
  step_ms: number;
  price: PriceAxisKind;
  /** The lowest edge. */
  lo: number;
  /** Width of a bucket of a linear axis. */
  w?: number;
  /** Upper edge over lower edge of a bucket of a logarithmic axis. */
  ratio?: number;
  unit: 'USD';
  /** What byte 255 stands for. */
  max: number;
  q: { kind: 'log10'; decades: number };
  dtype: 'u1';
  layout: 'price-major';
  /** One plane, or `short` and `long`: then their difference is drawn. */
  planes: string[];
  [other: string]: unknown;
}

/** What is wrong with a file: its field, the rule, the value found. */
export class Lqh1Error extends Error {
  override readonly name = 'Lqh1Error';
}

const MAGIC = 'LQH1';
const VERSION = 1;
const PREFIX_BYTES = 8;

/**
 * Reads an LQH1 file. The cells stay a view of the buffer: nothing is copied.
 *
 * @throws {@link Lqh1Error} for anything but one complete file of version 1.
 */
export function decodeLqh1(buffer: ArrayBuffer): { header: Lqh1Header; grid: HeatGridInput } {
  // Fetched and read files come from other realms, too, so the type is told by its name.
  const type = Object.prototype.toString.call(buffer).slice(8, -1);
  if (type !== 'ArrayBuffer') throw new Lqh1Error(`the file must be an ArrayBuffer, got ${type}`);
  if (buffer.byteLength < PREFIX_BYTES) throw cutShort(PREFIX_BYTES, buffer);
  const magic = new TextDecoder('latin1').decode(new Uint8Array(buffer, 0, 4));
  must(magic === MAGIC, 'the file', `start with ${MAGIC}`, magic);
  const dataStart = PREFIX_BYTES + new DataView(buffer).getUint32(4, true);
  if (dataStart > buffer.byteLength) throw cutShort(dataStart, buffer);
  const header = parseHeader(new Uint8Array(buffer, PREFIX_BYTES, dataStart - PREFIX_BYTES));
  const { T: columns, B: buckets, planes } = header;
  const planeBytes = columns * buckets;
  const expected = dataStart + planes.length * planeBytes;
  if (buffer.byteLength < expected) throw cutShort(expected, buffer);
  must(buffer.byteLength === expected, 'the file', `end at byte ${expected}`, buffer.byteLength);
  const plane = (index: number): Uint8Array => new Uint8Array(buffer, dataStart + index * planeBytes, planeBytes);
  return {
    header,
    grid: {
      columns,
      buckets,
      startMs: header.t0_ms,
      stepMs: header.step_ms,
      priceEdges: edgesOf(header),
      priceAxis: header.price,
      quantisation: { maxUsd: header.max, decades: header.q.decades },
      cells: plane(0),
      ...(planes.length === 2 ? { negativeCells: plane(1) } : {}),
    },
  };
}

function must(isRight: boolean, field: string, rule: string, found: unknown): void {
  if (!isRight) throw new Lqh1Error(`${field} must ${rule}, got ${JSON.stringify(found)}`);
}

function cutShort(expected: number, { byteLength }: ArrayBuffer): Lqh1Error {
  return new Lqh1Error(`the file is cut short: it must have ${expected} bytes at least, got ${byteLength}`);
}

function parseHeader(bytes: Uint8Array): Lqh1Header {
  let header: Lqh1Header;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Lqh1Header;
  } catch (error) {
    throw new Lqh1Error(`the header must be JSON: ${String(error)}`);
  }
  must(typeof header === 'object' && header !== null, 'the header', 'be a JSON object', header);
  const { v, T, B, t0_ms, step_ms, max, q, planes } = header;
  if (v > VERSION) throw new Lqh1Error(`v must be ${VERSION}, got ${v}: the file is newer than this plugin; update it`);
  const constants: [string, unknown, unknown][] = [
    ['v', v, VERSION],
    ['dtype', header.dtype, 'u1'],
    ['layout', header.layout, 'price-major'],
    ['q.kind', q?.kind, 'log10'],
    ['unit', header.unit, 'USD'],
  ];
  for (const [field, found, wanted] of constants) must(found === wanted, field, `be ${JSON.stringify(wanted)}`, found);
  for (const [field, size] of Object.entries({ T, B }))
    must(Number.isInteger(size) && size > 0, field, 'be a whole number above 0', size);
  must(Number.isFinite(t0_ms), 't0_ms', 'be a number', t0_ms);
  for (const [field, figure] of Object.entries({ step_ms, 'q.decades': q.decades }))
    must(Number.isFinite(figure) && figure > 0, field, 'be a number above 0', figure);
  must(Number.isFinite(max) && max >= 0, 'max', 'be a number of 0 or more', max);
  const isDelta = Array.isArray(planes) && planes.join() === 'short,long';
  must(isDelta || (Array.isArray(planes) && planes.length === 1), 'planes', 'be one, or short and long', planes);
  return header;
}

function edgesOf({ price, lo, w, ratio, B }: Lqh1Header): Float64Array {
  if (Number.isFinite(lo)) {
    if (price === 'linear' && typeof w === 'number' && w > 0) return linearEdges(lo, w, B);
    if (price === 'log' && typeof ratio === 'number' && ratio > 1 && lo > 0) return logEdges(lo, ratio, B);
  }
  throw new Lqh1Error(
    `price must be "linear" with lo and w > 0, or "log" with lo > 0 and ratio > 1, got `
      + JSON.stringify({ price, lo, w, ratio }),
  );
}
