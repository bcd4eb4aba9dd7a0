import { t } from '@lingui/core/macro';
import type { HeatGridInput, ProfileData } from '../plugin';
import { queryString, type ApiClient } from '../api/client';
import { ApiProblem } from '../api/problem';
import type { CandleEvent, CandlesAnswer, ColumnEvent, HeatmapHeader, ProfileAnswer, ViewQuery } from '../api/types';
import { bandColor } from '../ui/theme';
import { typeOf } from '../state/map-types';
import { intervalMs } from '../state/ranges';
import type { Loaded } from '../state/shown';
import { marketOf, viewQuery } from '../state/state';
import type { Store } from '../state/store';
import type { LiquidationChart } from '../chart/chart';
import { placeCandle } from './live-candles';
import type { Messages } from './messages';

const POLL_MS = 30_000;
/** A server that fills its store asks for a reload every second; each one costs it a map. */
const RELOAD_LEAST_MS = 2000;
const RELOAD_PER_LOAD = 3;
const NOT_YET_MS = 4000;
/** Bars that closed before the server's history has them, and the open one. */
const MOST_PUSHED = 8;

interface LoaderEvents {
  loaded(loaded: Loaded): void;
  /** A view that was asked for at a time of `performance.now()` has been handed to the chart; its frame comes next. */
  drawn?(beganAt: number): void;
  /** A candle was pushed and drawn. */
  candle(candles: CandlesAnswer, event: CandleEvent): void;
  /** Why there may be nothing to draw yet; `null` when a failure is a failure. */
  waiting(): string | null;
}

/**
 * Brings the view the store asks for onto the chart, and keeps it fresh: by pushed pieces, by reloads, or by polling.
 */
export class Loader {
  private request: AbortController | null = null;
  private running: Promise<void> = Promise.resolve();
  private etag: string | null = null;
  private header: HeatmapHeader | null = null;
  private shown: { query: ViewQuery; isDelta: boolean; candles: CandlesAnswer } | null = null;
  private shownAxis = '';
  /**
   * The newest pushed pieces: a reload brings closed bars only, and must not take the open one away, nor those that
   * closed just now.
   */
  private candles: CandleEvent[] = [];
  private columns: ColumnEvent[] = [];
  private needsFit = true;
  private isPolling = true;
  private isReloading = false;
  private wantsReload = false;
  private reloadNotBefore = 0;

  constructor(
    private readonly api: ApiClient,
    private readonly store: Store,
    private readonly view: LiquidationChart,
    private readonly messages: Messages,
    private readonly events: LoaderEvents,
  ) {
    window.setInterval(() => {
      if (this.isPolling && document.visibilityState === 'visible') this.reload();
    }, POLL_MS);
  }

  /** Polling is for a server without a stream, and for a stream that fails. */
  setPolling(isPolling: boolean): void {
    this.isPolling = isPolling;
  }

  /** @param keepsViewport whether the user's pan and zoom still make sense for what comes */
  load(keepsViewport: boolean, isQuiet = false): Promise<void> {
    this.needsFit ||= !keepsViewport;
    return (this.running = this.run(isQuiet));
  }

  /** Asks again for what is shown: soon, but not while it is being asked for, and not all the time. */
  reload(): void {
    this.wantsReload = true;
    if (this.isReloading) return;
    this.isReloading = true;
    window.setTimeout(() => void this.runReload(), Math.max(0, this.reloadNotBefore - performance.now()));
  }

  applyCandle(event: CandleEvent): void {
    this.candles = remembered(this.candles, event, ({ time_ms }) => time_ms);
    if (this.shown === null) return;
    const { candles, query } = this.shown;
    const index = placeCandle(candles, event, intervalMs(query.interval));
    if (index < 0) return this.reload();
    this.view.updateCandle(candles, index);
    this.events.candle(candles, event);
  }

  /** @returns whether it is drawn; a column that does not fit the grid is asked for instead */
  applyColumn(event: ColumnEvent): boolean {
    this.columns = remembered(this.columns, event, ({ start_ms }) => start_ms);
    if (this.shown === null) return false;
    try {
      this.checkAxis(event);
      this.view.heatmap.applyColumn({
        startMs: event.start_ms,
        ...this.columnValues(event),
      });
      return true;
    } catch {
      this.columns = [];
      this.reload();
      return false;
    }
  }

