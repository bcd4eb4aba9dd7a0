import type { Market, SymbolsAnswer } from '../src/api/types';
import type { ColumnEvent, ViewMetadata } from '../src/api/schema';

/** What answers about a view say beside their figures. */
export const METADATA: ViewMetadata = {
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

export function symbols(markets: Market[], patch: Partial<SymbolsAnswer> = {}): SymbolsAnswer {
  const [{ symbol, venue }] = markets;
  return {
    markets,
    default: { symbol, venue },
    model_version: '1',
    mode: 'static',
    currencies: { USD: 1, AED: 3.6725 },
    venue_names: {},
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
