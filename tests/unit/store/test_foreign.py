"""Exports and API responses of other products: what is read, and what is refused with which words."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from liqheat.errors import FileFormatError, InputError
from liqheat.records import Candles, LiquidationTotals, OpenInterest
from liqheat.store.foreign import load_foreign, read_foreign
from tests.support.foreign_samples import HOUR_MS, START_MS, ask, documented, hourly_table, only, pair_history, rows


def interest_history(n=3):
    rows = [
        {
            "time": START_MS + index * HOUR_MS,
            "open": "90000",
            "high": "91000",
            "low": "89000",
            "close": f"{90100 + index}",
        }
        for index in range(n)
    ]
    return {"code": "0", "msg": "success", "data": rows}


@pytest.mark.parametrize("name", ["liquidation-history", "aggregated-liquidation-history"])
def test_the_documented_liquidation_histories(shared, name):
    found = read_foreign(documented(shared, name), ask(interval="1d", currency="USD", venues="binance"))
    totals = only(found)
    assert isinstance(totals, LiquidationTotals)
    assert totals.interval_ms == found.interval_ms == 24 * HOUR_MS
    expected = {
        "liquidation-history": ([2369935.19562, 5118407.85124], [6947459.43674, 8517330.44192], 1658880000000),
        "aggregated-liquidation-history": (
            [5916885.14234, 5345708.23191],
            [12969583.87632, 6454875.54909],
            1658966400000,
        ),
    }[name]
    assert (totals.long_usd.tolist(), totals.short_usd.tolist(), totals.time_ms[0]) == expected
    assert np.isnan(totals.long_base).all()
    assert totals.venues == "binance"


def test_the_documented_open_interest_has_no_interval(shared):
    # The example's times are amounts pasted into the wrong place.
    with pytest.raises(InputError, match="interval: must be one number of whole minutes"):
        read_foreign(documented(shared, "oi-ohlc-histroy"), ask(currency="BTC"))


def test_a_liquidation_map_is_not_read(shared):
    response = {"code": "0", "data": {"data": {"48935": [[48935, 1579370.77, 25, None]]}}}
    with pytest.raises(FileFormatError, match="must be a table or a known response"):
        read_foreign(response, ask())
    assert shared


def test_open_interest_is_the_close_at_the_end_of_the_interval():
    interest = only(read_foreign(interest_history(), ask(currency="btc", interval="1h")))
    assert isinstance(interest, OpenInterest)
    assert interest.time_ms.tolist() == [START_MS + HOUR_MS * bar for bar in (1, 2, 3)]
    assert interest.quantity.tolist() == [90100, 90101, 90102]
    inverse = only(read_foreign(interest_history(), ask(symbol="BTC/USD:BTC", currency="USD")))
    assert inverse.quantity.tolist() == interest.quantity.tolist()


def test_exports_are_read_as_responses_are(tmp_path):
    table = pd.DataFrame(pair_history()["data"]).astype({"long_liquidation_usd": float, "short_liquidation_usd": float})
    table.to_parquet(tmp_path / "a.parquet")
    table.rename(
        columns={"long_liquidation_usd": "Long Liquidation (USD)", "short_liquidation_usd": "Short Liquidation (USD)"}
    ).to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "a.json").write_text(json.dumps(pair_history()))
    read = [only(load_foreign(tmp_path / name, ask())) for name in ("a.parquet", "a.csv", "a.json")]
    assert [record.long_usd.tolist() for record in read] == [[1000.5, 1001.5, 1002.5]] * 3
    # Some clients save the answer without its code, or the rows alone.
    for data in ({"data": pair_history()["data"]}, pair_history()["data"]):
        assert only(read_foreign(data, ask())).short_usd.tolist() == [2000, 2001, 2002]
    assert [record.source for record in read] == ["a.parquet", "a.csv", "a.json"]


def test_an_hourly_table_holds_three_series():
    found = read_foreign(hourly_table(), ask("coinalyze", interval="1h"))
    candles, interest, totals = found.records
    assert isinstance(candles, Candles)
    assert candles.open_time_ms.tolist() == (START_MS + np.arange(4) * HOUR_MS).tolist()
    assert candles.volume.tolist() == [10, 11, 12, 13]
    assert candles.taker_buy_volume is not None
    assert candles.taker_buy_volume.tolist() == [4] * 4
    assert (interest.time_ms[0], interest.quantity.tolist()) == (START_MS + HOUR_MS, [500, 501, 502, 503])
    assert totals.long_base.tolist() == [1.5, 2.5, 3.5, 4.5]
    assert np.isnan(totals.long_usd).all()


def test_prices_in_dirham_are_converted_and_coins_are_not():
    request = ask("coinalyze", currency="AED", rate=4.0)
    candles, interest, totals = read_foreign(hourly_table(), request).records
    assert (candles.close[0], candles.volume[0]) == (25.5, 10)
    assert interest.quantity[0] == 500
    assert totals.short_base[0] == 2.5
    response = pair_history()
    rows = [{"time": row["time"], "long_aed": 400, "short_aed": 800} for row in response["data"]]
    totals = only(read_foreign({**response, "data": rows}, ask(rate=4)))
    assert (totals.long_usd[0], totals.short_usd[0]) == (100, 200)


def coinalyze(*rows, symbol="BTCUSDT_PERP.A"):
    return [{"symbol": symbol, "history": list(rows)}]


def test_coinalyze_responses():
    seconds = START_MS // 1000
    bars = [
        {"t": seconds + 3600 * bar, "o": 100, "h": 103, "l": 99, "c": 102, "v": 7, "bv": 3, "tx": 9, "btx": 4}
        for bar in range(2)
    ]
    candles = only(read_foreign(coinalyze(*bars), ask("coinalyze")))
    assert isinstance(candles, Candles)
    assert candles.open_time_ms.tolist() == [START_MS, START_MS + HOUR_MS]
    assert (candles.low[0], candles.taker_buy_volume[1]) == (99, 3)
    bars = [{"t": seconds + 3600 * bar, "o": 9e4, "h": 9e4, "l": 9e4, "c": 9.1e4} for bar in range(2)]
    interest = only(read_foreign(coinalyze(*bars), ask("coinalyze", currency="BTC")))
    assert interest.quantity.tolist() == [91_000, 91_000]
    bars = [{"t": seconds + 3600 * bar, "l": 0.5, "s": 0} for bar in range(2)]
    totals = only(read_foreign(coinalyze(*bars), ask("coinalyze", currency="BTC", venues="binance")))
    assert (totals.long_base.tolist(), totals.short_base.tolist()) == ([0.5, 0.5], [0, 0])
    totals = only(read_foreign(coinalyze(*bars), ask("coinalyze", currency="USD")))
    assert totals.long_usd.tolist() == [0.5, 0.5]
    assert np.isnan(totals.long_base).all()


def test_rows_are_sorted_and_equal_ones_kept_once():
    response = pair_history()
    response["data"] = [*reversed(response["data"]), response["data"][0]]
    found = read_foreign(response, ask())
    assert only(found).time_ms.tolist() == [START_MS, START_MS + HOUR_MS, START_MS + 2 * HOUR_MS]
    assert found.notes == ("1 repeated rows",)
    response["data"][0] = {**response["data"][2], "long_liquidation_usd": "7"}
    with pytest.raises(FileFormatError, match="time: rows of one time must be equal"):
        read_foreign(response, ask())


def test_a_row_that_was_not_complete_is_left_out():
    found = read_foreign(pair_history(), ask(as_of_ms=START_MS + 3 * HOUR_MS - 1))
    assert only(found).time_ms.size == 2
    assert found.notes == ("1 rows left out: not complete when the file was made",)
    with pytest.raises(FileFormatError, match="complete when it was made"):
        read_foreign(pair_history(1), ask(interval="1h", as_of_ms=START_MS))
    # A file unpacked with the time of 1980 was not made then.
    assert only(read_foreign(pair_history(), ask(as_of_ms=315_532_800_000))).time_ms.size == 3


def test_missing_cells_are_gaps_not_zeros():
    response = pair_history()
    response["data"][1]["long_liquidation_usd"] = None
    assert only(read_foreign(response, ask())).time_ms.tolist() == [START_MS, START_MS + 2 * HOUR_MS]


HOURS = [START_MS, START_MS + HOUR_MS, START_MS + 2 * HOUR_MS]


@pytest.mark.parametrize(
    ("data", "request_", "argument", "words"),
    [
        (
            rows(time=[HOURS[0], True], long_usd=[1] * 2, short_usd=[1] * 2),
            ask(),
            "time",
            "UTC times .row 1.; found True",
        ),
        (
            rows(time=[HOURS[0], None], long_usd=[1] * 2, short_usd=[1] * 2),
            ask(),
            "time",
            "UTC times .row 1.; found None",
        ),
        (pair_history(), ask(interval="4h"), "interval", "must be 4h, as was said; found 1h"),
        (pair_history(1), ask(), "interval", "must be said for a file of one row"),
        (pair_history(step_ms=90_500), ask(), "interval", "whole minutes"),
        (
            rows(time=[0, 1, 2.5], long_usd=[1] * 3, short_usd=[1] * 3),
            ask(),
            "time",
            "must be epoch",
        ),
        (
            rows(
                time=[HOURS[0], HOURS[1], HOURS[2] + 60_000 * 7, HOURS[2] + 60_000 * 67],
                long_usd=[1] * 4,
                short_usd=[1] * 4,
            ),
            ask(),
            "interval",
            "must be one number of whole minutes for all rows",
        ),
        (pair_history(), ask(currency="AED", rate=3.6725), "currency", "must be AED, as was said; found USD"),
        (pair_history(), ask(currency="BTC"), "currency", "must be BTC, as was said; found USD"),
        (rows(time=HOURS, long_eur=[1] * 3, short_eur=[1] * 3), ask(), "rate", "how many EUR one USD is"),
        (
            rows(time=HOURS, long_eur=[1] * 3, short_usd=[1] * 3),
            ask(),
            "currency",
            "one for all columns; found eur, usd",
        ),
        (pair_history(), ask(rate=3.0), "rate", "must not be given for USD"),
        (interest_history(), ask(), "currency", "must be said: the file does not name that of the open interest"),
        (interest_history(), ask(currency="USD"), "currency", "must be in BTC .ask for unit=coin.; found USD"),
        (
            interest_history(),
            ask(symbol="BTC/USD:BTC", currency="BTC"),
            "currency",
            "must be in USD .ask for unit=usd.; found BASE",
        ),
        (
            rows(time=HOURS, open=[0.01] * 3, high=[0.01] * 3, low=[0.01] * 3, close=[0.01] * 3),
            ask(currency="BTC"),
            "file",
            "a funding history has the same columns",
        ),
        (
            rows(time=HOURS, long_liquidation=[1] * 3, short_liquidation=[1] * 3),
            ask(),
            "currency",
            "must be said: the file does not name that of the liquidations",
        ),
        (
            rows(time=HOURS, symbol=["ETHUSDT"] * 3, long_usd=[1] * 3, short_usd=[1] * 3),
            ask(),
            "symbol",
            "must be BTC/USDT:USDT, as was said; found ETHUSDT in the file",
        ),
        (coinalyze(symbol="ETHUSDT_PERP.A"), ask("coinalyze"), "symbol", "found ETHUSDT_PERP.A"),
        (
            [*coinalyze({"t": 1}), *coinalyze({"t": 1}, symbol="BTCUSDT.6")],
            ask("coinalyze"),
            "file",
            "one market; found BTCUSDT_PERP.A, BTCUSDT.6",
        ),
        ({"code": "30001", "msg": "API key missing."}, ask(), "file", "code 0.; found code 30001: API key missing"),
        ({"message": "Invalid API key"}, ask("coinalyze"), "file", "succeeded; found .*Invalid API key"),
        ({"code": "0", "data": []}, ask(), "file", "at least one row"),
        ({"code": "0", "data": None}, ask(), "file", "a table or a known response"),
        ([1, 2], ask(), "file", "rows with a name"),
        (rows(time=HOURS, price=[1] * 3), ask(), "file", "must be a table of coinglass: .*found time, price"),
        (pair_history(), ask("coinalyze"), "file", "must be a table of coinalyze"),
        (pair_history(), ask("kraken"), "from", "must be coinglass or coinalyze"),
        (rows(time=HOURS, long_usd=[1, -1, 1], short_usd=[1] * 3), ask(), "liquidations", "not be negative .row 1."),
        (rows(time=HOURS, long_usd=[1, "x", 1], short_usd=[1] * 3), ask(), "long_usd", "must hold numbers .row 1."),
        (rows(time=HOURS, long_usd=[1, "inf", 1], short_usd=[1] * 3), ask(), "long_usd", "must be finite .row 1."),
        (hourly_table().assign(low=200.0), ask("coinalyze"), "open", "must be a price"),
        (hourly_table().assign(buy_volume=99.0), ask("coinalyze"), "buy_volume", "from 0 to volume"),
        (hourly_table(), ask("coinalyze", symbol="BTC/USD:BTC"), "symbol", "must be a linear contract"),
    ],
)
def test_what_does_not_agree_is_named(data, request_, argument, words):
    with pytest.raises(InputError, match=words) as raised:
        read_foreign(data, request_)
    assert raised.value.argument == argument


@pytest.mark.parametrize(
    ("changes", "argument"),
    [
        ({"symbol": "BTCUSDT"}, "symbol"),
        ({"rate": 0}, "rate"),
        ({"rate": np.nan}, "rate"),
        ({"interval": "1x"}, "interval"),
    ],
)
def test_a_request_is_checked(changes, argument):
    with pytest.raises(InputError) as raised:
        ask(**changes)
    assert raised.value.argument == argument


def test_files_that_cannot_be_read_are_named(tmp_path, monkeypatch):
    for name, data in {"a.json": b"{", "b.json": b"[NaN]", "c.json": b"[" * 200_000, "d.parquet": b"PAR1"}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(FileFormatError, match=f"must be a readable .*{name}"):
            load_foreign(tmp_path / name, ask())
    with pytest.raises(FileFormatError, match="existing file"):
        load_foreign(tmp_path / "none.json", ask())
    monkeypatch.setattr("liqheat.store.foreign.MOST_FILE_BYTES", 100)
    (tmp_path / "e.json").write_text(json.dumps(pair_history()))
    with pytest.raises(FileFormatError, match="at most 100 bytes"):
        load_foreign(tmp_path / "e.json", ask())


def test_a_real_table_of_candles_and_open_interest(shared):
    path = shared / "data" / "extras" / "binance_um_5m_BTCUSDT_ohlcv_oi_lsr_2024-09.parquet"
    found = load_foreign(path, ask("coinalyze", interval="5m", currency="USDT"))
    candles, interest = found.records
    table = pd.read_parquet(path)
    assert candles.open_time_ms.size == interest.time_ms.size == len(table) == 1441
    assert np.array_equal(candles.taker_buy_volume, table.buy_volume)
    assert np.array_equal(interest.quantity, table.oi_close)


def test_a_real_vendor_table_of_liquidations(shared):
    path = shared / "data" / "coinglass_4h_2024-11_2025-11" / "coinglass_4h_BTC_binance_liq_oi_funding.parquet"
    totals = only(load_foreign(path, ask(interval="4h", venues="binance")))
    assert totals.time_ms.size == 2195
    assert totals.long_usd[0] == 21069771.35833
    with pytest.raises(InputError, match="must be 1h, as was said; found 4h"):
        load_foreign(path, ask(interval="1h"))
