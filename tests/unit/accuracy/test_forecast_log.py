"""The forecast log: what goes in comes out, what must not go in stays out, what was changed is found."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import textwrap
import threading
from pathlib import Path

import filelock
import numpy as np
import pytest

from liqheat import _core
from liqheat.accuracy import forecast_log
from liqheat.accuracy.forecast_format import LATE_AFTER_MS, NO_HASH, hash_text
from liqheat.accuracy.forecast_log import FILE_NAME, LOCK_NAME, ForecastLog
from liqheat.errors import FileFormatError, InputError, NoDataError, StoreError
from liqheat.records import Anchor, LoggedForecast, LoggedSeries
from liqheat.units import HOUR_MS
from tests.unit.accuracy.forecast_cases import (
    PARAMETERS,
    START_MS,
    SYMBOL,
    VENUE,
    Clock,
    forecast,
    make_log,
    verify_bytes,
)


def rehash(line, **changes):
    """A line that someone forged: other fields, right hash."""
    body = json.dumps({**json.loads(line[65:]), **changes}, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(body).hexdigest().encode() + b" " + body + b"\n"


def forge(lines, index, **changes):
    """Change a record and write everything after it anew, as the keeper of a log can."""
    forged = list(lines[:index])
    previous = forged[-1][:64].decode() if forged else NO_HASH
    for number in range(index, len(lines)):
        forged.append(rehash(lines[number], previous=previous, **(changes if number == index else {})))
        previous = forged[-1][:64].decode()
    return b"".join(forged)


@pytest.fixture
def lines(tmp_path):
    return make_log(tmp_path, 5).path.read_bytes().splitlines(keepends=True)


def test_what_goes_in_comes_out(tmp_path):
    log = make_log(tmp_path, 3)
    series, *rows = log.read()
    assert isinstance(series, LoggedSeries)
    assert (series.label, series.parameters, series.symbol, series.venue) == ("first", PARAMETERS, SYMBOL, VENUE)
    for hour, row in enumerate(rows):
        assert isinstance(row, LoggedForecast)
        expected = forecast(hour)
        for name in ("symbol", "venue", "hour_ms", "market_end_ms", "scale", "quantity", "parameters_hash"):
            assert getattr(row.forecast, name) == getattr(expected, name)
        np.testing.assert_array_equal(row.forecast.price_edges, expected.price_edges)
        np.testing.assert_array_equal(row.forecast.usd, expected.usd)
        assert row.issued_ms == expected.hour_ms + 20_000
        assert (row.sequence, row.label, row.is_late, row.code_version) == (hour + 1, "first", False, _core.__version__)
    report = log.verify()
    assert report.is_sound
    assert (report.n_records, report.n_forecasts, report.n_late, report.labels) == (4, 3, 0, ("first",))
    assert (report.head_sequence, report.head_hash) == (3, rows[-1].record_hash)


def test_the_chain_can_be_checked_by_hand(lines):
    previous = NO_HASH
    for line in lines:
        written, body = line[:-1].split(b" ", 1)
        assert hashlib.sha256(body).hexdigest() == written.decode()
        assert json.loads(body)["previous"] == previous
        previous = written.decode()


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum")
def test_the_document_says_how_to_check_with_other_tools(tmp_path):
    log = make_log(tmp_path, 3)
    document = (Path(forecast_log.__file__).parent / "FORECAST_LOG.md").read_text()
    script = textwrap.dedent(document[document.index("    previous=0") : document.index("    tail -1")])

    def check():
        return subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert check() == ""
    data = bytearray(log.path.read_bytes())
    data[-40] ^= 1
    log.path.write_bytes(data)
    assert check().startswith("damaged")
    lines = make_log(tmp_path / "again", 3).path.read_bytes().splitlines(keepends=True)
    log.path.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    assert check().startswith("broken chain")


def test_the_same_forecast_makes_the_same_bytes(tmp_path):
    one, two = (make_log(tmp_path / name, 2).path.read_bytes() for name in "ab")
    assert one == two


def test_a_late_forecast_is_kept_and_marked(tmp_path):
    clock = Clock()
    log = make_log(tmp_path, 0, clock=clock)
    for hour, delay_ms in enumerate((LATE_AFTER_MS, LATE_AFTER_MS + 1)):
        clock.now_ms = START_MS + hour * HOUR_MS + delay_ms
        log.append(forecast(hour))
    assert [row.is_late for row in log.read() if isinstance(row, LoggedForecast)] == [False, True]
    assert log.verify().n_late == 1


def test_other_parameters_need_another_series(tmp_path):
    clock = Clock()
    log = make_log(tmp_path, 1, clock=clock)
    clock.now_ms += HOUR_MS
    with pytest.raises(InputError, match="parameters of its contract's series"):
        log.append(forecast(1, parameters="{}"))
    with pytest.raises(InputError, match="name that the log does not have"):
        log.begin_series("first", SYMBOL, VENUE, "{}", "1")
    log.begin_series("second", SYMBOL, VENUE, "{}", "1")
    log.append(forecast(1, parameters="{}"))
    with pytest.raises(InputError, match="parameters of its contract's series"):
        log.append(forecast(2))
    report = log.verify()
    assert report.is_sound and report.labels == ("first", "second")
    assert log.find_series(SYMBOL, VENUE).parameters_hash == hash_text("{}")


def test_contracts_share_a_log(tmp_path):
    clock = Clock()
    log = make_log(tmp_path, 1, clock=clock)
    with pytest.raises(InputError):
        log.append(forecast(0, venue="bybit"))
    log.begin_series("bybit", SYMBOL, "bybit", PARAMETERS, "1")
    log.append(forecast(0, venue="bybit"))
    assert log.verify().is_sound
    assert (log.newest_hour(SYMBOL, "bybit"), log.newest_hour(SYMBOL, "okx")) == (START_MS, None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hour_ms": START_MS + 1}, "start of a UTC hour"),
        ({"market_end_ms": START_MS + HOUR_MS + 1}, "not be after the hour"),
        ({"scale": float("nan")}, "scale"),
        ({"quantity": "heat"}, "held or flow"),
        ({"usd": np.full((2, 4), -1.0)}, "negative"),
        ({"usd": np.full((2, 4), np.inf)}, "not finite"),
        ({"usd": np.ones((2, 5))}, "price_edges"),
        ({"usd": np.ones(4)}, "buckets"),
        ({"price_edges": np.array([1.0, 2, 2, 3, 4])}, "rising"),
        ({"hour_ms": START_MS, "market_end_ms": START_MS}, "newest hour"),
    ],
)
def test_what_breaks_a_rule_stays_out(tmp_path, changes, words):
    clock = Clock()
    log = make_log(tmp_path, 1, clock=clock)
    clock.now_ms = START_MS + 2 * HOUR_MS
    before = log.path.read_bytes()
    with pytest.raises(InputError, match=words):
        log.append(forecast(1, **changes))
    assert log.path.read_bytes() == before


@pytest.mark.parametrize(
    ("label", "parameters"), [("", "{}"), ("a\nb", "{}"), ("x" * 201, "{}"), ("fine", "{"), ("fine", '"\ud800"')]
)
def test_a_series_needs_a_name_and_parameters(tmp_path, label, parameters):
    with pytest.raises(InputError):
        ForecastLog(tmp_path).begin_series(label, SYMBOL, VENUE, parameters, "1")


def test_bars_of_the_future_and_a_clock_set_back(tmp_path):
    clock = Clock()
    log = make_log(tmp_path, 1, clock=clock)
    with pytest.raises(InputError, match="not be after the clock"):
        log.append(forecast(1))
    clock.now_ms -= 60_000
    with pytest.raises(StoreError, match="clock"):
        log.append(forecast(1, market_end_ms=START_MS))


@pytest.mark.parametrize(
    ("change", "kind", "sequence"),
    [
        (lambda lines: [*lines[:2], *lines[3:]], "order", 2),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "order", 1),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], "order", 3),
        (lambda lines: lines[1:], "order", 0),
        (lambda lines: [*lines[:2], rehash(lines[2], scale="9.0"), *lines[3:]], "previous", 3),
        (
            lambda lines: [
                *lines[:2],
                lines[2].replace(b'scale":"0.3', b'scale":"0.4'),
                *lines[3:],
            ],
            "damaged",
            2,
        ),
        (lambda lines: [*lines, b"\n"], "damaged", 6),
        (lambda lines: [*lines[:-1], lines[-1][:-1]], "torn", 5),
        (lambda lines: [*lines, lines[1][:200]], "torn", 6),
        (lambda _: [], "empty", 0),
    ],
)
def test_a_changed_log_is_found(lines, change, kind, sequence):
    changed = change(lines)
    problem = verify_bytes(b"".join(changed)).problem
    assert (problem.kind, problem.sequence) == (kind, sequence)
    assert problem.offset == len(b"".join(changed[:sequence]))


@pytest.mark.parametrize(
    ("index", "changes", "kind"),
    [
        (2, {"hour_ms": START_MS, "market_end_ms": START_MS}, "repeated"),
        (2, {"market_end_ms": START_MS + 2 * HOUR_MS}, "look-ahead"),
        (2, {"issued_ms": START_MS - 1}, "look-ahead"),
        (2, {"issued_ms": START_MS, "market_end_ms": START_MS}, "clock"),
        (2, {"parameters_hash": "0" * 64}, "series"),
        (2, {"series": "other"}, "series"),
        (2, {"map_hash": "0" * 64}, "map"),
        (2, {"map": "AAAA"}, "map"),
        (2, {"map": "ä"}, "map"),
        (2, {"buckets": 3}, "map"),
        (2, {"buckets": 10**9}, "map"),
        (2, {"scale": "0.30"}, "format"),
        (2, {"scale": "nan"}, "format"),
        (2, {"scale": 0.3}, "format"),
        (2, {"hour_ms": True}, "format"),
        (2, {"more": 1}, "format"),
        (0, {"parameters": "{}"}, "series"),
        (0, {"parameters": "\ud800"}, "series"),
        (2, {"sequence": 10**4000}, "order"),
        (0, {"format": 2}, "format"),
    ],
)
def test_a_forged_record_is_found_by_its_content(lines, index, changes, kind):
    problem = verify_bytes(forge(lines, index, **changes)).problem
    assert (problem.kind, problem.sequence) == (kind, index)


def test_other_spellings_of_a_record_are_refused(lines):
    for body in (lines[0][65:-1].replace(b":", b": ", 1), b"[" * 5000, b"1", b'{"kind":[]}'):
        line = hashlib.sha256(body).hexdigest().encode() + b" " + body + b"\n"
        assert verify_bytes(line).problem.kind == "format"


def test_a_map_that_unpacks_to_more_than_it_says_is_refused(lines):
    import base64
    import zlib

    bomb = base64.b64encode(zlib.compress(bytes(50_000_000))).decode()
    assert verify_bytes(forge(lines, 2, map=bomb)).problem.kind == "map"


def test_only_an_anchor_finds_a_rewrite_and_a_cut(tmp_path, lines):
    report = verify_bytes(b"".join(lines))
    anchors = [Anchor(0, report.head_sequence, report.head_hash), Anchor(0, 1, lines[1][:64].decode())]
    assert verify_bytes(b"".join(lines), anchors).is_sound
    rewritten = make_log(tmp_path / "again", 5, seed=1).path.read_bytes()
    assert verify_bytes(rewritten).is_sound
    problem = verify_bytes(rewritten, anchors).problem
    assert (problem.kind, problem.sequence, problem.offset) == ("anchor", 1, len(lines[0]))
    cut = b"".join(lines[:3])
    assert verify_bytes(cut).is_sound
    assert "cut off" in verify_bytes(cut, anchors).problem.text
    assert verify_bytes(b"", anchors).problem.kind == "anchor"
    # A break that comes before an anchor is the first problem.
    assert verify_bytes(b"".join([*lines[:2], *lines[3:]]), anchors[:1]).problem.kind == "order"


def test_a_torn_tail_is_refused_until_it_is_cut(tmp_path):
    clock = Clock()
    log = make_log(tmp_path, 3, clock=clock)
    whole = log.path.read_bytes()
    tail = b"0123 half a rec"
    log.path.write_bytes(whole + tail)
    clock.now_ms += HOUR_MS
    with pytest.raises(FileFormatError, match="--repair"):
        log.append(forecast(3))
    with pytest.raises(FileFormatError, match="torn"):
        list(log.read())
    assert log.path.read_bytes() == whole + tail
    assert log.repair() == len(tail)
    assert log.path.read_bytes() == whole
    assert [path.read_bytes() for path in tmp_path.glob("torn_*.bin")] == [tail]
    assert log.repair() == 0
    log.append(forecast(3))
    assert log.verify().n_forecasts == 4


def test_nothing_is_put_behind_a_broken_record(tmp_path):
    clock = Clock()
    log = make_log(tmp_path, 3, clock=clock)
    data = bytearray(log.path.read_bytes())
    data[100] ^= 1
    log.path.write_bytes(data)
    clock.now_ms += HOUR_MS
    with pytest.raises(FileFormatError, match="unbroken chain"):
        log.append(forecast(3))
    assert log.path.read_bytes() == data


def test_no_log_is_said_and_nothing_made(tmp_path):
    log = ForecastLog(tmp_path / "none")
    for ask in (log.verify, log.repair, lambda: list(log.read())):
        with pytest.raises(NoDataError):
            ask()
    assert log.find_series(SYMBOL, VENUE) is None
    assert not (tmp_path / "none").exists()


def test_a_second_writer_is_kept_out(tmp_path, monkeypatch):
    log = make_log(tmp_path, 0)
    monkeypatch.setattr(forecast_log, "LOCK_TIMEOUT_S", 0.1)
    with filelock.FileLock(str(tmp_path / LOCK_NAME)), pytest.raises(StoreError, match="another process"):
        log.append(forecast(0))


def test_writers_at_once_make_one_chain(tmp_path):
    contracts = [f"venue{number}" for number in range(6)]
    clock = Clock(START_MS + HOUR_MS)

    def write(venue):
        log = ForecastLog(tmp_path, clock)
        log.begin_series(venue, SYMBOL, venue, PARAMETERS, "1")
        log.append(forecast(0, venue=venue))
        log.append(forecast(1, venue=venue))

    threads = [threading.Thread(target=write, args=(venue,)) for venue in contracts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = ForecastLog(tmp_path).verify()
    assert report.is_sound
    assert (report.n_records, sorted(report.labels)) == (18, contracts)


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path, monkeypatch):
    clock = Clock()
    log = make_log(tmp_path, 2, clock=clock)
    before = log.path.read_bytes()
    clock.now_ms += HOUR_MS

    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(forecast_log.os, "fsync", fail)
    with pytest.raises(StoreError, match="No space left"):
        log.append(forecast(2))
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="can be written"):
        ForecastLog(tmp_path / "file").begin_series("a", SYMBOL, VENUE, "{}", "1")
