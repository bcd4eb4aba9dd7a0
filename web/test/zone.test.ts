import { TickMarkType } from 'lightweight-charts';
import { afterEach, describe, expect, it } from 'vitest';
import { markText } from '../src/chart/time-axis';
import { formatClock, formatTime } from '../src/ui/format';
import { chooseZone, zoneMark } from '../src/ui/zone';

const NOON_MS = Date.UTC(2026, 2, 31, 12, 5, 9);

afterEach(() => chooseZone('utc'));

describe('times', () => {
  it('are in UTC, and say so', () => {
    expect(formatTime(NOON_MS)).toBe('Tue 31 Mar 2026 12:05 UTC');
    expect(formatClock(NOON_MS)).toBe('12:05:09');
    // The chart writes its own marks.
    expect(markText((NOON_MS / 1000) as never, TickMarkType.Time, 'utc')).toBeNull();
  });

  it('are in the zone of the machine where that is chosen, and name it', () => {
    chooseZone('local');
    const local = new Date(NOON_MS);
    const two = (value: number) => String(value).padStart(2, '0');
    const clock = `${two(local.getHours())}:${two(local.getMinutes())}`;
    expect(formatClock(NOON_MS)).toBe(`${clock}:09`);
    expect(formatTime(NOON_MS)).toContain(`${clock} ${zoneMark(NOON_MS)}`);
    expect(zoneMark(NOON_MS)).not.toBe('');
    expect(markText((NOON_MS / 1000) as never, TickMarkType.Time, 'local')).toBe(clock);
  });

  it('begin a day where the zone does', () => {
    chooseZone('local');
    const midnight = new Date(2026, 2, 31).getTime() / 1000;
    expect(markText(midnight as never, TickMarkType.DayOfMonth, 'local')).toBe('31');
    expect(markText((midnight + 7200) as never, TickMarkType.DayOfMonth, 'local')).toBe('02:00');
  });
});
