import type { StreamState } from '../api/stream';
import type { Coverage, StatusAnswer } from '../api/types';
import { element } from '../ui/dom';
import { formatCountdown } from '../ui/format';
import { venueName } from '../ui/venue-name';
import { closesInMs } from './live-candles';
import { chipOf, changesBetween, coverageText, overallProgress, refusalOf, type VenueChip } from './venues';

const STREAM_TEXT: Record<StreamState, string> = {
  closed: '',
  connecting: 'Connecting…',
  open: 'Live',
  paused: 'Paused',
  polling: 'Stream lost, asking every 30 s',
  unavailable: 'Asking every 30 s',
};

const BRIEF_MS = 1500;
const EITHER = new Intl.ListFormat('en', { type: 'disjunction' });

interface StripActions {
  /** Shows a venue in place of the present one. */
  onVenue(venue: string): void;
  /** Whether there is a market of a venue to show. */
  hasVenue(venue: string): boolean;
  shownVenue(): string | null;
}

interface OpenBar {
  interval: string;
  openMs: number;
  stepMs: number;
}

/**
 * The line that says where the data come from and how fresh they are: a chip a venue, what is being fetched, notices.
 */
export class Strip {
  private readonly chips = element('ul', { class: 'venue-chips', 'aria-label': 'Venues' });
  private readonly detailText = element('div', { class: 'venue-detail-text' });
  private readonly detailShow = element('button', {
    type: 'button',
    class: 'chip venue-detail-show',
    'data-testid': 'venue-show',
    onclick: () => this.showOpened(),
  });
  private readonly detail = element(
    'div',
    { class: 'venue-detail', id: 'venue-detail', 'data-testid': 'venue-detail', hidden: true },
    this.detailText,
    this.detailShow,
  );
  private readonly stream = element('span', { class: 'strip-stream', 'data-testid': 'stream-state' });
  private readonly bar = element('span', { class: 'number muted', 'data-testid': 'bar-countdown' });
  private readonly coverage = element('span', { class: 'muted strip-coverage', 'data-testid': 'coverage' });
  private readonly fill = element('i', {});
  private readonly track = element(
    'div',
    {
      class: 'fetch-track',
      role: 'progressbar',
      'aria-label': 'History fetched',
      'aria-valuemin': 0,
      'aria-valuemax': 100,
      hidden: true,
    },
    this.fill,
  );
  private readonly line = element(
    'div',
    { class: 'strip-line', hidden: true },
    this.chips,
    this.coverage,
    element('span', { class: 'strip-right' }, this.bar, this.stream),
  );
  private readonly refusal = element('div', {
    class: 'notice-line notice-refused',
    role: 'status',
    'data-testid': 'venue-refused',
    hidden: true,
  });
  private readonly note = element('div', {
    class: 'notice-line',
    role: 'status',
    'data-testid': 'link-problem',
    hidden: true,
  });
  private readonly live = element('div', {
    class: 'visually-hidden',
    'aria-live': 'polite',
    'data-testid': 'venue-announcement',
  });
  private status: StatusAnswer | null = null;
  private covered: Coverage | null = null;
  private streamState: StreamState = 'closed';
  /** Whether the states came after the stream's last change: without a stream they age. */
  private isStatusFresh = false;
  private wasOpen = false;
  private streamTimer = 0;
  private openBar: OpenBar | null = null;
  private opened: string | null = null;
  private readonly dismissed = new Set<string>();

