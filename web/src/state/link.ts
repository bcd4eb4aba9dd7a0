import { t } from '@lingui/core/macro';
import { PALETTE_NAMES } from '../plugin';
import type { Cohort, SymbolsAnswer } from '../api/types';
import { keep, readText } from '../ui/kept';
import { usableCurrencies } from '../ui/money';
import { mapTypes, quantityRows, selectionType } from './map-types';
import { RANGES, availableRanges, usableIntervals } from './ranges';
import {
  HORIZONS,
  BUCKET_CHOICES,
  PANELS,
  RULE_PRESETS,
  SCALES,
  SIDES,
  STYLES,
  WEIGHTS,
  bandsOf,
  defaultState,
  fitToMarket,
  marketOf,
  usualRange,
  type ViewState,
  type ViewWindow,
} from './state';

const NAMES = [
  'symbol',
  'venue',
  'range',
  'interval',
  'cohort',
  'side',
  'quantity',
  'horizon',
  'leverage',
  'price_axis',
  'buckets',
  'scale',
  'palette',
  'lower',
  'upper',
  'limits',
  'heat',
  'profile',
  'liquidations',
  'currency',
  'prices',
  'weights',
  'type',
  'clusters',
  'book',
  'volume',
  'averages',
  'panel',
  'cluster',
  'style',
  'preset',
  'from',
  'to',
  'low',
  'high',
] as const;
type Name = (typeof NAMES)[number];

const ISO_MINUTE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$/;

interface ReadLink {
  state: ViewState;
  /** What in the link could not be used, and why, for a person to read. */
  problems: string[];
}

/**
 * Reads a link. What is unknown or out of range falls back to the usual, for an old link must open; but not without a
 * word.
 */
export function readLink(search: string, answer: SymbolsAnswer): ReadLink {
  const given = new URLSearchParams(search);
  const problems: string[] = [];
  const usual = defaultState(answer);
  const complain = (name: Name, rule: string): void => {
    problems.push(`${name}=${shorten(given.get(name) ?? '')} ${rule}`);
  };
  const oneOf = <T extends string>(name: Name, allowed: readonly T[], fallback: T): T => {
    const value = given.get(name);
    const found = allowed.find((choice) => choice === value);
    if (value !== null && found === undefined) complain(name, mustBeOf(allowed));
    return found ?? fallback;
  };
  const fraction = (name: 'lower' | 'upper', fallback: number): number => {
    const text = given.get(name);
    const value = Number(text ?? NaN);
    if (value >= 0 && value <= 1) return value;
    if (text !== null) complain(name, t`must be from 0 to 1`);
    return fallback;
  };
  const isOn = (name: 'heat' | 'profile' | 'liquidations' | 'clusters' | 'book'): boolean =>
    oneOf(name, ['on', 'off'], 'on') === 'on';

  for (const name of new Set(given.keys())) {
    if (!(NAMES as readonly string[]).includes(name)) {
      const parameter = shorten(name);
      problems.push(t`${parameter} is not a parameter of this page`);
    }
  }
  const asked = { symbol: given.get('symbol') ?? usual.symbol, venue: given.get('venue') ?? usual.venue };
  const found = marketOf(answer, asked);
  if (found === undefined) {
    const venues = answer.markets.filter(({ symbol }) => symbol === asked.symbol).map(({ venue }) => venue);
    const [symbol, venue, others] = [shorten(asked.symbol), shorten(asked.venue), venues.join(', ')];
    problems.push(
      venues.length > 0
        ? t`${symbol} of ${venue} is not on this server, which has it of ${others}`
        : t`${symbol} of ${venue} is not on this server`,
    );
  }
  const market = found ?? marketOf(answer, usual) ?? answer.markets[0];
  let lowerCutoff = fraction('lower', usual.lowerCutoff);
  let upperCutoff = fraction('upper', usual.upperCutoff);
  if (lowerCutoff >= upperCutoff) {
    problems.push(t`lower=${lowerCutoff} must be below upper=${upperCutoff}`);
    ({ lowerCutoff, upperCutoff } = usual);
  }
  const range = oneOf('range', RANGES, usualRange(market));
  const buckets = oneOf('buckets', BUCKET_CHOICES.map(String), '');
  const leverages = given.get('leverage')?.split(',').map(Number) ?? null;
  const wanted: ViewState = {
    symbol: market.symbol,
    venue: market.venue,
    range,
    interval: given.get('interval'),
    // What is none of the market's is complained of below.
    cohort: (given.get('cohort') ?? 'none') as Cohort,
    side: oneOf('side', SIDES, 'both'),
    quantity: oneOf(
      'quantity',
      quantityRows().map(({ name }) => name),
      usual.quantity,
    ),
    horizon: oneOf('horizon', HORIZONS, usual.horizon),
    leverages,
    priceAxis: oneOf('price_axis', ['linear', 'log'], usual.priceAxis),
    buckets: buckets === '' ? null : Number(buckets),
    scale: oneOf('scale', SCALES, usual.scale),
    palette: oneOf('palette', PALETTE_NAMES, usual.palette),
    lowerCutoff,
    upperCutoff,
    lockedLimits: readLimits(given, complain),
    isHeatShown: isOn('heat'),
    isProfileShown: isOn('profile'),
    areLiquidationsShown: isOn('liquidations'),
    currency: oneOf('currency', Object.keys(usableCurrencies(answer.currencies)), usual.currency),
    arePricesConverted: oneOf('prices', ['quote', 'converted'], 'quote') === 'converted',
    weights: oneOf('weights', WEIGHTS, usual.weights),
    mapType: oneOf(
      'type',
      mapTypes().map(({ name }) => name),
      usual.mapType,
    ),
    areClustersShown: isOn('clusters'),
    isDepthShown: isOn('book'),
    isVolumeShown: oneOf('volume', ['on', 'off'], 'off') === 'on',
    areAveragesShown: oneOf('averages', ['on', 'off'], 'off') === 'on',
    panel: oneOf('panel', PANELS, usual.panel),
    cluster: given.get('cluster'),
    style: oneOf('style', STYLES, usual.style),
    preset: oneOf('preset', RULE_PRESETS, usual.preset),
    window: null,
    sinceMs: null,
  };
  const state = fitToMarket(wanted, market);
  const window = readWindow(given, complain);
  Object.assign(state, { window, sinceMs: window?.fromMs ?? null });
  const ranges = availableRanges(market).join(', ');
  if (given.has('range') && state.range !== wanted.range)
    complain('range', t`is longer than the data: ${ranges} can be shown`);
  const intervals = usableIntervals(market, state.range).join(', ');
  const shownRange = state.range;
  if (state.interval !== wanted.interval) complain('interval', t`must be one of ${intervals} for ${shownRange}`);
  if (state.cohort !== wanted.cohort) complain('cohort', mustBeOf(market.cohorts));
  if (given.has('quantity') && state.quantity !== wanted.quantity)
    complain('quantity', t`must be held: there are no parameters for bars this long`);
  const bands = bandsOf(market, state.quantity);
  if (leverages?.some((leverage) => !bands.includes(leverage))) complain('leverage', mustBeOf(bands));
  return { state, problems };
}

