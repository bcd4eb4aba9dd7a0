import type { PrimitiveHoveredItem } from 'lightweight-charts';
import { circleAt, layOutCircles, usdOfLargest, type BubbleScale, type Circle } from './bubbles-layout.js';
import { BubbleSprites } from './bubbles-sprites.js';
import { readCandlePositions } from './candle-positions.js';
import { priceScaleKey } from './price-lookup.js';
import { ChartPrimitive, type Attached, type Paint } from './primitive.js';
import { logicalsOf, shortestStep } from './time-lookup.js';
import type { BubbleAtPoint, BubbleEvent, BubbleOptions } from './types.js';

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

/** Events at a time and a price, each a circle whose area is its figure, behind the candles, over the heat. */
export class LiquidationBubbles extends ChartPrimitive<BubbleOptions> {
  readonly #sprites = new BubbleSprites();
  #events: readonly BubbleEvent[] = [];
  #logicals: Float64Array | null = null;
  #usdAtLargest = 1;
  #circles: readonly Circle[] = [];
  #laidOutKey = '';

  constructor(options: Partial<BubbleOptions> = {}) {
    super(DEFAULT_OPTIONS, options, 'bottom');
  }

  hitTest(x: number, y: number): PrimitiveHoveredItem | null {
    const circle = this.currentOptions.visible ? circleAt(this.#circles, x, y) : null;
    if (circle === null) return null;
    return {
      externalId: `bubble-${circle.events[0]}`,
      zOrder: 'normal',
      cursorStyle: 'pointer',
      hitTestPriority: 2,
      distance: Math.hypot(circle.x - x, circle.y - y),
    };
  }

  /** @param events in any order; `bubbleAtPoint` gives the very same objects back */
  setEvents(events: readonly BubbleEvent[]): void {
    this.#events = [...events].sort((a, b) => a.timeMs - b.timeMs);
    this.changed();
  }

  /** What the largest circle stands for; larger sums are drawn no larger. */
  largestUsd(): number {
    this.#logicalsNow();
    return this.#usdAtLargest;
  }

  /** The circle under a point of the pane, as last drawn, with the events in it; the largest first. */
  bubbleAtPoint(x: number, y: number): BubbleAtPoint | null {
    const circle = this.currentOptions.visible ? circleAt(this.#circles, x, y) : null;
    if (circle === null) return null;
    const events = circle.events.map((index) => this.#events[index]).sort((a, b) => b.usd - a.usd);
    return { x: circle.x, y: circle.y, radius: circle.radius, usd: circle.usd, isLong: circle.side === 'long', events };
  }

  protected override candlesChanged(): void {
    this.#logicals = null;
    this.version++;
  }

  /** The scale depends on the events and on the largest radius. */
  protected override changed(): void {
    this.#logicals = null;
    super.changed();
  }

  #logicalsNow(): Float64Array {
    if (this.#logicals !== null) return this.#logicals;
    if (this.param === null || this.#events.length === 0) return (this.#logicals = new Float64Array(0));
    const positions = readCandlePositions(this.param.chart, this.param.series);
    this.#logicals = logicalsOf(
      Float64Array.from(this.#events, ({ timeMs }) => timeMs),
      positions,
      shortestStep(positions.timesMs) ?? USUAL_STEP_MS,
    );
    this.#usdAtLargest = usdOfLargest(this.#events, this.#logicals, this.currentOptions.largestRadius);
    return this.#logicals;
  }

  #layOut({ series }: Attached, width: number, height: number): void {
    const horizontal = this.horizontalScale();
    const key = [
      this.version,
      horizontal?.originX,
      horizontal?.spacing,
      width,
      height,
      priceScaleKey(series, height),
    ].join('|');
    if (key === this.#laidOutKey) return;
    this.#laidOutKey = key;
    const logicals = this.#logicalsNow();
    if (horizontal === null || horizontal.spacing <= 0 || logicals.length === 0) {
      this.#circles = [];
      return;
    }
    const { largestRadius, smallestRadius, mergePixels, mostCircles } = this.currentOptions;
    const scale: BubbleScale = { usdAtLargest: this.#usdAtLargest, largestRadius, smallestRadius };
    const view = { ...horizontal, width, height, priceToY: (price: number) => series.priceToCoordinate(price) };
    this.#circles = layOutCircles(this.#events, logicals, view, scale, mergePixels, mostCircles);
  }

  protected override painter(param: Attached): Paint | null {
    const { currentOptions: options } = this;
    if (this.#events.length === 0) return null;
    return (target) =>
      target.useMediaCoordinateSpace(({ context, mediaSize }) => {
        this.#layOut(param, mediaSize.width, mediaSize.height);
        const pixelRatio = context.getTransform().a;
        this.#sprites.prepare(options, pixelRatio);
        for (const { side, radius, x, y } of this.#circles) {
          const sprite = this.#sprites.get(side, radius, options, pixelRatio);
          const size = sprite.width / pixelRatio;
          // On whole pixels a sprite is copied; between them it would be resampled, at several times the cost.
          const left = Math.round((x - size / 2) * pixelRatio) / pixelRatio;
          const top = Math.round((y - size / 2) * pixelRatio) / pixelRatio;
          context.drawImage(sprite, left, top, size, size);
        }
      });
  }
}
