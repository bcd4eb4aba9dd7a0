import type { BusinessDay, IChartApiBase, ISeriesApi, SeriesType, Time } from 'lightweight-charts';
import type { CandlePositions } from './time-lookup.js';

export interface BarRange {
  logical: number;
  high: number;
  low: number;
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

/** High and low of every bar of the host series; a line series counts as its value. */
export function readBarRanges(series: ISeriesApi<SeriesType>, positions: CandlePositions): BarRange[] {
  const ranges: BarRange[] = [];
  series.data().forEach((bar, index) => {
    const logical = positions.logicals[index];
    if (logical === undefined) return;
    if ('high' in bar) ranges.push({ logical, high: bar.high, low: bar.low });
    else if ('value' in bar) ranges.push({ logical, high: bar.value, low: bar.value });
  });
  return ranges;
}

function toEpochMs(time: Time): number {
  if (typeof time === 'number') return time * 1000;
  if (typeof time === 'string') return Date.parse(`${time}T00:00:00Z`);
  const day: BusinessDay = time;
  return Date.UTC(day.year, day.month - 1, day.day);
}
