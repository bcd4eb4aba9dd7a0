import type { ComponentChildren, JSX } from 'preact';

interface MenuProps {
  /** What it chooses, for those who do not see its place. */
  label: string;
  /** What is chosen now. */
  text: ComponentChildren;
  testId: string;
  class?: string;
  children: ComponentChildren;
}

/** A button that says what is chosen, and a panel with the choices; Escape or a click elsewhere closes it. */
export function Menu({ label, text, testId, class: more, children }: MenuProps): JSX.Element {
  const id = `${testId}-panel`;
  return (
    <>
      <button
        type="button"
        class={`menu-button${more === undefined ? '' : ` ${more}`}`}
        aria-label={typeof text === 'string' ? `${label}: ${text}` : label}
        title={label}
        data-testid={testId}
        popovertarget={id}
      >
        {text}
      </button>
      <div id={id} class="menu" popover="auto" role="group" aria-label={label}>
        {children}
      </div>
    </>
  );
}

interface ChoiceGroupProps {
  name: string;
  /** One line that says what the name means. */
  meaning?: string;
  children: ComponentChildren;
}

/** One thing to choose in a menu, with its name and its meaning. */
export function MenuPart({ name, meaning, children }: ChoiceGroupProps): JSX.Element {
  return (
    <section class="menu-part">
      <h2>{name}</h2>
      {children}
      {meaning !== undefined && <p>{meaning}</p>}
    </section>
  );
}
