import type { PaletteName } from '../plugin';
import type { RulePreset, Style } from '../api/decisions';
import type { Cohort, Market, Quantity, Side, SymbolsAnswer, ViewQuery, Weights } from '../api/types';
import { mapTypes, selectionType, typeOf, type MapType } from './map-types';
import { automaticInterval, availableRanges, usableIntervals, viewSpan, type RangeName } from './ranges';

/** Everything a link to the page carries. */
export interface ViewState {
  symbol: string;
  venue: string;
  range: RangeName;
  /** `null`: the usual one of the range. */
  interval: string | null;
  cohort: Cohort;
  side: Side;
  quantity: Quantity;
  /** Of expected liquidations: the time within which a price is reached. */
  horizon: Horizon;
  /** `null`: all. */
  leverages: number[] | null;
  priceAxis: 'linear' | 'log';
  buckets: number | null;
  scale: PriceScale;
  palette: PaletteName;
  lowerCutoff: number;
  upperCutoff: number;
  /** In USD, whatever is seen; `null` where they follow what is seen. */
  lockedLimits: readonly [lower: number, upper: number] | null;
  isHeatShown: boolean;
  isProfileShown: boolean;
  areLiquidationsShown: boolean;
  /** Of figures; prices stay in the quote currency unless they are converted, too. */
  currency: string;
  arePricesConverted: boolean;
  /** How venues count in their sum. */
  weights: Weights;
  /** Name of a type of map. */
  mapType: string;
  areClustersShown: boolean;
  isDepthShown: boolean;
  isVolumeShown: boolean;
  areAveragesShown: boolean;
  /** What the side column shows. */
  panel: PanelName;
  /** The cluster that is looked at, by its id. */
  cluster: string | null;
  style: Style;
  preset: RulePreset;
  /** What is seen of it; `null` for the whole range. */
  window: ViewWindow | null;
  /** Where the loaded candles begin if somebody panned back beyond the range; no part of a link, the window is. */
  sinceMs: number | null;
}

/** The part of a view that is zoomed and panned to. */
export interface ViewWindow {
  fromMs: number;
  toMs: number;
  /** `null` where the price axis is the automatic one. */
  prices: readonly [low: number, high: number] | null;
}

/** Percent counts from the first candle that is seen. */
export const SCALES = ['linear', 'log', 'percent'] as const;
export type PriceScale = (typeof SCALES)[number];
export const PANELS = ['map', 'setups', 'tape'] as const;
export type PanelName = (typeof PANELS)[number];
type Horizon = (typeof HORIZONS)[number];
export const HORIZONS = ['4h', '24h', '72h'] as const;
const USUAL_HORIZON: Horizon = '24h';
/** A style sets the time within which its levels are to be reached. */
export const STYLE_HORIZONS: Record<Style, Horizon> = { scalp: '4h', day: '24h', swing: '72h' };
export const STYLES: readonly Style[] = ['scalp', 'day', 'swing'];
export const RULE_PRESETS: readonly RulePreset[] = ['article', 'strict'];
export const BUCKET_CHOICES = [250, 500, 1000] as const;
export const DEFAULT_LOWER_CUTOFF = 0.25;
export const DEFAULT_UPPER_CUTOFF = 0.995;
const USUAL_RANGE: RangeName = '7d';
export const SIDES: readonly Side[] = ['both', 'long', 'short'];
/** The market that is the sum of several venues. */
export const ALL_VENUES = 'all';
export const WEIGHTS: readonly Weights[] = ['open_interest', 'equal', 'volume'];

/** Whether it is a sum: of all venues, or of those that are named with commas between. */
export function isOfSeveral(venue: string): boolean {
  return venue === ALL_VENUES || venue.includes(',');
}

export function marketOf(
  { markets }: Pick<SymbolsAnswer, 'markets'>,
  { symbol, venue }: Pick<ViewState, 'symbol' | 'venue'>,
): Market | undefined {
  const named = markets.find((market) => market.symbol === symbol && market.venue === venue);
  if (named !== undefined || !venue.includes(',')) return named;
  const venues = venue.split(',');
  const all = markets.find((market) => market.symbol === symbol && market.venue === ALL_VENUES);
  const isKnown = venues.every((name, at) => all?.venues?.includes(name) && venues.indexOf(name) === at);
  return all === undefined || !isKnown ? undefined : { ...all, venue, venues };
}

/** The venues after one of them was pressed: it is added to those that are shown, or taken from them. */
export function toggleVenue({ markets }: SymbolsAnswer, { symbol, venue: shown }: Market, pressed: string): string {
  const all = markets.find((market) => market.symbol === symbol && market.venue === ALL_VENUES)?.venues ?? [];
  if (pressed === ALL_VENUES || !all.includes(pressed)) return pressed;
  const before = shown === ALL_VENUES ? [] : shown.split(',');
  const after = all.filter((name) => before.includes(name) !== (name === pressed));
  return after.length === 0 || after.length === all.length ? ALL_VENUES : after.join(',');
}