  constructor(
    host: HTMLElement,
    private readonly actions: StripActions,
  ) {
    host.replaceChildren(
      element('div', { class: 'strip-head' }, this.line, this.track),
      this.refusal,
      this.note,
      this.detail,
      this.live,
    );
    window.setInterval(() => this.tick(), 1000);
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.showDetail(null);
    });
    document.addEventListener('click', (event) => {
      if (event.target instanceof Element && event.target.closest('.venue-chip, .venue-detail') === null)
        this.showDetail(null);
    });
  }

  showStatus(status: StatusAnswer): void {
    const changes = changesBetween(this.status, status);
    if (changes.length > 0) this.live.textContent = changes.join('. ');
    this.status = status;
    this.isStatusFresh = true;
    this.render();
  }

  showStream(state: StreamState): void {
    window.clearTimeout(this.streamTimer);
    // Every other view has a stream of its own: a word that flashes at each bar says nothing.
    const isBrief = state === 'connecting' && this.streamState === 'open';
    this.streamTimer = window.setTimeout(() => this.setStream(state), isBrief ? BRIEF_MS : 0);
  }

  private setStream(state: StreamState): void {
    if (state === 'polling') this.live.textContent = STREAM_TEXT[state];
    if (state !== this.streamState) this.isStatusFresh = false;
    this.streamState = state;
    this.wasOpen ||= state === 'open';
    this.render();
  }

  /** The bar that is open now, for the countdown; `null` when none is known. */
  showOpenBar(bar: OpenBar | null): void {
    this.openBar = bar;
    this.tick();
  }

  /** Of the shown map; `null` unless it is a sum of venues. */
  showCoverage(coverage: Coverage | null): void {
    this.covered = coverage;
    this.render();
  }

  /** What a link asked for in vain. */
  showLinkProblems(problems: readonly string[]): void {
    this.note.hidden = problems.length === 0;
    this.note.replaceChildren(
      element('span', {}, element('b', {}, 'This link was not followed in full: '), `${problems.join('; ')}.`),
      dismissButton(() => {
        this.note.hidden = true;
      }),
    );
  }

  /** Writes everything anew, after the shown market has changed. */
  render(): void {
    const { status } = this;
    const venues = status?.venues ?? [];
    this.line.hidden = venues.length === 0 && (this.streamState === 'closed' || this.streamState === 'unavailable');
    const now = Date.now();
    this.renderChips(venues.map((venue) => chipOf(venue, now)));
    this.coverage.textContent = coverageText(this.covered);
    this.coverage.title = this.covered?.of ?? '';
    const streamText =
      this.streamState === 'connecting' && this.wasOpen
        ? 'Connection lost, reconnecting…'
        : STREAM_TEXT[this.streamState];
    const isOld = (this.streamState === 'connecting' || this.streamState === 'polling') && !this.isStatusFresh;
    this.chips.classList.toggle('is-old', isOld);
    this.chips.setAttribute('aria-label', isOld ? 'Venues, as last known' : 'Venues');
    this.stream.textContent = streamText;
    this.stream.className = `strip-stream strip-stream-${this.streamState}`;
    const { share } = status === null ? { share: null } : overallProgress(status);
    this.track.hidden = share === null;
    if (share !== null) {
      this.fill.style.width = `${100 * share}%`;
      this.track.setAttribute('aria-valuenow', String(Math.round(100 * share)));
    }
    this.renderRefusal();
    this.tick();
  }

  private tick(): void {
    const now = Date.now();
    if (this.status !== null) {
      // Only the words that count time: a chip that is built anew would lose the focus.
      this.status.venues.forEach((venue, index) => {
        const word = this.chips.children[index]?.querySelector('.venue-word');
        const chip = chipOf(venue, now);
        if (word && word.textContent !== chip.word) word.textContent = chip.word;
        if (this.opened === keyOf(chip)) this.detailText.textContent = chip.title;
      });
    }
    const bar = this.streamState === 'open' ? this.openBar : null;
    const leftMs = bar === null ? null : closesInMs(bar.openMs, bar.stepMs, now);
    const text =
      bar === null
        ? ''
        : leftMs === null
          ? `${bar.interval} bar is open`
          : `${bar.interval} bar closes in ${formatCountdown(leftMs)}`;
    if (this.bar.textContent !== text) this.bar.textContent = text;
  }

  private renderChips(chips: readonly VenueChip[]): void {
    while (this.chips.children.length > chips.length) this.chips.lastElementChild?.remove();
    chips.forEach((chip, index) => {
      const node = this.chips.children[index]?.firstElementChild ?? this.appendChip();
      const isShown = chip.venue === this.actions.shownVenue();
      node.className = `venue-chip venue-${chip.state}${isShown ? ' venue-shown' : ''}`;
      node.setAttribute('data-testid', `venue-${chip.venue}`);
      node.setAttribute('data-state', chip.state);
      node.setAttribute('data-key', keyOf(chip));
      node.setAttribute('title', chip.title);
      const [, name, word] = node.children;
      if (name.textContent !== chip.name) name.textContent = chip.name;
      if (word.textContent !== chip.word) word.textContent = chip.word;
    });
  }

  private appendChip(): HTMLElement {
    const node = element(
      'button',
      {
        type: 'button',
        'aria-expanded': 'false',
        'aria-controls': 'venue-detail',
        onclick: () => this.showDetail(this.opened === node.dataset.key ? null : (node.dataset.key ?? null)),
      },
      element('i', { class: 'venue-dot', 'aria-hidden': 'true' }),
      element('span', { class: 'venue-name' }),
      element('span', { class: 'venue-word' }),
    );
    this.chips.append(element('li', {}, node));
    return node;
  }

  private showDetail(key: string | null): void {
    this.opened = key;
    const chip = this.status?.venues
      .map((venue) => chipOf(venue, Date.now()))
      .find((candidate) => keyOf(candidate) === key);
    this.detail.hidden = chip === undefined;
    this.detailText.textContent = chip?.title ?? '';
    this.detailShow.hidden =
      chip === undefined || chip.venue === this.actions.shownVenue() || !this.actions.hasVenue(chip.venue);
    this.detailShow.textContent = `Show the map of ${chip?.name ?? ''}`;
    for (const button of this.chips.querySelectorAll('button')) {
      const isOpen = chip !== undefined && button.dataset.key === key;
      button.setAttribute('aria-expanded', String(isOpen));
      if (isOpen) this.detail.style.left = `${button.offsetLeft}px`;
    }
  }

  private showOpened(): void {
    const venue = this.status?.venues.find((candidate) => keyOf(chipOf(candidate, 0)) === this.opened)?.venue;
    this.showDetail(null);
    if (venue !== undefined) this.actions.onVenue(venue);
  }

  private renderRefusal(): void {
    const refusal = this.status === null ? null : refusalOf(this.status, this.actions.shownVenue());
    this.refusal.hidden = refusal === null || this.dismissed.has(refusal.venue);
    if (refusal === null || this.refusal.hidden) return;
    const hadFocus = document.activeElement?.getAttribute('data-testid');
    // A venue without data here can still be asked for while nothing else is shown: the server may be about to fetch
    // it.
    const offered = refusal.offers.filter(
      (venue) => this.actions.hasVenue(venue) || this.actions.shownVenue() === null,
    );
    const elsewhere = refusal.offers.filter((venue) => !offered.includes(venue));
    this.refusal.replaceChildren(
      element('span', {}, element('b', {}, refusal.text), offered.length > 0 ? ' Use:' : ''),
      ...offered.map((venue) =>
        element(
          'button',
          {
            type: 'button',
            class: 'offer',
            'aria-pressed': String(venue === this.actions.shownVenue()),
            'data-testid': `offer-${venue}`,
            onclick: () => this.actions.onVenue(venue),
          },
          venueName(venue),
        ),
      ),
      elsewhere.length > 0
        ? element(
            'span',
            { class: 'muted' },
            `${EITHER.format(elsewhere.map(venueName))} can take its place: start the server with --venues.`,
          )
        : '',
      dismissButton(() => {
        this.dismissed.add(refusal.venue);
        this.refusal.hidden = true;
      }),
    );
    if (hadFocus) this.refusal.querySelector<HTMLElement>(`[data-testid="${hadFocus}"]`)?.focus();
  }
}

function keyOf({ venue, title }: VenueChip): string {
  return `${venue} ${title.split(':', 1)[0]}`;
}

function dismissButton(onClick: () => void): HTMLElement {
  return element(
    'button',
    { type: 'button', class: 'icon-button notice-close', 'aria-label': 'Dismiss', onclick: onClick },
    '✕',
  );
}
