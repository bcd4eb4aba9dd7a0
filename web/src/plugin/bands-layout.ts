/** A band on the screen, y growing downwards. */
export interface BandSpan {
  id: string;
  top: number;
  bottom: number;
  weight: number;
}

export interface BandBox extends BandSpan {
  /** Middle of the label; `null` where there is no room for one. */
  labelY: number | null;
}

/** A label may leave the middle of its band by so many of its own heights. */
const MOST_SHIFT = 1.5;

/**
 * Puts labels beside bands so that none covers another: the heaviest choose first, the others move aside or go without.
 * Bands outside the pane are left out.
 *
 * @param first id whose label must stand, whatever its weight
 */
export function layOutBands(
  spans: readonly BandSpan[],
  height: number,
  labelHeight: number,
  first: string | null,
): BandBox[] {
  const visible = spans.filter(({ top, bottom }) => bottom > 0 && top < height);
  const order = [...visible].sort((a, b) => Number(b.id === first) - Number(a.id === first) || b.weight - a.weight);
  const taken: number[] = [];
  const isFree = (y: number): boolean => taken.every((other) => Math.abs(other - y) >= labelHeight);
  const boxes = new Map<string, BandBox>();
  for (const span of order) {
    const half = labelHeight / 2;
    const wanted = Math.min(height - half, Math.max(half, (Math.max(0, span.top) + Math.min(height, span.bottom)) / 2));
    const candidates = [wanted, ...taken.flatMap((other) => [other - labelHeight, other + labelHeight])]
      .filter((y) => y >= half && y <= height - half && Math.abs(y - wanted) <= MOST_SHIFT * labelHeight)
      .sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
    const labelY = candidates.find(isFree) ?? null;
    if (labelY !== null) taken.push(labelY);
    boxes.set(span.id, { ...span, labelY });
  }
  return visible.map(({ id }) => boxes.get(id) as BandBox);
}
