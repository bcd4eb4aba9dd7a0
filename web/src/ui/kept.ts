/**
 * What a browser keeps of a person's choices. Its storage may be full or forbidden: the page then works all the same,
 * and forgets.
 */

export function readKept<T extends string>(name: string, allowed: readonly T[], usual: T): T {
  const text = readText(name);
  return allowed.find((one) => one === text) ?? usual;
}

export function readText(name: string): string | null {
  try {
    return globalThis.localStorage?.getItem(name) ?? null;
  } catch {
    return null;
  }
}

export function keep(name: string, text: string): void {
  try {
    globalThis.localStorage?.setItem(name, text);
  } catch {
    // Full or forbidden.
  }
}
