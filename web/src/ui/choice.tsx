import type { JSX } from 'preact';

interface ChoiceProps<T extends string> {
  label: string;
  testId: string;
  choices: readonly T[];
  chosen: T;
  onChoose: (value: T) => void;
}

/** A labelled list of which one is chosen. */
export function Choice<T extends string>({ label, testId, choices, chosen, onChoose }: ChoiceProps<T>): JSX.Element {
  return (
    <label>
      <span class="muted">{label}</span>
      <select
        data-testid={testId}
        aria-label={label}
        value={chosen}
        onChange={({ currentTarget }) => onChoose(currentTarget.value as T)}
      >
        {choices.map((one) => (
          <option key={one} value={one}>
            {one[0].toUpperCase() + one.slice(1)}
          </option>
        ))}
      </select>
    </label>
  );
}
