import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiquidationBubbles, type BubbleEvent } from '../src/plugin';
import {
  circleAt,
  layOutCircles,
  radiusOf,
  roundUp,
  usdOfLargest,
  type BubbleView,
} from '../src/plugin/bubbles-layout';
import { logicalsOf } from '../src/plugin/time-lookup';

const SCALE = { usdAtLargest: 1e6, largestRadius: 20, smallestRadius: 2 };
const VIEW: BubbleView = { originX: 10, spacing: 20, width: 400, height: 200, priceToY: (price) => 200 - price };

function event(timeMs: number, price: number, usd = 1000, isLong = true): BubbleEvent {
  return { timeMs, price, usd, isLong };
}

function layOut(events: BubbleEvent[], logicals: number[], cell = 6, most = 100) {
  return layOutCircles(events, Float64Array.from(logicals), VIEW, SCALE, cell, most);
}

describe('size of a circle', () => {
  it('has an area in proportion to the figure', () => {
    expect(radiusOf(1e6, SCALE)).toBe(20);
    expect(radiusOf(250_000, SCALE)).toBe(10);
    expect(radiusOf(40_000, SCALE)).toBe(4);
  });

  it('is never invisible and never larger than the largest', () => {
    expect(radiusOf(1, SCALE)).toBe(2);
    expect(radiusOf(9e9, SCALE)).toBe(20);
    expect(radiusOf(1, { ...SCALE, usdAtLargest: 0 })).toBe(2);
  });

  it('has a round figure for the largest', () => {
    expect([1, 1.2, 3, 5.1, 99, 1e6, 0].map(roundUp)).toEqual([1, 2, 5, 10, 100, 1e6, 1]);
  });

  it('goes by what one candle and price level saw of one side', () => {
    const events = [event(0, 100, 300), event(1, 100.01, 300), event(2, 100, 900, false), event(3, 150, 10)];
    expect(usdOfLargest(events, Float64Array.from([0, 0.1, 0.2, 5]), 20)).toBe(1000);
    expect(usdOfLargest(events.slice(0, 2), Float64Array.from([0, 0.1]), 20)).toBe(1000);
    expect(usdOfLargest(events.slice(0, 2), Float64Array.from([0, 7]), 20)).toBe(500);
  });
});

describe('one cascade among many small ones', () => {
  it('does not turn the others into dots', () => {
    const events = Array.from({ length: 200 }, (_, index) => event(index, 100, index === 7 ? 1e6 : 10_000));
    const logicals = Float64Array.from(events, (_, index) => index);
    expect(usdOfLargest(events, logicals, 9)).toBe(100_000);
  });

  it('does not let many of a size bury the candles', () => {
    const logicals = Float64Array.from({ length: 200 }, (_, index) => index);
    const events = Array.from(logicals, (index) => event(index, 100, 10_000));
    const usdAtLargest = usdOfLargest(events, logicals, 21);
    expect(usdAtLargest).toBe(500_000);
    expect(radiusOf(10_000, { usdAtLargest, largestRadius: 21, smallestRadius: 2 })).toBeCloseTo(3, 0);
    expect(usdOfLargest(events.slice(0, 50), logicals.subarray(0, 50), 21)).toBe(10_000);
  });
});

describe('place on the time scale', () => {
  const positions = { timesMs: Float64Array.from([0, 1000, 4000]), logicals: Float64Array.from([0, 1, 2]) };
  it('is within the candle as a heat column is, at the border in a gap, and goes on outside', () => {
    const events = [-500, 0, 500, 1250, 3000, 4500, 6000].map((timeMs) => event(timeMs, 1));
    expect(
      Array.from(
        logicalsOf(
          Float64Array.from(events, ({ timeMs }) => timeMs),
          positions,
          1000,
        ),
      ),
    ).toEqual([-1, -0.5, 0, 0.75, 1.5, 2, 3.5]);
  });
});

describe('merging', () => {
  it('makes one circle of one cell and side, in the middle by weight', () => {
    const circles = layOut([event(0, 100, 100), event(1, 98, 300), event(2, 99, 50, false)], [1.3, 1.35, 1.32]);
    expect(circles).toHaveLength(2);
    expect(circles[0]).toMatchObject({ usd: 400, side: 'long', events: [0, 1] });
    expect(circles[0].x).toBeCloseTo(10 + 20 * 1.3375, 6);
    expect(circles[0].y).toBeCloseTo(101.5, 6);
    expect(circles[1]).toMatchObject({ usd: 50, side: 'short', events: [2] });
  });

  it('keeps the sum of what is in view', () => {
    const events = Array.from({ length: 5000 }, (_, index) =>
      event(index, 20 + ((index * 7919) % 160), 1 + (index % 97), index % 3 === 0),
    );
    const logicals = events.map((_, index) => (index / 5000) * 18);
    const circles = layOut(events, logicals, 6, 1e9);
    expect(circles.length).toBeLessThan(5000);
    expect(circles.reduce((sum, circle) => sum + circle.usd, 0)).toBeCloseTo(
      events.reduce((sum, { usd }) => sum + usd, 0),
      3,
    );
    expect(circles.flatMap((circle) => circle.events).length).toBe(5000);
  });

  it('merges the same events wherever the user has panned to', () => {
    const events = Array.from({ length: 300 }, (_, index) => event(index, 60 + ((index * 31) % 40), 10));
    const logicals = Float64Array.from(events, (_, index) => 4 + (index / 300) * 4);
    const groups = (shiftX: number, shiftY: number) =>
      layOutCircles(
        events,
        logicals,
        { ...VIEW, originX: 10 + shiftX, priceToY: (price) => 200 - price + shiftY },
        SCALE,
        6,
        1e9,
      )
        .map((circle) => circle.events.join())
        .sort();
    expect(groups(3.7, 2.2)).toEqual(groups(0, 0));
  });

  it('leaves out what is out of view, and draws the largest if there are too many', () => {
    const events = [event(0, 100, 10), event(1, 100, 30), event(2, 100, 20), event(3, 900, 99), event(4, 100, 99)];
    const circles = layOut(events, [1, 5, 9, 12, 60], 6, 2);
    expect(circles.map((circle) => circle.usd)).toEqual([30, 20]);
  });

  it('passes over figures that are no figures', () => {
    expect(layOut([event(0, 100, NaN), event(1, 100, 0)], [1, 2])).toEqual([]);
  });
});

