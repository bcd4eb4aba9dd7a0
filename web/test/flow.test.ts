import { describe, expect, it } from 'vitest';
import type { FlowModel, Market } from '../src/api/types';
import { figuresAt } from '../src/chart/figures';
import { measureText } from '../src/ui/format';
import { readLink, stateSearch } from '../src/state/link';
import { bandText, modelBadge, modelText } from '../src/chart/model-words';
import { bandsOf, defaultState, fitToMarket, viewQuery } from '../src/state/state';
import { Store } from '../src/state/store';
import { METADATA, symbols } from './answers';

const MARKET: Market = {
  symbol: 'BTC/USDT:USDT',
  venue: 'binanceusdm',
  contract_kind: 'linear',
  origin: 'files',
  interval_ms: 300_000,
  intervals: ['5m', '15m', '1h', '4h'],
  start_ms: 1_700_006_400_000,
  end_ms: 1_703_462_400_000,
  leverages: [5, 10, 25, 50, 100],
  flow_leverages: [5, 10, 20, 25, 50, 75, 100, 125],
  has_order_book: false,
  cohorts: ['none'],
  notes: [],
};
const SLOW: Market = { ...MARKET, symbol: 'ETH/USDT:USDT', flow_leverages: [] };
const ANSWER = symbols([MARKET, SLOW]);
const MODEL: FlowModel = {
  name: 'btc',
  hash: 'abcdef0123456789',
  version: '2',
  fitted_on: 'BTC/USDT:USDT',
  fitted_start_ms: Date.UTC(2025, 11, 5),
  fitted_end_ms: Date.UTC(2026, 2, 1),
  kept_because: '',
  age_days: 4.6,
  transferred: false,
  scale: 1.25,
  tracked: true,
  placed_share: 0.66,
  warning: 'model is 5 days old',
};

describe('held and flow', () => {
  it('shows expected liquidations where there are parameters, within a horizon', () => {
    const state = defaultState(ANSWER);
    expect(viewQuery(state, MARKET)).toMatchObject({ quantity: 'flow' });
    expect(viewQuery(state, MARKET).horizon).toBeUndefined();
    expect(viewQuery({ ...state, horizon: '4h' }, MARKET).horizon).toBe('4h');
    expect(viewQuery({ ...state, quantity: 'held' }, MARKET).quantity).toBeUndefined();
    expect(defaultState(symbols([SLOW])).quantity).toBe('held');
  });

  it('stands in the link and comes back from it', () => {
    const search = stateSearch({ ...defaultState(ANSWER), quantity: 'held', horizon: '72h' }, ANSWER);
    expect(search).toContain('quantity=held&horizon=72h');
    expect(readLink(search, ANSWER)).toMatchObject({ state: { quantity: 'held', horizon: '72h' }, problems: [] });
    expect(readLink('?quantity=heat', ANSWER)).toMatchObject({ state: { quantity: 'flow' } });
    expect(readLink('?quantity=heat', ANSWER).problems[0]).toContain('quantity=heat must be one of');
    expect(readLink('?horizon=1h', ANSWER).problems[0]).toContain('horizon=1h must be one of 4h, 24h, 72h');
    expect(readLink('?symbol=ETH/USDT:USDT', ANSWER)).toMatchObject({ state: { quantity: 'held' }, problems: [] });
    expect(readLink('?symbol=ETH/USDT:USDT&quantity=flow', ANSWER).problems[0]).toContain('quantity=flow must be held');
  });

  it('has leverage bands of its own', () => {
    const store = new Store(ANSWER, defaultState(ANSWER));
    store.update({ leverages: [50, 100] });
    store.update({ quantity: 'flow' });
    expect([store.bands, store.state.leverages]).toEqual([MARKET.flow_leverages, [50, 100]]);
    store.update({ leverages: [75, 125] });
    store.update({ quantity: 'held' });
    expect([store.bands, store.state.leverages]).toEqual([MARKET.leverages, null]);
    expect(readLink('?quantity=flow&leverage=75', ANSWER)).toMatchObject({ state: { leverages: [75] }, problems: [] });
    expect(fitToMarket({ ...store.state, quantity: 'flow' }, SLOW).quantity).toBe('held');
    expect(bandsOf({ ...MARKET, flow_leverages: undefined as never }, 'flow')).toEqual(MARKET.leverages);
  });

  it('says what is measured, by which parameters, and how sure', () => {
    expect(measureText({ measure: 'forced_flow_usd' })).toBe('expected liquidations, estimated');
    expect(measureText({ measure: 'held_notional_usd' })).toBe('open positions, estimated');
    expect(modelBadge(MODEL)).toEqual(['calibrated', 'flow model 4 d old']);
    expect(modelBadge({ ...MODEL, transferred: true, tracked: false, age_days: -3 })).toEqual([
      'transferred',
      'flow model, untracked',
    ]);
    expect(modelBadge({ ...MODEL, age_days: -3 })[1]).toBe('flow model within its train days');
    expect(modelText(MODEL)).toBe(
      'Parameters btc (abcdef012345), fitted on BTC/USDT:USDT up to 2026-03-01; '
        + 'scaled × 1.25 by what was liquidated of late; '
        + 'the map places 66% of the expected liquidations, the rest has no price; model is 5 days old.',
    );
    expect(bandText(3.1e6, 2.4e6, 3.9e6, 0.82)).toBe('$3.1M ($2.4M–$3.9M) · support 82 %');
    expect(bandText(3.1e6, 2.4e6, 3.9e6, 0.12)).toContain('low support 12 %');
  });

  it('takes the range of a bucket from its column', () => {
    const column = {
      ...METADATA,
      reference_price: 105,
      start_ms: 0,
      end_ms: 1,
      price_edges: [100, 110, 120],
      leverages: [10],
      long_usd: [1, 2],
      short_usd: [0, 0],
      long_by_leverage_usd: [[1, 2]],
      short_by_leverage_usd: [[0, 0]],
    };
    expect(figuresAt(column, 115, 'both')?.band).toBeNull();
    const flow = { ...column, low_usd: [0.5, 1.5], high_usd: [2, 3], support: [0.2, 0.9] };
    expect(figuresAt(flow, 115, 'both')?.band).toEqual({ lowUsd: 1.5, highUsd: 3, support: 0.9 });
  });
});
