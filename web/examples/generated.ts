import {
  dequantise,
  type CoinglassAnswer,
  type DepthData,
  type HeatGridInput,
  type ProfileData,
} from 'lwc-plugin-liquidation-heatmap';
import type { SyntheticMarket } from '../bench/synthetic';

/** Every figure of a grid, bucket by bucket. */
function figuresOf({ cells, quantisation }: HeatGridInput): Float64Array {
  return Float64Array.from(cells, (byte) => dequantise(byte, quantisation));
}

/** What stands above the last price of each column as shorts, what is below as longs taken away. */
export function shortsLessLongs({ grid, candles }: SyntheticMarket): HeatGridInput {
  const isAbove = (at: number): boolean =>
    grid.priceEdges[Math.floor(at / grid.columns)] > candles[at % grid.columns].close;
  return {
    ...grid,
    cells: grid.cells.map((byte, at) => (isAbove(at) ? byte : 0)),
    negativeCells: grid.cells.map((byte, at) => (isAbove(at) ? 0 : byte)),
  };
}

/** The last column by leverage: shares of each bucket, shorts above the price and longs below. */
export function profileOf({ grid, candles }: SyntheticMarket): ProfileData {
  const leverages = [10, 25, 50, 100];
  const price = candles[candles.length - 1].close;
  const usd = figuresOf(grid);
  const rows = Array.from({ length: grid.buckets }, (_, row) => ({
    usd: usd[(row + 1) * grid.columns - 1],
    isShort: grid.priceEdges[row] > price,
    distance: Math.abs(grid.priceEdges[row] / price - 1),
  }));
  const side = (isShort: boolean): number[] => rows.map((row) => (row.isShort === isShort ? row.usd : 0));
  // A leverage stands mostly where it would be liquidated: 1 / leverage away.
  const weights = rows.map(({ distance }) =>
    leverages.map((leverage) => Math.exp(-40 * Math.abs(distance - 1 / leverage))),
  );
  const share = (row: number, band: number): number =>
    weights[row][band] / weights[row].reduce((sum, weight) => sum + weight, 0);
  const byLeverage = (figures: number[]): number[][] =>
    leverages.map((_, band) => figures.map((figure, row) => figure * share(row, band)));
  const running = (figures: number[]): number[] => {
    let sum = 0;
    return figures.map((figure) => (sum += figure));
  };
  return {
    priceEdges: grid.priceEdges,
    leverages,
    longByLeverageUsd: byLeverage(side(false)),
    shortByLeverageUsd: byLeverage(side(true)),
    cumulativeLongUsd: running(side(false).reverse()).reverse(),
    cumulativeShortUsd: running(side(true)),
  };
}

/** Resting orders that thin out away from the price, with a wall on each side. */
export function bookAround(price: number): DepthData {
  const level = (sign: number) => (_: unknown, step: number) => ({
    price: price * (1 + sign * 0.0006 * (step + 1)),
    usd: 4e5 * (1 + Math.sin(1.7 * step) ** 2) + (step === 24 ? 3e6 : 0),
  });
  const bids = Array.from({ length: 60 }, level(-1));
  const asks = Array.from({ length: 60 }, level(1));
  return { bids, asks, walls: [bids, asks].map((levels) => ({ ...levels[24], label: 'wall' })) };
}

/** The grid in the shape in which Coinglass answers. */
export function asCoinglass({ grid, candles }: SyntheticMarket): CoinglassAnswer {
  const usd = figuresOf(grid);
  return {
    code: '0',
    data: {
      y_axis: Array.from({ length: grid.buckets }, (_, row) => (grid.priceEdges[row] + grid.priceEdges[row + 1]) / 2),
      liquidation_leverage_data: Array.from(usd, (figure, at) => [
        at % grid.columns,
        Math.floor(at / grid.columns),
        figure,
      ]).filter(([, , figure]) => figure > 0),
      price_candlesticks: candles.map(({ time, open, high, low, close }) =>
        [time, open, high, low, close, 0].map(String),
      ),
    },
  };
}

/** The grid as an LQH1 file: four letters, the header's length, the header, the cells. */
export function asLqh1(grid: HeatGridInput): ArrayBuffer {
  const header = JSON.stringify({
    v: 1,
    T: grid.columns,
    B: grid.buckets,
    t0_ms: grid.startMs,
    step_ms: grid.stepMs,
    price: 'linear',
    lo: grid.priceEdges[0],
    w: grid.priceEdges[1] - grid.priceEdges[0],
    unit: 'USD',
    max: grid.quantisation.maxUsd,
    q: { kind: 'log10', decades: grid.quantisation.decades },
    dtype: 'u1',
    layout: 'price-major',
    planes: ['all'],
    origin: 'generated',
  });
  const bytes = new Uint8Array(8 + header.length + grid.cells.length);
  bytes.set(new TextEncoder().encode('LQH1'));
  new DataView(bytes.buffer).setUint32(4, header.length, true);
  bytes.set(new TextEncoder().encode(header), 8);
  bytes.set(grid.cells, 8 + header.length);
  return bytes.buffer;
}
