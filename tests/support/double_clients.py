"""Clients of the venue double."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.venue_double import VenueDouble

NOW_MS = 1_780_000_123_456

OPTIONS: dict[str, dict[str, Any]] = {
    "bybit": {"fetchMarkets": {"types": ["linear", "inverse"]}},
    "okx": {"fetchMarkets": {"types": ["swap"]}},
}

LINEAR = "BTC/USDT:USDT"

INVERSE = "BTC/USD:BTC"

USDC = "BTC/USDC:USDC"

CONTRACTS = [
    ("binanceusdm", LINEAR),
    ("binancecoinm", INVERSE),
    ("bybit", LINEAR),
    ("bybit", INVERSE),
    ("okx", LINEAR),
    ("okx", INVERSE),
    ("hyperliquid", USDC),
]

each_contract = pytest.mark.parametrize(("venue", "symbol"), CONTRACTS, ids=[f"{v}-{s[-4:]}" for v, s in CONTRACTS])

LIQUIDATING = [row for row in CONTRACTS if row[0] != "hyperliquid"]

each_liquidating = pytest.mark.parametrize(
    ("venue", "symbol"), LIQUIDATING, ids=[f"{v}-{s[-4:]}" for v, s in LIQUIDATING]
)


def watch(double: VenueDouble, venue: str, use: Callable[[Any], Awaitable[Any]], timeout_s: float = 15.0) -> Any:
    """Run something with a ccxt.pro exchange that is pointed at the double."""

    async def run() -> Any:
        exchange = double.exchange_factory(venue, {"options": OPTIONS.get(venue, {})}, is_stream=True)
        try:
            await exchange.load_markets()
            return await asyncio.wait_for(use(exchange), timeout_s)
        finally:
            await exchange.close()

    return asyncio.run(run())


def rest(double: VenueDouble, venue: str) -> Any:
    """Make a synchronous exchange that knows its markets."""
    exchange = double.exchange_factory(venue, {"options": OPTIONS.get(venue, {})})
    exchange.load_markets()
    return exchange
