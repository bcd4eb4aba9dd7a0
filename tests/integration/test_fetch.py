"""Fetching from venues on this machine: whole pages, exact numbers, and every way in which a venue misbehaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from liqheat import exchanges, store
from liqheat.errors import InputError, NoDataError, UnknownNameError, VenueError
from liqheat.exchanges import RetryPolicy, VenueHistory, fetch_history

from ..venue_double import Fault, SyntheticMarket, VenueDouble
from ..venue_double.binance import COIN_M_CONTRACT_USD, coin_m_contracts
from ..venue_double.bybit import interest_of, volume_of
from ..venue_double.market import STEP_MS, Bar

LINEAR, INVERSE = "BTC/USDT:USDT", "BTC/USD:BTC"
DAY_MS = 86_400_000
NOW_MS = 1_770_249_600_000 + 2 * 60_000
LAST_CLOSE_MS = 1_770_249_600_000
# name, symbol, venue, open interest's request path, one-sided volume and open interest in the contract's own unit
VENUES = [
    ("binance", LINEAR, "binanceusdm", lambda bar: float(bar.volume), lambda bar: float(bar.open_interest)),
    (
        "binance",
        INVERSE,
        "binancecoinm",
        lambda bar: float(coin_m_contracts(bar)[0]) * COIN_M_CONTRACT_USD,
        lambda bar: float(coin_m_contracts(bar)[1]) * COIN_M_CONTRACT_USD,
    ),
    ("bybit", LINEAR, "bybit", lambda bar: float(bar.volume), lambda bar: float(bar.open_interest)),
    (
        "bybit",
        INVERSE,
        "bybit",
        lambda bar: float(volume_of("inverse", bar)),
        lambda bar: float(interest_of("inverse", bar)),
    ),
    ("okx", LINEAR, "okx", lambda bar: float(bar.volume), lambda bar: float(bar.open_interest)),
]
each_venue = pytest.mark.parametrize(
    ("name", "symbol", "venue", "volume", "interest"), VENUES, ids=[f"{row[2]}-{row[1]}" for row in VENUES]
)


@pytest.fixture
def double() -> Iterator[VenueDouble]:
    with VenueDouble(SyntheticMarket(NOW_MS, n_bars=40 * 288)) as server:
        yield server
        assert server.unknown_paths == []


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def fetch(double: VenueDouble, waits: list[float]) -> Callable[..., VenueHistory]:
    def run(venue: str = "binance", symbol: str = LINEAR, **named: Any) -> VenueHistory:
        retry = RetryPolicy(attempts=4, first_wait_s=1.0, sleep=waits.append)
        named = {"days": 2, "exchange_factory": double.exchange_factory, "retry": retry, **named}
        return fetch_history(venue, symbol, **named)

    return run


def numbers(bars: list[Bar], read: Callable[[Bar], float]) -> np.ndarray:
    return np.array([read(bar) for bar in bars])


def check_exact(
    history: VenueHistory,
    market: SyntheticMarket,
    start_ms: int,
    end_ms: int,
    volume: Callable[[Bar], float],
    interest: Callable[[Bar], float],
    interest_from_ms: int | None = None,
) -> None:
    bars = market.between(start_ms, end_ms - STEP_MS)
    assert len(bars) == (end_ms - start_ms) // STEP_MS
    times = [bar.time_ms for bar in bars]
    assert history.candles.open_time_ms.tolist() == times
    for name in ("open", "high", "low", "close"):
        expected = numbers(bars, lambda bar, name=name: float(getattr(bar, name)))
        np.testing.assert_array_equal(getattr(history.candles, name), expected)
    np.testing.assert_array_equal(history.candles.volume, numbers(bars, volume))
    assert history.mark is not None
    assert history.mark.open_time_ms.tolist() == times
    np.testing.assert_array_equal(history.mark.low, numbers(bars, lambda bar: float(bar.mark_low)))
    np.testing.assert_array_equal(history.mark.high, numbers(bars, lambda bar: float(bar.mark_high)))
    snapshots = market.between(start_ms if interest_from_ms is None else interest_from_ms, end_ms)
    assert history.open_interest.time_ms.tolist() == [bar.time_ms for bar in snapshots]
    np.testing.assert_array_equal(history.open_interest.quantity, numbers(snapshots, interest))


@each_venue
def test_rows_equal_the_venues_across_page_borders(fetch, double, name, symbol, venue, volume, interest):
    history = fetch(name, symbol, days=4.5)
    assert (history.venue, history.symbol, history.interval) == (venue, symbol, "5m")
    assert history.contract_kind == ("linear" if symbol == LINEAR else "inverse")
    assert history.notes == ()
    check_exact(history, double.market, LAST_CLOSE_MS - int(4.5 * DAY_MS), LAST_CLOSE_MS, volume, interest)
    for path in ("line", "nterest") if venue != "okx" else ("/candles", "/mark-price-candles", "nterest"):
        assert double.count(path) >= 2, f"one page of {path}: no border was crossed"


@each_venue
def test_an_earlier_end(fetch, double, name, symbol, venue, volume, interest):
    until_ms = LAST_CLOSE_MS - DAY_MS + 123_456
    history = fetch(name, symbol, days=1, until_ms=until_ms)
    assert history.venue == venue
    end_ms = until_ms // STEP_MS * STEP_MS
    check_exact(history, double.market, end_ms - DAY_MS, end_ms, volume, interest)
    assert history.notes == ()


@pytest.mark.parametrize("seconds_after_close", [0, 2])
def test_a_candle_counts_only_when_it_has_settled(seconds_after_close):
    now_ms = LAST_CLOSE_MS + seconds_after_close * 1000
    with VenueDouble(SyntheticMarket(now_ms, n_bars=600)) as server:
        history = fetch_history("bybit", LINEAR, days=1, exchange_factory=server.exchange_factory)
    assert history.candles.open_time_ms[-1] == LAST_CLOSE_MS - 2 * STEP_MS


def test_the_venues_clock_is_asked_not_ours(fetch, double):
    """The double's present is long past by the local clock: nothing after it may be asked for."""
    fetch()
    asked = [int(query["endTime"]) for path, query in double.requests if "endTime" in query]
    assert asked
    assert max(asked) == LAST_CLOSE_MS


