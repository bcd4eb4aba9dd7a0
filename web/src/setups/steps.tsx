import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { RuleResult, Setup, SetupsAnswer } from '../api/decisions';
import type { Book } from '../chart/depth-layer';
import { DepthStrip } from './depth-strip';
import { ruleWords } from './rule-words';
import { VERDICT_WORDS } from './setup-words';
import { Levels, Stake, bookText } from './trade-card';
import { Verdict } from './verdict';

/** The article's five steps; the server tells which rules judge each. */
const STEPS = [t`An asymmetric cluster`, t`Its distance`, t`The order book before it`, t`Entry, stop, target`, t`Size`];

interface StepsProps {
  setup: Setup;
  answer: SetupsAnswer;
  book: Book | null;
}

/** A setup as five cards, one a step: side by side on a phone, to be swiped. */
export function Steps({ setup, answer, book }: StepsProps): JSX.Element {
  return (
    <ol class="steps" data-testid="steps">
      {STEPS.map((title, index) => {
        const number = index + 1;
        const count = STEPS.length;
        const ids = answer.rule_table.filter(({ step }) => step === number).map(({ id }) => id);
        const rules = setup.rules.filter(({ rule_id }) => ids.includes(rule_id));
        return (
          <li key={title} class="step">
            <div class="step-head">
              <h3>
                <span class="muted">{`${t`Step ${number} of ${count}`} · `}</span>
                {title}
              </h3>
              <Verdict verdict={worstOf(rules)} />
            </div>
            {index === 2 && <DepthStrip setup={setup} book={book} />}
            {index === 2 && <p class="muted">{bookText(setup.depth_check ?? null, answer.depth)}</p>}
            {index === 3 && <Levels {...setup} />}
            {index === 4 && <Stake {...setup} />}
            <ul class="step-rules">
              {rules.map((rule) => (
                <li key={rule.rule_id} data-verdict={rule.verdict}>
                  <span class={`verdict verdict-${rule.verdict}`}>
                    {`${VERDICT_WORDS[rule.verdict].sign} ${rule.rule_id}`}
                  </span>
                  {` ${ruleWords(rule, answer.rule_table).sentence}`}
                </li>
              ))}
            </ul>
          </li>
        );
      })}
    </ol>
  );
}

/** A step fails where one of its rules does, and is not known where one is not. */
export function worstOf(rules: readonly Pick<RuleResult, 'verdict'>[]): RuleResult['verdict'] {
  const has = (verdict: RuleResult['verdict']): boolean => rules.some((rule) => rule.verdict === verdict);
  return has('fail') ? 'fail' : has('unknown') || rules.length === 0 ? 'unknown' : 'pass';
}
