import type { JSX } from 'preact';
import type { SweepsAnswer } from '../api/decisions';
import type { Decisions } from '../setups/decisions';
import type { Store } from '../state/store';
import type { Realised } from './realised-events';
import { RealisedPanel } from './realised-panel';
import { SweepsCard } from './sweeps-card';

interface RealisedProps {
  store: Store;
  decisions: Decisions;
  sweeps: SweepsAnswer | null;
  events: readonly Realised[];
}

/** What fired, beside what was expected of it. */
export function RealisedTab({ sweeps, ...props }: RealisedProps): JSX.Element {
  return (
    <>
      <SweepsCard answer={sweeps} />
      <RealisedPanel {...props} />
    </>
  );
}
