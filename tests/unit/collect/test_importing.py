"""Folders, exports and archives into a store: what is taken, what is left out and why; twice is once."""

from __future__ import annotations

import json
import os

import numpy as np
import pandas as pd
import pytest

from liqheat.collect.importing import import_folder, import_foreign
from liqheat.errors import InputError, StoreError, UnknownNameError
from liqheat.records import SeriesKey
from liqheat.store import (
    HistoryStore,
    UpsertCount,
    load_candles_of,
    load_funding_of,
    load_liquidation_totals_of,
    load_liquidations_of,
    load_long_short_of,
    load_mark_of,
    load_open_interest_of,
)
from liqheat.store.foreign_heatmap import load_foreign_heatmap
from tests.support.foreign_samples import HOUR_MS, ask, heatmap_response, hourly_table, pair_history
from tests.support.import_files import SYMBOL, metric_rows, times, write_history
from tests.support.portal_archives import KLINES, METRICS, START_MS, checksum, klines, metrics, pack


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "files"
    path.mkdir()
    return path


@pytest.fixture
def store(tmp_path):
    return HistoryStore(tmp_path / "store")


def put_archive(folder, name, text):
    folder.mkdir(parents=True, exist_ok=True)
    data = pack(name, text)
    (folder / name).write_bytes(data)
    (folder / f"{name}.CHECKSUM").write_bytes(checksum(data, name))


def reasons(summary):
    return {file.path: file.reason for file in summary.left_out}


def test_a_folder_of_history_is_taken_once(store, folder):
    write_history(folder)
    seen = []
    summary = import_folder(store, folder, lambda *told: seen.append(told))
    assert summary.count == UpsertCount(inserted=12)
    assert not summary.left_out
    assert seen[0] == ("candles_binance_um_5m_BTCUSDT.parquet", 0, 4)
    candles = load_candles_of(store, "binanceusdm", SYMBOL, "5m")
    assert candles.close.tolist() == [100.5] * 3
    assert load_mark_of(store, "binanceusdm", SYMBOL, "5m").low.tolist() == [99] * 3
    assert load_open_interest_of(store, "binanceusdm", SYMBOL).quantity.tolist() == [5] * 3
    assert load_funding_of(store, "bybit", SYMBOL).rate.tolist() == [1e-4, -2e-4, 0]
    assert import_folder(store, folder).count == UpsertCount(unchanged=12)


def test_archives_and_unpacked_files_anywhere_below(store, folder):
    put_archive(folder / "futures" / "klines", KLINES, klines())
    put_archive(folder / "futures" / "markPriceKlines", KLINES, klines(volume=0, bought=0))
    put_archive(folder, METRICS, metric_rows())
    (folder / "BTCUSDT-1h-2026-02-01.csv").write_text(klines(24, step_ms=HOUR_MS))
    summary = import_folder(store, folder)
    assert not summary.left_out
    assert not [file.notes for file in summary.taken if file.notes]
    assert summary.count == UpsertCount(inserted=288 + 288 + 4 * 288 + 24)
    assert summary.n_ignored == 3
    assert load_candles_of(store, "binanceusdm", SYMBOL, "5m").taker_buy_volume[0] == 4.25
    assert load_candles_of(store, "binanceusdm", SYMBOL, "1h").open.size == 24
    assert load_mark_of(store, "binanceusdm", SYMBOL, "5m").high.tolist() == [101.5] * 288
    assert load_long_short_of(store, "binanceusdm", SYMBOL, "top_positions").long_share[0] == 0.75
    (folder / f"{METRICS}.CHECKSUM").unlink()
    again = import_folder(store, folder)
    assert again.count.inserted == 0
    assert {file.path: file.notes for file in again.taken}[METRICS] == ("no .CHECKSUM beside it",)


def test_names_and_links_that_lead_astray(store, folder, tmp_path):
    write_history(tmp_path)
    (folder / "out").symlink_to(tmp_path)
    (folder / "again").symlink_to(folder)
    (folder / "loop.csv").symlink_to(folder / "loop.csv")
    os.mkfifo(folder / "oi_binance_um_5m_BTCUSDT.csv")
    (folder / "oi_binance_um_5m_BTCUSDT.parquet").mkdir()
    (folder / os.fsdecode(b"\xff.csv")).write_text("a")
    (folder / KLINES).write_bytes(pack(KLINES, b"\0" * (2**26 + 1)))
    summary = import_folder(store, folder)
    assert summary.taken == ()
    found = reasons(summary)
    assert set(found) == {"?.csv", KLINES}
    assert "must unpack to at most 67,108,864 bytes; found 67108865" in found[KLINES]


