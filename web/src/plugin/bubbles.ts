import type {
  IPrimitivePaneView, ISeriesPrimitive, PrimitiveHoveredItem, SeriesAttachedParameter, SeriesType, Time,
} from 'lightweight-charts';
import { circleAt, layOutCircles, logicalsOf, usdOfLargest, type BubbleScale, type Circle } from './bubbles-layout.js';
import { BubbleSprites } from './bubbles-sprites.js';
import { readCandlePositions } from './candle-positions.js';
import { shortestStep } from './time-lookup.js';
import type { BubbleAtPoint, BubbleEvent, BubbleOptions } from './types.js';

type Attached = SeriesAttachedParameter<Time, SeriesType>;

const DEFAULT_OPTIONS: BubbleOptions = {
  visible: true,
  longColor: '#6fb7ff',
  shortColor: '#ffa657',
  outlineColor: '#0b0e14',
  opacity: 0.66,
  largestRadius: 22,
  smallestRadius: 2,
  mergePixels: 8,
  mostCircles: 2000,
};
const USUAL_STEP_MS = 60_000;

/** Events at a time and a price, each a circle whose area is its figure, above the candles. */
export class LiquidationBubbles implements ISeriesPrimitive<Time> {
  private readonly views: readonly IPrimitivePaneView[];
  private readonly sprites = new BubbleSprites();
  private currentOptions: BubbleOptions;
  private param: Attached | null = null;
  private events: readonly BubbleEvent[] = [];
  private logicals: Float64Array | null = null;
  private usdAtLargest = 1;
  private circles: readonly Circle[] = [];
  private laidOutKey = '';
  private version = 0;

  constructor(options: Partial<BubbleOptions> = {}) {
    this.currentOptions = { ...DEFAULT_OPTIONS, ...options };
    this.views = [{ zOrder: () => 'normal', renderer: () => this.renderer() }];
  }

  attached(param: Attached): void {
    this.param = param;
    param.series.subscribeDataChanged(this.onDataChanged);
    this.onDataChanged();
    // Attaching alone does not repaint the chart.
    param.requestUpdate();
  }

  detached(): void {
    this.param?.series.unsubscribeDataChanged(this.onDataChanged);
    this.param = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.views;
  }

  autoscaleInfo(): null {
    return null;
  }

  hitTest(x: number, y: number): PrimitiveHoveredItem | null {
    const circle = this.currentOptions.visible ? circleAt(this.circles, x, y) : null;
    if (circle === null) return null;
    return {
      externalId: `bubble-${circle.events[0]}`, zOrder: 'normal', cursorStyle: 'pointer', hitTestPriority: 2,
      distance: Math.hypot(circle.x - x, circle.y - y),
    };
  }

  options(): Readonly<BubbleOptions> {
    return this.currentOptions;
  }

  applyOptions(options: Partial<BubbleOptions>): void {
    this.currentOptions = { ...this.currentOptions, ...options };
    // The scale depends on the largest radius, too.
    this.logicals = null;
    this.changed();
  }

  /** @param events in any order; they are not copied, and `bubbleAtPoint` gives the very same objects back */
  setEvents(events: readonly BubbleEvent[]): void {
    this.events = isAscending(events) ? events : [...events].sort((a, b) => a.timeMs - b.timeMs);
    this.logicals = null;
    this.changed();
  }

  /** What the largest circle stands for; larger sums are drawn no larger. */
  largestUsd(): number {
    this.logicalsNow();
    return this.usdAtLargest;
  }

  /** The circle under a point of the pane, as last drawn, with the events in it; the largest first. */
  bubbleAtPoint(x: number, y: number): BubbleAtPoint | null {
    const circle = this.currentOptions.visible ? circleAt(this.circles, x, y) : null;
    if (circle === null) return null;
    const events = circle.events.map((index) => this.events[index]).sort((a, b) => b.usd - a.usd);
    return { x: circle.x, y: circle.y, radius: circle.radius, usd: circle.usd, isLong: circle.side === 'long', events };
  }

  private readonly onDataChanged = (): void => {
    this.logicals = null;
    this.version++;
  };

  private changed(): void {
    this.version++;
    this.param?.requestUpdate();
  }

  private logicalsNow(): Float64Array {
    if (this.logicals !== null) return this.logicals;
    if (this.param === null || this.events.length === 0) return (this.logicals = new Float64Array(0));
    const positions = readCandlePositions(this.param.chart, this.param.series);
    this.logicals = logicalsOf(this.events, positions, shortestStep(positions.timesMs) ?? USUAL_STEP_MS);
    this.usdAtLargest = usdOfLargest(this.events, this.logicals, this.currentOptions.largestRadius);
    return this.logicals;
  }

  private layOut(width: number, height: number): void {
    if (this.param === null) return;
    const { chart, series } = this.param;
    const timeScale = chart.timeScale();
    // Two whole indices: the chart answers 0 for fractions.
    const originX = timeScale.logicalToCoordinate(0 as never);
    const nextX = timeScale.logicalToCoordinate(1 as never);
    const prices = [0, height / 2, height].map((y) => series.coordinateToPrice(y));
    const key = [this.version, originX, nextX, width, height, ...prices].join('|');
    if (key === this.laidOutKey) return;
    this.laidOutKey = key;
    const logicals = this.logicalsNow();
    if (originX === null || nextX === null || nextX <= originX || logicals.length === 0) {
      this.circles = [];
      return;
    }
    const { largestRadius, smallestRadius, mergePixels, mostCircles } = this.currentOptions;
    const scale: BubbleScale = { usdAtLargest: this.usdAtLargest, largestRadius, smallestRadius };
    const view = { originX, spacing: nextX - originX, width, height, priceToY: (price: number) => series.priceToCoordinate(price) };
    this.circles = layOutCircles(this.events, logicals, view, scale, mergePixels, mostCircles);
  }

  private renderer(): ReturnType<IPrimitivePaneView['renderer']> {
    const { param, currentOptions: options } = this;
    if (param === null || !options.visible || this.events.length === 0) return null;
    return {
      draw: (target) => target.useMediaCoordinateSpace(({ context, mediaSize }) => {
        this.layOut(mediaSize.width, mediaSize.height);
        const pixelRatio = context.getTransform().a;
        this.sprites.prepare(options, pixelRatio);
        for (const { side, radius, x, y } of this.circles) {
          const sprite = this.sprites.get(side, radius, options, pixelRatio);
          const size = sprite.width / pixelRatio;
          // On whole pixels a sprite is copied; between them it would be resampled, at several times the cost.
          const left = Math.round((x - size / 2) * pixelRatio) / pixelRatio;
          const top = Math.round((y - size / 2) * pixelRatio) / pixelRatio;
          context.drawImage(sprite, left, top, size, size);
        }
      }),
    };
  }
}

function isAscending(events: readonly BubbleEvent[]): boolean {
  for (let index = 1; index < events.length; index++) if (events[index].timeMs < events[index - 1].timeMs) return false;
  return true;
}
