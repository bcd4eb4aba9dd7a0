"""Files and folders: recognised layouts, the choice of sources, and files that are not what they claim."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from liqheat import FileFormatError, InputError, NoDataError, load_markets, open_market
from liqheat.records import Candles, MarkCandles, OpenInterest
from liqheat.store import list_folder_markets, load_candles, load_open_interest
from tests.support.history_files import history_file_name, write_record
from tests.support.tables import NAMES, START_MS, STEP_MS, frames, tables


def test_parquet_and_csv_give_the_same_market(tmp_path):
    candles, interest = frames()
    candles.to_parquet(tmp_path / "c.parquet")
    candles.to_csv(tmp_path / "c.csv", index=False)
    interest.to_parquet(tmp_path / "o.parquet")
    interest.to_csv(tmp_path / "o.csv", index=False)
    first = open_market((tmp_path / "c.parquet", tmp_path / "o.parquet"), **NAMES).history
    second = open_market((str(tmp_path / "c.csv"), str(tmp_path / "o.csv")), **NAMES).history
    for name in ("open_time_ms", "open", "high", "low", "close", "volume", "open_interest"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_portal_klines_with_and_without_header_and_metrics(tmp_path):
    candles, interest = frames()
    kline = pd.DataFrame(
        {
            "open_time": candles["open_time_ms"], "open": candles["open"], "high": candles["high"],
            "low": candles["low"], "close": candles["close"], "volume": candles["volume"],
            "close_time": candles["open_time_ms"] + STEP_MS - 1, "quote_volume": 1.0, "count": 5,
            "taker_buy_volume": candles["volume"] / 4, "taker_buy_quote_volume": 1.0, "ignore": 0,
        }
    )  # fmt: skip
    kline.to_csv(tmp_path / "with.csv", index=False)
    kline.to_csv(tmp_path / "without.csv", index=False, header=False)
    in_microseconds = kline.assign(open_time=kline["open_time"] * 1000, close_time=kline["close_time"] * 1000)
    in_microseconds.to_csv(tmp_path / "micro.csv", index=False)
    for name in ("with", "without", "micro"):
        loaded = load_candles(tmp_path / f"{name}.csv")
        np.testing.assert_array_equal(loaded.taker_buy_volume, kline["taker_buy_volume"])
        np.testing.assert_array_equal(loaded.open_time_ms, candles["open_time_ms"])
        np.testing.assert_array_equal(loaded.close, candles["close"])
        np.testing.assert_array_equal(loaded.volume, candles["volume"])
    metrics = pd.DataFrame(
        {
            "create_time": pd.to_datetime(interest["time_ms"], unit="ms").dt.strftime("%Y-%m-%d %H:%M:%S"),
            "symbol": "BTCUSDT",
            "sum_open_interest": interest["quantity"],
            "sum_open_interest_value": 1.0,
        }
    )
    metrics.to_csv(tmp_path / "metrics.csv", index=False)
    loaded = load_open_interest(tmp_path / "metrics.csv")
    np.testing.assert_array_equal(loaded.time_ms, interest["time_ms"])
    np.testing.assert_array_equal(loaded.quantity, interest["quantity"])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.parquet", None, "existing file"),
        ("notes.txt", b"hello", "ending in"),
        ("empty.parquet", b"", "readable .parquet"),
        ("empty.csv", b"", "readable .csv"),
        ("header.csv", b"ts,open,high,low,close,volume\n", "at least one row"),
        ("fake.parquet", b"this is no parquet file at all", "readable .parquet"),
        ("other.csv", b"a,b\n1,2\n", "known layout"),
        ("binary.csv", bytes(range(256)), "readable .csv"),
        ("text.csv", b"ts,open,high,low,close,volume\n1767225600000,x,2,1,1,1\n", "must hold numbers"),
    ],
)
def test_files_that_are_not_what_they_claim(tmp_path, name, content, words):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        load_candles(path)
    assert caught.value.argument.startswith("candles")


def write_folder(folder, *, own_share=1.0, other=True, mark_minutes=None):
    n = 400
    candles, interest = tables(n)
    write_record(OpenInterest(**interest), folder / "oi_binance_um_5m_BTCUSDT.parquet")
    n_own = int(n * own_share)
    own = Candles(**{name: values[:n_own] for name, values in candles.items()})
    write_record(own, folder / "candles_binance_um_5m_BTCUSDT.parquet")
    if other:
        stand_in = Candles(**{**candles, "volume": candles["volume"] / 4})
        write_record(stand_in, folder / "candles_bybit_linear_5m_BTCUSDT.parquet")
    if mark_minutes:
        times = START_MS + np.arange(n * 5 // mark_minutes + 1) * mark_minutes * 60_000
        mark = MarkCandles(times, np.full(times.size, 94_000.0), np.full(times.size, 96_000.0))
        write_record(mark, folder / f"mark_binance_um_{mark_minutes}m_BTCUSDT.parquet")
    (folder / "README.md").write_text("not history")
    (folder / "candles_mystery_um_5m_BTCUSDT.parquet").write_text("not ours")
    return candles


def test_a_folder_takes_the_venues_own_candles_where_they_cover(tmp_path):
    candles = write_folder(tmp_path)
    (market,) = load_markets(tmp_path)
    assert (market.venue, market.symbol) == ("binanceusdm", "BTC/USDT:USDT")
    np.testing.assert_array_equal(market.volume, candles["volume"])
    assert "candles: candles_binance_um_5m_BTCUSDT.parquet" in market.notes
    assert any("not taken: candles_bybit" in note for note in market.notes)


def test_a_folder_scales_the_volume_of_a_stand_in_and_says_so(tmp_path):
    candles = write_folder(tmp_path, own_share=0.3)
    (market,) = load_markets(tmp_path)
    np.testing.assert_allclose(market.volume, candles["volume"])
    assert any("stand in, volume x 4.00" in note for note in market.notes)


def test_a_folder_takes_a_mark_that_is_fine_enough_only(tmp_path):
    write_folder(tmp_path, mark_minutes=15)
    (market,) = load_markets(tmp_path)
    assert any("coarser than the candles" in note for note in market.notes)
    write_folder(tmp_path, mark_minutes=1)
    (market,) = load_markets(tmp_path)
    assert set(market.mark_low) == {94_000.0}


def test_folders_without_history(tmp_path):
    with pytest.raises(NoDataError, match="data"):
        load_markets(tmp_path)
    with pytest.raises(InputError, match="existing folder"):
        load_markets(tmp_path / "nowhere")
    (tmp_path / "oi_binance_um_5m_BTCUSDT.parquet").write_bytes(b"x")
    (tmp_path / "candles_binance_um_5m_BTCUSDT.parquet").write_bytes(b"x")
    (load,) = list_folder_markets(tmp_path)
    with pytest.raises(FileFormatError):
        load()


@pytest.mark.parametrize("taker", [None, np.array([0.5, np.nan])])
def test_written_candles_keep_what_is_known_of_takers(tmp_path, taker):
    numbers = np.array([1.0, 2.0])
    times = np.array([START_MS, START_MS + STEP_MS])
    write_record(Candles(times, *[numbers] * 5, "own", taker), tmp_path / "c.parquet")
    loaded = load_candles(tmp_path / "c.parquet").taker_buy_volume
    assert loaded is None if taker is None else np.array_equal(loaded, taker, equal_nan=True)


def test_names_round_trip(tmp_path):
    candles, interest = tables()
    for kind, record in (("candles", Candles(**candles)), ("oi", OpenInterest(**interest))):
        name = history_file_name(kind, "bybit", "inverse", "5m", "BTC/USD:BTC")
        write_record(record, tmp_path / name)
    (load,) = list_folder_markets(tmp_path)
    market = load()
    assert (market.venue, market.symbol, market.contract_kind) == ("bybit", "BTC/USD:BTC", "inverse")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"ts,ts,open,high,low,close,volume\n1,1,1,1,1,1,1\n", "name each column once"),
        (b"1767225600000,95000.0,95000.0\n", "must have a header, or 12 or 6 columns"),
        (b"x" * 200_000 + b"\n1\n", "readable .csv"),
    ],
)
def test_odd_csv_files(tmp_path, content, words):
    (tmp_path / "odd.csv").write_bytes(content)
    with pytest.raises(FileFormatError, match=words):
        load_candles(tmp_path / "odd.csv")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_headless_ohlcv(tmp_path, mark):
    candles, _ = frames(5)
    rows = candles.to_csv(index=False, header=False).encode()
    (tmp_path / "rows.csv").write_bytes(mark + rows)
    np.testing.assert_array_equal(load_candles(tmp_path / "rows.csv").close, candles["close"])


def test_a_folder_leaves_other_markets_alone_and_takes_the_finest_open_interest(tmp_path):
    candles = write_folder(tmp_path, other=False)
    for name in ("candles_binance_um_5m_BTCEUR.parquet", "candles_binance_um_5m_BTCUSDT_260327.parquet"):
        (tmp_path / name).write_bytes(b"not even read")
    hourly = OpenInterest(candles["open_time_ms"][::12], np.full(candles["open"][::12].size, 5.0))
    write_record(hourly, tmp_path / "oi_binance_um_1h_BTCUSDT.parquet")
    (market,) = load_markets(tmp_path)
    assert market.open_interest.min() > 1000
    assert any("not taken: oi_binance_um_1h_BTCUSDT.parquet" in note for note in market.notes)


def test_a_folder_with_one_candle_says_so(tmp_path):
    candles, interest = tables()
    write_record(OpenInterest(**interest), tmp_path / "oi_binance_um_5m_BTCUSDT.parquet")
    one = Candles(**{name: values[:1] for name, values in candles.items()})
    write_record(one, tmp_path / "candles_binance_um_5m_BTCUSDT.parquet")
    with pytest.raises(FileFormatError, match="at least 2 rows"):
        load_markets(tmp_path)


def test_one_bad_contract_does_not_sink_the_others(tmp_path):
    write_folder(tmp_path)
    (tmp_path / "oi_binance_um_5m_ETHUSDT.parquet").write_bytes(b"xxxxx")
    (tmp_path / "candles_binance_um_5m_ETHUSDT.parquet").write_bytes(b"xxxxx")
    with pytest.raises(FileFormatError):
        load_markets(tmp_path)
    left_out = []
    (market,) = load_markets(tmp_path, left_out=left_out)
    assert market.symbol == "BTC/USDT:USDT"
    assert "ETHUSDT" in str(left_out[0])


def test_guessed_margin_tiers_are_said(tmp_path):
    write_folder(tmp_path, other=False)
    for path in sorted(tmp_path.glob("*BTCUSDT.parquet")):
        path.rename(tmp_path / path.name.replace("BTCUSDT", "XYZQUSDT"))
    (market,) = load_markets(tmp_path)
    assert any("not on file" in note for note in market.notes)


def test_bars_without_open_interest_are_counted():
    candles, interest = frames(40)
    market = open_market((candles, interest.iloc[5:30]), **NAMES).history
    assert any(note.startswith("15 bars at the ends have no open interest") for note in market.notes)
    zero = interest.assign(quantity=interest["quantity"].where(interest.index != 20, 0.0))
    assert any("open interest is 0 in 1 bars" in note for note in open_market((candles, zero), **NAMES).notes)
