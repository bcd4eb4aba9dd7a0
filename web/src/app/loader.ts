import { queryString, type ApiClient } from '../api/client';
import type { Lqh1Header } from '../api/lqh1';
import type { CandlesAnswer, ProfileAnswer, ViewQuery } from '../api/types';
import type { ProfileData } from '../plugin';
import type { LiquidationChart } from './chart';
import type { Messages } from './messages';
import { viewQuery, type ViewState } from './state';
import type { Store } from './store';
import { bandColor } from './theme';

const REFRESH_MS = 30_000;

export interface Loaded {
  /** The state the picture was asked for; the controls may be ahead of it. */
  state: ViewState;
  query: ViewQuery;
  candles: CandlesAnswer;
  header: Lqh1Header;
  profile: ProfileAnswer | null;
}

/** Brings the view the store asks for onto the chart, and keeps it fresh. */
export class Loader {
  private request: AbortController | null = null;
  private etag: string | null = null;
  private header: Lqh1Header | null = null;
  private shownQuery = '';

  constructor(
    private readonly api: ApiClient, private readonly store: Store, private readonly view: LiquidationChart,
    private readonly messages: Messages, private readonly onLoaded: (loaded: Loaded) => void,
  ) {
    window.setInterval(() => {
      if (document.visibilityState === 'visible') void this.refresh();
    }, REFRESH_MS);
  }

  /** @param keepsViewport whether the user's pan and zoom still make sense for what comes */
  async load(keepsViewport: boolean): Promise<void> {
    this.request?.abort();
    const request = (this.request = new AbortController());
    const { state } = this.store;
    const query = viewQuery(state, this.store.market);
    this.messages.showLoading('Estimating the map…');
    try {
      // The static map is an extra: without it the page still shows what it is for.
      const profile = this.api.profile(query, request.signal).then((answer) => ({ answer, error: null }), (error: unknown) => ({ answer: null, error }));
      const [candles, heatmap] = await Promise.all([
        this.api.candles(query, request.signal),
        this.api.heatmap(query, queryString(query) === this.shownQuery ? this.etag : null, request.signal),
      ]);
      const { answer, error } = await profile;
      if (request.signal.aborted) return;
      this.view.setCandles(candles);
      if (heatmap !== null) {
        this.view.heatmap.setGrid(heatmap.grid);
        this.etag = heatmap.etag;
        this.header = heatmap.header;
      }
      if (answer !== null) {
        const { leverages } = this.store.market;
        this.view.profile.applyOptions({ bandColors: answer.leverages.map((leverage) => bandColor(leverage, leverages)) });
      }
      this.view.profile.setData(answer === null ? null : profileData(answer));
      if (!keepsViewport) this.view.fit();
      this.shownQuery = queryString(query);
      this.messages.markStale(false);
      this.messages.clearError();
      if (error !== null) this.messages.showError(error, () => void this.load(true));
      this.messages.showStatus(this.emptyText(candles));
      if (this.header !== null) this.onLoaded({ state, query, candles, header: this.header, profile: answer });
    } catch (error) {
      if (request.signal.aborted) return;
      this.messages.showError(error, () => void this.load(keepsViewport));
      // The controls already say the new view: the old picture must not pass for it.
      const hasPicture = this.header !== null && queryString(query) !== this.shownQuery;
      this.messages.markStale(hasPicture);
      this.messages.showStatus(hasPicture ? 'Previous view: the new one could not be loaded' : '');
    }
  }

  private emptyText(candles: CandlesAnswer): string {
    if (candles.time_ms.length === 0) return 'No candles in this range';
    const grid = this.view.heatmap.grid;
    return grid === null || grid.isEmpty ? 'No estimated positions in this view' : '';
  }

  private async refresh(): Promise<void> {
    try {
      this.store.renew(await this.api.symbols());
    } catch {
      return; // The page keeps what it has; the next user action tells what is wrong.
    }
    await this.load(true);
  }
}

function profileData(answer: ProfileAnswer): ProfileData {
  return {
    priceEdges: Float64Array.from(answer.price_edges),
    leverages: answer.leverages,
    longByLeverageUsd: answer.long_by_leverage_usd,
    shortByLeverageUsd: answer.short_by_leverage_usd,
    cumulativeLongUsd: answer.cumulative_long_usd,
    cumulativeShortUsd: answer.cumulative_short_usd,
    referencePrice: answer.reference_price,
  };
}
