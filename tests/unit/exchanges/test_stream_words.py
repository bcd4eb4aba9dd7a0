"""Failures of streams in people's words, without addresses."""

from __future__ import annotations

import asyncio

import ccxt
import pytest
from aiohttp import ClientConnectionError

from liqheat.errors import VenueError
from liqheat.exchanges.stream.socket import SilentConnectionError
from liqheat.exchanges.stream.words import explain_failure
from liqheat.venues.table import find_venue

URL = "https://fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT&signature=abc"


class HandshakeError(Exception):
    """What aiohttp raises where a server answers with a page instead of a socket."""

    def __init__(self, status: int) -> None:
        super().__init__("Invalid response status", URL)
        self.status = status


@pytest.mark.parametrize(
    ("error", "status", "state", "words"),
    [
        (ccxt.NetworkError(HandshakeError(451)), 0, "refused", "HTTP 451"),
        (ccxt.NetworkError(HandshakeError(403)), 0, "refused", "wait ten minutes"),
        (ccxt.NetworkError(HandshakeError(502)), 0, "failed", "HTTP 502"),
        (ccxt.ExchangeNotAvailable(f"bybit GET {URL} 451  no"), 0, "refused", "HTTP 451"),
        (ccxt.ExchangeNotAvailable(f"bybit GET {URL}"), 0, "failed", "ExchangeNotAvailable"),
        (ccxt.RateLimitExceeded("slow down"), 429, "failed", "too many requests"),
        (ccxt.RequestTimeout(f"bybit GET {URL}"), 0, "failed", "did not answer in time"),
        (ccxt.RequestTimeout(f"Connection to {URL} timed out due to a ping-pong keepalive missing on time"), 0, "stale",
         "heartbeats"),
        (ccxt.NetworkError("Connection closed by remote server, closing code 1006"), 0, "failed", "(code 1006)"),
        (asyncio.CancelledError(), 0, "failed", "closed the connection"),
        (ccxt.InvalidNonce("bybit watchOrderBook received invalid nonce"), 0, "failed", "gap in the order book"),
        (ccxt.NetworkError(ClientConnectionError(URL)), 0, "failed", "could not be reached: ClientConnectionError"),
        (ccxt.BadSymbol("bybit does not have market symbol X"), 0, "failed", "bybit failed (BadSymbol): does not have"),
        (VenueError("no row"), 0, "failed", "bybit: no row"),
        (SilentConnectionError("candles: nothing came"), 0, "failed", "candles: nothing came"),
    ],
)  # fmt: skip
def test_words(error, status, state, words):
    failure = explain_failure(find_venue("bybit", "BTC/USDT:USDT"), error, status)
    assert failure.state == state
    assert words in failure.words
    assert "://" not in failure.words
    assert "signature" not in failure.words
