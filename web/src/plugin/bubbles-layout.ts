import { lowerBound, upperBound } from './edges.js';
import type { BubbleEvent, BubbleSide } from './types.js';

/** Events of one side that fall into one cell of the screen, drawn as one circle. */
export interface Circle {
  x: number;
  y: number;
  radius: number;
  side: BubbleSide;
  usd: number;
  /** Indices into the events, as given. */
  events: number[];
}

export interface BubbleScale {
  /** The circle of the largest radius stands for this much, and for more. */
  usdAtLargest: number;
  largestRadius: number;
  smallestRadius: number;
}

/** Events of one candle and one side count as one for the scale when they lie within this part of the price. */
const SCALE_STEP = 0.002;
const SCALE_QUANTILE = 0.98;
const LEAST_OF_LARGEST = 0.1;
/** From so many circles on, the one in the middle by size has this radius at most. */
const MANY = 100;
const USUAL_RADIUS = 3;
/** More rows of cells than any pane has. */
const MOST_ROWS = 1 << 16;

/** Area, not radius, is proportional to the figure: the eye compares areas. */
export function radiusOf(usd: number, { usdAtLargest, largestRadius, smallestRadius }: BubbleScale): number {
  if (!(usd > 0) || !(usdAtLargest > 0)) return smallestRadius;
  return Math.max(smallestRadius, largestRadius * Math.sqrt(Math.min(1, usd / usdAtLargest)));
}

/** The next of 1, 2, 5, 10, 20, … that is not below a figure: a scale that moves seldom, and that a legend can name. */
export function roundUp(usd: number): number {
  if (!(usd > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(usd));
  return [1, 2, 5, 10].map((digit) => digit * power).find((mark) => mark >= usd * (1 - 1e-9)) ?? 10 * power;
}

/**
 * What the largest circle stands for: depends on the events and the candles, not on the zoom, or panning would resize
 * all. It is not the very largest sum: one cascade would turn everything else into dots. Nor is it so little that the
 * usual circle is large: where there are thousands of much the same size, they would bury the candles.
 */
export function usdOfLargest(events: readonly BubbleEvent[], logicals: Float64Array, largestRadius: number): number {
  const sums = new Map<string, number>();
  events.forEach(({ price, usd, isLong }, index) => {
    if (!(price > 0) || !(usd > 0)) return;
    const key = `${Math.floor(logicals[index] + 0.5)}|${Math.floor(Math.log(price) / SCALE_STEP)}|${isLong}`;
    sums.set(key, (sums.get(key) ?? 0) + usd);
  });
  const sorted = Float64Array.from(sums.values()).sort();
  if (sorted.length === 0) return 1;
  const large = sorted[Math.min(sorted.length - 1, Math.ceil(SCALE_QUANTILE * (sorted.length - 1)))];
  const median = sorted[(sorted.length - 1) >> 1];
  const calm = sorted.length >= MANY ? median * (largestRadius / USUAL_RADIUS) ** 2 : 0;
  return roundUp(Math.max(large, calm, sorted[sorted.length - 1] * LEAST_OF_LARGEST));
}

export interface BubbleView {
  /** x of logical index 0 and pixels per candle. */
  originX: number;
  spacing: number;
  width: number;
  height: number;
  priceToY: (price: number) => number | null;
}

/**
 * Circles of what is in view, largest first, so that small ones lie on top.
 *
 * @param logicals ascending, one per event @param cellPixels side of the cells in which events are merged
 * @param most only so many circles, the largest ones
 */
export function layOutCircles(
  events: readonly BubbleEvent[],
  logicals: Float64Array,
  view: BubbleView,
  scale: BubbleScale,
  cellPixels: number,
  most: number,
): Circle[] {
  const { originX, spacing, width, height, priceToY } = view;
  const reach = scale.largestRadius;
  const from = lowerBound(logicals, (-reach - originX) / spacing);
  const to = upperBound(logicals, (width + reach - originX) / spacing);
  // Cells are tied to the data and not to the pane, or panning would merge anew and circles would flicker.
  const anchorY = events.length > 0 ? (priceToY(events[0].price) ?? 0) : 0;
  const cells = new Map<number, Circle>();
  for (let index = from; index < to; index++) {
    const { price, usd, isLong } = events[index];
    const y = priceToY(price);
    if (y === null || y < -reach || y > height + reach || !(usd > 0)) continue;
    const x = originX + logicals[index] * spacing;
    const cellColumn = Math.floor((logicals[index] * spacing) / cellPixels);
    const cellRow = Math.floor((y - anchorY) / cellPixels);
    const key = 2 * (cellColumn * MOST_ROWS + (cellRow % MOST_ROWS)) + (isLong ? 1 : 0);
    const circle = cells.get(key);
    if (circle === undefined) {
      cells.set(key, { x, y, radius: 0, side: isLong ? 'long' : 'short', usd, events: [index] });
      continue;
    }
    // The middle of what was merged, by weight: a circle must not jump to where little happened.
    const part = usd / (circle.usd + usd);
    circle.x += part * (x - circle.x);
    circle.y += part * (y - circle.y);
    circle.usd += usd;
    circle.events.push(index);
  }
  const circles = Array.from(cells.values());
  for (const circle of circles) circle.radius = radiusOf(circle.usd, scale);
  return circles.sort((a, b) => b.usd - a.usd).slice(0, most);
}

/** The circle under a point: the smallest of those that hold it, for that one lies on top. */
export function circleAt(circles: readonly Circle[], x: number, y: number, tolerance = 2): Circle | null {
  for (let index = circles.length - 1; index >= 0; index--) {
    const circle = circles[index];
    if (Math.hypot(circle.x - x, circle.y - y) <= circle.radius + tolerance) return circle;
  }
  return null;
}
