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

/** A series whose listeners hear of other candles by `setCandles`. */
function attach(primitive: { attached(param: never): void }) {
  const listeners = new Set<() => void>();
  const data = vi.fn(() => [{ time: 0, open: 1, high: 1, low: 1, close: 1 }]);
  const series = {
    data,
    subscribeDataChanged: (listener: () => void) => listeners.add(listener),
    unsubscribeDataChanged: (listener: () => void) => listeners.delete(listener),
    priceToCoordinate: (price: number) => 200 - price,
    coordinateToPrice: (y: number) => 200 - y,
  };
  const timeScale = { timeToIndex: (time: number) => time, logicalToCoordinate: (logical: number) => 10 * logical };
  const requestUpdate = vi.fn();
  primitive.attached({ chart: { timeScale: () => timeScale }, series, requestUpdate } as never);
  return { listeners, requestUpdate, data };
}

describe.each([
  { name: 'heatmap', build: heatmap, zOrder: 'bottom', isPointedAt: false },
  { name: 'profile', build: profile, zOrder: 'normal', isPointedAt: false },
  { name: 'bubbles', build: bubbles, zOrder: 'normal', isPointedAt: true },
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
  it('are read again after the candles have changed, and not before', () => {
    const primitive = heatmap();
    const { listeners, data } = attach(primitive);
    primitive.cellAtPoint(0, 95);
    const reads = data.mock.calls.length;
    expect(reads).toBeGreaterThan(0);
    primitive.cellAtPoint(0, 95);
    expect(data).toHaveBeenCalledTimes(reads);
    for (const listener of listeners) listener();
    primitive.cellAtPoint(0, 95);
    expect(data.mock.calls.length).toBeGreaterThan(reads);
  });
});