  /** Both sides as the grid has them: added up, or shorts less longs. */
  private columnValues({ long_usd, short_usd }: ColumnEvent): { rows: number[]; valuesUsd: number[] } {
    const sign = this.view.heatmap.grid?.isSigned ? -1 : 1;
    const values = new Map(long_usd.rows.map((row, index) => [row, sign * long_usd.usd[index]]));
    short_usd.rows.forEach((row, index) => values.set(row, (values.get(row) ?? 0) + short_usd.usd[index]));
    return { rows: [...values.keys()], valuesUsd: [...values.values()] };
  }

  /** Rows of another axis would be drawn at wrong prices. */
  private checkAxis({ price_low: low, price_high: high }: ColumnEvent): void {
    const edges = this.view.heatmap.grid?.priceEdges;
    if (edges === undefined) return;
    const isSame = (one: number, other: number): boolean => Math.abs(one - other) <= 1e-9 * Math.abs(other);
    if (!isSame(low, edges[0]) || !isSame(high, edges[edges.length - 1]))
      throw new RangeError('the column is of another price axis');
  }

  private async run(isQuiet: boolean): Promise<void> {
    this.request?.abort();
    const request = (this.request = new AbortController());
    const { state } = this.store;
    const query = viewQuery(state, this.store.market);
    const isDelta = typeOf(state.mapType).is_signed;
    const isSameView =
      this.shown !== null && isDelta === this.shown.isDelta && queryString(query) === queryString(this.shown.query);
    const begin = performance.now();
    if (!isQuiet) this.messages.showLoading(t`Estimating the map…`);
    try {
      // The static map is an extra: without it the page still shows what it is for.
      const profile = this.api.profile(query, request.signal).then(
        (answer) => ({ answer, error: null }),
        (error: unknown) => ({ answer: null, error }),
      );
      const [candles, heatmap] = await Promise.all([
        this.api.candles(query, request.signal),
        this.api.heatmap(
          isDelta ? { ...query, type: state.mapType } : query,
          isSameView ? this.etag : null,
          request.signal,
        ),
      ]);
      if (request.signal.aborted) return;
      if (heatmap !== null) {
        this.view.heatmap.setGrid(heatmap.grid);
        this.etag = heatmap.etag;
        this.header = heatmap.header;
      }
      this.keepPushed(query, candles, heatmap?.grid ?? null);
      this.showCandles(candles);
      if (!isSameView) this.events.drawn?.(begin);
      const { answer, error } = await profile;
      if (request.signal.aborted) return;
      if (answer !== null) {
        this.view.profile.applyOptions({ bandColors: answer.leverages.map(bandColor) });
      }
      this.view.profile.setData(answer === null ? null : profileData(answer));
      this.shown = { query, isDelta, candles };
      this.messages.markStale(false);
      this.messages.clearError();
      if (error !== null) this.messages.showError(error, () => void this.load(true));
      this.messages.showStatus(this.emptyText(candles));
      if (this.header !== null) this.events.loaded({ state, query, candles, header: this.header, profile: answer });
    } catch (error) {
      if (!request.signal.aborted) this.showFailure(error, query);
    }
  }

  private showCandles(candles: CandlesAnswer): void {
    // Data that grow to the left stay in view as a whole for those who had the whole in view.
    const isFitting = this.needsFit || this.view.viewport.isFitted();
    const isPriceAxisKept = !this.needsFit;
    this.view.setCandles(candles);
    const { window: wanted } = this.store.state;
    if (this.needsFit && wanted !== null) this.view.viewport.show(wanted);
    else if (isFitting) this.view.viewport.fit(isPriceAxisKept);
    this.needsFit = false;
  }

