import { PALETTE_NAMES, type PaletteName } from '../plugin';
import type { Market, Side, SymbolsAnswer, ViewQuery } from '../api/types';
import { RANGES, automaticInterval, availableRanges, usableIntervals, viewSpan, type RangeName } from './ranges';

/** Everything a link to the page carries. */
export interface ViewState {
  symbol: string;
  venue: string;
  range: RangeName;
  /** `null`: the usual one of the range. */
  interval: string | null;
  cohort: string;
  side: Side;
  /** `null`: all. */
  leverages: number[] | null;
  priceAxis: 'linear' | 'log';
  buckets: number | null;
  isLogScale: boolean;
  palette: PaletteName;
  lowerCutoff: number;
  upperCutoff: number;
  isHeatShown: boolean;
  isProfileShown: boolean;
}

export const BUCKET_CHOICES = [250, 500, 1000] as const;
export const DEFAULT_LOWER_CUTOFF = 0.6;
export const DEFAULT_UPPER_CUTOFF = 0.995;
const USUAL_RANGE: RangeName = '7d';
const SIDES: readonly Side[] = ['both', 'long', 'short'];

export function marketOf(answer: SymbolsAnswer, state: Pick<ViewState, 'symbol' | 'venue'>): Market | undefined {
  return answer.markets.find((market) => market.symbol === state.symbol && market.venue === state.venue);
}

export function defaultState(answer: SymbolsAnswer): ViewState {
  const market = marketOf(answer, answer.default) ?? answer.markets[0];
  return {
    symbol: market.symbol, venue: market.venue,
    range: usualRange(market), interval: null, cohort: 'none', side: 'both', leverages: null,
    priceAxis: 'log', buckets: null, isLogScale: false, palette: 'viridis',
    lowerCutoff: DEFAULT_LOWER_CUTOFF, upperCutoff: DEFAULT_UPPER_CUTOFF, isHeatShown: true, isProfileShown: true,
  };
}

function usualRange(market: Market): RangeName {
  const ranges = availableRanges(market);
  return ranges.includes(USUAL_RANGE) ? USUAL_RANGE : ranges[ranges.length - 1];
}

/** Makes a state fit its market: what the market lacks falls back to its default. */
export function fitToMarket(state: ViewState, market: Market): ViewState {
  const ranges = availableRanges(market);
  const range = ranges.includes(state.range) ? state.range : usualRange(market);
  const interval = state.interval !== null && usableIntervals(market, range).includes(state.interval) ? state.interval : null;
  const cohort = market.cohorts.includes(state.cohort) ? state.cohort : 'none';
  const kept = state.leverages?.filter((leverage) => market.leverages.includes(leverage)) ?? [];
  const leverages = kept.length > 0 && kept.length < market.leverages.length ? kept : null;
  return { ...state, range, interval, cohort, leverages };
}

export function intervalOfView(state: ViewState, market: Market): string {
  return state.interval ?? automaticInterval(market, state.range);
}

/** The parameters the server is asked with. */
export function viewQuery(state: ViewState, market: Market): ViewQuery {
  const interval = intervalOfView(state, market);
  const [start_ms, end_ms] = viewSpan(market, state.range, interval);
  return {
    symbol: state.symbol, venue: state.venue, interval, start_ms, end_ms,
    cohort: state.cohort, side: state.side, price_axis: state.priceAxis,
    ...(state.leverages === null ? {} : { leverage: state.leverages.join(',') }),
    ...(state.buckets === null ? {} : { buckets: state.buckets }),
  };
}

/** Reads a link. Anything unknown or out of range is passed over: an old link must open, not fail. */
export function parseState(search: string, answer: SymbolsAnswer): ViewState {
  const given = new URLSearchParams(search);
  const state = defaultState(answer);
  const oneOf = <T extends string>(name: string, allowed: readonly T[], fallback: T): T =>
    allowed.find((value) => value === given.get(name)) ?? fallback;
  const asked = { symbol: given.get('symbol') ?? state.symbol, venue: given.get('venue') ?? state.venue };
  const market = marketOf(answer, asked) ?? marketOf(answer, state) ?? answer.markets[0];
  const fraction = (name: string, fallback: number) => {
    const value = Number(given.get(name) ?? NaN);
    return value >= 0 && value <= 1 ? value : fallback;
  };
  const lowerCutoff = fraction('lower', state.lowerCutoff);
  const upperCutoff = fraction('upper', state.upperCutoff);
  const isOrdered = lowerCutoff < upperCutoff;
  return fitToMarket({
    symbol: market.symbol,
    venue: market.venue,
    range: oneOf('range', RANGES, usualRange(market)),
    interval: given.get('interval'),
    cohort: given.get('cohort') ?? 'none',
    side: oneOf('side', SIDES, 'both'),
    leverages: given.get('leverage')?.split(',').map(Number) ?? null,
    priceAxis: oneOf('price_axis', ['linear', 'log'], state.priceAxis),
    buckets: BUCKET_CHOICES.find((count) => String(count) === given.get('buckets')) ?? null,
    isLogScale: given.get('scale') === 'log',
    palette: oneOf('palette', PALETTE_NAMES, 'viridis'),
    lowerCutoff: isOrdered ? lowerCutoff : state.lowerCutoff,
    upperCutoff: isOrdered ? upperCutoff : state.upperCutoff,
    isHeatShown: given.get('heat') !== 'off',
    isProfileShown: given.get('profile') !== 'off',
  }, market);
}

/** The shortest link to a state: what is at its default stays out. */
export function stateSearch(state: ViewState, answer: SymbolsAnswer): string {
  const usual = defaultState(answer);
  const market = marketOf(answer, state);
  const entries: [string, string | null][] = [
    ['symbol', state.symbol === usual.symbol ? null : state.symbol],
    ['venue', state.venue === usual.venue ? null : state.venue],
    ['range', market !== undefined && state.range === usualRange(market) ? null : state.range],
    ['interval', state.interval],
    ['cohort', state.cohort === usual.cohort ? null : state.cohort],
    ['side', state.side === usual.side ? null : state.side],
    ['leverage', state.leverages?.join(',') ?? null],
    ['price_axis', state.priceAxis === usual.priceAxis ? null : state.priceAxis],
    ['buckets', state.buckets === null ? null : String(state.buckets)],
    ['scale', state.isLogScale ? 'log' : null],
    ['palette', state.palette === usual.palette ? null : state.palette],
    ['lower', state.lowerCutoff === usual.lowerCutoff ? null : String(state.lowerCutoff)],
    ['upper', state.upperCutoff === usual.upperCutoff ? null : String(state.upperCutoff)],
    ['heat', state.isHeatShown ? null : 'off'],
    ['profile', state.isProfileShown ? null : 'off'],
  ];
  const kept = entries.filter((entry): entry is [string, string] => entry[1] !== null);
  // Slashes, colons and commas are allowed in a query, and a link with them is one a person can read.
  const query = new URLSearchParams(kept).toString().replace(/%2F/g, '/').replace(/%3A/g, ':').replace(/%2C/g, ',');
  return query === '' ? '' : `?${query}`;
}
