import { t } from '@lingui/core/macro';
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { VenueChip } from './venues';

/** The chip that is opened, and where the words below it begin. */
export interface OpenedChip {
  key: string;
  leftPixels: number;
}

interface ChipsProps {
  chips: readonly VenueChip[];
  shownVenue: string | null;
  opened: Signal<OpenedChip | null>;
}

/** The venues as chips, each with its state. */
export function VenueChips({ chips, shownVenue, isOld, opened }: ChipsProps & { isOld: boolean }): JSX.Element {
  return (
    <ul class={`venue-chips${isOld ? ' is-old' : ''}`} aria-label={isOld ? t`Venues, as last known` : t`Venues`}>
      {chips.map((chip) => {
        const key = keyOf(chip);
        const isOpen = key === opened.value?.key;
        return (
          <li key={key}>
            <Chip
              chip={chip}
              isShown={chip.venue === shownVenue}
              isOpen={isOpen}
              onOpen={(leftPixels) => (opened.value = isOpen ? null : { key, leftPixels })}
            />
          </li>
        );
      })}
    </ul>
  );
}

interface DetailProps extends ChipsProps {
  knownVenues: readonly string[];
  onVenue: (venue: string) => void;
}

/** Everything there is to say of the opened chip; it closes with a click elsewhere. */
export function VenueDetail({ chips, shownVenue, knownVenues, opened, onVenue }: DetailProps): JSX.Element {
  useEffect(() => {
    const close = (): void => {
      opened.value = null;
    };
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape') close();
    };
    const onClick = ({ target }: MouseEvent): void => {
      if (target instanceof Element && target.closest('.venue-chip, .venue-detail') === null) close();
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('click', onClick);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('click', onClick);
    };
  }, [opened]);
  const chip = chips.find((one) => keyOf(one) === opened.value?.key);
  return (
    <div
      class="venue-detail"
      id="venue-detail"
      data-testid="venue-detail"
      hidden={chip === undefined}
      style={{ left: `${opened.value?.leftPixels ?? 0}px` }}
    >
      <div class="venue-detail-text">{chip?.title}</div>
      <button
        type="button"
        class="chip venue-detail-show"
        data-testid="venue-show"
        hidden={chip === undefined || chip.venue === shownVenue || !knownVenues.includes(chip.venue)}
        onClick={() => {
          opened.value = null;
          if (chip !== undefined) onVenue(chip.venue);
        }}
      >
        {t`Show the map of ${{ venue: chip?.name ?? '' }}`}
      </button>
    </div>
  );
}

interface ChipProps {
  chip: VenueChip;
  isShown: boolean;
  isOpen: boolean;
  onOpen: (leftPixels: number) => void;
}

function Chip({ chip: { venue, name, state, word, title }, isShown, isOpen, onOpen }: ChipProps): JSX.Element {
  return (
    <button
      type="button"
      class={`venue-chip venue-${state}${isShown ? ' venue-shown' : ''}`}
      aria-expanded={isOpen}
      aria-controls="venue-detail"
      data-testid={`venue-${venue}`}
      data-state={state}
      title={title}
      onClick={({ currentTarget }) => onOpen(currentTarget.offsetLeft)}
    >
      <i class="venue-dot" aria-hidden="true" />
      <span class="venue-name">{name}</span>
      <span class="venue-word">{word}</span>
    </button>
  );
}

/** A venue and a symbol: the beginning of all that is said of them. */
function keyOf({ venue, title }: VenueChip): string {
  return `${venue} ${title.split(':', 1)[0]}`;
}
