import { t } from '@lingui/core/macro';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { BlindSpotsCard } from '../chart/blind-spots';
import { BookCard } from '../chart/book-card';
import { Legend } from '../chart/legend';
import { PeaksPanel } from '../chart/peaks-panel';
import { Readout } from '../chart/readout';
import { Tape } from '../realised/tape';
import { NearestCard } from '../setups/nearest';
import { Outlook } from '../setups/outlook';
import type { PanelName } from '../state/state';
import type { Store } from '../state/store';
import { Fold } from '../ui/figures';
import { later } from '../ui/later';
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
        panels={{ map: <MapPanel {...page} />, setups: <Setups {...page} />, tape: <RealisedPanel {...page} /> }}
      />
      <TapeCard {...page} />
    </>
  );
}

function MapPanel(page: Page): JSX.Element {
  const { store, shown, pointer, scale, extras } = page;
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
      {extras.orderFlow.shown.value !== null && <OrderFlowCard {...extras.orderFlow.shown.value} />}
      <Legend store={store} scale={scale} />
      <BlindSpotsCard answer={extras.blindSpots.answer.value} />
      <BookCard book={extras.depth.book.value} isShown={store.state.isDepthShown} />
      <PeaksPanel profile={map?.profile ?? null} />
      <Tables {...page} />
    </>
  );
}

const OrderFlowCard = later(() => import('../setups/order-flow-card').then((room) => room.OrderFlowCard));
const MapTables = later(() => import('../chart/map-tables').then((room) => room.MapTables));
const SetupsTab = later(() => import('../setups/setups-tab').then((room) => room.SetupsTab));
const RealisedTab = later(() => import('../realised/realised-tab').then((room) => room.RealisedTab));

/** What the canvas draws, for those who read tables; made while it is open. */
function Tables({ view, shown, pointer }: Page): JSX.Element {
  const isOpen = useSignal(false);
  const profile = shown.map.value?.profile ?? null;
  return (
    <Fold
      testId="tables"
      heading={t`As tables`}
      note={t`cells, profile`}
      onToggle={(isNowOpen) => (isOpen.value = isNowOpen)}
    >
      {isOpen.value && <MapTables grid={view.heatmap.grid} pointed={pointer.pointed.value} profile={profile} />}
    </Fold>
  );
}

/** Whether a tab has been looked at: its code comes then, and what was opened in it stays. */
function useOpened(store: Store, name: PanelName): boolean {
  const wasOpened = useRef(false);
  wasOpened.current ||= store.state.panel === name;
  return wasOpened.current;
}

function Setups({ store, view, extras }: Page): JSX.Element | null {
  const { decisions, brief } = extras;
  const isOpened = useOpened(store, 'setups');
  const told = extras.depth.book.value;
  const book = typeof told === 'string' ? null : told;
  if (!isOpened) return null;
  return (
    <SetupsTab
      store={store}
      decisions={decisions}
      brief={brief}
      book={book}
      onHover={(id) => view.bands.setHovered(id)}
    />
  );
}

function RealisedPanel({ store, realised, extras }: Page): JSX.Element | null {
  const isOpened = useOpened(store, 'tape');
  if (!isOpened) return null;
  const events = realised.shown.value?.events ?? [];
  return <RealisedTab store={store} decisions={extras.decisions} sweeps={extras.sweeps.answer.value} events={events} />;
}

function TapeCard({ realised }: Page): JSX.Element {
  return <Tape realised={realised.shown.value} />;
}
