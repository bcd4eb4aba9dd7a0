import { linearEdges, logEdges } from './edges.js';
import { must, mustBeAbove, mustBeCount, mustBeOfType, mustNotBeNegative } from './must.js';
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

const MAGIC = 'LQH1';
const VERSION = 1;
const PREFIX_BYTES = 8;
/** Fields that a later version may give other values. */
const CONSTANTS = { v: VERSION, dtype: 'u1', layout: 'price-major', unit: 'USD' };

/**
 * Reads an LQH1 file. The cells stay a view of the buffer: nothing is copied.
 *
 * @throws RangeError for anything but one complete file of version 1, with the field, the rule and the value found.
 */
export function decodeLqh1(buffer: ArrayBuffer): { header: Lqh1Header; grid: HeatGridInput } {
  mustBeOfType('ArrayBuffer', 'the file', buffer);
  mustReach(PREFIX_BYTES, buffer);
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  must(magic === MAGIC, 'the file', `start with ${MAGIC}`, magic);
  const dataStart = PREFIX_BYTES + new DataView(buffer).getUint32(4, true);
  mustReach(dataStart, buffer);
  const header = parseHeader(new Uint8Array(buffer, PREFIX_BYTES, dataStart - PREFIX_BYTES));
  const { T: columns, B: buckets, planes } = header;
  const planeBytes = columns * buckets;
  const end = dataStart + planes.length * planeBytes;
  mustReach(end, buffer);
  must(buffer.byteLength === end, 'the file', `end at byte ${end}`, buffer.byteLength);
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

function mustReach(end: number, { byteLength }: ArrayBuffer): void {
  must(byteLength >= end, 'the file is cut short: it', `have ${end} bytes at least`, byteLength);
}

function parseHeader(bytes: Uint8Array): Lqh1Header {
  const text = new TextDecoder().decode(bytes);
  let header: Lqh1Header | null = null;
  try {
    header = JSON.parse(text) as Lqh1Header | null;
  } catch {
    // It is no object either: said below, with the text.
  }
  if (typeof header !== 'object' || header === null)
    throw new RangeError(`the header must be a JSON object, got ${text.slice(0, 40)}`);
  const { v, q, planes } = header;
  must(!(v > VERSION), 'the file is newer than this plugin: v', `be ${VERSION}`, v);
  for (const [field, value] of Object.entries(CONSTANTS))
    must(header[field] === value, field, `be ${JSON.stringify(value)}`, header[field]);
  must(q?.kind === 'log10', 'q.kind', 'be "log10"', q?.kind);
  mustBeCount('T', header.T);
  mustBeCount('B', header.B);
  must(Number.isFinite(header.t0_ms), 't0_ms', 'be a number', header.t0_ms);
  mustBeAbove(0, 'step_ms', header.step_ms);
  mustBeAbove(0, 'q.decades', q.decades);
  mustNotBeNegative('max', header.max);
  const isKnown = Array.isArray(planes) && (planes.length === 1 || planes.join() === 'short,long');
  must(isKnown, 'planes', 'be one, or short and long', planes);
  return header;
}

function edgesOf({ price, lo, w, ratio, B }: Lqh1Header): Float64Array {
  if (price === 'linear') {
    must(Number.isFinite(lo), 'lo', 'be a number', lo);
    mustBeAbove(0, 'w', w);
    return linearEdges(lo, w, B);
  }
  must(price === 'log', 'price', 'be "linear" or "log"', price);
  mustBeAbove(0, 'lo', lo);
  mustBeAbove(1, 'ratio', ratio);
  return logEdges(lo, ratio, B);
}
