import { t } from '@lingui/core/macro';
import { effect } from '@preact/signals';
import { LineStyle, type IPriceLine } from 'lightweight-charts';
import type { PriceBand } from '../plugin';
import type { Setup, TrackedCluster } from '../api/decisions';
import { colors, shownTheme } from '../ui/theme';
import { DEFAULT_LOWER_CUTOFF } from '../state/state';
import type { Store } from '../state/store';
import type { LiquidationChart } from '../chart/chart';
import type { Decisions } from './decisions';
import { bandLabel, clusterUsd, heaviestOf, ladderRows } from './setup-words';
import { told } from '../ui/language';

/** So many of each side are marked, the nearest first and then the heaviest; a chart full of marks marks nothing. */
const PER_SIDE = 4;
const NEAREST = 2;
const PER_SIDE_NARROW = 2;
const NARROW_PIXELS = 620;
const REACH = 0.12;

/** The clusters that are marked on the chart, and the chosen one wherever it is. */
export function markedClusters(
  clusters: readonly TrackedCluster[],
  price: number,
  chosenId: string | null,
  perSide = PER_SIDE,
): TrackedCluster[] {
  const near = clusters.filter(({ cluster }) => Math.abs(cluster.near_edge / price - 1) <= REACH);
  const ofSide = (side: 'long' | 'short'): TrackedCluster[] => {
    const byDistance = near
      .filter(({ cluster }) => cluster.side === side)
      .sort((a, b) => Math.abs(a.cluster.near_edge - price) - Math.abs(b.cluster.near_edge - price));
    const byWeight = byDistance.slice(NEAREST).sort((a, b) => clusterUsd(b) - clusterUsd(a));
    return [...byDistance.slice(0, NEAREST), ...byWeight].slice(0, perSide);
  };
  const marked = [...ofSide('long'), ...ofSide('short')];
  const chosen = clusters.find(({ cluster_id }) => cluster_id === chosenId);
  return chosen === undefined || marked.includes(chosen) ? marked : [...marked, chosen];
}

/** Clusters on the chart, and the levels of the chosen one's trade while it is chosen. */
export class ClusterLayer {
  private lines: IPriceLine[] = [];
  private linesName = '';

  constructor(
    private readonly view: LiquidationChart,
    private readonly store: Store,
    private readonly decisions: Decisions,
  ) {
    effect(() => this.render());
    view.chart.subscribeCrosshairMove(({ point, paneIndex }) => {
      view.bands.setHovered(
        point === undefined || (paneIndex ?? 0) > 0 ? null : view.bands.bandAtPoint(point.x, point.y),
      );
    });
    view.chart.subscribeClick(({ point, paneIndex }) => {
      const id = point === undefined || (paneIndex ?? 0) > 0 ? null : view.bands.bandAtPoint(point.x, point.y);
      if (id !== null) store.update({ cluster: id, panel: 'setups' });
    });
  }

  /** What it reads, the currency of its labels among it, draws everything anew when it changes. */
  private render(): void {
    const { cluster: chosenId, areClustersShown, panel, isHeatShown, lowerCutoff } = this.store.state;
    const { clusters, setups } = this.decisions.seen;
    const rows = ladderRows(clusters?.clusters ?? [], setups?.setups ?? []);
    const price = clusters?.price ?? setups?.price ?? 0;
    const chosen =
      rows.find(({ id, setup }) => id === chosenId || (chosenId !== null && setup?.cluster.cluster_id === chosenId))
      ?? null;
    const tracked = rows.filter(({ isOfStyle, id }) => !isOfStyle || id === chosen?.id).map((row) => row.tracked);
    const isNarrow = this.view.chart.chartElement().clientWidth < NARROW_PIXELS;
    const marked = markedClusters(tracked, price, chosen?.id ?? null, isNarrow ? PER_SIDE_NARROW : PER_SIDE);
    const heaviestUsd = heaviestOf(tracked);
    this.showHeatOf(marked);
    // A bracket around black would mark nothing: where somebody cuts the heat off, what marks it goes along.
    const drawnUsd =
      isHeatShown && lowerCutoff > DEFAULT_LOWER_CUTOFF ? (this.view.heatmap.cutoffsUsd()?.drawnUsd ?? 0) : 0;
    const bright = marked.filter((one) => one.cluster_id === chosen?.id || this.peakUsd(one) >= drawnUsd);
    this.view.bands.setBands(bright.map((one) => bandOf(one, heaviestUsd, isNarrow)));
    this.view.bands.applyOptions({ chosenId: panel === 'setups' ? (chosen?.id ?? null) : null });
    if (this.view.bands.options().visible !== areClustersShown) this.view.setClustersShown(areClustersShown);
    this.drawLevels(panel === 'setups' ? (chosen?.setup ?? null) : null);
  }

  /** The heat of each marked cluster is drawn, however little that is beside the rest. */
  private showHeatOf(marked: readonly TrackedCluster[]): void {
    const { heatmap } = this.view;
    const peaks = marked.map((one) => this.peakUsd(one)).filter((usd) => usd > 0);
    const leastShownUsd = this.store.state.areClustersShown && peaks.length > 0 ? Math.min(...peaks) : 0;
    if (heatmap.options().leastShownUsd !== leastShownUsd) heatmap.applyOptions({ leastShownUsd });
  }

  /** The largest figure, whatever its sign, that the newest column has in a cluster. */
  private peakUsd({ cluster }: TrackedCluster): number {
    const { grid } = this.view.heatmap;
    if (grid === null || grid.columns === 0) return 0;
    const rows = [grid.rowAt(cluster.low_price), grid.rowAt(cluster.high_price)].filter((row) => row >= 0);
    let mostUsd = 0;
    for (let row = Math.min(...rows); row <= Math.max(...rows); row++)
      mostUsd = Math.max(mostUsd, Math.abs(grid.valueOf(row, grid.columns - 1)));
    return mostUsd;
  }

  private drawLevels(setup: Setup | null): void {
    const order = told(setup?.entry_order ?? '');
    const levels: [string, number | null, string][] =
      setup === null
        ? []
        : [
            [t`Entry · ${order}`, setup.entry, colors().entry],
            [t`Stop`, setup.stop, colors().stop],
            [t({ message: 'T1', comment: 'Target 1, on the chart' }), setup.target, colors().target],
            [t({ message: 'T2', comment: 'Target 2, on the chart' }), setup.second_target, colors().target],
          ];
    const name = JSON.stringify([levels, shownTheme()]);
    if (name === this.linesName) return;
    this.linesName = name;
    for (const line of this.lines) this.view.series.removePriceLine(line);
    this.lines = levels.flatMap(([title, price, color]) =>
      price === null
        ? []
        : [
            this.view.series.createPriceLine({
              price,
              color,
              title,
              lineWidth: 1,
              lineStyle: LineStyle.LargeDashed,
              axisLabelVisible: true,
              axisLabelTextColor: colors().onColor,
            }),
          ],
    );
  }
}

function bandOf(tracked: TrackedCluster, heaviestUsd: number, isNarrow: boolean): PriceBand {
  const { cluster_id, cluster, birth_ms } = tracked;
  return {
    id: cluster_id,
    lowPrice: cluster.low_price,
    highPrice: cluster.high_price,
    peakPrice: cluster.peak_price,
    startMs: birth_ms,
    label: bandLabel(tracked, heaviestUsd, isNarrow),
    color: cluster.side === 'long' ? colors().long : colors().short,
    weight: clusterUsd(tracked),
  };
}
