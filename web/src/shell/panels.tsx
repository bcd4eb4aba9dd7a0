import { signal } from '@preact/signals';
import { render, type JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { CellTip } from '../chart/cell-tip';
import { Headline, pointedCandle } from '../chart/headline';
import { NetWords } from '../chart/net-words';
import { BubbleTip, pointedBubble } from '../realised/bubble-tip';
import { Outlook } from '../setups/outlook';
import { byId } from '../ui/dom';
import { isNarrow } from '../ui/media';
import { venueName } from '../ui/venue-name';
import { Controls } from './controls';
import { Dialogs, type DialogName } from './dialogs';
import { Footer } from './footer';
import { Badges, Header } from './header';
import { listenToKeys } from './keyboard';
import type { Messages } from './messages';
import type { Page } from './page';
import { savesOf } from './saves';
import { Side } from './side';

/** Fills the page's places; from here on each panel follows what it reads. */
export function mountPanels(page: Page): void {
  const { api, messages, store, shown } = page;
  const dialog = signal<DialogName | null>(null);
  const showHelp = (): void => {
    dialog.value = 'help';
  };
  const Top = (): JSX.Element => (
    <Header
      store={store}
      header={shown.map.value?.header ?? null}
      saves={savesOf(page)}
      onCopyLink={() => void copyLink(messages)}
      onHelp={showHelp}
      onAbout={() => (dialog.value = 'about')}
    />
  );
  const Foot = (): JSX.Element => <Footer header={shown.map.value?.header ?? null} />;
  const Opened = (): JSX.Element => <Dialogs opened={dialog} api={api} store={store} map={shown.map.value} />;
  render(<Top />, byId('top'));
  const Row = (): JSX.Element => (
    <>
      {isNarrow.value && <Badges store={store} header={shown.map.value?.header ?? null} />}
      <Controls store={store} scale={page.scale} />
    </>
  );
  render(<Row />, byId('controls'));
  render(<Overlays {...page} />, byId('overlays'));
  const Told = (): JSX.Element => (
    <Outlook
      clusters={page.extras.decisions.seen.clusters}
      onChoose={(cluster) => store.update({ cluster, panel: 'setups' })}
    />
  );
  render(<Told />, byId('outlook'));
  render(<Side {...page} />, byId('side'));
  render(<Foot />, byId('foot'));
  render(<Opened />, byId('dialogs'));
  listenToKeys(page, showHelp);
}

/** What stands over the chart. */
function Overlays({ store, shown, view, extras, pointer }: Page): JSX.Element {
  const pointed = useMemo(() => pointedCandle(view), [view]);
  const bubble = useMemo(() => pointedBubble(view), [view]);
  const query = shown.map.value?.query;
  const candlesOf = store.market.candles_of ?? null;
  const net = extras.net.text.value;
  return (
    <>
      <Headline
        title={query === undefined ? '' : `${query.symbol} · ${sourceText(query.venue, candlesOf)} · ${query.interval}`}
        candles={shown.candles.value}
        pointed={pointed.value}
        areAveragesShown={store.state.areAveragesShown}
      />
      {net !== null && <NetWords {...net} />}
      <CellTip
        map={shown.map.value}
        pointed={pointer.pointed.value}
        at={bubble.value === null ? pointer.at.value : null}
      />
      <BubbleTip bubble={bubble.value} />
    </>
  );
}

async function copyLink(messages: Messages): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    messages.showBriefly('Link copied');
  } catch {
    // Plain http on another host has no clipboard: the address bar carries the same link.
    messages.showBriefly('Copy the link from the address bar');
  }
}

/** Whose positions, and whose candles where another venue's stand in. */
function sourceText(venue: string, candlesOf: string | null): string {
  return candlesOf === null ? venueName(venue) : `${venueName(venue)}, candles of ${venueName(candlesOf)}`;
}
