import { signal } from '@preact/signals';
import type { MouseEventParams } from 'lightweight-charts';
import type { CellAtPoint } from '../plugin';
import { queryString, type ApiClient } from '../api/client';
import type { ColumnAnswer, ViewQuery } from '../api/types';
import type { LiquidationChart } from './chart';
import { figuresAt, type CellFigures } from './figures';
import { RecentCache } from './recent-cache';

const DEBOUNCE_MS = 80;
const COLUMNS_KEPT = 200;

/** What is known of the cell under the crosshair. */
export interface PointedCell {
  /** `null` outside the heat. */
  cell: CellAtPoint | null;
  /** Where the crosshair is, outside the heat as well; `null` for nowhere. */
  price: number | null;
  /** The exact figures, once they are there. */
  figures: CellFigures | null;
  /** The bar of its column is not closed: the server has no exact figures of it yet. */
  isOpen: boolean;
  /** Exact figures were asked for in vain. */
  hasFailed: boolean;
}

/** What is under the crosshair: the grid's figure at once, the exact one as soon as it is there. */
export class CellPointer {
  /** `null` until somebody points at the chart. */
  readonly pointed = signal<PointedCell | null>(null);
  private readonly cache = new RecentCache<ColumnAnswer>(COLUMNS_KEPT);
  private query: ViewQuery | null = null;
  private timer = 0;
  private request: AbortController | null = null;
  private at: { x: number; y: number } | null = null;
  private openColumnMs: number | null = null;

  constructor(
    private readonly api: ApiClient,
    private readonly view: LiquidationChart,
  ) {
    view.chart.subscribeCrosshairMove((event) => this.onMove(event));
    // A finger moves no crosshair before a long press; a tap asks for a figure all the same.
    view.chart.subscribeClick((event) => {
      this.onMove(event);
      const price = event.point && view.series.coordinateToPrice(event.point.y);
      if (event.time !== undefined && price != null) view.chart.setCrosshairPosition(price, event.time, view.series);
    });
  }

  /** Forgets what belongs to another view. */
  reset(query: ViewQuery): void {
    this.request?.abort();
    window.clearTimeout(this.timer);
    const isSameView = this.query !== null && queryString(this.query) === queryString(query);
    this.query = query;
    this.cache.clear();
    this.openColumnMs = null;
    const { cell } = this;
    if (!isSameView || cell === null) this.pointed.value = null;
    else this.timer = window.setTimeout(() => void this.load(cell), DEBOUNCE_MS);
  }

  /** A pushed column: figures of it that were kept are old. */
  columnChanged(startMs: number): void {
    this.openColumnMs = startMs;
    if (this.cell?.columnStartMs === startMs && this.at !== null) this.tell(this.at);
  }

  private get cell(): CellAtPoint | null {
    return this.pointed.peek()?.cell ?? null;
  }

  private onMove({ point, logical }: MouseEventParams): void {
    if (point === undefined || logical === undefined) return;
    this.at = point;
    window.clearTimeout(this.timer);
    const cell = this.tell(point);
    if (cell === null || cell.columnStartMs === this.openColumnMs || this.pointed.peek()?.figures !== null) return;
    this.timer = window.setTimeout(() => void this.load(cell), DEBOUNCE_MS);
  }

  /** @returns the cell that is told of */
  private tell({ x, y }: { x: number; y: number }): CellAtPoint | null {
    const cell = this.view.heatmap.cellAtPoint(x, y);
    const isOpen = cell !== null && cell.columnStartMs === this.openColumnMs;
    const known = cell === null || isOpen ? undefined : this.cache.get(this.keyOf(cell));
    this.pointed.value = {
      cell,
      price: cell?.price ?? this.view.series.coordinateToPrice(y),
      figures: cell === null || known === undefined ? null : this.figuresOf(cell, known),
      isOpen,
      hasFailed: false,
    };
    return cell;
  }

  private figuresOf(cell: CellAtPoint, column: ColumnAnswer): CellFigures | null {
    return figuresAt(column, cell.price, this.query?.side ?? 'both');
  }

  private keyOf(cell: CellAtPoint): string {
    return `${queryString(this.query ?? {})}@${cell.columnStartMs}`;
  }

  private async load(asked: CellAtPoint): Promise<void> {
    if (this.query === null) return;
    const key = this.keyOf(asked);
    this.request?.abort();
    const request = (this.request = new AbortController());
    try {
      const column = await this.api.column(this.query, asked.columnStartMs, request.signal);
      this.cache.set(key, column);
      const { cell } = this;
      // The crosshair may have gone on to another bucket of the same column meanwhile.
      if (cell !== null && this.keyOf(cell) === key) this.change({ figures: this.figuresOf(cell, column) });
    } catch {
      if (!request.signal.aborted && this.cell === asked) this.change({ hasFailed: true });
    }
  }

  private change(patch: Partial<PointedCell>): void {
    const pointed = this.pointed.peek();
    if (pointed !== null) this.pointed.value = { ...pointed, ...patch };
  }
}