def test_binance_open_interest_stops_at_the_wall(fetch, double):
    history = fetch(days=35)
    wall_ms = NOW_MS - 30 * DAY_MS
    first = int(history.open_interest.time_ms[0])
    assert wall_ms <= first <= wall_ms + 2 * STEP_MS
    assert history.candles.open_time_ms[0] == LAST_CLOSE_MS - 35 * DAY_MS
    (note,) = history.notes
    assert note.startswith("open interest: begins at ")
    assert "binanceusdm answers only for times after" in note
    check_exact(
        history,
        double.market,
        LAST_CLOSE_MS - 35 * DAY_MS,
        LAST_CLOSE_MS,
        VENUES[0][3],
        VENUES[0][4],
        interest_from_ms=first,
    )


def test_okx_reads_the_archive_for_old_candles_and_keeps_1440_snapshots(fetch, double):
    history = fetch("okx", days=8)
    first = int(history.open_interest.time_ms[0])
    assert NOW_MS - 1440 * STEP_MS <= first <= NOW_MS - 1438 * STEP_MS
    assert any("okx answers only for times after" in note for note in history.notes)
    assert double.count("/history-candles") > 0
    assert double.count("/history-mark-price-candles") > 0
    volume, interest = VENUES[4][3:]
    start_ms = LAST_CLOSE_MS - 8 * DAY_MS
    check_exact(history, double.market, start_ms, LAST_CLOSE_MS, volume, interest, interest_from_ms=first)


