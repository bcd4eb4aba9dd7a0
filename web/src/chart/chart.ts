import {
  CandlestickSeries,
  CrosshairMode,
  LineStyle,
  PriceScaleMode,
  createChart,
  type AutoscaleInfo,
  type CandlestickData,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts';
import {
  LiquidationBands,
  LiquidationBubbles,
  LiquidationHeatmap,
  LiquidationProfile,
  OrderBookBars,
  type DepthData,
} from '../plugin';
import type { CandlesAnswer } from '../api/types';
import { formatPrice, priceDecimals } from '../ui/format';
import { formatAmount, isStrength } from '../ui/amount';
import { formatMoney, priceRate } from '../ui/money';
import { COLORS, FONT } from '../ui/theme';
import { keptRange } from '../state/ranges';

/** Bodies thinner than this have no room for a border. */
const BORDER_FROM_SPACING = 6;
/** How much of the candles' own height stays free above and below for levels not yet reached. */
const HEADROOM = 0.45;
const PROFILE_PART = 0.16;
const PROFILE_LEAST_PIXELS = 84;
const PROFILE_MOST_PIXELS = 200;
/** Under this width there is room for the profile or for the order book. */
const DEPTH_FROM_PIXELS = 620;
const BUBBLE_PART = 0.018;
/** The largest of what is in view: more bury the price, and the tape lists them all. */
const MOST_BUBBLES = 40;
const BUBBLE_LEAST_PIXELS = 9;
const BUBBLE_MOST_PIXELS = 22;

export interface LiquidationChart {
  chart: IChartApi;
  series: ISeriesApi<'Candlestick'>;
  heatmap: LiquidationHeatmap;
  profile: LiquidationProfile;
  bubbles: LiquidationBubbles;
  bands: LiquidationBands;
  depth: OrderBookBars;
  /** Shows candles where the user has panned to: at the right edge if they were there, else at the same time. */
  setCandles(candles: CandlesAnswer): void;
  /** Draws one candle anew; the one after the last is appended, and followed if the last one was in view. */
  updateCandle(candles: CandlesAnswer, index: number): void;
  /** Writes prices and figures anew, after the currency has changed. */
  refreshFigures(): void;
  /** Whether the whole range is in view, as `fit` left it. */
  isFitted(): boolean;
  setLogScale(isLog: boolean): void;
  setProfileShown(isShown: boolean): void;
  /** Resting orders beside the profile; `null` takes them and their room away. */
  setDepth(data: DepthData | null, isShown: boolean): void;
  /** Brings the whole range into view; the price axis too, unless the user's own is to be kept. */
  fit(keepsPriceAxis?: boolean): void;
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
      // Its logo comes with an inline style element, which the page's content policy refuses; the footer has notice and
      // link.
      attributionLogo: false,
      panes: { separatorColor: COLORS.border, separatorHoverColor: COLORS.crosshairLabel },
    },
    // Grid lines are painted over the heat.
    grid: { vertLines: { visible: false }, horzLines: { visible: false } },
    crosshair: {
      mode: CrosshairMode.Normal,
      vertLine: {
        color: COLORS.crosshair,
        style: LineStyle.Dashed,
        width: 1,
        labelBackgroundColor: COLORS.crosshairLabel,
      },
      horzLine: {
        color: COLORS.crosshair,
        style: LineStyle.Dashed,
        width: 1,
        labelBackgroundColor: COLORS.crosshairLabel,
      },
    },
    timeScale: { timeVisible: true, secondsVisible: false, borderColor: COLORS.border, minBarSpacing: 0.02 },
    rightPriceScale: { borderColor: COLORS.border, scaleMargins: { top: 0.04, bottom: 0.04 } },
    handleScroll: { vertTouchDrag: true },
  });
  const heatmap = new LiquidationHeatmap({ candleHaloPixels: 2 });
  const profile = new LiquidationProfile({
    longColor: COLORS.long,
    shortColor: COLORS.short,
    fontFamily: FONT,
    formatUsd: formatAmount,
    formatTotalUsd: formatTotal,
  });
  const series = chart.addSeries(CandlestickSeries, {
    upColor: COLORS.candleUp,
    downColor: COLORS.candleDown,
    wickUpColor: COLORS.candleUp,
    wickDownColor: COLORS.candleDown,
    borderUpColor: COLORS.candleEdge,
    borderDownColor: COLORS.candleEdge,
    borderVisible: false,
    priceLineColor: COLORS.crosshair,
    priceLineStyle: LineStyle.Dotted,
    autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => withHeadroom(original(), heatmap),
  });
  series.attachPrimitive(heatmap);
  const bubbles = new LiquidationBubbles({
    longColor: COLORS.long,
    shortColor: COLORS.short,
    outlineColor: COLORS.background,
    mostCircles: MOST_BUBBLES,
  });
  // Before the profile, which covers what is panned under it.
  series.attachPrimitive(bubbles);
  const bands = new LiquidationBands({ fontFamily: FONT });
  series.attachPrimitive(bands);
  series.attachPrimitive(profile);
  const depth = new OrderBookBars({ fontFamily: FONT, visible: false });
  series.attachPrimitive(depth);

  let isDepthWanted = false;
  let times: readonly number[] = [];
  let lastClose = 1;
  /** What `fit` made: width in candles, and how far beyond the last candle it reaches. */
  let fitted: { width: number; reach: number } | null = null;
  const timeScale = chart.timeScale();
  timeScale.subscribeVisibleLogicalRangeChange(() => {
    const borderVisible = timeScale.options().barSpacing >= BORDER_FROM_SPACING;
    if (series.options().borderVisible !== borderVisible) series.applyOptions({ borderVisible });
  });

  const layOut = (): void => {
    const widthPixels = Math.round(
      Math.min(PROFILE_MOST_PIXELS, Math.max(PROFILE_LEAST_PIXELS, host.clientWidth * PROFILE_PART)),
    );
    if (profile.options().widthPixels !== widthPixels) profile.applyOptions({ widthPixels });
    const largestRadius = Math.min(BUBBLE_MOST_PIXELS, Math.max(BUBBLE_LEAST_PIXELS, host.clientWidth * BUBBLE_PART));
    if (bubbles.options().largestRadius !== largestRadius) bubbles.applyOptions({ largestRadius });
    const isDepthDrawn = isDepthWanted && host.clientWidth >= DEPTH_FROM_PIXELS;
    if (depth.options().visible !== isDepthDrawn) depth.applyOptions({ visible: isDepthDrawn });
    const profilePixels = profile.options().visible ? widthPixels : 0;
    const depthPixels = isDepthDrawn && depth.book !== null ? depth.options().widthPixels + 6 : 0;
    if (depth.options().marginPixels !== profilePixels + 2) depth.applyOptions({ marginPixels: profilePixels + 2 });
    if (bands.options().marginPixels !== profilePixels + depthPixels)
      bands.applyOptions({ marginPixels: profilePixels + depthPixels });
    const rightOffsetPixels = profilePixels + depthPixels + (profilePixels > 0 ? 10 : 16);
    if (timeScale.options().rightOffsetPixels !== rightOffsetPixels) timeScale.applyOptions({ rightOffsetPixels });
  };
  new ResizeObserver(layOut).observe(host);
  layOut();

  /**
   * Set until the next frame: the chart answers with the old range until then, and a second key would undo the first.
   */
  let pending: { from: number; to: number } | null = null;
  const shift = (change: (from: number, to: number) => [number, number]): void => {
    const range = pending ?? timeScale.getVisibleLogicalRange();
    if (range === null) return;
    const [from, to] = change(range.from, range.to);
    if (pending === null)
      requestAnimationFrame(() => {
        pending = null;
      });
    pending = { from, to };
    timeScale.setVisibleLogicalRange({ from: from, to: to });
  };

  const formatAxes = (): void => {
    const decimals = priceDecimals(lastClose * priceRate());
    // The axis has round prices: one decimal less says the same with less ink.
    const axisDecimals = Math.max(0, decimals - 1);
    // Of this series and not of the chart: another pane's axis has no prices.
    series.applyOptions({
      priceFormat: {
        type: 'custom',
        minMove: 10 ** -priceDecimals(lastClose),
        formatter: (price: number) => formatPrice(price, decimals),
        tickmarksFormatter: (prices: number[]) => prices.map((price) => formatPrice(price, axisDecimals)),
      },
    });
  };

  return {
    chart,
    series,
    heatmap,
    profile,
    bubbles,
    bands,
    depth,
    setCandles(candles) {
      const range = timeScale.getVisibleLogicalRange();
      const before = times;
      times = candles.time_ms.slice();
      lastClose = candles.close[times.length - 1] ?? 1;
      formatAxes();
      series.setData(times.map((_, index) => barOf(candles, index)));
      const shifted = range === null ? null : keptRange(before, times, range);
      if (shifted !== null) timeScale.setVisibleLogicalRange({ from: shifted.from, to: shifted.to });
    },
    updateCandle(candles, index) {
      const isAppended = index >= times.length;
      if (isAppended) times = candles.time_ms.slice();
      series.update(barOf(candles, index), index < times.length - 1);
    },
    refreshFigures() {
      formatAxes();
      // A function of its own each time, or the profile would not know that anything has changed.
      profile.applyOptions({ formatUsd: (usd) => formatAmount(usd) });
    },
    isFitted() {
      const range = timeScale.getVisibleLogicalRange();
      if (range === null || fitted === null) return fitted === null;
      const reach = range.to - (times.length - 1);
      return Math.abs(range.to - range.from - fitted.width) < 0.5 && Math.abs(reach - fitted.reach) < 0.5;
    },
    setLogScale(isLog) {
      chart.priceScale('right').applyOptions({ mode: isLog ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal });
    },
    setProfileShown(isShown) {
      profile.applyOptions({ visible: isShown });
      layOut();
    },
    setDepth(data, isShown) {
      depth.setData(data);
      isDepthWanted = isShown;
      layOut();
    },
    fit(keepsPriceAxis = false) {
      if (!keepsPriceAxis) chart.priceScale('right').applyOptions({ autoScale: true });
      const reserved = timeScale.options().rightOffsetPixels ?? 0;
      const paneWidth = timeScale.width();
      if (times.length === 0 || paneWidth <= reserved) return;
      const spacing = (paneWidth - reserved) / times.length;
      const to = times.length - 0.5 + reserved / spacing;
      timeScale.setVisibleLogicalRange({ from: -0.5, to: to });
      fitted = { width: to + 0.5, reach: to - (times.length - 1) };
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

/** A curve of strengths ends with no figure: it is drawn beside the other side's, and that is all it says. */
function formatTotal(usd: number): string {
  return isStrength() ? '' : formatMoney(usd);
}

function barOf(candles: CandlesAnswer, index: number): CandlestickData<UTCTimestamp> {
  return {
    time: (candles.time_ms[index] / 1000) as UTCTimestamp,
    open: candles.open[index],
    high: candles.high[index],
    low: candles.low[index],
    close: candles.close[index],
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
