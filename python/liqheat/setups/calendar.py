"""Scheduled macro events: the shipped calendar, and whether one is near (rule R11).

A calendar that is missing or has run out says ``unknown``, never ``clear``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from liqheat.records import CalendarSeries, CalendarState, MacroEvent
from liqheat.units import DAY_MS, MINUTE_MS, read_moment_ms


@cache
def load_shipped_calendar() -> tuple[CalendarSeries, ...]:
    """The dated calendar of this package: FOMC statements and CPI releases, each with the date until which it holds.

    Examples
    --------
    >>> [(series.name, f"{to_utc(series.valid_until_ms):%Y-%m-%d}") for series in load_shipped_calendar()]
    [('FOMC', '2028-01-01'), ('CPI', '2027-01-01')]
    """
    text = resources.files("liqheat.setups").joinpath("data/macro_calendar.json").read_text("utf-8")
    found = json.loads(text)
    return tuple(_read_series(row, found["read"]) for row in found["series"])


def calendar_state(
    calendar: Sequence[CalendarSeries] | None, time_ms: int, *, window_ms: int = 60 * MINUTE_MS
) -> CalendarState:
    """Whether a scheduled event lies within `window_ms` of a time.

    Parameters
    ----------
    calendar : sequence of CalendarSeries, optional
        The shipped series and the user's; None where there is none.
    time_ms : int
        When, UTC epoch milliseconds.
    window_ms : int
        Before and after an event.

    Returns
    -------
    CalendarState
        ``clear`` only when every required series holds at that time. A user's series stands in for those that have run
        out where the user vouches for it (a valid-until date).

    Examples
    --------
    >>> at = int(datetime(2026, 12, 9, 18, 30, tzinfo=UTC).timestamp() * 1000)
    >>> calendar_state(load_shipped_calendar(), at).state, calendar_state(None, at).state
    ('news', 'unknown')
    >>> calendar_state(load_shipped_calendar(), at - 86_400_000).state
    'clear'
    """
    if not calendar:
        return CalendarState("unknown", (), "none")
    near = tuple(
        event
        for series in calendar
        for event in series.events
        if event.start_ms - window_ms <= time_ms <= event.end_ms + window_ms
    )
    if near:
        return CalendarState("news", near, "near")
    # At the very ends an event just outside the span could still be within the window.
    vouched = any(not series.is_required and _holds(series, time_ms, window_ms) for series in calendar)
    required = [series for series in calendar if series.is_required]
    expired = tuple(series.name for series in required if not _holds(series, time_ms, window_ms))
    if not vouched and (expired or not required):
        return CalendarState("unknown", (), "expired" if expired else "uncovered", expired)
    return CalendarState("clear", (), "clear")


def to_utc(time_ms: int | None) -> datetime:
    """A time as a UTC datetime; the epoch for None."""
    return datetime.fromtimestamp((time_ms or 0) / 1000, UTC)


def _holds(series: CalendarSeries, time_ms: int, window_ms: int) -> bool:
    if series.valid_from_ms is None or series.valid_until_ms is None:
        return False
    return series.valid_from_ms <= time_ms - window_ms and time_ms + window_ms <= series.valid_until_ms


def _read_series(row: dict[str, Any], read: str) -> CalendarSeries:
    zone = ZoneInfo(str(row["zone"]))
    at = time.fromisoformat(str(row["time"]))
    moments = [read_moment_ms("dates", datetime.combine(date.fromisoformat(day), at, zone)) for day in row["dates"]]
    return CalendarSeries(
        name=str(row["name"]),
        source=f"{row['source']}; read {read}",
        events=tuple(MacroEvent(str(row["name"]), moment, moment) for moment in sorted(moments)),
        valid_from_ms=read_moment_ms("valid_from", row["valid_from"]),
        valid_until_ms=read_moment_ms("valid_until", row["valid_until"]) + DAY_MS,
        is_required=True,
    )
