import { describe, expect, it } from 'vitest';
import type { Market } from '../src/api/types';
import { readLink, stateSearch } from '../src/state/link';
import { LEVERAGE_PRESETS, mapTypes, presetLeverages, presetOf, typeOf } from '../src/state/map-types';
import { typePatch, viewQuery } from '../src/state/state';
import { Store } from '../src/state/store';
import { symbols } from './answers';

const MARKET: Market = {
  symbol: 'BTC/USDT:USDT',
  venue: 'okx',
  contract_kind: 'linear',
  origin: 'simulated',
  interval_ms: 300_000,
  intervals: ['5m', '15m'],
  start_ms: 1_700_006_400_000,
  end_ms: 1_703_462_400_000,
  leverages: [5, 10, 25, 50, 100],
  flow_leverages: [],
  has_order_book: false,
  cohorts: ['none', '24h'],
  notes: [],
};
const ANSWER = symbols([MARKET]);
const storeOf = (search = '') => new Store(ANSWER, readLink(search, ANSWER).state);
const [ALL, WICK, FOLLOW] = LEVERAGE_PRESETS;

describe('presets of leverage', () => {
  it('take what a market has of them', () => {
    expect([ALL, WICK, FOLLOW].map((preset) => presetLeverages(preset, MARKET.leverages))).toEqual([
      null,
      [50, 100],
      [10, 25],
    ]);
    expect(presetLeverages(WICK, [2, 5])).toEqual([]);
  });

  it('are known again', () => {
    expect([
      presetOf(null, MARKET.leverages),
      presetOf([50, 100], MARKET.leverages),
      presetOf([10, 25], MARKET.leverages),
      presetOf([5], MARKET.leverages),
    ]).toEqual(['all', 'wick', 'follow-through', null]);
  });
});

describe('type of the map', () => {
  it('is in the link, and read back', () => {
    for (const { name: type } of mapTypes()) {
      const search = stateSearch(readLink(`?type=${type}`, ANSWER).state, ANSWER);
      expect(search).toBe(type === 'cumulative' ? '' : `?type=${type}`);
      expect(readLink(search, ANSWER).state.mapType).toBe(type);
    }
    expect(readLink('?type=heat', ANSWER).problems).toEqual([
      'type=heat must be one of cumulative, realised, leverage, venue, delta',
    ]);
  });

  it('is leverage as soon as some are left out, and cumulative brings them all back', () => {
    const store = storeOf('?leverage=50,100');
    expect([store.state.mapType, stateSearch(store.state, ANSWER)]).toEqual(['leverage', '?leverage=50,100']);
    store.update(typePatch(typeOf('cumulative'), store.state));
    expect([store.state.mapType, store.state.leverages]).toEqual(['cumulative', null]);
  });

  it('keeps leverages in a delta, and takes both sides', () => {
    const store = storeOf('?leverage=10,25&side=long');
    store.update(typePatch(typeOf('delta'), store.state));
    expect(store.state).toMatchObject({ mapType: 'delta', leverages: [10, 25], side: 'both' });
    expect(viewQuery(store.state, MARKET)).toMatchObject({ side: 'both', leverage: '10,25' });
    expect(viewQuery(store.state, MARKET)).not.toHaveProperty('type');
  });

  it('opens the tape with what was realised, circles on, the estimate faint', () => {
    const store = storeOf('?liquidations=off');
    store.update(typePatch(typeOf('realised'), store.state));
    expect(store.state).toMatchObject({ panel: 'tape', areLiquidationsShown: true });
    expect(typeOf('realised').heat_opacity).toBeLessThan(typeOf('cumulative').heat_opacity / 2);
    store.update(typePatch(typeOf('delta'), store.state));
    expect(store.state.panel).toBe('map');
  });
});

describe('link to a setup', () => {
  it('survives a round trip', () => {
    const link = '?clusters=off&book=off&panel=setups&cluster=long-20260213T0800-67121&style=swing&preset=strict';
    const { state, problems } = readLink(link, ANSWER);
    expect(problems).toEqual([]);
    expect(state).toMatchObject({
      areClustersShown: false,
      isDepthShown: false,
      panel: 'setups',
      style: 'swing',
      preset: 'strict',
    });
    expect(stateSearch(state, ANSWER)).toBe(link);
  });

  it('never tells the account', () =>
    expect(readLink('?equity_usd=1', ANSWER).problems).toEqual(['equity_usd is not a parameter of this page']));
});
