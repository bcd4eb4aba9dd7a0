import type { ApiClient } from '../api/client';
import type { FeedStatus } from './feed-status';

const EVERY_MS = 5000;

/** Asks every few seconds whether the server is still there: what is drawn looks the same without one. */
export function followServer(api: ApiClient, feed: FeedStatus, onBack: () => void): void {
  let isAsking = false;
  let heardMs = Date.now();
  const ask = async (): Promise<void> => {
    if (isAsking || document.visibilityState === 'hidden') return;
    isAsking = true;
    try {
      await api.health();
      heardMs = Date.now();
      if (feed.lostSinceMs.peek() !== null) {
        feed.lostSinceMs.value = null;
        onBack();
      }
    } catch {
      feed.lostSinceMs.value ??= heardMs;
    }
    isAsking = false;
  };
  window.setInterval(() => void ask(), EVERY_MS);
}
