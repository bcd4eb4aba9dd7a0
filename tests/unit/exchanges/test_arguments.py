"""What people type, what is told while fetching, and that tests reach no venue."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from liqheat.errors import InputError, UnknownNameError
from liqheat.exchanges import fetch_history
from liqheat.venues import VENUES

LINEAR, INVERSE = "BTC/USDT:USDT", "BTC/USD:BTC"


def test_unknown_venue_lists_the_known_ones(double):
    with pytest.raises(UnknownNameError, match=r"binance, .*bybit, .*okx.*; found ftx"):
        double.fetch("ftx")
    assert double.requests == []


def test_symbol_unknown_at_the_venue(double):
    with pytest.raises(UnknownNameError, match=r"symbol: must be listed at binanceusdm; found XYZ/USDT:USDT"):
        double.fetch("binance", "XYZ/USDT:USDT")
    with pytest.raises(UnknownNameError, match=r"which has BTC/USDT:USDT; found BTC/USDC:USDC"):
        double.fetch("binance", "BTC/USDC:USDC")


@pytest.mark.parametrize(
    ("named", "argument"),
    [
        ({"symbol": "BTCUSDT"}, "symbol"),
        ({"symbol": "BTC/USDT"}, "symbol"),
        ({"symbol": "BTC/USDT:USDT-261225"}, "symbol"),
        ({"venue": "binanceusdm", "symbol": INVERSE}, "symbol"),
        ({"interval": "1m"}, "interval"),
        ({"interval": "fast"}, "interval"),
        ({"venue": "bybit", "interval": "2h"}, "interval"),
        ({"days": 0}, "days"),
        ({"days": -1}, "days"),
        ({"days": float("nan")}, "days"),
        ({"days": 1e9}, "days"),
        ({"venue": "hyperliquid", "symbol": "BTC/USDC:USDC"}, "venue"),
        ({"venue": "bitget"}, "venue"),
        ({"venue": "htx"}, "venue"),
        ({"venue": "gate", "interval": "3m"}, "interval"),
    ],
)
def test_arguments_are_checked_before_any_request(double, named, argument):
    with pytest.raises(InputError) as caught:
        double.fetch(**named)
    assert caught.value.argument == argument
    assert double.requests == []


@pytest.mark.parametrize("until_ms", [0, -5, 1_000_000])
def test_an_end_before_the_epoch(double, until_ms):
    with pytest.raises(InputError, match="until_ms"):
        double.fetch(until_ms=until_ms)


def test_progress_is_told_page_by_page(double):
    told: list[tuple[str, int, int]] = []
    double.fetch(days=5, progress=lambda *step: told.append(step))
    parts = list(dict.fromkeys(step[0] for step in told))
    assert parts == ["open interest", "candles", "mark candles"]
    assert [step[1:] for step in told if step[0] == "candles"] == [(0, 2), (1, 2), (2, 2)]


def test_rate_limits_are_on_and_nothing_but_the_row_is_configured(double):
    seen: list[tuple[str, dict[str, Any]]] = []

    def factory(ccxt_id: str, config: dict[str, Any]) -> Any:
        seen.append((ccxt_id, dict(config)))
        return double.exchange_factory(ccxt_id, config)

    fetch_history("bybit", LINEAR, days=1, exchange_factory=factory)
    ((ccxt_id, config),) = seen
    assert ccxt_id == "bybit"
    assert config["enableRateLimit"] is True
    assert config["options"] == VENUES["bybit", "linear"].ccxt_options


def test_the_double_leaves_no_address_of_a_venue(double):
    def strings(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for inner in value.values() for text in strings(inner)]
        return [value] if isinstance(value, str) else []

    for ccxt_id in sorted({row.ccxt_id for row in VENUES.values()}):
        exchange = double.exchange_factory(ccxt_id, {})
        addresses = strings(exchange.urls["api"])
        assert addresses
        assert all(text.split("://")[1].startswith("127.0.0.1:") for text in addresses)


def test_ccxt_is_imported_only_when_something_is_fetched():
    code = "import sys, liqheat.exchanges as e; e.redirect_factory({}); sys.exit('ccxt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