def test_a_month_is_one_archive(store, folder):
    put_archive(folder, "BTCUSDT-1h-2026-02.zip", klines(28 * 24, step_ms=HOUR_MS))
    assert import_folder(store, folder).count == UpsertCount(inserted=28 * 24)
    put_archive(folder, "BTCUSDT-1h-2026-02.zip", klines(28 * 24 + 1, step_ms=HOUR_MS))
    assert "27 days after it; found 2026-03-01" in reasons(import_folder(store, folder))["BTCUSDT-1h-2026-02.zip"]


def test_good_files_are_taken_and_bad_ones_listed(store, folder):
    write_history(folder)
    put_archive(folder / "good", KLINES, klines())
    put_archive(folder / "sum", KLINES, klines())
    (folder / "sum" / f"{KLINES}.CHECKSUM").write_text("0" * 64 + f"  {KLINES}")
    put_archive(folder / "cut", KLINES, klines())
    cut = (folder / "cut" / KLINES).read_bytes()[:-40]
    (folder / "cut" / KLINES).write_bytes(cut)
    (folder / "cut" / f"{KLINES}.CHECKSUM").write_bytes(checksum(cut, KLINES))
    put_archive(folder / "other", METRICS, metrics("2026-02-01 00:05:00,ETHUSDT,1,1,1,1,1,1"))
    put_archive(folder / "spot", KLINES, klines())
    put_archive(folder / "indexPriceKlines", KLINES, klines())
    put_archive(folder / "which", KLINES, klines(volume=0, bought=0))
    (folder / "evil").mkdir()
    (folder / "evil" / KLINES).write_bytes(pack(KLINES, klines(), "../../evil.csv"))
    (folder / "BTCUSDT_260327-5m-2026-02-01.csv").write_text(klines())
    (folder / "BTCUSDT-5m-2026-02-30.csv").write_text(klines())
    (folder / "oi_binance_um_5m_ETHUSDT.parquet").write_bytes(b"PAR1 no")
    (folder / "funding_nowhere_um_8h_ETHUSDT.csv").write_text("ts,funding_rate\n2026-02-01,1\n")
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    (folder / "README.md").write_text("words")
    summary = import_folder(store, folder)
    assert sorted(file.path for file in summary.taken) == [
        "candles_binance_um_5m_BTCUSDT.parquet",
        "funding_bybit_linear_8h_BTCUSDT.csv",
        f"good/{KLINES}",
        "mark_binance_um_5m_BTCUSDT.parquet",
        "oi_binance_um_5m_BTCUSDT.parquet",
    ]
    expected = {
        f"sum/{KLINES}": "checksum: SHA-256 of BTCUSDT-5m-2026-02-01.zip must be 0000",
        f"cut/{KLINES}": "must be a whole zip file",
        f"other/{METRICS}": "symbol must be BTCUSDT in each row; found ETHUSDT",
        f"spot/{KLINES}": "must be of futures, not spot",
        f"indexPriceKlines/{KLINES}": "must be trade or mark candles",
        f"which/{KLINES}": "must lie in a folder klines or markPriceKlines",
        f"evil/{KLINES}": "must hold BTCUSDT-5m-2026-02-01.csv and nothing else; found '../../evil.csv'",
        "BTCUSDT_260327-5m-2026-02-01.csv": "expiring contracts are other markets",
        "BTCUSDT-5m-2026-02-30.csv": "must name a day or a month that exists; found 2026-02-30",
        "oi_binance_um_5m_ETHUSDT.parquet": "open_interest: must be a readable .parquet file",
        "funding_nowhere_um_8h_ETHUSDT.csv": "must name a venue, contract and pair that are known",
        "notes.csv": "its name follows no rule",
    }
    found = reasons(summary)
    assert set(found) == set(expected)
    for name, words in expected.items():
        assert words in found[name], name
    assert [file.path for file in summary.left_out if not file.is_known] == ["notes.csv"]
    assert not (folder.parent / "evil.csv").exists()