  /** Puts what was pushed for this very view onto what was loaded; what belongs to another view is forgotten. */
  private keepPushed(query: ViewQuery, candles: CandlesAnswer, grid: HeatGridInput | null): void {
    const before = this.shown?.query;
    const isSameMarket =
      before?.symbol === query.symbol && before.venue === query.venue && before.interval === query.interval;
    const lastMs = candles.time_ms[candles.time_ms.length - 1] ?? Infinity;
    this.candles = isSameMarket ? this.candles.filter(({ time_ms }) => time_ms > lastMs) : [];
    // After one that leaves a gap nothing can follow.
    const misfit = this.candles.findIndex((candle) => placeCandle(candles, candle, intervalMs(query.interval)) < 0);
    if (misfit >= 0) this.candles = this.candles.slice(0, misfit);
    if (grid === null) return;
    const axis = JSON.stringify([
      grid.buckets,
      grid.priceEdges[0],
      grid.priceEdges[grid.buckets],
      query.side,
      query.leverage,
      query.cohort,
      query.weights,
      query.quantity,
    ]);
    const isSameAxis = isSameMarket && axis === this.shownAxis;
    this.shownAxis = axis;
    let endMs = grid.startMs + grid.columns * grid.stepMs;
    const columns = isSameAxis ? this.columns : [];
    this.columns = [];
    for (const column of columns) {
      // Within the grid the server's own column is the newer one.
      if (column.start_ms !== endMs || !this.applyColumn(column)) continue;
      endMs += grid.stepMs;
    }
  }

  private showFailure(error: unknown, query: ViewQuery): void {
    const notYet =
      this.shown === null && error instanceof ApiProblem && error.status > 0 ? this.events.waiting() : null;
    if (notYet !== null) {
      this.messages.showStatus(notYet, true);
      window.setTimeout(() => {
        if (this.shown === null) this.reload();
      }, NOT_YET_MS);
      return;
    }
    this.messages.showError(error, () => void this.load(true));
    // The controls already say the new view: the old picture must not pass for it.
    const isOldPicture = this.shown !== null && viewName(query) !== viewName(this.shown.query);
    this.messages.markStale(isOldPicture);
    this.messages.showStatus(isOldPicture ? t`Previous view: the new one could not be loaded` : '');
  }

  private emptyText(candles: CandlesAnswer): string {
    if (candles.time_ms.length === 0) return t`No candles in this range`;
    const grid = this.view.heatmap.grid;
    return grid === null || grid.isEmpty ? t`No estimated positions in this view` : '';
  }

  private async runReload(): Promise<void> {
    // What the user asked for comes first: a reload would abort it.
    await this.running;
    this.wantsReload = false;
    const begin = performance.now();
    try {
      const answer = await this.api.symbols();
      this.store.renew(answer);
      await this.running;
      // A server that was started again has this market in a moment, and then says so.
      const isComing = marketOf(answer, this.store.state) === undefined && this.events.waiting() !== null;
      if (!isComing) await this.load(true, true);
    } catch {
      // The page keeps what it has; the next user action tells what is wrong.
    }
    const now = performance.now();
    this.reloadNotBefore = now + Math.max(RELOAD_LEAST_MS, RELOAD_PER_LOAD * (now - begin));
    this.isReloading = false;
    if (this.wantsReload) this.reload();
  }
}

/**
 * A list in order of time with one more; what comes again takes the place of what was, and the oldest are forgotten.
 */
function remembered<T>(events: readonly T[], event: T, timeOf: (event: T) => number): T[] {
  const others = events.filter((other) => timeOf(other) !== timeOf(event));
  return [...others, event].sort((a, b) => timeOf(a) - timeOf(b)).slice(-MOST_PUSHED);
}

/** A view without its end, which moves with every bar. */
function viewName(query: ViewQuery): string {
  return queryString({ ...query, start_ms: 0, end_ms: 0 });
}

function profileData(answer: ProfileAnswer): ProfileData {
  return {
    priceEdges: Float64Array.from(answer.price_edges),
    leverages: answer.leverages,
    longByLeverageUsd: answer.long_by_leverage_usd,
    shortByLeverageUsd: answer.short_by_leverage_usd,
    cumulativeLongUsd: answer.cumulative_long_usd,
    ...rangeOf(answer),
    cumulativeShortUsd: answer.cumulative_short_usd,
    ...(answer.support == null ? {} : { support: answer.support }),
  };
}

function rangeOf({
  on_the_way_low_usd: low,
  on_the_way_high_usd: high,
}: ProfileAnswer): Pick<ProfileData, 'curveRangeUsd'> {
  if (low == null || high == null) return {};
  const known = (values: readonly (number | null)[]): number[] => values.map((value) => value ?? NaN);
  return { curveRangeUsd: { low: known(low), high: known(high) } };
}
