import { linearEdges, logEdges, type HeatGridInput } from '../plugin';
import type { Coverage, FlowModel, Origin, Side } from './types';

/** The JSON header of an LQH1 file, as far as the page reads it. */
export interface Lqh1Header {
  v: number;
  T: number;
  B: number;
  t0_ms: number;
  step_ms: number;
  lo: number;
  w?: number;
  ratio?: number;
  price: 'linear' | 'log';
  unit: string;
  max: number;
  q: { kind: string; decades: number };
  dtype: string;
  layout: string;
  planes: string[];
  symbol: string;
  venue: string;
  interval: string;
  side: Side;
  leverage: number[];
  cohort: string;
  quantity: string;
  measure: string;
  calibration: string;
  origin: Origin;
  model_version: string;
  data_end_ms: number;
  notes: string[];
  /** Of a sum of venues only. */
  coverage?: Coverage | null;
  /** Of expected forced flow only. */
  model?: FlowModel | null;
}

export class Lqh1Error extends Error {
  override readonly name = 'Lqh1Error';
}

const MAGIC = 'LQH1';
const PREFIX_BYTES = 8;

/** Reads an LQH1 file. The cells of the first plane stay a view of the buffer: nothing is copied. */
export function decodeLqh1(buffer: ArrayBuffer): { header: Lqh1Header; grid: HeatGridInput } {
  if (buffer.byteLength < PREFIX_BYTES)
    throw new Lqh1Error(`the file must have ${PREFIX_BYTES} bytes at least, got ${buffer.byteLength}`);
  const magic = new TextDecoder('latin1').decode(new Uint8Array(buffer, 0, 4));
  if (magic !== MAGIC) throw new Lqh1Error(`the file must start with ${MAGIC}, got ${JSON.stringify(magic)}`);
  const headerBytes = new DataView(buffer).getUint32(4, true);
  const dataStart = PREFIX_BYTES + headerBytes;
  if (dataStart > buffer.byteLength)
    throw new Lqh1Error(`the header ends at byte ${dataStart}, the file at ${buffer.byteLength}`);
  const header = parseHeader(new Uint8Array(buffer, PREFIX_BYTES, headerBytes));
  const { T: columns, B: buckets, planes } = header;
  const expected = dataStart + columns * buckets * planes.length;
  if (buffer.byteLength !== expected) {
    throw new Lqh1Error(
      `${planes.length} plane(s) of ${buckets} × ${columns} make ${expected} bytes, got ${buffer.byteLength}`,
    );
  }
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
      cells: new Uint8Array(buffer, dataStart, columns * buckets),
      ...(isDelta(planes)
        ? { negativeCells: new Uint8Array(buffer, dataStart + columns * buckets, columns * buckets) }
        : {}),
    },
  };
}

/** Shorts, then longs: to be drawn as their difference. */
function isDelta(planes: readonly string[]): boolean {
  return planes.length === 2 && planes[0] === 'short' && planes[1] === 'long';
}

function parseHeader(bytes: Uint8Array): Lqh1Header {
  let header: Lqh1Header;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Lqh1Header;
  } catch (error) {
    throw new Lqh1Error(`the header must be JSON: ${String(error)}`);
  }
  const rules: [string, unknown, unknown][] = [
    ['v', header.v, 1],
    ['dtype', header.dtype, 'u1'],
    ['layout', header.layout, 'price-major'],
    ['q.kind', header.q?.kind, 'log10'],
    ['unit', header.unit, 'USD'],
  ];
  for (const [field, found, wanted] of rules) {
    if (found !== wanted)
      throw new Lqh1Error(`${field} must be ${JSON.stringify(wanted)}, got ${JSON.stringify(found)}`);
  }
  for (const field of ['T', 'B'] as const) {
    if (!Number.isInteger(header[field]) || header[field] < 0) {
      throw new Lqh1Error(`${field} must be a whole number, got ${JSON.stringify(header[field])}`);
    }
  }
  if (!Array.isArray(header.planes) || header.planes.length < 1)
    throw new Lqh1Error('planes must name one plane at least');
  return header;
}

function edgesOf({ price, lo, w, ratio, B }: Lqh1Header): Float64Array {
  if (price === 'linear' && typeof w === 'number' && w > 0) return linearEdges(lo, w, B);
  if (price === 'log' && typeof ratio === 'number' && ratio > 1 && lo > 0) return logEdges(lo, ratio, B);
  throw new Lqh1Error(
    `price must be "linear" with w > 0 or "log" with ratio > 1, got ${JSON.stringify({ price, lo, w, ratio })}`,
  );
}