export function defaultState(answer: SymbolsAnswer): ViewState {
  const market = (answer.default && marketOf(answer, answer.default)) ?? answer.markets[0];
  return {
    symbol: market.symbol,
    venue: market.venue,
    range: usualRange(market),
    interval: null,
    cohort: 'none',
    side: 'both',
    quantity: hasFlow(market) ? 'flow' : 'held',
    horizon: USUAL_HORIZON,
    leverages: null,
    priceAxis: 'log',
    buckets: null,
    scale: 'linear',
    palette: 'viridis',
    lowerCutoff: DEFAULT_LOWER_CUTOFF,
    upperCutoff: DEFAULT_UPPER_CUTOFF,
    lockedLimits: null,
    isHeatShown: true,
    isProfileShown: true,
    areLiquidationsShown: true,
    currency: 'USD',
    arePricesConverted: false,
    weights: 'open_interest',
    mapType: mapTypes()[0].name,
    areClustersShown: true,
    isDepthShown: true,
    isVolumeShown: false,
    areAveragesShown: false,
    panel: 'map',
    cluster: null,
    style: 'day',
    preset: 'article',
    window: null,
    sinceMs: null,
  };
}

export function usualRange(market: Market): RangeName {
  const ranges = availableRanges(market);
  return ranges.includes(USUAL_RANGE) ? USUAL_RANGE : ranges[ranges.length - 1];
}

/** Makes a state fit its market: what the market lacks falls back to its default. */
export function fitToMarket(state: ViewState, market: Market): ViewState {
  const ranges = availableRanges(market);
  const range = ranges.includes(state.range) ? state.range : usualRange(market);
  const interval =
    state.interval !== null && usableIntervals(market, range).includes(state.interval) ? state.interval : null;
  const cohort = market.cohorts.includes(state.cohort) ? state.cohort : 'none';
  const quantity = state.quantity === 'flow' && hasFlow(market) ? 'flow' : 'held';
  const bands = bandsOf(market, quantity);
  const kept = state.leverages?.filter((leverage) => bands.includes(leverage)) ?? [];
  const leverages = kept.length > 0 && kept.length < bands.length ? kept : null;
  // A selection of leverages is a map of its own, unless it refines another one.
  const mapType = typeOf(state.mapType).is_whole && leverages !== null ? selectionType().name : state.mapType;
  // A delta needs both sides.
  const side = typeOf(mapType).is_signed ? 'both' : state.side;
  return { ...state, range, interval, cohort, quantity, leverages, mapType, side };
}

/** Whether the server can say what of a market's positions is expected to be force-closed. */
export function hasFlow(market: Market): boolean {
  return (market.flow_leverages?.length ?? 0) > 0;
}

/** Leverage bands of what is shown: the two maps have distances of their own. */
export function bandsOf(market: Market, quantity: Quantity): readonly number[] {
  return quantity === 'flow' ? (market.flow_leverages ?? market.leverages) : market.leverages;
}

export function intervalOfView(state: ViewState, market: Market): string {
  return state.interval ?? automaticInterval(market, state.range);
}

/** A change of these is another picture: where somebody had panned to means nothing in it. */
export const REFITTING: readonly (keyof ViewState)[] = ['symbol', 'venue', 'range', 'interval'];

/** Figures of another of these are others by orders of magnitude: limits of colour that were locked mean nothing. */
export const MEASURES: readonly (keyof ViewState)[] = ['symbol', 'venue', 'mapType', 'quantity', 'horizon', 'buckets'];

/** Whether one of these is another value. */
export function isChanged(names: readonly (keyof ViewState)[], state: ViewState, before: ViewState): boolean {
  return names.some((name) => JSON.stringify(state[name]) !== JSON.stringify(before[name]));
}

/** The parameters the server is asked with. */
export function viewQuery(state: ViewState, market: Market): ViewQuery {
  const interval = intervalOfView(state, market);
  const [start_ms, end_ms] = viewSpan(market, state.range, interval, state.sinceMs);
  return {
    symbol: state.symbol,
    venue: state.venue,
    interval,
    start_ms,
    end_ms,
    cohort: state.cohort,
    side: state.side,
    price_axis: state.priceAxis,
    ...(state.quantity === 'flow' ? { quantity: state.quantity } : {}),
    ...(state.horizon === USUAL_HORIZON ? {} : { horizon: state.horizon }),
    ...(state.leverages === null ? {} : { leverage: state.leverages.join(',') }),
    ...(state.buckets === null ? {} : { buckets: state.buckets }),
    ...(isOfSeveral(state.venue) ? { weights: state.weights } : {}),
  };
}

/**
 * What else changes with the type of the map: the tape belongs to what was realised, all leverages to the whole map.
 */
export function typePatch(
  { name, is_whole, shows_realised }: MapType,
  { panel, leverages }: Pick<ViewState, 'panel' | 'leverages'>,
): Partial<ViewState> {
  return {
    mapType: name,
    leverages: is_whole ? null : leverages,
    panel: shows_realised ? 'tape' : panel === 'tape' ? 'map' : panel,
    ...(shows_realised ? { areLiquidationsShown: true } : {}),
  };
}
