"""Conversion of a venue's present into records: mark price, open interest, order book."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from liqheat.errors import VenueError
from liqheat.exchanges.rest.reading import (
    parse_time,
    read_column,
    read_number,
    read_quantity,
    read_row,
    read_time,
    show,
    walk,
)
from liqheat.records import ContractKind, MarkPrice, OpenInterestNow, OrderBookDepth
from liqheat.records.arrays import FloatArray
from liqheat.venues import BookRequest, Place, Snapshot, Unit


def parse_mark_now(snapshot: Snapshot, answer: object, market: Mapping[str, Any], receive_ms: int) -> MarkPrice:
    """Convert an answer into a mark price.

    Parameters
    ----------
    snapshot : Snapshot
        Says where the values stand.
    answer : object
        The venue's.
    market : mapping
        ccxt's, which places in braces are filled in from.
    receive_ms : int
        When it arrived, UTC epoch milliseconds; also its time where the venue gives none.

    Raises
    ------
    VenueError
        When a value is missing or no number, or the price not above 0.
    """
    row = read_row(snapshot, answer, market)
    price = read_number(snapshot, row, "mark price", "" if snapshot.price_at is None else snapshot.price_at)
    if price <= 0:
        raise VenueError(f"{snapshot.method}: a mark price must be above 0; found {price}")
    return MarkPrice(read_moment(snapshot, answer, market, receive_ms), receive_ms, price)


def parse_open_interest_now(
    snapshot: Snapshot,
    answer: object,
    market: Mapping[str, Any],
    contract_kind: ContractKind,
    contract_size: float,
    receive_ms: int,
) -> OpenInterestNow:
    """Convert an answer into open interest, one side, in the contract's own unit; errors as `parse_mark_now`."""
    row = read_row(snapshot, answer, market)
    quantity = read_quantity(snapshot, row, "open interest", snapshot.quantities, contract_kind, contract_size)
    if quantity < 0:
        raise VenueError(f"{snapshot.method}: open interest must be at least 0; found {quantity}")
    return OpenInterestNow(read_moment(snapshot, answer, market, receive_ms), receive_ms, quantity)


def parse_depth(
    book: BookRequest,
    answer: object,
    market: Mapping[str, Any],
    contract_kind: ContractKind,
    contract_size: float,
    receive_ms: int,
) -> OrderBookDepth:
    """Convert an order book into USD at each level, best first.

    Raises
    ------
    VenueError
        When a side is missing, a value no number, a price or a size not above 0 (an empty level counts as none), or
        the sides cross.
    """
    sides = []
    for path, is_bid in ((book.bids_at, True), (book.asks_at, False)):
        levels = walk(answer, path, market)
        if not isinstance(levels, list):
            raise VenueError(f"{book.method}: {path!r} must be a list of levels; found {show(answer)}")
        price = read_column(book, levels, "price", book.price_at)
        size = read_column(book, levels, "size", book.size_at)
        if np.any(price <= 0) or np.any(size < 0):
            raise VenueError(f"{book.method}: a level must have a price above 0 and a size; found {show(levels[:3])}")
        keep = size > 0
        order = np.argsort(-price[keep] if is_bid else price[keep], kind="stable")
        price, size = price[keep][order], size[keep][order]
        sides.append((price, level_usd(price, size, book.unit, contract_kind, contract_size)))
    (bid_price, bid_usd), (ask_price, ask_usd) = sides
    if bid_price.size and ask_price.size and bid_price[0] >= ask_price[0]:
        raise VenueError(
            f"{book.method}: the best bid must be below the best ask; found {bid_price[0]}, {ask_price[0]}"
        )
    time_ms = read_moment(book, answer, market, receive_ms)
    return OrderBookDepth(time_ms, receive_ms, bid_price, bid_usd, ask_price, ask_usd)


def level_usd(
    price: FloatArray, size: FloatArray, unit: Unit, contract_kind: ContractKind, contract_size: float
) -> FloatArray:
    """USD that rests at each level.

    Parameters
    ----------
    price, size : (n,) float64
        Quote currency; in `unit`.
    unit : {'coins', 'usd', 'contracts'}
        What the sizes count.
    contract_kind : {'linear', 'inverse'}
        A contract holds coins or USD.
    contract_size : float
        Coins (linear) or USD (inverse) of one contract.

    Examples
    --------
    >>> level_usd(np.array([100_000.0]), np.array([3.0]), "contracts", "linear", 0.01)
    array([3000.])
    """
    if unit == "usd":
        return size
    if unit == "coins":
        return size * price
    return size * contract_size * (price if contract_kind == "linear" else 1.0)


def read_moment(request: Snapshot | BookRequest, answer: object, market: Mapping[str, Any], receive_ms: int) -> int:
    """Read an answer's time, UTC milliseconds: the row's, the answer's, or that of its arrival."""
    if request.time_path is not None:
        return parse_time(request, walk(answer, request.time_path, market))
    place: Place | None = request.time_at
    return receive_ms if place is None else read_time(request, read_row(request, answer, market))
