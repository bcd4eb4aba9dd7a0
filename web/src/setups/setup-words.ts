import { plural, t } from '@lingui/core/macro';
import type {
  ClustersAnswer,
  Contradiction,
  Phase,
  PositionSide,
  RuleResult,
  Setup,
  SetupVerdict,
  SetupsAnswer,
  TrackedCluster,
  Verdict,
} from '../api/decisions';
import { formatStrength, isStrength } from '../ui/amount';
import { formatPrice, formatShortNumber, formatSignedPercent, SIDE_SIGNS } from '../ui/format';
import { NUMBER_LOCALE, told } from '../ui/language';
import { formatMoney, signedMoney } from '../ui/money';

/** A verdict is never a colour alone: it has a sign and a word. */
export const VERDICT_WORDS: Record<Verdict | SetupVerdict, { sign: string; word: string }> = {
  pass: { sign: '✓', word: t({ message: 'pass', context: 'verdict' }) },
  fail: { sign: '✕', word: t({ message: 'fail', context: 'verdict' }) },
  unknown: { sign: '?', word: t({ message: 'unknown', context: 'verdict' }) },
  incomplete: { sign: '?', word: t({ message: 'incomplete', context: 'verdict' }) },
};

export function setupTitle({ direction }: Pick<Setup, 'direction'>): string {
  return direction === 'short' ? t`Short into longs below` : t`Long into shorts above`;
}

/** What speaks against it first: hard rules before soft ones, failures before what is not known. */
export function orderRules(rules: readonly RuleResult[]): RuleResult[] {
  const rank = ({ verdict, is_hard }: RuleResult): number =>
    verdict === 'pass' ? 4 : (is_hard ? 0 : 2) + (verdict === 'fail' ? 0 : 1);
  const number = ({ rule_id }: RuleResult): number => Number(rule_id.replace(/\D/g, ''));
  return [...rules].sort((a, b) => rank(a) - rank(b) || number(a) - number(b));
}

const VERDICT_COUNTS: Record<Verdict, (count: number) => string> = {
  fail: (count) => plural(count, { one: '# fail', other: '# fail' }),
  unknown: (count) => plural(count, { one: '# unknown', other: '# unknown' }),
  pass: (count) => plural(count, { one: '# pass', other: '# pass' }),
};

/** How many of the rules say what: "3 fail · 4 unknown · 11 pass". */
export function countRules(rules: readonly RuleResult[]): string {
  const count = (verdict: Verdict): number => rules.filter((rule) => rule.verdict === verdict).length;
  return (['fail', 'unknown', 'pass'] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => VERDICT_COUNTS[verdict](count(verdict)))
    .join(' · ');
}

/** The same where there is little room: "✕ 3  ? 4  ✓ 11". */
export function countSigns(rules: readonly RuleResult[]): string {
  return (['fail', 'unknown', 'pass'] as const)
    .map((verdict) => `${VERDICT_WORDS[verdict].sign} ${rules.filter((rule) => rule.verdict === verdict).length}`)
    .join('  ');
}

/** How long: 40 min, 4 h, 3.5 d. */
export function formatSpan(spanMs: number): string {
  const hours = spanMs / 3_600_000;
  const minutes = Math.max(0, Math.round(hours * 60));
  if (hours < 1) return t`${minutes} min`;
  const count = hours < 48 ? formatShortNumber(hours, hours < 10 ? 1 : 0) : formatShortNumber(hours / 24, 1);
  return hours < 48 ? t`${count} h` : t`${count} d`;
}

export function formatUnits(units: number, symbol: string): string {
  return `${units.toLocaleString(NUMBER_LOCALE, { maximumSignificantDigits: 4 })} ${symbol.split('/', 1)[0]}`;
}

/** Clusters of two maps are the same one where they share this much of the prices they cover together. */
const LEAST_SHARED = 0.3;

