import { afterEach, describe, expect, it } from 'vitest';
import { missedReasons, ruleWords, wordPhrase } from '../src/setups/rule-words';
import { showIn } from '../src/ui/money';
import { rule } from './clusters';

const TABLE = [
  {
    id: 'R8',
    name: 'reward',
    asks: '?',
    threshold: 'at least {least:number} (warns below {warn:number})',
    phrases: { ratio: 'reward over risk {ratio:two}', less: ': less to win', none: 'without a stop' },
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
