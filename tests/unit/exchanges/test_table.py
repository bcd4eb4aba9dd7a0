"""Every row of the venue table has its parts, and ccxt knows them."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

import ccxt
import pytest

from liqheat import store
from liqheat.errors import InputError, UnknownNameError
from liqheat.exchanges import CAPABILITIES, VENUES, find_venue
from liqheat.exchanges.normalize import unit_factor
from liqheat.exchanges.spec import read_contract_kind
from liqheat.records import VENUE_ALIASES

ROWS = pytest.mark.parametrize("row", VENUES.values(), ids=lambda row: f"{row.venue}-{row.contract_kind}")
READ = [row for row in VENUES.values() if row.open_interest is not None]


@ROWS
def test_a_row_says_what_it_lacks_and_where_it_was_read(row):
    assert VENUES[row.venue, row.contract_kind] is row
    assert hasattr(ccxt, row.ccxt_id)
    assert urlsplit(row.doc_url).scheme == "https"
    assert date.fromisoformat(row.date_read) <= date(2030, 1, 1)
    assert {name for name in CAPABILITIES if row.find_request(name) is None} == set(row.missing)
    assert all(row.missing.values())
    assert bool(row.intervals) == (row.open_interest is not None)


@pytest.mark.parametrize("row", READ, ids=lambda row: f"{row.venue}-{row.contract_kind}")
def test_a_row_that_is_read_has_all_parts(row):
    exchange = getattr(ccxt, row.ccxt_id)()
    for part in (row.candles, row.mark, row.open_interest):
        assert part is not None
        for method in filter(None, (part.method, part.archive_method)):
            assert callable(getattr(exchange, method))
        assert bool(part.archive_method) == bool(part.archive_after_bars)
        assert part.page_limit >= 100
        assert part.market_parameters
        assert urlsplit(part.doc_url).scheme == "https"
    for part in (row.candles, row.mark):
        assert set(part.values_at) == {"open", "high", "low", "close"}
    assert row.mark.quantities == ()
    for quantity in (*row.candles.quantities, *row.open_interest.quantities):
        assert quantity.sides in (1, 2)
        assert unit_factor(quantity, row.contract_kind, 100.0) > 0
    assert row.candles.quantities
    assert row.open_interest.quantities
    assert "5m" in row.intervals
    # What is fetched must be storable.
    symbol = "BTC/USDT:USDT" if row.contract_kind == "linear" else "BTC/USD:BTC"
    assert store.history_file_name("oi", row.venue, row.contract_kind, "5m", symbol)


def test_the_venues_that_are_read():
    assert {(row.venue, row.contract_kind) for row in READ} == {
        ("binanceusdm", "linear"),
        ("binancecoinm", "inverse"),
        ("bybit", "linear"),
        ("bybit", "inverse"),
        ("okx", "linear"),
        ("okx", "inverse"),
    }


@pytest.mark.parametrize(
    ("venue", "symbol", "found"),
    [
        ("binance", "BTC/USDT:USDT", "binanceusdm"),
        ("binance", "1000PEPE/USDC:USDC", "binanceusdm"),
        ("binance", "BTC/USD:BTC", "binancecoinm"),
        ("binanceusdm", "BTC/USDT:USDT", "binanceusdm"),
        ("bybit", "BTC/USD:BTC", "bybit"),
    ],
)
def test_find_venue(venue, symbol, found):
    row = find_venue(venue, symbol)
    assert (row.venue, row.contract_kind) == (found, read_contract_kind(symbol))


def test_aliases_lead_to_rows():
    for (_, contract_kind), venue in VENUE_ALIASES.items():
        assert (venue, contract_kind) in VENUES


@pytest.mark.parametrize("venue", ["", "Binance", "bitmex", None, 3])
def test_unknown_venue(venue):
    with pytest.raises(UnknownNameError, match="binance, binancecoinm, binanceusdm, bitget, bybit"):
        find_venue(venue, "BTC/USDT:USDT")


@pytest.mark.parametrize(
    "symbol", ["", "BTC", "BTC/USDT", "BTC/USDT:ETH", "btc/usdt:usdt", None, 3, "BTC/USDT:USDT-260626"]
)
def test_symbols_of_another_form(symbol):
    with pytest.raises(InputError) as caught:
        find_venue("binance", symbol)
    assert caught.value.argument == "symbol"
