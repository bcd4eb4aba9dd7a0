import {
  CandlestickSeries,
  PriceScaleMode,
  createChart,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts';
import { LiquidationBubbles, LiquidationHeatmap } from '../src/plugin';
import { buildBubbles, buildMarket } from './synthetic';

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
  appendMs: number;
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
    appendMs: 0,
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
  return result;
}

function measureChanges(heatmap: LiquidationHeatmap, result: BenchResult): void {
  let begin = performance.now();
  heatmap.applyOptions({ palette: 'cividis', lowerCutoff: 0.5 });
  result.paletteMs = performance.now() - begin;
  const valuesUsd = new Float64Array(result.buckets).fill(1e5);
  const { startMs = 0, stepMs = 0, columns = 0 } = heatmap.grid ?? {};
  const endMs = startMs + columns * stepMs;
  heatmap.applyColumn({ startMs: endMs, valuesUsd });
  begin = performance.now();
  heatmap.applyColumn({ startMs: endMs, valuesUsd });
  result.appendMs = performance.now() - begin;
}

run().then(
  (result) => {
    window.benchResult = result;
  },
  (error: unknown) => {
    window.benchError = String(error);
  },
);
