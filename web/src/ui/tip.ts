const EDGE_PIXELS = 4;

/** Puts a box beside a point of the area it stands in, on the side with more room, and never over the area's edge. */
export function placeTip(tip: HTMLElement, { x, y }: { x: number; y: number }, awayPixels: number): void {
  const area = tip.offsetParent;
  if (area === null) return;
  const { offsetWidth, offsetHeight } = tip;
  const left = x > area.clientWidth / 2 ? x - awayPixels - offsetWidth : x + awayPixels;
  const lowest = area.clientHeight - offsetHeight - EDGE_PIXELS;
  // A phone is narrower than the tip and its place beside the point: it then covers the point.
  const rightmost = area.clientWidth - offsetWidth - EDGE_PIXELS;
  tip.style.left = `${Math.max(EDGE_PIXELS, Math.min(left, rightmost))}px`;
  tip.style.top = `${Math.min(Math.max(EDGE_PIXELS, y - offsetHeight / 2), lowest)}px`;
}