/** The times, and maybe the prices, that a link zooms to. */
function readWindow(given: URLSearchParams, complain: (name: Name, rule: string) => void): ViewWindow | null {
  const [from, to] = [given.get('from'), given.get('to')];
  if (from === null && to === null) return null;
  const [fromMs, toMs] = [from, to].map((text) => (ISO_MINUTE.test(text ?? '') ? Date.parse(text ?? '') : NaN));
  if (Number.isNaN(fromMs)) complain('from', t`must be a UTC time like 2026-03-30T06:15Z`);
  else if (!(toMs > fromMs)) complain('to', t`must be a UTC time like 2026-03-31T06:15Z, later than from`);
  if (!(toMs > fromMs)) return null;
  const [low, high] = [Number(given.get('low') ?? NaN), Number(given.get('high') ?? NaN)];
  const isPriced = low > 0 && high > low && Number.isFinite(high);
  if (!isPriced && (given.has('low') || given.has('high'))) complain('low', t`must be a price above 0 and below high`);
  return { fromMs, toMs, prices: isPriced ? [low, high] : null };
}

/** Two figures in USD that colours grow between. */
function readLimits(
  given: URLSearchParams,
  complain: (name: Name, rule: string) => void,
): readonly [number, number] | null {
  const text = given.get('limits');
  if (text === null) return null;
  const [lower, upper, ...more] = text.split(',').map(Number);
  if (lower > 0 && upper > lower && Number.isFinite(upper) && more.length === 0) return [lower, upper];
  complain('limits', t`must be two figures in USD above 0, the lower one first`);
  return null;
}

function windowEntries(window: ViewWindow | null): [Name, string | null][] {
  const minute = (timeMs: number): string => `${new Date(timeMs).toISOString().slice(0, 16)}Z`;
  const price = (value: number): string => String(Number(value.toPrecision(7)));
  return [
    ['from', window === null ? null : minute(window.fromMs)],
    ['to', window === null ? null : minute(window.toMs)],
    ['low', window?.prices == null ? null : price(window.prices[0])],
    ['high', window?.prices == null ? null : price(window.prices[1])],
  ];
}

