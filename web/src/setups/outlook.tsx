import type { JSX } from 'preact';
import type { ClustersAnswer, TrackedCluster } from '../api/decisions';
import { SIDE_SIGNS, formatPercent, formatPrice } from '../ui/format';
import { formatMoney, moneyBand } from '../ui/money';

/** Measured on days that the parameters had not seen; the accuracy page has the whole table. */
const HOW_SURE =
  'On days that the parameters had not seen (Bitcoin, March 2026), 75 of 100 outcomes fell inside the range, and half'
  + ' were within × 1.6 of the figure. Which of two levels fires harder is less sure than what is usual this far.';

/** The living cluster of a side that is expected to be worth most if the price gets there. */
export function largestOf(clusters: readonly TrackedCluster[], side: 'long' | 'short'): TrackedCluster | null {
  const inside = ({ touch_forecast: touch }: TrackedCluster): number => touch?.inside_usd ?? -1;
  const own = clusters.filter((one) => one.cluster.side === side && inside(one) > 0);
  return own.reduce<TrackedCluster | null>((best, one) => (best && inside(best) >= inside(one) ? best : one), null);
}

/** A chance in words that promise no more than it knows: about 1 in 5. */
export function chanceWords(chance: number): string {
  if (chance >= 0.95) return 'nearly certain';
  if (chance >= 0.55) return `about ${Math.round(10 * chance)} in 10`;
  if (chance >= 0.4) return 'about 1 in 2';
  return chance >= 0.01 ? `about 1 in ${Math.round(1 / chance)}` : 'less than 1 in 100';
}

/** One side's outlook as a sentence a trader can size by. */
export function outlookWords({ cluster, touch_forecast: touch }: TrackedCluster, price: number): string {
  if (touch?.inside_usd == null) return '';
  const { horizon, chance, inside_usd, inside_band_80, on_the_way_usd } = touch;
  const isLong = cluster.side === 'long';
  const hours = horizon.replace('h', ' h');
  const away = Math.abs(cluster.near_edge / price - 1);
  const band = inside_band_80 === null ? '' : ` (8 of 10 times ${moneyBand(inside_band_80)})`;
  const way = on_the_way_usd == null || on_the_way_usd === 0 ? '' : `, ${formatMoney(on_the_way_usd)} on the way`;
  return (
    `${SIDE_SIGNS[cluster.side]} Largest cluster ${isLong ? 'below' : 'above'}: ${formatPrice(cluster.near_edge)},`
    + ` ${formatPercent(away, 1)} away. Chance of getting there in ${hours}, no trend assumed: ${chanceWords(chance)}.`
    + ` If it does: about ${formatMoney(inside_usd)} of ${isLong ? 'longs' : 'shorts'} liquidated in it${band}${way}.`
  );
}

/** How the figures were made, where that is worse than usual. */
function outlookCaution({ touch_forecast: touch }: TrackedCluster): string {
  if (touch == null) return '';
  const parts = [
    touch.in_sample ? 'the parameters had seen these days' : '',
    touch.transferred ? 'parameters of another market' : '',
    touch.tracked ? '' : 'no liquidations known here: wider range',
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
          title={`How sure? ${HOW_SURE}${outlookCaution(one)}`}
          onClick={() => onChoose(one.cluster_id)}
        >
          {outlookWords(one, clusters.price)}
        </button>
      ))}
    </div>
  );
}
