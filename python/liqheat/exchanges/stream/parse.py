"""Every conversion of a pushed message into records: pure, in the contract's own unit.

Coins for linear contracts, USD for inverse ones. ccxt's own reading is not used: it keeps one of several liquidations
of a message, drops contract sizes, and calls by one name what means two things.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from liqheat.errors import VenueError
from liqheat.exchanges.rest.reading import unit_factor
from liqheat.records import ContractKind, Liquidations, MarkPrice, OpenCandle, OpenInterestNow, OrderBookDepth
from liqheat.venues import CandlePush, DepthPush, Executed, LiquidationPush, MarkPush, Poll, Push, Quantity

# Milliseconds of 2001..2286: seconds and microseconds fall outside.
_FIRST_MS, _LAST_MS = 10**12, 10**13
_MISSING = object()

OnMalformed = Callable[[str], None]
"""Told, in words, of a row that could not be read."""


@dataclass(frozen=True, slots=True)
class StreamMarket:
    """A contract that is followed.

    Attributes
    ----------
    symbol : str
        ccxt unified symbol.
    contract_kind : {'linear', 'inverse'}
        Own unit: coins or USD.
    contract_size : float
        Coins (linear) or USD (inverse) of one contract.
    """

    symbol: str
    contract_kind: ContractKind
    contract_size: float


class PushedRow(NamedTuple):
    """A row and the message that it came in."""

    row: Any
    message: Any


def is_push(push: Push, message: object) -> bool:
    """Tell whether a message came over a channel, and is no answer to a request about it."""
    kind = _find(message, push.kind_at)
    if not isinstance(kind, str) or not kind.startswith(push.kind):
        return False
    if any(_find(message, place) != value for place, value in push.also.items()):
        return False
    return not push.rows_at or _find(message, push.rows_at) is not _MISSING


def unwrap(message: object) -> object:
    """Take the event out of the wrapper that Binance's combined streams put around it."""
    if isinstance(message, Mapping) and "stream" in message and isinstance(message.get("data"), Mapping):
        return message["data"]
    return message


def split_rows(
    push: Push, message: object, on_malformed: OnMalformed | None = None, details_at: str = ""
) -> dict[str, list[PushedRow]]:
    """Sort the rows of a message by the venue's name of their contract.

    Parameters
    ----------
    push : Push
        The channel.
    message : mapping
        As received, unwrapped.
    on_malformed : callable, optional
        Told of each row that cannot be read; without it the first is an error.
    details_at : str
        Where each row holds the list of those that are meant.

    Raises
    ------
    VenueError
        A row without a name of its contract.
    """
    found = _find(message, push.rows_at) if push.rows_at else message
    groups: dict[str, list[PushedRow]] = {}
    for row in _flatten(found):
        with Reporting(on_malformed):
            text = _find_in(PushedRow(row, message), push.market_id_at)
            match = re.fullmatch(push.market_id_pattern, text) if isinstance(text, str) else None
            if match is None:
                raise VenueError(f"a row must name its contract at {push.market_id_at!r}; found {_show(row)}")
            details = [row]
            if details_at:
                details = _find(row, details_at)
                if not isinstance(details, list):
                    raise VenueError(f"a row must hold a list at {details_at!r}; found {_show(row)}")
            groups.setdefault(match[1], []).extend(PushedRow(detail, message) for detail in details)
    return groups


def parse_candle(
    candles: CandlePush, pushed: PushedRow, market: StreamMarket, interval_ms: int, receive_ms: int
) -> OpenCandle:
    """Read the candle that is being traded.

    Raises
    ------
    VenueError
        When a value is missing, not a number, not finite, or the prices contradict each other.
    """
    prices = {name: _read_positive(pushed, name, place) for name, place in candles.prices_at.items()}
    if (
        not prices["low"]
        <= min(prices["open"], prices["close"])
        <= max(prices["open"], prices["close"])
        <= prices["high"]
    ):
        raise VenueError(f"a candle's low and high must enclose its open and close; found {_show(pushed.row)}")
    volume = _read_number(pushed, "volume", str(candles.volume.at))
    if volume < 0:
        raise VenueError(f"a candle's volume must not be below 0; found {_show(pushed.row)}")
    factor = unit_factor(candles.volume, market.contract_kind, market.contract_size)
    open_time_ms = _read_time(candles.push, pushed, receive_ms)
    if open_time_ms % interval_ms:
        raise VenueError(f"a candle must open on the grid of {interval_ms} ms; found {open_time_ms}")
    return OpenCandle(interval_ms, open_time_ms, receive_ms, **prices, volume=volume * factor)


