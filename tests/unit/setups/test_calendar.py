"""Calendars: the shipped one, the user's, their broken entries, and why they say unknown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from liqheat import FileFormatError, InputError
from liqheat.records import CalendarSeries
from liqheat.setups import calendar_state, load_calendar_file
from liqheat.setups.calendar import load_shipped_calendar
from liqheat.setups.calendar_files import parse_csv_calendar, parse_icalendar

MINUTE_MS = 60_000


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("time", "state"),
    [
        ("2026-12-09T18:00", "news"),  # an hour before the statement at 2 p.m. Eastern, which is 19:00 UTC in winter
        ("2026-12-09T17:59", "clear"),
        ("2026-12-09T20:00", "news"),
        ("2026-06-17T18:30", "news"),  # 18:00 UTC in summer
        ("2026-06-17T19:01", "clear"),
        ("2026-02-13T13:30", "news"),  # CPI for January, moved from the 11th
        ("2026-02-11T13:30", "clear"),
        ("2026-09-11T12:30", "news"),
        ("2027-01-27T19:00", "news"),  # known, though CPI is not
        ("2027-01-28T19:00", "unknown"),
        ("2028-06-01T00:00", "unknown"),
        ("2025-10-01T00:00", "unknown"),
    ],
)
def test_the_shipped_calendar(time, state):
    assert calendar_state(load_shipped_calendar(), at(time)).state == state


def test_every_shipped_series_is_dated_and_sourced():
    for series in load_shipped_calendar():
        assert series.is_required
        assert "read 2026-11-23" in series.source
        assert all(series.valid_from_ms <= event.start_ms < series.valid_until_ms for event in series.events)


def test_an_event_just_beyond_the_end_could_be_near_so_the_end_is_unknown():
    (_, cpi) = load_shipped_calendar()
    assert calendar_state([cpi], cpi.valid_until_ms - 61 * MINUTE_MS).state == "clear"
    assert calendar_state([cpi], cpi.valid_until_ms - 59 * MINUTE_MS).state == "unknown"


@pytest.mark.parametrize("calendar", [None, (), [CalendarSeries("mine", "", (), None, None, False)]])
def test_no_calendar_is_unknown(calendar):
    assert calendar_state(calendar, at("2026-06-01T00:00")).state == "unknown"


def test_the_users_events_count_and_vouch_only_when_said():
    shipped = load_shipped_calendar()
    text = "time,name\n2027-02-10T13:30:00Z,CPI\n"
    mine = parse_csv_calendar(text)
    assert calendar_state((*shipped, mine), at("2027-02-10T13:00")).state == "news"
    assert calendar_state((*shipped, mine), at("2027-02-12T13:00")).state == "unknown"
    vouched = parse_csv_calendar(text, valid_until_ms=at("2027-03-01T00:00"))
    assert calendar_state((*shipped, vouched), at("2027-02-12T13:00")).state == "clear"
    assert calendar_state((*shipped, vouched), at("2027-03-02T13:00")).state == "unknown"


def test_csv_uses_the_good_rows_and_lists_the_bad_ones():
    series = parse_csv_calendar(
        "name,time\nCPI,2026-12-10T08:30:00-05:00\nbad,tomorrow\nday,2026-12-24\n\nshort\nunlock,1796904000000\n"
    )
    assert [(event.name, event.end_ms - event.start_ms) for event in series.events] == [
        ("unlock", 0),
        ("CPI", 0),
        ("day", 86_400_000),
    ]
    assert series.events[1].start_ms == at("2026-12-10T13:30")
    assert [(entry.where, entry.reason.split(";")[0]) for entry in series.broken] == [
        ("line 3", "time must be ISO 8601 or epoch milliseconds"),
        ("line 6", "has too few columns"),
    ]


ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:1
DTSTART:20261210T133000Z
SUMMARY:CPI
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART:notadate
SUMMARY:bad date
END:VEVENT
BEGIN:VEVENT
UID:3
SUMMARY:no start
END:VEVENT
BEGIN:VEVENT
UID:4
DTSTART;TZID=America/New_York:20261209T140000
DURATION:PT2H
RRULE:FREQ=WEEKLY;COUNT=3
SUMMARY:weekly
END:VEVENT
BEGIN:VEVENT
UID:5
DTSTART;VALUE=DATE:20261211
SUMMARY:all day
END:VEVENT
BEGIN:VEVENT
UID:6
DTSTART:20261212T100000
SUMMARY:no zone
END:VEVENT
BEGIN:VEVENT
UID:7
DTSTART:20261213T100000Z
STATUS:CANCELLED
SUMMARY:cancelled
END:VEVENT
BEGIN:VEVENT
UID:8
DTSTART:20261213T100000Z
DTEND:20261213T090000Z
SUMMARY:backwards
END:VEVENT
END:VCALENDAR
"""


def test_icalendar_uses_the_good_events_and_lists_the_bad_ones():
    series = parse_icalendar(ICS)
    assert [(event.name, event.start_ms) for event in series.events] == [
        ("weekly", at("2026-12-09T19:00")),
        ("CPI", at("2026-12-10T13:30")),
        ("all day", at("2026-12-11T00:00")),
        ("no zone", at("2026-12-12T10:00")),
        ("weekly", at("2026-12-16T19:00")),
        ("weekly", at("2026-12-23T19:00")),
    ]
    assert series.events[0].end_ms - series.events[0].start_ms == 2 * 3_600_000
    assert series.events[2].end_ms == at("2026-12-12T00:00")
    assert [entry.where for entry in series.broken] == [
        "event 2 (bad date)",
        "event 3 (no start)",
        "event 8 (backwards)",
    ]
    assert all(entry.reason for entry in series.broken)


def test_an_event_that_lasts_is_near_all_the_while():
    series = parse_icalendar(ICS)
    assert calendar_state([series], at("2026-12-09T21:59")).state == "news"


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("a.ics", b"garbage", FileFormatError),
        ("a.ics", b"", FileFormatError),
        ("a.csv", b"", FileFormatError),
        ("a.csv", b"when,what\n", FileFormatError),
        ("a.csv", b"\xff\xfe\x00", FileFormatError),
        ("a.txt", b"", InputError),
    ],
)
def test_files_that_are_no_calendars(tmp_path, name, data, error):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(error):
        load_calendar_file(tmp_path / name)


def test_files(tmp_path):
    (tmp_path / "my.ics").write_text(ICS)
    (tmp_path / "my.csv").write_text("\ufefftime,event\n2026-12-10,x\n", "utf-8")
    assert len(load_calendar_file(tmp_path / "my.ics").events) == 6
    assert load_calendar_file(tmp_path / "my.csv").events[0].name == "x"
    with pytest.raises(InputError, match="can be read"):
        load_calendar_file(tmp_path / "none.ics")
    (tmp_path / "big.csv").write_bytes(b"x" * 5_000_001)
    with pytest.raises(InputError, match="larger"):
        load_calendar_file(tmp_path / "big.csv")
