import type { JSX } from 'preact';
import { BlindSpotsCard } from '../chart/blind-spots';
import { BookCard } from '../chart/book-card';
import { Legend } from '../chart/legend';
import { PeaksPanel } from '../chart/peaks-panel';
import { Readout } from '../chart/readout';
import { RealisedPanel } from '../realised/realised-panel';
import { SweepsCard } from '../realised/sweeps';
import { Tape } from '../realised/tape';
import { BriefCard } from '../setups/brief';
import { NearestCard } from '../setups/nearest';
import { Outlook } from '../setups/outlook';
import { SetupPanel } from '../setups/setup-panel';
import type { PanelName } from '../state/state';
import type { Page } from './page';
import { SideTabs } from './side-tabs';

/** Everything beside the chart. */
export function Side(page: Page): JSX.Element {
  const { store, hasRealised, extras } = page;
  const offered: PanelName[] = [
    'map',
    ...(extras.decisions.isOffered.value ? ['setups' as const] : []),
    ...(hasRealised ? ['tape' as const] : []),
  ];
  return (
    <>
      <SideTabs
        store={store}
        offered={offered}
        panels={{ map: <MapPanel {...page} />, setups: <Setups {...page} />, tape: <Realised {...page} /> }}
      />
      <TapeCard {...page} />
    </>
  );
}

function MapPanel({ store, shown, pointer, scale, extras }: Page): JSX.Element {
  const map = shown.map.value;
  const choose = (cluster: string): void => store.update({ cluster, panel: 'setups' });
  return (
    <>
      <Readout store={store} map={map} pointed={pointer.pointed.value} />
      <div class="outlook-narrow">
        <Outlook clusters={extras.decisions.seen.clusters} onChoose={choose} />
      </div>
      <NearestCard
        clusters={pointer.pointed.value === null ? extras.decisions.seen.clusters : null}
        onChoose={choose}
      />
      <Legend store={store} scale={scale} />
      <BlindSpotsCard answer={extras.blindSpots.answer.value} />
      <BookCard book={extras.depth.book.value} isShown={store.state.isDepthShown} />
      <PeaksPanel profile={map?.profile ?? null} />
    </>
  );
}

function Setups({ store, view, extras }: Page): JSX.Element {
  const { decisions, brief } = extras;
  const told = extras.depth.book.value;
  const book = typeof told === 'string' ? null : told;
  return (
    <>
      <BriefCard brief={brief} clusters={decisions.seen.clusters} onChoose={(cluster) => store.update({ cluster })} />
      <SetupPanel store={store} decisions={decisions} book={book} onHover={(id) => view.bands.setHovered(id)} />
    </>
  );
}

function Realised({ store, realised, extras }: Page): JSX.Element {
  return (
    <>
      <SweepsCard answer={extras.sweeps.answer.value} />
      <RealisedPanel store={store} decisions={extras.decisions} events={realised.shown.value?.events ?? []} />
    </>
  );
}

function TapeCard({ realised }: Page): JSX.Element {
  return <Tape realised={realised.shown.value} />;
}
