import { describe, expect, it } from 'vitest';
import { markedClusters } from '../src/setups/cluster-layer';
import { equityProblem } from '../src/setups/equity';
import {
  VERDICT_WORDS,
  bandLabel,
  changesOfSetups,
  clusterName,
  contradictionsByRule,
  countRules,
  countSigns,
  ladderRows,
  rowsAbove,
  orderRules,
  setupOf,
  setupTitle,
} from '../src/setups/setup-words';
import { answer, rule, setup, tracked } from './clusters';

describe('rules', () => {
  it('stand with what speaks against the setup first: hard before soft, failures before what is not known', () => {
    const rules = [
      rule('R1', 'pass', true),
      rule('R4', 'unknown'),
      rule('R14', 'fail'),
      rule('R12', 'unknown', true),
      rule('R2', 'fail', true),
      rule('R11', 'pass'),
    ];
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
});

describe('contradictions of the article', () => {
  it('go to every rule that follows them, and to none', () => {
    const found = contradictionsByRule([
      { rule_ids: ['R2', 'R5'], text: 'a' },
      { rule_ids: ['R2'], text: 'b' },
      { rule_ids: [], text: 'c' },
    ]);
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

  it("make a ladder from the highest price down, with setups of the style's own map", () => {
    const own = setup(tracked('own', 'long', 80, 81));
    const rows = ladderRows([long, short], [setup(long), own]);
    expect(rows.map(({ id, setup: found, isOfStyle }) => [id, found !== null, isOfStyle])).toEqual([
      ['b', false, false],
      ['a', true, false],
      ['own', true, true],
    ]);
    const peaks = rows.map((row) => row.tracked.cluster.peak_price);
    expect([1e9, peaks[1], peaks[1] + 0.01, 0].map((price) => rowsAbove(rows, price))).toEqual([0, 2, 1, 3]);
  });

  it('mark the nearest and the heaviest of each side, and the chosen one', () => {
    const many = [90, 92, 94, 96, 98].map((high, index) =>
      tracked(`l${high}`, 'long', high - 1, high, 10 ** (7 - index)),
    );
    expect(markedClusters(many, 100, null).map(({ cluster_id }) => cluster_id)).toEqual(['l98', 'l96', 'l90', 'l92']);
    expect(markedClusters(many, 100, 'l94').map(({ cluster_id }) => cluster_id)).toContain('l94');
    expect(markedClusters([tracked('far', 'long', 40, 50)], 100, null)).toEqual([]);
  });

  it('say side, estimate, age and firing in a label; less where there is little room', () => {
    const one = tracked('a', 'long', 1, 2, 45.2e6);
    expect(bandLabel(one, 1)).toBe('▼ $45.2M · 5 h');
    expect(bandLabel({ ...one, phase: 'triggering' }, 1)).toBe('▼ $45.2M · 5 h · firing');
    expect(bandLabel(one, 1, true)).toBe('▼ $45.2M');
  });

  it('name a cluster that is gone by its id', () => {
    expect(clusterName('long-20260213T0800-67121', null)).toBe('▼ 67,121.0');
    expect(clusterName('b', { clusters: [short], dead: [] })).toBe('▲ 105.000');
  });

  it('trade into the side that would be liquidated', () => {
    expect([setupTitle(setup(long)), setupTitle(setup(short))]).toEqual([
      'Short into longs below',
      'Long into shorts above',
    ]);
  });
});

describe('check now', () => {
  const cluster = tracked('a', 'long', 94, 96);

  it('finds nothing where nothing has changed', () =>
    expect(changesOfSetups(answer([setup(cluster)]), answer([setup(cluster)]))).toEqual([]));

  it('tells prices, verdicts, rules and levels that have', () => {
    const before = answer([setup(cluster, { verdict: 'incomplete', rules: [rule('R4', 'unknown')] })]);
    const after = answer(
      [
        setup(cluster, { verdict: 'pass', rules: [rule('R4', 'pass')], stop: null }),
        setup(tracked('n', 'short', 110, 112)),
      ],
      101,
    );
    expect(changesOfSetups(before, after)).toEqual([
      'price 100.000 → 101.000',
      '▼ 95.0000: incomplete → pass',
      '▼ 95.0000: R4 name R4 unknown → pass',
      '▼ 95.0000: stop 102.000 → none',
      '▲ 111.000: new, fail',
    ]);
    expect(changesOfSetups(after, answer([], 101))).toEqual(['▼ 95.0000: gone', '▲ 111.000: gone']);
  });

  it.each([
    [0, false],
    [-5, false],
    [NaN, false],
    [Infinity, false],
    [0.01, true],
    [1e7, true],
  ])('equity of %s can be used: %s', (usd, can) => {
    expect(equityProblem(usd) === null).toBe(can);
  });
});
