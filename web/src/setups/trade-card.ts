import type { DepthCheck, Setup, SetupsAnswer } from '../api/decisions';
import { element } from '../ui/dom';
import { formatPercent, formatPrice, formatShortAge, formatSignedPercent, formatTime } from '../ui/format';
import { formatMoney } from '../ui/money';
import { missedReasons } from './rule-words';
import { formatSpan, formatUnits } from './setup-words';

/** The trade that a setup would be, with what speaks against it first. */
export function tradeCard(setup: Setup, answer: SetupsAnswer): HTMLElement {
  const { price } = setup;
  const reasons = missedReasons(setup.rules, answer.rule_table);
  const at = (value: number | null, missing: string): string =>
    value === null ? missing : `${formatPrice(value)} (${formatSignedPercent(value / price - 1, 2)})`;
  const orNone = (value: number | null, write: (value: number) => string, missing = '—'): string =>
    value === null ? missing : write(value);
  const percentOfEquity = (value: number): string => `${Number((100 * value).toFixed(2))} % of equity`;
  return element(
    'div',
    { class: 'trade', 'data-testid': 'trade' },
    reasons.length > 0
      && element(
        'div',
        { class: 'reasons' },
        element('h3', {}, 'What speaks against it'),
        element('ul', { 'data-testid': 'reasons' }, ...reasons.map((reason) => element('li', {}, reason))),
      ),
    setup.flags.length > 0
      && element(
        'div',
        { class: 'flags', 'data-testid': 'flags' },
        ...setup.flags.map((flag) => element('span', { class: 'flag' }, `⚑ ${flag}`)),
      ),
    element(
      'dl',
      { class: 'facts levels', 'data-testid': 'levels' },
      level('entry', `Entry · ${setup.entry_order}`, at(setup.entry, 'none')),
      level('stop', 'Stop', at(setup.stop, 'none: no opposing cluster')),
      level('target', 'Target 1', at(setup.target, 'none')),
      level('target', 'Target 2', at(setup.second_target, 'none: no further cluster')),
    ),
    element(
      'dl',
      { class: 'facts' },
      fact(
        'Reward / risk',
        orNone(setup.reward_risk, (value) => value.toFixed(2)),
      ),
      fact(
        'Breaks even at',
        orNone(setup.break_even_win_rate, (value) =>
          value > 1 ? 'no win rate pays' : `${formatPercent(value)} wins, costs in`,
        ),
      ),
      fact(
        `Touch within ${formatSpan(setup.horizon_ms)}`,
        orNone(setup.touch_probability, (value) => formatPercent(value, 0)),
        'Of a price without drift: a chance, not a forecast',
      ),
      fact('Flow, discounted', formatMoney(setup.forced_flow_usd)),
    ),
    element(
      'dl',
      { class: 'facts' },
      fact(
        'Size',
        orNone(setup.size_units, (value) => formatUnits(value, setup.symbol)),
      ),
      fact('Value at entry', orNone(setup.size_usd, formatMoney)),
      fact(
        'Of equity',
        orNone(setup.size_pct_of_equity, (value) => `${Number(value.toFixed(1))} %`),
      ),
      fact(
        'Lost at the stop',
        setup.risk_usd === null
          ? '—'
          : `${formatMoney(setup.risk_usd)} · ${orNone(setup.risk_fraction, percentOfEquity)}`,
      ),
      fact('Evidence', `${setup.points} of ${setup.most_points} points, beside the verdict`),
      fact('Expires', formatTime(setup.expires_ms)),
    ),
    element(
      'dl',
      { class: 'facts context' },
      fact('Order book', bookText(setup.depth_check ?? null, answer.depth)),
      fact('Calendar', calendarText(answer.calendar)),
    ),
  );
}

function fact(name: string, value: string, title?: string): HTMLElement {
  return element('div', { title }, element('dt', {}, name), element('dd', { class: 'number' }, value));
}

function level(kind: string, name: string, value: string): HTMLElement {
  return element('div', { class: `level-${kind}` }, element('dt', {}, name), element('dd', { class: 'number' }, value));
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

export function calendarText({ state, detail, series }: SetupsAnswer['calendar']): string {
  const broken = series.reduce((sum, one) => sum + one.broken.length, 0);
  return `${state}: ${detail}${broken > 0 ? ` · ${broken} broken entries left out` : ''}`;
}
