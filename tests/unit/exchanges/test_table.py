"""Every row of the venue table has its parts, and ccxt knows them."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

import ccxt
import pytest

from liqheat.errors import InputError, UnknownNameError
from liqheat.exchanges.rest.reading import unit_factor
from liqheat.margin.tiers import load_tier_tables
from liqheat.units import parse_interval_ms
from liqheat.venues.requests import Endpoint
from liqheat.venues.spec import CAPABILITIES, read_contract_kind
from liqheat.venues.table import VENUE_ALIASES, VENUES, find_venue
from tests.support.history_files import history_file_name

ROWS = pytest.mark.parametrize("row", VENUES.values(), ids=lambda row: f"{row.venue}-{row.contract_kind}")
SERIES = {"candles", "mark", "open_interest", "funding", "accounts", "top_accounts", "top_positions", "liquidations"}
COMPLETE = [
    ("binanceusdm", "linear"),
    ("binancecoinm", "inverse"),
    ("bybit", "linear"),
    ("bybit", "inverse"),
    ("okx", "linear"),
    ("okx", "inverse"),
    ("bitget", "linear"),
    ("gate", "linear"),
    ("hyperliquid", "linear"),
]


@ROWS
def test_each_capability_is_described_or_its_absence_explained(row):
    assert VENUES[row.venue, row.contract_kind] is row
    assert hasattr(ccxt, row.ccxt_id)
    assert urlsplit(row.doc_url).scheme == "https"
    assert date.fromisoformat(row.date_read) <= date(2030, 1, 1)
    assert {name for name in CAPABILITIES if row.find_request(name) is None} == set(row.missing)
    texts = ("rate_limit", "liquidation_side", "liquidation_price", "capture", "tier_source")
    for text in (*row.missing.values(), *(getattr(row, name) for name in texts)):
        assert isinstance(text, str)
        assert text


@ROWS
@pytest.mark.parametrize("name", CAPABILITIES)
def test_a_request_has_its_parts(row, name):
    request = row.find_request(name)
    if request is None:
        return
    exchange = getattr(ccxt, row.ccxt_id)()
    assert callable(getattr(exchange, request.method))
    assert urlsplit(request.doc_url).scheme == "https"
    # Hyperliquid's list of contracts is the one question that names none.
    assert request.market_parameters or request.fixed_parameters.get("type") == "metaAndAssetCtxs"
    assert isinstance(request, Endpoint) == (name in SERIES)
    if not isinstance(request, Endpoint):
        return
    assert request.page_limit >= 100
    assert bool(request.archive_method) == bool(request.archive_after_bars)
    assert not request.archive_method or callable(getattr(exchange, request.archive_method))
    assert bool(request.intervals) == bool(request.interval_parameter) == (request.spacing == "regular")
    for interval in request.intervals:
        assert parse_interval_ms(interval) >= 60_000
    quantities = (*request.quantities, *([request.taker_buy] if request.taker_buy else []))
    for quantity in quantities:
        assert quantity.sides in (1, 2)
        assert unit_factor(quantity, row.contract_kind, 100.0) > 0
    wanted = {
        "candles": {"open", "high", "low", "close"},
        "mark": {"open", "high", "low", "close"},
        "open_interest": set(),
        "funding": {"rate"},
        "liquidations": {"size", "price"},
    }.get(name)
    if wanted is None:
        assert set(request.values_at) in ({"long_share"}, {"long_short_ratio"})
    else:
        assert set(request.values_at) == wanted
    assert bool(request.quantities) == (name in ("candles", "open_interest"))


@pytest.mark.parametrize("key", COMPLETE, ids="-".join)
def test_the_first_venues_are_complete(key):
    row = VENUES[key]
    for name in ("candles", "open_interest_now", "mark_now", "funding", "depth"):
        assert row.find_request(name) is not None
    for name in ("1m", "5m", "15m", "1h", "4h", "1d"):
        assert name in row.candles.intervals
    assert row.liquidations is not None or row.missing["liquidations"]


def test_the_venues_whose_history_can_be_fetched():
    fetched = {key for key, row in VENUES.items() if row.intervals}
    assert fetched == {*COMPLETE[:6], ("gate", "linear"), ("dydx", "linear"), ("kucoinfutures", "linear")}
    for (venue, kind), row in VENUES.items():
        assert bool(row.intervals) == (row.open_interest is not None and row.candles is not None)
        if row.intervals:
            assert "5m" in row.intervals
            # What is fetched must be storable.
            symbol = "BTC/USDT:USDT" if kind == "linear" else "BTC/USD:BTC"
            assert history_file_name("oi", venue, kind, "5m", symbol)


@ROWS
def test_tiers_over_rest_are_of_the_unit_of_those_on_file(row):
    table = load_tier_tables().get((row.venue, row.contract_kind))
    if row.margin_tiers is not None and table is not None:
        assert row.margin_tiers.is_continuous == (table.maintenance_amount != "none" or table.unit == "flat")
        unit = {"quote_notional": "quote", "base_coin": "coins", "contracts": "contracts", "flat": "quote"}
        assert row.margin_tiers.unit == unit[table.unit]


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
    ("venue", "near"), [("binanec", "binance"), ("byibt", "bybit"), ("OKX", "okx"), ("ftx", "htx")]
)
def test_an_unknown_venue_is_told_the_nearest(venue, near):
    with pytest.raises(UnknownNameError, match=rf"is unknown \(nearest: [a-z, ]*{near}"):
        find_venue(venue, "BTC/USDT:USDT")


@pytest.mark.parametrize(
    "symbol", ["", "BTC", "BTC/USDT", "BTC/USDT:ETH", "btc/usdt:usdt", None, 3, "BTC/USDT:USDT-260626"]
)
def test_symbols_of_another_form(symbol):
    with pytest.raises(InputError) as caught:
        find_venue("binance", symbol)
    assert caught.value.argument == "symbol"
