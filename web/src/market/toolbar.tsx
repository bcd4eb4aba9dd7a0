import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { areKept, favourites } from '../state/favourites';
import type { MarketView } from './table';

interface ToolbarProps {
  view: MarketView;
  /** What is shown of how much, or why there is nothing. */
  note: JSX.Element | string;
  isProblem: boolean;
  /** The end of the data, where it is old. */
  asOf: string | null;
  onChange: (patch: Partial<MarketView>) => void;
  onExplain: () => void;
}

/** Heading, filter and favourites. */
export function Toolbar({ view, note, isProblem, asOf, onChange, onExplain }: ToolbarProps): JSX.Element {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      const isTyped = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
      if (event.key !== '/' || isTyped || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      box.current?.focus();
      box.current?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const nFavourites = favourites.value.size;
  return (
    <div class="market-bar">
      <h1>{t`Markets`}</h1>
      {asOf !== null && (
        <span class="market-old" data-testid="market-as-of">
          {asOf}
        </span>
      )}
      <input
        ref={box}
        type="search"
        class="market-filter"
        aria-label={t`Filter by symbol or venue`}
        aria-keyshortcuts="/"
        placeholder={t`Symbol or venue ( / )`}
        autocomplete="off"
        spellcheck={false}
        data-testid="market-filter"
        value={view.filter}
        onInput={({ currentTarget }) => onChange({ filter: currentTarget.value })}
        onKeyDown={({ key }) => {
          if (key === 'Escape') onChange({ filter: '' });
        }}
      />
      <button
        type="button"
        class="chip market-toggle"
        aria-pressed={view.favourites === 'first'}
        title={t`Markets with a star stand before the others`}
        data-testid="favourites-first"
        onClick={() => onChange({ favourites: view.favourites === 'first' ? 'mixed' : 'first' })}
      >
        <span aria-hidden="true">★</span> {t`Favourites first`}
        {nFavourites > 0 ? ` (${nFavourites})` : ''}
      </button>
      <button type="button" class="text-button market-about" data-testid="about-columns" onClick={onExplain}>
        {t`What the columns say`}
      </button>
      <p class={`market-note ${isProblem ? 'fall' : 'muted'}`} role="status" data-testid="market-note">
        {note}
        {!areKept.value && ` · ${t`This browser keeps no favourites: they hold until the page is left.`}`}
      </p>
    </div>
  );
}
