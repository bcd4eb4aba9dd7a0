import type { UTCTimestamp } from 'lightweight-charts';
import { must, mustBeAbove, mustBeIndex, mustNotBeNegative } from './must.js';
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
/** A year in 5-minute columns by 1,000 prices has 105 million; far more is a mistake in the times. */
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
  prices.forEach((price, row) => mustBeAbove(row > 0 ? prices[row - 1] : 0, `y_axis[${row}]`, price));
  const { columnOf, columns, step } = columnsOf(candles);
  must(columns * prices.length <= MOST_CELLS, 'price_candlesticks', `span ${MOST_CELLS} cells at most`, columns);

  let maxUsd = 0;
  cells.forEach((cell, index) => {
    const place = `liquidation_leverage_data[${index}]`;
    const usd = cell?.[2];
    mustBeIndex(candles.length, `${place}[0]`, cell?.[0]);
    mustBeIndex(prices.length, `${place}[1]`, cell?.[1]);
    mustNotBeNegative(`${place}[2]`, usd);
    maxUsd = Math.max(maxUsd, usd);
  });
  const quantisation = { maxUsd, decades: DECADES };
  const bytes = new Uint8Array(columns * prices.length);
  cells.forEach(([candle, row, usd], index) => {
    const at = row * columns + columnOf[candle];
    must(bytes[at] === 0, `liquidation_leverage_data[${index}]`, 'name a new cell', cells[index]);
    bytes[at] = quantise(usd, quantisation);
  });

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

function rowsOf<Row>(rows: readonly Row[] | undefined, name: keyof CoinglassHeatmap, fewest: number): readonly Row[] {
  must(Array.isArray(rows), name, 'be an array', rows);
  const found = rows ?? [];
  must(found.length >= fewest, name, `have ${fewest} entries at least`, found.length);
  return found;
}

function readCandle(row: readonly (number | string)[], index: number): CoinglassCandle {
  const [time, open, high, low, close] = [0, 1, 2, 3, 4].map((field) => {
    const value = Number(row?.[field]);
    mustBeAbove(0, `price_candlesticks[${index}][${field}]`, value, row?.[field] ?? null);
    return value;
  });
  must(time < LATEST_SECONDS, `price_candlesticks[${index}][0]`, 'be in seconds, not milliseconds', time);
  return { time: time as UTCTimestamp, open, high, low, close };
}

/** The shortest step between two candles is that of a column; longer ones are whole multiples of it. */
function columnsOf(candles: readonly CoinglassCandle[]): { columnOf: number[]; columns: number; step: number } {
  const place = (index: number): string => `price_candlesticks[${index}][0]`;
  const first = candles[0].time;
  let step = Infinity;
  let before = 0;
  candles.forEach(({ time }, index) => {
    mustBeAbove(before, place(index), time);
    if (index > 0) step = Math.min(step, time - before);
    before = time;
  });
  const columnOf = candles.map(({ time }, index) => {
    const column = (time - first) / step;
    must(Number.isInteger(column), place(index), `be whole steps of ${step} s after the first`, time);
    return column;
  });
  return { columnOf, columns: (before - first) / step + 1, step };
}

function edgesAround(prices: readonly number[]): Float64Array {
  const count = prices.length;
  return Float64Array.from({ length: count + 1 }, (_, edge) => {
    const below = prices[edge - 1] ?? 2 * prices[0] - prices[1];
    const above = prices[edge] ?? 2 * prices[count - 1] - prices[count - 2];
    return (below + above) / 2;
  });
}
