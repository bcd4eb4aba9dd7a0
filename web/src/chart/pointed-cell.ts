import { signal } from '@preact/signals';
import type { Logical } from 'lightweight-charts';
import type { CellAtPoint } from '../plugin';
import { queryString, type ApiClient } from '../api/client';
import type { ColumnAnswer, ProfileAnswer, ViewQuery } from '../api/types';
import type { LiquidationChart } from './chart';
import { figuresAt, figuresOnMap, type CellFigures } from './figures';
import { RecentCache } from './recent-cache';

const DEBOUNCE_MS = 80;
const COLUMNS_KEPT = 200;
/** Where there is no bucket to step to. */
const STEP_PIXELS = 8;

export interface Point {
  x: number;
  y: number;
}

/** What is known of the place under the crosshair. */
export interface PointedCell {
  /** In the heat: by time and price. On the static map: by price, now. */
  place: 'heat' | 'map' | 'outside';
  price: number | null;
  /** The prices that a figure is for. */
  bucket: readonly [low: number, high: number] | null;
  /** Start of the column; `null` outside the heat. */
  timeMs: number | null;
  /** As the grid has it, within some percent. */
  gridUsd: number | null;
  /** The exact figures, once they are there. */
  figures: CellFigures | null;
  /** The bar of its column is not closed: the server has no exact figures of it yet. */
  isOpen: boolean;
  /** Exact figures were asked for in vain. */
  hasFailed: boolean;
}

/** What is under the crosshair: the grid's figure at once, the exact one as soon as it is there. */
export class CellPointer {
  /** `null` until somebody points at the chart; stays when the pointer leaves. */
  readonly pointed = signal<PointedCell | null>(null);
  /** Where the pointer is; `null` outside the chart. */
  readonly at = signal<Point | null>(null);
  private readonly cache = new RecentCache<ColumnAnswer>(COLUMNS_KEPT);
  private query: ViewQuery | null = null;
  private profile: ProfileAnswer | null = null;
  private cell: CellAtPoint | null = null;
  private timer = 0;
  private request: AbortController | null = null;
  private openColumnMs: number | null = null;

  constructor(
    private readonly api: ApiClient,
    private readonly view: LiquidationChart,
  ) {
    view.chart.subscribeCrosshairMove(({ point, logical, paneIndex }) => {
      this.pointAt(point === undefined || logical === undefined || (paneIndex ?? 0) > 0 ? null : point);
    });
    // A finger moves no crosshair before a long press; a tap asks for a figure all the same.
    view.chart.subscribeClick(({ point, time, paneIndex }) => {
      if (point === undefined || (paneIndex ?? 0) > 0) return;
      this.pointAt(point);
      const price = view.series.coordinateToPrice(point.y);
      if (time !== undefined && price !== null) view.chart.setCrosshairPosition(price, time, view.series);
    });
  }

  /** Forgets what belongs to another view. */
  reset(query: ViewQuery, profile: ProfileAnswer | null): void {
    this.request?.abort();
    window.clearTimeout(this.timer);
    const isSameView = this.query !== null && queryString(this.query) === queryString(query);
    this.query = query;
    this.profile = profile;
    this.cache.clear();
    this.openColumnMs = null;
    const { cell } = this;
    if (!isSameView) {
      this.pointed.value = null;
      this.at.value = null;
    } else if (cell !== null) this.timer = window.setTimeout(() => void this.load(cell), DEBOUNCE_MS);
  }

  /** A pushed column: figures of it that were kept are old. */
  columnChanged(startMs: number): void {
    this.openColumnMs = startMs;
    const at = this.at.peek();
    if (this.cell?.columnStartMs === startMs && at !== null) this.tell(at);
  }

  /** Moves the crosshair by candles and buckets; from the newest candle on to the static map, and back. */
  step(candles: number, buckets: number): void {
    const { chart, series } = this.view;
    const timeScale = chart.timeScale();
    const left = this.view.marginLeft();
    const { height } = chart.paneSize(0);
    const last = Math.min(series.data().length - 1, timeScale.coordinateToLogical(left - 1) ?? 0);
    const first = Math.max(0, Math.ceil(timeScale.getVisibleLogicalRange()?.from ?? 0));
    const { x, y } = this.at.peek() ?? { x: left - 1, y: height / 2 };
    const now = x >= left ? last + 1 : Math.min(last, timeScale.coordinateToLogical(x) ?? last);
    const next = Math.max(first, Math.min(last + 1, now + candles));
    const bar = series.dataByIndex(Math.min(next, last));
    const toY = Math.min(height - 1, Math.max(0, this.yOfNeighbour(y, buckets)));
    const price = series.coordinateToPrice(toY);
    if (bar !== null && price !== null) chart.setCrosshairPosition(price, bar.time, series);
    const isOnMap = next > last && left < timeScale.width();
    const candleX = timeScale.logicalToCoordinate(Math.min(next, last) as Logical) ?? 0;
    this.pointAt({ x: isOnMap ? (left + timeScale.width()) / 2 : candleX, y: toY });
  }

  private yOfNeighbour(y: number, buckets: number): number {
    const { series, heatmap } = this.view;
    const price = series.coordinateToPrice(y);
    const { grid } = heatmap;
    if (buckets === 0) return y;
    if (grid === null || price === null) return y - buckets * STEP_PIXELS;
    const row = Math.max(0, Math.min(grid.buckets - 1, grid.rowAt(price) + buckets));
    return series.priceToCoordinate((grid.priceEdges[row] + grid.priceEdges[row + 1]) / 2) ?? y;
  }

  private pointAt(point: Point | null): void {
    window.clearTimeout(this.timer);
    this.at.value = point === null ? null : { x: point.x, y: point.y };
    if (point === null) return;
    const cell = this.tell(point);
    if (cell === null || cell.columnStartMs === this.openColumnMs || this.pointed.peek()?.figures !== null) return;
    this.timer = window.setTimeout(() => void this.load(cell), DEBOUNCE_MS);
  }

  /** @returns the cell that is told of */
  private tell({ x, y }: Point): CellAtPoint | null {
    const price = this.view.series.coordinateToPrice(y);
    if (x >= this.view.marginLeft()) {
      this.cell = null;
      this.tellMap(price);
      return null;
    }
    const cell = (this.cell = this.view.heatmap.cellAtPoint(x, y));
    const isOpen = cell !== null && cell.columnStartMs === this.openColumnMs;
    const known = cell === null || isOpen ? undefined : this.cache.get(this.keyOf(cell));
    this.pointed.value = {
      place: cell === null ? 'outside' : 'heat',
      price: cell?.price ?? price,
      bucket: cell === null ? null : [cell.bucketLow, cell.bucketHigh],
      timeMs: cell?.columnStartMs ?? null,
      gridUsd: cell?.valueUsd ?? null,
      figures: cell === null || known === undefined ? null : this.figuresOf(cell, known),
      isOpen,
      hasFailed: false,
    };
    return cell;
  }

  /** On the static map everything is known already. */
  private tellMap(price: number | null): void {
    const onMap = this.profile === null || price === null ? null : figuresOnMap(this.profile, price);
    this.pointed.value = {
      place: onMap === null ? 'outside' : 'map',
      price,
      bucket: onMap?.bucket ?? null,
      timeMs: null,
      gridUsd: null,
      figures: onMap?.figures ?? null,
      isOpen: false,
      hasFailed: false,
    };
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
