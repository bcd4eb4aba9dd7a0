import { t } from '@lingui/core/macro';
import type { ComponentChildren, JSX } from 'preact';
import { SIDE_SIGNS } from './format';
import { MEANINGS } from './glossary';
import { Term } from './term';

type Side = 'long' | 'short';

interface FactProps {
  name: string;
  title?: string | undefined;
  class?: string;
  /** Words are set in the type of text. */
  isWords?: boolean;
  /** In a box that nobody can point at. */
  isPlain?: boolean;
  children: ComponentChildren;
}

/** One row of a list of facts; a name with a meaning tells it. */
export function Fact({
  name,
  title = MEANINGS[name],
  class: more,
  isWords = false,
  isPlain = false,
  children,
}: FactProps): JSX.Element {
  return (
    <div class={more}>
      <dt>{isPlain ? name : <Term name={name} meaning={title} />}</dt>
      <dd class={isWords ? undefined : 'number'}>{children}</dd>
    </div>
  );
}

interface TableProps {
  class?: string;
  /** Headings of the columns; the side gives one its colour. */
  head?: readonly (string | readonly [heading: string, side: Side])[];
  testId?: string;
  children: ComponentChildren;
}

export function Table({ class: more, head, testId, children }: TableProps): JSX.Element {
  return (
    <table class={`table${more === undefined ? '' : ` ${more}`}`}>
      {head !== undefined && (
        <thead>
          <tr>
            {head.map((column) => {
              const [heading, side] = typeof column === 'string' ? [column] : column;
              return (
                <th key={heading} scope="col" class={side && `side-${side}`}>
                  <Term name={heading} meaning={MEANINGS[heading]} />
                </th>
              );
            })}
          </tr>
        </thead>
      )}
      <tbody data-testid={testId}>{children}</tbody>
    </table>
  );
}

interface ShareProps {
  class?: string;
  label: JSX.Element | string;
  /** Of the width, 0…1. */
  part: number;
  color?: string | undefined;
  children: ComponentChildren;
}

/** A name, a bar, and the figure that the bar shows. */
export function Share({ class: name = 'share', label, part, color, children }: ShareProps): JSX.Element {
  return (
    <div class={name}>
      {typeof label === 'string' ? <span>{label}</span> : label}
      <div class="band-track" aria-hidden="true">
        <i style={{ width: `${100 * part}%`, background: color }} />
      </div>
      <span class="number">{children}</span>
    </div>
  );
}

/** The two sides with a figure each. */
export function SideTotals({
  testId,
  long,
  short,
  isPlural = false,
}: {
  testId?: string;
  long: string;
  short: string;
  isPlural?: boolean;
}): JSX.Element {
  const side = (kind: Side, name: string, text: string): JSX.Element => (
    <span class={`side-${kind}`}>
      {`${SIDE_SIGNS[kind]} ${name} `}
      <b class="number">{text}</b>
    </span>
  );
  return (
    <div class="split-texts" data-testid={testId}>
      {side('long', isPlural ? t`Longs` : t`Long`, long)}
      {side('short', isPlural ? t`Shorts` : t`Short`, short)}
    </div>
  );
}

interface FoldProps {
  class?: string;
  testId: string;
  heading: string;
  note: string;
  isHidden?: boolean;
  onToggle?: (isOpen: boolean) => void;
  children: ComponentChildren;
}

/** A card that is closed until somebody wants it; its heading tells what is in it. */
export function Fold({
  class: more,
  testId,
  heading,
  note,
  isHidden = false,
  onToggle,
  children,
}: FoldProps): JSX.Element {
  return (
    <details
      class={`card fold${more === undefined ? '' : ` ${more}`}`}
      data-testid={testId}
      hidden={isHidden}
      onToggle={({ currentTarget }) => onToggle?.(currentTarget.open)}
    >
      <summary>
        <h2>{heading}</h2>
        <span class="muted">{note}</span>
      </summary>
      <div class="fold-body">{children}</div>
    </details>
  );
}

/** A card with a heading, and beside it where its figures come from. */
export function CardHead({
  heading,
  badge,
  isOld = false,
}: {
  heading: string;
  badge: string;
  isOld?: boolean;
}): JSX.Element {
  return (
    <div class="card-head">
      <h2>{heading}</h2>
      <span class={`realised-badge${isOld ? ' is-old' : ''}`}>{badge}</span>
    </div>
  );
}
