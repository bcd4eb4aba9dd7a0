import type { RuleInput, RuleResult, SetupsAnswer } from '../api/decisions';
import { formatPercent, formatPrice, formatSignedPercent } from '../ui/format';
import { formatMoney } from '../ui/money';

type RuleTable = SetupsAnswer['rule_table'];

/** How a figure is written, by the name that stands behind it in a phrase. */
const FORMATS: Readonly<Record<string, (value: number) => string>> = {
  number: (value) => String(Number(value.toPrecision(6))),
  two: (value) => value.toFixed(2),
  price: (value) => formatPrice(value),
  percent: (value) => formatPercent(value, 0),
  percent1: (value) => formatPercent(value, 1),
  percent2: (value) => formatPercent(value, 2),
  change: (value) => formatSignedPercent(value, 0),
  change2: (value) => formatSignedPercent(value, 2),
  signed3: (value) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`,
  usd: formatMoney,
  money: formatMoney,
};

/** A phrase with its figures: `{entry:price}` is the value of that name, written in that way. */
export function wordPhrase(phrase: string, values: Readonly<Record<string, RuleInput>>): string {
  return phrase.replace(/\{(\w+)(?::(\w+))?\}/g, (_, name: string, how: string | undefined) => {
    const value = values[name];
    // Nothing over nothing has no ratio, and something over nothing no finite one.
    if (value === null || value === undefined) return '∞';
    return how === undefined || typeof value !== 'number' ? String(value) : (FORMATS[how] ?? String)(value);
  });
}

/** What a rule says of a setup, and what it compared with, in the page's words: amounts are in the shown currency. */
export function ruleWords(rule: RuleResult, table: RuleTable): { sentence: string; threshold: string } {
  const row = table.find(({ id }) => id === rule.rule_id);
  if (row === undefined) return rule;
  const values = { ...Object.fromEntries(row.values.map(({ key, value }) => [key, value])), ...rule.inputs };
  return {
    sentence: rule.says.map((key) => wordPhrase(row.phrases[key] ?? '', values)).join(''),
    threshold: wordPhrase(row.threshold, values),
  };
}

/** Why a setup does not simply pass: the rules that did not, hard ones first. */
export function missedReasons(rules: readonly RuleResult[], table: RuleTable): string[] {
  const missed = rules.filter(({ verdict }) => verdict !== 'pass');
  return [...missed]
    .sort((a, b) => Number(b.is_hard) - Number(a.is_hard))
    .map((rule) => `${rule.rule_id} ${rule.name}: ${ruleWords(rule, table).sentence}`);
}
