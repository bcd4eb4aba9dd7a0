import { effect, signal } from '@preact/signals';
import {
  HistogramSeries,
  LineSeries,
  type HistogramData,
  type IChartApi,
  type ISeriesApi,
  type LineData,
  type UTCTimestamp,
  type WhitespaceData,
} from 'lightweight-charts';
import { EMA, VWAP } from 'trading-signals';
import type { CandlesAnswer } from '../api/types';
import { colors } from '../ui/theme';

const DAY_MS = 86_400_000;
const EMA_CANDLES = [20, 50] as const;
/** Names of the lines, each with the colour it has. */
export const AVERAGES = [
  ['EMA 20', 'emaFast'],
  ['EMA 50', 'emaSlow'],
  ['VWAP', 'vwap'],
] as const;
/** The lowest part of the pane. */
const VOLUME_TOP = 0.86;
const LINE = {
  lineWidth: 1,
  priceLineVisible: false,
  lastValueVisible: false,
  crosshairMarkerVisible: false,
  // Candles alone make the price axis.
  autoscaleInfoProvider: () => null,
} as const;

type Point = LineData<UTCTimestamp> | WhitespaceData<UTCTimestamp>;

/** Exponential moving average of the closes; nothing before there are as many candles as it averages. */
export function emaPoints({ time_ms, close }: CandlesAnswer, candles: number): Point[] {
  const average = new EMA(candles);
  return time_ms.map((timeMs, at) => {
    const value = average.update(close[at], false);
    return pointAt(timeMs, at + 1 < candles ? null : value);
  });
}

/** Average price of the day's volume so far; each day, by UTC, begins anew. */
export function vwapPoints({ time_ms, high, low, close, volume }: CandlesAnswer): Point[] {
  let average = new VWAP();
  let day = NaN;
  return time_ms.map((timeMs, at) => {
    const ownDay = Math.floor(timeMs / DAY_MS);
    if (ownDay !== day) average = new VWAP();
    day = ownDay;
    return pointAt(
      timeMs,
      average.update({ high: high[at], low: low[at], close: close[at], volume: volume[at] }, false),
    );
  });
}

function pointAt(timeMs: number, value: number | null): Point {
  const time = (timeMs / 1000) as UTCTimestamp;
  return value === null || !Number.isFinite(value) ? { time } : { time, value };
}

/** Volume and averages, drawn behind the candles while somebody wants them. */
export class Indicators {
  readonly areAveragesShown = signal(false);
  readonly isVolumeShown = signal(false);
  private readonly candles = signal<CandlesAnswer | null>(null);
  private lines: ISeriesApi<'Line'>[] = [];
  private volume: ISeriesApi<'Histogram'> | null = null;

  constructor(
    private readonly chart: IChartApi,
    /** What is attached to it covers the margin, so it is drawn last. */
    private readonly last: ISeriesApi<'Candlestick'>,
  ) {
    effect(() => this.drawAverages());
    effect(() => this.drawVolume());
  }

  /** An object of its own each time, or nothing would be drawn anew. */
  setCandles(candles: CandlesAnswer): void {
    this.candles.value = { ...candles };
  }

  /** The axis is written as the first series in order says, whichever that is. */
  setPriceFormat(): void {
    const { priceFormat } = this.last.options();
    for (const line of this.lines) line.applyOptions({ priceFormat });
  }

  private drawAverages(): void {
    const candles = this.candles.value;
    const now = colors();
    if (!this.areAveragesShown.value || candles === null) {
      for (const line of this.lines) this.chart.removeSeries(line);
      this.lines = [];
      return;
    }
    if (this.lines.length === 0) {
      this.lines = AVERAGES.map(() => this.chart.addSeries(LineSeries, LINE));
      this.setPriceFormat();
      this.putCandlesLast();
    }
    const points = [...EMA_CANDLES.map((count) => emaPoints(candles, count)), vwapPoints(candles)];
    this.lines.forEach((line, at) => {
      line.applyOptions({ color: now[AVERAGES[at][1]] });
      line.setData(points[at]);
    });
  }

  private drawVolume(): void {
    const candles = this.candles.value;
    const { candleUp, candleDown } = colors();
    if (!this.isVolumeShown.value || candles === null) {
      if (this.volume !== null) this.chart.removeSeries(this.volume);
      this.volume = null;
      return;
    }
    if (this.volume === null) {
      this.volume = this.chart.addSeries(HistogramSeries, {
        priceScaleId: 'volume',
        priceFormat: { type: 'volume' },
        priceLineVisible: false,
        lastValueVisible: false,
      });
      this.volume.priceScale().applyOptions({ scaleMargins: { top: VOLUME_TOP, bottom: 0 } });
      this.putCandlesLast();
    }
    const { time_ms, open, close, volume } = candles;
    this.volume.setData(
      time_ms.map((timeMs, at): HistogramData<UTCTimestamp> => ({
        time: (timeMs / 1000) as UTCTimestamp,
        value: volume[at],
        color: `${close[at] >= open[at] ? candleUp : candleDown}80`,
      })),
    );
  }

  private putCandlesLast(): void {
    this.last.setSeriesOrder(this.lines.length + (this.volume === null ? 0 : 1));
  }
}
