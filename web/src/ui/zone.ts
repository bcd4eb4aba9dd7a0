import { signal } from '@preact/signals';
import { keep, readKept } from './kept';
import { TIME_LOCALE } from './language';

/** Times are shown in one of these; links and files have UTC. */
export const ZONES = ['utc', 'local'] as const;
export type ZoneName = (typeof ZONES)[number];

const KEPT_AS = 'liqheat.zone';

const chosen = signal<ZoneName>(readKept(KEPT_AS, ZONES, 'utc'));

/** Who reads it within a component or an effect follows it. */
export function shownZone(): ZoneName {
  return chosen.value;
}

export function chooseZone(zone: ZoneName): void {
  chosen.value = zone;
  keep(KEPT_AS, zone);
}

type Style = 'minute' | 'second' | 'axis-day' | 'axis-month' | 'axis-year' | 'zone';

const OPTIONS: Record<Style, Intl.DateTimeFormatOptions> = {
  minute: { weekday: 'short', day: '2-digit', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  'axis-day': { day: 'numeric' },
  'axis-month': { month: 'short' },
  'axis-year': { year: 'numeric' },
  zone: { timeZoneName: 'short' },
};

/** Made once each: making one costs as much as a hundred uses. */
const formats = new Map<string, Intl.DateTimeFormat>();

export function zonedFormat(style: Style): Intl.DateTimeFormat {
  const zone = shownZone();
  const name = `${style} ${zone}`;
  let format = formats.get(name);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(TIME_LOCALE, {
      ...OPTIONS[style],
      ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
    });
    formats.set(name, format);
  }
  return format;
}

/** `UTC`, or the name of the machine's own zone at a time: `CET`, `GMT+4`. */
export function zoneMark(timeMs: number): string {
  if (shownZone() === 'utc') return 'UTC';
  const parts = zonedFormat('zone').formatToParts(timeMs);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
