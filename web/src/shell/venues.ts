import type { Coverage, FeedState, StatusAnswer, VenueStatus } from '../api/types';
import { formatShortAge } from '../ui/format';
import { venueName } from '../ui/venue-name';

const FEED_NAMES: Record<string, string> = { mark: 'mark price', open_interest: 'open interest', depth: 'order book' };
/** States are told again after ten seconds without a change. */
const RECENT_MS = 20_000;

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

export interface VenueChip {
  venue: string;
  name: string;
  state: FeedState;
  /** The state in a word or two, with how far or how long. */
  word: string;
  /** 0…1 while history is fetched, else `null`. */
  progress: number | null;
  /** Everything there is to say, line by line. */
  title: string;
}

function progressOf({ state, progress }: Pick<VenueStatus, 'state' | 'progress'>): number | null {
  if (state !== 'backfilling' || progress === null || !(progress.total > 0)) return null;
  return Math.min(1, Math.max(0, progress.done / progress.total));
}

export function chipOf(status: VenueStatus, nowMs: number): VenueChip {
  const progress = progressOf(status);
  return {
    venue: status.venue,
    name: venueName(status.venue),
    state: status.state,
    progress,
    word: wordOf(status, progress, nowMs),
    title: titleOf(status, nowMs),
  };
}

function wordOf(status: VenueStatus, progress: number | null, nowMs: number): string {
  if (status.state === 'backfilling' && progress !== null) return `backfilling ${percent(progress)}`;
  if (status.state !== 'stale') return status.state;
  return `stale ${formatShortAge(nowMs - lastHeardMs(status))}`;
}

/** When anything last came from a venue; where that is not known, since when it has been in its state. */
function lastHeardMs({ feeds, since_ms }: VenueStatus): number {
  const heard = feeds.map((feed) => feed.last_event_ms).filter((timeMs): timeMs is number => timeMs !== null);
  return heard.length > 0 ? Math.max(...heard) : since_ms;
}

function titleOf(status: VenueStatus, nowMs: number): string {
  const { venue, symbol, state, detail, progress, feeds, capture } = status;
  const lines = [`${venueName(venue)} · ${symbol}: ${state}${detail === '' ? '' : `: ${detail}`}`];
  if (state === 'backfilling' && progress !== null)
    lines.push(`Fetching ${progress.part}: ${progress.done} of ${progress.total}`);
  for (const feed of feeds) {
    // States are told every few seconds: below that an age says nothing of the feed.
    const isRecent = feed.state === 'live' && feed.last_event_ms !== null && nowMs - feed.last_event_ms < RECENT_MS;
    const age =
      feed.last_event_ms === null || isRecent ? '' : `, last ${formatShortAge(nowMs - feed.last_event_ms)} ago`;
    lines.push(
      `${FEED_NAMES[feed.feed] ?? feed.feed}: ${feed.state}${age}${feed.detail === '' ? '' : ` (${feed.detail})`}`,
    );
  }
  if (capture !== null) lines.push(`Liquidations that it publishes: ${capture}`);
  return lines.join('\n');
}

/** What has changed that a person should hear of: states, not progress. */
export function changesBetween(before: StatusAnswer | null, after: StatusAnswer): string[] {
  const known = new Map(before?.venues.map((status) => [`${status.venue} ${status.symbol}`, status.state]));
  return after.venues
    .filter(({ venue, symbol, state }) => known.get(`${venue} ${symbol}`) !== state)
    .map(
      ({ venue, state, detail }) =>
        `${venueName(venue)} ${state}${detail === '' || state === 'live' ? '' : `: ${detail}`}`,
    );
}

/** All progress as one: what the chart area says while there is nothing to draw yet. */
export function overallProgress({ venues }: Pick<StatusAnswer, 'venues'>): {
  share: number | null;
  part: string | null;
} {
  const running = venues.filter(
    ({ state, progress }) => state === 'backfilling' && progress !== null && progress.total > 0,
  );
  const total = running.reduce((sum, { progress }) => sum + (progress?.total ?? 0), 0);
  const done = running.reduce((sum, { progress }) => sum + (progress?.done ?? 0), 0);
  const parts = new Set(running.map(({ progress }) => progress?.part ?? ''));
  return { share: total > 0 ? Math.min(1, done / total) : null, part: parts.size === 1 ? [...parts][0] : null };
}

/** Why nothing is drawn yet, in one line; `null` when no venue is on its way. */
export function waitingText(status: StatusAnswer | null): string | null {
  if (status === null) return 'Connecting to the venues…';
  const isComing = status.venues.some(
    ({ state }) => state === 'backfilling' || state === 'waiting' || state === 'live',
  );
  if (!isComing && status.venues.length > 0) return null;
  const { share, part } = overallProgress(status);
  if (share === null) return 'Connecting to the venues…';
  return `Fetching ${part ?? 'history'} ${percent(share)}, first heat in a moment`;
}

interface Refusal {
  venue: string;
  text: string;
  offers: string[];
}

/** The venue that does not serve this place, and what could take its place; that of the shown market goes first. */
export function refusalOf(status: StatusAnswer, shownVenue: string | null): Refusal | null {
  const refused = status.venues.filter(({ state }) => state === 'refused');
  const found = refused.find(({ venue }) => venue === shownVenue) ?? refused[0];
  if (found === undefined) return null;
  // First those that are here already.
  const going = status.venues
    .filter(({ state }) => state === 'live' || state === 'backfilling' || state === 'stale')
    .map(({ venue }) => venue);
  const offers = [...new Set([...going, ...status.offers])].filter(
    (venue) => !refused.some((other) => other.venue === venue),
  );
  // What the venue answered in full stands in its chip.
  const [code] = /HTTP \d{3}/.exec(found.detail) ?? [''];
  const reason = code === '' ? '' : ` (${code})`;
  return { venue: found.venue, text: `${venueName(found.venue)} does not serve this location${reason}.`, offers };
}

/** What a sum of venues is a part of; empty for a single venue. */
export function coverageText(coverage: Coverage | null | undefined): string {
  if (coverage == null) return '';
  if (coverage.share === null) return 'Share of all open interest: not known';
  return `Covers ${percent(coverage.share)} of the ${coverage.of}`.replace(/[a-z]+(?=,|$)/g, venueName);
}
