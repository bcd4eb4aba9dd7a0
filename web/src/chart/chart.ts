import { t } from '@lingui/core/macro';
import { effect } from '@preact/signals';
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
  RightMargin,
  type DepthData,
} from '../plugin';
import type { CandlesAnswer } from '../api/types';
import { formatPrice, priceDecimals } from '../ui/format';
import { formatAmount, isStrength } from '../ui/amount';
import { language } from '../ui/language';
import { formatMoney, priceRate } from '../ui/money';
import { FONT, colors, shownTheme } from '../ui/theme';
import { shownZone } from '../ui/zone';
import { candleColors, paintChart } from './chart-colors';
import { Indicators } from './indicators';
import { showZone } from './time-axis';
import type { PriceScale } from '../state/state';
import { Viewport } from './viewport';

/** Bodies thinner than this have no room for a border. */
const BORDER_FROM_SPACING = 6;
/** How much of the candles' own height stays free above and below for levels not yet reached. */
const HEADROOM = 0.45;
const PROFILE_PART = 0.16;
const PROFILE_LEAST_PIXELS = 62;
const PROFILE_MOST_PIXELS = 200;
const PROFILE_WORDS_PIXELS = 120;
/** Most languages write millions longer than English does. */
const [GUTTER_PIXELS, GUTTER_NARROW_PIXELS] = language === 'en' ? [114, 70] : [128, 78];
/** Under this width there is room for the profile or for the order book, and labels are short. */
const WIDE_FROM_PIXELS = 620;
const BUBBLE_PART = 0.014;
/** The largest of what is in view: more bury the price, and the tape lists them all. */
const MOST_BUBBLES = 40;
const MOST_BUBBLES_NARROW = 14;
const BUBBLE_LEAST_PIXELS = 8;
const BUBBLE_MOST_PIXELS = 16;

const SCALE_MODES: Record<PriceScale, PriceScaleMode> = {
  linear: PriceScaleMode.Normal,
  log: PriceScaleMode.Logarithmic,
  percent: PriceScaleMode.Percentage,
};

export interface LiquidationChart {
  chart: IChartApi;
  series: ISeriesApi<'Candlestick'>;
  heatmap: LiquidationHeatmap;
  profile: LiquidationProfile;
  bubbles: LiquidationBubbles;
  bands: LiquidationBands;
  depth: OrderBookBars;
  viewport: Viewport;
  indicators: Indicators;
  /** Where the margin begins, in which labels, order book and profile stand. */
  marginLeft(): number;
  /** The same margin for a series of another pane. */
  createMargin(): RightMargin;
  setCandles(candles: CandlesAnswer): void;
  /** Draws one candle anew; the one after the last is appended, and followed if the last one was in view. */
  updateCandle(candles: CandlesAnswer, index: number): void;
  /** Writes prices and figures anew, after the currency has changed. */
  refreshFigures(): void;
  setScale(scale: PriceScale): void;
  setProfileShown(isShown: boolean): void;
  setClustersShown(isShown: boolean): void;
  /** Resting orders beside the profile; `null` takes them and their room away. */
  setDepth(data: DepthData | null, isShown: boolean): void;
}

