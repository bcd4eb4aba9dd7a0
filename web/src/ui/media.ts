import { signal, type ReadonlySignal } from '@preact/signals';
import { language } from './language';

/** Whether a media query holds now; the style sheets ask the same ones. */
function holds(query: string): ReadonlySignal<boolean> {
  const list = window.matchMedia(query);
  const isTrue = signal(list.matches);
  list.addEventListener('change', () => (isTrue.value = list.matches));
  return isTrue;
}

/** A phone, or a window no wider: what is chosen stands in menus. */
export const isNarrow = holds('(max-width: 860px)');
/** There is no room for every range side by side; most languages have longer words than English. */
export const isCompact = holds(`(max-width: ${language === 'en' ? 1420 : 1620}px)`);
/** The panel is a sheet at the bottom, and not a column. */
export const isSheet = holds('(max-width: 860px) and (min-height: 561px)');
