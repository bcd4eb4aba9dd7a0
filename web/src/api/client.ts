import { t } from '@lingui/core/macro';
import { ApiProblem, problemFrom } from './problem';
import { decodeLqh1, type HeatGridInput } from '../plugin';
import type {
  AccuracyHeadline,
  BlindSpotsAnswer,
  BriefAnswer,
  ClustersAnswer,
  DepthAnswer,
  MarketAnswer,
  NetAnswer,
  OrderFlowAnswer,
  RulePreset,
  SetupsAnswer,
  Style,
  SweepsAnswer,
} from './decisions';
import type {
  CandlesAnswer,
  ColumnAnswer,
  HeatmapHeader,
  LiquidationsAnswer,
  ProfileAnswer,
  Quantity,
  StatusAnswer,
  SymbolsAnswer,
  ViewQuery,
} from './types';

export interface HeatmapAnswer {
  header: HeatmapHeader;
  grid: HeatGridInput;
  /** The version of the answer; equal tags mean equal bytes. */
  etag: string | null;
}

export interface MarketQuery {
  symbol: string;
  venue: string;
}

/** Parameters as a query string, in a fixed order so that one view has one URL (and one cache entry). */
export function queryString(parameters: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.toString();
}

export class ApiClient {
  /** Questions without an answer yet. */
  private asked = 0;

  constructor(
    private readonly base = '/api/v1',
    /** Told when an answer is an old one that the browser kept: when it had come. */
    private readonly onKept: (cameMs: number) => void = () => undefined,
  ) {}

  isIdle(): boolean {
    return this.asked === 0;
  }

  symbols(signal?: AbortSignal): Promise<SymbolsAnswer> {
    return this.json('/symbols', {}, signal);
  }

  /** Fails while the server is not there. */
  async health(): Promise<void> {
    const response = await fetch('/health');
    if (!response.ok) throw await problemFrom(response);
  }

  status(signal?: AbortSignal): Promise<StatusAnswer> {
    return this.json('/status', {}, signal);
  }

  /** What venues reported as liquidated within a view; nothing of it is estimated. */
  liquidations(
    { symbol, venue, start_ms, end_ms }: Omit<ViewQuery, 'end_ms'> & { end_ms?: number | undefined },
    signal?: AbortSignal,
  ): Promise<LiquidationsAnswer> {
    return this.json('/liquidations', { symbol, venue, start_ms, end_ms }, signal);
  }

  candles({ symbol, venue, interval, start_ms, end_ms }: ViewQuery, signal?: AbortSignal): Promise<CandlesAnswer> {
    return this.json('/candles', { symbol, venue, interval, start_ms, end_ms }, signal);
  }

  column(query: ViewQuery, timeMs: number, signal?: AbortSignal): Promise<ColumnAnswer> {
    return this.json('/column', { ...query, t_ms: timeMs }, signal);
  }

  profile(query: ViewQuery, signal?: AbortSignal): Promise<ProfileAnswer> {
    return this.json('/profile', query, signal);
  }

  clusters(query: ViewQuery, signal?: AbortSignal): Promise<ClustersAnswer> {
    const { symbol, venue, cohort, leverage, quantity, horizon } = query;
    return this.json('/clusters', { symbol, venue, cohort, leverage, quantity, horizon }, signal);
  }

  setups(
    query: MarketQuery & { style: Style; preset: RulePreset; equity_usd: number; quantity?: Quantity | undefined },
    signal?: AbortSignal,
  ): Promise<SetupsAnswer> {
    return this.json('/setups', query, signal);
  }

  market(query: { style: Style; sort?: string; preset?: RulePreset }, signal?: AbortSignal): Promise<MarketAnswer> {
    return this.json('/market', query, signal);
  }

  brief(query: MarketQuery & { since_ms: number }, signal?: AbortSignal): Promise<BriefAnswer> {
    return this.json('/brief', query, signal);
  }

  sweeps(query: MarketQuery, signal?: AbortSignal): Promise<SweepsAnswer> {
    return this.json('/sweeps', query, signal);
  }

  net(query: ViewQuery, signal?: AbortSignal): Promise<NetAnswer> {
    return this.json('/net', query, signal);
  }

  depth({ symbol, venue }: MarketQuery, signal?: AbortSignal): Promise<DepthAnswer> {
    return this.json('/depth', { symbol, venue }, signal);
  }

  /** What happens before a price: takers and the order book over the last bars. */
  orderFlow(query: MarketQuery & { near_edge: number }, signal?: AbortSignal): Promise<OrderFlowAnswer> {
    return this.json('/order-flow', query, signal);
  }

  blindSpots({ symbol, venue }: MarketQuery, signal?: AbortSignal): Promise<BlindSpotsAnswer> {
    return this.json('/blind-spots', { symbol, venue }, signal);
  }

  accuracy(signal?: AbortSignal): Promise<AccuracyHeadline> {
    return this.json('/accuracy', {}, signal);
  }

  /** `null` when the answer is the one of `knownEtag`: the browser's cache did the conditional request. */
  async heatmap(
    query: ViewQuery & { type?: string },
    knownEtag: string | null,
    signal?: AbortSignal,
  ): Promise<HeatmapAnswer | null> {
    return this.get('/heatmap.bin', query, signal, async (response) => {
      const etag = response.headers.get('etag');
      if (etag !== null && etag === knownEtag) {
        await response.body?.cancel();
        return null;
      }
      const { header, grid } = decodeLqh1(await response.arrayBuffer());
      return { header: header as HeatmapHeader, grid, etag };
    });
  }

  private json<T>(path: string, parameters: object, signal?: AbortSignal): Promise<T> {
    return this.get(path, parameters, signal, async (response) => (await response.json()) as T);
  }

  private async get<T>(
    path: string,
    parameters: object,
    signal: AbortSignal | undefined,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    this.asked++;
    try {
      return await read(await this.fetch(path, parameters, signal));
    } finally {
      this.asked--;
    }
  }

  private async fetch(path: string, parameters: object, signal: AbortSignal | undefined): Promise<Response> {
    const query = queryString(parameters);
    let response: Response;
    try {
      response = await fetch(`${this.base}${path}${query === '' ? '' : `?${query}`}`, signal ? { signal } : {});
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiProblem(t`No connection`, t`The liqheat server does not answer. Is it still running?`, 0, 'offline');
    }
    const cameMs = Number(response.headers.get('liqheat-kept-ms') ?? NaN);
    if (cameMs > 0) this.onKept(cameMs);
    if (!response.ok) throw await problemFrom(response);
    return response;
  }
}
