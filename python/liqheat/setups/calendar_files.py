"""The user's own calendar: iCalendar or CSV. Good entries are used, bad ones listed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from liqheat.errors import FileFormatError, InputError
from liqheat.records import BrokenEntry, CalendarSeries, MacroEvent
from liqheat.units import DAY_MS, read_moment_ms

MOST_BYTES = 5_000_000
MOST_REPEATS = 500
"""Occurrences taken of a repeating event."""
TIME_NAMES = ("time", "time_ms", "start", "date")
NAME_NAMES = ("name", "event", "summary", "title")


def load_calendar_file(path: str | Path, *, valid_until_ms: int | None = None) -> CalendarSeries:
    """Read a calendar by its ending: ``.ics`` (iCalendar) or ``.csv`` (columns ``time`` and ``name``).

    Parameters
    ----------
    path : str or Path
        The file.
    valid_until_ms : int, optional
        Until when you vouch that every event that matters to you is in it, UTC epoch milliseconds. Without it the
        file's events count, but it makes no time clear.

    Raises
    ------
    InputError
        When the file cannot be read, or is larger than 5 MB.
    FileFormatError
        When it is not a calendar at all. Single broken entries are listed in ``broken`` instead.
    """
    file = Path(path)
    if file.suffix.lower() not in (".ics", ".csv"):
        raise InputError("calendar", "must end in .ics or .csv", path)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError("calendar", "must be a file that can be read", f"{path}: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise InputError("calendar", f"must not be larger than {MOST_BYTES} bytes", len(data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError("calendar", "must be UTF-8 text", f"{path}: {error.reason}") from error
    read = parse_icalendar if file.suffix.lower() == ".ics" else parse_csv_calendar
    return read(text, name=file.name, valid_until_ms=valid_until_ms)


def parse_csv_calendar(text: str, *, name: str = "csv", valid_until_ms: int | None = None) -> CalendarSeries:
    r"""Read rows of ``time`` (ISO 8601 with an offset or Z, a date, or epoch milliseconds) and ``name``.

    Examples
    --------
    >>> series = parse_csv_calendar("time,name\n2026-12-10T13:30:00Z,CPI\nsoon,unlock\n")
    >>> [event.name for event in series.events], series.broken[0].where, series.broken[0].reason
    (['CPI'], 'line 3', 'time must be ISO 8601 or epoch milliseconds; found soon')
    """
    rows = csv.reader(io.StringIO(text))
    header = [cell.strip().lower() for cell in next(rows, [])]
    time_at = next((header.index(one) for one in TIME_NAMES if one in header), None)
    name_at = next((header.index(one) for one in NAME_NAMES if one in header), None)
    if time_at is None or name_at is None:
        rule = "must have a header with a column time and a column name"
        raise FileFormatError("calendar", rule, ",".join(header)[:100] or "nothing")
    events, broken = [], []
    while True:
        try:
            row = next(rows, None)
            if row is None:
                break
            if any(cell.strip() for cell in row):
                events.append(_read_row(row, time_at, name_at))
        except (ValueError, OverflowError, csv.Error) as error:
            broken.append(BrokenEntry(f"line {rows.line_num}", str(error)))
    return _series(name, events, broken, valid_until_ms)


def parse_icalendar(text: str, *, name: str = "ics", valid_until_ms: int | None = None) -> CalendarSeries:
    """Read the events of an iCalendar text; repeating ones are unrolled, times without a zone are UTC."""
    from icalendar import Calendar

    try:
        components = Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError) as error:
        raise FileFormatError("calendar", "must be an iCalendar file", str(error)[:200]) from error
    found = [event for component in components for event in component.walk("VEVENT")]
    if not found and not any(component.name == "VCALENDAR" for component in components):
        raise FileFormatError("calendar", "must hold a VCALENDAR", text[:60])
    events, broken = [], []
    for number, entry in enumerate(found, 1):
        title = str(entry.get("summary", "event"))
        try:
            if str(entry.get("status", "")).upper() != "CANCELLED":
                events += [_event(title, start, end) for start, end in _occurrences(entry)]
        except Exception as error:
            broken.append(BrokenEntry(f"event {number} ({title[:60]})", str(error)[:200] or type(error).__name__))
    return _series(name, events, broken, valid_until_ms)


def _occurrences(entry: Any) -> Iterator[tuple[date, date]]:
    start = _value(entry, "dtstart")
    if start is None:
        raise ValueError("has no DTSTART")
    end = _value(entry, "dtend")
    length = end - start if end is not None else _value(entry, "duration")
    if length is None:
        length = timedelta(days=0 if isinstance(start, datetime) else 1)
    if length < timedelta(0):
        raise ValueError(f"ends before it starts: {end}")
    if entry.get("rrule") is None:
        return iter([(start, start + length)])
    from dateutil.rrule import rrulestr

    first = start if isinstance(start, datetime) else datetime(start.year, start.month, start.day, tzinfo=UTC)
    first = first if first.tzinfo else first.replace(tzinfo=UTC)
    times = list(islice(rrulestr(entry["rrule"].to_ical().decode(), dtstart=first), MOST_REPEATS))
    return iter([(moment, moment + length) for moment in times])


def _value(entry: Any, name: str) -> Any:
    found = entry.get(name)
    return None if found is None else found.dt


def _event(name: str, start: date | int, end: date | int | None = None) -> MacroEvent:
    start_ms = read_moment_ms("time", start)
    if end is None:
        # A date without a time is the whole day.
        is_day = isinstance(start, date) and not isinstance(start, datetime)
        return MacroEvent(name.strip()[:200] or "event", start_ms, start_ms + DAY_MS if is_day else start_ms)
    return MacroEvent(name.strip()[:200] or "event", start_ms, max(read_moment_ms("time", end), start_ms))


def _read_row(row: list[str], time_at: int, name_at: int) -> MacroEvent:
    if max(time_at, name_at) >= len(row):
        raise ValueError("has too few columns")
    return _event(row[name_at], _read_time(row[time_at].strip()))


def _read_time(text: str) -> date | int:
    try:
        if text.isdigit() and len(text) >= 12:
            return read_moment_ms("time", datetime.fromtimestamp(int(text) / 1000, UTC))
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"time must be ISO 8601 or epoch milliseconds; found {text[:40]}") from None


def _series(
    name: str, events: list[MacroEvent], broken: list[BrokenEntry], valid_until_ms: int | None
) -> CalendarSeries:
    ordered = tuple(sorted(events, key=lambda event: (event.start_ms, event.name)))
    valid_from = None if valid_until_ms is None else 0
    return CalendarSeries(name, f"user file {name}", ordered, valid_from, valid_until_ms, False, tuple(broken))
