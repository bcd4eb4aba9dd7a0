import { element } from '../ui/dom';
import { PANELS, type PanelName } from '../state/state';
import type { Store } from '../state/store';

const TITLES: Record<PanelName, string> = { map: 'Map', setups: 'Setups', tape: 'Realised' };

export interface SideTabs {
  hosts: Record<PanelName, HTMLElement>;
  /** A tab of something the server has not is no tab. */
  setOffered(name: PanelName, isOffered: boolean): void;
}

/** The side column as tabs: one thing at a time, none of them an endless scroll. */
export function mountSideTabs(side: HTMLElement, store: Store): SideTabs {
  const list = element('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Side column' });
  const hosts = {} as Record<PanelName, HTMLElement>;
  const buttons = {} as Record<PanelName, HTMLButtonElement>;
  const offered = new Set<PanelName>(['map', 'tape']);
  for (const name of PANELS) {
    buttons[name] = element(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${name}`,
        class: 'tab',
        'aria-controls': `panel-${name}`,
        'data-testid': `tab-${name}`,
        onclick: () => store.update({ panel: name }),
      },
      TITLES[name],
    );
    hosts[name] = element('div', {
      role: 'tabpanel',
      id: `panel-${name}`,
      class: `panel panel-${name}`,
      'aria-labelledby': `tab-${name}`,
    });
    list.append(buttons[name]);
  }
  list.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const names = PANELS.filter((name) => offered.has(name));
    const next = names[(names.indexOf(shown()) + step + names.length) % names.length];
    event.preventDefault();
    event.stopPropagation();
    store.update({ panel: next });
    buttons[next].focus();
  });
  side.append(list, ...PANELS.map((name) => hosts[name]));
  const shown = (): PanelName => (offered.has(store.state.panel) ? store.state.panel : 'map');
  const render = (): void => {
    const current = shown();
    side.dataset.panel = current;
    for (const name of PANELS) {
      buttons[name].hidden = !offered.has(name);
      buttons[name].setAttribute('aria-selected', String(name === current));
      buttons[name].tabIndex = name === current ? 0 : -1;
      hosts[name].hidden = name !== current;
    }
  };
  store.subscribe((state, before) => {
    render();
    if (state.panel !== before.panel) side.scrollTop = 0;
  });
  render();
  return {
    hosts,
    setOffered(name, isOffered) {
      if (isOffered === offered.has(name)) return;
      if (isOffered) offered.add(name);
      else offered.delete(name);
      render();
    },
  };
}
