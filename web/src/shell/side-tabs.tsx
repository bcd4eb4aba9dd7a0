import { t } from '@lingui/core/macro';
import type { ComponentChildren, JSX, TargetedKeyboardEvent } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { PANELS, type PanelName } from '../state/state';
import type { Store } from '../state/store';
import { byId } from '../ui/dom';
import { SheetHandle } from './sheet';

const TITLES: Record<PanelName, string> = { map: t`Map`, setups: t`Setups`, tape: t`Realised` };

interface TabsProps {
  store: Store;
  /** A tab of something the server has not is no tab. */
  offered: readonly PanelName[];
  panels: Record<PanelName, ComponentChildren>;
}

/** The side column as tabs: one thing at a time, none of them an endless scroll. */
export function SideTabs({ store, offered, panels }: TabsProps): JSX.Element {
  const { panel } = store.state;
  const shown = offered.includes(panel) ? panel : 'map';
  useLayoutEffect(() => {
    const column = byId('side');
    column.dataset.panel = shown;
    column.scrollTop = 0;
  }, [shown]);
  const move = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = offered[(offered.indexOf(shown) + step + offered.length) % offered.length];
    event.preventDefault();
    event.stopPropagation();
    store.update({ panel: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <>
      <div class="side-head">
        <div class="tabs" role="tablist" aria-label={t`Side column`} onKeyDown={move}>
          {PANELS.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              class="tab"
              aria-controls={`panel-${name}`}
              aria-selected={name === shown}
              tabIndex={name === shown ? 0 : -1}
              hidden={!offered.includes(name)}
              data-testid={`tab-${name}`}
              onClick={() => store.update({ panel: name })}
            >
              {TITLES[name]}
            </button>
          ))}
        </div>
        <SheetHandle />
      </div>
      {PANELS.map((name) => (
        <div
          key={name}
          role="tabpanel"
          id={`panel-${name}`}
          class={`panel panel-${name}`}
          aria-labelledby={`tab-${name}`}
          hidden={name !== shown}
        >
          {panels[name]}
        </div>
      ))}
    </>
  );
}
