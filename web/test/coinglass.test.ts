import { describe, expect, it } from 'vitest';
import { readCoinglass, type CoinglassHeatmap } from '../src/plugin';
import { HeatGrid } from '../src/plugin/grid';

const START = 1_722_676_500;
const candle = (index: number, time = START + 300 * index) => [time, '100', '104.5', '98', '101', '63753192.1'];
const DATA: CoinglassHeatmap = {
  y_axis: [90, 100, 110],
  liquidation_leverage_data: [
    [0, 0, 1e6],
    [1, 2, 1e4],
    [2, 1, 0],
  ],
  price_candlesticks: [candle(0), candle(1), candle(2)],
};

describe('readCoinglass', () => {
  it('makes a grid: a column a candle, a bucket around each price', () => {
    const { grid } = readCoinglass({ code: '0', msg: 'success', data: DATA });
    expect([grid.columns, grid.buckets, grid.startMs, grid.stepMs]).toEqual([3, 3, START * 1000, 300_000]);
    expect([...grid.priceEdges]).toEqual([85, 95, 105, 115]);
    const heat = new HeatGrid(grid);
    const at = (column: number, price: number) => heat.valueAt(grid.startMs + column * 300_000, price)?.valueUsd;
    expect(at(0, 90)).toBe(1e6);
    expect(at(1, 110)).toBeCloseTo(1e4, -2);
    expect([at(2, 100), at(1, 90), at(0, 110)]).toEqual([0, 0, 0]);
  });

  it('makes candles for a series, numbers out of texts', () => {
    expect(readCoinglass(DATA).candles[1]).toEqual({ time: START + 300, open: 100, high: 104.5, low: 98, close: 101 });
  });

  it('leaves the column of a missing candle empty', () => {
    const { grid, candles } = readCoinglass({ ...DATA, price_candlesticks: [candle(0), candle(1), candle(4)] });
    expect([grid.columns, candles.length]).toEqual([5, 3]);
    expect(grid.cells[4 + 5]).toBe(0);
    const last = readCoinglass({
      ...DATA,
      liquidation_leverage_data: [[2, 1, 7]],
      price_candlesticks: [candle(0), candle(1), candle(4)],
    });
    expect([...last.grid.cells].map((byte, index) => [byte, index]).filter(([byte]) => byte > 0)).toEqual([[255, 9]]);
  });

  it('takes a map with nothing in it', () => {
    expect(new HeatGrid(readCoinglass({ ...DATA, liquidation_leverage_data: [] }).grid).isEmpty).toBe(true);
  });
});

describe('readCoinglass refuses', () => {
  it.each([
    [null, 'answer must be an object, got null'],
    [{ code: '40001', msg: 'Upgrade plan' }, 'code must be "0", got "40001 Upgrade plan"'],
    [{ code: '0' }, 'y_axis must be an array, got undefined'],
  ])('the answer %j', (answer, message) => {
    expect(() => readCoinglass(answer as never)).toThrow(new RangeError(message));
  });

  it.each([
    [{ y_axis: 'x' }, 'y_axis must be an array, got "x"'],
    [{ y_axis: [] }, 'y_axis must have 2 entries at least, got 0'],
    [{ y_axis: [90, 110, 100] }, 'y_axis[2] must be a number above 110, got 100'],
    [{ y_axis: [90, NaN, 100] }, 'y_axis[1] must be a number above 90, got NaN'],
    [{ liquidation_leverage_data: null }, 'liquidation_leverage_data must be an array, got null'],
    [
      { liquidation_leverage_data: [[0, 1]] },
      'liquidation_leverage_data[0][2] must be a number of 0 or more, got undefined',
    ],
    [{ liquidation_leverage_data: [[3, 0, 1]] }, 'liquidation_leverage_data[0][0] must be one of 0 … 2, got 3'],
    [{ liquidation_leverage_data: [[0, -1, 1]] }, 'liquidation_leverage_data[0][1] must be one of 0 … 2, got -1'],
    [{ liquidation_leverage_data: [[0, 0.5, 1]] }, 'liquidation_leverage_data[0][1] must be one of 0 … 2, got 0.5'],
    [
      { liquidation_leverage_data: [[0, 0, NaN]] },
      'liquidation_leverage_data[0][2] must be a number of 0 or more, got NaN',
    ],
    [
      { liquidation_leverage_data: [[0, 0, -1]] },
      'liquidation_leverage_data[0][2] must be a number of 0 or more, got -1',
    ],
    [
      { liquidation_leverage_data: [DATA.liquidation_leverage_data[0], [0, 0, 2]] },
      'liquidation_leverage_data[1] must name a new cell, got [0,0,2]',
    ],
    [{ liquidation_leverage_data: [null] }, 'liquidation_leverage_data[0][0] must be one of 0 … 2, got undefined'],
    [{ price_candlesticks: [candle(0), null] }, 'price_candlesticks[1][0] must be a number above 0, got null'],
    [{ price_candlesticks: [candle(0)] }, 'price_candlesticks must have 2 entries at least, got 1'],
    [{ price_candlesticks: [candle(0), [START]] }, 'price_candlesticks[1][1] must be a number above 0, got null'],
    [{ price_candlesticks: [candle(1), candle(0)] }, `price_candlesticks[1][0] must be a number above ${START + 300}`],
    [
      { price_candlesticks: [candle(0), candle(1), candle(2, START + 700)] },
      'price_candlesticks[2][0] must be whole steps of 300 s after the first',
    ],
    [{ price_candlesticks: [candle(0, START * 1000), candle(1)] }, 'must be in seconds, not milliseconds'],
    [
      { price_candlesticks: [candle(0), [START + 300, '100', 'x', '98', '101']] },
      'price_candlesticks[1][2] must be a number above 0, got "x"',
    ],
    [
      { price_candlesticks: [candle(0), candle(1, START + 1), candle(2, START + 5e9)] },
      'price_candlesticks must span 268435456 cells at most',
    ],
  ])('%j', (fields, message) => {
    expect(() => readCoinglass({ ...DATA, ...fields } as never)).toThrow(RangeError);
    expect(() => readCoinglass({ ...DATA, ...fields } as never)).toThrow(message);
  });
});
