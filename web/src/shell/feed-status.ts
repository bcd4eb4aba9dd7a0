import { t } from '@lingui/core/macro';
import { signal } from '@preact/signals';
import type { StreamState } from '../api/stream';
import type { StatusAnswer } from '../api/types';
import { changesBetween } from './venues';

export const STREAM_TEXT: Record<StreamState, string> = {
  closed: '',
  connecting: t`Connecting…`,
  open: t({ message: 'Live', context: 'connection' }),
  paused: t({ message: 'Paused', context: 'connection' }),
  polling: t`Stream lost, asking every 30 s`,
  unavailable: t`Asking every 30 s`,
};

const BRIEF_MS = 1500;

interface OpenBar {
  interval: string;
  openMs: number;
  stepMs: number;
}

/** Where the data come from and how fresh they are, as the page has last heard. */
export class FeedStatus {
  readonly status = signal<StatusAnswer | null>(null);
  readonly stream = signal<StreamState>('closed');
  /** Whether the states came after the stream's last change: without a stream they age. */
  readonly isFresh = signal(false);
  readonly wasOpen = signal(false);
  /** The bar that is open now; `null` when none is known. */
  readonly openBar = signal<OpenBar | null>(null);
  /** What a person should hear of. */
  readonly announcement = signal('');
  /** What a link asked for in vain. */
  readonly linkProblems = signal<readonly string[]>([]);
  /** When the server was last heard of, while it does not answer. */
  readonly lostSinceMs = signal<number | null>(null);
  /** A chosen cluster that is not there. */
  readonly goneCluster = signal<string | null>(null);
  private timer = 0;

  showStatus(status: StatusAnswer): void {
    const changes = changesBetween(this.status.peek(), status);
    if (changes.length > 0) this.announcement.value = changes.join('. ');
    this.status.value = status;
    this.isFresh.value = true;
  }

  /** An answer was one that the browser kept: the server is not there, and what is shown is as old as the oldest. */
  showKept(cameMs: number): void {
    this.lostSinceMs.value = Math.min(this.lostSinceMs.peek() ?? Infinity, cameMs);
  }

  showStream(state: StreamState): void {
    window.clearTimeout(this.timer);
    // Every other view has a stream of its own: a word that flashes at each bar says nothing.
    const isBrief = state === 'connecting' && this.stream.peek() === 'open';
    this.timer = window.setTimeout(() => this.setStream(state), isBrief ? BRIEF_MS : 0);
  }

  private setStream(state: StreamState): void {
    if (state === 'polling') this.announcement.value = STREAM_TEXT[state];
    if (state !== this.stream.peek()) this.isFresh.value = false;
    this.stream.value = state;
    if (state === 'open') this.wasOpen.value = true;
  }
}
