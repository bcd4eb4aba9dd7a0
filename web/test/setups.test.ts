import { describe, expect, it } from 'vitest';
import type { Cluster, RuleResult, Setup, SetupsAnswer, TrackedCluster } from '../src/api/decisions';
import { claimTexts } from '../src/chart/blind-spots';
import { countBrief, splitSessions } from '../src/setups/brief-panel';
import { markedClusters } from '../src/setups/cluster-layer';
import { depthData, restingWithin } from '../src/chart/depth-layer';
import { equityProblem } from '../src/setups/equity';
import { firedClusters, totalsByVenue } from '../src/realised/realised-panel';
import {
  VERDICT_WORDS, bandLabel, changesOfSetups, clusterName, contradictionsByRule, countRules, countSigns, formatSpan, inputLabel, inputText,
  ladderRows, orderRules, setupOf, setupTitle,
} from '../src/setups/setup-words';
import { bookText, calendarText } from '../src/setups/trade-card';
import { binLevels, layOutBands, usdAtFullWidth } from '../src/plugin';

const HOUR_MS = 3_600_000;
const rule = (rule_id: string, verdict: RuleResult['verdict'], is_hard = false): RuleResult =>
  ({ rule_id, name: `name ${rule_id}`, verdict, is_hard, inputs: {}, threshold: '', sentence: '' });

function tracked(id: string, side: 'long' | 'short', low: number, high: number, usd = 1e6): TrackedCluster {
  const cluster: Cluster = {
    side, time_ms: 0, reference_price: 100, low_price: low, high_price: high, peak_price: (low + high) / 2, held_notional_usd: usd,
    forced_flow_usd: usd * 0.75, flow_share: 0.75, leverage_usd: [], venue_usd: [], support: null,
    near_edge: side === 'long' ? high : low, far_edge: side === 'long' ? low : high,
  };
  return {
    cluster_id: id, cluster, birth_ms: 0, age_ms: 5 * HOUR_MS, first_peak_price: 1, widest_low_price: low, widest_high_price: high, migration_pct: 0,
    growth_usd_per_hour: 0, largest_held_usd: usd, swept_usd: 0, swept_share: 0, n_partial_sweeps: 0, phase: 'approaching', death: null, death_ms: null, heir_id: null,
  };
}

function setup(cluster: TrackedCluster, fields: Partial<Setup> = {}): Setup {
  return {
    cluster, symbol: 'BTC/USDT:USDT', direction: cluster.cluster.side === 'long' ? 'short' : 'long', style: 'day', preset: 'article', time_ms: 0, price: 100,
    verdict: 'fail', rules: [], reasons: [], points: 0, most_points: 7, entry: 99, entry_order: 'sell stop', stop: 102, target: 95, second_target: null,
    reward_risk: 1, break_even_win_rate: 0.5, touch_probability: 0.4, horizon_ms: 1, expires_ms: 1, forced_flow_usd: 1e6, risk_fraction: 0.01, risk_usd: 1,
    size_units: 1, size_usd: 1, size_pct_of_equity: 1, flags: [], noted: { time_ms: 0, peak_price: 1, forced_flow_usd: 1 }, calibration: 'uncalibrated', ...fields,
  };
}

const answer = (setups: Setup[], price = 100): SetupsAnswer => ({
  symbol: 'BTC/USDT:USDT', venue: 'okx', style: 'day', preset: 'article', equity_usd: 1, time_ms: 0, price, setups,
  calendar: { state: 'clear', events: [], detail: 'nothing', series: [] }, depth: { fresh: false, n_samples: 0, age_ms: null }, rule_table: [], contradictions: [],
});

