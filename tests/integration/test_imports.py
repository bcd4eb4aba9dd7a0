"""The real files beside this checkout, through an import into a store; counts are those of their README."""

from __future__ import annotations

import pandas as pd
import pytest

from liqheat.collect.importing import import_folder
from liqheat.collect.summary import ImportSummary
from liqheat.records import SeriesKey
from liqheat.store import HistoryStore, load_candles_of, load_liquidation_totals_of, load_liquidations_of

BTC = "BTC/USDT:USDT"
SYMBOLS = (BTC, "ETH/USDT:USDT", "SOL/USDT:USDT")
HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def imported(shared, tmp_path_factory) -> tuple[HistoryStore, ImportSummary]:
    store = HistoryStore(tmp_path_factory.mktemp("import") / "store")
    return store, import_folder(store, shared / "data" / "binance_bybit_2025-11_2026-03", symbols=SYMBOLS)


def test_every_series_has_the_rows_that_the_readme_states(imported):
    store, _ = imported
    for symbol in SYMBOLS:
        expected = {
            SeriesKey("candles", "bybit", symbol, "5m"): 52_416,
            SeriesKey("candles", "binanceusdm", symbol, "5m"): 17_359,
            SeriesKey("mark", "bybit", symbol, "1h"): 4_368,
            SeriesKey("open_interest", "binanceusdm", symbol): 34_847,
            SeriesKey("funding", "bybit", symbol): 546,
        }
        assert {key: store.count_rows(key) for key in expected} == expected
    orders = {"BTC": 273, "ETH": 330, "SOL": 241}
    for coin, n_rows in orders.items():
        assert store.count_rows(SeriesKey("liquidations", "binanceusdm", f"{coin}/USDT:USDT")) == n_rows


def test_gaps_of_the_vendor_are_no_zeros(imported):
    store, _ = imported
    (hourly,) = load_liquidation_totals_of(store, "coinglass", BTC, HOUR_MS)
    assert hourly.venues == "binance+bybit+okx"
    # 3,091 hours, 11 of which the README calls a gap of the vendor's.
    assert hourly.time_ms.size == 3_091 - 11
    assert (hourly.long_usd + hourly.short_usd > 0).all()
    assert hourly.long_usd.sum() == pytest.approx(4.45e9, rel=2e-3)
    assert hourly.short_usd.sum() == pytest.approx(2.95e9, rel=2e-3)


def test_rows_are_those_of_the_files(imported, shared):
    store, _ = imported
    table = pd.read_parquet(shared / "data/binance_bybit_2025-11_2026-03/candles_bybit_linear_5m_BTCUSDT.parquet")
    candles = load_candles_of(store, "bybit", BTC, "5m")
    assert candles is not None
    for name in ("open", "high", "low", "close", "volume"):
        assert (getattr(candles, name) == table[name]).all(), name
    assert (candles.open_time_ms == table.ts.astype("int64")).all()
    events = load_liquidations_of(store, "okx", BTC)
    assert events is not None
    table = pd.read_parquet(shared / "data/binance_bybit_2025-11_2026-03/liq_events_okx_2026-03-04_05.parquet")
    assert events.notional_usd.sum() == pytest.approx(table[table.coin == "BTC"].usd.sum(), rel=1e-9)
    assert events.price_means == "bankruptcy"


def test_what_is_not_taken_is_said(imported):
    _, summary = imported
    assert not [file for file in summary.left_out if file.is_known]
    assert sorted(file.path for file in summary.left_out) == [
        "candles_1h_binance_bybit_okx_kraken.parquet",
        "coinglass_BTC_1h_oi_funding_spot.parquet",
        "funding_7venues_2025-10_2026-03.parquet",
        "liq_hyperliquid_daily_0xarchive_2025-12_2026-01.parquet",
        "oi_hyperliquid_lighter_1h_0xarchive_2025-12_2026-03.parquet",
    ]


def test_a_second_import_inserts_nothing(imported, shared):
    store, first = imported
    again = import_folder(store, shared / "data" / "binance_bybit_2025-11_2026-03", symbols=SYMBOLS)
    assert (again.count.inserted, again.count.updated) == (0, 0)
    assert again.count.unchanged == first.count.inserted


def test_a_year_of_vendor_totals(shared, tmp_path):
    store = HistoryStore(tmp_path / "store")
    summary = import_folder(store, shared / "data" / "coinglass_4h_2024-11_2025-11", symbols=SYMBOLS)
    assert [file.path for file in summary.left_out] == ["coinglass_24h_liq_by_exchange_daily.parquet"]
    for symbol in SYMBOLS:
        (totals,) = load_liquidation_totals_of(store, "coinglass", symbol, 4 * HOUR_MS)
        assert (totals.time_ms.size, totals.venues) == (2_195, "binance")
