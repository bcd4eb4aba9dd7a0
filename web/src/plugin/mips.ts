/** One level of the max pyramid along time, price-major: cell `i` of a row is the maximum of `2 ** level` columns. */
export interface MipLevel {
  columns: number;
  /** Bytes from one row to the next; more than `columns` once a grid has grown, so that appending copies nothing. */
  stride: number;
  cells: Uint8Array;
}

/** The coarse levels also tell which parts of a row can be skipped, so it goes on until a row is this short. */
const COARSEST_COLUMNS = 64;

/**
 * Max, not mean: the question is where the peak is, and a mean fades a thin one.
 * There is no pyramid along price: a frame reads each visible bucket once whatever the zoom, and a screen has about as
 * many pixel rows as a grid has buckets, so a second pyramid would double the memory to save at most the phone case.
 */
export function buildMaxMips(cells: Uint8Array, columns: number, buckets: number, stride = columns): MipLevel[] {
  const levels: MipLevel[] = [{ columns, stride, cells }];
  let previous = levels[0];
  while (previous.columns > COARSEST_COLUMNS) {
    const halfStride = (previous.stride + 1) >> 1;
    const halved = {
      columns: (previous.columns + 1) >> 1,
      stride: halfStride,
      cells: new Uint8Array(halfStride * buckets),
    };
    for (let row = 0; row < buckets; row++) halveRow(previous, halved, row);
    levels.push(halved);
    previous = halved;
  }
  return levels;
}

function halveRow(from: MipLevel, to: MipLevel, row: number): void {
  const source = from.cells;
  const target = to.cells;
  const start = row * from.stride;
  const out = row * to.stride;
  const pairs = from.columns >> 1;
  for (let pair = 0; pair < pairs; pair++) {
    const left = source[start + 2 * pair];
    const right = source[start + 2 * pair + 1];
    target[out + pair] = left > right ? left : right;
  }
  if (from.columns & 1) target[out + pairs] = source[start + from.columns - 1];
}

/** Renews the cells above one changed (or newly appended) column in every level. */
export function updateMipsColumn(levels: readonly MipLevel[], column: number, buckets: number): void {
  let index = column;
  for (let level = 1; level < levels.length; level++) {
    const from = levels[level - 1];
    const to = levels[level];
    const left = index & ~1;
    index >>= 1;
    to.columns = (from.columns + 1) >> 1;
    const hasRight = left + 1 < from.columns;
    for (let row = 0; row < buckets; row++) {
      const at = row * from.stride + left;
      const right = hasRight ? from.cells[at + 1] : 0;
      to.cells[row * to.stride + index] = Math.max(from.cells[at], right);
    }
  }
}
