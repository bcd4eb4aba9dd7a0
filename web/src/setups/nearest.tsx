import { t } from '@lingui/core/macro';
import type { JSX } from 'preact';
import type { ClustersAnswer, TrackedCluster } from '../api/decisions';
import { Table } from '../ui/figures';
import { SIDE_SIGNS, formatPrice, formatSignedPercent } from '../ui/format';
import { chanceWords } from './outlook';
import { clusterMoney, heaviestOf } from './setup-words';

const PER_SIDE = 3;

interface NearestProps {
  clusters: ClustersAnswer | null;
  onChoose: (id: string) => void;
}

/** The nearest clusters of each side, highest price first. */
function nearestClusters(clusters: readonly TrackedCluster[], perSide = PER_SIDE): TrackedCluster[] {
  const ofSide = (side: 'long' | 'short'): TrackedCluster[] =>
    clusters
      .filter(({ cluster }) => cluster.side === side)
      .sort((a, b) => (a.cluster.near_edge - b.cluster.near_edge) * (side === 'short' ? 1 : -1))
      .slice(0, perSide);
  return [...ofSide('short').reverse(), ...ofSide('long')];
}

/** What stands beside the chart before anything is pointed at. */
export function NearestCard({ clusters, onChoose }: NearestProps): JSX.Element | null {
  const nearest = nearestClusters(clusters?.clusters ?? []);
  if (clusters === null || nearest.length === 0) return null;
  const heaviest = heaviestOf(clusters.clusters);
  return (
    <section class="card nearest" data-testid="nearest" aria-label={t`Nearest clusters`}>
      <h2>{t`Nearest clusters`}</h2>
      <Table head={[t({ message: 'From', context: 'price' }), t`Away`, t`If reached`, t`Chance`]}>
        {nearest.map((tracked) => (
          <tr key={tracked.cluster_id}>
            <th scope="row">
              <button
                type="button"
                class={`text-button number side-${tracked.cluster.side}`}
                title={t`Show this cluster`}
                onClick={() => onChoose(tracked.cluster_id)}
              >
                {`${SIDE_SIGNS[tracked.cluster.side]} ${formatPrice(tracked.cluster.near_edge)}`}
              </button>
            </th>
            <td class="number">{formatSignedPercent(tracked.cluster.near_edge / clusters.price - 1, 1)}</td>
            <td class="number">{clusterMoney(tracked, heaviest)}</td>
            <td>{tracked.touch_forecast == null ? '—' : chanceWords(tracked.touch_forecast.chance)}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
