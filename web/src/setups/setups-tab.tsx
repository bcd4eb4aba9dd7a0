import type { JSX } from 'preact';
import type { Book } from '../chart/depth-layer';
import type { Store } from '../state/store';
import type { Brief } from './brief';
import { BriefCard } from './brief-card';
import type { Decisions } from './decisions';
import { SetupPanel } from './setup-panel';

interface SetupsProps {
  store: Store;
  decisions: Decisions;
  brief: Brief;
  /** The newest order book, where there is one. */
  book: Book | null;
  onHover: (id: string | null) => void;
}

/** What changed since a session opened, and the clusters with their setups. */
export function SetupsTab({ brief, ...props }: SetupsProps): JSX.Element {
  const { store, decisions } = props;
  return (
    <>
      <BriefCard brief={brief} clusters={decisions.seen.clusters} onChoose={(cluster) => store.update({ cluster })} />
      <SetupPanel {...props} />
    </>
  );
}
