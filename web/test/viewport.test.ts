import type { IChartApi } from 'lightweight-charts';
import { describe, expect, it, vi } from 'vitest';
import { Viewport } from '../src/chart/viewport';

const STEP_MS = 60_000;
const WIDTH = 1000;
const MARGIN = 200;

/** A time scale that shows what it is told, and a price scale that is automatic until it is told a range. */
function chartOf() {
  let range: { from: number; to: number } | null = null;
  let moved: (range: { from: number; to: number }) => void = () => undefined;
  let resized: () => void = () => undefined;
  let prices: { from: number; to: number } | null = null;
  const chart = {
    timeScale: () => ({
      width: () => WIDTH,
      getVisibleLogicalRange: () => range,
      setVisibleLogicalRange: (wanted: { from: number; to: number }) => {
        range = { ...wanted };
        moved(range);
      },
      subscribeVisibleLogicalRangeChange: (listener: typeof moved) => (moved = listener),
      subscribeSizeChange: (listener: typeof resized) => (resized = listener),
    }),
    priceScale: () => ({
      options: () => ({ autoScale: prices === null }),
      applyOptions: () => (prices = null),
      getVisibleRange: () => prices,
      setVisibleRange: (wanted: typeof prices) => (prices = wanted),
    }),
    chartElement: () => ({ addEventListener: () => undefined }),
  };
  return { chart: chart as unknown as IChartApi, seen: () => range, resize: () => resized() };
}

function setUp(count = 100) {
  // Keys work once a frame: here each is a frame of its own.
  vi.stubGlobal('requestAnimationFrame', (act: () => void) => act());
  const { chart, seen, resize } = chartOf();
  const viewport = new Viewport(chart, () => MARGIN);
  const times = Array.from({ length: count }, (_, index) => index * STEP_MS);
  viewport.replaceCandles(times, () => undefined);
  viewport.fit();
  return { viewport, seen, resize, times };
}

describe('what is seen of the chart', () => {
  it('is all candles beside the margin, at any size of the window, until somebody zooms', () => {
    const { viewport, seen, resize } = setUp();
    expect(seen()).toEqual({ from: -0.5, to: 124.5 });
    expect([viewport.isFitted(), viewport.window(), viewport.isNearStart()]).toEqual([true, null, false]);
    resize();
    expect(seen()).toEqual({ from: -0.5, to: 124.5 });
    viewport.zoom(0.5);
    expect(viewport.isFitted()).toBe(false);
    const zoomed = seen();
    resize();
    expect(seen()).toEqual(zoomed);
  });

  it('zooms about the newest candle while that is seen', () => {
    const { viewport, seen } = setUp();
    const part = (at: { from: number; to: number } | null) =>
      (99 - (at?.from ?? 0)) / ((at?.to ?? 0) - (at?.from ?? 0));
    const before = part(seen());
    viewport.zoom(0.5);
    expect(part(seen())).toBeCloseTo(before, 9);
  });

  it('has candles in it however far somebody pans', () => {
    const { viewport, seen } = setUp();
    viewport.zoom(0.3);
    for (const far of [-1e4, 1e4]) {
      viewport.pan(far);
      const { from, to } = seen() ?? { from: 0, to: 0 };
      const seenTo = to - ((to - from) * MARGIN) / WIDTH;
      expect(Math.min(99.5, seenTo) - Math.max(-0.5, from)).toBeGreaterThanOrEqual(0.09 * (seenTo - from));
    }
  });

  it('comes again out of its own window', () => {
    const { viewport } = setUp();
    viewport.zoom(0.4);
    viewport.pan(-30);
    const window = viewport.window();
    expect(window).not.toBeNull();
    const other = setUp();
    if (window !== null) other.viewport.show(window);
    const again = other.viewport.window();
    for (const side of ['fromMs', 'toMs'] as const)
      expect(Math.abs((again?.[side] ?? 0) - (window?.[side] ?? 0))).toBeLessThanOrEqual(STEP_MS / 100);
    if (window !== null) other.viewport.show({ ...window, prices: [10, 20] });
    expect(other.viewport.window()?.prices).toEqual([10, 20]);
  });

  it('stays where it was when older candles come', () => {
    const { viewport, seen, times } = setUp();
    viewport.zoom(0.3);
    viewport.pan(-60);
    const [fromMs, toMs] = viewport.seenMs();
    const older = Array.from({ length: 300 }, (_, index) => (index - 200) * STEP_MS);
    expect(older.slice(200)).toEqual(times);
    viewport.replaceCandles(older, () => undefined);
    expect(viewport.seenMs()[0]).toBeCloseTo(fromMs, 3);
    expect(viewport.seenMs()[1]).toBeCloseTo(toMs, 3);
    expect(seen()?.from).toBeGreaterThan(100);
  });
});
