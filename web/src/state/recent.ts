import { signal } from '@preact/signals';
import { keep, readText } from '../ui/kept';

const KEPT_AS = 'liqheat.recent_markets';
const MOST = 5;

/** Names of markets that were looked at last, the newest first: `symbol venue`. */
export const recent = signal<readonly string[]>(readRecent());

function readRecent(): string[] {
  try {
    const kept: unknown = JSON.parse(readText(KEPT_AS) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string').slice(0, MOST) : [];
  } catch {
    // Storage may hold something else.
    return [];
  }
}

export function noteRecent(name: string): void {
  recent.value = [name, ...recent.peek().filter((one) => one !== name)].slice(0, MOST);
  keep(KEPT_AS, JSON.stringify(recent.peek()));
}
