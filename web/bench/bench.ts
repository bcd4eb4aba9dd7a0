import {
  CandlestickSeries,
  PriceScaleMode,
  createChart,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts';
import { LiquidationBubbles, LiquidationHeatmap } from '../src/plugin';
import { CellSeries, cellColumns } from './cell-series';
import { buildBubbles, buildMarket, type SyntheticMarket } from './synthetic';

interface FrameTimes {
  medianMs: number;
  p95Ms: number;
  frames: number;
}

interface BenchResult {
  columns: number;
  buckets: number;
  visibleColumns: number;
  pane: { width: number; height: number; devicePixelRatio: number };
  setGridMs: number;
  paletteMs: number;
  limitsMs: number;
  themeMs: number;
  appendMs: number;
  /** Two charts panned in the same frame. */
  two: FrameTimes | null;
  /** A grid of fewer cells: ours, and an object a cell. */
  rebuilt: { columns: number; buckets: number; ours: FrameTimes; cells: FrameTimes } | null;
  /** Bytes of the heap after that many: its growth without what the grid itself holds. */
  heap: { columns: number; columnBytes: number; attached: number; attachBytes: number } | null;
  userAgent: string;
  cases: Record<string, { empty: FrameTimes; heat: FrameTimes; ratio: number }>;
}

declare global {
  interface Window {
    benchResult?: BenchResult;
    benchError?: string;
  }
}

const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

/** Start of the visible window per frame: to and fro over the middle of the data, never the same twice in a row. */
function panStart(frame: number, frames: number, columns: number, visible: number): number {
  return (columns - visible) / 2 + 0.25 * visible * Math.sin((2 * Math.PI * frame) / frames) + 0.37;
}

async function measurePan(chart: IChartApi, columns: number, visible: number, frames: number): Promise<FrameTimes> {
  const times: number[] = [];
  await nextFrame();
  let before = await nextFrame();
  for (let frame = 0; frame < frames; frame++) {
    const from = panStart(frame, frames, columns, visible);
    chart.timeScale().setVisibleLogicalRange({ from: from, to: from + visible });
    const now = await nextFrame();
    times.push(now - before);
    before = now;
  }
  times.sort((a, b) => a - b);
  return { medianMs: times[times.length >> 1], p95Ms: times[Math.floor(times.length * 0.95)], frames };
}

function addCandles(chart: IChartApi): ISeriesApi<'Candlestick'> {
  return chart.addSeries(CandlestickSeries, {
    upColor: '#f2f5fa',
    downColor: '#ff5a6e',
    wickUpColor: '#f2f5fa',
    wickDownColor: '#ff5a6e',
    borderVisible: false,
  });
}

async function run(): Promise<BenchResult> {
  const parameters = new URLSearchParams(location.search);
  const numberOf = (name: string, fallback: number) => Number(parameters.get(name) ?? fallback);
  const columns = numberOf('columns', 8640);
  const buckets = numberOf('buckets', 1000);
  const visible = numberOf('visible', 2160);
  const frames = numberOf('frames', 120);
  const rounds = numberOf('rounds', 3);
  const bubbleCount = numberOf('bubbles', 5000);
  const haloPixels = numberOf('halo', 2);
  const host = document.getElementById('chart') as HTMLElement;
  const chart = createChart(host, {
    autoSize: true,
    layout: { background: { color: '#0b0e14' }, textColor: '#aeb7c6', attributionLogo: false },
    grid: { vertLines: { visible: false }, horzLines: { visible: false } },
    timeScale: { timeVisible: true, minBarSpacing: 0.01 },
  });
  const result: BenchResult = {
    columns,
    buckets,
    visibleColumns: visible,
    pane: { width: host.clientWidth, height: host.clientHeight, devicePixelRatio },
    setGridMs: 0,
    paletteMs: 0,
    limitsMs: 0,
    themeMs: 0,
    appendMs: 0,
    two: null,
    rebuilt: null,
    heap: null,
    userAgent: navigator.userAgent,
    cases: {},
  };
  for (const name of ['linear', 'log-gaps'] as const) {
    const market = buildMarket(columns, buckets, name === 'log-gaps');
    chart
      .priceScale('right')
      .applyOptions({ mode: name === 'log-gaps' ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal });
    const series = addCandles(chart);
    series.setData(market.candles.map((candle) => ({ ...candle, time: candle.time as UTCTimestamp })));
    const heatmap = new LiquidationHeatmap({ candleHaloPixels: haloPixels });
    const begin = performance.now();
    heatmap.setGrid(market.grid);
    result.setGridMs = performance.now() - begin;
    const empty: FrameTimes[] = [];
    const heat: FrameTimes[] = [];
    const bubbles = new LiquidationBubbles();
    bubbles.setEvents(buildBubbles(market, bubbleCount, visible));
    const all: FrameTimes[] = [];
    // Empty and heat take turns, so that a busy moment of the machine hits both.
    for (let round = 0; round < rounds; round++) {
      empty.push(await measurePan(chart, market.candles.length, visible, frames));
      series.attachPrimitive(heatmap);
      heat.push(await measurePan(chart, market.candles.length, visible, frames));
      series.attachPrimitive(bubbles);
      all.push(await measurePan(chart, market.candles.length, visible, frames));
      series.detachPrimitive(bubbles);
      series.detachPrimitive(heatmap);
    }
    const best = (times: FrameTimes[]) => [...times].sort((a, b) => a.medianMs - b.medianMs)[times.length >> 1];
    result.cases[name] = { empty: best(empty), heat: best(heat), ratio: best(heat).medianMs / best(empty).medianMs };
    result.cases[`${name} + ${bubbleCount} bubbles`] = {
      empty: best(empty),
      heat: best(all),
      ratio: best(all).medianMs / best(empty).medianMs,
    };
    measureChanges(heatmap, result);
    // The last scene stays, for whoever wants to see what was measured.
    if (name === 'linear') chart.removeSeries(series);
    else {
      series.attachPrimitive(heatmap);
      series.attachPrimitive(bubbles);
    }
  }
  chart.remove();
  // A part alone, for whoever works on it.
  if (parameters.get('only') === 'panning') return result;
  if (parameters.get('only') === 'heap') return { ...result, heap: await measureHeap(host, buckets) };
  result.rebuilt = await measureRebuilt(host, frames);
  result.two = await measureTwo(host, columns, buckets, visible, frames);
  result.heap = await measureHeap(host, buckets);
  return result;
}

function measureChanges(heatmap: LiquidationHeatmap, result: BenchResult): void {
  const timed = (change: () => void): number => {
    const begin = performance.now();
    change();
    return performance.now() - begin;
  };
  result.paletteMs = timed(() => heatmap.applyOptions({ palette: 'cividis' }));
  result.limitsMs = timed(() => heatmap.applyOptions({ lowerCutoff: 0.5 }));
  result.themeMs = timed(() => heatmap.applyOptions({ isOnLight: true }));
  const valuesUsd = new Float64Array(result.buckets).fill(1e5);
  const { startMs = 0, stepMs = 0, columns = 0 } = heatmap.grid ?? {};
  const endMs = startMs + columns * stepMs;
  heatmap.applyColumn({ startMs: endMs, valuesUsd });
  result.appendMs = timed(() => heatmap.applyColumn({ startMs: endMs, valuesUsd }));
}

function createBare(host: HTMLElement): IChartApi {
  return createChart(host, {
    width: host.clientWidth,
    height: host.clientHeight,
    layout: { background: { color: '#0b0e14' }, textColor: '#aeb7c6', attributionLogo: false },
    grid: { vertLines: { visible: false }, horzLines: { visible: false } },
    timeScale: { timeVisible: true, minBarSpacing: 0.01 },
  });
}

function addMarket(chart: IChartApi, market: SyntheticMarket): ISeriesApi<'Candlestick'> {
  const series = addCandles(chart);
  series.setData(market.candles.map((candle) => ({ ...candle, time: candle.time as UTCTimestamp })));
  return series;
}

/** The same grid and window with our layer and with a custom series of cell objects. */
async function measureRebuilt(host: HTMLElement, frames: number): Promise<BenchResult['rebuilt']> {
  const [columns, buckets] = [2000, 500];
  const market = buildMarket(columns, buckets, false);
  const chart = createBare(host);
  const series = addMarket(chart, market);
  const heatmap = new LiquidationHeatmap();
  heatmap.setGrid(market.grid);
  series.attachPrimitive(heatmap);
  const ours = await measurePan(chart, columns, 0.75 * columns, frames);
  series.detachPrimitive(heatmap);
  chart.removeSeries(series);
  const rebuilt = chart.addCustomSeries(new CellSeries());
  rebuilt.setData(cellColumns(market.grid));
  const cells = await measurePan(chart, columns, 0.75 * columns, Math.min(frames, 12));
  chart.remove();
  return { columns, buckets, ours, cells };
}

async function measureTwo(
  host: HTMLElement,
  columns: number,
  buckets: number,
  visible: number,
  frames: number,
): Promise<FrameTimes> {
  const market = buildMarket(columns, buckets, false);
  const charts = [0, 1].map(() => {
    const half = document.createElement('div');
    half.style.cssText = 'position:absolute;top:0;width:50%;height:100%';
    half.style.left = host.children.length === 0 ? '0' : '50%';
    host.append(half);
    const chart = createBare(half);
    const heatmap = new LiquidationHeatmap({ candleHaloPixels: 2 });
    heatmap.setGrid(market.grid);
    addMarket(chart, market).attachPrimitive(heatmap);
    return chart;
  });
  const times: number[] = [];
  await nextFrame();
  let before = await nextFrame();
  for (let frame = 0; frame < frames; frame++) {
    const from = panStart(frame, frames, columns, visible);
    for (const chart of charts) chart.timeScale().setVisibleLogicalRange({ from, to: from + visible });
    const now = await nextFrame();
    times.push(now - before);
    before = now;
  }
  times.sort((a, b) => a - b);
  for (const chart of charts) chart.remove();
  host.replaceChildren();
  return { medianMs: times[times.length >> 1], p95Ms: times[Math.floor(times.length * 0.95)], frames };
}

async function heapBytes(): Promise<number> {
  const { gc } = globalThis as { gc?: () => void };
  const { memory } = performance as Performance & { memory?: { usedJSHeapSize: number } };
  if (gc === undefined || memory === undefined) throw new Error('run with --expose-gc and precise memory');
  // What a frame still holds goes with the next one.
  for (let round = 0; round < 5; round++) {
    gc();
    await nextFrame();
  }
  return memory.usedJSHeapSize;
}

/** Live columns over one that is open, as a page gets them between two closes; and primitives that come and go. */
async function measureHeap(host: HTMLElement, buckets: number): Promise<BenchResult['heap']> {
  const [columns, attached] = [10_000, 1000];
  const market = buildMarket(500, buckets, false);
  const chart = createBare(host);
  const series = addMarket(chart, market);
  const heatmap = new LiquidationHeatmap();
  heatmap.setGrid(market.grid);
  series.attachPrimitive(heatmap);
  const startMs = market.grid.startMs + 500 * market.grid.stepMs;
  const valuesUsd = new Float64Array(buckets).fill(1e5);
  const push = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at++) {
      valuesUsd[at % buckets] = 1e4 + at;
      heatmap.applyColumn({ startMs, valuesUsd });
      if (at % 100 === 0) await nextFrame();
    }
  };
  // The market's making leaves garbage behind; what is measured begins after it.
  await push(2000);
  let before = await heapBytes();
  await push(columns);
  const columnBytes = (await heapBytes()) - before;
  series.detachPrimitive(heatmap);
  await nextFrame();
  const comeAndGo = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at++) {
      const one = new LiquidationHeatmap();
      one.setGrid(market.grid);
      series.attachPrimitive(one);
      if (at % 50 === 0) await nextFrame();
      series.detachPrimitive(one);
    }
    await nextFrame();
  };
  // What the first ones make, such as compiled code, stays.
  await comeAndGo(200);
  before = await heapBytes();
  await comeAndGo(attached);
  const attachBytes = (await heapBytes()) - before;
  chart.remove();
  return { columns, columnBytes, attached, attachBytes };
}

run().then(
  (result) => {
    window.benchResult = result;
  },
  (error: unknown) => {
    window.benchError = String(error);
  },
);
