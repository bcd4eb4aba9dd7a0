import { t } from '@lingui/core/macro';
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Coverage, StatusAnswer } from '../api/types';
import { IconButton } from '../ui/fields';
import { formatTime, formatClock, formatCountdown } from '../ui/format';
import { language } from '../ui/language';
import { venueName } from '../ui/venue-name';
import { zoneMark } from '../ui/zone';
import { STREAM_TEXT, type FeedStatus } from './feed-status';
import { closesInMs } from './live-candles';
import { VenueChips, VenueDetail, type OpenedChip } from './venue-chips';
import { chipOf, coverageText, overallProgress, refusalOf } from './venues';

const EITHER = new Intl.ListFormat(language, { type: 'disjunction' });

interface StripProps {
  feed: FeedStatus;
  /** Of the shown map; `null` unless it is a sum of venues. */
  coverage: Coverage | null;
  shownVenue: string | null;
  /** Venues that there is a market of. */
  knownVenues: readonly string[];
  /** Shows a venue in place of the present one. */
  onVenue: (venue: string) => void;
  /** Chooses no cluster. */
  onForget: () => void;
}

/**
 * The line that says where the data come from and how fresh they are: a chip a venue, what is being fetched, notices.
 */
export function Strip(props: StripProps): JSX.Element {
  const { feed, coverage, shownVenue, onForget } = props;
  const opened = useSignal<OpenedChip | null>(null);
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => (now.value = Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, [now]);
  const status = feed.status.value;
  const stream = feed.stream.value;
  const isLineHidden = !status?.venues.length && (stream === 'closed' || stream === 'unavailable');
  const chips = (status?.venues ?? []).map((venue) => chipOf(venue, now.value));
  const isOld = (stream === 'connecting' || stream === 'polling') && !feed.isFresh.value;
  const isLost = stream === 'connecting' && feed.wasOpen.value;
  return (
    <>
      <div class="strip-head">
        <div class="strip-line" hidden={isLineHidden}>
          <VenueChips chips={chips} shownVenue={shownVenue} isOld={isOld} opened={opened} />
          <span class="muted strip-coverage" data-testid="coverage" title={coverage?.of ?? ''}>
            {coverageText(coverage)}
          </span>
          <span class="strip-right">
            <span class="number muted" data-testid="bar-countdown">
              {barText(feed, now.value)}
            </span>
            <span class={`strip-stream strip-stream-${stream}`} data-testid="stream-state">
              {isLost ? t`Connection lost, reconnecting…` : STREAM_TEXT[stream]}
            </span>
          </span>
        </div>
        <Progress status={status} />
      </div>
      <Refusal {...props} />
      <ServerLost feed={feed} />
      <LinkProblems feed={feed} />
      <GoneCluster feed={feed} onForget={onForget} />
      <VenueDetail {...props} chips={chips} opened={opened} />
      <div class="visually-hidden" aria-live="polite" data-testid="venue-announcement">
        {feed.announcement.value}
      </div>
    </>
  );
}

function barText(feed: FeedStatus, nowMs: number): string {
  const bar = feed.stream.value === 'open' ? feed.openBar.value : null;
  if (bar === null) return '';
  const leftMs = closesInMs(bar.openMs, bar.stepMs, nowMs);
  const { interval } = bar;
  if (leftMs === null) return t`${interval} bar is open`;
  const time = formatCountdown(leftMs);
  return t`${interval} bar closes in ${time}`;
}

/** How much of all history that is being fetched is there. */
function Progress({ status }: { status: StatusAnswer | null }): JSX.Element {
  const share = status === null ? null : overallProgress(status).share;
  return (
    <div
      class="fetch-track"
      role="progressbar"
      aria-label={t`History fetched`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(100 * share)}
      hidden={share === null}
    >
      <i style={{ width: `${100 * (share ?? 0)}%` }} />
    </div>
  );
}

