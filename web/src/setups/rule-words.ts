import { t } from '@lingui/core/macro';
import type { RuleInput, RuleResult, SetupsAnswer } from '../api/decisions';
import {
  formatNumber,
  formatPercent,
  formatPrice,
  formatShortAge,
  formatSignedPercent,
  formatTime,
} from '../ui/format';
import { NUMBER_LOCALE, told } from '../ui/language';
import { formatMoney } from '../ui/money';
import { formatSpan } from './setup-words';

type RuleTable = SetupsAnswer['rule_table'];

type Format = (value: number) => string;

/** How a value is written, by the name that stands behind it in a phrase. */
const FORMATS: Readonly<Record<string, Format>> = {
  number: (value) => String(Number(value.toPrecision(6))),
  two: (value) => formatNumber(value, 2),
  price: (value) => formatPrice(value),
  percent: (value) => formatPercent(value, 0),
  percent1: (value) => formatPercent(value, 1),
  percent2: (value) => formatPercent(value, 2),
  change: (value) => formatSignedPercent(value, 0),
  change2: (value) => formatSignedPercent(value, 2),
  signed3: (value) => `${value < 0 ? '−' : '+'}${formatNumber(Math.abs(value), 3)}`,
  usd: formatMoney,
  money: formatMoney,
  moment: formatTime,
  word: String,
};
/** And those of the table of inputs beside it. */
const TABLE_FORMATS: Readonly<Record<string, Format>> = {
  ...FORMATS,
  number: (value) => value.toLocaleString(NUMBER_LOCALE, { maximumSignificantDigits: 4 }),
  share: (value) => formatPercent(value, Math.abs(value) < 0.1 ? 2 : 1),
  times: (value) => `× ${TABLE_FORMATS.number(value)}`,
  ratio: (value) => `${formatNumber(value, 2)} : 1`,
  hours: (value) => formatSpan(value * 3_600_000),
  age: formatShortAge,
  yes_no: (value) => (value ? t`yes` : t`no`),
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
  // A phrase may name a threshold of another rule.
  const thresholds = table.flatMap(({ values }) => values.map(({ key, value }) => [key, value] as const));
  const values = { ...Object.fromEntries(thresholds), ...rule.inputs };
  return {
    sentence: rule.says.map((key) => wordPhrase(told(row.phrases[key] ?? ''), values)).join(''),
    threshold: wordPhrase(told(row.threshold), values),
  };
}

/** The inputs of a rule as a table: the name of each, and its value with a unit. */
export function inputRows({ inputs }: RuleResult, formats: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(formats)
    .filter(([key]) => key in inputs)
    .map(([key, how]) => [inputLabel(key), inputText(inputs[key], how)]);
}

const LABELS: Record<string, string> = {
  reward_risk: t`reward / risk`,
  n_samples: t`samples`,
  is_weekend: t`weekend`,
  is_measured: t`measured`,
};

/** The name of an input as a person reads it; the unit goes to the value. */
function inputLabel(key: string): string {
  return (
    LABELS[key]
    ?? key
      .replace(/_(usd|ms|hours)$/, '')
      .replace(/_/g, ' ')
      .replace(/\baed\b/, '(AED)')
  );
}

function inputText(value: RuleInput, how: string): string {
  if (value === null || value === '') return value === null ? t`not known` : t({ message: 'none', context: 'value' });
  return typeof value === 'string' ? value : (TABLE_FORMATS[how] ?? String)(Number(value));
}

/** Why a setup does not simply pass: the rules that did not, hard ones first. */
export function missedReasons(rules: readonly RuleResult[], table: RuleTable): string[] {
  const missed = rules.filter(({ verdict }) => verdict !== 'pass');
  return [...missed]
    .sort((a, b) => Number(b.is_hard) - Number(a.is_hard))
    .map((rule) => `${rule.rule_id} ${told(rule.name)}: ${ruleWords(rule, table).sentence}`);
}
