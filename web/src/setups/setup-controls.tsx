import { t } from '@lingui/core/macro';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { RulePreset, Style } from '../api/decisions';
import { Toggles } from '../ui/fields';
import { formatClock } from '../ui/format';
import { currencyMark, moneyRate } from '../ui/money';
import { zoneMark } from '../ui/zone';
import { RULE_PRESETS, STYLES, STYLE_HORIZONS } from '../state/state';
import type { Store } from '../state/store';
import type { Decisions } from './decisions';
import { equityProblem } from './equity';
import { changesOfSetups } from './setup-words';

interface Named {
  text: string;
  title: string;
}
const STYLE_WORDS: Record<Style, Named> = {
  scalp: {
    text: t({ message: 'Scalp', context: 'style of trade' }),
    title: t`Hours: read from positions of the last 24 h`,
  },
  day: { text: t({ message: 'Day', context: 'style of trade' }), title: t`A day: positions of the last 3 d` },
  swing: { text: t({ message: 'Swing', context: 'style of trade' }), title: t`Days: positions of the last 7 d` },
};
const PRESET_WORDS: Record<RulePreset, Named> = {
  article: { text: t({ message: 'Article', context: 'thresholds' }), title: t`The thresholds as the article has them` },
  strict: {
    text: t({ message: 'Strict', context: 'thresholds' }),
    title: t`Harder: reward must pay for the risk, thin book, no weekend, no news`,
  },
};

interface ControlsProps {
  store: Store;
  decisions: Decisions;
}

/** Style, thresholds and account that setups are scored for, and what the last check found. */
export function SetupControls({ store, decisions }: ControlsProps): JSX.Element {
  const { style, preset } = store.state;
  const wasAsked = useSignal(false);
  const check = (): void => {
    wasAsked.value = true;
    void decisions.check();
  };
  return (
    <div class="setup-controls">
      <div class="setup-chips">
        <Toggles
          id="style"
          label={t`Style`}
          choices={STYLES.map((name) => ({
            name,
            isPressed: style === name,
            ...STYLE_WORDS[name],
          }))}
          onChoose={(chosen) => store.update({ style: chosen, horizon: STYLE_HORIZONS[chosen] })}
        />
        <Toggles
          id="rules"
          label={t`Thresholds`}
          choices={RULE_PRESETS.map((name) => ({
            name,
            isPressed: preset === name,
            ...PRESET_WORDS[name],
          }))}
          onChoose={(chosen) => store.update({ preset: chosen })}
        />
      </div>
      <Equity decisions={decisions} onCheck={check} />
      <div class="check-text" role="status" data-testid="check-result">
        <CheckResult decisions={decisions} wasAsked={wasAsked.value} />
      </div>
    </div>
  );
}

function Equity({ decisions, onCheck }: { decisions: Decisions; onCheck: () => void }): JSX.Element {
  const problem = useSignal<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const shown = String(Number((decisions.equityUsd * moneyRate()).toPrecision(8)));
  const take = (text: string): void => {
    const equityUsd = Number(text === '' ? NaN : text) / moneyRate();
    problem.value = equityProblem(equityUsd);
    if (problem.value === null) decisions.setEquity(equityUsd);
  };
  // What a person is writing is theirs until they are done.
  const isWritten = input.current !== null && (document.activeElement === input.current || problem.value !== null);
  return (
    <>
      <div class="equity-row">
        <label for="equity">
          {t`Equity`} <span>{currencyMark()}</span>
        </label>
        <input
          ref={input}
          type="number"
          min={0}
          step="any"
          inputMode="decimal"
          class="equity"
          id="equity"
          data-testid="equity"
          aria-describedby="equity-problem"
          aria-invalid={problem.value !== null}
          value={isWritten ? input.current?.value : shown}
          onChange={({ currentTarget }) => take(currentTarget.value)}
        />
        <button
          type="button"
          class="check-button"
          data-testid="check-now"
          disabled={decisions.seen.isChecking}
          onClick={onCheck}
        >
          {t`Check now`}
        </button>
      </div>
      <span class="equity-problem" id="equity-problem" role="alert">
        {problem.value}
      </span>
    </>
  );
}

function CheckResult({ decisions, wasAsked }: { decisions: Decisions; wasAsked: boolean }): JSX.Element | null {
  const { isChecking, problem, before, setups, checkedMs } = decisions.seen;
  if (problem !== null) return <span class="fall">{problem}</span>;
  if (isChecking) return <>{t`Checking…`}</>;
  if (setups === null || checkedMs === null) return null;
  const end = `${formatClock(setups.time_ms)} ${zoneMark(setups.time_ms)}`;
  if (!wasAsked || before === null) return <>{t`Scored on data to ${end}`}</>;
  const time = `${formatClock(checkedMs)} ${zoneMark(checkedMs)}`;
  const changes = changesOfSetups(before, setups);
  return (
    <>
      {changes.length === 0 ? t`Checked at ${time}: nothing has changed` : t`Checked at ${time}: changed since`}
      {changes.length > 0 && (
        <ul>
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      )}
    </>
  );
}
