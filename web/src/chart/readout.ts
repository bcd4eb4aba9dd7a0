import type { MouseEventParams } from 'lightweight-charts';
import type { CellAtPoint } from '../plugin';
import { queryString, type ApiClient } from '../api/client';
import type { ColumnAnswer, ViewQuery } from '../api/types';
import { element } from '../ui/dom';
import { formatPrice, formatSignedPercent, formatTime } from '../ui/format';
import { formatMoney, formatMoneyExact } from '../ui/money';
import { bandColor } from '../ui/theme';
import type { LiquidationChart } from './chart';
import { deltaText } from './delta';
import { figuresAt, type CellFigures } from './figures';
import { LEAST_SUPPORT, bandText } from './model-words';
import { RecentCache } from './recent-cache';

const DEBOUNCE_MS = 80;
const ANNOUNCE_MS = 900;
const COLUMNS_KEPT = 200;

/** The panel that says what is under the crosshair: the grid's figure at once, the exact one as soon as it is there. */
export class Readout {
  private readonly cache = new RecentCache<ColumnAnswer>(COLUMNS_KEPT);
  private readonly value = element('div', { class: 'readout-value number', 'data-testid': 'readout-value' }, '—');
  private readonly precision = element('div', { class: 'readout-precision' }, 'Point at the chart');
  private readonly time = element('dd', { class: 'number' }, '—');
  private readonly price = element('dd', { class: 'number' }, '—');
  private readonly bucket = element('dd', { class: 'number' }, '—');
  private readonly split = element('div', { class: 'split' });
  private readonly bands = element('div', { class: 'bands' });
  private readonly live = element('div', { class: 'visually-hidden', 'aria-live': 'polite' });
  private query: ViewQuery | null = null;
  private leverages: readonly number[] = [];
  private shownLeverages: readonly number[] = [];
  private referencePrice = 0;
  private measure = '';
  private timer = 0;
  private announceTimer = 0;
  private request: AbortController | null = null;
  private cell: CellAtPoint | null = null;
  private at: { x: number; y: number } | null = null;
  /** Start of the column whose bar is not closed: the server has no exact figures of it yet. */
  private openColumnMs: number | null = null;

  constructor(
    host: HTMLElement,
    private readonly api: ApiClient,
    private readonly view: LiquidationChart,
  ) {
    host.append(
      element(
        'section',
        { class: 'card readout', 'data-testid': 'readout', 'aria-label': 'Under the crosshair' },
        element('div', { class: 'readout-main' }, this.value, this.precision),
        element(
          'dl',
          { class: 'facts' },
          element('div', {}, element('dt', {}, 'Time'), this.time),
          element('div', {}, element('dt', {}, 'Price'), this.price),
          element('div', {}, element('dt', {}, 'Bucket'), this.bucket),
        ),
        this.split,
        this.bands,
        this.live,
      ),
    );
    this.showFigures(null);
    view.chart.subscribeCrosshairMove((event) => this.onMove(event));
    // A finger moves no crosshair before a long press; a tap asks for a figure all the same.
    view.chart.subscribeClick((event) => {
      this.onMove(event);
      const price = event.point && view.series.coordinateToPrice(event.point.y);
      if (event.time !== undefined && price != null) view.chart.setCrosshairPosition(price, event.time, view.series);
    });
  }

  /** Forgets what belongs to another view. */
  reset(
    query: ViewQuery,
    leverages: readonly number[],
    shownLeverages: readonly number[] | null,
    referencePrice: number,
    measure: string,
  ): void {
    this.request?.abort();
    window.clearTimeout(this.timer);
    const isSameView = this.query !== null && queryString(this.query) === queryString(query);
    this.query = query;
    this.leverages = leverages;
    this.shownLeverages = shownLeverages ?? leverages;
    this.referencePrice = referencePrice;
    this.measure = measure;
    this.cache.clear();
    this.openColumnMs = null;
    if (isSameView && this.cell !== null) {
      this.timer = window.setTimeout(() => this.cell !== null && void this.load(this.cell), DEBOUNCE_MS);
      return;
    }
    this.cell = null;
    this.showNothing(null);
    this.precision.textContent = 'Point at the chart';
  }

  /** A pushed column: figures of it that were kept are old. */
  columnChanged(startMs: number): void {
    this.openColumnMs = startMs;
    if (this.cell?.columnStartMs !== startMs || this.at === null) return;
    this.cell = this.view.heatmap.cellAtPoint(this.at.x, this.at.y);
    if (this.cell !== null) this.showEstimate(this.cell);
  }

  /** Writes the figures anew, in another currency. */
  refresh(): void {
    const { cell } = this;
    if (cell === null) return this.showFigures(null);
    const known = this.cache.get(this.keyOf(cell));
    this.showEstimate(cell);
    if (known !== undefined) this.showExact(cell, known);
  }

  private onMove({ point, logical }: MouseEventParams): void {
    if (point === undefined || logical === undefined) return;
    this.at = point;
    const cell = this.view.heatmap.cellAtPoint(point.x, point.y);
    window.clearTimeout(this.timer);
    this.cell = cell;
    if (cell === null) return this.showNothing(this.view.series.coordinateToPrice(point.y));
    this.showEstimate(cell);
    if (cell.columnStartMs === this.openColumnMs) return;
    const known = this.cache.get(this.keyOf(cell));
    if (known !== undefined) return this.showExact(cell, known);
    this.timer = window.setTimeout(() => void this.load(cell), DEBOUNCE_MS);
  }

  private keyOf(cell: CellAtPoint): string {
    return `${queryString(this.query ?? {})}@${cell.columnStartMs}`;
  }

