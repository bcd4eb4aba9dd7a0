/** Shapes of the JSON answers, named as the server names them. */

export type Side = 'both' | 'long' | 'short';
export type Origin = 'simulated' | 'files' | 'venue';

export interface Market {
  symbol: string;
  venue: string;
  contract_kind: string;
  origin: Origin;
  interval_ms: number;
  intervals: string[];
  start_ms: number;
  end_ms: number;
  leverages: number[];
  cohorts: string[];
  notes: string[];
}

export interface SymbolsAnswer {
  markets: Market[];
  default: { symbol: string; venue: string };
  model_version: string;
}

export interface CandlesAnswer {
  /** Open of each candle. */
  time_ms: number[];
  open: number[];
  high: number[];
  low: number[];
  close: number[];
  volume: number[];
}

export interface ColumnAnswer {
  start_ms: number;
  end_ms: number;
  price_edges: number[];
  leverages: number[];
  long_usd: number[];
  short_usd: number[];
  long_by_leverage_usd: number[][];
  short_by_leverage_usd: number[][];
}

export interface ProfileAnswer {
  as_of_ms: number;
  reference_price: number;
  price_edges: number[];
  leverages: number[];
  long_by_leverage_usd: number[][];
  short_by_leverage_usd: number[][];
  cumulative_long_usd: number[];
  cumulative_short_usd: number[];
}

/** The parameters all views share. Absent ones take the server's default; unknown ones are refused. */
export interface ViewQuery {
  symbol: string;
  venue: string;
  interval: string;
  start_ms: number;
  end_ms: number;
  cohort?: string;
  side?: Side;
  leverage?: string;
  quantity?: string;
  price_axis?: string;
  buckets?: number;
}
