import { mapTypes } from '../state/map-types';
import { typePatch } from '../state/state';
import type { Store } from '../state/store';
import type { LiquidationChart } from '../chart/chart';

const PAN_CANDLES = 0.08;
const ZOOM_STEP = 0.8;

/** Keys work anywhere but in a control that uses them itself. */
export function listenToKeys(store: Store, view: LiquidationChart, showHelp: () => void): void {
  window.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) return;
    if (event.target instanceof Element && event.target.closest('input, select, textarea') !== null) return;
    const range = view.chart.timeScale().getVisibleLogicalRange();
    const step = Math.max(1, (range ? range.to - range.from : 0) * PAN_CANDLES) * (event.shiftKey ? 10 : 1);
    const actions: Record<string, () => void> = {
      ArrowLeft: () => view.pan(-step),
      ArrowRight: () => view.pan(step),
      '+': () => view.zoom(ZOOM_STEP),
      '=': () => view.zoom(ZOOM_STEP),
      '-': () => view.zoom(1 / ZOOM_STEP),
      '0': () => view.fit(),
      l: () => store.update({ isLogScale: !store.state.isLogScale }),
      h: () => store.update({ isHeatShown: !store.state.isHeatShown }),
      p: () => store.update({ isProfileShown: !store.state.isProfileShown }),
      r: () => store.update({ areLiquidationsShown: !store.state.areLiquidationsShown }),
      f: () => store.update({ quantity: store.state.quantity === 'held' ? 'flow' : 'held' }),
      c: () => store.update({ areClustersShown: !store.state.areClustersShown }),
      b: () => store.update({ isDepthShown: !store.state.isDepthShown }),
      ...Object.fromEntries(
        mapTypes().map((type, index) => [String(index + 1), () => store.update(typePatch(type, store.state))]),
      ),
      '?': showHelp,
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}