/** A venue that does not serve this place, and what could take its place. */
function Refusal({ feed, shownVenue, knownVenues, onVenue }: StripProps): JSX.Element {
  const dismissed = useSignal<readonly string[]>([]);
  const status = feed.status.value;
  const refusal = status === null ? null : refusalOf(status, shownVenue);
  if (refusal === null || dismissed.value.includes(refusal.venue))
    return <Notice class="notice-refused" testId="venue-refused" isHidden />;
  // A venue without data here can still be asked for while nothing else is shown: the server may be about to fetch it.
  const offered = refusal.offers.filter((venue) => knownVenues.includes(venue) || shownVenue === null);
  const elsewhere = refusal.offers.filter((venue) => !offered.includes(venue));
  const others = EITHER.format(elsewhere.map(venueName));
  return (
    <Notice
      class="notice-refused"
      testId="venue-refused"
      onDismiss={() => (dismissed.value = [...dismissed.value, refusal.venue])}
    >
      <span>
        <b>{refusal.text}</b>
        {offered.length > 0 && ` ${t({ message: 'Use:', comment: 'before buttons with other venues' })}`}
      </span>
      {offered.map((venue) => (
        <button
          key={venue}
          type="button"
          class="offer"
          aria-pressed={venue === shownVenue}
          data-testid={`offer-${venue}`}
          onClick={() => onVenue(venue)}
        >
          {venueName(venue)}
        </button>
      ))}
      {elsewhere.length > 0 && (
        <span class="muted">{t`${others} can take its place: start the server with --venues.`}</span>
      )}
    </Notice>
  );
}

function LinkProblems({ feed }: { feed: FeedStatus }): JSX.Element {
  const problems = feed.linkProblems.value;
  return (
    <Notice testId="link-problem" isHidden={problems.length === 0} onDismiss={() => (feed.linkProblems.value = [])}>
      <span>
        <b>{t`This link was not followed in full:`} </b>
        {`${problems.join('; ')}.`}
      </span>
    </Notice>
  );
}

/** A time of today, or the day too. */
function momentText(timeMs: number): string {
  return Date.now() - timeMs < 20 * 3_600_000 ? `${formatClock(timeMs)} ${zoneMark(timeMs)}` : formatTime(timeMs);
}

/** What is drawn looks the same without a server, and grows old. */
function ServerLost({ feed }: { feed: FeedStatus }): JSX.Element {
  const since = feed.lostSinceMs.value;
  return (
    <Notice class="notice-refused" testId="server-lost" isHidden={since === null}>
      {since !== null && (
        <span role="alert">
          <b>{t`The server has not answered since ${{ time: momentText(since) }}.`} </b>
          {t`What you see is from before; it is asked again every few seconds.`}
        </span>
      )}
    </Notice>
  );
}

function GoneCluster({ feed, onForget }: Pick<StripProps, 'feed' | 'onForget'>): JSX.Element {
  const id = feed.goneCluster.value;
  return (
    <Notice testId="cluster-gone" isHidden={id === null} onDismiss={onForget}>
      {id !== null && (
        <span>
          <b>{t`The cluster that was chosen is not on this map:`} </b>
          {t`${{ cluster: id.slice(0, 40) }} was swept since, or belongs to other settings.`}
        </span>
      )}
    </Notice>
  );
}

interface NoticeProps {
  class?: string;
  testId: string;
  isHidden?: boolean;
  onDismiss?: () => void;
  children?: ComponentChildren;
}

function Notice({ class: more, testId, isHidden = false, onDismiss, children }: NoticeProps): JSX.Element {
  return (
    <div
      class={`notice-line${more === undefined ? '' : ` ${more}`}`}
      role="status"
      data-testid={testId}
      hidden={isHidden}
    >
      {children}
      {onDismiss !== undefined && <IconButton class="notice-close" label={t`Dismiss`} onClick={onDismiss} />}
    </div>
  );
}