describe('rules', () => {
  it('stand with what speaks against the setup first: hard before soft, failures before what is not known', () => {
    const rules = [rule('R1', 'pass', true), rule('R4', 'unknown'), rule('R14', 'fail'), rule('R12', 'unknown', true), rule('R2', 'fail', true), rule('R11', 'pass')];
    expect(orderRules(rules).map(({ rule_id }) => rule_id)).toEqual(['R2', 'R12', 'R14', 'R4', 'R1', 'R11']);
    expect(rules[0].rule_id).toBe('R1');
  });

  it('are counted in words and in signs', () => {
    const rules = [rule('R1', 'pass'), rule('R2', 'fail'), rule('R3', 'pass')];
    expect([countRules(rules), countSigns(rules)]).toEqual(['1 fail · 2 pass', '✕ 1  ? 0  ✓ 2']);
  });

  it('have a sign and a word for every verdict, so that colour is never alone', () => {
    expect(Object.values(VERDICT_WORDS).every(({ sign, word }) => sign.length === 1 && word.length > 3)).toBe(true);
    expect(new Set([VERDICT_WORDS.pass.sign, VERDICT_WORDS.fail.sign, VERDICT_WORDS.unknown.sign]).size).toBe(3);
  });

  it.each([
    ['long_below_usd', 284_206_466, 'long below', '$284M'], ['asymmetry', 3.94, 'asymmetry', '3.94 : 1'], ['distance', 0.0102, 'distance', '1.02%'],
    ['touch_probability', 0.7297, 'touch probability', '73.0%'], ['horizon_hours', 24, 'horizon', '24 h'], ['age_ms', 4200, 'age', '4 s'],
    ['multiple_of_threshold', 5.5406, 'multiple of threshold', '× 5.541'], ['is_weekend', true, 'weekend', 'yes'], ['support', null, 'support', 'not known'],
    ['near_edge', 68_057.73, 'near edge', '68,057.7'], ['flag_small_aed', false, 'flag small (AED)', 'no'], ['events', '', 'events', 'none'],
    ['n_samples', 12, 'samples', '12'], ['swept_share', 0, 'swept share', '0.00%'],
  ])('%s = %s reads "%s: %s"', (key, value, label, text) => {
    expect([inputLabel(key), inputText(key, value)]).toEqual([label, text]);
  });
});

describe('contradictions of the article', () => {
  it('go to every rule that follows them, and to none', () => {
    const found = contradictionsByRule([{ rule_ids: ['R2', 'R5'], text: 'a' }, { rule_ids: ['R2'], text: 'b' }, { rule_ids: [], text: 'c' }]);
    expect(Object.fromEntries(found)).toEqual({ R2: ['a', 'b'], R5: ['a'], '': ['c'] });
  });
});

describe('clusters and their setups', () => {
  const long = tracked('a', 'long', 94, 96);
  const short = tracked('b', 'short', 104, 106);

  it('belong together by id, else by side and prices', () => {
    const other = setup(tracked('other', 'long', 94.5, 96.5));
    expect(setupOf(long, [setup(short), other])).toBe(other);
    expect(setupOf(long, [other, setup(long)])?.cluster.cluster_id).toBe('a');
    expect(setupOf(long, [setup(tracked('c', 'short', 94, 96)), setup(tracked('d', 'long', 95.9, 99))])).toBeNull();
  });

  it('make a ladder from the highest price down, with setups of the style\'s own map', () => {
    const own = setup(tracked('own', 'long', 80, 81));
    const rows = ladderRows([long, short], [setup(long), own]);
    expect(rows.map(({ id, setup: found, isOfStyle }) => [id, found !== null, isOfStyle])).toEqual([['b', false, false], ['a', true, false], ['own', true, true]]);
  });

  it('mark the nearest and the heaviest of each side, and the chosen one', () => {
    const many = [90, 92, 94, 96, 98].map((high, index) => tracked(`l${high}`, 'long', high - 1, high, 10 ** (7 - index)));
    expect(markedClusters(many, 100, null).map(({ cluster_id }) => cluster_id)).toEqual(['l98', 'l96', 'l90', 'l92']);
    expect(markedClusters(many, 100, 'l94').map(({ cluster_id }) => cluster_id)).toContain('l94');
    expect(markedClusters([tracked('far', 'long', 40, 50)], 100, null)).toEqual([]);
  });

  it('say side, estimate, age and firing in a label; less where there is little room', () => {
    const one = tracked('a', 'long', 1, 2, 45.2e6);
    expect(bandLabel(one)).toBe('▼ $45.2M · 5 h');
    expect(bandLabel({ ...one, phase: 'triggering' })).toBe('▼ $45.2M · 5 h · firing');
    expect(bandLabel(one, true)).toBe('▼ $45.2M');
  });

  it('name a cluster that is gone by its id', () => {
    expect(clusterName('long-20260213T0800-67121', null)).toBe('▼ 67,121.0');
    expect(clusterName('b', { clusters: [short], dead: [] })).toBe('▲ 105.000');
  });

  it('trade into the side that would be liquidated', () => {
    expect([setupTitle(setup(long)), setupTitle(setup(short))]).toEqual(['Short into longs below', 'Long into shorts above']);
  });
});

