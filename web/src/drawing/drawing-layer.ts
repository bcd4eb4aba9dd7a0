import { plural, t } from '@lingui/core/macro';
import { effect, signal, type ReadonlySignal } from '@preact/signals';
import type { Logical } from 'lightweight-charts';
import type { LiquidationChart } from '../chart/chart';
import { between } from '../chart/peaks';
import type { Point } from '../chart/pointed-cell';
import { intervalMs } from '../state/ranges';
import type { Shown } from '../state/shown';
import { isStrength } from '../ui/amount';
import { formatPrice, formatShortAge, formatSignedPercent } from '../ui/format';
import { formatMoney } from '../ui/money';
import { FONT, colors } from '../ui/theme';
import { DrawingPrimitive } from './drawing-primitive';
import { Drawings, type Anchor, type Drawing, type Tool } from './drawings';

/** How near a line the pointer takes hold of it. */
const GRASP_PIXELS = 6;
/** A press that moves no further is a click. */
const DRAG_PIXELS = 6;
const DRAFT = 'draft';

/** Drawing on the chart: a tool is chosen, a click or two place it, a line can be dragged. */
export class DrawingLayer {
  readonly drawings = new Drawings();
  /** What the next click places; `null` where clicks are the chart's own. */
  readonly tool = signal<Tool | null>(null);
  private readonly draft = signal<Drawing | null>(null);
  private at: Anchor | null = null;

  constructor(
    private readonly view: LiquidationChart,
    private readonly shown: Shown,
    /** Where the crosshair is, in pixels of the pane. */
    at: ReadonlySignal<Point | null>,
  ) {
    const { chart, series, viewport } = view;
    const words = { wordsOf: (one: Drawing) => this.wordsOf(one), logicalAt: (ms: number) => viewport.logicalAt(ms) };
    const primitive = new DrawingPrimitive(words, FONT, () => view.marginLeft());
    series.attachPrimitive(primitive);
    effect(() => {
      const { entry, label, bright } = colors();
      const draft = this.draft.value;
      // Figures are of the newest map.
      const isKnown = this.shown.map.value !== null;
      primitive.show(
        !isKnown ? [] : draft === null ? this.drawings.shown.value : [...this.drawings.shown.value, draft],
        {
          line: entry,
          label,
          text: bright,
        },
      );
    });
    effect(() => {
      chart.chartElement().classList.toggle('is-drawing', this.tool.value !== null);
    });
    // The crosshair goes by keys, too.
    effect(() => {
      const point = at.value;
      if (point !== null) this.drawTo(this.anchorAt(point));
    });
    this.followPointer(chart.chartElement());
  }

  choose(tool: Tool | null): void {
    this.draft.value = null;
    this.tool.value = tool === this.tool.peek() ? null : tool;
  }

  /** Puts what is being drawn where the crosshair is. */
  place(): void {
    const tool = this.tool.peek();
    if (tool === null || this.at === null) return;
    const draft = this.draft.peek();
    if (tool !== 'line' && draft === null) {
      this.draft.value = { id: DRAFT, tool, from: this.at, to: this.at };
      return;
    }
    this.drawings.add(tool, draft?.from ?? this.at, this.at);
    this.choose(null);
  }

  /** A drawing in words, as it is written beside it and in the list. */
  wordsOf({ tool, from, to }: Drawing): readonly string[] {
    const [low, high] = [from.price, to.price].sort((one, other) => one - other);
    if (tool === 'line') return [formatPrice(from.price)];
    const map = this.shown.map.peek();
    const sides = map?.profile == null || isStrength() ? null : between(map.profile, low, high);
    const money = sides === null ? null : formatMoney(sides[0] + sides[1]);
    const expected = money === null ? [] : [t`${money} expected inside, estimated`];
    const [bottom, top] = [formatPrice(low), formatPrice(high)];
    if (tool === 'range')
      return [`${bottom} – ${top} · ${formatSignedPercent(high / low - 1, 2).slice(1)}`, ...expected];
    const step = map === null ? 0 : intervalMs(map.query.interval);
    const bars = step > 0 ? Math.round(Math.abs(to.timeMs - from.timeMs) / step) : 0;
    const span = formatShortAge(Math.abs(to.timeMs - from.timeMs));
    const change = formatSignedPercent(to.price / from.price - 1, 2);
    return [change, `${plural(bars, { one: '# candle', other: '# candles' })} · ${span}`, ...expected];
  }

  private anchorAt({ x, y }: Point): Anchor | null {
    const { chart, series, viewport } = this.view;
    const price = series.coordinateToPrice(y);
    const [origin, next] = [0, 1].map((index) => chart.timeScale().logicalToCoordinate(index as Logical));
    if (price === null || !(price > 0) || origin === null || next === null) return null;
    return { timeMs: viewport.timeAt((Math.min(x, this.view.marginLeft()) - origin) / (next - origin)), price };
  }

  /**
   * Pointers before the chart has them, which would pan: with a tool they place, by two clicks or one drag; without one
   * they take hold of a line.
   */
  private followPointer(host: HTMLElement): void {
    let held: string | null = null;
    let pressed: Point | null = null;
    const pointOf = ({ clientX, clientY }: PointerEvent): Point | null => {
      const pane = this.view.chart.panes()[0].getHTMLElement()?.querySelectorAll('td')[1];
      const box = pane?.getBoundingClientRect();
      if (box === undefined || clientX > box.right || clientY > box.bottom) return null;
      return { x: clientX - box.left, y: clientY - box.top };
    };
    const lineAt = (y: number): Drawing | undefined =>
      this.drawings.shown.peek().find(({ tool, from }) => {
        const at = this.view.series.priceToCoordinate(from.price);
        return tool === 'line' && at !== null && Math.abs(at - y) <= GRASP_PIXELS;
      });
    const placeAt = (point: Point): void => {
      this.at = this.anchorAt(point);
      this.place();
    };
    host.addEventListener(
      'pointerdown',
      (event) => {
        const point = event.button === 0 ? pointOf(event) : null;
        const isDrawing = this.tool.peek() !== null;
        pressed = isDrawing ? point : null;
        held = isDrawing || point === null ? null : (lineAt(point.y)?.id ?? null);
        if (pressed !== null) placeAt(pressed);
        if (pressed !== null || held !== null) host.setPointerCapture(event.pointerId);
      },
      true,
    );
    for (const name of ['mousedown', 'touchstart'] as const)
      host.addEventListener(name, (event) => (pressed ?? held) !== null && event.stopPropagation(), true);
    host.addEventListener('pointermove', (event) => {
      const point = pointOf(event);
      if (point === null) return;
      if (held !== null) {
        const price = this.view.series.coordinateToPrice(point.y);
        if (price !== null && price > 0) this.drawings.move(held, price);
        return;
      }
      host.classList.toggle('is-on-line', lineAt(point.y) !== undefined);
      this.drawTo(this.anchorAt(point));
    });
    for (const name of ['pointerup', 'pointercancel'] as const)
      host.addEventListener(name, (event) => {
        const point = pointOf(event);
        const isDragged =
          pressed !== null && point !== null && Math.hypot(point.x - pressed.x, point.y - pressed.y) > DRAG_PIXELS;
        if (isDragged && this.draft.peek() !== null && name === 'pointerup') placeAt(point);
        held = pressed = null;
      });
  }

  /** What is being drawn follows the pointer, or the crosshair that keys move. */
  private drawTo(to: Anchor | null): void {
    this.at = to;
    const draft = this.draft.peek();
    if (draft !== null && to !== null) this.draft.value = { ...draft, to };
  }
}