describe('hit test', () => {
  it('takes the smallest circle that holds the point', () => {
    const circles = layOut([event(0, 100, 1e6), event(1, 100, 40_000, false)], [3, 3]);
    expect(circleAt(circles, 70, 100)?.side).toBe('short');
    expect(circleAt(circles, 85, 100)?.side).toBe('long');
    expect(circleAt(circles, 93, 100)).toBeNull();
  });
});

describe('LiquidationBubbles', () => {
  beforeEach(() => {
    vi.stubGlobal(
      'OffscreenCanvas',
      class {
        constructor(
          readonly width: number,
          readonly height: number,
        ) {}
        getContext = () => new Proxy({}, { get: () => () => undefined, set: () => true });
      },
    );
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  function attach(bubbles: LiquidationBubbles) {
    const requestUpdate = vi.fn();
    let times = [0, 60, 120];
    const listeners = new Set<() => void>();
    const series = {
      data: () => times.map((time) => ({ time, open: 1, high: 1, low: 1, close: 1 })),
      subscribeDataChanged: (listener: () => void) => listeners.add(listener),
      priceToCoordinate: (price: number) => 200 - price,
      coordinateToPrice: (y: number) => 200 - y,
    };
    const timeScale = {
      timeToIndex: (time: number) => times.indexOf(time),
      logicalToCoordinate: (logical: number) => 10 + 20 * logical,
    };
    bubbles.attached({ chart: { timeScale: () => timeScale }, series, requestUpdate } as never);
    const context = { drawImage: vi.fn(), getTransform: () => ({ a: 1 }) };
    const draw = () =>
      bubbles
        .paneViews()[0]
        .renderer()
        ?.draw({
          useMediaCoordinateSpace: (paint: (scope: unknown) => void) =>
            paint({ context, mediaSize: { width: 300, height: 200 } }),
        } as never);
    const setCandles = (next: number[]): void => {
      times = next;
      for (const listener of listeners) listener();
    };
    return { requestUpdate, context, draw, setCandles };
  }

  it("draws above the series, and gives the caller's own events back", () => {
    const bubbles = new LiquidationBubbles();
    const { requestUpdate, context, draw } = attach(bubbles);
    const late = { ...event(90_000, 100, 500), venue: 'okx' };
    const early = { ...event(89_999, 100, 700), venue: 'bybit' };
    bubbles.setEvents([late, early]);
    expect(requestUpdate).toHaveBeenCalledTimes(2);
    draw();
    expect(context.drawImage).toHaveBeenCalledTimes(1);
    const hit = bubbles.bubbleAtPoint(30, 100);
    expect(hit?.events).toEqual([early, late]);
    expect(hit?.events[1]).toBe(late);
    expect(hit).toMatchObject({ usd: 1200, isLong: true });
    expect(bubbles.hitTest(30, 100)).toMatchObject({ zOrder: 'normal', externalId: 'bubble-0' });
    expect(bubbles.hitTest(120, 100)).toBeNull();
    bubbles.applyOptions({ visible: false });
    expect(bubbles.hitTest(30, 100)).toBeNull();
    expect(bubbles.paneViews()[0].renderer()).toBeNull();
  });

  it('draws other events, another scale and other candles anew', () => {
    const bubbles = new LiquidationBubbles();
    const { draw, setCandles } = attach(bubbles);
    const circle = () => {
      draw();
      return bubbles.bubbleAtPoint(30, 100) ?? bubbles.bubbleAtPoint(10, 100);
    };
    bubbles.setEvents([event(90_000, 100, 500)]);
    expect(circle()).toMatchObject({ x: 30, usd: 500, radius: 22 });
    bubbles.setEvents([event(30_000, 100, 900)]);
    expect(circle()).toMatchObject({ x: 10, usd: 900 });
    bubbles.setEvents([event(90_000, 100, 500)]);
    expect(circle()).toMatchObject({ x: 30, usd: 500 });
    bubbles.applyOptions({ largestRadius: 5 });
    expect(circle()?.radius).toBeLessThanOrEqual(5);
    setCandles([60, 120]);
    expect(circle()?.x).toBe(10);
  });
});