def test_wholly_behind_the_wall(fetch):
    with pytest.raises(NoDataError, match=r"binanceusdm answers only for times after") as caught:
        fetch(days=1, until_ms=LAST_CLOSE_MS - 32 * DAY_MS)
    assert caught.value.argument == "open interest"


def test_a_market_younger_than_the_span():
    with VenueDouble(SyntheticMarket(NOW_MS, n_bars=500)) as server:
        history = fetch_history("bybit", LINEAR, days=4, exchange_factory=server.exchange_factory)
    assert history.candles.open_time_ms.size == 500
    assert [note.split(":")[0] for note in history.notes] == ["open interest", "candles", "mark candles"]
    assert all("begins at" in note for note in history.notes)


def test_files_that_the_store_reads_back(fetch, tmp_path):
    history = fetch("binance", INVERSE)
    parts = {"candles": history.candles, "mark": history.mark, "oi": history.open_interest}
    for kind, record in parts.items():
        name = store.history_file_name(kind, history.venue, history.contract_kind, history.interval, history.symbol)
        store.write_record(record, tmp_path / name)
    (market,) = store.load_folder(tmp_path)
    assert (market.venue, market.symbol, market.contract_kind) == ("binancecoinm", INVERSE, "inverse")
    np.testing.assert_array_equal(market.candles.volume, history.candles.volume)
    np.testing.assert_array_equal(market.open_interest.quantity, history.open_interest.quantity)
    assert market.mark is not None


# ------------------------------------------------------------------------------------------------ passing failures


@pytest.mark.parametrize("path", ["klines", "openInterestHist", "exchangeInfo", "time", "markPriceKlines"])
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "body": "oops"},
        {"status": 503, "body": "<html>"},
        {"status": 429, "body": "{}"},
        {"hang_up": True},
    ],
    ids=["500", "503", "429", "hang up"],
)
def test_what_passes_is_repeated(fetch, double, waits, path, fault):
    double.misbehave(Fault(path, times=2, **fault))
    history = fetch()
    assert history.notes == ()
    assert history.candles.open_time_ms.size == 576
    assert len(waits) == 2
    # Exponential, with a random part of at most a second.
    assert 1.0 <= waits[0] <= 2.0 <= waits[1] <= 3.0


def test_retry_after_is_honoured_in_seconds(fetch, double, waits):
    double.misbehave(Fault("klines", status=429, body="{}", headers={"Retry-After": "17"}))
    assert fetch().notes == ()
    assert waits == [17.0]


def test_retry_after_is_honoured_as_a_date(fetch, double, waits):
    double.misbehave(Fault("klines", status=429, body="{}", headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}))
    assert fetch().notes == ()
    assert waits == [0.0]


def test_a_ban_is_not_waited_for(fetch, double, waits):
    double.misbehave(Fault("klines", status=418, body="{}", headers={"Retry-After": "7200"}))
    with pytest.raises(VenueError, match=r"HTTP 418.*asks to wait 7200 s"):
        fetch()
    assert waits == []


def test_bybits_limit_comes_with_http_200(fetch, double, waits):
    body = '{"retCode":10006,"retMsg":"Too many visits!","result":{}}'
    double.misbehave(Fault("open-interest", body=body))
    assert fetch("bybit").notes == ()
    assert len(waits) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 500, "body": "oops"}, r"binanceusdm failed \(HTTP 500\): oops; gave up after 4 attempts"),
        ({"status": 429, "body": "{}"}, r"too many requests \(HTTP 429\); gave up after 4 attempts"),
        ({"hang_up": True}, r"could not be reached: ConnectionError; gave up after 4 attempts"),
    ],
    ids=["500", "429", "hang up"],
)
def test_repeating_is_bounded(fetch, double, waits, fault, words):
    double.misbehave(Fault("klines", times=1000, **fault))
    with pytest.raises(VenueError, match=words):
        fetch()
    assert len(waits) == 3
    assert double.count("klines") == 4


