/** Which answers of the server a browser keeps for when there is none, and under which name. */

/** A view as it was last seen; not what streams, nor what tells whether the server is there. */
const KEPT = new Set(['symbols', 'candles', 'heatmap.bin', 'profile', 'clusters', 'setups', 'liquidations', 'market']);
const API = '/api/v1/';

/** Answers of more views than these are forgotten, the oldest first. */
export const MOST_KEPT = 40;
/** When an answer came, in an answer that is given again: epoch milliseconds. */
export const KEPT_HEADER = 'liqheat-kept-ms';

/**
 * The name that an answer is kept under; `null` for those that are not. Without its times, so that the newest answer of
 * a view stands for it.
 */
export function keptName(address: string): string | null {
  const url = new URL(address);
  if (!url.pathname.startsWith(API) || !KEPT.has(url.pathname.slice(API.length))) return null;
  url.searchParams.delete('start_ms');
  url.searchParams.delete('end_ms');
  return url.toString();
}
