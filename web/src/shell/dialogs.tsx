import { t } from '@lingui/core/macro';
import { useSignal, type Signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { ApiClient } from '../api/client';
import type { Origin } from '../api/types';
import { modelText } from '../chart/model-words';
import type { Loaded } from '../state/shown';
import type { Store } from '../state/store';
import { IconButton } from '../ui/fields';
import { Fact } from '../ui/figures';
import { measureText } from '../ui/format';
import { venueName } from '../ui/venue-name';
import { calibrationWord } from './calibration';

const KEYS: readonly (readonly [string, string])[] = [
  ['← →', t`pan (with Shift: ten times as far)`],
  ['← → ↑ ↓', t`with the chart focused: move its crosshair (Shift: pan, or ten buckets)`],
  ['+ −', t`zoom`],
  ['0', t`fit the whole range`],
  ['L %', t`logarithmic or percent price scale`],
  ['W', t`whole screen`],
  ['H', t`heat on or off`],
  ['P', t`profile at the right on or off`],
  ['R', t`circles of realised liquidations on or off`],
  ['F', t`expected liquidations or open positions`],
  ['C', t`clusters on or off`],
  ['B', t`order book on or off`],
  ['V E', t`volume; EMA and VWAP, on or off`],
  ['D G M', t`draw a line, a range, a measure; Enter places it at the crosshair`],
  ['T', t`light or dark`],
  ['1 … 5', t`type of the map`],
  ['?', t`this help`],
  ['Esc', t({ message: 'close', context: 'what a key does' })],
];

const ORIGINS: Record<Origin, string> = {
  simulated: t({ message: 'simulated', context: 'where a market comes from' }),
  files: t({ message: 'files', context: 'where a market comes from' }),
  venue: t({ message: 'venue', context: 'where a market comes from' }),
};

export type DialogName = 'help' | 'about';

interface DialogsProps {
  opened: Signal<DialogName | null>;
  api: ApiClient;
  store: Store;
  map: Loaded | null;
}

export function Dialogs({ opened, api, store, map }: DialogsProps): JSX.Element {
  const close = (): void => {
    opened.value = null;
  };
  return (
    <>
      <Dialog title={t`Keyboard`} isOpen={opened.value === 'help'} onClose={close}>
        <Keys />
      </Dialog>
      <Dialog title={t`About this map`} isOpen={opened.value === 'about'} onClose={close}>
        <About api={api} store={store} map={map} />
      </Dialog>
    </>
  );
}

interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

function Dialog({ title, isOpen, onClose, children }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      aria-label={title}
      onClose={onClose}
      onClick={({ target }) => target === dialog.current && onClose()}
    >
      <div class="dialog-head">
        <h2>{title}</h2>
        <IconButton label={t`Close`} onClick={onClose} />
      </div>
      <div class="dialog-body">{isOpen && children}</div>
    </dialog>
  );
}

function Keys(): JSX.Element {
  return (
    <dl class="keys">
      {KEYS.map(([key, meaning]) => (
        <div key={key}>
          <dt>
            {key.split(' ').map((part) => (
              <kbd key={part}>{part}</kbd>
            ))}
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}

function About({ api, store, map }: Omit<DialogsProps, 'opened'>): JSX.Element {
  const { market, answer } = store;
  const header = map?.header;
  const marketText = `${market.symbol} · ${venueName(market.venue)} · ${ORIGINS[market.origin]}`;
  return (
    <>
      <p>
        {t`The map estimates where leveraged positions would be force-closed. Exchanges do not publish positions: a \
model places the open interest that appears on each candle at the liquidation prices of a mix of leverages, and \
takes a level away once the price has swept it.`}
      </p>
      <p>
        {t`Brighter means more estimated position value per price bucket. Compare places on the map with each other; \
do not take a figure as dollars that will be sold or bought. A liquidation level is not a forecast and nothing here \
is advice.`}
      </p>
      <p>
        {t`Expected liquidations: what exchanges would likely force-close if the price got there within the chosen \
time; our estimate, in dollars. Cells are the part that stands at a price; labels and cards add what is usual at \
that distance. Open positions: where open positions would be liquidated. Most close earlier, so read it as strength, \
not as dollars.`}
      </p>
      <p>
        {t`Circles and the tape are something else: liquidations that venues reported. Venues publish a part of them \
only, and each says the price in its own sense; both stand beside every figure. They are never added to estimates.`}
      </p>
      <dl class="facts">
        <Fact isWords name={t`Market`}>
          {marketText}
        </Fact>
        <Fact
          isWords
          name={t({ message: 'Measure', context: 'what figures count' })}
        >{`${measureText(header ?? { measure: 'held_notional_usd' })}, USD`}</Fact>
        <Fact isWords name={t`Calibration`}>
          {calibrationWord(header?.calibration ?? 'uncalibrated')}
        </Fact>
        <Fact isWords name={t`Model`}>
          {header?.model_version ?? answer.model_version}
        </Fact>
      </dl>
      {header?.model != null && <p data-testid="about-flow">{modelText(header.model)}</p>}
      <h3>{t`How accurate it is`}</h3>
      <Accuracy api={api} />
      <h3>{t`Notes on this data`}</h3>
      <Notes notes={header?.notes ?? market.notes} />
      <h3>{t({ message: 'Notices', comment: 'heading of the notice that the chart library asks for' })}</h3>
      <p class="notice">
        TradingView Lightweight Charts™
        <br />
        {'Copyright (с) 2025 TradingView, Inc. '}
        <a href="https://www.tradingview.com/" target="_blank" rel="noopener">
          https://www.tradingview.com/
        </a>
      </p>
    </>
  );
}

/** In one sentence, as the server publishes it. */
function Accuracy({ api }: { api: ApiClient }): JSX.Element {
  const headline = useSignal('…');
  useEffect(() => {
    api.accuracy().then(
      (answer) => (headline.value = answer.headline),
      () => (headline.value = t`Not known: the server does not answer.`),
    );
  }, [api, headline]);
  return (
    <p>
      <span data-testid="about-accuracy">{headline.value}</span> <a href="/accuracy">{t`All figures`}</a>
    </p>
  );
}

function Notes({ notes }: { notes: readonly string[] }): JSX.Element {
  if (notes.length === 0) return <p class="muted">{t({ message: 'None.', context: 'notes' })}</p>;
  return (
    <ul>
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}
