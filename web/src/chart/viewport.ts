import type { IChartApi } from 'lightweight-charts';
import { lowerBound } from '../plugin';
import { keptRange } from '../state/ranges';
import type { ViewWindow } from '../state/state';

/** At least this part of what is seen are candles: a chart without any says nothing. */
const LEAST_CANDLES = 0.1;
const LEAST_WIDTH = 4;
/** A change of what is seen so soon after a gesture is its doing. */
const GESTURE_MS = 500;

interface Range {
  from: number;
  to: number;
}

/** Which times and prices are seen; the margin at the right, which no candle shows through, is no part of it. */
export class Viewport {
  private times: readonly number[] = [];
  /** Until somebody zooms or pans, and again after `fit`: the whole range is in view, whatever the window's size. */
  private isWhole = true;
  private touchedAt = -Infinity;
  /**
   * Set until the next frame: the chart answers with the old range until then, and a second key would undo the first.
   */
  private pending: Range | null = null;
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly chart: IChartApi,
    private readonly marginPixels: () => number,
  ) {
    const touch = (event: Event): void => {
      if (!(event instanceof PointerEvent) || event.buttons > 0) this.touchedAt = performance.now();
    };
    for (const gesture of ['wheel', 'pointermove', 'touchmove'])
      chart.chartElement().addEventListener(gesture, touch, { capture: true, passive: true });
    chart.timeScale().subscribeSizeChange(() => {
      if (this.isWhole) this.fit(true);
    });
    chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range === null) return;
      const isByHand = performance.now() - this.touchedAt < GESTURE_MS;
      if (isByHand && this.isWhole && !this.isAsFitted(range)) this.isWhole = false;
      const kept = this.clamp(range);
      if (kept.from === range.from) for (const listener of this.listeners) listener();
      // Not from within the chart's own change.
      else if (this.pending === null) requestAnimationFrame(() => this.set(kept));
    });
  }

  /** Calls back after each change of the times that are seen. */
  onMoved(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** The candles are other ones; `draw` shows them. The view stays at the right edge, else at the same times. */
  replaceCandles(times: readonly number[], draw: () => void): void {
    const range = this.chart.timeScale().getVisibleLogicalRange();
    const before = this.times;
    this.times = times;
    draw();
    const kept = range === null ? null : keptRange(before, times, range);
    if (kept !== null) this.set(kept);
  }

  appendCandle(times: readonly number[]): void {
    this.times = times;
  }

  /** Whether the whole range is in view, as `fit` leaves it. */
  isFitted(): boolean {
    return this.isWhole;
  }

  /** Whether the first candle is in view or near. */
  isNearStart(): boolean {
    const range = this.chart.timeScale().getVisibleLogicalRange();
    return range !== null && range.from < 0.15 * (range.to - range.from) && !this.isWhole;
  }

  /** Brings the whole range into view; the price axis too, unless the user's own is to be kept. */
  fit(keepsPriceAxis = false): void {
    if (!keepsPriceAxis) this.chart.priceScale('right').applyOptions({ autoScale: true });
    this.isWhole = true;
    const whole = this.whole();
    if (whole !== null) this.set(whole);
  }

  pan(candles: number): void {
    this.shift(({ from, to }) => ({ from: from + candles, to: to + candles }));
  }

  /** Zooms about the newest candle while that is seen, else about the middle. */
  zoom(factor: number): void {
    this.shift((range) => {
      const width = Math.max(LEAST_WIDTH, (range.to - range.from) * factor);
      const seenTo = range.to - this.marginCandles(range);
      const last = this.times.length - 1;
      const anchor = last >= range.from && last <= seenTo ? last : (range.from + seenTo) / 2;
      const part = (anchor - range.from) / (range.to - range.from);
      const from = anchor - part * width;
      return { from, to: from + width };
    });
  }

  /** What is seen of time, and of prices where the axis is not the automatic one; `null` for the whole range. */
  window(): ViewWindow | null {
    const scale = this.chart.priceScale('right');
    const isAutomatic = scale.options().autoScale;
    const range = this.chart.timeScale().getVisibleLogicalRange();
    if (range === null || this.times.length < 2 || (this.isWhole && isAutomatic)) return null;
    const prices = isAutomatic ? null : scale.getVisibleRange();
    const [fromMs, toMs] = this.seenMs().map(Math.round);
    return {
      fromMs,
      toMs,
      prices: prices === null ? null : [prices.from, prices.to],
    };
  }

  /** The prices that are seen; `null` where there are none. */
  seenPrices(): readonly [low: number, high: number] | null {
    const range = this.chart.priceScale('right').getVisibleRange();
    return range === null ? null : [range.from, range.to];
  }

  /** The times that are seen. */
  seenMs(): readonly [from: number, to: number] {
    const range = this.chart.timeScale().getVisibleLogicalRange();
    if (range === null || this.times.length === 0) return [0, 0];
    return [this.timeAt(range.from), this.timeAt(range.to - this.marginCandles(range))];
  }

  show({ fromMs, toMs, prices }: ViewWindow): void {
    const from = this.logicalAt(fromMs);
    const seenTo = this.logicalAt(toMs);
    const paneWidth = this.chart.timeScale().width();
    const seenPixels = paneWidth - this.marginPixels();
    if (!(seenTo > from) || seenPixels <= 0) return;
    this.isWhole = false;
    this.set(this.clamp({ from, to: from + ((seenTo - from) * paneWidth) / seenPixels }));
    if (prices !== null) this.chart.priceScale('right').setVisibleRange({ from: prices[0], to: prices[1] });
  }

  /** All candles, as wide as the pane is without its margin; `null` where there is no room. */
  private whole(): Range | null {
    const reserved = this.marginPixels();
    const paneWidth = this.chart.timeScale().width();
    const count = this.times.length;
    if (count === 0 || paneWidth <= reserved) return null;
    return { from: -0.5, to: count - 0.5 + (reserved * count) / (paneWidth - reserved) };
  }

  private isAsFitted(range: Range): boolean {
    const whole = this.whole();
    return whole === null || (Math.abs(range.from - whole.from) < 0.5 && Math.abs(range.to - whole.to) < 0.5);
  }

  private shift(change: (range: Range) => Range): void {
    const range = this.pending ?? this.chart.timeScale().getVisibleLogicalRange();
    if (range === null) return;
    if (this.pending === null)
      requestAnimationFrame(() => {
        this.pending = null;
      });
    this.isWhole = false;
    this.pending = this.clamp(change(range));
    this.set(this.pending);
  }

  private set({ from, to }: Range): void {
    this.chart.timeScale().setVisibleLogicalRange({ from, to });
  }

  /** Moves a range so that candles are seen in it. */
  private clamp(range: Range): Range {
    const count = this.times.length;
    if (count === 0) return range;
    const seen = range.to - range.from - this.marginCandles(range);
    const least = Math.min(count, Math.max(1, LEAST_CANDLES * seen));
    const earliest = least - 0.5 - seen;
    const latest = count - 0.5 - least;
    const from = Math.min(latest, Math.max(range.from, earliest));
    return { from, to: from + range.to - range.from };
  }

  private marginCandles({ from, to }: Range): number {
    return ((to - from) * this.marginPixels()) / Math.max(1, this.chart.timeScale().width());
  }

  private get stepMs(): number {
    const last = this.times.length - 1;
    return last > 0 ? this.times[last] - this.times[last - 1] : 60_000;
  }

  /** The time at a place on the scale of candles, beyond them too. */
  timeAt(logical: number): number {
    const last = this.times.length - 1;
    const index = Math.min(last, Math.max(0, Math.floor(logical)));
    return this.times[index] + (logical - index) * this.stepMs;
  }

  /** The place of a time on the scale of candles. */
  logicalAt(timeMs: number): number {
    const last = this.times.length - 1;
    const index = Math.min(last, Math.max(0, lowerBound(this.times, timeMs)));
    return index + (timeMs - this.times[index]) / this.stepMs;
  }
}
