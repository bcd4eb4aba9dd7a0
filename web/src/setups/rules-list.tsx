import { plural, t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { RuleResult, Setup, SetupsAnswer } from '../api/decisions';
import { TextButton } from '../ui/fields';
import { Fact, Table } from '../ui/figures';
import { NUMBER_LOCALE, told } from '../ui/language';
import { inputRows, ruleWords } from './rule-words';
import { contradictionsByRule, orderRules } from './setup-words';
import { USUAL_FAILURES } from './usual-failures';
import { Verdict } from './verdict';

type RuleRow = SetupsAnswer['rule_table'][number];

interface RulesProps {
  setup: Setup;
  answer: SetupsAnswer;
  /** Rules a person has opened. */
  openIds: ReadonlySet<string>;
  onOpen: (ids: ReadonlySet<string>) => void;
}

/** Every rule as a row of its own; what speaks against the setup stands first. */
export function Rules({ setup, answer, openIds, onOpen }: RulesProps): JSX.Element {
  const contradictions = contradictionsByRule(answer.contradictions);
  const other = contradictions.get('') ?? [];
  const otherCount = other.length;
  const ids = setup.rules.map(({ rule_id }) => rule_id);
  const isAllOpen = ids.every((id) => openIds.has(id));
  const toggle = (id: string, isOpen: boolean): void => {
    if (isOpen !== openIds.has(id))
      onOpen(new Set(isOpen ? [...openIds, id] : [...openIds].filter((one) => one !== id)));
  };
  return (
    <div>
      <TextButton
        class="rules-all"
        testId="rules-all"
        isPressed={isAllOpen}
        onClick={() => onOpen(new Set(isAllOpen ? [] : ids))}
      >
        {isAllOpen ? t`Fold all inputs` : t`Show all inputs and sources`}
      </TextButton>
      {setup.verdict === 'fail' && (
        <p class="muted" data-testid="usual-failures">
          {USUAL_FAILURES}
        </p>
      )}
      <ol class="rules" data-testid="rules">
        {orderRules(setup.rules).map((rule) => (
          <li key={rule.rule_id}>
            <Rule
              rule={rule}
              answer={answer}
              contradictions={contradictions.get(rule.rule_id) ?? []}
              isOpen={openIds.has(rule.rule_id)}
              onToggle={(isOpen) => toggle(rule.rule_id, isOpen)}
            />
          </li>
        ))}
      </ol>
      {other.length > 0 && (
        <details class="contradictions">
          <summary>
            {plural(otherCount, {
              one: '# more contradictions of the article',
              other: '# more contradictions of the article',
            })}
          </summary>
          {other.map((text) => (
            <p key={text} class="contradiction">
              {text}
            </p>
          ))}
        </details>
      )}
    </div>
  );
}

interface RuleProps {
  rule: RuleResult;
  answer: SetupsAnswer;
  contradictions: readonly string[];
  isOpen: boolean;
  onToggle: (isOpen: boolean) => void;
}

function Rule({ rule, answer, contradictions, isOpen, onToggle }: RuleProps): JSX.Element {
  const { sentence, threshold } = ruleWords(rule, answer.rule_table);
  const row = answer.rule_table.find(({ id }) => id === rule.rule_id);
  return (
    <details
      class="rule"
      open={isOpen}
      data-testid={`rule-${rule.rule_id}`}
      data-verdict={rule.verdict}
      onToggle={({ currentTarget }) => onToggle(currentTarget.open)}
    >
      <summary>
        <span class="rule-head">
          <span class="rule-id number">{rule.rule_id}</span>
          <span class="rule-name">{told(rule.name)}</span>
          {rule.is_hard && (
            <span class="rule-hard" title={t`A failure of this rule fails the setup`}>
              {t({ message: 'hard', context: 'rule' })}
            </span>
          )}
          <Verdict verdict={rule.verdict} />
        </span>
        <span class="rule-sentence">{sentence}</span>
        <span class="rule-threshold">{t`needs: ${threshold}`}</span>
      </summary>
      <div class="rule-body">
        <dl class="facts rule-inputs">
          {inputRows(rule, row?.inputs ?? {}).map(([name, text]) => (
            <Fact key={name} name={name}>
              {text}
            </Fact>
          ))}
        </dl>
        <Thresholds values={row?.values ?? []} />
        {contradictions.map((text) => (
          <p key={text} class="contradiction" data-testid="contradiction">
            <b>{t`The article contradicts itself here.`} </b>
            {text}
          </p>
        ))}
      </div>
    </details>
  );
}

function Thresholds({ values }: Pick<RuleRow, 'values'>): JSX.Element {
  const used = values.filter(({ value }) => value !== null);
  const source = values[0]?.source;
  return (
    <>
      {used.length > 0 && (
        <Table class="rule-values" head={[t`Threshold`, t`Value`, t`Unit`]}>
          {used.map(({ key, value, unit, least, most }) => (
            <tr key={key} title={t`may be set from ${least as number} to ${most as number}`}>
              <th scope="row">{key.replace(/_/g, ' ')}</th>
              <td class="number">{(value as number).toLocaleString(NUMBER_LOCALE)}</td>
              <td>{unit}</td>
            </tr>
          ))}
        </Table>
      )}
      {source !== undefined && <p class="rule-source">{t`Source: ${source}`}</p>}
    </>
  );
}
