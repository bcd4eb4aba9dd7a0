"""Contracts of several venues beside each other: which belong together, which bars they share, how prices map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import NoneType
from typing import TYPE_CHECKING

import numpy as np

from liqheat.errors import InputError, NoDataError, UnknownNameError, check_each, check_type
from liqheat.records import (
    ALL_VENUES,
    MarketHistory,
    parse_symbol,
)
from liqheat.venues import resolve_alias

if TYPE_CHECKING:
    from liqheat.records.arrays import IndexArray

SHIFT_TOLERANCE = 0.75
"""State buckets that a mapped price may be off before the shift follows: a shift that followed half buckets would
flicker between two with every tick, and its levels with it."""
LARGEST_PRICE_RATIO = 2.0
"""Venues farther apart do not quote the same coin."""


def combined_markets(
    markets: Sequence[MarketHistory], *, most_behind_ms: int | None = None
) -> list[tuple[MarketHistory, ...]]:
    """Find which contracts can be drawn as one: perpetuals of one base asset and one interval that share bars.

    ``BTC/USDT:USDT``, ``BTC/USDC:USDC`` and ``BTC/USD:BTC`` are one group. A contract that shares no two bars with
    the others, looked at from the newest on, is left out; so are dated ones, which settle.

    Parameters
    ----------
    markets : sequence of MarketHistory
        All contracts.
    most_behind_ms : int, optional
        Leave out contracts whose history ends longer before the newest one: a sum ends where its first venue ends,
        and one that has stopped would hold all back.

    Returns
    -------
    list of tuple of MarketHistory
        Groups of two or more, in the order in which their first contract was given, and so within each.
    """
    check_each("markets", markets, MarketHistory, "must be a sequence of MarketHistory")
    check_type("most_behind_ms", most_behind_ms, (int, float, NoneType), "must be milliseconds")
    groups: dict[tuple[str, int, int], list[MarketHistory]] = {}
    for market in markets:
        if not (parsed := parse_symbol(market.symbol)) or not parsed.expiry:
            phase_ms = int(market.open_time_ms[0]) % market.interval_ms
            groups.setdefault((market.base, market.interval_ms, phase_ms), []).append(market)
    found = []
    for group in groups.values():
        newest_ms = max(market.end_ms for market in group)
        start_ms, end_ms = 0, newest_ms
        kept = set()
        for index in sorted(range(len(group)), key=lambda index: -group[index].end_ms):
            market = group[index]
            first_ms, last_ms = max(start_ms, int(market.open_time_ms[0])), min(end_ms, market.end_ms)
            is_behind = most_behind_ms is not None and newest_ms - market.end_ms > most_behind_ms
            if last_ms - first_ms >= 2 * market.interval_ms and not is_behind:
                kept.add(index)
                start_ms, end_ms = first_ms, last_ms
        if len(kept) > 1:
            found.append(tuple(market for index, market in enumerate(group) if index in kept))
    return found


def shared_bars(markets: list[MarketHistory]) -> tuple[list[int], int]:
    """First bar of each market that all have, and how many all have."""
    start_ms = max(int(market.open_time_ms[0]) for market in markets)
    end_ms = min(market.end_ms for market in markets)
    interval_ms = markets[0].interval_ms
    if end_ms - start_ms < 2 * interval_ms:
        spans = ", ".join(f"{market.venue} {int(market.open_time_ms[0])}..{market.end_ms}" for market in markets)
        raise NoDataError("estimates", "must share at least 2 bars", spans)
    firsts = [(start_ms - int(market.open_time_ms[0])) // interval_ms for market in markets]
    return firsts, (end_ms - start_ms) // interval_ms


def price_shift(market: MarketHistory, target: MarketHistory, bucket_ratio: float) -> IndexArray:
    """State buckets from a price of `market` to the same price of `target`, at each close."""
    if market is target:
        return np.zeros(market.n_bars, np.int64)
    own, wanted = (np.clip(side.close, side.mark_low, side.mark_high) for side in (market, target))
    ratios = wanted / own
    worst = float(np.exp(np.abs(np.log(ratios)).max()))
    if worst > LARGEST_PRICE_RATIO:
        rule = f"must lie within a factor of {LARGEST_PRICE_RATIO:g} of those of {target.venue}"
        raise InputError(f"{market.venue} prices", rule, f"{worst:.6g}")
    exact = np.log(ratios) / math.log(bucket_ratio)
    known = np.ones(market.n_bars, np.bool_)
    for side in (market, target):
        if side.bridged is not None:
            known &= ~side.bridged
    # Nothing is known of the price where bars bridge a hole: what was known last stands.
    exact = exact[np.maximum.accumulate(np.where(known, np.arange(exact.size), 0))]
    # Middle one of three: a single last trade out of line does not move the map, what lasts two bars does.
    before, two_before = (np.concatenate([exact[:1].repeat(back), exact])[: exact.size] for back in (1, 2))
    low, high = np.minimum(before, two_before), np.maximum(before, two_before)
    shift = round(exact[0])
    shifts = np.empty(market.n_bars, np.int64)
    for bar, wanted_shift in enumerate(np.clip(exact, low, high).tolist()):
        if abs(wanted_shift - shift) > SHIFT_TOLERANCE:
            shift = round(wanted_shift)
        shifts[bar] = shift
    return shifts


def find_markets(markets: Sequence[MarketHistory], symbol: str, venue: str) -> tuple[MarketHistory, ...]:
    """Find what a symbol and a venue stand for: one contract, or all that are summed with it.

    Parameters
    ----------
    markets : sequence of MarketHistory
        All contracts.
    symbol : str
        ccxt unified symbol; with ``all`` it names the group that its contract belongs to.
    venue : str
        Venue id, several of them with commas between, or ``all``.

    Raises
    ------
    UnknownNameError
        When no contract has the symbol, or none at the venue.
    NoDataError
        When all venues are asked for and only one has the contract, or no others share its bars.
    """
    of_symbol = [market for market in markets if market.symbol == symbol]
    if not of_symbol:
        known = ", ".join(sorted({market.symbol for market in markets}))
        raise UnknownNameError("symbol", f"must be one of {known}", symbol)
    if venue == ALL_VENUES or "," in venue:
        for group in combined_markets(markets):
            if any(market.symbol == symbol for market in group):
                return pick_venues(group, venue)
        known = ", ".join(market.venue for market in of_symbol)
        raise NoDataError("venue", f"all needs two or more venues of {symbol} that share bars", known)
    for market in of_symbol:
        if market.venue == resolve_alias(venue, market.contract_kind):
            return (market,)
    known = ", ".join([*(market.venue for market in of_symbol), ALL_VENUES])
    raise UnknownNameError("venue", f"must be one of {known}", venue)


def pick_venues(group: tuple[MarketHistory, ...], venues: str) -> tuple[MarketHistory, ...]:
    """Those of a group that are named, in its order.

    Parameters
    ----------
    group : tuple of MarketHistory
        Markets that can be drawn as one.
    venues : str
        ``all``, or two or more venue ids with commas between.

    Raises
    ------
    UnknownNameError
        When one of them is not in the group.
    InputError
        When one is named twice.
    """
    if venues == ALL_VENUES:
        return group
    asked = venues.split(",")
    found = []
    for name in asked:
        market = next((one for one in group if one.venue == resolve_alias(name, one.contract_kind)), None)
        if market is None:
            raise UnknownNameError("venue", f"must be of {', '.join(one.venue for one in group)}", name)
        if market in found:
            raise InputError("venue", "must name each venue once", venues)
        found.append(market)
    return tuple(market for market in group if market in found)
