"""Liquidations: the double says exactly what a client should end with."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.double_clients import INVERSE, LINEAR, each_liquidating, watch
from tests.support.venue_double import Liquidation, RunningMarket, VenueDouble

T = 1_780_000_000_000
STREAMS = {
    "binanceusdm": "@forceOrder",
    "binancecoinm": "@forceOrder",
    "bybit": "allLiquidation.",
    "okx": "liquidation-orders",
}
EVENTS = [
    (T, True, 66_000.0, 1.5),
    (T + 400, False, 67_000.0, 2.5),
    (T + 450, True, 65_500.1, 0.7),
    (T + 450, True, 65_500.1, 0.7),
    (T + 1_300, False, 67_100.0, 0.2),
    (T + 1_301, True, 65_000.0, 0.1),
    (T + 1_302, True, 65_001.0, 0.1),
]


def collect(
    double: VenueDouble, venue: str, symbol: str, **named: Any
) -> tuple[list[Liquidation], list[dict[str, Any]]]:
    """Push EVENTS; what the double says it sent, and what came, raw."""

    async def use(exchange: Any) -> tuple[list[Liquidation], list[dict[str, Any]]]:
        raw: list[dict[str, Any]] = []
        original = exchange.handle_liquidation
        exchange.handle_liquidation = lambda client, message: (raw.append(message), original(client, message))
        waiting = asyncio.ensure_future(exchange.watch_liquidations(symbol))
        await asyncio.to_thread(double.wait_subscribed, venue, STREAMS[venue])
        sent = await asyncio.to_thread(double.push_liquidations, venue, EVENTS, symbol=symbol, **named)
        await waiting
        await asyncio.sleep(0.05)
        return sent, raw

    return watch(double, venue, use)


def read(venue: str, symbol: str, raw: list[dict[str, Any]]) -> list[Liquidation]:
    """Read a venue's messages as its documentation says."""
    found = []
    for message in raw:
        if venue.startswith("binance"):
            unit = 100 if symbol == INVERSE else 1
            order = message["o"]
            quantity = float(order["z"]) * unit
            found.append(Liquidation(symbol, order["T"], order["S"] == "SELL", float(order["ap"]), quantity))
        elif venue == "bybit":
            found += [
                Liquidation(symbol, row["T"], row["S"] == "Buy", float(row["p"]), float(row["v"]))
                for row in message["data"]
            ]
        else:
            unit = 100 if symbol == INVERSE else 0.01
            for element in message["data"]:
                for row in element["details"]:
                    quantity = round(float(row["sz"]) * unit, 8)
                    is_long = row["side"] == "sell"
                    assert row["posSide"] == ("long" if is_long else "short")
                    found.append(Liquidation(symbol, int(row["ts"]), is_long, float(row["bkPx"]), quantity))
    return found


@each_liquidating
def test_what_is_sent_is_what_is_told(fast, venue, symbol):
    sent, raw = collect(fast, venue, symbol)
    assert sorted(read(venue, symbol, raw), key=repr) == sorted(sent, key=repr)
    assert fast.sent_liquidations[venue] == sent
    if venue.startswith("binance"):
        assert [(event.time_ms, event.is_long) for event in sent] == [(T + 400, False), (T + 1_300, False)]
    else:
        assert len(sent) == len(EVENTS)
        assert [event.is_long for event in sent] == [is_long for _, is_long, _, _ in EVENTS]
    for event in sent:
        coins = next(coins for time, _, _, coins in EVENTS if time == event.time_ms)
        unit = event.price if symbol == INVERSE else 1.0
        assert event.quantity == pytest.approx(coins * unit, abs=60 if symbol == INVERSE else 1e-9)


def test_binance_can_send_all(fast):
    sent, raw = collect(fast, "binanceusdm", LINEAR, thinned=False)
    assert len(raw) == len(sent) == len(EVENTS)


def test_bybit_sends_batches_of_half_a_second_and_okx_several_details(fast):
    _, raw = collect(fast, "bybit", LINEAR)
    assert [len(message["data"]) for message in raw] == [4, 3]
    _, raw = collect(fast, "okx", LINEAR)
    assert [len(element["details"]) for message in raw for element in message["data"]] == [3, 3, 1]


def test_without_a_listener_nothing_was_sent(fast):
    assert fast.push_liquidations("bybit", EVENTS) == []
    assert fast.sent_liquidations["bybit"] == []


def test_hyperliquid_has_none(fast):
    with pytest.raises(ValueError, match="no liquidations"):
        fast.push_liquidations("hyperliquid", EVENTS, symbol="BTC/USDC:USDC")


def test_a_steady_stream():
    with VenueDouble(RunningMarket(history_days=1, future_days=1), liquidations_per_s=20) as double:

        async def use(exchange: Any) -> list[Any]:
            found: list[Any] = []
            while len(double.sent_liquidations.get("bybit", [])) < 30:
                await exchange.watch_liquidations(LINEAR)
                await asyncio.sleep(0.05)
                found += list(exchange.liquidations)
                exchange.liquidations.clear()
            return found

        found = watch(double, "bybit", use)
    told = double.sent_liquidations["bybit"]
    assert sorted((row["timestamp"], row["price"], row["contracts"]) for row in found) == sorted(
        (event.time_ms, event.price, event.quantity) for event in told
    )
    assert {event.is_long for event in told} == {True, False}


def test_the_steady_stream_of_binance_holds_one_a_second():
    with VenueDouble(RunningMarket(history_days=1, future_days=1), liquidations_per_s=30) as double:

        async def use(exchange: Any) -> None:
            while len(double.sent_liquidations.get("binanceusdm", [])) < 3:
                await exchange.watch_liquidations(LINEAR)

        watch(double, "binanceusdm", use)
    seconds = [event.time_ms // 1000 for event in double.sent_liquidations["binanceusdm"]]
    assert len(set(seconds)) == len(seconds) >= 3


def test_the_markets_own_liquidations_are_pushed_as_they_happen():
    market = RunningMarket(history_days=1, future_days=1, speed=3_600, positions=40_000)
    with VenueDouble(market, market_liquidations=True) as double:

        async def use(exchange: Any) -> list[Any]:
            await exchange.watch_liquidations(LINEAR)
            await asyncio.sleep(0.2)
            return list(exchange.liquidations)

        found = watch(double, "bybit", use)
        told = double.sent_liquidations["bybit"][: len(found)]
        first, last = told[0].time_ms, told[-1].time_ms
        true = market.liquidations("bybit", first - 1, last)
    assert [row["timestamp"] for row in found] == [event.time_ms for event in told]
    large = [event for event in true if event[3] >= 0.001]
    assert len(told) >= len(large) > 0
    assert {event.is_long for event in told} <= {True, False}
    (bar,) = market.bars("bybit", 60_000, first // 60_000 * 60_000, first, market.now_ms())
    assert told[0].price == pytest.approx(float(bar.close), rel=0.05)