/** The setup made of a cluster: by its id, or on another map by the prices it covers. */
export function setupOf(
  { cluster_id, cluster }: Pick<TrackedCluster, 'cluster_id' | 'cluster'>,
  setups: readonly Setup[],
): Setup | null {
  const exact = setups.find((setup) => setup.cluster.cluster_id === cluster_id);
  if (exact !== undefined) return exact;
  let best: Setup | null = null;
  let most = LEAST_SHARED;
  for (const setup of setups) {
    const other = setup.cluster.cluster;
    if (other.side !== cluster.side) continue;
    const shared = Math.min(other.high_price, cluster.high_price) - Math.max(other.low_price, cluster.low_price);
    const covered = Math.max(other.high_price, cluster.high_price) - Math.min(other.low_price, cluster.low_price);
    if (covered > 0 && shared / covered >= most) {
      most = shared / covered;
      best = setup;
    }
  }
  return best;
}

export interface LadderRow {
  id: string;
  tracked: TrackedCluster;
  setup: Setup | null;
  /** It is on the map of the style only, not on the one that is shown. */
  isOfStyle: boolean;
}

/** Clusters by price, highest first, each with its setup; those of setups that the shown map has not come along. */
export function ladderRows(clusters: readonly TrackedCluster[], setups: readonly Setup[]): LadderRow[] {
  const rows: LadderRow[] = clusters.map((tracked) => ({
    id: tracked.cluster_id,
    tracked,
    setup: setupOf(tracked, setups),
    isOfStyle: false,
  }));
  const matched = new Set(rows.map(({ setup }) => setup));
  for (const setup of setups) {
    if (!matched.has(setup))
      rows.push({
        id: setup.cluster.cluster_id,
        tracked: { ...setup.cluster, touch_forecast: setup.touch_forecast },
        setup,
        isOfStyle: true,
      });
  }
  return rows.sort((a, b) => b.tracked.cluster.peak_price - a.tracked.cluster.peak_price);
}

/** How many rows stand above the price. */
export function rowsAbove(rows: readonly LadderRow[], price: number): number {
  return rows.filter(({ tracked }) => tracked.cluster.peak_price >= price).length;
}

/** What is different since the last time the same was asked: what the check before a trade is for. */
export function changesOfSetups(before: SetupsAnswer, after: SetupsAnswer): string[] {
  const changes: string[] = [];
  if (before.price !== after.price)
    changes.push(`${t`price`} ${formatPrice(before.price)} → ${formatPrice(after.price)}`);
  const name = ({ cluster: { cluster } }: Setup): string =>
    `${SIDE_SIGNS[cluster.side]} ${formatPrice(cluster.peak_price)}`;
  const old = new Map(before.setups.map((setup) => [setup.cluster.cluster_id, setup]));
  for (const setup of after.setups) {
    const was = old.get(setup.cluster.cluster_id);
    old.delete(setup.cluster.cluster_id);
    const cluster = name(setup);
    const verdict = VERDICT_WORDS[setup.verdict].word;
    if (was === undefined) changes.push(t`${cluster}: new, ${verdict}`);
    else changes.push(...changesOfOne(was, setup).map((change) => `${cluster}: ${change}`));
  }
  for (const gone of old.values()) {
    const cluster = name(gone);
    changes.push(t`${cluster}: gone`);
  }
  return changes;
}

function changesOfOne(before: Setup, after: Setup): string[] {
  const changes: string[] = [];
  const verdicts = (was: Verdict | SetupVerdict, is: Verdict | SetupVerdict): string =>
    `${VERDICT_WORDS[was].word} → ${VERDICT_WORDS[is].word}`;
  if (before.verdict !== after.verdict) changes.push(verdicts(before.verdict, after.verdict));
  for (const rule of after.rules) {
    const was = before.rules.find(({ rule_id }) => rule_id === rule.rule_id);
    if (was !== undefined && was.verdict !== rule.verdict)
      changes.push(`${rule.rule_id} ${told(rule.name)} ${verdicts(was.verdict, rule.verdict)}`);
  }
  const figures: [string, number | null, number | null, (value: number) => string][] = [
    [t`entry`, before.entry, after.entry, formatPrice],
    [t`stop`, before.stop, after.stop, formatPrice],
    [t`target`, before.target, after.target, formatPrice],
    [t`flow`, before.forced_flow_usd, after.forced_flow_usd, formatMoney],
  ];
  for (const [label, was, is, write] of figures) {
    const [from, to] = [was, is].map((value) =>
      value === null ? t({ message: 'none', context: 'value' }) : write(value),
    );
    if (from !== to) changes.push(`${label} ${from} → ${to}`);
  }
  return changes;
}

