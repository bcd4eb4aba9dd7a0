import { t } from '@lingui/core/macro';
import type { Coverage, FeedState, StatusAnswer, VenueStatus } from '../api/types';
import { formatShortAge } from '../ui/format';
import { venueName } from '../ui/venue-name';

const FEED_NAMES: Record<string, string> = {
  candles: t`candles`,
  mark: t`mark price`,
  open_interest: t`open interest`,
  depth: t`order book`,
  liquidations: t`liquidations`,
};
/** By the server's words for what it fetches. */
const PART_NAMES: Record<string, string> = {
  candles: t`candles`,
  'open interest': t`open interest`,
  'mark candles': t`mark candles`,
  funding: t`funding`,
  'long/short ratio of accounts': t`long/short ratio of accounts`,
  'long/short ratio of top accounts': t`long/short ratio of top accounts`,
  'long/short ratio of top positions': t`long/short ratio of top positions`,
};
const STATE_WORDS: Record<FeedState, string> = {
  waiting: t({ message: 'waiting', context: 'state of a venue' }),
  backfilling: t({ message: 'backfilling', context: 'state of a venue' }),
  live: t({ message: 'live', context: 'state of a venue' }),
  stale: t({ message: 'stale', context: 'state of a venue' }),
  refused: t({ message: 'refused', context: 'state of a venue' }),
  failed: t({ message: 'failed', context: 'state of a venue' }),
};
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

function partName(part: string): string {
  return PART_NAMES[part] ?? part;
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
  if (status.state === 'backfilling' && progress !== null) {
    const share = percent(progress);
    return t`backfilling ${share}`;
  }
  if (status.state !== 'stale') return STATE_WORDS[status.state];
  const age = formatShortAge(nowMs - lastHeardMs(status));
  return t`stale ${age}`;
}

/** When anything last came from a venue; where that is not known, since when it has been in its state. */
function lastHeardMs({ feeds, since_ms }: VenueStatus): number {
  const heard = feeds.map((feed) => feed.last_event_ms).filter((timeMs): timeMs is number => timeMs !== null);
  return heard.length > 0 ? Math.max(...heard) : since_ms;
}

function titleOf(status: VenueStatus, nowMs: number): string {
  const { venue, symbol, state, detail, progress, feeds, capture } = status;
  const lines = [`${venueName(venue)} · ${symbol}: ${STATE_WORDS[state]}${detail === '' ? '' : `: ${detail}`}`];
  if (state === 'backfilling' && progress !== null) {
    const { done, total } = progress;
    const part = partName(progress.part);
    lines.push(t`Fetching ${part}: ${done} of ${total}`);
  }
  for (const feed of feeds) {
    // States are told every few seconds: below that an age says nothing of the feed.
    const isRecent = feed.state === 'live' && feed.last_event_ms !== null && nowMs - feed.last_event_ms < RECENT_MS;
    const name = FEED_NAMES[feed.feed] ?? feed.feed;
    const word = STATE_WORDS[feed.state];
    const age = feed.last_event_ms === null || isRecent ? null : formatShortAge(nowMs - feed.last_event_ms);
    const line = age === null ? `${name}: ${word}` : t`${name}: ${word}, last ${age} ago`;
    lines.push(feed.detail === '' ? line : `${line} (${feed.detail})`);
  }
  if (capture !== null) lines.push(t`Liquidations that it publishes: ${capture}`);
  return lines.join('\n');
}

/** What has changed that a person should hear of: states, not progress. */
export function changesBetween(before: StatusAnswer | null, after: StatusAnswer): string[] {
  const known = new Map(before?.venues.map((status) => [`${status.venue} ${status.symbol}`, status.state]));
  return after.venues
    .filter(({ venue, symbol, state }) => known.get(`${venue} ${symbol}`) !== state)
    .map(({ venue, state, detail }) => {
      const [name, word] = [venueName(venue), STATE_WORDS[state]];
      const change = t({ message: `${name} ${word}`, comment: 'A venue and its new state, read aloud: Bybit live' });
      return detail === '' || state === 'live' ? change : `${change}: ${detail}`;
    });
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
  if (status === null) return t`Connecting to the venues…`;
  const isComing = status.venues.some(
    ({ state }) => state === 'backfilling' || state === 'waiting' || state === 'live',
  );
  if (!isComing && status.venues.length > 0) return null;
  const progress = overallProgress(status);
  if (progress.share === null) return t`Connecting to the venues…`;
  const share = percent(progress.share);
  const part = progress.part === null ? t`history` : partName(progress.part);
  return t({
    message: `Fetching ${part} ${share}, first heat in a moment`,
    comment: 'part: history, candles, open interest, …',
  });
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
  const venue = venueName(found.venue);
  const text =
    code === '' ? t`${venue} does not serve this location.` : t`${venue} does not serve this location (${code}).`;
  return { venue: found.venue, text, offers };
}

/** What a sum of venues is a part of; empty for a single venue. */
export function coverageText(coverage: Coverage | null | undefined): string {
  if (coverage == null) return '';
  if (coverage.share === null) return t`Share of all open interest: not known`;
  const share = percent(coverage.share);
  const venues = coverage.of.replace(/^.*: /, '').replace(/[a-z]+(?=,|$)/g, venueName);
  return t`Covers ${share} of the open interest of the venues tracked: ${venues}`;
}
