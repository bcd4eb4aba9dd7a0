import type { JSX } from 'preact';
import { VERDICT_WORDS } from './setup-words';

interface VerdictProps {
  verdict: keyof typeof VERDICT_WORDS;
  testId?: string;
}

/** A verdict as sign, word and colour. */
export function Verdict({ verdict, testId }: VerdictProps): JSX.Element {
  const { sign, word } = VERDICT_WORDS[verdict];
  return (
    <span class={`verdict verdict-${verdict}`} data-testid={testId} data-verdict={verdict}>
      <span aria-hidden="true">{sign}</span>
      {` ${word}`}
    </span>
  );
}