const mustBeOf = (allowed: readonly (string | number)[]): string => {
  const choices = allowed.join(', ');
  return t`must be one of ${choices}`;
};

/** A link may hold anything: what is repeated on the page stays short. */
function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** How the map is drawn, whichever it is: a browser keeps these. */
const SETTINGS: readonly Name[] = [
  ...(['price_axis', 'buckets', 'scale', 'palette', 'heat', 'profile', 'liquidations', 'clusters', 'book'] as const),
  ...(['volume', 'averages', 'currency', 'prices', 'weights', 'style', 'preset'] as const),
];
const SETTINGS_KEPT_AS = 'liqheat.settings';

function settingsOf(search: string): string {
  const all = new URLSearchParams(search);
  for (const name of [...all.keys()]) if (!(SETTINGS as readonly string[]).includes(name)) all.delete(name);
  return all.toString();
}

/** What was chosen last of how maps are drawn, as a link; for a page that is opened without one. */
export function keptSettings(): string {
  return `?${settingsOf(readText(SETTINGS_KEPT_AS) ?? '')}`;
}

/** Keeps what a person changes of them: a link that is looked at changes nobody's own. */
export function keepSettings(state: ViewState, before: ViewState, answer: SymbolsAnswer): void {
  const [now, then] = [state, before].map((one) => settingsOf(stateSearch(one, answer)));
  if (now !== then) keep(SETTINGS_KEPT_AS, now);
}

/** The shortest link to a state: what is at its default stays out. */
export function stateSearch(state: ViewState, answer: SymbolsAnswer): string {
  const usual = defaultState(answer);
  const market = marketOf(answer, state);
  const entries: [Name, string | null][] = [
    ['symbol', state.symbol === usual.symbol ? null : state.symbol],
    ['venue', state.venue === usual.venue ? null : state.venue],
    ['range', market !== undefined && state.range === usualRange(market) ? null : state.range],
    ['interval', state.interval],
    ['cohort', state.cohort === usual.cohort ? null : state.cohort],
    ['side', state.side === usual.side ? null : state.side],
    ['quantity', state.quantity === usual.quantity ? null : state.quantity],
    ['horizon', state.horizon === usual.horizon ? null : state.horizon],
    ['leverage', state.leverages?.join(',') ?? null],
    ['price_axis', state.priceAxis === usual.priceAxis ? null : state.priceAxis],
    ['buckets', state.buckets === null ? null : String(state.buckets)],
    ['scale', state.scale === usual.scale ? null : state.scale],
    ['palette', state.palette === usual.palette ? null : state.palette],
    ['lower', state.lowerCutoff === usual.lowerCutoff ? null : String(state.lowerCutoff)],
    ['upper', state.upperCutoff === usual.upperCutoff ? null : String(state.upperCutoff)],
    ['limits', state.lockedLimits?.map((usd) => Number(usd.toPrecision(4))).join(',') ?? null],
    ['heat', state.isHeatShown ? null : 'off'],
    ['profile', state.isProfileShown ? null : 'off'],
    ['liquidations', state.areLiquidationsShown ? null : 'off'],
    ['currency', state.currency === usual.currency ? null : state.currency],
    ['prices', state.arePricesConverted ? 'converted' : null],
    ['weights', state.weights === usual.weights ? null : state.weights],
    // A selection of leverages says by itself which map it is.
    [
      'type',
      state.mapType === usual.mapType || (state.mapType === selectionType().name && state.leverages !== null)
        ? null
        : state.mapType,
    ],
    ['clusters', state.areClustersShown ? null : 'off'],
    ['book', state.isDepthShown ? null : 'off'],
    ['volume', state.isVolumeShown ? 'on' : null],
    ['averages', state.areAveragesShown ? 'on' : null],
    ['panel', state.panel === usual.panel ? null : state.panel],
    ['cluster', state.cluster],
    ['style', state.style === usual.style ? null : state.style],
    ['preset', state.preset === usual.preset ? null : state.preset],
    ...windowEntries(state.window),
  ];
  const kept = entries.filter((entry): entry is [Name, string] => entry[1] !== null);
  // Slashes, colons and commas are allowed in a query, and a link with them is one a person can read.
  const query = new URLSearchParams(kept).toString().replace(/%2F/g, '/').replace(/%3A/g, ':').replace(/%2C/g, ',');
  return query === '' ? '' : `?${query}`;
}
