import { plural, t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { DepthCheck, Setup, SetupsAnswer } from '../api/decisions';
import { Fact } from '../ui/figures';
import {
  formatNumber,
  formatPercent,
  formatPrice,
  formatShortAge,
  formatShortNumber,
  formatSignedPercent,
  formatTime,
} from '../ui/format';
import { formatMoney } from '../ui/money';
import { Touch } from './cluster-facts';
import { missedReasons, ruleWords } from './rule-words';
import { formatSpan, formatUnits } from './setup-words';
import { told } from '../ui/language';

/** Says of the calendar what there is to say. */
const CALENDAR_RULE = 'R11';

interface TradeProps {
  setup: Setup;
  answer: SetupsAnswer;
}

/** The trade that a setup would be, with what speaks against it first. */
export function TradeCard({ setup, answer }: TradeProps): JSX.Element {
  const reasons = missedReasons(setup.rules, answer.rule_table);
  return (
    <div class="trade" data-testid="trade">
      {reasons.length > 0 && (
        <div class="reasons">
          <h3>{t`What speaks against it`}</h3>
          <ul data-testid="reasons">
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      )}
      {setup.flags.length > 0 && (
        <div class="flags" data-testid="flags">
          {setup.flags.map((flag) => (
            <span key={flag} class="flag">{`⚑ ${told(flag)}`}</span>
          ))}
        </div>
      )}
      <Levels {...setup} />
      <Odds {...setup} />
      <Stake {...setup} />
      <dl class="facts context">
        <Fact name={t`Order book`}>{bookText(setup.depth_check ?? null, answer.depth)}</Fact>
        <Fact name={t`Calendar`}>{calendarText(setup, answer)}</Fact>
      </dl>
    </div>
  );
}

export function Levels({ price, entry, entry_order, stop, target, second_target }: Setup): JSX.Element {
  const order = told(entry_order);
  const none = t({ message: 'none', context: 'value' });
  const at = (value: number | null, missing: string): string =>
    value === null ? missing : `${formatPrice(value)} (${formatSignedPercent(value / price - 1, 2)})`;
  return (
    <dl class="facts levels" data-testid="levels">
      <Fact class="level-entry" name={t`Entry · ${order}`}>
        {at(entry, none)}
      </Fact>
      <Fact class="level-stop" name={t`Stop`}>
        {at(stop, t`none: no opposing cluster`)}
      </Fact>
      <Fact class="level-target" name={t`Target 1`}>
        {at(target, none)}
      </Fact>
      <Fact class="level-target" name={t`Target 2`}>
        {at(second_target, t`none: no further cluster`)}
      </Fact>
    </dl>
  );
}

function Odds({
  reward_risk,
  break_even_win_rate,
  horizon_ms,
  touch_probability,
  forced_flow_usd,
  touch_forecast: touch,
}: Setup): JSX.Element {
  const span = formatSpan(horizon_ms);
  return (
    <dl class="facts">
      <Fact name={t`Reward / risk`}>{orNone(reward_risk, (value) => formatNumber(value, 2))}</Fact>
      <Fact name={t`Breaks even at`}>
        {orNone(break_even_win_rate, (value) => {
          const percent = formatPercent(value);
          return value > 1 ? t`no win rate pays` : t`${percent} wins, costs in`;
        })}
      </Fact>
      <Fact name={t`Touch within ${span}`} title={t`Of a price without drift: a chance, not a forecast`}>
        {orNone(touch_probability, (value) => formatPercent(value, 0))}
      </Fact>
      {touch != null && <Touch {...touch} />}
      <Fact name={t`Planned with`} title={t`After every discount that applies now`}>
        {formatMoney(forced_flow_usd)}
      </Fact>
    </dl>
  );
}

export function Stake(setup: Setup): JSX.Element {
  const { symbol, size_units, size_usd, size_pct_of_equity, risk_usd, risk_fraction } = setup;
  const { points, most_points: mostPoints } = setup;
  const percentOfEquity = (value: number): string => {
    const percent = formatShortNumber(100 * value, 2);
    return t`${percent} % of equity`;
  };
  return (
    <dl class="facts">
      <Fact name={t`Size`}>{orNone(size_units, (value) => formatUnits(value, symbol))}</Fact>
      <Fact name={t`Value at entry`}>{orNone(size_usd, formatMoney)}</Fact>
      <Fact name={t`Of equity`}>{orNone(size_pct_of_equity, (value) => `${formatShortNumber(value, 1)} %`)}</Fact>
      <Fact name={t`Lost at the stop`}>
        {orNone(risk_usd, (value) => `${formatMoney(value)} · ${orNone(risk_fraction, percentOfEquity)}`)}
      </Fact>
      <Fact name={t`Evidence`}>{t`${points} of ${mostPoints} points, beside the verdict`}</Fact>
      <Fact name={t`Expires`}>{formatTime(setup.expires_ms)}</Fact>
    </dl>
  );
}

function orNone(value: number | null, write: (value: number) => string): string {
  return value === null ? '—' : write(value);
}

const BOOK_STATES: Record<DepthCheck['state'], string> = {
  thin: t({ message: 'thin', context: 'order book' }),
  mid: t({ message: 'mid', context: 'order book' }),
  wall: t({ message: 'wall', context: 'order book' }),
  unknown: t({ message: 'unknown', context: 'order book' }),
};

export function bookText(check: DepthCheck | null, depth: SetupsAnswer['depth']): string {
  const { n_samples: count, age_ms, fresh } = depth;
  const age = age_ms === null ? null : formatShortAge(age_ms);
  if (!fresh) return count > 0 && age !== null ? t`too old: ${age}` : t`no order book in this data`;
  const seen =
    age === null
      ? plural(count, { one: `${count} samples`, other: `${count} samples` })
      : plural(count, { one: `${count} samples, ${age} old`, other: `${count} samples, ${age} old` });
  if (check?.resting_usd == null) return seen;
  const state = BOOK_STATES[check.state];
  const resting = formatMoney(check.resting_usd);
  const walls = check.walls.slice(0, 1).map((wall) => {
    const [money, price] = [formatMoney(wall.resting_usd), formatPrice(wall.price)];
    return t`wall ${money} at ${price}`;
  });
  return [t`${state}: ${resting} rests before it`, ...walls, seen].join(' · ');
}

const CALENDAR_STATES: Record<SetupsAnswer['calendar']['state'], string> = {
  news: t({ message: 'news', context: 'calendar' }),
  clear: t({ message: 'clear', context: 'calendar' }),
  unknown: t({ message: 'unknown', context: 'calendar' }),
};

export function calendarText(
  { rules }: Pick<Setup, 'rules'>,
  { calendar: { state, series }, rule_table }: Pick<SetupsAnswer, 'calendar' | 'rule_table'>,
): string {
  const rule = rules.find(({ rule_id }) => rule_id === CALENDAR_RULE);
  const broken = series.reduce((sum, one) => sum + one.broken.length, 0);
  const sentence = rule === undefined ? '' : `: ${ruleWords(rule, rule_table).sentence}`;
  const leftOut = plural(broken, { one: '# broken entries left out', other: '# broken entries left out' });
  return `${CALENDAR_STATES[state]}${sentence}${broken > 0 ? ` · ${leftOut}` : ''}`;
}