  private async load(cell: CellAtPoint): Promise<void> {
    if (this.query === null) return;
    const key = this.keyOf(cell);
    this.request?.abort();
    const request = (this.request = new AbortController());
    try {
      const column = await this.api.column(this.query, cell.columnStartMs, request.signal);
      this.cache.set(key, column);
      // The crosshair may have gone on to another bucket of the same column meanwhile.
      if (this.cell !== null && this.keyOf(this.cell) === key) this.showExact(this.cell, column);
    } catch {
      if (!request.signal.aborted && this.cell === cell)
        this.precision.textContent = 'estimate from the grid · exact figure not available';
    }
  }

  private showNothing(price: number | null): void {
    this.value.textContent = '—';
    this.clearAttributes();
    this.precision.textContent = 'outside the heatmap';
    this.time.textContent = this.bucket.textContent = '—';
    this.price.textContent = price === null ? '—' : this.priceText(price);
    this.showFigures(null);
  }

  private showEstimate(cell: CellAtPoint): void {
    this.clearAttributes();
    this.value.dataset.price = String(cell.price);
    this.value.dataset.timeMs = String(cell.columnStartMs);
    this.value.textContent =
      cell.valueUsd === 0
        ? formatMoney(0)
        : `≈ ${this.isSigned ? deltaText(cell.valueUsd) : formatMoney(cell.valueUsd)}`;
    this.precision.textContent =
      cell.columnStartMs === this.openColumnMs
        ? `live column, its bar is open · ± ${this.isSigned ? 4 : 2} %`
        : `from the grid, ± ${this.isSigned ? 4 : 2} %`;
    this.time.textContent = formatTime(cell.columnStartMs);
    this.price.textContent = this.priceText(cell.price);
    this.bucket.textContent = `${formatPrice(cell.bucketLow)} – ${formatPrice(cell.bucketHigh)}`;
    this.showFigures(null);
  }

  private showExact(cell: CellAtPoint, column: ColumnAnswer): void {
    const figures = figuresAt(column, cell.price, this.query?.side ?? 'both');
    if (figures === null) return;
    const usd = this.isSigned ? figures.shortUsd - figures.longUsd : figures.totalUsd;
    this.value.dataset.usd = String(usd);
    this.value.textContent = this.isSigned ? deltaText(usd) : formatMoney(usd);
    const { band } = figures;
    const exact = band === null ? formatMoneyExact(usd) : bandText(usd, band.lowUsd, band.highUsd, band.support);
    this.precision.textContent = this.isSigned
      ? `shorts − longs, ${this.measure}`
      : band === null
        ? `${exact} ${this.measure}`
        : exact;
    this.precision.classList.toggle(
      'is-low-support',
      !this.isSigned && band !== null && usd > 0 && band.support < LEAST_SUPPORT,
    );
    this.showFigures(figures);
    window.clearTimeout(this.announceTimer);
    this.announceTimer = window.setTimeout(() => {
      this.live.textContent =
        `${this.price.textContent}, ${this.time.textContent}: estimated ${formatMoney(figures.totalUsd)}, `
        + `long ${formatMoney(figures.longUsd)}, short ${formatMoney(figures.shortUsd)}`;
    }, ANNOUNCE_MS);
  }

  private get isSigned(): boolean {
    return this.view.heatmap.grid?.isSigned ?? false;
  }

  private clearAttributes(): void {
    this.precision.classList.remove('is-low-support');
    for (const name of ['usd', 'price', 'time-ms']) this.value.removeAttribute(`data-${name}`);
  }

  private priceText(price: number): string {
    const distance = this.referencePrice > 0 ? ` (${formatSignedPercent(price / this.referencePrice - 1, 2)})` : '';
    return `${formatPrice(price)}${distance}`;
  }

  private showFigures(figures: CellFigures | null): void {
    const total = figures?.totalUsd ?? 0;
    const part = (usd: number) => (total > 0 ? (100 * usd) / total : 0);
    const side = (label: string, usd: number | undefined, kind: string): HTMLElement =>
      element(
        'span',
        { class: `side-${kind}` },
        `${label} `,
        element('b', { class: 'number' }, usd === undefined ? '—' : formatMoney(usd)),
      );
    const longBar = element('i', { class: 'split-long' });
    const shortBar = element('i', { class: 'split-short' });
    longBar.style.width = `${part(figures?.longUsd ?? 0)}%`;
    shortBar.style.width = `${part(figures?.shortUsd ?? 0)}%`;
    this.split.replaceChildren(
      element(
        'div',
        { class: 'split-texts' },
        side('▼ Long', figures?.longUsd, 'long'),
        side('▲ Short', figures?.shortUsd, 'short'),
      ),
      element('div', { class: 'split-bar', 'aria-hidden': 'true' }, longBar, shortBar),
    );
    const bands = figures?.byLeverage ?? this.shownLeverages.map((leverage) => ({ leverage, usd: 0 }));
    const most = Math.max(...bands.map((band) => band.usd), 0);
    this.bands.replaceChildren(
      ...bands.map((band) => {
        const bar = element('i', {});
        bar.style.width = `${most > 0 ? (100 * band.usd) / most : 0}%`;
        bar.style.background = bandColor(band.leverage, this.leverages);
        return element(
          'div',
          { class: 'band' },
          element('span', { class: 'number' }, `${band.leverage}×`),
          element('div', { class: 'band-track', 'aria-hidden': 'true' }, bar),
          element('span', { class: 'number' }, figures === null ? '—' : formatMoney(band.usd)),
        );
      }),
    );
  }
}