# ------------------------------------------------------------------------------------------------ lasting failures

RESTRICTED = '{"code":0,"msg":"Service unavailable from a restricted location"}'


@pytest.mark.parametrize("path", ["klines", "exchangeInfo", "time", "openInterestHist"])
def test_a_refused_region_is_named(fetch, double, waits, path):
    double.misbehave(Fault(path, times=1000, status=451, body=RESTRICTED))
    with pytest.raises(VenueError, match=r"binanceusdm refused this region \(HTTP 451\).*restricted location"):
        fetch()
    assert waits == []
    assert double.count(path) == 1


def test_forbidden_says_what_it_means_at_bybit(fetch, double, waits):
    page = (
        "<html><body>The Amazon CloudFront distribution is configured to block access from your country.</body></html>"
    )
    double.misbehave(Fault("instruments-info", times=1000, status=403, body=page, content_type="text/html"))
    with pytest.raises(VenueError, match=r"bybit refused \(HTTP 403\).*this location.*too many requests.*your country"):
        fetch("bybit")
    assert waits == []


HTML = {"body": "<!doctype html><title>Just a moment...</title>", "content_type": "text/html"}
LINEAR_PATHS = [
    ("binance", "time"),
    ("binance", "exchangeInfo"),
    ("binance", "klines"),
    ("binance", "markPriceKlines"),
    ("binance", "openInterestHist"),
    ("bybit", "/time"),
    ("bybit", "instruments-info"),
    ("bybit", "/kline"),
    ("bybit", "mark-price-kline"),
    ("bybit", "open-interest"),
    ("okx", "/time"),
    ("okx", "/instruments"),
    ("okx", "/candles"),
    ("okx", "mark-price-candles"),
    ("okx", "open-interest-history"),
]
each_path = pytest.mark.parametrize(("venue", "path"), LINEAR_PATHS, ids=["-".join(row) for row in LINEAR_PATHS])


@each_path
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (HTML, "with no JSON: <!doctype"),
        ({"keep_bytes": 12}, "with no JSON"),
        ({"body": ""}, "with no JSON: no further words"),
        ({"body": "{}"}, "."),
        ({"body": "[]"}, "."),
        ({"body": "null"}, "."),
        ({"body": '"maintenance"'}, "."),
        ({"body": '{"retCode":0,"code":"0","result":{"list":{}},"data":{},"symbols":{}}'}, "."),
        ({"body": '[["soon","1","2","0","1","5"]]'}, "."),
    ],
    ids=["html", "truncated", "empty", "empty object", "empty list", "null", "text", "wrong shape", "wrong types"],
)
def test_what_cannot_be_read_is_an_error(fetch, double, waits, venue, path, fault, words):
    # From the second answer on, so that part of the history is there already: it must not come back as the whole.
    skip = 1 if path in ("openInterestHist", "open-interest", "open-interest-history") else 0
    fault = {"content_type": "application/json", **fault}
    double.misbehave(Fault(path, times=1000, skip=skip, **fault))
    if path in ("klines", "markPriceKlines", "openInterestHist") and fault.get("body") == "[]":
        # An empty list of rows is what a venue says that has none.
        check_empty_pages_are_told(fetch, path)
        return
    with pytest.raises(VenueError, match=words):
        fetch(venue, days=2)
    assert waits == []


def check_empty_pages_are_told(fetch, path):
    if path == "klines":
        with pytest.raises(NoDataError, match="candles"):
            fetch()
    else:
        words = {"markPriceKlines": "mark candles: none", "openInterestHist": "open interest: ends at"}[path]
        assert any(note.startswith(words) for note in fetch().notes)


