/**
 * Names of the page for the answers' shapes, which are generated from the API's document, and what it asks with.
 */

import type { Lqh1Header } from '../plugin';
import type * as schema from './schema';

export type { CandleEvent, ColumnEvent, Coverage, FlowModel, Market, SparseSide, VenueStatus } from './schema';

export type SymbolsAnswer = schema.Symbols;
export type CandlesAnswer = schema.Candles;
export type ColumnAnswer = schema.Column;
export type ProfileAnswer = schema.Profile;
export type LiquidationsAnswer = schema.LiquidationList;
export type StatusAnswer = schema.Status;
/** A liquidation that a venue published. */
export type RealisedLiquidation = schema.Liquidation;
export type FeedStatus = schema.Feed;
export type FeedState = schema.Feed['state'];
export type Mode = schema.Symbols['mode'];
export type Origin = schema.Market['origin'];
export type ReloadReason = schema.ReloadEvent['reason'];
/** What is open at a place, or what of it is expected to be force-closed; never both in one map. */
export type Quantity = schema.Column['quantity'];

/** What of which market is asked for, as the server's parameters: absent ones take its defaults. */
type Asked = NonNullable<schema.operations['get_heatmap_json']['parameters']['query']>;
export type Side = NonNullable<Asked['side']>;
/** How the venues of a sum count: by open interest, all the same, or by traded volume. */
export type Weights = NonNullable<Asked['weights']>;
/** Span of which positions were opened within; none for all. */
export type Cohort = NonNullable<Asked['cohort']>;
export type ViewQuery = Omit<Asked, 'symbol' | 'venue' | 'interval' | 'start_ms' | 'end_ms' | 'leverage'> & {
  symbol: string;
  venue: string;
  interval: string;
  start_ms: number;
  end_ms: number;
  /** As it is written in a query. */
  leverage?: string;
};

/** What the server's LQH1 files say of themselves beyond the format, as far as the page reads it. */
export interface HeatmapHeader extends Lqh1Header {
  symbol: string;
  venue: string;
  interval: string;
  side: Side;
  leverage: number[];
  cohort: string;
  quantity: string;
  measure: string;
  calibration: string;
  origin: Origin;
  model_version: string;
  data_end_ms: number;
  notes: string[];
  /** Of a sum of venues only. */
  coverage?: schema.Coverage | null;
  /** Of expected forced flow only. */
  model?: schema.FlowModel | null;
}
