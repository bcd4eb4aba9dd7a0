import { plural, t } from '@lingui/core/macro';
import { useSignal } from '@preact/signals';
import type { JSX, TargetedKeyboardEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Market } from '../api/types';
import { favourites, toggleFavourite } from '../state/favourites';
import { noteRecent, recent } from '../state/recent';
import { ALL_VENUES } from '../state/state';
import type { Store } from '../state/store';
import { IconButton } from '../ui/fields';
import { Menu } from '../ui/menu';
import { venueName } from '../ui/venue-name';

const LIST_ID = 'market-list';
/** Nobody reads more; typing a letter more finds the rest. */
const MOST_ROWS = 60;

const nameOf = ({ symbol, venue }: Market): string => `${symbol} ${venue}`;

/** All words of a search are in the symbol or the venue's name; an empty search finds all. */
export function searchMarkets(markets: readonly Market[], text: string): Market[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return markets.filter((market) => {
    const name = `${market.symbol} ${market.venue} ${venueText(market)}`.toLowerCase();
    return words.every((word) => name.includes(word));
  });
}

/** Those with a star first, then those looked at last, then the server's order. */
export function orderMarkets(
  markets: readonly Market[],
  starred: ReadonlySet<string>,
  last: readonly string[],
): Market[] {
  const rank = (market: Market): number => {
    if (starred.has(market.symbol)) return -1000;
    const place = last.indexOf(nameOf(market));
    return place < 0 ? 0 : place - 100;
  };
  return [...markets].sort((one, other) => rank(one) - rank(other));
}

/** The market that is shown; behind it a list to search by typing, with favourites and those looked at last on top. */
export function MarketPicker({ store }: { store: Store }): JSX.Element {
  const text = useSignal('');
  const active = useSignal(0);
  const input = useRef<HTMLInputElement>(null);
  const { market: shown } = store;
  const found = orderMarkets(searchMarkets(store.answer.markets, text.value), favourites.value, recent.value);
  const rows = found.slice(0, MOST_ROWS);
  const at = Math.min(active.value, rows.length - 1);
  useEffect(() => noteRecent(nameOf(shown)), [shown.symbol, shown.venue]);
  useEffect(() => {
    const panel = input.current?.closest<HTMLElement>('[popover]');
    const onToggle = (event: Event): void => {
      if ((event as ToggleEvent).newState !== 'open') return;
      text.value = '';
      active.value = 0;
      input.current?.focus();
    };
    panel?.addEventListener('toggle', onToggle);
    return () => panel?.removeEventListener('toggle', onToggle);
  }, []);
  const choose = ({ symbol, venue }: Market): void => {
    store.update({ symbol, venue, interval: null });
    input.current?.closest<HTMLElement>('[popover]')?.hidePopover();
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 && event.key !== 'Enter') return;
    event.preventDefault();
    if (step !== 0) active.value = Math.max(0, Math.min(rows.length - 1, at + step));
    else if (rows.length > 0) choose(rows[at]);
    document.getElementById(`${LIST_ID}-${active.value}`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <Menu label={t`Market`} text={marketName(shown)} testId="market" class="market">
      <div class="picker">
        <input
          ref={input}
          type="search"
          class="picker-search"
          role="combobox"
          list={undefined}
          aria-label={t`Search symbol or venue`}
          placeholder={t`Search symbol or venue`}
          aria-expanded="true"
          aria-controls={LIST_ID}
          aria-activedescendant={rows.length > 0 ? `${LIST_ID}-${at}` : undefined}
          autocomplete="off"
          spellcheck={false}
          maxLength={40}
          data-testid="market-search"
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
            active.value = 0;
          }}
          onKeyDown={onKeyDown}
        />
        <ul class="picker-list" id={LIST_ID} role="listbox" aria-label={t`Markets`} data-testid="market-rows">
          {rows.map((market, row) => (
            <li
              key={nameOf(market)}
              id={`${LIST_ID}-${row}`}
              role="option"
              aria-selected={row === at}
              class={market === shown ? 'is-shown' : undefined}
              onClick={() => choose(market)}
            >
              <b>{market.symbol}</b>
              <span class="muted">{venueText(market)}</span>
              {recent.value.includes(nameOf(market)) && market !== shown && (
                <span class="muted picker-mark">{t`looked at`}</span>
              )}
            </li>
          ))}
        </ul>
        <p class="muted" role="status">
          {found.length === 0
            ? t`No market of that name`
            : plural(found.length, { one: '# market', other: '# markets' })}
        </p>
        <Star symbol={rows[at]?.symbol ?? shown.symbol} />
      </div>
    </Menu>
  );
}

/** Of the row that arrow keys are on: a list of options can hold no buttons. */
function Star({ symbol }: { symbol: string }): JSX.Element {
  const isStarred = favourites.value.has(symbol);
  const label = isStarred ? t`Take ${symbol} from the favourites` : t`Add ${symbol} to the favourites`;
  return (
    <IconButton label={label} class="picker-star" testId="market-star" onClick={() => toggleFavourite(symbol)}>
      <span aria-hidden="true">{isStarred ? '★' : '☆'}</span> {label}
    </IconButton>
  );
}

function marketName(market: Market): string {
  return `${market.symbol}  ·  ${venueText(market)}`;
}

function venueText({ venue, venues }: Market): string {
  if (venue !== ALL_VENUES) return venueName(venue);
  const count = venues?.length;
  return count === undefined ? t`all venues` : plural(count, { one: 'all # venue', other: 'all # venues' });
}