export function createLiquidationChart(host: HTMLElement): LiquidationChart {
  const chart = createChart(host, {
    autoSize: true,
    layout: {
      fontFamily: FONT,
      fontSize: 12,
      // Its logo comes with an inline style element, which the page's content policy refuses; the footer has notice and
      // link.
      attributionLogo: false,
    },
    // Grid lines are painted over the heat.
    grid: { vertLines: { visible: false }, horzLines: { visible: false } },
    crosshair: {
      mode: CrosshairMode.Normal,
      vertLine: { style: LineStyle.Dashed, width: 1 },
      horzLine: { style: LineStyle.Dashed, width: 1 },
    },
    timeScale: { timeVisible: true, secondsVisible: false, minBarSpacing: 0.02 },
    rightPriceScale: { scaleMargins: { top: 0.04, bottom: 0.04 } },
    handleScroll: { vertTouchDrag: true },
  });
  const heatmap = new LiquidationHeatmap({ candleHaloPixels: 2 });
  const profile = new LiquidationProfile({ fontFamily: FONT, formatUsd: formatAmount, formatTotalUsd: formatTotal });
  const series = chart.addSeries(CandlestickSeries, {
    borderVisible: false,
    // The chart's own tag is that of the last candle in view, which is another price once it is panned away.
    lastValueVisible: false,
    priceLineVisible: false,
    autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => withHeadroom(original(), heatmap),
  });
  series.attachPrimitive(heatmap);
  const bubbles = new LiquidationBubbles();
  series.attachPrimitive(bubbles);
  const margins: RightMargin[] = [];
  const createMargin = (): RightMargin => {
    const one = new RightMargin(margins[0]?.options() ?? {});
    margins.push(one);
    return one;
  };
  const margin = createMargin();
  series.attachPrimitive(margin);
  const bands = new LiquidationBands({ fontFamily: FONT });
  series.attachPrimitive(bands);
  series.attachPrimitive(profile);
  const depth = new OrderBookBars({ fontFamily: FONT, visible: false });
  series.attachPrimitive(depth);
  const lastPrice = series.createPriceLine({
    price: 0,
    color: '',
    lineStyle: LineStyle.Dotted,
    lineWidth: 1,
    axisLabelVisible: true,
    title: '',
  });
  effect(() => {
    showZone(chart, shownZone());
  });
  effect(() => {
    const now = colors();
    paintChart(chart, now);
    series.applyOptions(candleColors(now));
    const sides = { longColor: now.long, shortColor: now.short };
    const words = { textColor: now.text, backgroundColor: now.label };
    heatmap.applyOptions({ isOnLight: shownTheme() === 'light' });
    bubbles.applyOptions({ ...sides, outlineColor: now.background });
    for (const one of margins) one.applyOptions({ backgroundColor: now.background, borderColor: now.border });
    bands.applyOptions({ textColor: now.bright, backgroundColor: now.label, litTextColor: now.onColor });
    profile.applyOptions({ ...sides, ...words });
    depth.applyOptions(words);
    lastPrice.applyOptions({ color: now.crosshair });
  });

  let isDepthWanted = false;
  let times: readonly number[] = [];
  let lastClose = 1;
  const viewport = new Viewport(chart, () => margin.options().widthPixels);
  const indicators = new Indicators(chart, series);
  const timeScale = chart.timeScale();
  timeScale.subscribeVisibleLogicalRangeChange(() => {
    const borderVisible = timeScale.options().barSpacing >= BORDER_FROM_SPACING;
    if (series.options().borderVisible !== borderVisible) series.applyOptions({ borderVisible });
  });

  const layOut = (): void => {
    const widthPixels = Math.round(
      Math.min(PROFILE_MOST_PIXELS, Math.max(PROFILE_LEAST_PIXELS, host.clientWidth * PROFILE_PART)),
    );
    // On a phone there is room for the figure alone; the legend says what it is for.
    const scaleText = widthPixels < PROFILE_WORDS_PIXELS ? '' : t`a bucket`;
    if (profile.options().widthPixels !== widthPixels) profile.applyOptions({ widthPixels, scaleText });
    const largestRadius = Math.min(BUBBLE_MOST_PIXELS, Math.max(BUBBLE_LEAST_PIXELS, host.clientWidth * BUBBLE_PART));
    if (bubbles.options().largestRadius !== largestRadius) bubbles.applyOptions({ largestRadius });
    const mostCircles = host.clientWidth >= WIDE_FROM_PIXELS ? MOST_BUBBLES : MOST_BUBBLES_NARROW;
    if (bubbles.options().mostCircles !== mostCircles) bubbles.applyOptions({ mostCircles });
    const isWide = host.clientWidth >= WIDE_FROM_PIXELS;
    const isDepthDrawn = isDepthWanted && isWide;
    if (depth.options().visible !== isDepthDrawn) depth.applyOptions({ visible: isDepthDrawn });
    const profilePixels = profile.options().visible ? widthPixels : 0;
    const depthPixels = isDepthDrawn && depth.book !== null ? depth.options().widthPixels + 6 : 0;
    const gutterPixels = bands.options().visible ? (isWide ? GUTTER_PIXELS : GUTTER_NARROW_PIXELS) : 0;
    if (depth.options().marginPixels !== profilePixels + 2) depth.applyOptions({ marginPixels: profilePixels + 2 });
    const marginPixels = profilePixels + depthPixels;
    if (bands.options().marginPixels !== marginPixels || bands.options().gutterPixels !== gutterPixels)
      bands.applyOptions({ marginPixels, gutterPixels });
    const reserved = marginPixels + gutterPixels;
    if (margin.options().widthPixels === reserved && timeScale.options().rightOffsetPixels === reserved) return;
    const seen = viewport.window();
    for (const one of margins) one.applyOptions({ widthPixels: reserved, visible: reserved > 0 });
    heatmap.applyOptions({ marginPixels: reserved });
    host.parentElement?.style.setProperty('--margin', `${reserved}px`);
    timeScale.applyOptions({ rightOffsetPixels: reserved });
    // What is seen beside the margin stays, however wide that is.
    if (seen !== null) viewport.show(seen);
    else viewport.fit(true);
  };
  new ResizeObserver(layOut).observe(host);
  layOut();

  const showLastPrice = ({ close }: CandlesAnswer): void => {
    lastClose = close[close.length - 1] ?? 1;
    lastPrice.applyOptions({ price: lastClose });
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
    indicators.setPriceFormat();
  };

  return {
    chart,
    series,
    heatmap,
    profile,
    bubbles,
    bands,
    depth,
    viewport,
    indicators,
    createMargin,
    marginLeft: () => timeScale.width() - margin.options().widthPixels,
    setCandles(candles) {
      times = candles.time_ms.slice();
      showLastPrice(candles);
      formatAxes();
      viewport.replaceCandles(times, () => series.setData(times.map((_, index) => barOf(candles, index))));
      indicators.setCandles(candles);
    },
    updateCandle(candles, index) {
      const isAppended = index >= times.length;
      if (isAppended) {
        times = candles.time_ms.slice();
        viewport.appendCandle(times);
      }
      showLastPrice(candles);
      series.update(barOf(candles, index), index < times.length - 1);
      indicators.setCandles(candles);
    },
    refreshFigures() {
      formatAxes();
      // A function of its own each time, or the profile would not know that anything has changed.
      profile.applyOptions({ formatUsd: (usd) => formatAmount(usd) });
    },
    setScale(scale) {
      chart.priceScale('right').applyOptions({ mode: SCALE_MODES[scale] });
    },
    setProfileShown(isShown) {
      profile.applyOptions({ visible: isShown });
      layOut();
    },
    setClustersShown(isShown) {
      bands.applyOptions({ visible: isShown });
      layOut();
    },
    setDepth(data, isShown) {
      depth.setData(data);
      isDepthWanted = isShown;
      layOut();
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
