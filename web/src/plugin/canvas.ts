/** A canvas that is not on the page, and what draws on it. */
export function offscreen(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(Math.round(width), Math.round(height)).getContext('2d');
  if (context === null) throw new Error('no 2d context');
  return context;
}

type AnyContext = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** A line through points. */
export function drawLine(
  context: AnyContext,
  points: readonly (readonly [x: number, y: number])[],
  color: string,
  width = 1,
  dash: number[] = [],
): void {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineJoin = 'round';
  context.setLineDash(dash);
  context.stroke();
}

/** Words on a ground of their own, so that they are legible on anything. */
export function drawWords(
  context: AnyContext,
  text: string,
  [x, y]: readonly [left: number, middle: number],
  colors: readonly [text: string, ground: string],
): void {
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  const { width } = context.measureText(text);
  context.fillStyle = colors[1];
  context.beginPath();
  context.roundRect(x - 4, y - 8, width + 8, 17, 3);
  context.fill();
  context.fillStyle = colors[0];
  context.fillText(text, x, y + 0.5);
}