def spoil(index: int, value: Any) -> Callable[[list[Any]], list[Any]]:
    def edit(rows: list[Any]) -> list[Any]:
        row = rows[len(rows) // 2]
        row[index if isinstance(row, list) else list(row)[index]] = value
        return rows

    return edit


@pytest.mark.parametrize("value", ["", "NaN", "Infinity", None, True, [], {}, "1,5"])
@pytest.mark.parametrize(("path", "index"), [("klines", 0), ("klines", 2), ("klines", 5), ("openInterestHist", 1)])
def test_one_bad_value_is_an_error(fetch, double, value, path, index):
    double.misbehave(Fault(path, edit_rows=spoil(index, value)))
    with pytest.raises(VenueError, match="must"):
        fetch()


def test_times_in_seconds_are_an_error(fetch, double):
    double.misbehave(Fault("klines", edit_rows=spoil(0, LAST_CLOSE_MS // 1000)))
    with pytest.raises(VenueError, match="time must be UTC milliseconds"):
        fetch()


# ------------------------------------------------------------------------------------------------ odd pages


@pytest.mark.parametrize(("venue", "path"), [("binance", "klines"), ("bybit", "/kline"), ("okx", "/candles")])
def test_repeated_rows_are_dropped_and_told(fetch, double, venue, path):
    double.misbehave(Fault(path, edit_rows=lambda rows: [*rows, *rows[:7]]))
    history = fetch(venue)
    assert history.notes == ("candles: 7 repeated rows dropped",)
    assert np.all(np.diff(history.candles.open_time_ms) == STEP_MS)


def test_rows_of_one_time_that_differ_are_an_error(fetch, double):
    double.misbehave(Fault("klines", edit_rows=lambda rows: [*rows, [rows[3][0], *rows[4][1:]]]))
    with pytest.raises(VenueError, match="two different rows"):
        fetch()


@pytest.mark.parametrize(
    ("venue", "path", "name"), [("binance", "/klines", "candles"), ("bybit", "open-interest", "open interest")]
)
def test_a_missing_page_stays_a_gap_and_is_told(fetch, double, venue, path, name):
    double.misbehave(Fault(path, skip=1, edit_rows=lambda _rows: []))
    history = fetch(venue, days=9)
    size = {"/klines": 1000, "open-interest": 200}[path]
    (note,) = history.notes
    assert note.startswith(f"{name}: {size} of ")
    assert "in 1 gap, the first after" in note
    times = history.candles.open_time_ms if name == "candles" else history.open_interest.time_ms
    assert sorted(set(np.diff(times).tolist())) == [STEP_MS, (size + 1) * STEP_MS]


def test_holes_in_a_page_stay_gaps(fetch, double):
    double.misbehave(Fault("/klines", edit_rows=lambda rows: [*rows[:10], *rows[12:50], *rows[51:]]))
    history = fetch()
    assert [note.split(",")[0] for note in history.notes] == ["candles: 3 of 576 rows missing in 2 gaps"]


@pytest.mark.parametrize("keep", [slice(None, 90), slice(-90, None), slice(100, 190)], ids=["first", "last", "middle"])
@pytest.mark.parametrize("venue", ["binance", "bybit", "okx"])
def test_pages_shorter_than_promised_are_completed(fetch, double, venue, keep):
    """No page limit of the table was measured live; a smaller true one must not cost rows."""
    for path in ("line", "andles", "nterest"):
        double.misbehave(Fault(path, times=1000, edit_rows=lambda rows: rows[keep] if len(rows) > 190 else rows[:90]))
    history = fetch(venue)
    assert history.notes == ()
    start_ms = LAST_CLOSE_MS - 2 * DAY_MS
    check_exact(history, double.market, start_ms, LAST_CLOSE_MS, VENUES[0][3], VENUES[0][4])


def test_rows_outside_the_window_are_left_out(fetch, double):
    extra = double.market.between(LAST_CLOSE_MS, LAST_CLOSE_MS)[0]
    row = [extra.time_ms, extra.open, extra.high, extra.low, extra.close, extra.volume]
    double.misbehave(Fault("/klines", edit_rows=lambda rows: [*rows, row]))
    history = fetch()
    assert history.candles.open_time_ms[-1] == LAST_CLOSE_MS - STEP_MS


def test_mark_candles_may_be_missing(fetch, double):
    double.misbehave(Fault("markPriceKlines", times=1000, edit_rows=lambda _rows: []))
    history = fetch()
    assert history.mark is None
    assert history.notes == ("mark candles: none in the time asked for",)


# ------------------------------------------------------------------------------------------------ what people type


def test_unknown_venue_lists_the_known_ones(fetch, double):
    with pytest.raises(UnknownNameError, match=r"binance, .*bybit, .*okx; found ftx"):
        fetch("ftx")
    assert double.requests == []


def test_symbol_unknown_at_the_venue(fetch):
    with pytest.raises(UnknownNameError, match=r"symbol: must be listed at binanceusdm; found XYZ/USDT:USDT"):
        fetch("binance", "XYZ/USDT:USDT")
    with pytest.raises(UnknownNameError, match=r"which has BTC/USDT:USDT; found BTC/USDC:USDC"):
        fetch("binance", "BTC/USDC:USDC")


@pytest.mark.parametrize(
    ("named", "argument"),
    [
        ({"symbol": "BTCUSDT"}, "symbol"),
        ({"symbol": "BTC/USDT"}, "symbol"),
        ({"symbol": "BTC/USDT:USDT-261225"}, "symbol"),
        ({"venue": "binanceusdm", "symbol": INVERSE}, "symbol"),
        ({"interval": "1m"}, "interval"),
        ({"interval": "fast"}, "interval"),
        ({"venue": "bybit", "interval": "2h"}, "interval"),
        ({"days": 0}, "days"),
        ({"days": -1}, "days"),
        ({"days": float("nan")}, "days"),
        ({"days": 1e9}, "days"),
        ({"venue": "hyperliquid", "symbol": "BTC/USDC:USDC"}, "venue"),
        ({"venue": "bitget"}, "venue"),
        ({"venue": "gate"}, "venue"),
    ],
)
def test_arguments_are_checked_before_any_request(fetch, double, named, argument):
    with pytest.raises(InputError) as caught:
        fetch(**named)
    assert caught.value.argument == argument
    assert double.requests == []


@pytest.mark.parametrize("until_ms", [0, -5, 1_000_000])
def test_an_end_before_the_epoch(fetch, until_ms):
    with pytest.raises(InputError, match="until_ms"):
        fetch(until_ms=until_ms)


def test_progress_is_told_page_by_page(fetch):
    told: list[tuple[str, int, int]] = []
    fetch(days=5, progress=lambda *step: told.append(step))
    parts = list(dict.fromkeys(step[0] for step in told))
    assert parts == ["open interest", "candles", "mark candles"]
    assert [step[1:] for step in told if step[0] == "candles"] == [(0, 2), (1, 2), (2, 2)]


def test_rate_limits_are_on_and_nothing_but_the_row_is_configured(double):
    seen: list[tuple[str, dict[str, Any]]] = []

    def factory(ccxt_id: str, config: dict[str, Any]) -> Any:
        seen.append((ccxt_id, dict(config)))
        return double.exchange_factory(ccxt_id, config)

    fetch_history("bybit", LINEAR, days=1, exchange_factory=factory)
    ((ccxt_id, config),) = seen
    assert ccxt_id == "bybit"
    assert config["enableRateLimit"] is True
    assert config["options"] == exchanges.VENUES["bybit", "linear"].ccxt_options


def test_the_double_leaves_no_address_of_a_venue(double):
    def strings(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for inner in value.values() for text in strings(inner)]
        return [value] if isinstance(value, str) else []

    for ccxt_id in sorted({row.ccxt_id for row in exchanges.VENUES.values()}):
        exchange = double.exchange_factory(ccxt_id, {})
        addresses = strings(exchange.urls["api"])
        assert addresses
        assert all(text.split("://")[1].startswith("127.0.0.1:") for text in addresses)
