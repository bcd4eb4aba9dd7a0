import type { ComponentChildren, JSX, TargetedKeyboardEvent } from 'preact';

type Maybe<T> = T | undefined;

interface Choice<T extends string | number> {
  name: T;
  isPressed: boolean;
  /** The name, unless it says something else. */
  text?: ComponentChildren;
  title?: Maybe<string>;
  /** Why it cannot be chosen. */
  refusal?: Maybe<string | false>;
  /** For those who do not see what it shows. */
  label?: string;
}

interface TogglesProps<T extends string | number> {
  /** What the test ids begin with, where names are not whole ones. */
  id?: string;
  /** Where the buttons are a group of their own. */
  label?: string;
  class?: Maybe<string>;
  isHidden?: boolean;
  choices: readonly Choice<T>[];
  onChoose: (name: T) => void;
}

/**
 * Buttons side by side, some of them pressed: one stop of the Tab key, arrow keys go from one to the next.
 */
export function Toggles<T extends string | number>(props: TogglesProps<T>): JSX.Element {
  const { id, label, class: more, isHidden, choices, onChoose } = props;
  const open = choices.filter(({ refusal }) => !refusal);
  const stop = (open.find(({ isPressed }) => isPressed) ?? open[0])?.name;
  return (
    <div
      class={`segmented${more === undefined ? '' : ` ${more}`}`}
      role={label === undefined ? undefined : 'group'}
      aria-label={label}
      hidden={isHidden}
      onKeyDown={moveFocus}
    >
      {choices.map(({ name, isPressed, text = name, title, refusal, label: spoken }) => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-pressed={isPressed}
          aria-label={spoken}
          data-testid={id === undefined ? name : `${id}-${name}`}
          title={refusal || title}
          disabled={!!refusal}
          tabIndex={name === stop ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

/** The chart's own arrow keys rest meanwhile. */
function moveFocus(event: TargetedKeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
  const at = buttons.findIndex((button) => button === document.activeElement);
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

interface SelectProps<T extends string> {
  label: string;
  testId: string;
  class?: string;
  isHidden?: boolean;
  choices: readonly (readonly [value: T, text: string])[];
  chosen: T;
  onChoose: (value: T) => void;
}

export function Select<T extends string>(props: SelectProps<T>): JSX.Element {
  const { label, testId, class: name, isHidden, choices, chosen, onChoose } = props;
  return (
    <select
      class={name}
      hidden={isHidden}
      aria-label={label}
      data-testid={testId}
      value={chosen}
      onChange={({ currentTarget }) => onChoose(currentTarget.value as T)}
    >
      {choices.map(([value, text]) => (
        <option key={value} value={value} selected={value === chosen}>
          {text}
        </option>
      ))}
    </select>
  );
}

interface IconButtonProps {
  label: string;
  testId?: string;
  class?: string;
  title?: string;
  onClick: () => void;
  children?: ComponentChildren;
}

/** A button that is a sign: a cross, unless it is given another one. */
export function IconButton({
  label,
  testId,
  class: more,
  title,
  onClick,
  children = '✕',
}: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`icon-button${more === undefined ? '' : ` ${more}`}`}
      aria-label={label}
      title={title}
      data-testid={testId}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

interface TextButtonProps {
  class?: string;
  testId?: string;
  isPressed?: boolean;
  onClick: () => void;
  children: ComponentChildren;
}

/** A button that reads like a link. */
export function TextButton({ class: more, testId, isPressed, onClick, children }: TextButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`text-button${more === undefined ? '' : ` ${more}`}`}
      aria-pressed={isPressed}
      data-testid={testId}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
