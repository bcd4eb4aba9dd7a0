/** Refuses bad input: names the place, the rule and what was found there. */
export function must(isRight: boolean, place: string, rule: string, found: unknown): void {
  if (isRight) return;
  // JSON would write NaN and infinity as null.
  throw new RangeError(`${place} must ${rule}, got ${typeof found === 'number' ? found : JSON.stringify(found)}`);
}

/** Values come from other realms, too, so the type is told by its name. */
export function mustBeOfType(type: string, place: string, found: unknown): void {
  const foundType = Object.prototype.toString.call(found).slice(8, -1);
  must(foundType === type, place, `be of type ${type}`, foundType);
}

/** `written` is what stood there, where a number was made of it. */
export function mustBeAbove(
  limit: number,
  place: string,
  found: number | undefined,
  written: unknown = found,
): asserts found is number {
  must(Number.isFinite(found) && Number(found) > limit, place, `be a number above ${limit}`, written);
}

export function mustNotBeNegative(place: string, found: number): void {
  must(Number.isFinite(found) && found >= 0, place, 'be a number of 0 or more', found);
}

/** A whole number below a count. */
export function mustBeIndex(count: number, place: string, found: number): void {
  must(Number.isInteger(found) && found >= 0 && found < count, place, `be one of 0 … ${count - 1}`, found);
}

export function mustBeCount(place: string, found: number): void {
  must(Number.isInteger(found) && found > 0, place, 'be a whole number above 0', found);
}

export function mustHave(count: number, place: string, { length }: ArrayLike<unknown>): void {
  must(length === count, place, `have ${count} entries`, length);
}
