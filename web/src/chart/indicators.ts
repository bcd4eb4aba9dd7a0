import { effect, signal } from '@preact/signals';
import {
  HistogramSeries,
  LineSeries,
  type HistogramData,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { CandlesAnswer } from '../api/types';
import type * as Averages from './averages';
import { colors } from '../ui/theme';

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

/** Volume and averages, drawn behind the candles while somebody wants them. */
export class Indicators {
  readonly areAveragesShown = signal(false);
  readonly isVolumeShown = signal(false);
  private readonly candles = signal<CandlesAnswer | null>(null);
  /** How averages are computed comes when somebody wants one. */
  private readonly averages = signal<typeof Averages | null>(null);
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
    const averages = this.averages.value;
    if (averages === null) {
      import('./averages').then(
        (found) => (this.averages.value = found),
        // The layer stays empty; choosing it again asks again.
        () => undefined,
      );
      return;
    }
    if (this.lines.length === 0) {
      this.lines = AVERAGES.map(() => this.chart.addSeries(LineSeries, LINE));
      this.setPriceFormat();
      this.putCandlesLast();
    }
    const points = [...EMA_CANDLES.map((count) => averages.emaPoints(candles, count)), averages.vwapPoints(candles)];
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
