import type { Cluster, RuleResult, Setup, SetupsAnswer, TrackedCluster } from '../src/api/decisions';

export const HOUR_MS = 3_600_000;
export const rule = (rule_id: string, verdict: RuleResult['verdict'], is_hard = false): RuleResult => ({
  rule_id,
  name: `name ${rule_id}`,
  verdict,
  is_hard,
  inputs: {},
  threshold: '',
  sentence: '',
});

export function tracked(id: string, side: 'long' | 'short', low: number, high: number, usd = 1e6): TrackedCluster {
  const cluster: Cluster = {
    side,
    time_ms: 0,
    reference_price: 100,
    low_price: low,
    high_price: high,
    peak_price: (low + high) / 2,
    held_notional_usd: usd,
    forced_flow_usd: usd * 0.75,
    flow_share: 0.75,
    leverage_usd: [],
    venue_usd: [],
    support: null,
    near_edge: side === 'long' ? high : low,
    far_edge: side === 'long' ? low : high,
  };
  return {
    cluster_id: id,
    cluster,
    birth_ms: 0,
    age_ms: 5 * HOUR_MS,
    first_peak_price: 1,
    widest_low_price: low,
    widest_high_price: high,
    migration_pct: 0,
    growth_usd_per_hour: 0,
    largest_held_usd: usd,
    swept_usd: 0,
    swept_share: 0,
    n_partial_sweeps: 0,
    phase: 'approaching',
    death: null,
    death_ms: null,
    heir_id: null,
  };
}

export function setup(cluster: TrackedCluster, fields: Partial<Setup> = {}): Setup {
  return {
    cluster,
    symbol: 'BTC/USDT:USDT',
    direction: cluster.cluster.side === 'long' ? 'short' : 'long',
    style: 'day',
    preset: 'article',
    time_ms: 0,
    price: 100,
    verdict: 'fail',
    rules: [],
    reasons: [],
    points: 0,
    most_points: 7,
    entry: 99,
    entry_order: 'sell stop',
    stop: 102,
    target: 95,
    second_target: null,
    reward_risk: 1,
    break_even_win_rate: 0.5,
    touch_probability: 0.4,
    horizon_ms: 1,
    expires_ms: 1,
    forced_flow_usd: 1e6,
    risk_fraction: 0.01,
    risk_usd: 1,
    size_units: 1,
    size_usd: 1,
    size_pct_of_equity: 1,
    flags: [],
    noted: { time_ms: 0, peak_price: 1, forced_flow_usd: 1 },
    calibration: 'uncalibrated',
    ...fields,
  };
}

export const answer = (setups: Setup[], price = 100): SetupsAnswer => ({
  symbol: 'BTC/USDT:USDT',
  venue: 'okx',
  style: 'day',
  preset: 'article',
  equity_usd: 1,
  time_ms: 0,
  price,
  setups,
  calendar: { state: 'clear', events: [], detail: 'nothing', series: [] },
  depth: { fresh: false, n_samples: 0, age_ms: null },
  rule_table: [],
  contradictions: [],
});
