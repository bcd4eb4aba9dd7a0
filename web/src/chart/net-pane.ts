import {
  BaselineSeries,
  LineStyle,
  type BaselineData,
  type IPaneApi,
  type ISeriesApi,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { queryString, type ApiClient } from '../api/client';
import type { NetAnswer } from '../api/decisions';
import { isNotOffered } from '../api/problem';
import type { ViewQuery } from '../api/types';
import { element } from '../ui/dom';
import { formatMoney, signedMoney } from '../ui/money';
import { COLORS } from '../ui/theme';
import { intervalMs } from '../state/ranges';
import type { LiquidationChart } from './chart';
import { netWords } from './delta';

const PART_OF_CHART = 0.24;

/** One point for each column, at the open of its candle: times of their own would spread the candles. */
export function netPoints(
  { time_ms, net_usd }: Pick<NetAnswer, 'time_ms' | 'net_usd'>,
  stepMs: number,
): { time: number; value: number }[] {
  return time_ms.map((endMs, index) => ({ time: (endMs - stepMs) / 1000, value: net_usd[index] }));
}

/** The net line of a delta map in a pane of its own: shorts above less longs below, in the article's sign. */
export class NetPane {
  private series: ISeriesApi<'Baseline'> | null = null;
  private pane: IPaneApi<Time> | null = null;
  private answer: NetAnswer | null = null;
  private shownName = '';
  private request: AbortController | null = null;
  private readonly text = element('div', { class: 'net-text number', 'data-testid': 'net-text', hidden: true });

  constructor(
    area: HTMLElement,
    private readonly api: ApiClient,
    private readonly view: LiquidationChart,
  ) {
    area.append(this.text);
    view.chart.subscribeCrosshairMove(({ logical }) => this.write(logical ?? null));
    new ResizeObserver(() => this.place()).observe(area);
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
    this.text.hidden = true;
    if (this.series !== null) this.view.chart.removeSeries(this.series);
    this.series = null;
    this.pane = null;
  }

  /** Writes the figures anew, in another currency. */
  refresh(): void {
    this.series?.applyOptions({
      priceFormat: { type: 'custom', minMove: 1, formatter: (usd: number) => signedMoney(usd) },
    });
    this.write(null);
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
          topLineColor: COLORS.short,
          topFillColor1: 'rgba(255, 166, 87, 0.30)',
          topFillColor2: 'rgba(255, 166, 87, 0.04)',
          bottomLineColor: COLORS.long,
          bottomFillColor1: 'rgba(111, 183, 255, 0.04)',
          bottomFillColor2: 'rgba(111, 183, 255, 0.30)',
          priceFormat: { type: 'custom', minMove: 1, formatter: (usd: number) => signedMoney(usd) },
          autoscaleInfoProvider: withZero,
        },
        1,
      );
      this.series.createPriceLine({
        price: 0,
        color: COLORS.crosshair,
        lineWidth: 1,
        lineStyle: LineStyle.Dotted,
        axisLabelVisible: false,
        title: '',
      });
      const panes = chart.panes();
      this.pane = panes[1] ?? null;
      panes[0].setStretchFactor(1 - PART_OF_CHART);
      this.pane?.setStretchFactor(PART_OF_CHART);
    }
    this.answer = answer;
    const points: BaselineData[] = netPoints(answer, stepMs).map(({ time, value }) => ({
      time: time as UTCTimestamp,
      value,
    }));
    this.series.setData(points);
    this.text.hidden = false;
    this.write(null);
    requestAnimationFrame(() => this.place());
  }

  private write(logical: number | null): void {
    if (this.answer === null || this.series === null) return;
    const { net_usd, long_below_usd, short_above_usd, band } = this.answer;
    const index =
      logical === null ? net_usd.length - 1 : Math.min(net_usd.length - 1, Math.max(0, Math.round(logical)));
    const net = net_usd[index];
    if (net === undefined) return;
    const { text, bias } = netWords(net);
    this.text.dataset.netUsd = String(net);
    this.text.replaceChildren(
      element('b', {}, `Net within ± ${Number((100 * band).toFixed(1))} %`),
      ' ',
      element('b', { class: bias === 'bearish' ? 'side-long' : 'side-short' }, signedMoney(net)),
      ` · ${text} `,
      element(
        'span',
        { class: 'muted' },
        `(▲ ${formatMoney(short_above_usd[index])} shorts above`
          + ` − ▼ ${formatMoney(long_below_usd[index])} longs below, estimated)`,
      ),
    );
  }

  /** The text stands in the corner of its pane; panes have no room of their own for one. */
  private place(): void {
    const row = this.pane?.getHTMLElement();
    const area = this.text.parentElement;
    if (row == null || area === null) return;
    this.text.style.top = `${row.getBoundingClientRect().top - area.getBoundingClientRect().top + 6}px`;
  }
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
