import { KEPT_HEADER, MOST_KEPT, keptName } from './kept-answers';

/** What of a worker's world is used; its own types cannot stand beside those of a page. */
interface Waiting extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface Fetching extends Event {
  request: Request;
  waitUntil(done: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  addEventListener(name: 'install' | 'activate', listener: (event: Waiting) => void): void;
  addEventListener(name: 'fetch', listener: (event: Fetching) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  location: Location;
}
declare const FILES: readonly string[];
declare const VERSION: string;

const worker = self as unknown as Worker;
const SHELL = `liqheat-shell-${VERSION}`;
const ANSWERS = 'liqheat-answers';
const PAGES = ['/', '/market', '/beside'];

worker.addEventListener('install', (event) => {
  const fill = async (): Promise<void> => {
    const shell = await caches.open(SHELL);
    await shell.addAll([...PAGES, ...FILES]);
    await worker.skipWaiting();
  };
  event.waitUntil(fill());
});

worker.addEventListener('activate', (event) => {
  const tidy = async (): Promise<void> => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => ![SHELL, ANSWERS].includes(name)).map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  event.waitUntil(tidy());
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
  const name = keptName(request.url);
  if (name !== null) event.respondWith(answer(event, name));
  else if (url.pathname.startsWith('/static/assets/')) event.respondWith(keptFile(request));
  else if (PAGES.includes(url.pathname) || url.pathname.startsWith('/static/'))
    event.respondWith(serverFirst(request, url.pathname));
});

/** Named by its content: what is kept is what the server has. */
async function keptFile(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

/** The server's own page while it answers; else the kept one, which asks for answers that are told to be kept ones. */
async function serverFirst(request: Request, path: string): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(path, { ignoreSearch: true });
    if (kept === undefined) throw error;
    return kept;
  }
}

async function answer(event: Fetching, name: string): Promise<Response> {
  const { request } = event;
  let fresh: Response;
  try {
    fresh = await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    const kept = await (await caches.open(ANSWERS)).match(name);
    if (kept === undefined) throw error;
    return kept;
  }
  if (fresh.ok) event.waitUntil(keep(name, fresh.clone()));
  return fresh;
}

/** With the time that it came, so that nobody takes it for a fresh one. */
async function keep(name: string, fresh: Response): Promise<void> {
  try {
    const headers = new Headers(fresh.headers);
    headers.set(KEPT_HEADER, String(Date.now()));
    // The body is kept as it was unpacked.
    headers.delete('content-encoding');
    const answers = await caches.open(ANSWERS);
    const body = await fresh.arrayBuffer();
    await answers.delete(name);
    await answers.put(name, new Response(body, { status: fresh.status, headers }));
    const names = await answers.keys();
    await Promise.all(names.slice(0, Math.max(0, names.length - MOST_KEPT)).map((old) => answers.delete(old)));
  } catch {
    // A full disk keeps nothing; the answer has been given.
  }
}
