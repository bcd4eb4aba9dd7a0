import type { ViewWindow } from './state';

export const BESIDE_SIDES = ['left', 'right'] as const;
type BesideSide = (typeof BESIDE_SIDES)[number];

/** What one of two views tells the other, and the page around them. */
export type BesideMessage = { from: BesideSide } & (
  | { kind: 'window'; symbol: string; window: ViewWindow }
  | { kind: 'whole' }
  | { kind: 'point'; symbol: string; timeMs: number | null; price: number }
  | { kind: 'leave' }
  | { kind: 'link'; search: string }
);

interface BesideChannel {
  postMessage(message: BesideMessage): void;
  onmessage: ((event: { data: BesideMessage }) => void) | null;
}

export function besideChannel(id: string): BesideChannel {
  return new BroadcastChannel(`liqheat-beside-${id}`) as BesideChannel;
}

export function besideHash(id: string, side: BesideSide): string {
  return `#beside=${id}&side=${side}`;
}

/** Which of two views this page is; `null` where it stands alone. */
export function readBesideHash(hash: string): { id: string; side: BesideSide } | null {
  const found = /^#beside=([\w-]{1,64})&side=(left|right)$/.exec(hash);
  return found === null ? null : { id: found[1], side: found[2] as BesideSide };
}
