import type { RuleResult, SetupsAnswer } from '../api/decisions';
import { element } from '../ui/dom';
import { ruleWords } from './rule-words';
import { VERDICT_WORDS, inputLabel, inputText, orderRules } from './setup-words';

/** Inputs that are words: they stand in the sentence. */
const IN_SENTENCE: ReadonlySet<string> = new Set(['basis', 'detail', 'factors', 'reasons', 'shown']);

/** A verdict as sign, word and colour. */
export function verdictBadge(verdict: keyof typeof VERDICT_WORDS, testId?: string): HTMLElement {
  const { sign, word } = VERDICT_WORDS[verdict];
  return element(
    'span',
    { class: `verdict verdict-${verdict}`, 'data-testid': testId, 'data-verdict': verdict },
    element('span', { 'aria-hidden': 'true' }, sign),
    ` ${word}`,
  );
}

/** Every rule as a row of its own; what speaks against the setup stands first, and open. */
export function rulesList(
  rules: readonly RuleResult[],
  table: SetupsAnswer['rule_table'],
  contradictions: ReadonlyMap<string, string[]>,
  openIds: ReadonlySet<string>,
  onToggle: (ruleId: string, isOpen: boolean) => void,
): HTMLElement {
  return element(
    'ol',
    { class: 'rules', 'data-testid': 'rules' },
    ...orderRules(rules).map((rule) => {
      const words = ruleWords(rule, table);
      const details = element(
        'details',
        {
          class: 'rule',
          open: openIds.has(rule.rule_id),
          'data-testid': `rule-${rule.rule_id}`,
          'data-verdict': rule.verdict,
        },
        element(
          'summary',
          {},
          element(
            'span',
            { class: 'rule-head' },
            element('span', { class: 'rule-id number' }, rule.rule_id),
            element('span', { class: 'rule-name' }, rule.name),
            rule.is_hard
              && element('span', { class: 'rule-hard', title: 'A failure of this rule fails the setup' }, 'hard'),
            verdictBadge(rule.verdict),
          ),
          element('span', { class: 'rule-sentence' }, words.sentence),
          element('span', { class: 'rule-threshold' }, `needs: ${words.threshold}`),
        ),
        ruleBody(
          rule,
          table.find(({ id }) => id === rule.rule_id)?.values ?? [],
          contradictions.get(rule.rule_id) ?? [],
        ),
      );
      details.addEventListener('toggle', () => onToggle(rule.rule_id, details.open));
      return element('li', {}, details);
    }),
  );
}

function ruleBody(
  rule: RuleResult,
  values: SetupsAnswer['rule_table'][number]['values'],
  contradictions: readonly string[],
): HTMLElement {
  const used = values.filter(({ value }) => value !== null);
  const source = values[0]?.source;
  return element(
    'div',
    { class: 'rule-body' },
    element(
      'dl',
      { class: 'facts rule-inputs' },
      ...Object.entries(rule.inputs)
        .filter(([key]) => !IN_SENTENCE.has(key))
        .map(([key, value]) =>
          element(
            'div',
            {},
            element('dt', {}, inputLabel(key)),
            element('dd', { class: 'number' }, inputText(key, value)),
          ),
        ),
    ),
    used.length > 0
      && element(
        'table',
        { class: 'table rule-values' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            element('th', { scope: 'col' }, 'Threshold'),
            element('th', { scope: 'col' }, 'Value'),
            element('th', { scope: 'col' }, 'Unit'),
          ),
        ),
        element(
          'tbody',
          {},
          ...used.map(({ key, value, unit, least, most }) =>
            element(
              'tr',
              { title: `may be set from ${least} to ${most}` },
              element('th', { scope: 'row' }, key.replace(/_/g, ' ')),
              element('td', { class: 'number' }, (value as number).toLocaleString('en-US')),
              element('td', {}, unit),
            ),
          ),
        ),
      ),
    source !== undefined && element('p', { class: 'rule-source' }, `Source: ${source}`),
    ...contradictions.map((text) =>
      element(
        'p',
        { class: 'contradiction', 'data-testid': 'contradiction' },
        element('b', {}, 'The article contradicts itself here. '),
        text,
      ),
    ),
  );
}
