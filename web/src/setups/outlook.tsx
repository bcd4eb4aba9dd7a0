import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { ClustersAnswer, TrackedCluster } from '../api/decisions';
import { SIDE_SIGNS, formatPercent, formatPrice } from '../ui/format';
import { formatMoney, moneyBand } from '../ui/money';

/** Measured on days that the parameters had not seen; the accuracy page has the whole table. */
const HOW_SURE = t`How sure? On days that the parameters had not seen (Bitcoin, March 2026), \
75 of 100 outcomes fell inside the range, and half were within × 1.6 of the figure. \
Which of two levels fires harder is less sure than what is usual this far.`;

/** The living cluster of a side that is expected to be worth most if the price gets there. */
export function largestOf(clusters: readonly TrackedCluster[], side: 'long' | 'short'): TrackedCluster | null {
  const inside = ({ touch_forecast: touch }: TrackedCluster): number => touch?.inside_usd ?? -1;
  const own = clusters.filter((one) => one.cluster.side === side && inside(one) > 0);
  return own.reduce<TrackedCluster | null>((best, one) => (best && inside(best) >= inside(one) ? best : one), null);
}

/** A chance in words that promise no more than it knows: about 1 in 5. */
export function chanceWords(chance: number): string {
  const ofTen = Math.round(10 * chance);
  const ofHowMany = Math.round(1 / chance);
  if (chance >= 0.95) return t`nearly certain`;
  if (chance >= 0.55) return t`about ${ofTen} in 10`;
  if (chance >= 0.4) return t`about 1 in 2`;
  return chance >= 0.01 ? t`about 1 in ${ofHowMany}` : t`less than 1 in 100`;
}

/** One side's outlook as a sentence a trader can size by. */
export function outlookWords({ cluster, touch_forecast: touch }: TrackedCluster, price: number): string {
  if (touch?.inside_usd == null) return '';
  const { near_edge, side } = cluster;
  const edge = formatPrice(near_edge);
  const distance = formatPercent(Math.abs(near_edge / price - 1), 1);
  const span = touch.horizon.replace('h', ' h');
  const chance = chanceWords(touch.chance);
  const where =
    side === 'long'
      ? t`Largest cluster below: ${edge}, ${distance} away.`
      : t`Largest cluster above: ${edge}, ${distance} away.`;
  const howLikely = t`Chance of getting there in ${span}, no trend assumed: ${chance}.`;
  return `${SIDE_SIGNS[side]} ${where} ${howLikely} ${worthWords(side, touch.inside_usd, touch)}`;
}

function worthWords(
  side: 'long' | 'short',
  insideUsd: number,
  { inside_band_80, on_the_way_usd }: NonNullable<TrackedCluster['touch_forecast']>,
): string {
  const money = formatMoney(insideUsd);
  const range = inside_band_80 === null ? '' : moneyBand(inside_band_80);
  const band = range === '' ? '' : ` (${t`8 of 10 times ${range}`})`;
  const way = formatMoney(on_the_way_usd ?? 0);
  if (on_the_way_usd == null || on_the_way_usd === 0)
    return side === 'long'
      ? t`If it does: about ${money} of longs liquidated in it${band}.`
      : t`If it does: about ${money} of shorts liquidated in it${band}.`;
  return side === 'long'
    ? t`If it does: about ${money} of longs liquidated in it${band}, ${way} on the way.`
    : t`If it does: about ${money} of shorts liquidated in it${band}, ${way} on the way.`;
}

/** How the figures were made, where that is worse than usual. */
function outlookCaution({ touch_forecast: touch }: TrackedCluster): string {
  if (touch == null) return '';
  const parts = [
    touch.in_sample ? t`the parameters had seen these days` : '',
    touch.transferred ? t`parameters of another market` : '',
    touch.tracked ? '' : t`no liquidations known here: wider range`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

interface OutlookProps {
  clusters: ClustersAnswer | null;
  onChoose: (id: string) => void;
}

/** The largest cluster of each side in plain words, over the chart. */
export function Outlook({ clusters, onChoose }: OutlookProps): JSX.Element | null {
  if (clusters === null) return null;
  const told = (['short', 'long'] as const).flatMap((side) => largestOf(clusters.clusters, side) ?? []);
  if (told.length === 0) return null;
  return (
    <div class="outlook">
      {told.map((one) => (
        <button
          key={one.cluster.side}
          type="button"
          class={`side-${one.cluster.side}`}
          data-side={one.cluster.side}
          title={HOW_SURE + outlookCaution(one)}
          onClick={() => onChoose(one.cluster_id)}
        >
          {outlookWords(one, clusters.price)}
        </button>
      ))}
    </div>
  );
}
