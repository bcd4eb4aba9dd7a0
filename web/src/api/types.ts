/** Shapes of the JSON answers, named as the server names them. */

export type Side = 'both' | 'long' | 'short';
/** What is open at a place, or what of it is expected to be force-closed; never both in one map. */
export type Quantity = 'held' | 'flow';
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
  /**
   * Bands of the expected forced flow; empty where the server has no parameters for its bars, absent from an older one.
   */
  flow_leverages?: number[];
  cohorts: string[];
  notes: string[];
  /** What the sum of all venues is made of; only the market of venue `all` has it. */
  venues?: string[];
}

/** How the venues of a sum count: by open interest, all the same, or by traded volume. */
export type Weights = 'open_interest' | 'equal' | 'volume';
/** `live`: a stream tells what changes. A server from before there was a mode names none. */
export type Mode = 'live' | 'static';

export interface SymbolsAnswer {
  markets: Market[];
  default: { symbol: string; venue: string };
  model_version: string;
  mode?: Mode;
  /** Units of each currency for one USD. */
  currencies?: Record<string, number>;
  /** What people call each venue id. */
  venue_names?: Record<string, string>;
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
  /** Of expected forced flow only, per bucket: the range over refits, and the share that the train window backs. */
  low_usd?: number[] | null;
  high_usd?: number[] | null;
  support?: number[] | null;
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
  support?: number[] | null;
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
  quantity?: Quantity;
  price_axis?: string;
  buckets?: number;
  weights?: Weights;
}

export type FeedState = 'waiting' | 'backfilling' | 'live' | 'stale' | 'refused' | 'failed';

export interface FeedStatus {
  feed: string;
  state: FeedState;
  detail: string;
  since_ms: number;
  last_event_ms: number | null;
}

export interface VenueStatus {
  venue: string;
  symbol: string;
  state: FeedState;
  detail: string;
  since_ms: number;
  progress: { done: number; total: number; part: string } | null;
  feeds: FeedStatus[];
  /** Which part of its liquidations the venue publishes. */
  capture: string | null;
}

export interface StatusAnswer {
  mode: Mode;
  symbol: string | null;
  venues: VenueStatus[];
  /** Venues one could use in place of refused ones. */
  offers: string[];
}

/** How much of all open interest that the server knows of the venues of a sum have. */
export interface Coverage {
  share: number | null;
  of: string;
}

/** The parameters that expected forced flow comes from. */
export interface FlowModel {
  name: string;
  hash: string;
  version: string;
  fitted_on: string;
  fitted_end_ms: number;
  age_days: number;
  /** Fitted on another coin, or on a real market where this one is simulated. */
  transferred: boolean;
  /** Of a live server: why they are not fitted on this market up to today. */
  kept_because?: string;
  /** Realised over expected liquidations of late. */
  scale: number;
  tracked: boolean;
  /** Of the expected liquidations of 30 days, what the map places. */
  placed_share: number | null;
  warning: string | null;
}

export interface CandleEvent {
  time_ms: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  is_closed: boolean;
}

/** One column; rows that are not named are empty. */
export interface ColumnEvent {
  start_ms: number;
  end_ms: number;
  /** The ends of the price axis that the rows belong to. */
  price_low: number;
  price_high: number;
  values_usd: { rows: number[]; usd: number[] };
}

/** A liquidation a venue published. */
export interface RealisedLiquidation {
  time_ms: number;
  receive_ms: number;
  venue: string;
  is_long: boolean;
  price: number;
  quantity: number;
  notional_usd: number;
  price_means: string;
  capture: string;
}

export interface LiquidationsAnswer {
  /** Oldest first. */
  events: RealisedLiquidation[];
  capture: Record<string, string>;
  truncated: boolean;
}

export type ReloadReason = 'backfill' | 'bar' | 'correction';
