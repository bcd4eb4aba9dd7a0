import type { BarData, BusinessDay, IChartApiBase, ISeriesApi, SeriesType, Time } from 'lightweight-charts';
import type { CandlePositions } from './time-lookup.js';

/** One entry for each bar. */
export interface BarRanges {
  logicals: Float64Array;
  high: number[];
  low: number[];
}

/**
 * Times and logical indices of the host series. The index is asked for: another series may have put points in between.
 */
export function readCandlePositions(chart: IChartApiBase, series: ISeriesApi<SeriesType>): CandlePositions {
  const timeScale = chart.timeScale();
  const times: number[] = [];
  const logicals: number[] = [];
  for (const bar of series.data()) {
    const index = timeScale.timeToIndex(bar.time, false);
    if (index === null) continue;
    times.push(toEpochMs(bar.time));
    logicals.push(index);
  }
  return { timesMs: Float64Array.from(times), logicals: Float64Array.from(logicals) };
}

/** High and low of every bar of the host series; a line series counts as its value, and a gap as nothing. */
export function readBarRanges(series: ISeriesApi<SeriesType>, { logicals }: CandlePositions): BarRanges {
  const read = (side: 'high' | 'low'): number[] =>
    series.data().map((bar) => (side in bar ? (bar as BarData)[side] : 'value' in bar ? bar.value : NaN));
  return { logicals, high: read('high'), low: read('low') };
}

function toEpochMs(time: Time): number {
  if (typeof time === 'number') return time * 1000;
  if (typeof time === 'string') return Date.parse(`${time}T00:00:00Z`);
  const day: BusinessDay = time;
  return Date.UTC(day.year, day.month - 1, day.day);
}