def parse_mark(mark: MarkPush, pushed: PushedRow, receive_ms: int) -> MarkPrice | None:
    """Read a mark price; None where the row holds only what changed, and the mark did not. Errors as `parse_candle`."""
    if mark.is_partial and _find_in(pushed, mark.price_at) is _MISSING:
        return None
    price = _read_positive(pushed, "mark price", mark.price_at)
    return MarkPrice(_read_time(mark.push, pushed, receive_ms), receive_ms, price)


def parse_open_interest(
    source: MarkPush | Poll, pushed: PushedRow, market: StreamMarket, receive_ms: int
) -> OpenInterestNow | None:
    """Read one side's open interest; None where the row holds none and need not. Errors as `parse_candle`."""
    quantities = source.quantities if isinstance(source, Poll) else source.open_interest
    for quantity in quantities:
        if _find_in(pushed, str(quantity.at)) is _MISSING:
            continue
        value = _read_number(pushed, "open interest", str(quantity.at))
        if value < 0:
            raise VenueError(f"open interest must not be below 0; found {_show(pushed.row)}")
        factor = unit_factor(quantity, market.contract_kind, market.contract_size)
        time_ms = _read_time(source if isinstance(source, Poll) else source.push, pushed, receive_ms)
        return OpenInterestNow(time_ms, receive_ms, value * factor)
    if isinstance(source, MarkPush) and source.is_partial:
        return None
    raise VenueError(f"a row must hold open interest; found {_show(pushed.row)}")


def read_poll(poll: Poll, answer: object) -> PushedRow:
    """Take the row out of the answer to a poll; a VenueError where there is none."""
    rows = list(_flatten(_find(answer, poll.rows_at) if poll.rows_at else answer))
    if not rows:
        raise VenueError(f"{poll.method}: the answer must hold a row; found {_show(answer)}")
    return PushedRow(rows[0], answer)


def parse_liquidations(
    liquidations: LiquidationPush,
    rows: Sequence[PushedRow],
    market: StreamMarket,
    receive_ms: int,
    mark_price: float = math.nan,
    on_malformed: OnMalformed | None = None,
) -> list[Liquidations]:
    """Read all liquidations that one message holds of one contract.

    Parameters
    ----------
    liquidations : LiquidationPush
        How the venue says it.
    rows : sequence of PushedRow
        Of one message and contract, from `split_rows`.
    market : StreamMarket
        The contract.
    receive_ms : int
        When the message came.
    mark_price : float
        The venue's mark then; NaN where none is known.
    on_malformed : callable, optional
        Told of each row that cannot be read; without it the first is an error.

    Returns
    -------
    list of Liquidations
        One for each meaning that the prices have: mostly one, empty where no row could be read. Equal rows are told
        apart by their ordinal, so a repeated message gives the same keys and two equal liquidations stay two.

    Raises
    ------
    VenueError
        A row without side, time, or a price and quantity above 0.
    """
    read: dict[str, list[tuple[int, bool, float, float, int]]] = {}
    n_seen: dict[tuple[object, ...], int] = {}
    for pushed in rows:
        with Reporting(on_malformed):
            amount, price, quantity = _read_amount(liquidations, pushed, market)
            is_long = _read_is_long(liquidations, pushed)
            time_ms = _read_time(liquidations.push, pushed, receive_ms)
            key = (time_ms, is_long, price, quantity)
            ordinal = n_seen.get(key, 0)
            n_seen[key] = ordinal + 1
            read.setdefault(amount.price_means, []).append((*key, ordinal))
    return [
        _build_liquidations(events, market, receive_ms, mark_price, meaning, liquidations.capture)
        for meaning, events in read.items()
    ]


def parse_depth(
    depth: DepthPush, book: Mapping[str, Any], market: StreamMarket, receive_ms: int
) -> OrderBookDepth | None:
    """Convert ccxt's order book into USD at each level; None where a side is empty.

    Raises
    ------
    VenueError
        When a level is no pair of numbers, or the book is crossed.
    """
    factor = unit_factor(Quantity("", depth.unit), market.contract_kind, market.contract_size)
    sides = []
    for name in ("bids", "asks"):
        try:
            levels = np.array([(level[0], level[1]) for level in book[name][: depth.limit]], dtype=np.float64)
        except (TypeError, ValueError, IndexError, KeyError) as error:
            raise VenueError(f"{name} must be pairs of price and amount; found {_show(book.get(name))}") from error
        sides.append(levels.reshape(-1, 2))
    bids, asks = sides
    if not len(bids) or not len(asks):
        return None
    if not np.isfinite(bids).all() or not np.isfinite(asks).all() or bids[0, 0] >= asks[0, 0]:
        raise VenueError(f"the best bid must be below the best ask; found {bids[0, 0]} and {asks[0, 0]}")
    bid_usd, ask_usd = (
        side[:, 1] * factor * (side[:, 0] if market.contract_kind == "linear" else 1.0) for side in sides
    )
    time_ms = book.get("timestamp")
    return OrderBookDepth(
        time_ms if isinstance(time_ms, int) and _FIRST_MS <= time_ms < _LAST_MS else receive_ms,
        receive_ms,
        bids[:, 0].copy(),
        bid_usd,
        asks[:, 0].copy(),
        ask_usd,
    )


