import { describe, expect, it, vi } from 'vitest';
import {
  LiquidationBands,
  LiquidationBubbles,
  LiquidationHeatmap,
  LiquidationProfile,
  OrderBookBars,
  linearEdges,
} from '../src/plugin';

const EDGES = linearEdges(100, 10, 2);

function heatmap() {
  const primitive = new LiquidationHeatmap();
  primitive.setGrid({
    columns: 1,
    buckets: 2,
    startMs: 0,
    stepMs: 1000,
    priceEdges: EDGES,
    priceAxis: 'linear',
    quantisation: { maxUsd: 1e6, decades: 4 },
    cells: Uint8Array.of(1, 255),
  });
  return primitive;
}

function profile() {
  const primitive = new LiquidationProfile();
  primitive.setData({
    priceEdges: EDGES,
    leverages: [10],
    longByLeverageUsd: [[1, 2]],
    shortByLeverageUsd: [[3, 4]],
    cumulativeLongUsd: [3, 2],
    cumulativeShortUsd: [3, 7],
  });
  return primitive;
}

function bubbles() {
  const primitive = new LiquidationBubbles();
  primitive.setEvents([{ timeMs: 0, price: 100, usd: 1, isLong: true }]);
  return primitive;
}

function bands() {
  const primitive = new LiquidationBands();
  const prices = { lowPrice: 100, highPrice: 110, peakPrice: 105 };
  primitive.setBands([{ id: 'a', ...prices, startMs: 0, label: 'a', color: '#ffffff', weight: 1 }]);
  return primitive;
}

function orderBook() {
  const primitive = new OrderBookBars();
  primitive.setData({ bids: [{ price: 100, usd: 1 }], asks: [], walls: [] });
  return primitive;
}

/** A chart whose candles stand ten pixels apart; `setTimes` gives it others, and tells. */
function attach(primitive: { attached(param: never): void }) {
  const listeners = new Set<() => void>();
  let times = [0];
  const data = vi.fn(() => times.map((time) => ({ time, open: 1, high: 1, low: 1, close: 1 })));
  const series = {
    data,
    subscribeDataChanged: (listener: () => void) => listeners.add(listener),
    unsubscribeDataChanged: (listener: () => void) => listeners.delete(listener),
    priceToCoordinate: (price: number) => 200 - price,
    coordinateToPrice: (y: number) => 200 - y,
  };
  const timeScale = {
    timeToIndex: (time: number) => times.indexOf(time),
    logicalToCoordinate: (logical: number) => 10 * logical,
  };
  const requestUpdate = vi.fn();
  primitive.attached({ chart: { timeScale: () => timeScale }, series, requestUpdate } as never);
  const setTimes = (next: number[]): void => {
    times = next;
    for (const listener of listeners) listener();
  };
  return { listeners, requestUpdate, data, setTimes };
}

describe.each([
  { name: 'heatmap', build: heatmap, zOrder: 'bottom', isPointedAt: false },
  { name: 'profile', build: profile, zOrder: 'normal', isPointedAt: false },
  { name: 'bubbles', build: bubbles, zOrder: 'bottom', isPointedAt: true },
  { name: 'bands', build: bands, zOrder: 'normal', isPointedAt: true },
  { name: 'order book', build: orderBook, zOrder: 'normal', isPointedAt: false },
])('$name', ({ build, zOrder, isPointedAt }) => {
  it('asks for a frame on attaching and on every change, and no more once it is detached', () => {
    const primitive = build();
    const { requestUpdate, listeners } = attach(primitive);
    expect(requestUpdate).toHaveBeenCalledTimes(1);
    expect(listeners.size).toBe(1);
    primitive.applyOptions({ visible: true });
    expect(requestUpdate).toHaveBeenCalledTimes(2);
    primitive.detached();
    expect(listeners.size).toBe(0);
    primitive.applyOptions({ visible: true });
    expect(requestUpdate).toHaveBeenCalledTimes(2);
  });

  it('draws what it has, while it is attached and visible', () => {
    const primitive = build();
    const renderer = () => primitive.paneViews()[0].renderer();
    expect(renderer()).toBeNull();
    attach(primitive);
    expect(renderer()).not.toBeNull();
    primitive.applyOptions({ visible: false });
    expect(renderer()).toBeNull();
    primitive.applyOptions({ visible: true });
    expect(renderer()).not.toBeNull();
    primitive.detached();
    expect(renderer()).toBeNull();
  });

  it('keeps its view, its place and the options that a change leaves out', () => {
    const primitive = build();
    const before = primitive.options();
    expect(primitive.paneViews()).toBe(primitive.paneViews());
    expect(primitive.paneViews()[0].zOrder?.()).toBe(zOrder);
    primitive.applyOptions({ visible: false });
    expect(primitive.options()).toEqual({ ...before, visible: false });
  });

  it('takes no part in autoscaling, and a hover only where there is something to point at', () => {
    expect('autoscaleInfo' in build()).toBe(false);
    expect('hitTest' in build()).toBe(isPointedAt);
  });
});

describe('places on the time scale', () => {
  it('make a chosen band begin where its candle stands now', () => {
    const primitive = bands();
    const { setTimes } = attach(primitive);
    primitive.applyOptions({ chosenId: 'a' });
    const fillRect = vi.fn();
    const context = new Proxy(
      {},
      {
        get: (_, name) => (name === 'fillRect' ? fillRect : () => ({ width: 40 })),
        set: () => true,
      },
    );
    const leftOfBand = () => {
      fillRect.mockClear();
      const scope = { context, mediaSize: { width: 300, height: 200 } };
      const target = { useMediaCoordinateSpace: (paint: (given: unknown) => void) => paint(scope) };
      primitive
        .paneViews()[0]
        .renderer()
        ?.draw(target as never);
      return fillRect.mock.calls[0][0] as number;
    };
    setTimes([-60, 0, 60]);
    expect(leftOfBand()).toBe(5);
    setTimes([-120, -60, 0]);
    expect(leftOfBand()).toBe(15);
  });

  it('are read again after the candles have changed, and not before', () => {
    const primitive = heatmap();
    const { data, setTimes } = attach(primitive);
    primitive.cellAtPoint(0, 95);
    const reads = data.mock.calls.length;
    expect(reads).toBeGreaterThan(0);
    primitive.cellAtPoint(0, 95);
    expect(data).toHaveBeenCalledTimes(reads);
    setTimes([0, 60]);
    primitive.cellAtPoint(0, 95);
    expect(data.mock.calls.length).toBeGreaterThan(reads);
  });
});
