import { useSignal, type Signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { ApiClient } from '../api/client';
import { modelText } from '../chart/model-words';
import type { Loaded } from '../state/shown';
import type { Store } from '../state/store';
import { IconButton } from '../ui/fields';
import { Fact } from '../ui/figures';
import { measureText } from '../ui/format';
import { venueName } from '../ui/venue-name';

const KEYS: readonly (readonly [string, string])[] = [
  ['← →', 'pan (with Shift: ten times as far)'],
  ['← → ↑ ↓', 'with the chart focused: move its crosshair (Shift: pan, or ten buckets)'],
  ['+ −', 'zoom'],
  ['0', 'fit the whole range'],
  ['L %', 'logarithmic or percent price scale'],
  ['W', 'whole screen'],
  ['H', 'heat on or off'],
  ['P', 'profile at the right on or off'],
  ['R', 'circles of realised liquidations on or off'],
  ['F', 'expected liquidations or open positions'],
  ['C', 'clusters on or off'],
  ['B', 'order book on or off'],
  ['V E', 'volume; EMA and VWAP, on or off'],
  ['T', 'light or dark'],
  ['1 … 5', 'type of the map'],
  ['?', 'this help'],
  ['Esc', 'close'],
];

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
      <Dialog title="Keyboard" isOpen={opened.value === 'help'} onClose={close}>
        <Keys />
      </Dialog>
      <Dialog title="About this map" isOpen={opened.value === 'about'} onClose={close}>
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
        <IconButton label="Close" onClick={onClose} />
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
  return (
    <>
      <p>
        The map estimates where leveraged positions would be force-closed. Exchanges do not publish positions: a model
        places the open interest that appears on each candle at the liquidation prices of a mix of leverages, and takes
        a level away once the price has swept it.
      </p>
      <p>
        Brighter means more estimated position value per price bucket. Compare places on the map with each other; do not
        take a figure as dollars that will be sold or bought. A liquidation level is not a forecast and nothing here is
        advice.
      </p>
      <p>
        Expected liquidations: what exchanges would likely force-close if the price got there within the chosen time;
        our estimate, in dollars. Cells are the part that stands at a price; labels and cards add what is usual at that
        distance. Open positions: where open positions would be liquidated. Most close earlier, so read it as strength,
        not as dollars.
      </p>
      <p>
        Circles and the tape are something else: liquidations that venues reported. Venues publish a part of them only,
        and each says the price in its own sense; both stand beside every figure. They are never added to estimates.
      </p>
      <dl class="facts">
        <Fact isWords name="Market">{`${market.symbol} · ${venueName(market.venue)} · ${market.origin}`}</Fact>
        <Fact isWords name="Measure">{`${measureText(header ?? { measure: 'held_notional_usd' })}, USD`}</Fact>
        <Fact isWords name="Calibration">
          {header?.calibration ?? 'uncalibrated'}
        </Fact>
        <Fact isWords name="Model">
          {header?.model_version ?? answer.model_version}
        </Fact>
      </dl>
      {header?.model != null && <p data-testid="about-flow">{modelText(header.model)}</p>}
      <h3>How accurate it is</h3>
      <Accuracy api={api} />
      <h3>Notes on this data</h3>
      <Notes notes={header?.notes ?? market.notes} />
      <h3>Notices</h3>
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
      () => (headline.value = 'Not known: the server does not answer.'),
    );
  }, [api, headline]);
  return (
    <p>
      <span data-testid="about-accuracy">{headline.value}</span> <a href="/accuracy">All figures</a>
    </p>
  );
}

function Notes({ notes }: { notes: readonly string[] }): JSX.Element {
  if (notes.length === 0) return <p class="muted">None.</p>;
  return (
    <ul>
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}
