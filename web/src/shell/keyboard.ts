import { mapTypes } from '../state/map-types';
import { typePatch } from '../state/state';
import { byId } from '../ui/dom';
import { chooseTheme, shownTheme } from '../ui/theme';
import { toggleFullScreen } from './full-screen';
import type { Page } from './page';

const PAN_CANDLES = 0.08;
const ZOOM_STEP = 0.8;
const FAST = 10;

/**
 * Keys work anywhere but in a control that uses them itself. Arrows pan; once the chart has the focus they move its
 * crosshair, and pan with Shift.
 */
export function listenToKeys({ store, view, pointer, drawing }: Page, showHelp: () => void): void {
  window.addEventListener('keydown', (event) => {
    if (
      event.ctrlKey
      || event.metaKey
      || event.altKey
      || document.querySelector('dialog[open], .menu:popover-open') !== null
    )
      return;
    if (event.target instanceof Element && event.target.closest('input, select, textarea, .menu') !== null) return;
    const range = view.chart.timeScale().getVisibleLogicalRange();
    const isOnChart = event.target === byId('chart');
    const step = Math.max(1, (range ? range.to - range.from : 0) * PAN_CANDLES);
    const fast = event.shiftKey ? FAST : 1;
    const sideways = (sign: 1 | -1): void => {
      if (isOnChart && !event.shiftKey) pointer.step(sign, 0);
      else view.viewport.pan(sign * step * (isOnChart ? 1 : fast));
    };
    const actions: Record<string, () => void> = {
      ArrowLeft: () => sideways(-1),
      ArrowRight: () => sideways(1),
      ...(isOnChart ? { ArrowUp: () => pointer.step(0, fast), ArrowDown: () => pointer.step(0, -fast) } : {}),
      '+': () => view.viewport.zoom(ZOOM_STEP),
      '=': () => view.viewport.zoom(ZOOM_STEP),
      '-': () => view.viewport.zoom(1 / ZOOM_STEP),
      '0': () => view.viewport.fit(),
      l: () => store.update({ scale: store.state.scale === 'log' ? 'linear' : 'log' }),
      v: () => store.update({ isVolumeShown: !store.state.isVolumeShown }),
      e: () => store.update({ areAveragesShown: !store.state.areAveragesShown }),
      '%': () => store.update({ scale: store.state.scale === 'percent' ? 'linear' : 'percent' }),
      w: toggleFullScreen,
      h: () => store.update({ isHeatShown: !store.state.isHeatShown }),
      p: () => store.update({ isProfileShown: !store.state.isProfileShown }),
      r: () => store.update({ areLiquidationsShown: !store.state.areLiquidationsShown }),
      f: () => store.update({ quantity: store.state.quantity === 'held' ? 'flow' : 'held' }),
      c: () => store.update({ areClustersShown: !store.state.areClustersShown }),
      b: () => store.update({ isDepthShown: !store.state.isDepthShown }),
      ...Object.fromEntries(
        mapTypes().map((type, index) => [String(index + 1), () => store.update(typePatch(type, store.state))]),
      ),
      t: () => chooseTheme(shownTheme() === 'light' ? 'dark' : 'light'),
      d: () => drawing.choose('line'),
      g: () => drawing.choose('range'),
      m: () => drawing.choose('measure'),
      ...(drawing.tool.peek() === null ? {} : { Enter: () => drawing.place(), Escape: () => drawing.choose(null) }),
      '?': showHelp,
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}
