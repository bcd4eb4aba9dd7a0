import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import { IconButton, TextButton, Toggles } from '../ui/fields';
import { Menu, MenuPart } from '../ui/menu';
import type { DrawingLayer } from './drawing-layer';
import { TOOLS, type Tool } from './drawings';

const TEXTS: Record<Tool, readonly [name: string, meaning: string, key: string]> = {
  line: [t({ message: 'Line', context: 'drawing' }), t`At a price; drag it to another one`, 'D'],
  range: [t({ message: 'Range', context: 'of prices' }), t`Between two prices, with what is expected there`, 'G'],
  measure: [t({ message: 'Measure', context: 'drawing' }), t`Change, candles and time between two places`, 'M'],
};

/** What can be drawn, and what is. */
export function DrawMenu({ layer, icon }: { layer: DrawingLayer; icon: JSX.Element }): JSX.Element {
  const chosen = layer.tool.value;
  const drawings = layer.drawings.shown.value;
  const close = (): void => {
    for (const menu of document.querySelectorAll<HTMLElement>('.menu:popover-open')) menu.hidePopover();
  };
  return (
    <Menu
      label={t`Draw: line, range, measure`}
      text={icon}
      class={`icon-button${chosen === null ? '' : ' is-on'}`}
      testId="draw-menu"
    >
      <MenuPart
        name={t`Draw`}
        meaning={t`Click on the chart, or press Enter at its crosshair. Kept by symbol in this browser.`}
      >
        <Toggles
          id="draw"
          class="list"
          label={t`Draw`}
          choices={TOOLS.map((name) => {
            const [text, meaning, key] = TEXTS[name];
            return {
              name,
              isPressed: name === chosen,
              text: [<b>{text}</b>, <small>{meaning}</small>],
              title: t`Key ${key}`,
            };
          })}
          onChoose={(name) => {
            layer.choose(name);
            close();
          }}
        />
      </MenuPart>
      {drawings.length > 0 && (
        <MenuPart name={t`Drawn`}>
          <ul class="drawn" data-testid="drawn">
            {drawings.map((one) => {
              const words = layer.wordsOf(one).join(' · ');
              return (
                <li key={one.id}>
                  <span class="number">{`${TEXTS[one.tool][0]} ${words}`}</span>
                  <IconButton label={t`Remove ${words}`} onClick={() => layer.drawings.remove(one.id)} />
                </li>
              );
            })}
          </ul>
          <TextButton testId="remove-drawings" onClick={() => layer.drawings.clear()}>
            {t`Remove all`}
          </TextButton>
        </MenuPart>
      )}
    </Menu>
  );
}
