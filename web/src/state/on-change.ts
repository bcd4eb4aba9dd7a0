import { effect, untracked } from '@preact/signals';

/** Calls `act` each time that what `read` gives has become another value; what `act` reads is not followed. */
export function onChange<T>(read: () => T, act: (now: T, before: T) => void): void {
  let last = untracked(read);
  effect(() => {
    const now = read();
    const before = last;
    last = now;
    if (now !== before) untracked(() => act(now, before));
  });
}
