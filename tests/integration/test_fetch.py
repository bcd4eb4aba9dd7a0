"""Fetching from venues on this machine: whole pages, exact numbers, walls, files."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from liqheat import store
from liqheat.collect.load import fetch_market
from liqheat.errors import NoDataError
from liqheat.exchanges import fetch_history
from liqheat.exchanges.rest.history import VenueHistory
from tests.support.history_files import history_file_name, write_record
from tests.support.venue_double import Fault, SyntheticMarket, VenueDouble
from tests.support.venue_double.binance import COIN_M_CONTRACT_USD, coin_m_contracts
from tests.support.venue_double.bybit import interest_of, volume_of
from tests.support.venue_double.market import STEP_MS, Bar

LINEAR, INVERSE = "BTC/USDT:USDT", "BTC/USD:BTC"
DAY_MS = 86_400_000
NOW_MS = 1_770_249_600_000 + 2 * 60_000
LAST_CLOSE_MS = 1_770_249_600_000
GONE_MS = (LAST_CLOSE_MS - 10 * STEP_MS, LAST_CLOSE_MS - 9 * STEP_MS)
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
def test_rows_equal_the_venues_across_page_borders(double, name, symbol, venue, volume, interest):
    history = double.fetch(name, symbol, days=4.5)
    assert (history.venue, history.symbol, history.interval) == (venue, symbol, "5m")
    assert history.contract_kind == ("linear" if symbol == LINEAR else "inverse")
    assert history.notes == ()
    check_exact(history, double.market, LAST_CLOSE_MS - int(4.5 * DAY_MS), LAST_CLOSE_MS, volume, interest)
    for path in ("line", "nterest") if venue != "okx" else ("/candles", "/mark-price-candles", "nterest"):
        assert double.count(path) >= 2, f"one page of {path}: no border was crossed"


@each_venue
def test_an_earlier_end(double, name, symbol, venue, volume, interest):
    until_ms = LAST_CLOSE_MS - DAY_MS + 123_456
    history = double.fetch(name, symbol, days=1, until_ms=until_ms)
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


def test_the_venues_clock_is_asked_not_ours(double):
    """The double's present is long past by the local clock: nothing after it may be asked for."""
    double.fetch()
    asked = [int(query["endTime"]) for path, query in double.requests if "endTime" in query]
    assert asked
    assert max(asked) == LAST_CLOSE_MS


def test_binance_open_interest_stops_at_the_wall(double):
    history = double.fetch(days=35)
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


def test_okx_reads_the_archive_for_old_candles_and_keeps_1440_snapshots(double):
    history = double.fetch("okx", days=8)
    first = int(history.open_interest.time_ms[0])
    assert NOW_MS - 1440 * STEP_MS <= first <= NOW_MS - 1438 * STEP_MS
    assert any("okx answers only for times after" in note for note in history.notes)
    assert double.count("/history-candles") > 0
    assert double.count("/history-mark-price-candles") > 0
    volume, interest = VENUES[4][3:]
    start_ms = LAST_CLOSE_MS - 8 * DAY_MS
    check_exact(history, double.market, start_ms, LAST_CLOSE_MS, volume, interest, interest_from_ms=first)


def test_wholly_behind_the_wall(double):
    with pytest.raises(NoDataError, match=r"binanceusdm answers only for times after") as caught:
        double.fetch(days=1, until_ms=LAST_CLOSE_MS - 32 * DAY_MS)
    assert caught.value.argument == "open interest"


def test_a_market_younger_than_the_span():
    with VenueDouble(SyntheticMarket(NOW_MS, n_bars=500)) as server:
        history = fetch_history("bybit", LINEAR, days=4, exchange_factory=server.exchange_factory)
    assert history.candles.open_time_ms.size == 500
    assert [note.split(":")[0] for note in history.notes] == ["open interest", "candles", "mark candles"]
    assert all("begins at" in note for note in history.notes)


def test_files_that_the_store_reads_back(double, tmp_path):
    history = double.fetch("binance", INVERSE)
    parts = {"candles": history.candles, "mark": history.mark, "oi": history.open_interest}
    for kind, record in parts.items():
        name = history_file_name(kind, history.venue, history.contract_kind, history.interval, history.symbol)
        write_record(record, tmp_path / name)
    (load,) = store.list_folder_markets(tmp_path)
    market = load()
    assert (market.venue, market.symbol, market.contract_kind) == ("binancecoinm", INVERSE, "inverse")
    np.testing.assert_array_equal(market.candles.volume, history.candles.volume)
    np.testing.assert_array_equal(market.open_interest.quantity, history.open_interest.quantity)
    assert market.mark is not None


@pytest.mark.parametrize("keep", [slice(None, 90), slice(-90, None), slice(100, 190)], ids=["first", "last", "middle"])
@pytest.mark.parametrize("venue", ["binance", "bybit", "okx"])
def test_pages_shorter_than_promised_are_completed(double, venue, keep):
    """No page limit of the table was measured live; a smaller true one must not cost rows."""
    for path in ("line", "andles", "nterest"):
        double.misbehave(Fault(path, times=1000, edit_rows=lambda rows: rows[keep] if len(rows) > 190 else rows[:90]))
    history = double.fetch(venue)
    assert history.notes == ()
    start_ms = LAST_CLOSE_MS - 2 * DAY_MS
    check_exact(history, double.market, start_ms, LAST_CLOSE_MS, VENUES[0][3], VENUES[0][4])


def test_a_market_in_memory(double: VenueDouble) -> None:
    market = fetch_market("binance", LINEAR, days=2, exchange_factory=double.exchange_factory)
    assert (market.venue, market.symbol, market.origin) == ("binanceusdm", LINEAR, "venue")
    assert market.n_bars == 2 * 288
    assert market.bridged is None
    bars = double.market.between(int(market.open_time_ms[0]), int(market.open_time_ms[-1]))
    np.testing.assert_array_equal(market.mark_low, numbers(bars, lambda bar: float(bar.mark_low)))


def test_a_hole_at_the_venue_is_bridged_and_said(double: VenueDouble) -> None:
    double.misbehave(Fault("/klines", times=100, edit_rows=lambda rows: [row for row in rows if row[0] not in GONE_MS]))
    market = fetch_market("binance", LINEAR, days=2, exchange_factory=double.exchange_factory)
    assert market.n_bars == 2 * 288
    assert market.bridged is not None
    assert market.open_time_ms[market.bridged].tolist() == sorted(GONE_MS)
    assert any(note.startswith("2 bars that the venue does not have are bridged") for note in market.notes)
