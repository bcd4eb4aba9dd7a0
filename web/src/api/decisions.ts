/**
 * Shapes of the answers about clusters, setups and markets, named as the server names them. Estimates unless they say
 * realised.
 */

import type { Quantity } from './types';

export type PositionSide = 'long' | 'short';
export type Style = 'scalp' | 'day' | 'swing';
export type RulePreset = 'article' | 'strict';
export type Verdict = 'pass' | 'fail' | 'unknown';
export type SetupVerdict = 'pass' | 'fail' | 'incomplete';
export type Phase = 'approaching' | 'triggering' | 'exhausted';

export interface Cluster {
  side: PositionSide;
  time_ms: number;
  reference_price: number;
  low_price: number;
  high_price: number;
  peak_price: number;
  /** `null` in a cluster of the flow map. */
  held_notional_usd: number | null;
  forced_flow_usd: number;
  quantity?: Quantity;
  flow_share: number;
  leverage_usd: [number, number][];
  venue_usd: [string, number][];
  support: number | null;
  near_edge: number;
  far_edge: number;
}

export interface ClusterRemainder {
  cluster_id: string;
  forced_flow_usd: number;
  realised_usd: number;
  remaining_usd: number;
  realised_share: number | null;
  n_events: number;
  capture: string[];
}

export interface TrackedCluster {
  cluster_id: string;
  cluster: Cluster;
  birth_ms: number;
  age_ms: number;
  first_peak_price: number;
  widest_low_price: number;
  widest_high_price: number;
  migration_pct: number;
  growth_usd_per_hour: number;
  largest_held_usd: number;
  swept_usd: number;
  swept_share: number;
  n_partial_sweeps: number;
  phase: Phase;
  death: 'swept' | 'decayed' | 'merged' | null;
  death_ms: number | null;
  heir_id: string | null;
  remainder?: ClusterRemainder | null;
}

export interface ClustersAnswer {
  symbol: string;
  venue: string;
  time_ms: number;
  price: number;
  cohort: string;
  calibration: string;
  quantity?: Quantity;
  clusters: TrackedCluster[];
  dead: TrackedCluster[];
  notes: string[];
}

export type RuleInput = number | string | boolean | null;

export interface RuleResult {
  rule_id: string;
  name: string;
  verdict: Verdict;
  is_hard: boolean;
  inputs: Record<string, RuleInput>;
  threshold: string;
  sentence: string;
}

export interface Wall {
  price: number;
  resting_usd: number;
  multiple_of_median: number | null;
}

export interface DepthCheck {
  state: 'thin' | 'mid' | 'wall' | 'unknown';
  resting_usd: number | null;
  ratio: number | null;
  reaches_edge: boolean;
  n_samples: number;
  age_ms: number | null;
  walls: Wall[];
  detail: string;
}

export interface Setup {
  cluster: TrackedCluster;
  symbol: string;
  direction: 'long' | 'short';
  style: Style;
  preset: string;
  time_ms: number;
  price: number;
  verdict: SetupVerdict;
  rules: RuleResult[];
  reasons: string[];
  points: number;
  most_points: number;
  entry: number | null;
  entry_order: string;
  stop: number | null;
  target: number | null;
  second_target: number | null;
  reward_risk: number | null;
  break_even_win_rate: number | null;
  touch_probability: number | null;
  horizon_ms: number;
  expires_ms: number;
  forced_flow_usd: number;
  risk_fraction: number | null;
  risk_usd: number | null;
  size_units: number | null;
  size_usd: number | null;
  size_pct_of_equity: number | null;
  flags: string[];
  noted: { time_ms: number; peak_price: number; forced_flow_usd: number };
  calibration: string;
  depth_check?: DepthCheck | null;
}

export interface RuleValue {
  key: string;
  value: number | null;
  unit: string;
  source: string;
  least: number;
  most: number;
}

/** A contradiction of the article, with the rules that follow its resolution. */
export interface Contradiction {
  rule_ids: string[];
  text: string;
}

export interface SetupsAnswer {
  symbol: string;
  venue: string;
  style: Style;
  preset: RulePreset;
  equity_usd: number;
  quantity?: Quantity;
  time_ms: number;
  price: number;
  setups: Setup[];
  calendar: {
    state: 'news' | 'clear' | 'unknown';
    events: { name: string; start_ms: number; end_ms: number }[];
    detail: string;
    series: {
      name: string;
      source: string;
      valid_until_ms: number | null;
      broken: { where: string; reason: string }[];
    }[];
  };
  depth: { fresh: boolean; n_samples: number; age_ms: number | null };
  rule_table: { id: string; name: string; values: RuleValue[] }[];
  contradictions: Contradiction[];
}

export interface MarketRow {
  symbol: string;
  venues: string[];
  time_ms: number;
  price: number;
  asymmetry: number | null;
  bias: 'short' | 'long' | 'none';
  cluster_id: string | null;
  cluster_side: PositionSide | null;
  distance_pct: number | null;
  held_notional_usd: number | null;
  growth_usd_per_hour: number | null;
  touch_probability: number | null;
  grade: 'A' | 'B' | 'C' | 'D';
  grade_reason: string;
}

export interface MarketAnswer {
  rows: MarketRow[];
  style: Style;
  sort: string;
}

export interface SessionOpen {
  name: string;
  open_ms: number;
  close_ms: number;
}

export interface BriefAnswer {
  brief: {
    session: string;
    time_ms: number;
    moved: [string, number][];
    grew: [string, number][];
    died: [string, string][];
    born: string[];
    expired: [string, string][];
  };
  sessions: SessionOpen[];
}

export interface NetAnswer {
  /** End of each column. */
  time_ms: number[];
  reference_price: number[];
  long_below_usd: number[];
  short_above_usd: number[];
  /** Shorts above less longs below: below 0 is bearish, as in the article. */
  net_usd: number[];
  band: number;
}

export interface DepthAnswer {
  time_ms: number;
  age_ms: number;
  price: number;
  bids: [number, number][];
  asks: [number, number][];
  walls: Wall[];
  n_samples: number;
}

/** How accurate the map is, in one sentence; `page` has the whole report. */
export interface AccuracyHeadline {
  headline: string;
  verdict: 'shown' | 'not shown' | 'worse' | 'not measured';
  page: string;
}

export interface BlindSpotsAnswer {
  spots: { name: string; text: string }[];
  coverage: { share: number | null; of: string } | null;
  venues: { venue: string; share: number }[];
  article: {
    claim: string;
    article_low: number;
    article_high: number;
    measured: { value: number; low: number | null; high: number | null; days: number } | null;
    note: string;
  }[];
  /** Absent on servers that know of no scores. */
  accuracy?: AccuracyHeadline;
}

/** What stands in a cluster in its own map: held notional, or expected forced flow. */
export function massOf({
  held_notional_usd,
  forced_flow_usd,
}: Pick<Cluster, 'held_notional_usd' | 'forced_flow_usd'>): number {
  return held_notional_usd ?? forced_flow_usd;
}
