import { signal } from '@preact/signals';
import {
  BaselineSeries,
  LineStyle,
  type BaselineData,
  type BaselineSeriesPartialOptions,
  type IPaneApi,
  type ISeriesApi,
  type PriceFormatCustom,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { queryString, type ApiClient } from '../api/client';
import type { NetAnswer } from '../api/decisions';
import { isNotOffered } from '../api/problem';
import type { ViewQuery } from '../api/types';
import { signedAmount } from '../ui/amount';
import { currencyMark, moneyRate } from '../ui/money';
import { colors, shownTheme } from '../ui/theme';
import { onChange } from '../state/on-change';
import { intervalMs } from '../state/ranges';
import type { LiquidationChart } from './chart';

const PART_OF_CHART = 0.24;

/** One point for each column, at the open of its candle: times of their own would spread the candles. */
export function netPoints(
  { time_ms, net_usd }: Pick<NetAnswer, 'time_ms' | 'net_usd'>,
  stepMs: number,
): { time: number; value: number }[] {
  return time_ms.map((endMs, index) => ({ time: (endMs - stepMs) / 1000, value: net_usd[index] }));
}

export interface NetText {
  netUsd: number;
  longUsd: number;
  shortUsd: number;
  /** The largest of all that the line is made of: a strength of 100. */
  mostUsd: number;
  /** Part of the price that is looked at, above and below it. */
  band: number;
  topPixels: number;
}

/** The net line of a delta map in a pane of its own: shorts above less longs below, in the article's sign. */
export class NetPane {
  private series: ISeriesApi<'Baseline'> | null = null;
  private pane: IPaneApi<Time> | null = null;
  private answer: NetAnswer | null = null;
  private mostUsd = 0;
  private shownName = '';
  private request: AbortController | null = null;
  /** What stands in the corner of the pane, and how far down that is. */
  readonly text = signal<NetText | null>(null);

  constructor(
    private readonly area: HTMLElement,
    private readonly api: ApiClient,
    private readonly view: LiquidationChart,
  ) {
    view.chart.subscribeCrosshairMove(({ logical }) => this.tell(logical ?? null));
    new ResizeObserver(() => this.tell(null)).observe(area);
    onChange(shownTheme, () => this.series?.applyOptions(lineColors()));
    // The axis writes its figures anew, in another currency.
    onChange(
      () => `${currencyMark()} ${moneyRate()}`,
      () => this.series?.applyOptions({ priceFormat: priceFormat(this.mostUsd) }),
    );
  }

  async show(query: ViewQuery): Promise<void> {
    const name = queryString(query);
    if (name === this.shownName) return;
    this.request?.abort();
    const request = (this.request = new AbortController());
    try {
      const answer = await this.api.net(query, request.signal);
      if (request.signal.aborted) return;
      this.shownName = name;
      this.draw(answer, intervalMs(query.interval));
    } catch (error) {
      if (!request.signal.aborted && isNotOffered(error)) this.hide();
    }
  }

  hide(): void {
    this.request?.abort();
    this.shownName = '';
    this.answer = null;
    this.text.value = null;
    if (this.series !== null) this.view.chart.removeSeries(this.series);
    this.series = null;
    this.pane = null;
  }

  private draw(answer: NetAnswer, stepMs: number): void {
    const { chart } = this.view;
    if (this.series === null) {
      this.series = chart.addSeries(
        BaselineSeries,
        {
          baseValue: { type: 'price', price: 0 },
          lineWidth: 2,
          priceLineVisible: false,
          lastValueVisible: true,
          ...lineColors(),
          autoscaleInfoProvider: withZero,
        },
        1,
      );
      this.series.createPriceLine({
        price: 0,
        color: colors().crosshair,
        lineWidth: 1,
        lineStyle: LineStyle.Dotted,
        axisLabelVisible: false,
        title: '',
      });
      // Words stand above the line.
      this.series.priceScale().applyOptions({ scaleMargins: { top: 0.3, bottom: 0.06 } });
      this.series.attachPrimitive(this.view.createMargin());
      const panes = chart.panes();
      this.pane = panes[1] ?? null;
      panes[0].setStretchFactor(1 - PART_OF_CHART);
      this.pane?.setStretchFactor(PART_OF_CHART);
    }
    this.answer = answer;
    this.mostUsd = Math.max(0, ...answer.long_below_usd, ...answer.short_above_usd);
    this.series.applyOptions({ priceFormat: priceFormat(this.mostUsd) });
    const points: BaselineData[] = netPoints(answer, stepMs).map(({ time, value }) => ({
      time: time as UTCTimestamp,
      value,
    }));
    this.series.setData(points);
    this.tell(null);
    // The new pane has its place with the next frame.
    requestAnimationFrame(() => this.tell(null));
  }

  /** Panes have no room of their own for words: they stand over the chart. */
  private tell(logical: number | null): void {
    const row = this.pane?.getHTMLElement();
    if (this.answer === null || row == null) return;
    const { net_usd, long_below_usd, short_above_usd, band } = this.answer;
    const last = net_usd.length - 1;
    const index = logical === null ? last : Math.min(last, Math.max(0, Math.round(logical)));
    const netUsd = net_usd[index];
    if (netUsd === undefined) return;
    const topPixels = row.getBoundingClientRect().top - this.area.getBoundingClientRect().top + 6;
    const [longUsd, shortUsd] = [long_below_usd[index], short_above_usd[index]];
    this.text.value = { netUsd, longUsd, shortUsd, mostUsd: this.mostUsd, band, topPixels };
  }
}

function lineColors(): BaselineSeriesPartialOptions {
  const { long, short } = colors();
  return {
    topLineColor: short,
    topFillColor1: `${short}4d`,
    topFillColor2: `${short}0a`,
    bottomLineColor: long,
    bottomFillColor1: `${long}0a`,
    bottomFillColor2: `${long}4d`,
  };
}

function priceFormat(mostUsd: number): PriceFormatCustom {
  return { type: 'custom', minMove: 1, formatter: (usd: number) => signedAmount(usd, mostUsd) };
}

/** Zero is always in view, or the sign could not be seen. */
function withZero(
  original: () => { priceRange: { minValue: number; maxValue: number } | null } | null,
): ReturnType<typeof original> {
  const info = original();
  if (info?.priceRange == null) return info;
  return {
    ...info,
    priceRange: { minValue: Math.min(0, info.priceRange.minValue), maxValue: Math.max(0, info.priceRange.maxValue) },
  };
}
