import type { Market, SymbolsAnswer } from '../src/api/types';
import { takeMapTypes } from '../src/state/map-types';
import type { ColumnEvent, ViewMetadata } from '../src/api/schema';

/** What answers about a view say beside their figures. */
export const METADATA: ViewMetadata & { data_age_ms: number } = {
  symbol: 'BTC/USDT:USDT',
  venue: 'okx',
  interval: '1h',
  origin: 'venue',
  model_version: '1',
  data_end_ms: 1,
  data_age_ms: 0,
  notes: [],
  side: 'both',
  leverage: [10, 25],
  cohort: 'none',
  quantity: 'held',
  measure: 'held_notional_usd',
  unit: 'USD',
  calibration: 'uncalibrated',
  outside_share: 0.2,
};

const PLAIN = {
  title: '',
  heat_opacity: 0.92,
  is_signed: false,
  is_whole: false,
  picks_leverages: false,
  picks_venue: false,
  shows_realised: false,
};
const ROWS: Pick<SymbolsAnswer, 'map_types' | 'quantities'> = {
  map_types: [
    { ...PLAIN, name: 'cumulative', label: 'Cumulative', is_whole: true },
    { ...PLAIN, name: 'realised', label: 'Realised', shows_realised: true, heat_opacity: 0.38 },
    { ...PLAIN, name: 'leverage', label: 'Leverage', picks_leverages: true },
    { ...PLAIN, name: 'venue', label: 'Venue', picks_venue: true },
    { ...PLAIN, name: 'delta', label: 'Delta', is_signed: true, picks_leverages: true },
  ],
  quantities: [
    { name: 'held', label: 'Held', title: '', measure: 'held_notional_usd', words: '' },
    { name: 'flow', label: 'Flow', title: '', measure: 'forced_flow_usd', words: '' },
  ],
};
takeMapTypes(ROWS);

export function symbols(markets: Market[], patch: Partial<SymbolsAnswer> = {}): SymbolsAnswer {
  const [{ symbol, venue }] = markets;
  return {
    markets,
    default: { symbol, venue },
    model_version: '1',
    mode: 'static',
    currencies: { USD: 1, AED: 3.6725 },
    venue_names: {},
    ...ROWS,
    ...patch,
  };
}

/** A pushed column with shorts in one row. */
export function pushedColumn(
  patch: Pick<ColumnEvent, 'start_ms' | 'end_ms' | 'price_low' | 'price_high'> & Partial<ColumnEvent>,
): ColumnEvent {
  return {
    n_buckets: 3,
    quantity: 'held',
    long_usd: { rows: [], usd: [] },
    short_usd: { rows: [], usd: [] },
    ...patch,
  };
}
