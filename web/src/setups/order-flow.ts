import { effect, signal } from '@preact/signals';
import type { ApiClient } from '../api/client';
import type { ClustersAnswer, OrderFlowAnswer, TrackedCluster } from '../api/decisions';
import { isNotOffered } from '../api/problem';
import type { Store } from '../state/store';
import type { Decisions } from './decisions';

const EVERY_MS = 15_000;

export interface FlowShown {
  cluster: TrackedCluster;
  answer: OrderFlowAnswer;
}

/** The chosen cluster, or the nearest one of either side. */
export function clusterAhead(
  { clusters, price }: Pick<ClustersAnswer, 'clusters' | 'price'>,
  chosen: string | null,
): TrackedCluster | null {
  const away = ({ cluster }: TrackedCluster): number => Math.abs(cluster.near_edge / price - 1);
  const found = clusters.find(({ cluster_id }) => cluster_id === chosen);
  return (
    found ?? clusters.reduce<TrackedCluster | null>((best, one) => (best && away(best) <= away(one) ? best : one), null)
  );
}

/** What takers and the order book do before a cluster: asked for with each list of clusters, and live all the time. */
export class OrderFlow {
  readonly shown = signal<FlowShown | null>(null);
  private asked = '';
  private isOffered = true;

  constructor(
    private readonly api: ApiClient,
    private readonly store: Store,
    private readonly decisions: Decisions,
    isLive: boolean,
  ) {
    effect(() => void this.ask(this.decisions.seen.clusters, this.store.state.cluster));
    if (isLive)
      window.setInterval(() => {
        if (document.visibilityState === 'hidden') return;
        this.asked = '';
        void this.ask(this.decisions.seen.clusters, this.store.state.cluster);
      }, EVERY_MS);
  }

  private async ask(clusters: ClustersAnswer | null, chosen: string | null): Promise<void> {
    const cluster = clusters === null ? null : clusterAhead(clusters, chosen);
    if (clusters === null || cluster === null || !this.isOffered) {
      this.shown.value = null;
      this.asked = '';
      return;
    }
    const { symbol, venue } = this.store.market;
    const near_edge = cluster.cluster.near_edge;
    const name = `${symbol} ${venue} ${near_edge} ${clusters.time_ms}`;
    if (name === this.asked) return;
    this.asked = name;
    try {
      const answer = await this.api.orderFlow({ symbol, venue, near_edge });
      if (this.asked === name) this.shown.value = { cluster, answer };
    } catch (error) {
      this.isOffered = !isNotOffered(error);
      if (this.asked !== name) return;
      this.shown.value = null;
      // Asked again with the next list.
      this.asked = '';
    }
  }
}
