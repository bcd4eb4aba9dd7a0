import { effect } from '@preact/signals';
import type { UTCTimestamp } from 'lightweight-charts';
import { lowerBound } from '../plugin';
import { stateSearch } from '../state/link';
import { besideChannel, readBesideHash, type BesideMessage } from '../state/beside-channel';
import type { Page } from './page';

/** What the other view has done is not told back to it. */
const MUTED_MS = 600;

/** One of two views: shows the times and prices that the other one shows, and its crosshair. */
export function linkBeside(page: Page): void {
  const self = readBesideHash(location.hash);
  if (self === null) return;
  const { store, view, pointer } = page;
  const { viewport } = view;
  const channel = besideChannel(self.id);
  let mutedUntil = 0;
  let isPointing = false;
  const isMuted = (): boolean => performance.now() < mutedUntil;

  viewport.onMoved(() => {
    if (isMuted()) return;
    const seen = viewport.window();
    if (seen === null) channel.postMessage({ from: self.side, kind: 'whole' });
    else {
      const prices = viewport.seenPrices();
      channel.postMessage({ from: self.side, kind: 'window', symbol: store.state.symbol, window: { ...seen, prices } });
    }
  });
  effect(() => {
    const at = pointer.at.value;
    const pointed = pointer.pointed.value;
    if (at === null || pointed?.price == null) {
      if (isPointing) channel.postMessage({ from: self.side, kind: 'leave' });
      isPointing = false;
      return;
    }
    isPointing = true;
    const { price, timeMs } = pointed;
    channel.postMessage({ from: self.side, kind: 'point', symbol: store.state.symbol, timeMs, price });
  });
  effect(() => {
    channel.postMessage({ from: self.side, kind: 'link', search: stateSearch(store.state, store.answer) });
  });
  channel.onmessage = ({ data }) => {
    if (data.from === self.side) return;
    if (data.kind === 'whole' || data.kind === 'window') mutedUntil = performance.now() + MUTED_MS;
    follow(data, page);
  };
}

function follow(message: BesideMessage, { store, view }: Page): void {
  const { viewport, chart, series } = view;
  switch (message.kind) {
    case 'whole':
      viewport.fit();
      break;
    case 'window': {
      const { fromMs, toMs, prices } = message.window;
      const isSameMarket = message.symbol === store.state.symbol;
      const window = { fromMs, toMs, prices: isSameMarket ? prices : null };
      // Older candles than it has are asked for, as if somebody had panned back here.
      const sinceMs = Math.min(store.state.sinceMs ?? fromMs, fromMs);
      store.update({ window, sinceMs });
      viewport.show(window);
      break;
    }
    case 'point': {
      const bars = series.data();
      const times = bars.map(({ time }) => 1000 * (time as UTCTimestamp));
      const index = message.timeMs === null ? bars.length - 1 : lowerBound(times, message.timeMs + 1) - 1;
      const bar = bars[index];
      if (bar !== undefined && message.symbol === store.state.symbol)
        chart.setCrosshairPosition(message.price, bar.time, series);
      break;
    }
    case 'leave':
      chart.clearCrosshairPosition();
      break;
    case 'link':
  }
}
