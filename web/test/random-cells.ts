/** Repeatable bytes, the given part of them 0. */
export function randomCells(count: number, seed = 1, emptyPart = 0.6): Uint8Array {
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  return Uint8Array.from({ length: count }, () => (random() < emptyPart ? 0 : 1 + Math.floor(254 * random())));
}
