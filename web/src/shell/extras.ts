import { effect } from '@preact/signals';
import type { ApiClient } from '../api/client';
import { BlindSpots } from '../chart/blind-spots';
import type { LiquidationChart } from '../chart/chart';
import { DepthLayer } from '../chart/depth-layer';
import { NetPane } from '../chart/net-pane';
import { Sweeps } from '../realised/sweeps';
import { Brief } from '../setups/brief';
import { ClusterLayer } from '../setups/cluster-layer';
import { Decisions } from '../setups/decisions';
import { OrderFlow } from '../setups/order-flow';
import { typeOf } from '../state/map-types';
import type { Loaded } from '../state/shown';
import type { Store } from '../state/store';

interface ExtrasParts {
  api: ApiClient;
  view: LiquidationChart;
  store: Store;
  isStreaming: boolean;
}

/**
 * What is made of the map: clusters, setups, net, order book, blind spots. All of it follows a drawn map and never
 * holds one up.
 */
export class Extras {
  readonly decisions: Decisions;
  readonly brief: Brief;
  readonly blindSpots: BlindSpots;
  readonly depth: DepthLayer;
  readonly net: NetPane;
  readonly sweeps: Sweeps;
  readonly orderFlow: OrderFlow;

  constructor({ api, view, store, isStreaming }: ExtrasParts) {
    this.decisions = new Decisions(api, store);
    this.brief = new Brief(api);
    this.blindSpots = new BlindSpots(api);
    this.depth = new DepthLayer(api, view, store, isStreaming);
    this.net = new NetPane(view.chart.chartElement(), api, view);
    this.sweeps = new Sweeps(api);
    this.orderFlow = new OrderFlow(api, store, this.decisions, isStreaming);
    new ClusterLayer(view, store, this.decisions);
    effect(() => this.sweeps.setSeen(store.state.panel === 'tape'));
    effect(() => {
      if (!typeOf(store.state.mapType).is_signed) this.net.hide();
    });
  }

  /** A map was drawn. */
  show({ state, query }: Loaded): void {
    if (typeOf(state.mapType).is_signed) void this.net.show(query);
    this.decisions.show(query);
    this.depth.show(query);
    void this.blindSpots.show(query);
    this.brief.show(query, query.end_ms);
    this.sweeps.show(query, query.end_ms);
  }
}
