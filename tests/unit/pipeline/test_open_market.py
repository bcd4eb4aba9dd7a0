"""One door to every source: the same history whichever way it comes in, holes told in notes, bad input named."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import liqheat
from liqheat import InputError, Market, NoDataError, UnknownNameError, load_markets, open_market
from liqheat.records import Candles, Liquidations, LiquidationTotals, MarkCandles, OpenInterest, OrderBookDepth
from liqheat.simulator import simulate_market
from liqheat.store import HistoryStore, save_record
from tests.support.history_files import history_file_name, write_record
from tests.support.markets import make_market
from tests.support.venue_double import SyntheticMarket, VenueDouble

SYMBOL, INTERVAL = "BTC/USDT:USDT", "5m"
STEP_MS = 300_000
ARRAYS = ("open_time_ms", "open", "high", "low", "close", "volume", "open_interest", "mark_low", "mark_high")


@pytest.fixture(scope="module")
def market():
    return make_market(300, 5)


def records_of(market, missing=()):
    """Candles, open interest and mark as a source has them; `missing` bars are nowhere."""
    kept = np.setdiff1d(np.arange(market.n_bars), missing)
    columns = {name: getattr(market, name)[kept] for name in ("open_time_ms", "open", "high", "low", "close", "volume")}
    return (
        Candles(**columns),
        OpenInterest(market.close_time_ms[kept], market.open_interest[kept]),
        MarkCandles(market.open_time_ms[kept], market.mark_low[kept], market.mark_high[kept]),
    )


def frames_of(market, missing=()):
    def frame(record):
        names = [field.name for field in dataclasses.fields(record)]
        return pd.DataFrame(
            {name: getattr(record, name) for name in names if isinstance(getattr(record, name), np.ndarray)}
        )

    return tuple(frame(record) for record in records_of(market, missing))


def write_folder(folder, market, missing=()):
    folder.mkdir(exist_ok=True)
    for kind, record in zip(("candles", "oi", "mark"), records_of(market, missing), strict=True):
        write_record(record, folder / history_file_name(kind, market.venue, "linear", INTERVAL, market.symbol))
    return folder


def write_store(folder, market, missing=(), venue=None, has_open_interest=True):
    history = HistoryStore(folder)
    place = (venue or market.venue, market.symbol)
    candles, open_interest, mark = records_of(market, missing)
    save_record(history, *place, candles, INTERVAL)
    save_record(history, *place, mark, INTERVAL)
    if has_open_interest:
        save_record(history, *place, open_interest)
    return history


def check_same(found, expected):
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)
    assert (found.symbol, found.interval_ms) == (expected.symbol, expected.interval_ms)


def test_every_source_of_the_same_rows_is_the_same_history(market, tmp_path):
    write_store(tmp_path / "store", market)
    sources = [write_folder(tmp_path / "folder", market), tmp_path / "store", HistoryStore(tmp_path / "store")]
    for source in sources:
        opened = open_market(source)
        assert isinstance(opened, Market) and opened.venue == "binanceusdm"
        check_same(opened.history, market)
    check_same(open_market(frames_of(market), symbol=SYMBOL, venue="binance").history, market)
    files = [path for kind in ("candles", "oi", "mark") for path in (tmp_path / "folder").glob(f"{kind}_*")]
    check_same(open_market(files, symbol=SYMBOL, venue="binanceusdm").history, market)


def test_every_source_handles_a_hole_in_one_way_and_tells_it(market, tmp_path):
    missing = [100, 101, 102, 200]
    write_store(tmp_path / "store", market, missing)
    sources = [write_folder(tmp_path / "folder", market, missing), tmp_path / "store", frames_of(market, missing)]
    opened = [open_market(source, symbol=SYMBOL, venue="binanceusdm") for source in sources]
    for one in opened:
        assert np.flatnonzero(one.history.bridged).tolist() == missing
        check_same(one.history, opened[0].history)
        assert any("4 bars that the venue does not have are bridged" in note for note in one.notes)
        assert any("mark price unknown in 4 bars" in note for note in one.notes)


def test_a_hole_too_long_to_bridge_begins_every_history_anew(market, tmp_path):
    missing = list(range(50, 130))
    write_store(tmp_path / "store", market, missing)
    sources = [write_folder(tmp_path / "folder", market, missing), tmp_path / "store", frames_of(market, missing)]
    for source in sources:
        opened = open_market(source, symbol=SYMBOL, venue="binanceusdm")
        assert opened.history.open_time_ms[0] == market.open_time_ms[130]
        assert opened.history.bridged is None
        assert any("history begins after a hole of 6.8 h in the candles" in note for note in opened.notes)


def test_tables_for_a_heatmap_are_never_mended(market):
    candles, open_interest, mark = frames_of(market, [100])
    with pytest.raises(InputError, match="must have no gap"):
        liqheat.build_heatmap(candles, open_interest, mark, venue="binance", symbol=SYMBOL)


def test_a_venue_without_open_interest_does_not_close_the_store(market, tmp_path):
    write_store(tmp_path, market, venue="okx", has_open_interest=False)
    write_store(tmp_path, market, venue="bybit")
    opened = open_market(tmp_path, symbol=SYMBOL)
    assert opened.venue == "bybit"
    assert any("left out" in note and "open interest" in note and "okx" in note for note in opened.notes)
    with pytest.raises(NoDataError, match=r"open interest: must be in the store; found none of BTC/USDT:USDT at okx"):
        open_market(tmp_path, symbol=SYMBOL, venue="okx")
    left_out = []
    assert [one.venue for one in load_markets(tmp_path, left_out=left_out)] == ["bybit"]
    assert len(left_out) == 1
    (alone,) = load_markets(tmp_path)
    assert alone.venue == "bybit" and "okx" in alone.notes[-1]


def test_what_was_published_comes_along(market, tmp_path):
    history = write_store(tmp_path, market)
    times = market.open_time_ms[[10, 20]] + 5
    numbers = np.array([90_000.0, 91_000.0])
    events = Liquidations(
        times, times, np.array([True, False]), numbers, np.ones(2), numbers, np.full(2, np.nan), np.zeros(2, np.int32),
        "fill average", "largest per second", "test",
    )  # fmt: skip
    save_record(history, "binanceusdm", SYMBOL, events)
    book = OrderBookDepth(int(times[0]), int(times[0]), numbers[:1], numbers[:1], numbers[1:], numbers[1:])
    save_record(history, "binanceusdm", SYMBOL, book)
    opened = open_market(tmp_path)
    assert opened.capture == ("largest per second",)
    assert opened.liquidations[0].time_ms.tolist() == times.tolist()
    assert [sample.time_ms for sample in opened.depth] == [times[0]]
    assert "2 liquidations, 1 order books" in repr(opened)


def test_the_simulator_has_all_that_a_venue_publishes():
    simulated = simulate_market(days=2, seed=3)
    opened = open_market(simulated)
    assert opened.history is not None and opened.capture == ("complete",)
    check_same(opened.history, simulated.history)
    assert sum(batch.time_ms.size for batch in opened.liquidations) == simulated.liquidations.time_ms.size
    sample = opened.depth[-1]
    assert sample.time_ms == simulated.order_book.time_ms[-1]
    assert np.all(np.diff(sample.bid_price) < 0) and np.all(np.diff(sample.ask_price) > 0)
    assert sample.bid_usd.sum() == pytest.approx(simulated.order_book.bid_usd[-1].sum())
    thinned = open_market(simulate_market(days=2, seed=3, thinning="largest"))
    assert thinned.capture == ("largest per second",)


def test_of_several_venues_the_first_is_taken_and_the_others_are_named(market, tmp_path):
    for venue in ("bybit", "binanceusdm"):
        write_store(tmp_path, market, venue=venue)
    opened = open_market(tmp_path, symbol=SYMBOL)
    assert opened.venue == "binanceusdm"
    assert f"also of {SYMBOL} in the source: bybit" in opened.notes
    assert open_market(tmp_path, symbol=SYMBOL, venue="bybit").venue == "bybit"
    assert open_market(tmp_path, symbol=SYMBOL, venue="binance").venue == "binanceusdm"


def test_several_symbols_need_a_name(market, tmp_path):
    write_folder(tmp_path, market)
    write_folder(tmp_path, dataclasses.replace(market, symbol="ETH/USDT:USDT"))
    with pytest.raises(InputError, match="symbol: must be given: the source has BTC/USDT:USDT, ETH/USDT:USDT"):
        open_market(tmp_path)
    assert open_market(tmp_path, symbol="ETH/USDT:USDT").symbol == "ETH/USDT:USDT"


@pytest.mark.parametrize(
    ("source", "named", "error", "words"),
    [
        ("nowhere", {}, InputError, "source: must be simulator, a store, an existing folder"),
        ("OKX", {}, InputError, r"a venue id \(nearest: okx\)"),
        ("", {}, InputError, "source: must be"),
        ((1, None), {"symbol": SYMBOL, "venue": "binance"}, InputError, "source"),
        (7, {}, InputError, "source: must be simulator, a store"),
        ({"candles": 1}, {}, InputError, "source"),
        (("only one",), {}, InputError, "source"),
        (None, {}, InputError, "source"),
        ("bybit", {}, InputError, "symbol: must be given to fetch"),
        ("bybit", {"symbol": SYMBOL, "days": "3"}, InputError, "days: must be a number"),
        ("simulator", {"days": 3.0}, InputError, "days: must be given to fetch from a venue only"),
        ("simulator", {"interval": "bogus"}, InputError, "interval"),
        ("simulator", {"interval": "7m"}, InputError, "must be a multiple of the bars' 300000 ms"),
        ("binance", {"symbol": "BTCUSDT"}, InputError, "symbol: must be a unified symbol"),
        ("simulator", {"symbol": "XYZ/USDT:USDT"}, UnknownNameError, "symbol: must be one of BTC/USDT:USDT"),
        ("simulator", {"venue": "okx"}, UnknownNameError, "venue: must be one of simulated"),
    ],
    ids=str,
)
def test_bad_input_is_named(source, named, error, words):
    with pytest.raises(error, match=words):
        open_market(source, **named)


def test_tables_need_their_names(market):
    for missing in ("symbol", "venue"):
        named = {"symbol": SYMBOL, "venue": "binance"}
        del named[missing]
        with pytest.raises(InputError, match=f"{missing}: must be given with tables"):
            open_market(frames_of(market), **named)
    with pytest.raises(UnknownNameError, match="venue"):
        open_market(frames_of(market), symbol=SYMBOL, venue="nowhere")


def test_unknown_names_of_a_store_and_a_folder(market, tmp_path):
    write_store(tmp_path / "store", market)
    write_folder(tmp_path / "folder", market)
    for place in ("store", "folder"):
        with pytest.raises(UnknownNameError, match="symbol: must be one of BTC/USDT:USDT; found ETH/USDT:USDT"):
            open_market(tmp_path / place, symbol="ETH/USDT:USDT")
        with pytest.raises(UnknownNameError, match="venue: must be one of binanceusdm; found bybit"):
            open_market(tmp_path / place, symbol=SYMBOL, venue="bybit")


def test_an_empty_store_and_an_empty_folder(tmp_path):
    HistoryStore(tmp_path / "store")
    with pytest.raises(NoDataError, match="store: must hold a contract"):
        open_market(tmp_path / "store")
    (tmp_path / "folder").mkdir()
    with pytest.raises(NoDataError, match="data: must hold candles"):
        open_market(tmp_path / "folder")


def test_an_interval_joins_bars_or_picks_what_is_stored(market, tmp_path):
    for source in (write_folder(tmp_path / "folder", market), frames_of(market)):
        hourly = open_market(source, symbol=SYMBOL, venue="binance", interval="1h").history
        check_same(hourly, market.resample(3_600_000))
    write_store(tmp_path / "store", market)
    assert open_market(tmp_path / "store", interval="5m").history.n_bars == market.n_bars
    with pytest.raises(UnknownNameError, match="interval: must be one of 5m; found 1h"):
        open_market(tmp_path / "store", symbol=SYMBOL, interval="1h")
    assert open_market(simulate_market(days=2, seed=3), interval="1h").history.n_bars == 48


def test_a_damaged_contract_says_itself_what_is_wrong(market, tmp_path):
    write_folder(tmp_path, market)
    write_folder(tmp_path, dataclasses.replace(market, venue="bybit"))
    next(tmp_path.glob("oi_bybit_*")).write_bytes(b"xxxxx")
    with pytest.raises(liqheat.FileFormatError, match="oi_bybit"):
        open_market(tmp_path, symbol=SYMBOL, venue="bybit")
    opened = open_market(tmp_path, symbol=SYMBOL)
    assert opened.venue == "binanceusdm" and any("oi_bybit" in note for note in opened.notes)


def test_files_of_liquidations_that_cannot_be_read_are_told(market, tmp_path):
    write_folder(tmp_path, market)
    (tmp_path / "liq_events_binance_x.parquet").write_bytes(b"xxxxx")
    (tmp_path / "liq_events_bybit_x.parquet").write_bytes(b"xxxxx")
    opened = open_market(tmp_path)
    assert opened.liquidations == ()
    assert sum("not taken: liq_events_" in note for note in opened.notes) == 2


def test_totals_are_those_of_the_coin_within_the_history(market, tmp_path):
    history = write_store(tmp_path / "store", market)
    times = market.open_time_ms[0] + np.arange(-2, 3) * 3_600_000
    columns = [np.arange(5.0)] * 2
    unknown = np.full(5, np.nan)
    totals = LiquidationTotals(times, 3_600_000, *columns, unknown, unknown, "binance+okx", "test")
    save_record(history, "coinglass", "BTC/USDC:USDC", totals)
    (found,) = open_market(tmp_path / "store").totals
    assert found.time_ms.tolist() == times[2:].tolist() and found.venues == "binance+okx"
    folder = write_folder(tmp_path / "folder", market)
    stamps = pd.to_datetime(times, unit="ms", utc=True)
    frame = pd.DataFrame({"ts": stamps, "long_usd": columns[0], "short_usd": columns[1]})
    frame.to_parquet(folder / "liq_coinglass_BTC_1h_binance+okx.parquet")
    (found,) = open_market(folder).totals
    assert found.time_ms.tolist() == times[2:].tolist()


def test_a_venue_is_fetched_with_its_order_book():
    with VenueDouble(SyntheticMarket(1_770_249_720_000, n_bars=3 * 288)) as double:
        opened = open_market("bybit", symbol=SYMBOL, interval="5m", days=1, exchange_factory=double.exchange_factory)
        assert opened.venue == "bybit" and opened.history.n_bars == 288
        assert len(opened.depth) == 1 and opened.depth[0].bid_price.size > 0
        assert any("no liquidations" in note for note in opened.notes)
        named = open_market(
            "binance", symbol=SYMBOL, venue="binanceusdm", days=1, exchange_factory=double.exchange_factory
        )
        assert named.venue == "binanceusdm"
        with pytest.raises(InputError, match="venue: must be bybit"):
            open_market("bybit", symbol=SYMBOL, venue="okx", days=1, exchange_factory=double.exchange_factory)


def test_a_feed_that_has_just_come_back_waits_for_its_second_row(market):
    kept = slice(0, 100)
    candles, open_interest, _ = records_of(market.select(kept))
    late = int(market.open_time_ms[99]) + 10 * 3_600_000
    more = {name: np.append(getattr(candles, name), getattr(candles, name)[-1]) for name in
            ("open_time_ms", "open", "high", "low", "close", "volume")}  # fmt: skip
    more["open_time_ms"][-1] = late
    stamps = np.append(open_interest.time_ms, late + STEP_MS)
    quantity = np.append(open_interest.quantity, 1.0)
    tables = ({**more}, {"time_ms": stamps, "quantity": quantity})
    assert open_market(tables, symbol=SYMBOL, venue="binance").history.n_bars == 100
