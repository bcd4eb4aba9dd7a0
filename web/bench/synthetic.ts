import { linearEdges, quantise, type BubbleEvent, type HeatGridInput } from '../src/plugin';

export interface SyntheticMarket {
  grid: HeatGridInput;
  candles: { time: number; open: number; high: number; low: number; close: number }[];
}

/** Park–Miller: the same market on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

const STEP_MS = 300_000;
const START_MS = 1_760_000_400_000;
const LEVERAGES = [5, 10, 25, 50, 100];
const MAX_USD = 20e6;

/** A random walk whose levels appear around the price and stay until the path sweeps them. */
export function buildMarket(columns: number, buckets: number, candlesDropped: boolean): SyntheticMarket {
  const random = seededRandom(20251122);
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  const closes = new Float64Array(columns);
  let close = 95_000;
  for (let column = 0; column < columns; column++) closes[column] = close *= Math.exp(0.0012 * normal());
  const lowest = Math.min(...closes) * 0.93;
  const width = (Math.max(...closes) * 1.07 - lowest) / buckets;
  const quantisation = { maxUsd: MAX_USD, decades: 4 };
  const cells = new Uint8Array(columns * buckets);
  const levels = new Float64Array(buckets);
  const candles: SyntheticMarket['candles'] = [];
  for (let column = 0; column < columns; column++) {
    const open = column > 0 ? closes[column - 1] : 95_000;
    const high = Math.max(open, closes[column]) * (1 + 0.0006 * Math.abs(normal()));
    const low = Math.min(open, closes[column]) * (1 - 0.0006 * Math.abs(normal()));
    // Nine missing candles in every 137 make the gaps.
    if (!candlesDropped || column % 137 >= 9) {
      candles.push({ time: (START_MS + column * STEP_MS) / 1000, open, high, low, close: closes[column] });
    }
    for (let bucket = Math.floor((low - lowest) / width); bucket <= (high - lowest) / width; bucket++)
      levels[bucket] = 0;
    for (const leverage of LEVERAGES) {
      for (const sign of [-1, 1]) {
        const price = closes[column] * (1 + sign * (1 / leverage - 0.004)) * (1 + 0.002 * normal());
        const bucket = Math.floor((price - lowest) / width);
        if (bucket >= 0 && bucket < buckets) levels[bucket] += 2e4 * Math.exp(1.3 * normal());
      }
    }
    for (let bucket = 0; bucket < buckets; bucket++) {
      levels[bucket] *= 0.9993;
      if (levels[bucket] > 1) cells[bucket * columns + column] = quantise(levels[bucket], quantisation);
    }
  }
  return {
    candles,
    grid: {
      columns,
      buckets,
      startMs: START_MS,
      stepMs: STEP_MS,
      priceAxis: 'linear',
      quantisation,
      cells,
      priceEdges: linearEdges(lowest, width, buckets),
    },
  };
}

/** So many liquidations along the path, all of them in the window that the measurement pans in. */
export function buildBubbles({ candles }: SyntheticMarket, count: number, visible: number): BubbleEvent[] {
  const random = seededRandom(7);
  const first = Math.floor((candles.length - visible) / 2);
  return Array.from({ length: count }, () => {
    const candle = candles[Math.min(candles.length - 1, first + Math.floor(random() * visible))];
    const isLong = random() < 0.5;
    const reach = random() ** 2;
    return {
      timeMs: candle.time * 1000 + Math.floor(random() * STEP_MS),
      isLong,
      usd: Math.exp(9 + 3 * random()),
      price: isLong
        ? candle.low + reach * (candle.close - candle.low)
        : candle.high + reach * (candle.close - candle.high),
    };
  });
}
