import { describe, expect, it } from 'vitest';
import { HeatGrid } from '../src/plugin/grid';
import { candlesCsv, cellsCsv, clustersCsv, profileCsv, sweepsCsv } from '../src/shell/csv';
import type { Loaded } from '../src/state/shown';

const MAP = {
  query: { symbol: 'BTC/USDT:USDT', venue: 'okx', interval: '1h', end_ms: 1_775_001_300_000 },
  header: { measure: 'forced_flow_usd', calibration: 'calibrated', origin: 'simulated' },
} as unknown as Loaded;

/** Columns by name, as a reader of the file would have them. */
function read({ text }: { text: string }): Record<string, string>[] {
  const [about, names, ...rows] = text.trimEnd().split('\n');
  expect(about).toMatch(/^# liqheat: SIMULATED MARKET, BTC\/USDT:USDT, okx, 1h, .* not advice$/);
  return rows.map((row) => Object.fromEntries(names.split(',').map((name, at) => [name, row.split(',')[at]])));
}

describe('CSV files', () => {
  it('have each cell that is seen and not empty', () => {
    const grid = new HeatGrid({
      columns: 3,
      buckets: 2,
      startMs: 0,
      stepMs: 3_600_000,
      priceEdges: Float64Array.from([100, 110, 120]),
      priceAxis: 'linear',
      quantisation: { maxUsd: 1e6, decades: 4 },
      cells: Uint8Array.from([255, 0, 255, 0, 255, 0]),
    });
    const file = cellsCsv(MAP, grid, [3_600_000, 10_800_000]);
    expect(file.name).toBe('liqheat-BTCUSDTUSDT-okx-map-202603312355.csv');
    expect(read(file)).toEqual([
      { column_start_utc: '1970-01-01T01:00:00Z', price_low: '110', price_high: '120', forced_flow_usd: '1000000' },
      { column_start_utc: '1970-01-01T02:00:00Z', price_low: '100', price_high: '110', forced_flow_usd: '1000000' },
    ]);
  });

  it('have candles, prices of the profile, clusters and sweeps, with nothing where nothing is known', () => {
    const one = { time_ms: [0], open: [1], high: [2], low: [0.5], close: [1.5], volume: [9] };
    expect(read(candlesCsv(MAP, one as never))[0]).toMatchObject({
      open_time_utc: '1970-01-01T00:00:00Z',
      close: '1.5',
    });
    const profile = {
      as_of_ms: 0,
      price_edges: [100, 110],
      leverages: [10],
      long_by_leverage_usd: [[123_456]],
      short_by_leverage_usd: [[0]],
      cumulative_long_usd: [200],
      cumulative_short_usd: [0],
    };
    expect(read(profileCsv(MAP, profile as never))[0]).toMatchObject({
      long_10x_usd: '123500',
      short_10x_usd: '0',
      on_the_way_usd: '200',
      on_the_way_low_usd: '',
      support: '',
    });
    const cluster = { side: 'long', low_price: 90, high_price: 95, peak_price: 92, near_edge: 95 };
    const clusters = { price: 100, clusters: [{ cluster_id: 'a', cluster, birth_ms: 0, touch_forecast: null }] };
    const [row] = read(clustersCsv(MAP, clusters as never));
    expect(Number(row.distance)).toBeCloseTo(-0.05, 12);
    expect(row.inside_usd).toBe('');
    const sweeps = { sweeps: [{ cluster_id: 'b', outcome: 'a, "b"', band: [1, 2] }] };
    expect(sweepsCsv(MAP, sweeps as never).text).toContain('b,"a, ""b""","[1,2]"');
  });
});
