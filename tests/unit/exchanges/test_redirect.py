"""Exchanges that are pointed at a server of ours, refused regions, and where a symbol is listed."""

from __future__ import annotations

from typing import Any

import pytest

from liqheat.errors import InputError, RegionRefusedError, UnknownNameError, VenueError
from liqheat.exchanges import RetryPolicy, VenueClient, redirect_factory
from liqheat.venues.table import VENUES
from tests.support.venue_double import Fault

CCXT_IDS = sorted({row.ccxt_id for row in VENUES.values()})


def addresses(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [text for one in inner for text in addresses(one)]
    return [value] if isinstance(value, str) and "://" in value else []


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize("ccxt_id", CCXT_IDS)
def test_every_address_moves_and_paths_stay(ccxt_id, is_stream):
    plain = redirect_factory({})(ccxt_id, {}, is_stream)
    moved = redirect_factory({ccxt_id: "http://127.0.0.1:9000/"})(ccxt_id, {}, is_stream)
    assert addresses(moved.urls)
    for before, after in zip(addresses(plain.urls), addresses(moved.urls), strict=True):
        scheme, rest = after.split("://")
        assert scheme == ("ws" if before.startswith("ws") else "http")
        assert rest.partition("/")[0] == "127.0.0.1:9000"
        assert rest.partition("/")[2] == before.split("://")[1].partition("/")[2]
    assert is_stream == type(moved).__module__.startswith("ccxt.pro")


def test_other_venues_keep_theirs_and_https_stays_secure():
    factory = redirect_factory({"bybit": "https://proxy.example"})
    assert all("127.0.0.1" not in text for text in addresses(factory("okx", {}).urls))
    moved = addresses(factory("bybit", {}, is_stream=True).urls)
    assert {text.split("://")[0] for text in moved} == {"https", "wss"}
    assert {text.split("/")[2] for text in moved} == {"proxy.example"}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9000", "http://localhost:1", "http://[::1]:9000", "https://a.example/x"]
)
def test_addresses_that_are_taken(url):
    assert redirect_factory({"okx": url})("okx", {})


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "http://10.0.0.1:9000",
        "http://127.0.0.1.example.com",
        "ws://127.0.0.1:9000",
        "ftp://127.0.0.1",
        "127.0.0.1:9000",
        "",
        "https://",
        "https://user@host",
        "https://host/?key=1",
        "https://[::1",
    ],
)
def test_addresses_that_are_refused(url):
    with pytest.raises(InputError, match="venue-url: must be https://host or http://127"):
        redirect_factory({"okx": url})


def test_an_alias_moves_both_venues_and_an_unknown_name_none():
    factory = redirect_factory({"binance": "http://127.0.0.1:9000"})
    for ccxt_id in ("binanceusdm", "binancecoinm"):
        assert all("127.0.0.1:9000" in text for text in addresses(factory(ccxt_id, {}).urls))
    with pytest.raises(UnknownNameError, match=r"venue-url: must name one of binance, binancecoinm.*; found bynance"):
        redirect_factory({"bynance": "http://127.0.0.1:9000"})


def test_a_redirected_client_fetches_from_the_server(double):
    factory = redirect_factory({"bybit": double.address})
    with VenueClient(VENUES["bybit", "linear"], factory) as client:
        assert client.now_ms() // 60_000 == double.market.now_ms // 60_000
        assert client.market("BTC/USDT:USDT")["contractSize"] == 1


# ------------------------------------------------------------------------------------------------ refused regions


@pytest.mark.parametrize(
    ("venue", "kind", "status", "is_region"),
    [
        ("binanceusdm", "linear", 451, True),
        ("binancecoinm", "inverse", 451, True),
        ("bybit", "linear", 451, True),
        ("bybit", "linear", 403, True),
        ("okx", "linear", 403, True),
        # Binance's firewall answers 403 to those who ask too much.
        ("binanceusdm", "linear", 403, False),
        ("bybit", "linear", 400, False),
        ("okx", "linear", 404, False),
    ],
)
def test_a_refused_region_is_an_error_of_its_own(double, venue, kind, status, is_region):
    double.misbehave(Fault("/time", times=100, status=status, body="{}"))
    client = VenueClient(
        VENUES[venue, kind], double.exchange_factory, RetryPolicy(attempts=2, sleep=double.waits.append)
    )
    with pytest.raises(VenueError) as caught:
        client.now_ms()
    assert isinstance(caught.value, RegionRefusedError) == is_region
    assert caught.value.code == ("region_refused" if is_region else "venue_error")
    assert str(status) in str(caught.value)
    assert double.waits == []


# ------------------------------------------------------------------------------------------------ where a symbol is