def _build_liquidations(
    events: list[tuple[int, bool, float, float, int]],
    market: StreamMarket,
    receive_ms: int,
    mark_price: float,
    price_means: str,
    capture: str,
) -> Liquidations:
    times, sides, prices, quantities, ordinals = zip(*events, strict=True)
    price = np.array(prices, dtype=np.float64)
    quantity = np.array(quantities, dtype=np.float64)
    return Liquidations(
        time_ms=np.array(times, dtype=np.int64),
        receive_ms=np.full(len(events), receive_ms, dtype=np.int64),
        is_long=np.array(sides, dtype=np.bool_),
        price=price,
        quantity=quantity,
        notional_usd=quantity * price if market.contract_kind == "linear" else quantity.copy(),
        mark_price=np.full(len(events), mark_price),
        ordinal=np.array(ordinals, dtype=np.int32),
        price_means=price_means,
        capture=capture,
        source="stream",
    )


def _read_amount(
    liquidations: LiquidationPush, pushed: PushedRow, market: StreamMarket
) -> tuple[Executed, float, float]:
    for amount in liquidations.amounts:
        price = _read_number(pushed, "price", amount.price_at)
        quantity = _read_number(pushed, "quantity", str(amount.quantity.at))
        if price > 0 and quantity > 0:
            factor = unit_factor(amount.quantity, market.contract_kind, market.contract_size)
            return amount, price, quantity * factor
    raise VenueError(f"a liquidation must have a price and a quantity above 0; found {_show(pushed.row)}")


def _read_is_long(liquidations: LiquidationPush, pushed: PushedRow) -> bool:
    if liquidations.position_side_at:
        position_side = _find_in(pushed, liquidations.position_side_at)
        if position_side in ("long", "short"):
            return bool(position_side == "long")
    side = _find_in(pushed, liquidations.side_at)
    word = side.lower() if isinstance(side, str) else ""
    if word not in ("buy", "sell"):
        raise VenueError(f"the side at {liquidations.side_at!r} must be buy or sell; found {_show(pushed.row)}")
    return word == ("sell" if liquidations.side_means == "order" else "buy")


def _read_time(source: Push | Poll, pushed: PushedRow, receive_ms: int) -> int:
    if not source.time_at:
        return receive_ms
    value = _find_in(pushed, source.time_at)
    unit_ms = source.time_unit_ms if isinstance(source, Push) else 1
    try:
        time_ms = int(value) * unit_ms if isinstance(value, int | str) and not isinstance(value, bool) else 0
    except ValueError:
        time_ms = 0
    if not _FIRST_MS <= time_ms < _LAST_MS:
        raise VenueError(f"the time at {source.time_at!r} must be UTC milliseconds; found {_show(pushed.row)}")
    return time_ms


def _read_positive(pushed: PushedRow, name: str, place: str) -> float:
    number = _read_number(pushed, name, place)
    if number <= 0:
        raise VenueError(f"{name} must be above 0; found {_show(pushed.row)}")
    return number


def _read_number(pushed: PushedRow, name: str, place: str) -> float:
    value = _find_in(pushed, place)
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise VenueError(f"{name} must be a finite number at {place!r}; found {_show(pushed.row)}")
    return number


def _find_in(pushed: PushedRow, place: str) -> Any:
    return _find(pushed.message, place[1:]) if place.startswith("^") else _find(pushed.row, place)


def _find(value: object, path: str) -> Any:
    found: Any = value
    for key in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(key, _MISSING)
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            return _MISSING
    return found


def _flatten(found: object) -> Sequence[Any]:
    """Rows of a message: one row, a list of rows, or (Gate, 2021) a list in a list. A list of numbers is a row."""
    if isinstance(found, list) and any(
        isinstance(row, list) and any(isinstance(x, Mapping) for x in row) for row in found
    ):
        return [row for rows in found for row in rows]
    return found if isinstance(found, list) else [found]


class Reporting:
    """Turn the failure of one row into a report, so that the rows beside it are not lost.

    Parameters
    ----------
    on_malformed : callable, optional
        Told of the failure; without it the failure goes on.
    """

    def __init__(self, on_malformed: OnMalformed | None) -> None:
        self._on_malformed = on_malformed

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, _traceback: object) -> bool:
        if self._on_malformed is None or not isinstance(error, VenueError):
            return False
        self._on_malformed(str(error))
        return True


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
