import { signal } from '@preact/signals';
import { queryString, type ApiClient } from '../api/client';
import type { ClustersAnswer, SetupsAnswer } from '../api/decisions';
import { isNotOffered } from '../api/problem';
import type { ViewQuery } from '../api/types';
import { onChange } from '../state/on-change';
import { hasFlow } from '../state/state';
import type { Store } from '../state/store';
import { keepEquity, readEquity } from './equity';

interface DecisionsSeen {
  clusters: ClustersAnswer | null;
  setups: SetupsAnswer | null;
  /** What was known before the last check, of the same question. */
  before: SetupsAnswer | null;
  /** When the setups were last asked for, by the page's clock. */
  checkedMs: number | null;
  isChecking: boolean;
  problem: string | null;
}

const NOTHING: DecisionsSeen = {
  clusters: null,
  setups: null,
  before: null,
  checkedMs: null,
  isChecking: false,
  problem: null,
};

/**
 * Clusters of the shown map and setups of the chosen style: asked for once the map is drawn, so that they never hold it
 * up.
 */
export class Decisions {
  private readonly known = signal<DecisionsSeen>(NOTHING);
  private readonly account = signal(readEquity());
  /** Whether anything was ever told; a server that has nothing of it takes it back. */
  readonly isOffered = signal(false);
  private isAsked = true;
  private query: ViewQuery | null = null;
  private clustersName = '';
  private clustersRequest: AbortController | null = null;
  private setupsRequest: AbortController | null = null;

  constructor(
    private readonly api: ApiClient,
    private readonly store: Store,
  ) {
    onChange(
      () => store.state,
      (state, before) => {
        if (state.symbol !== before.symbol || state.venue !== before.venue) this.forget();
        else if (state.style !== before.style || state.preset !== before.preset) void this.check();
      },
    );
  }

  /** Followed by the components and effects that read it. */
  get seen(): DecisionsSeen {
    return this.known.value;
  }

  /** A cluster that is chosen and not there, once all that there are were told; `null` for none. */
  get missingCluster(): string | null {
    const { cluster } = this.store.state;
    const { clusters, setups } = this.seen;
    if (cluster === null || clusters === null || (this.arePriced && setups === null)) return null;
    const there = [...clusters.clusters, ...(setups?.setups ?? []).map((setup) => setup.cluster)];
    return there.some(({ cluster_id }) => cluster_id === cluster) ? null : cluster;
  }

  get equityUsd(): number {
    return this.account.value;
  }

  /** A map was drawn: its clusters, and the setups if the market or its newest bar is another one. */
  show(drawn: ViewQuery): void {
    if (!this.isAsked) return;
    const query = this.priced(drawn);
    this.query = query;
    const { symbol, venue, cohort, leverage, end_ms, quantity, horizon } = query;
    const name = queryString({ symbol, venue, cohort, leverage, end_ms, quantity, horizon });
    if (name === this.clustersName) return;
    this.clustersName = name;
    void this.loadClusters(query);
    const { setups } = this.seen;
    if (setups?.symbol !== symbol || setups.venue !== venue || setups.time_ms < end_ms) void this.check();
  }

  /** Whether clusters of this market have dollars: only then is there a trade to size. */
  get arePriced(): boolean {
    return hasFlow(this.store.market);
  }

  /** Clusters are those of expected liquidations whatever is drawn: one cluster, one dollar. */
  private priced(drawn: ViewQuery): ViewQuery {
    if (!this.arePriced || drawn.quantity === 'flow') return drawn;
    // The two maps have leverages of their own.
    const { leverage: _, ...query } = drawn;
    return { ...query, quantity: 'flow' };
  }

  setEquity(equityUsd: number): void {
    if (equityUsd === this.equityUsd) return;
    this.account.value = equityUsd;
    keepEquity(equityUsd);
    void this.check();
  }

  /** Asks for the setups as they are now; the same question again tells what has changed since. */
  async check(): Promise<void> {
    if (!this.isAsked || this.query === null || !this.arePriced) return;
    const { symbol, venue, quantity } = this.query;
    const { style, preset } = this.store.state;
    this.setupsRequest?.abort();
    const request = (this.setupsRequest = new AbortController());
    this.tell({ isChecking: true });
    try {
      const setups = await this.api.setups(
        { symbol, venue, style, preset, quantity, equity_usd: this.equityUsd },
        request.signal,
      );
      const last = this.seen.setups;
      const isSame =
        last !== null
        && last.symbol === setups.symbol
        && last.venue === setups.venue
        && last.style === setups.style
        && last.preset === setups.preset
        && last.quantity === setups.quantity
        && last.equity_usd === setups.equity_usd;
      this.tell({ setups, before: isSame ? last : null, checkedMs: Date.now(), isChecking: false, problem: null });
    } catch (error) {
      if (request.signal.aborted) return;
      if (isNotOffered(error) && this.seen.clusters === null) this.isAsked = false;
      this.tell({
        isChecking: false,
        problem: isNotOffered(error) ? null : error instanceof Error ? error.message : String(error),
      });
    }
  }

  private async loadClusters(query: ViewQuery): Promise<void> {
    this.clustersRequest?.abort();
    const request = (this.clustersRequest = new AbortController());
    try {
      this.tell({ clusters: await this.api.clusters(query, request.signal) });
    } catch (error) {
      if (request.signal.aborted) return;
      this.clustersName = '';
      if (isNotOffered(error)) this.isAsked = false;
      this.tell({ clusters: null });
    }
  }

  private forget(): void {
    this.clustersRequest?.abort();
    this.setupsRequest?.abort();
    this.clustersName = '';
    this.tell(NOTHING);
  }

  private tell(patch: Partial<DecisionsSeen>): void {
    const seen = { ...this.known.peek(), ...patch };
    this.known.value = seen;
    if (seen.clusters !== null || seen.setups !== null) this.isOffered.value = true;
    else if (!this.isAsked) this.isOffered.value = false;
  }
}
