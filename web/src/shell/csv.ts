import { t } from '@lingui/core/macro';
import type { ClustersAnswer, SweepsAnswer } from '../api/decisions';
import type { CandlesAnswer, ProfileAnswer } from '../api/types';
import type { LiquidationHeatmap } from '../plugin';
import type { Loaded } from '../state/shown';
import { measureText } from '../ui/format';
import { calibrationWord } from './calibration';

type Grid = NonNullable<LiquidationHeatmap['grid']>;
type Value = string | number | boolean | null | undefined;

/** A file of what is shown: a line that says what it is, the names of the columns, the rows. */
export interface CsvFile {
  name: string;
  text: string;
}

/** The part of the map that is seen: cells that are not empty, each with its own time and prices. */
export function cellsCsv(map: Loaded, grid: Grid, [fromMs, toMs]: readonly [number, number]): CsvFile {
  const rows: Value[][] = [];
  for (let column = 0; column < grid.columns; column++) {
    const startMs = grid.startMs + column * grid.stepMs;
    if (startMs + grid.stepMs <= fromMs || startMs >= toMs) continue;
    for (let row = 0; row < grid.buckets; row++) {
      const usd = grid.valueOf(row, column);
      if (usd !== 0) rows.push([iso(startMs), grid.priceEdges[row], grid.priceEdges[row + 1], figure(usd)]);
    }
  }
  const measure = grid.isSigned ? 'shorts_less_longs_usd' : map.header.measure;
  const error = grid.isSigned ? 4 : 2;
  return file(map, 'map', t`figures within ${error} %`, [
    ['column_start_utc', 'price_low', 'price_high', measure],
    ...rows,
  ]);
}

export function candlesCsv(map: Loaded, candles: CandlesAnswer): CsvFile {
  const { time_ms, open, high, low, close, volume } = candles;
  return file(map, 'candles', t`trade prices in the quote currency`, [
    ['open_time_utc', 'open', 'high', 'low', 'close', 'volume_contract_units'],
    ...time_ms.map((timeMs, at) => [iso(timeMs), open[at], high[at], low[at], close[at], volume[at]]),
  ]);
}

/** The static map: what is expected at each price now, by side and leverage. */
export function profileCsv(map: Loaded, profile: ProfileAnswer): CsvFile {
  const bands = (side: string): string[] => profile.leverages.map((leverage) => `${side}_${leverage}x_usd`);
  const edges = profile.price_edges;
  const rows = edges
    .slice(1)
    .map((high, at) => [
      edges[at],
      high,
      ...[...profile.long_by_leverage_usd, ...profile.short_by_leverage_usd].map((band) => figure(band[at])),
      figure(profile.cumulative_long_usd[at] + profile.cumulative_short_usd[at]),
      figure(profile.on_the_way_low_usd?.[at]),
      figure(profile.on_the_way_high_usd?.[at]),
      profile.support?.[at],
    ]);
  const time = iso(profile.as_of_ms);
  return file(map, 'profile', t`as of ${time}`, [
    [
      'price_low',
      'price_high',
      ...bands('long'),
      ...bands('short'),
      'on_the_way_usd',
      'on_the_way_low_usd',
      'on_the_way_high_usd',
      'support',
    ],
    ...rows,
  ]);
}

export function clustersCsv(map: Loaded, { clusters, price }: ClustersAnswer): CsvFile {
  const rows = clusters.map(({ cluster_id, cluster, birth_ms, touch_forecast: touch }) => [
    cluster_id,
    cluster.side,
    cluster.low_price,
    cluster.high_price,
    cluster.peak_price,
    cluster.near_edge / price - 1,
    figure(touch?.inside_usd),
    figure(touch?.inside_band_80?.[0]),
    figure(touch?.inside_band_80?.[1]),
    figure(touch?.on_the_way_usd),
    touch?.chance,
    touch?.horizon,
    iso(birth_ms),
  ]);
  return file(map, 'clusters', t`price ${price}`, [
    [
      'cluster_id',
      'side',
      'price_low',
      'price_high',
      'peak_price',
      'distance',
      'inside_usd',
      'inside_low_usd',
      'inside_high_usd',
      'on_the_way_usd',
      'chance',
      'horizon',
      'born_utc',
    ],
    ...rows,
  ]);
}

/** What fired within a day: reported by venues beside what was expected. */
export function sweepsCsv(map: Loaded, { sweeps }: SweepsAnswer): CsvFile {
  const names = [...new Set(sweeps.flatMap((sweep) => Object.keys(sweep)))];
  const rows = sweeps.map((sweep) => {
    const values: Record<string, unknown> = { ...sweep };
    return names.map((name) => plain(values[name]));
  });
  return file(map, 'sweeps', t`reported by venues, beside what was expected`, [names, ...rows]);
}

export function saveFile({ name, text }: CsvFile): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function file({ query, header }: Loaded, kind: string, more: string, rows: readonly (readonly Value[])[]): CsvFile {
  const origin = header.origin === 'simulated' ? `${t`SIMULATED MARKET`}, ` : '';
  const about =
    `# liqheat: ${origin}${query.symbol}, ${query.venue}, ${query.interval}, ${measureText(header)},`
    + ` ${calibrationWord(header.calibration)}; ${more}; ${t`a modelled estimate, not advice`}`;
  const minute = iso(query.end_ms).slice(0, 16).replace(/\D/g, '');
  return {
    name: `liqheat-${query.symbol.replace(/\W+/g, '')}-${query.venue}-${kind}-${minute}.csv`,
    text: `${[about, ...rows.map((row) => row.map(cell).join(','))].join('\n')}\n`,
  };
}

/** Four figures: no estimate has more, and the files stay small. */
function figure(usd: number | null | undefined): number | null {
  return usd == null || Number.isNaN(usd) ? null : Number(usd.toPrecision(4));
}

function plain(value: unknown): Value {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value == null
    ? value
    : JSON.stringify(value);
}

function cell(value: Value): string {
  const text = value == null ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000', '');
}
