import type { UTCTimestamp } from 'lightweight-charts';
import { quantise } from './quantise.js';
import type { HeatGridInput } from './types.js';

/** `data` of Coinglass's liquidation heatmap, version 4 of its interface. */
export interface CoinglassHeatmap {
  /** Rising prices, one a row. */
  y_axis: readonly number[];
  /** Candle, row and USD of each cell that is not empty. */
  liquidation_leverage_data: readonly (readonly number[])[];
  /** Start in seconds UTC, open, high, low, close, volume. */
  price_candlesticks: readonly (readonly (number | string)[])[];
}

/** The whole body as it was fetched. */
export interface CoinglassAnswer {
  code: string | number;
  msg?: string;
  data?: CoinglassHeatmap;
}

/** For `setData` of a candlestick series. */
export interface CoinglassCandle {
  time: UTCTimestamp;
  open: number;
  high: number;
  low: number;
  close: number;
}

const DECADES = 4;
/** Thirty times what a year in 5-minute columns has; more is a mistake in the times. */
const MOST_CELLS = 2 ** 28;
const LATEST_SECONDS = 1e11;

/**
 * Makes a grid and candles of Coinglass's liquidation heatmap, of the body or its `data`. A cell reaches half-way to
 * the prices beside its own. Where a candle is missing the column stays empty.
 *
 * @throws RangeError for anything that is not such an answer, with the place, the rule and the value found.
 */
export function readCoinglass(answer: CoinglassAnswer | CoinglassHeatmap): {
  grid: HeatGridInput;
  candles: CoinglassCandle[];
} {
  must(typeof answer === 'object' && answer !== null, 'answer', 'be an object', answer);
  if ('code' in answer) must(String(answer.code) === '0', 'code', 'be "0"', `${answer.code} ${answer.msg ?? ''}`);
  const data = 'y_axis' in answer ? answer : answer.data;
  const prices = rowsOf(data?.y_axis, 'y_axis', 2);
  const cells = rowsOf(data?.liquidation_leverage_data, 'liquidation_leverage_data', 0);
  const candles = rowsOf(data?.price_candlesticks, 'price_candlesticks', 2).map(readCandle);
  prices.forEach((price, row) => mustRise(price, row > 0 ? prices[row - 1] : 0, `y_axis[${row}]`));
  const { columnOf, columns, step } = columnsOf(candles);
  must(columns * prices.length <= MOST_CELLS, 'price_candlesticks', `span ${MOST_CELLS} cells at most`, columns);

  const valuesUsd = new Map<number, number>();
  let maxUsd = 0;
  cells.forEach((cell, index) => {
    const place = `liquidation_leverage_data[${index}]`;
    must(Array.isArray(cell) && cell.length >= 3, place, 'be [candle, row, USD]', cell);
    const [candle, row, usd] = cell;
    mustIndex(candle, candles.length, `${place}[0]`);
    mustIndex(row, prices.length, `${place}[1]`);
    must(Number.isFinite(usd) && usd >= 0, `${place}[2]`, 'be USD of 0 or more', usd);
    const at = row * columns + columnOf[candle];
    must(!valuesUsd.has(at), place, 'name a cell that no other one names', cell);
    valuesUsd.set(at, usd);
    maxUsd = Math.max(maxUsd, usd);
  });

  const quantisation = { maxUsd, decades: DECADES };
  const bytes = new Uint8Array(columns * prices.length);
  for (const [at, usd] of valuesUsd) bytes[at] = quantise(usd, quantisation);
  const grid: HeatGridInput = {
    columns,
    buckets: prices.length,
    startMs: candles[0].time * 1000,
    stepMs: step * 1000,
    priceEdges: edgesAround(prices),
    priceAxis: 'linear',
    quantisation,
    cells: bytes,
  };
  return { grid, candles };
}

function must(isRight: boolean, place: string, rule: string, found: unknown): void {
  if (isRight) return;
  // JSON would write NaN and infinity as null.
  throw new RangeError(`${place} must ${rule}, got ${typeof found === 'number' ? found : JSON.stringify(found)}`);
}

function mustRise(found: number, before: number, place: string): void {
  must(Number.isFinite(found) && found > before, place, `be a number above ${before}`, found);
}

function mustIndex(found: number, count: number, place: string): void {
  must(Number.isInteger(found) && found >= 0 && found < count, place, `be 0 … ${count - 1}`, found);
}

function rowsOf<Row>(rows: readonly Row[] | undefined, name: keyof CoinglassHeatmap, fewest: number): readonly Row[] {
  must(Array.isArray(rows), name, 'be an array', rows);
  const found = rows ?? [];
  must(found.length >= fewest, name, `have ${fewest} entries at least`, found.length);
  return found;
}

function readCandle(row: readonly (number | string)[], index: number): CoinglassCandle {
  const place = `price_candlesticks[${index}]`;
  must(Array.isArray(row) && row.length >= 5, place, 'be [seconds, open, high, low, close]', row);
  const [time, open, high, low, close] = row.slice(0, 5).map((figure, field) => {
    const value = Number(figure);
    must(Number.isFinite(value) && value > 0, `${place}[${field}]`, 'be a number above 0', figure);
    return value;
  });
  must(time < LATEST_SECONDS, `${place}[0]`, 'be in seconds, not milliseconds', time);
  return { time: time as UTCTimestamp, open, high, low, close };
}

/** The shortest step between two candles is that of a column; longer ones are whole multiples of it. */
function columnsOf(candles: readonly CoinglassCandle[]): { columnOf: number[]; columns: number; step: number } {
  const first = candles[0].time;
  let step = Infinity;
  candles.slice(1).forEach(({ time }, index) => {
    mustRise(time, candles[index].time, `price_candlesticks[${index + 1}][0]`);
    step = Math.min(step, time - candles[index].time);
  });
  const columnOf = candles.map(({ time }, index) => {
    const column = (time - first) / step;
    must(
      Number.isInteger(column),
      `price_candlesticks[${index}][0]`,
      `be whole steps of ${step} s after the first`,
      time,
    );
    return column;
  });
  return { columnOf, columns: columnOf[columnOf.length - 1] + 1, step };
}

function edgesAround(prices: readonly number[]): Float64Array {
  const last = prices.length - 1;
  return Float64Array.from({ length: prices.length + 1 }, (_, edge) => {
    if (edge === 0) return prices[0] - (prices[1] - prices[0]) / 2;
    if (edge > last) return prices[last] + (prices[last] - prices[last - 1]) / 2;
    return (prices[edge - 1] + prices[edge]) / 2;
  });
}