/** Contradictions of the article by the rule they belong to; those of none under ''. */
export function contradictionsByRule(contradictions: readonly Contradiction[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { rule_ids, text } of contradictions) {
    for (const rule of rule_ids.length > 0 ? rule_ids : ['']) found.set(rule, [...(found.get(rule) ?? []), told(text)]);
  }
  return found;
}

const PHASE_WORDS: Record<Phase, string> = {
  approaching: '',
  triggering: ` · ${t`firing`}`,
  exhausted: ` · ${t`fired`}`,
};

/** One line for a chart label: side, estimated size, age, and whether it fires. */
export function bandLabel(
  tracked: Pick<TrackedCluster, 'cluster' | 'age_ms' | 'phase' | 'touch_forecast'>,
  heaviestUsd: number,
  isNarrow = false,
): string {
  const { cluster, age_ms, phase } = tracked;
  const age = isNarrow ? '' : ` · ${formatSpan(age_ms)}`;
  // Over open positions, which have no dollars, a label has none either.
  const size = isStrength() ? formatStrength(clusterUsd(tracked), heaviestUsd) : clusterMoney(tracked, heaviestUsd);
  return `${SIDE_SIGNS[cluster.side]} ${size}${age}${PHASE_WORDS[phase]}`;
}

/**
 * That figure in words. Farther than dollars were tested for, there are none; of open positions there is only strength,
 * beside the heaviest cluster's.
 */
export function clusterMoney(tracked: Pick<TrackedCluster, 'cluster' | 'touch_forecast'>, heaviestUsd: number): string {
  const usd = clusterUsd(tracked);
  if (tracked.cluster.quantity === 'held') return formatStrength(usd, heaviestUsd);
  return tracked.touch_forecast?.inside_usd === null ? t({ message: 'far', context: 'cluster' }) : formatMoney(usd);
}

/** The heaviest of some: a strength of 100. */
export function heaviestOf(clusters: readonly Pick<TrackedCluster, 'cluster' | 'touch_forecast'>[]): number {
  return Math.max(0, ...clusters.map(clusterUsd));
}

/** The one figure of a cluster: expected inside if the price gets there, else what stands in the map that is shown. */
export function clusterUsd({
  cluster,
  touch_forecast: touch,
}: Pick<TrackedCluster, 'cluster' | 'touch_forecast'>): number {
  return cluster.quantity === 'flow' ? (touch?.inside_usd ?? cluster.mass_usd) : cluster.mass_usd;
}

/** How fast it grows: dollars an hour, or a part of itself where it has none. */
export function growthWords({ cluster, growth_usd_per_hour: growth }: TrackedCluster): string {
  if (cluster.quantity === 'flow') return `${signedMoney(growth)} / h`;
  return `${formatSignedPercent(cluster.mass_usd > 0 ? growth / cluster.mass_usd : 0)} / h`;
}

/** A cluster's id as a person reads it, by what the server knows of it. */
export function clusterName(id: string, answer: Pick<ClustersAnswer, 'clusters' | 'dead'> | null): string {
  const known = [...(answer?.clusters ?? []), ...(answer?.dead ?? [])].find(({ cluster_id }) => cluster_id === id);
  if (known !== undefined) return `${SIDE_SIGNS[known.cluster.side]} ${formatPrice(known.cluster.peak_price)}`;
  const match = /^(long|short)-.*-([\d.]+)$/.exec(id);
  return match === null ? id : `${SIDE_SIGNS[match[1] as PositionSide]} ${formatPrice(Number(match[2]))}`;
}
