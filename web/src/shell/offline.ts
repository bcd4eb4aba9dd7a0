/** Lets the browser keep the page, for when there is no server; only where it is this machine's or comes over TLS. */
export function keepForOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // A browser that refuses, in a private window or for lack of room, shows the page all the same.
  navigator.serviceWorker.register('/worker.js').catch(() => undefined);
}
