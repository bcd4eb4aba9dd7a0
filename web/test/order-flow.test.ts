import { describe, expect, it } from 'vitest';
import type { ClustersAnswer, OrderFlowAnswer } from '../src/api/decisions';
import { clusterAhead } from '../src/setups/order-flow';
import { mostLooks, takerBars } from '../src/setups/order-flow-card';

type VenueFlow = OrderFlowAnswer['venues'][number];

function venue(name: string, times: number[], buys: number[], looks: number, barMs = 60_000): VenueFlow {
  const usd = Array.from({ length: looks }, () => 1);
  return {
    venue: name,
    candle_venue: name,
    bar_ms: barMs,
    start_ms: 0,
    end_ms: 0,
    takers:
      times.length === 0
        ? null
        : { open_time_ms: times, buy_usd: buys, sell_usd: buys.map((buy) => 2 * buy), sell_share: 2 / 3 },
    depth:
      looks === 0
        ? null
        : {
            time_ms: usd.map((_, at) => at),
            front_usd: usd,
            behind_usd: usd,
            width: 0.01,
            front_change: 1,
            behind_change: 1,
            front: 'steady',
            behind: 'steady',
          },
  };
}

describe('order flow before a cluster', () => {
  it('adds the takers of venues bar by bar, and leaves out bars of another length', () => {
    const venues = [
      venue('one', [0, 60_000], [1, 2], 0),
      venue('two', [60_000, 120_000], [10, 20], 0),
      venue('none', [], [], 0),
      venue('slow', [0], [1000], 0, 300_000),
    ];
    expect(takerBars(venues)).toEqual([
      { timeMs: 0, buyUsd: 1, sellUsd: 2 },
      { timeMs: 60_000, buyUsd: 12, sellUsd: 24 },
      { timeMs: 120_000, buyUsd: 20, sellUsd: 40 },
    ]);
    expect(takerBars([venue('none', [], [], 0)])).toEqual([]);
  });

  it('shows the book that most is known of', () => {
    expect(mostLooks([venue('one', [], [], 3), venue('two', [], [], 9)])?.venue).toBe('two');
    expect(mostLooks([venue('one', [], [], 0)])).toBeNull();
    expect(mostLooks([])).toBeNull();
  });

  it('is of the chosen cluster, else of the nearest one of either side', () => {
    const at = (cluster_id: string, near_edge: number): ClustersAnswer['clusters'][number] =>
      ({ cluster_id, cluster: { near_edge } }) as ClustersAnswer['clusters'][number];
    const known = { price: 100, clusters: [at('far', 90), at('near', 101), at('next', 98)] };
    expect(clusterAhead(known, null)?.cluster_id).toBe('near');
    expect(clusterAhead(known, 'far')?.cluster_id).toBe('far');
    expect(clusterAhead(known, 'gone')?.cluster_id).toBe('near');
    expect(clusterAhead({ price: 100, clusters: [] }, null)).toBeNull();
  });
});
