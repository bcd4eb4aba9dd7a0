import {
  CandlestickSeries, CrosshairMode, LineStyle, PriceScaleMode, createChart,
  type AutoscaleInfo, type IChartApi, type ISeriesApi, type Logical, type UTCTimestamp,
} from 'lightweight-charts';
import { LiquidationHeatmap, LiquidationProfile } from '../plugin';
import type { CandlesAnswer } from '../api/types';
import { formatPrice, priceDecimals } from './format';
import { formatMoney } from './money';
import { COLORS, FONT } from './theme';

/** Bodies thinner than this have no room for a border. */
const BORDER_FROM_SPACING = 6;
/** How much of the candles' own height stays free above and below for levels not yet reached. */
const HEADROOM = 0.45;
const PROFILE_PART = 0.16;
const PROFILE_LEAST_PIXELS = 84;
const PROFILE_MOST_PIXELS = 200;

export interface LiquidationChart {
  chart: IChartApi;
  series: ISeriesApi<'Candlestick'>;
  heatmap: LiquidationHeatmap;
  profile: LiquidationProfile;
  setCandles(candles: CandlesAnswer): void;
  setLogScale(isLog: boolean): void;
  setProfileShown(isShown: boolean): void;
  fit(): void;
  pan(candles: number): void;
  zoom(factor: number): void;
}

export function createLiquidationChart(host: HTMLElement): LiquidationChart {
  const chart = createChart(host, {
    autoSize: true,
    layout: {
      background: { color: COLORS.background },
      textColor: COLORS.text,
      fontFamily: FONT,
      fontSize: 12,
      // Its logo comes with an inline style element, which the page's content policy refuses; the footer has notice and link.
      attributionLogo: false,
    },
    // Grid lines are painted over the heat.
    grid: { vertLines: { visible: false }, horzLines: { visible: false } },
    crosshair: {
      mode: CrosshairMode.Normal,
      vertLine: { color: COLORS.crosshair, style: LineStyle.Dashed, width: 1, labelBackgroundColor: COLORS.crosshairLabel },
      horzLine: { color: COLORS.crosshair, style: LineStyle.Dashed, width: 1, labelBackgroundColor: COLORS.crosshairLabel },
    },
    timeScale: { timeVisible: true, secondsVisible: false, borderColor: COLORS.border, minBarSpacing: 0.02 },
    rightPriceScale: { borderColor: COLORS.border, scaleMargins: { top: 0.04, bottom: 0.04 } },
    handleScroll: { vertTouchDrag: true },
  });
  const heatmap = new LiquidationHeatmap({ candleHaloPixels: 2 });
  const profile = new LiquidationProfile({ longColor: COLORS.long, shortColor: COLORS.short, fontFamily: FONT, formatUsd: formatMoney });
  const series = chart.addSeries(CandlestickSeries, {
    upColor: COLORS.candleUp, downColor: COLORS.candleDown,
    wickUpColor: COLORS.candleUp, wickDownColor: COLORS.candleDown,
    borderUpColor: COLORS.candleEdge, borderDownColor: COLORS.candleEdge, borderVisible: false,
    priceLineColor: COLORS.crosshair, priceLineStyle: LineStyle.Dotted,
    autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => withHeadroom(original(), heatmap),
  });
  series.attachPrimitive(heatmap);
  series.attachPrimitive(profile);

  let candleCount = 0;
  const timeScale = chart.timeScale();
  timeScale.subscribeVisibleLogicalRangeChange(() => {
    const borderVisible = timeScale.options().barSpacing >= BORDER_FROM_SPACING;
    if (series.options().borderVisible !== borderVisible) series.applyOptions({ borderVisible });
  });

  const layOut = (): void => {
    const widthPixels = Math.round(Math.min(PROFILE_MOST_PIXELS, Math.max(PROFILE_LEAST_PIXELS, host.clientWidth * PROFILE_PART)));
    if (profile.options().widthPixels !== widthPixels) profile.applyOptions({ widthPixels });
    const rightOffsetPixels = profile.options().visible ? widthPixels + 10 : 16;
    if (timeScale.options().rightOffsetPixels !== rightOffsetPixels) timeScale.applyOptions({ rightOffsetPixels });
  };
  new ResizeObserver(layOut).observe(host);
  layOut();

  /** Set until the next frame: the chart answers with the old range until then, and a second key would undo the first. */
  let pending: { from: number; to: number } | null = null;
  const shift = (change: (from: number, to: number) => [number, number]): void => {
    const range = pending ?? timeScale.getVisibleLogicalRange();
    if (range === null) return;
    const [from, to] = change(range.from, range.to);
    if (pending === null) requestAnimationFrame(() => { pending = null; });
    pending = { from, to };
    timeScale.setVisibleLogicalRange({ from: from as Logical, to: to as Logical });
  };

  return {
    chart, series, heatmap, profile,
    setCandles(candles) {
      candleCount = candles.time_ms.length;
      const lastClose = candles.close[candleCount - 1] ?? 1;
      const decimals = priceDecimals(lastClose);
      // The axis has round prices: one decimal less says the same with less ink.
      const axisDecimals = Math.max(0, decimals - 1);
      chart.applyOptions({
        localization: { tickmarksPriceFormatter: (prices: number[]) => prices.map((price) => formatPrice(price, axisDecimals)) },
      });
      series.applyOptions({
        priceFormat: { type: 'custom', minMove: 10 ** -decimals, formatter: (price: number) => formatPrice(price, decimals) },
      });
      series.setData(candles.time_ms.map((timeMs, index) => ({
        time: (timeMs / 1000) as UTCTimestamp,
        open: candles.open[index], high: candles.high[index], low: candles.low[index], close: candles.close[index],
      })));
    },
    setLogScale(isLog) {
      chart.priceScale('right').applyOptions({ mode: isLog ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal });
    },
    setProfileShown(isShown) {
      profile.applyOptions({ visible: isShown });
      layOut();
    },
    fit() {
      chart.priceScale('right').applyOptions({ autoScale: true });
      const reserved = timeScale.options().rightOffsetPixels ?? 0;
      const paneWidth = timeScale.width();
      if (candleCount === 0 || paneWidth <= reserved) return;
      const spacing = (paneWidth - reserved) / candleCount;
      timeScale.setVisibleLogicalRange({ from: -0.5 as Logical, to: (candleCount - 0.5 + reserved / spacing) as Logical });
    },
    pan(candles) {
      shift((from, to) => [from + candles, to + candles]);
    },
    zoom(factor) {
      shift((from, to) => {
        const middle = (from + to) / 2;
        const half = Math.max(2, ((to - from) / 2) * factor);
        return [middle - half, middle + half];
      });
    },
  };
}

/** Room for the levels around the candles, as far as the grid reaches; the heat itself never squashes the candles. */
function withHeadroom(info: AutoscaleInfo | null, heatmap: LiquidationHeatmap): AutoscaleInfo | null {
  const edges = heatmap.grid?.priceEdges;
  if (info?.priceRange == null || edges === undefined) return info;
  const { minValue, maxValue } = info.priceRange;
  const room = Math.max((maxValue - minValue) * HEADROOM, maxValue * 0.01);
  return {
    ...info,
    priceRange: {
      minValue: Math.min(minValue, Math.max(edges[0], minValue - room)),
      maxValue: Math.max(maxValue, Math.min(edges[edges.length - 1], maxValue + room)),
    },
  };
}
