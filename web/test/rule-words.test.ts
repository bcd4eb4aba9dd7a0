import { afterEach, describe, expect, it } from 'vitest';
import { inputRows, missedReasons, ruleWords, wordPhrase } from '../src/setups/rule-words';
import { showIn } from '../src/ui/money';
import { rule } from './clusters';

const TABLE = [
  {
    id: 'R8',
    name: 'reward',
    asks: '?',
    step: 1,
    threshold: 'at least {least:number} (warns below {warn:number})',
    phrases: { ratio: 'reward over risk {ratio:two}', less: ': less to win', none: 'without a stop' },
    inputs: { ratio: 'two' },
    values: [
      { key: 'least', value: 0, unit: 'times', source: '', least: 0, most: 1 },
      { key: 'warn', value: 1, unit: 'times', source: '', least: 0, most: 1 },
    ],
  },
];

describe('words of rules', () => {
  afterEach(() => showIn({ USD: 1 }, 'USD', false));

  it('fill figures in, each as its place says', () => {
    const values = { a: 0.1234, b: 1234.5, c: 'thin', d: -0.02, e: null, f: 65_000 };
    expect(wordPhrase('{a:percent}, {a:percent1}, {a:percent2}', values)).toBe('12%, 12.3%, 12.34%');
    expect(wordPhrase('{b:two} {b:number} {c} {d:change2} {d:signed3}', values)).toBe(
      '1234.50 1234.5 thin −2.00% −0.020',
    );
    expect(wordPhrase('{e:two} {f:price}', values)).toBe('∞ 65,000.0');
  });

  it('are amounts in the shown currency', () => {
    expect(wordPhrase('{a:money}', { a: 54.5e6 })).toBe('$54.5M');
    showIn({ USD: 1, AED: 3.6725 }, 'AED', false);
    expect(wordPhrase('{a:usd}', { a: 54.5e6 })).toContain('200M');
  });

  it('are the time of an event, and codes that stand for themselves', () => {
    expect(wordPhrase('{a:moment}: {b:word}', { a: 1_770_000_000_000, b: 'thin' })).toBe(
      'Mon 02 Feb 2026 02:40 UTC: thin',
    );
  });

  it.each([
    ['long_below_usd', 'usd', 284_206_466, 'long below', '$284M'],
    ['asymmetry', 'ratio', 3.94, 'asymmetry', '3.94 : 1'],
    ['distance', 'share', 0.0102, 'distance', '1.02%'],
    ['touch_probability', 'share', 0.7297, 'touch probability', '73.0%'],
    ['horizon_hours', 'hours', 24, 'horizon', '24 h'],
    ['age_ms', 'age', 4200, 'age', '4 s'],
    ['multiple_of_threshold', 'times', 5.5406, 'multiple of threshold', '× 5.541'],
    ['is_weekend', 'yes_no', true, 'weekend', 'yes'],
    ['support', 'share', null, 'support', 'not known'],
    ['near_edge', 'price', 68_057.73, 'near edge', '68,057.7'],
    ['flag_small_aed', 'yes_no', false, 'flag small (AED)', 'no'],
    ['events', 'word', '', 'events', 'none'],
    ['n_samples', 'number', 12, 'samples', '12'],
    ['swept_share', 'share', 0, 'swept share', '0.00%'],
    ['noted_ms', 'moment', 1_770_000_000_000, 'noted', 'Mon 02 Feb 2026 02:40 UTC'],
    ['kind', 'a format of a newer server', 1.5, 'kind', '1.5'],
  ])('write the input %s as %s: %s reads "%s: %s"', (key, how, value, label, text) => {
    expect(inputRows({ ...rule('R1', 'pass'), inputs: { [key]: value } }, { [key]: how, other: how })).toEqual([
      [label, text],
    ]);
  });

  it('make the sentence of a rule from what it says, its inputs and the thresholds', () => {
    const said = { ...rule('R8', 'fail'), says: ['ratio', 'less'], inputs: { ratio: 0.8 } };
    expect(ruleWords(said, TABLE)).toEqual({
      sentence: 'reward over risk 0.80: less to win',
      threshold: 'at least 0 (warns below 1)',
    });
    const none = { ...rule('R8', 'unknown', true), says: ['none'] };
    expect(missedReasons([{ ...said, verdict: 'pass' }, said, none], TABLE)).toEqual([
      'R8 name R8: without a stop',
      'R8 name R8: reward over risk 0.80: less to win',
    ]);
  });
});