def test_only_the_symbols_asked_for(store, folder):
    write_history(folder)
    write_history(folder, 1)
    pd.DataFrame({"ts": times(2), "oi_base": 5.0}).to_parquet(folder / "oi_binance_um_5m_ETHUSDT.parquet")
    summary = import_folder(store, folder, symbols=["ETH/USDT:USDT"])
    assert [file.path for file in summary.taken] == ["oi_binance_um_5m_ETHUSDT.parquet"]
    assert store.list_series() == [SeriesKey("open_interest", "binanceusdm", "ETH/USDT:USDT")]


def test_a_single_file_is_a_folder_of_one(store, folder):
    write_history(folder)
    summary = import_folder(store, folder / "oi_binance_um_5m_BTCUSDT.parquet")
    assert [(file.path, file.count.inserted) for file in summary.taken] == [("oi_binance_um_5m_BTCUSDT.parquet", 3)]
    with pytest.raises(InputError, match="path: must be an existing"):
        import_folder(store, folder / "none")


def test_a_read_only_store_is_no_bad_file(store, folder, tmp_path):
    assert store
    write_history(folder)
    with pytest.raises(StoreError):
        import_folder(HistoryStore(tmp_path / "store", read_only=True), folder)


def test_forced_orders_become_liquidations(store, folder):
    events = pd.DataFrame(
        {
            "ts": times(5, 1000)[[1, 0, 2, 2, 3]],
            "coin": ["BTC", "BTC", "BTC", "BTC", "ETHUSDC"],
            "liquidated_side": ["Long", "Short", "Long", "Long", "Long"],
            "avg_price": [100.0, 101.0, 102.0, 102.0, 10.0],
            "accumulated_qty": [2.0, 1.0, 3.0, 3.0, 1.0],
        }
    )
    events.to_parquet(folder / "liq_events_binance_forceorder_x.parquet")
    summary = import_folder(store, folder)
    assert (summary.count.inserted, len(summary.taken[0].series)) == (5, 2)
    found = load_liquidations_of(store, "binanceusdm", SYMBOL)
    assert found.is_long.tolist() == [False, True, True, True]
    assert found.notional_usd.tolist() == [101, 200, 306, 306]
    # Two equal orders stay two.
    assert found.ordinal.tolist() == [0, 0, 0, 1]
    assert (found.price_means, found.capture) == ("fill average", "largest per second")
    assert load_liquidations_of(store, "binanceusdm", "ETH/USDC:USDC").price.tolist() == [10]
    assert import_folder(store, folder).count == UpsertCount(unchanged=5)
    events.assign(liquidated_side="both").to_parquet(folder / "liq_events_binance_forceorder_x.parquet")
    assert "must be long or short; found both" in next(iter(reasons(import_folder(store, folder)).values()))


def test_totals_leave_out_what_the_vendor_missed(store, folder):
    totals = pd.DataFrame({"ts": times(4, HOUR_MS), "long_usd": [1.0, 0, 3, 7], "short_usd": [4.0, 0, 6, 8]})
    totals["zero_suspect"] = [False, True, False, False]
    totals.to_parquet(folder / "liq_coinglass_BTC_1h_binance+okx.parquet")
    summary = import_folder(store, folder)
    assert summary.taken[0].notes == ("1 rows left out: marked as a gap of the vendor's",)
    (found,) = load_liquidation_totals_of(store, "coinglass", SYMBOL, HOUR_MS)
    assert (found.long_usd.tolist(), found.venues) == ([1, 3, 7], "binance+okx")
    totals.assign(ts=times(4, 4 * HOUR_MS)).to_parquet(folder / "liq_coinglass_BTC_1h_binance+okx.parquet")
    assert "interval: must be 1h, as was said; found 4h" in next(iter(reasons(import_folder(store, folder)).values()))


def save_json(path, data):
    path.write_text(json.dumps(data))
    return path


