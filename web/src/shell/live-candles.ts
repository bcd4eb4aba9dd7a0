import type { CandleEvent, CandlesAnswer } from '../api/types';

/**
 * Puts a pushed candle into the arrays of the shown ones.
 *
 * @returns its index, or -1 for one that cannot be placed: before the first, between two, or with a gap before it
 */
export function placeCandle(candles: CandlesAnswer, event: CandleEvent, stepMs: number): number {
  const times = candles.time_ms;
  const last = times.length - 1;
  let index = last;
  while (index >= 0 && times[index] > event.time_ms) index--;
  if (index >= 0 && times[index] === event.time_ms) {
    write(candles, index, event);
    return index;
  }
  if (index !== last || (last >= 0 && event.time_ms - times[last] > stepMs)) return -1;
  write(candles, last + 1, event);
  return last + 1;
}

function write(candles: CandlesAnswer, index: number, event: CandleEvent): void {
  candles.time_ms[index] = event.time_ms;
  for (const name of ['open', 'high', 'low', 'close', 'volume'] as const) candles[name][index] = event[name];
}

/** Time until a bar closes; `null` when the clocks of server and page differ too much to tell. */
export function closesInMs(openMs: number, stepMs: number, nowMs: number): number | null {
  const left = openMs + stepMs - nowMs;
  return left >= 0 && left <= stepMs ? left : null;
}