describe('check now', () => {
  const cluster = tracked('a', 'long', 94, 96);

  it('finds nothing where nothing has changed', () => expect(changesOfSetups(answer([setup(cluster)]), answer([setup(cluster)]))).toEqual([]));

  it('tells prices, verdicts, rules and levels that have', () => {
    const before = answer([setup(cluster, { verdict: 'incomplete', rules: [rule('R4', 'unknown')] })]);
    const after = answer([setup(cluster, { verdict: 'pass', rules: [rule('R4', 'pass')], stop: null }), setup(tracked('n', 'short', 110, 112))], 101);
    expect(changesOfSetups(before, after)).toEqual([
      'price 100.000 → 101.000', '▼ 95.0000: incomplete → pass', '▼ 95.0000: R4 name R4 unknown → pass', '▼ 95.0000: stop 102.000 → none', '▲ 111.000: new, fail',
    ]);
    expect(changesOfSetups(after, answer([], 101))).toEqual(['▼ 95.0000: gone', '▲ 111.000: gone']);
  });

  it.each([[0, false], [-5, false], [NaN, false], [Infinity, false], [0.01, true], [1e7, true]])('equity of %s can be used: %s', (usd, can) => {
    expect(equityProblem(usd) === null).toBe(can);
  });
});

describe('what stands beside', () => {
  it('says measured or not yet', () => {
    expect(claimTexts({ article_low: 0.1, article_high: 0.25, measured: null })).toEqual({ article: '10–25 %', measured: 'not measured yet' });
    expect(claimTexts({ article_low: 0.6, article_high: 0.8, measured: { value: 0.71, low: 0.55, high: 0.9, days: 34 } }).measured).toBe('71 % (55–90 %), 34 days');
  });

  it('splits sessions at now, and counts a brief', () => {
    const sessions = [{ name: 'Asia', open_ms: 1, close_ms: 2 }, { name: 'London', open_ms: 5, close_ms: 9 }, { name: 'New York', open_ms: 8, close_ms: 12 }];
    const { last, next } = splitSessions(sessions, 5);
    expect([last?.name, next.map(({ name }) => name)]).toEqual(['London', ['New York']]);
    expect(countBrief({ moved: [['a', 1]], grew: [], died: [['b', 'swept'], ['c', 'merged']], born: [], expired: [] })).toBe('1 moved · 2 died');
    expect(countBrief({ moved: [], grew: [], died: [], born: [], expired: [] })).toBe('nothing has changed');
  });

  it('never calls a missing or old book fine', () => {
    expect(bookText(null, { fresh: false, n_samples: 0, age_ms: null })).toBe('no order book in this data');
    expect(bookText(null, { fresh: false, n_samples: 12, age_ms: 40_000 })).toBe('too old: 40 s');
    expect(bookText({ state: 'thin', resting_usd: 2e6, ratio: 0.1, reaches_edge: true, n_samples: 12, age_ms: 1, walls: [], detail: '' }, { fresh: true, n_samples: 12, age_ms: 900 }))
      .toBe('thin: $2M rests before it · 12 samples, 1 s old');
  });

  it('names broken calendar entries', () => {
    expect(calendarText({ state: 'unknown', events: [], detail: 'expired', series: [{ name: 'own', source: '', valid_until_ms: null, broken: [{ where: '3', reason: 'no time' }] }] }))
      .toBe('unknown: expired · 1 broken entries left out');
  });

  it('sums what venues reported by venue and side, and lists what fired', () => {
    const event = (venue: string, isLong: boolean, usd: number) => ({ timeMs: 0, price: 1, usd, isLong, source: { venue } }) as never;
    expect(totalsByVenue([event('okx', true, 1), event('bybit', false, 5), event('okx', false, 2)])).toEqual([
      { venue: 'bybit', longUsd: 0, shortUsd: 5, count: 1 }, { venue: 'okx', longUsd: 1, shortUsd: 2, count: 2 },
    ]);
    const fired = (id: string, realised_usd: number): TrackedCluster => ({ ...tracked(id, 'long', 1, 2), remainder: { cluster_id: id, forced_flow_usd: 9, realised_usd, remaining_usd: 1, realised_share: 0.5, n_events: 1, capture: [] } });
    expect(firedClusters([fired('none', 0), fired('small', 2), fired('big', 7), tracked('x', 'long', 1, 2)]).map(({ cluster_id }) => cluster_id)).toEqual(['big', 'small']);
  });

  it.each([[20 * 60_000, '20 min'], [4 * HOUR_MS, '4 h'], [6.26 * HOUR_MS, '6.3 h'], [40 * HOUR_MS, '40 h'], [84 * HOUR_MS, '3.5 d']])('%s ms is %s', (span, text) => expect(formatSpan(span)).toBe(text));
});

