import { TickMarkType, type IChartApi, type Time, type UTCTimestamp } from 'lightweight-charts';
import { formatClock, formatTime } from '../ui/format';
import { NUMBER_LOCALE } from '../ui/language';
import { zonedFormat, type ZoneName } from '../ui/zone';

/** The chart's own marks are in UTC; in another zone each is written anew. */
export function showZone(chart: IChartApi, zone: ZoneName): void {
  chart.applyOptions({
    localization: { locale: NUMBER_LOCALE, timeFormatter: (time: Time) => formatTime(msOf(time)) },
    timeScale: { tickMarkFormatter: (time: Time, type: TickMarkType) => markText(time, type, zone) },
  });
}

/** `null` leaves it to the chart. */
export function markText(time: Time, type: TickMarkType, zone: ZoneName): string | null {
  if (zone === 'utc') return null;
  const timeMs = msOf(time);
  switch (type) {
    case TickMarkType.Year:
      return zonedFormat('axis-year').format(timeMs);
    case TickMarkType.Month:
      return zonedFormat('axis-month').format(timeMs);
    case TickMarkType.DayOfMonth: {
      // Where the day begins by UTC it may be any hour here.
      const clock = formatClock(timeMs).slice(0, 5);
      return /^00\D00$/.test(clock) ? zonedFormat('axis-day').format(timeMs) : clock;
    }
    default:
      return formatClock(timeMs).slice(0, 5);
  }
}

function msOf(time: Time): number {
  return 1000 * (time as UTCTimestamp);
}
