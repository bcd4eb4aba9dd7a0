/**
 * Names of the page for the shapes of clusters, setups and markets, which are generated from the API's document.
 * Estimates unless they say realised.
 */

import type * as schema from './schema';

export type {
  Cluster,
  ClusterRemainder,
  Contradiction,
  DepthCheck,
  MarketCluster,
  MarketRow,
  RuleResult,
  RuleValue,
  SessionOpen,
  Setup,
  Sweep,
  Wall,
} from './schema';

/** With what is left after realised liquidations where it comes of a list of clusters; a setup's has none. */
export type TrackedCluster = schema.TrackedCluster
  & Partial<Pick<schema.LivingCluster, 'remainder' | 'touch_forecast'>>;
export type PositionSide = schema.Cluster['side'];
export type Style = schema.Setups['style'];
export type RulePreset = schema.Setups['preset'];
export type Verdict = schema.RuleResult['verdict'];
export type SetupVerdict = schema.Setup['verdict'];
export type Phase = schema.LivingCluster['phase'];
export type RuleInput = schema.RuleResult['inputs'][string];
export type ClustersAnswer = schema.Clusters;
export type SetupsAnswer = schema.Setups;
export type MarketAnswer = schema.MarketTable;
export type BriefAnswer = schema.Brief;
export type NetAnswer = schema.Net;
export type DepthAnswer = schema.Depth;
export type SweepsAnswer = schema.Sweeps;
export type OrderFlowAnswer = schema.OrderFlow;
export type BookTrend = schema.DepthBefore['front'];
export type BlindSpotsAnswer = schema.BlindSpots;
/** How accurate the map is, in one sentence; `page` has the whole report. */
export type AccuracyHeadline = schema.Headline;
