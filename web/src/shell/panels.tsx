import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import { render, type JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { CellTip } from '../chart/cell-tip';
import { Headline, pointedCandle } from '../chart/headline';
import { NetWords } from '../chart/net-words';
import { BubbleTip, pointedBubble } from '../realised/bubble-tip';
import { Outlook } from '../setups/outlook';
import { byId, nameAs, say } from '../ui/dom';
import { later } from '../ui/later';
import { isNarrow } from '../ui/media';
import { venueName } from '../ui/venue-name';
import { Controls } from './controls';
import type { DialogName } from './dialogs';
import { Footer } from './footer';
import { Badges, Header } from './header';
import { listenToKeys } from './keyboard';
import type { Messages } from './messages';
import type { Page } from './page';
import { savesOf } from './saves';
import { Side } from './side';

const Dialogs = later(() => import('./dialogs').then((room) => room.Dialogs));

/** Fills the page's places; from here on each panel follows what it reads. */
export function mountPanels(page: Page): void {
  const { api, messages, store, shown } = page;
  say('.skip', t`Skip to the chart`);
  nameAs('#controls', t({ message: 'View', context: 'the controls of what is seen' }));
  nameAs('#strip', t`Data feeds`);
  nameAs('#outlook', t`Largest clusters, in words`);
  nameAs('#side', t`Figures`);
  const dialog = signal<DialogName | null>(null);
  const showHelp = (): void => {
    dialog.value = 'help';
  };
  const Top = (): JSX.Element => (
    <Header
      store={store}
      header={shown.map.value?.header ?? null}
      saves={savesOf(page)}
      drawing={page.drawing}
      onCopyLink={() => void shareLink(messages)}
      onHelp={showHelp}
      onAbout={() => (dialog.value = 'about')}
    />
  );
  const Foot = (): JSX.Element => <Footer header={shown.map.value?.header ?? null} />;
  const Opened = (): JSX.Element | null => {
    const wasOpened = useRef(false);
    wasOpened.current ||= dialog.value !== null;
    return wasOpened.current ? <Dialogs opened={dialog} api={api} store={store} map={shown.map.value} /> : null;
  };
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

/** On a phone by its own sheet, where it has one. */
async function shareLink(messages: Messages): Promise<void> {
  if (isNarrow.peek() && 'share' in navigator) {
    try {
      await navigator.share({ title: document.title, url: location.href });
      return;
    } catch (error) {
      // Closed by the reader. Any other refusal leaves the clipboard.
      if (error instanceof DOMException && error.name === 'AbortError') return;
    }
  }
  await copyLink(messages);
}

async function copyLink(messages: Messages): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    messages.showBriefly(t`Link copied`);
  } catch {
    // Plain http on another host has no clipboard: the address bar carries the same link.
    messages.showBriefly(t`Copy the link from the address bar`);
  }
}

/** Whose positions, and whose candles where another venue's stand in. */
function sourceText(venue: string, candlesOf: string | null): string {
  const name = venueName(venue);
  if (candlesOf === null) return name;
  const other = venueName(candlesOf);
  return t`${name}, candles of ${other}`;
}
