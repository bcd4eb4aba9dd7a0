import { element } from './dom';

/** A labelled group of controls; where its name is clear without, it is only told to those who do not see. */
export function group(label: string, isLabelShown: boolean, content: HTMLElement): HTMLElement {
  return element(
    'div',
    { class: 'group', role: 'group', 'aria-label': label },
    isLabelShown && element('span', { class: 'group-label', 'aria-hidden': 'true' }, label),
    content,
  );
}

export function toggle(
  label: string,
  isPressed: boolean,
  testId: string,
  onClick: () => void,
  title?: string,
): HTMLButtonElement {
  return element(
    'button',
    {
      type: 'button',
      class: 'chip',
      'aria-pressed': String(isPressed),
      'data-testid': testId,
      title,
      onclick: onClick,
    },
    label,
  );
}

export function segmented(...buttons: HTMLElement[]): HTMLElement {
  return element('div', { class: 'segmented' }, ...buttons);
}

export function select(
  testId: string,
  label: string,
  choices: readonly (readonly [string, string])[],
  chosen: string,
  onChange: (value: string) => void,
): HTMLSelectElement {
  const node = element('select', { 'aria-label': label, 'data-testid': testId });
  for (const [value, text] of choices) node.append(element('option', { value, selected: value === chosen }, text));
  node.addEventListener('change', () => onChange(node.value));
  return node;
}