describe('bands on the chart', () => {
  const span = (id: string, top: number, bottom: number, weight: number) => ({ id, top, bottom, weight });

  it('keep their labels apart; the heaviest stands where it wants', () => {
    const boxes = layOutBands([span('a', 100, 110, 1), span('b', 104, 114, 9)], 400, 20, null);
    expect(boxes.map(({ labelY }) => labelY)).toEqual([89, 109]);
  });

  it('go without a label where there is no room, but never the chosen one', () => {
    const crowd = Array.from({ length: 8 }, (_, index) => span(`c${index}`, 100, 110, index));
    const boxes = layOutBands(crowd, 400, 20, 'c0');
    expect(boxes[0].labelY).toBe(105);
    const placed = boxes.map(({ labelY }) => labelY).filter((y): y is number => y !== null).sort((a, b) => a - b);
    for (let index = 1; index < placed.length; index++) expect(placed[index] - placed[index - 1]).toBeGreaterThanOrEqual(20);
    expect(placed.length).toBeLessThan(8);
  });

  it('stay inside the pane, and away when they are outside', () => {
    const boxes = layOutBands([span('top', -50, 4, 1), span('out', 500, 520, 1)], 400, 20, null);
    expect(boxes.map(({ id, labelY }) => [id, labelY])).toEqual([['top', 10]]);
  });
});

describe('order book', () => {
  it('sums by strips of the screen', () => {
    const levels = [{ price: 1, usd: 5 }, { price: 2, usd: 7 }, { price: 8, usd: 1 }, { price: 99, usd: 50 }];
    expect(binLevels(levels, (price) => price, 20, 3)).toEqual([{ y: 0, usd: 12 }, { y: 6, usd: 1 }]);
  });

  it('lets a wall not shrink everything else', () => {
    expect(usdAtFullWidth([1, 2, 3, 2, 900].map((usd, y) => ({ y, usd })))).toBe(12);
    expect(usdAtFullWidth([])).toBe(0);
  });

  it('names walls, and says what rests near the price', () => {
    const book = { bids: [[99.5, 10], [90, 5]] as [number, number][], asks: [[100.5, 4]] as [number, number][], walls: [{ price: 90, resting_usd: 3e6, multiple_of_median: null }], price: 100 };
    expect(restingWithin(book, 0.01)).toEqual([10, 4]);
    expect(depthData(book).walls).toEqual([{ price: 90, usd: 3e6, label: 'wall $3M' }]);
  });
});
