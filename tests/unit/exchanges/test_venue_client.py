"""The client across page borders, for venues that the double does not speak for: rows equal the market's, exactly."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from liqheat.errors import InputError, UnknownNameError, VenueError
from liqheat.exchanges import VenueClient
from liqheat.venues.table import VENUES
from tests.support.replay import Replay
from tests.support.venues_played import (
    BITGET,
    DYDX,
    FIRST_MS,
    GATE,
    HOUR_MS,
    HYPERLIQUID,
    NOW_MS,
    STEP_MS,
    fundings,
    interest,
    price,
    rate,
    steps,
    volume,
)

LAST_OPEN_MS = NOW_MS // STEP_MS * STEP_MS - STEP_MS
PLAYED = {
    "gate": (GATE, "BTC/USDT:USDT", 0.0001),
    "bitget": (BITGET, "BTC/USDT:USDT", 1.0),
    "hyperliquid": (HYPERLIQUID, "BTC/USDC:USDC", 1.0),
    "dydx": (DYDX, "BTC/USDC:USDC", 1.0),
}
each_venue = pytest.mark.parametrize("venue", PLAYED)


def play(venue):
    handlers, symbol, size = PLAYED[venue]
    replay = Replay(handlers)
    return replay, replay.client(venue), symbol, size


@each_venue
def test_candles_equal_the_markets_across_page_borders(venue):
    replay, client, symbol, size = play(venue)
    n_rows = 4200
    notes: list[str] = []
    first_ms = LAST_OPEN_MS - (n_rows - 1) * STEP_MS
    told: list[tuple[str, int, int]] = []
    # Bounds off the grid, and an end after the present: closed candles come, those within bounds.
    candles = client.fetch_candles(symbol, "5m", first_ms - 1, NOW_MS + HOUR_MS, lambda *step: told.append(step), notes)
    expected = steps(first_ms, LAST_OPEN_MS)
    assert len(expected) == n_rows
    assert candles.open_time_ms.tolist() == expected
    assert candles.open.tolist() == [price(time) for time in expected]
    np.testing.assert_allclose(candles.volume, [volume(time) * size for time in expected], rtol=1e-12)
    assert notes == []
    assert told[-1][1] == told[-1][2]
    assert {step[0] for step in told} == {"candles"}
    if venue != "hyperliquid":
        assert max(step[2] for step in told) >= 3, "no page border was crossed"
    if venue == "bitget":
        assert replay.count("/history-candles") > 0
        assert replay.count("/candles") > 0


@each_venue
def test_an_open_candle_never_comes(venue):
    _, client, symbol, _ = play(venue)
    candles = client.fetch_candles(symbol, "5m", LAST_OPEN_MS, NOW_MS)
    assert candles.open_time_ms.tolist() == [LAST_OPEN_MS]
    assert client.fetch_candles(symbol, "5m", NOW_MS, NOW_MS + HOUR_MS).open_time_ms.size == 0


@pytest.mark.parametrize("venue", ["gate", "bitget"])
def test_mark_candles(venue):
    replay, client, symbol, _ = play(venue)
    first_ms = LAST_OPEN_MS - 449 * STEP_MS
    mark = client.fetch_mark_candles(symbol, "5m", first_ms, LAST_OPEN_MS)
    assert mark.open_time_ms.tolist() == steps(first_ms, LAST_OPEN_MS)
    assert set(mark.low) == {59_000.0}
    assert any("mark" in f"{path} {query}" for path, query in replay.requests)


@pytest.mark.parametrize("venue", ["gate", "dydx"])
def test_open_interest(venue):
    _, client, symbol, size = play(venue)
    first_ms = LAST_OPEN_MS - 1249 * STEP_MS
    found = client.fetch_open_interest(symbol, first_ms, LAST_OPEN_MS)
    expected = steps(first_ms, LAST_OPEN_MS)
    assert found.time_ms.tolist() == expected
    np.testing.assert_allclose(found.quantity, [interest(time) * size for time in expected], rtol=1e-12)


@pytest.mark.parametrize("venue", ["gate", "bitget", "dydx"])
@pytest.mark.parametrize("n_days", [1, 20])
def test_funding_at_its_own_times(venue, n_days):
    _, client, symbol, _ = play(venue)
    first_ms, last_ms = NOW_MS - n_days * 24 * HOUR_MS, NOW_MS
    notes: list[str] = []
    found = client.fetch_funding(symbol, first_ms, last_ms, notes=notes)
    expected = [time for time in fundings() if first_ms <= time <= last_ms]
    assert len(expected) >= 3
    grain = 1000 if venue == "gate" else 1
    assert found.time_ms.tolist() == [time // grain * grain for time in expected]
    assert found.rate.tolist() == [float(rate(time)) for time in expected]
    assert notes == []


def test_hourly_funding_over_a_page_border():
    replay, client, symbol, _ = play("hyperliquid")
    first_ms = NOW_MS - 480 * HOUR_MS
    found = client.fetch_funding(symbol, first_ms, NOW_MS)
    assert found.time_ms.tolist() == [
        time + 71 for time in steps(first_ms - HOUR_MS, NOW_MS, HOUR_MS) if time + 71 >= first_ms
    ]
    handlers = {**HYPERLIQUID, "/info#fundingHistory": lambda query: HYPERLIQUID["/info#fundingHistory"](query)[:100]}
    short = Replay(handlers).client("hyperliquid").fetch_funding(symbol, first_ms, NOW_MS)
    np.testing.assert_array_equal(short.time_ms, found.time_ms)
    assert replay.count("#fundingHistory") <= 4


def test_the_future_is_not_asked_for():
    replay, client, symbol, _ = play("gate")
    found = client.fetch_open_interest(symbol, LAST_OPEN_MS, NOW_MS + 1000 * HOUR_MS)
    assert found.time_ms.tolist() == [LAST_OPEN_MS, LAST_OPEN_MS + STEP_MS]
    client.fetch_funding(symbol, NOW_MS - HOUR_MS, NOW_MS + 1000 * HOUR_MS)
    assert max(int(query.get("to", 0)) for _, query in replay.requests) <= NOW_MS // 1000
    assert len(replay.requests) <= 6


def test_ratios():
    _, client, symbol, _ = play("gate")
    for measure, share in (("accounts", 2 / 3), ("top_accounts", 3 / 4), ("top_positions", 1 / 5)):
        found = client.fetch_long_short(symbol, measure, LAST_OPEN_MS - 249 * STEP_MS, LAST_OPEN_MS)
        assert found.time_ms.size == 250
        np.testing.assert_allclose(found.long_share, share)
    _, client, symbol, _ = play("bitget")
    notes: list[str] = []
    found = client.fetch_long_short(symbol, "accounts", NOW_MS - 60 * STEP_MS, NOW_MS, notes=notes)
    # One answer is all that the venue gives; the notes say where it begins.
    assert found.time_ms.size == 30
    assert set(found.long_share) == {0.58}
    assert notes[0].startswith("accounts: begins at ")


def test_liquidations_of_the_last_hour():
    _, client, symbol, _ = play("gate")
    notes: list[str] = []
    found = client.fetch_liquidations(symbol, NOW_MS - 3 * HOUR_MS, NOW_MS, notes=notes)
    assert found.is_long.tolist() == [True, False, False, True]
    assert found.ordinal.tolist() == [0, 0, 1, 0]
    assert found.time_ms.tolist() == [NOW_MS - 600_000] + [NOW_MS - 30_000] * 3
    np.testing.assert_allclose(found.quantity, np.array([9, 5, 5, 7]) * 0.0001)
    np.testing.assert_allclose(found.notional_usd, found.quantity * 59_990)
    assert "answers only for times after" in notes[0]


def test_the_present():
    _, client, symbol, _ = play("gate")
    assert client.fetch_open_interest_now(symbol).quantity == pytest.approx(90.0)
    assert client.fetch_mark_now(symbol).price == 60_100.5
    _, client, symbol, _ = play("hyperliquid")
    assert client.fetch_open_interest_now(symbol).quantity == 27_000.25
    assert client.fetch_mark_now(symbol).price == 60_100.5
    depth = client.fetch_depth(symbol)
    assert (depth.time_ms, depth.bid_usd.tolist(), depth.ask_usd.tolist()) == (NOW_MS, [120_000.0], [180_003.0])
    tiers = client.fetch_margin_tiers(symbol)
    assert (tiers.max_leverage.tolist(), tiers.maintenance_margin_rate.tolist()) == ([40.0], [0.0125])


def test_what_a_venue_lacks_is_none_and_what_it_must_have_is_an_error():
    _, client, symbol, _ = play("hyperliquid")
    assert client.fetch_mark_candles(symbol, "5m", FIRST_MS, NOW_MS) is None
    assert client.fetch_open_interest(symbol, FIRST_MS, NOW_MS) is None
    assert client.fetch_long_short(symbol, "accounts", FIRST_MS, NOW_MS) is None
    assert client.fetch_liquidations(symbol, FIRST_MS, NOW_MS) is None
    htx = Replay({}).client("htx")
    with pytest.raises(InputError, match=r"venue: must offer candles: whether its volume .*; found htx"):
        htx.fetch_candles("BTC/USDT:USDT", "1h", FIRST_MS, NOW_MS)
    with pytest.raises(InputError, match="must offer depth"):
        htx.fetch_depth("BTC/USDT:USDT")
    assert VenueClient(VENUES["binanceusdm", "linear"], Replay({}).exchange_factory).fetch_margin_tiers("X") is None


def test_a_venue_that_knows_no_margin_table_is_an_error():
    lacking = {
        **HYPERLIQUID,
        "/info#metaAndAssetCtxs": lambda query: strip_tables(HYPERLIQUID["/info#metaAndAssetCtxs"](query)),
    }
    with pytest.raises(VenueError, match=r"description of BTC/USDC:USDC lacks info\.marginTableId"):
        Replay(lacking).client("hyperliquid").fetch_margin_tiers("BTC/USDC:USDC")


def strip_tables(answer):
    for contract in answer[0]["universe"]:
        del contract["marginTableId"]
    return answer


@pytest.mark.parametrize(
    ("named", "argument"),
    [({"interval": "2m"}, "interval"), ({"interval": None}, "interval"), ({"first_ms": 0}, "first_ms")],
)
def test_arguments(named, argument):
    _, client, symbol, _ = play("gate")
    arguments = {"symbol": symbol, "interval": "5m", "first_ms": FIRST_MS, "last_ms": NOW_MS, **named}
    with pytest.raises(InputError) as caught:
        client.fetch_candles(**arguments)
    assert caught.value.argument == argument


def test_symbols_that_are_near_are_named():
    _, client, _, _ = play("hyperliquid")
    with pytest.raises(UnknownNameError, match=r"must be listed at hyperliquid, which has BTC/USDC:USDC; found BTCC/U"):
        client.market("BTCC/USDC:USDC")
    with pytest.raises(UnknownNameError, match="which has ETH/USDC:USDC; found ETH/USDT:USDT"):
        client.market("ETH/USDT:USDT")


# ------------------------------------------------------------------------------------------------ clock, walls, threads


@each_venue
def test_the_venues_clock(venue):
    _, client, _, _ = play(venue)
    assert client.now_ms() == NOW_MS
    # The played venue's present is long past by this machine's clock.
    assert client.clock_offset_ms() < -86_400_000


def test_the_clock_is_not_asked_for_every_page():
    replay, client, symbol, _ = play("gate")
    client.fetch_candles(symbol, "5m", FIRST_MS, NOW_MS)
    client.fetch_open_interest(symbol, LAST_OPEN_MS, LAST_OPEN_MS)
    assert replay.count("/spot/time") == 1


def test_walls():
    _, client, _, _ = play("hyperliquid")
    assert 0 <= client.wall_ms("candles", "5m") - (NOW_MS - 5000 * STEP_MS) <= 3 * STEP_MS
    assert client.wall_ms("open_interest") == 0
    assert client.wall_ms("depth") == 0
    with pytest.raises(InputError, match="kind"):
        client.wall_ms("weather")


def test_a_clock_that_cannot_be_read():
    for clock in ({}, {"server_time": None}, {"server_time": "soon"}, []):
        client = Replay({**GATE, "/spot/time": lambda _query, clock=clock: clock}).client("gate")
        with pytest.raises(VenueError):
            client.now_ms()


def test_threads_share_a_client():
    """ccxt keeps state between a request and its answer: no two may be under way at once."""
    running: list[int] = []
    overlaps: list[int] = []

    def candles(query):
        running.append(1)
        overlaps.append(len(running))
        threading.Event().wait(0.002)
        running.pop()
        return GATE["/futures/usdt/candlesticks"](query)

    client = Replay({**GATE, "/futures/usdt/candlesticks": candles}).client("gate")
    sizes: list[int] = []

    def work():
        found = client.fetch_candles("BTC/USDT:USDT", "5m", LAST_OPEN_MS - 9 * STEP_MS, LAST_OPEN_MS)
        sizes.append(found.open_time_ms.size)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sizes == [10] * 6
    assert overlaps == [1] * 6


def test_numbered_pages_end_where_a_venue_repeats_its_last_page():
    def stuck(query):
        return BITGET["/mix/market/history-fund-rate"]({**query, "pageNo": 1, "pageSize": 5})

    replay = Replay({**BITGET, "/mix/market/history-fund-rate": stuck})
    notes: list[str] = []
    found = replay.client("bitget").fetch_funding("BTC/USDT:USDT", FIRST_MS, NOW_MS, notes=notes)
    assert found.time_ms.size == 5
    assert replay.count("history-fund-rate") == 2
    assert notes == []


def test_the_contract_size_must_be_there():
    spec = replace(VENUES["gate", "linear"], contract_size_at="info.nothing")
    client = VenueClient(spec, Replay(GATE).exchange_factory)
    with pytest.raises(VenueError, match=r"lacks info\.nothing"):
        client.fetch_open_interest_now("BTC/USDT:USDT")
