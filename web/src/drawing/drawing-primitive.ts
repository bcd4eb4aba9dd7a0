import type { IPrimitivePaneView, ISeriesPrimitive, Logical, SeriesAttachedParameter } from 'lightweight-charts';
import type { Drawing } from './drawings';

interface DrawingColors {
  line: string;
  /** Behind words. */
  label: string;
  text: string;
}

/** What is written beside a drawing, and the place of its times on the scale of candles. */
interface DrawingWords {
  wordsOf(drawing: Drawing): readonly string[];
  logicalAt(timeMs: number): number;
}

type Target = Parameters<NonNullable<ReturnType<IPrimitivePaneView['renderer']>>['draw']>[0];

const FONT_PIXELS = 11;
const FILL_ALPHA = 0.12;

/** Lines, ranges and measures over the candles; they are in the exported picture, too. */
export class DrawingPrimitive implements ISeriesPrimitive {
  private param: SeriesAttachedParameter | null = null;
  private drawings: readonly Drawing[] = [];
  private colors: DrawingColors = { line: '', label: '', text: '' };
  private readonly views: readonly IPrimitivePaneView[] = [
    { zOrder: () => 'top', renderer: () => ({ draw: (target) => this.draw(target) }) },
  ];

  constructor(
    private readonly words: DrawingWords,
    private readonly font: string,
    private readonly rightEdge: () => number,
  ) {}

  attached(param: SeriesAttachedParameter): void {
    this.param = param;
  }

  detached(): void {
    this.param = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.views;
  }

  show(drawings: readonly Drawing[], colors: DrawingColors): void {
    this.drawings = drawings;
    this.colors = colors;
    this.param?.requestUpdate();
  }

  private draw(target: Target): void {
    if (this.drawings.length === 0) return;
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      const right = Math.min(mediaSize.width, this.rightEdge());
      context.save();
      context.beginPath();
      context.rect(0, 0, right, mediaSize.height);
      context.clip();
      context.font = `${FONT_PIXELS}px ${this.font}`;
      context.textBaseline = 'middle';
      for (const drawing of this.drawings) this.drawOne(context, drawing, right);
      context.restore();
    });
  }

  private drawOne(context: CanvasRenderingContext2D, drawing: Drawing, right: number): void {
    const { tool, from, to } = drawing;
    const [top, bottom] = [this.y(from.price), this.y(to.price)];
    if (top === null || bottom === null) return;
    const isBox = tool === 'measure';
    const [left, end] = isBox ? [this.x(from.timeMs), this.x(to.timeMs)] : [0, right];
    context.strokeStyle = context.fillStyle = this.colors.line;
    context.lineWidth = 1;
    context.setLineDash(tool === 'line' ? [] : [4, 3]);
    for (const y of tool === 'line' ? [top] : [top, bottom]) line(context, left, y, end, y);
    if (tool !== 'line') {
      context.globalAlpha = FILL_ALPHA;
      context.fillRect(Math.min(left, end), Math.min(top, bottom), Math.abs(end - left), Math.abs(bottom - top));
      context.globalAlpha = 1;
    }
    if (isBox) line(context, (left + end) / 2, top, (left + end) / 2, bottom);
    const middle = tool === 'line' ? top : (top + bottom) / 2;
    this.label(context, this.words.wordsOf(drawing), isBox ? (left + end) / 2 : right, middle, isBox);
  }

  private label(
    context: CanvasRenderingContext2D,
    lines: readonly string[],
    x: number,
    y: number,
    isCentred: boolean,
  ): void {
    const width = Math.max(...lines.map((text) => context.measureText(text).width)) + 10;
    const height = lines.length * (FONT_PIXELS + 4) + 4;
    const left = isCentred ? x - width / 2 : x - width - 4;
    context.fillStyle = this.colors.label;
    context.fillRect(left, y - height / 2, width, height);
    context.fillStyle = this.colors.text;
    lines.forEach((text, row) =>
      context.fillText(text, left + 5, y - height / 2 + 2 + (row + 0.5) * (FONT_PIXELS + 4)),
    );
  }

  private y(price: number): number | null {
    return this.param?.series.priceToCoordinate(price) ?? null;
  }

  /** `logicalToCoordinate` answers 0 for fractions, so the affine map is taken from two whole indices. */
  private x(timeMs: number): number {
    const scale = this.param?.chart.timeScale();
    const [origin, next] = [0, 1].map((index) => scale?.logicalToCoordinate(index as Logical) ?? 0);
    return origin + (next - origin) * this.words.logicalAt(timeMs);
  }
}

function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}
