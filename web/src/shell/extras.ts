import type { ApiClient } from '../api/client';
import { byId } from '../ui/dom';
import { typeOf } from '../state/map-types';
import type { Store } from '../state/store';
import { BlindSpots } from '../chart/blind-spots';
import type { LiquidationChart } from '../chart/chart';
import { DepthLayer } from '../chart/depth-layer';
import { NetPane } from '../chart/net-pane';
import { BriefPanel } from '../setups/brief-panel';
import { ClusterLayer } from '../setups/cluster-layer';
import { Decisions } from '../setups/decisions';
import { SetupPanel } from '../setups/setup-panel';
import type { RealisedEvents } from '../realised/realised-events';
import { RealisedPanel } from '../realised/realised-panel';
import type { mountTape } from '../realised/tape';
import type { Loaded } from './loader';
import type { SideTabs } from './side-tabs';

interface ExtrasParts {
  api: ApiClient;
  view: LiquidationChart;
  store: Store;
  tabs: SideTabs;
  isStreaming: boolean;
  hasRealised: boolean;
}

type Tape = ReturnType<typeof mountTape>;

/**
 * What is made of the map: clusters, setups, net, order book, blind spots. All of it follows a drawn map and never
 * holds one up.
 */
export class Extras {
  private readonly decisions: Decisions;
  private readonly setups: SetupPanel;
  private readonly clusters: ClusterLayer;
  private readonly net: NetPane;
  private readonly depth: DepthLayer;
  private readonly blindSpots: BlindSpots;
  private readonly brief: BriefPanel;
  private readonly realised: RealisedPanel;

  constructor({ api, view, store, tabs, isStreaming, hasRealised }: ExtrasParts) {
    this.decisions = new Decisions(api, store);
    this.brief = new BriefPanel(tabs.hosts.setups, api, store, this.decisions);
    this.setups = new SetupPanel(tabs.hosts.setups, store, this.decisions, (id) => view.bands.setHovered(id));
    this.clusters = new ClusterLayer(view, store, this.decisions);
    this.net = new NetPane(byId('chart').parentElement as HTMLElement, api, view);
    this.blindSpots = new BlindSpots(tabs.hosts.map, api);
    this.depth = new DepthLayer(tabs.hosts.map, api, view, store, isStreaming);
    this.realised = new RealisedPanel(tabs.hosts.tape, store, this.decisions);
    tabs.setOffered('tape', hasRealised);
    this.decisions.onChange(() => {
      const { clusters, setups } = this.decisions.seen;
      if (clusters !== null || setups !== null) tabs.setOffered('setups', true);
      else if (!this.decisions.isOffered) tabs.setOffered('setups', false);
    });
    store.subscribe((state, before) => {
      if (state.panel !== before.panel) this.realised.render();
      if (!typeOf(state.mapType).is_signed) this.net.hide();
    });
  }

  /** A map was drawn. */
  show({ state, query }: Loaded): void {
    if (typeOf(state.mapType).is_signed) void this.net.show(query);
    this.decisions.show(query);
    this.depth.show(query);
    void this.blindSpots.show(query);
    this.brief.show(query, query.end_ms);
  }

  /** Writes every figure anew, in another currency. */
  refresh(): void {
    this.setups.render();
    this.clusters.render();
    this.net.refresh();
    this.depth.refresh();
    this.brief.render();
    this.realised.render();
  }

  /** The tape, with what is told beside it. */
  besideTape(tape: Tape): Tape {
    return {
      show: (events: RealisedEvents, largestUsd: number) => {
        tape.show(events, largestUsd);
        this.realised.show(events);
      },
      hide: () => {
        tape.hide();
        this.realised.hide();
      },
    };
  }
}
