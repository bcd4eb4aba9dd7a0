import type { JSX } from 'preact';
import type { DepthCheck, Setup, SetupsAnswer } from '../api/decisions';
import { Fact } from '../ui/figures';
import { formatPercent, formatPrice, formatShortAge, formatSignedPercent, formatTime } from '../ui/format';
import { formatMoney } from '../ui/money';
import { Touch } from './cluster-facts';
import { missedReasons, ruleWords } from './rule-words';
import { formatSpan, formatUnits } from './setup-words';

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
          <h3>What speaks against it</h3>
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
            <span key={flag} class="flag">{`⚑ ${flag}`}</span>
          ))}
        </div>
      )}
      <Levels {...setup} />
      <Odds {...setup} />
      <Stake {...setup} />
      <dl class="facts context">
        <Fact name="Order book">{bookText(setup.depth_check ?? null, answer.depth)}</Fact>
        <Fact name="Calendar">{calendarText(setup, answer)}</Fact>
      </dl>
    </div>
  );
}

export function Levels({ price, entry, entry_order, stop, target, second_target }: Setup): JSX.Element {
  const at = (value: number | null, missing: string): string =>
    value === null ? missing : `${formatPrice(value)} (${formatSignedPercent(value / price - 1, 2)})`;
  return (
    <dl class="facts levels" data-testid="levels">
      <Fact class="level-entry" name={`Entry · ${entry_order}`}>
        {at(entry, 'none')}
      </Fact>
      <Fact class="level-stop" name="Stop">
        {at(stop, 'none: no opposing cluster')}
      </Fact>
      <Fact class="level-target" name="Target 1">
        {at(target, 'none')}
      </Fact>
      <Fact class="level-target" name="Target 2">
        {at(second_target, 'none: no further cluster')}
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
  return (
    <dl class="facts">
      <Fact name="Reward / risk">{orNone(reward_risk, (value) => value.toFixed(2))}</Fact>
      <Fact name="Breaks even at">
        {orNone(break_even_win_rate, (value) =>
          value > 1 ? 'no win rate pays' : `${formatPercent(value)} wins, costs in`,
        )}
      </Fact>
      <Fact name={`Touch within ${formatSpan(horizon_ms)}`} title="Of a price without drift: a chance, not a forecast">
        {orNone(touch_probability, (value) => formatPercent(value, 0))}
      </Fact>
      {touch != null && <Touch {...touch} />}
      <Fact name="Planned with" title="After every discount that applies now">
        {formatMoney(forced_flow_usd)}
      </Fact>
    </dl>
  );
}

export function Stake(setup: Setup): JSX.Element {
  const { symbol, size_units, size_usd, size_pct_of_equity, risk_usd, risk_fraction } = setup;
  const percentOfEquity = (value: number): string => `${Number((100 * value).toFixed(2))} % of equity`;
  return (
    <dl class="facts">
      <Fact name="Size">{orNone(size_units, (value) => formatUnits(value, symbol))}</Fact>
      <Fact name="Value at entry">{orNone(size_usd, formatMoney)}</Fact>
      <Fact name="Of equity">{orNone(size_pct_of_equity, (value) => `${Number(value.toFixed(1))} %`)}</Fact>
      <Fact name="Lost at the stop">
        {orNone(risk_usd, (value) => `${formatMoney(value)} · ${orNone(risk_fraction, percentOfEquity)}`)}
      </Fact>
      <Fact name="Evidence">{`${setup.points} of ${setup.most_points} points, beside the verdict`}</Fact>
      <Fact name="Expires">{formatTime(setup.expires_ms)}</Fact>
    </dl>
  );
}

function orNone(value: number | null, write: (value: number) => string): string {
  return value === null ? '—' : write(value);
}

export function bookText(check: DepthCheck | null, depth: SetupsAnswer['depth']): string {
  if (!depth.fresh)
    return depth.n_samples > 0 && depth.age_ms !== null
      ? `too old: ${formatShortAge(depth.age_ms)}`
      : 'no order book in this data';
  const age = depth.age_ms === null ? '' : `, ${formatShortAge(depth.age_ms)} old`;
  const seen = `${depth.n_samples} samples${age}`;
  if (check?.resting_usd == null) return seen;
  const walls =
    check.walls.length === 0
      ? ''
      : ` · wall ${formatMoney(check.walls[0].resting_usd)} at ${formatPrice(check.walls[0].price)}`;
  return `${check.state}: ${formatMoney(check.resting_usd)} rests before it${walls} · ${seen}`;
}

export function calendarText(
  { rules }: Pick<Setup, 'rules'>,
  { calendar: { state, series }, rule_table }: Pick<SetupsAnswer, 'calendar' | 'rule_table'>,
): string {
  const rule = rules.find(({ rule_id }) => rule_id === CALENDAR_RULE);
  const broken = series.reduce((sum, one) => sum + one.broken.length, 0);
  const sentence = rule === undefined ? '' : `: ${ruleWords(rule, rule_table).sentence}`;
  return `${state}${sentence}${broken > 0 ? ` · ${broken} broken entries left out` : ''}`;
}