def test_a_foreign_liquidation_history(store, tmp_path):
    path = save_json(tmp_path / "history.json", pair_history())
    summary = import_foreign(store, path, ask(venues="binance+bybit"), venue="binance+bybit")
    assert summary.count == UpsertCount(inserted=3)
    (found,) = load_liquidation_totals_of(store, "coinglass", SYMBOL, HOUR_MS)
    assert found.long_usd.tolist() == [1000.5, 1001.5, 1002.5]
    assert np.isnan(found.short_base).all()
    # The same hours of other venues are other rows.
    import_foreign(store, path, ask(venues="okx"))
    assert [one.venues for one in load_liquidation_totals_of(store, "coinglass", SYMBOL, HOUR_MS)] == [
        "binance+bybit",
        "okx",
    ]
    assert load_liquidation_totals_of(store, "coinglass", SYMBOL, HOUR_MS, "okx")[0].time_ms.size == 3
    assert import_foreign(store, path, ask(venues="okx")).count == UpsertCount(unchanged=3)


def test_a_foreign_table_never_mixes_unasked(store, tmp_path):
    path = tmp_path / "table.csv"
    hourly_table().to_csv(path, index=False)
    import_foreign(store, path, ask("coinalyze"))
    assert {key.venue for key in store.list_series()} == {"coinalyze"}
    import_foreign(store, path, ask("coinalyze"), venue="binance")
    assert load_candles_of(store, "binanceusdm", SYMBOL, "1h").volume.tolist() == [10, 11, 12, 13]
    assert {key.venue for key in store.list_series("liquidation_totals")} == {"coinalyze"}
    with pytest.raises(UnknownNameError, match="venue: must be one of"):
        import_foreign(store, path, ask("coinalyze"), venue="binance+bybit")


def test_prices_of_another_currency_are_found_by_stored_candles(store, folder, tmp_path):
    frame = pd.DataFrame(
        {"ts": times(12 * 24), "open": 102.0, "high": 103.0, "low": 99.0, "close": 102.0, "volume": 7.0}
    )
    frame.to_parquet(folder / "candles_bybit_linear_5m_BTCUSDT.parquet")
    import_folder(store, folder)
    table = hourly_table()
    path = tmp_path / "table.csv"
    table.assign(**{name: table[name] * 3.6725 for name in ("open", "high", "low", "close")}).to_csv(path, index=False)
    words = "currency: prices must be those of BTC/USDT:USDT in USD.*bybit; found 3.672 times those at 4 times"
    with pytest.raises(InputError, match=words):
        import_foreign(store, path, ask("coinalyze", currency="USD"))
    assert {key.venue for key in store.list_series()} == {"bybit"}
    import_foreign(store, path, ask("coinalyze", currency="AED", rate=3.6725))
    assert load_candles_of(store, "coinalyze", SYMBOL, "1h").close.tolist() == pytest.approx([102] * 4)
    response = heatmap_response()
    for candle in response["data"]["price_candlesticks"]:
        candle[4] = 102 * 3.6725
    with pytest.raises(InputError, match="currency: prices must be those of"):
        import_foreign(store, save_json(tmp_path / "map.json", response), ask(), output=tmp_path / "map.npz")
    assert not (tmp_path / "map.npz").exists()


def test_a_row_from_after_the_file_is_left_out(store, tmp_path):
    path = save_json(tmp_path / "history.json", pair_history())
    made_s = (START_MS + 2 * HOUR_MS + 1000) / 1000
    os.utime(path, (made_s, made_s))
    summary = import_foreign(store, path, ask())
    assert summary.count.inserted == 2
    assert summary.taken[0].notes == ("1 rows left out: not complete when the file was made",)


def test_a_foreign_heatmap_is_saved_beside_the_store(store, tmp_path):
    path = save_json(tmp_path / "map.json", heatmap_response())
    summary = import_foreign(store, path, ask(), output=tmp_path / "theirs.npz")
    assert summary.saved == (tmp_path / "theirs.npz",)
    assert summary.count == UpsertCount()
    assert store.list_series() == []
    assert load_foreign_heatmap(summary.saved[0]).intensity.sum() == 13


def test_what_takers_bought_comes_along(store, folder):
    frame = pd.DataFrame({"open_time_ms": START_MS + np.arange(3) * 300_000, "open": 100.0, "high": 101.0, "low": 99.0})
    frame = frame.assign(close=100.5, volume=7.0, taker_buy_volume=[1.0, 2.0, 3.0])
    frame.to_parquet(folder / "candles_binance_um_5m_BTCUSDT.parquet")
    import_folder(store, folder)
    assert load_candles_of(store, "binanceusdm", SYMBOL, "5m").taker_buy_volume.tolist() == [1, 2, 3]
