"""Turn pushed messages into events: synchronously, before ccxt sees them, so that no burst outruns a reader."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from liqheat.exchanges.stream.feed import Feed
from liqheat.exchanges.stream.parse import (
    PushedRow,
    Reporting,
    StreamMarket,
    is_push,
    parse_candle,
    parse_liquidations,
    parse_mark,
    parse_open_interest,
    split_rows,
    unwrap,
)
from liqheat.records import OpenCandle, OpenInterestNow
from liqheat.venues import CandlePush, LiquidationPush, MarkPush, Push, StreamSpec

Emit = Callable[[str, Any], None]
_OPEN_INTEREST_EVERY_S = 1.0
_NO_CANDLE = (0, -1.0)


class StreamReader:
    """Reads what a venue pushes about the contracts that are followed.

    Parameters
    ----------
    stream : StreamSpec
        The venue's row.
    feeds : mapping
        Feeds by name and symbol: all that are followed.
    emit : callable
        Takes symbol and payload.
    interval_ms : int
        Length of candles.
    stall_s : float
        A mark older than this is no longer "the mark at that moment".
    """

    def __init__(
        self, stream: StreamSpec, feeds: Mapping[tuple[str, str], Feed], emit: Emit, interval_ms: int, stall_s: float
    ) -> None:
        self._stream, self._feeds, self._emit = stream, feeds, emit
        self._interval_ms, self._stall_s = interval_ms, stall_s
        self._contracts: list[tuple[StreamMarket, Mapping[str, Any]]] = []
        self._ids: dict[str, dict[str, StreamMarket]] = {}
        self._candles: dict[str, tuple[int, float]] = {}
        self._marks: dict[str, tuple[float, float]] = {}
        self._interests: dict[str, tuple[float, float]] = {}
        names = {name for name, _ in feeds}
        parts: list[tuple[CandlePush | MarkPush | LiquidationPush | None, bool]] = [
            (stream.liquidations, "liquidations" in names),
            (stream.mark, bool(names & {"mark", "open_interest"})),
            (stream.candles, "candles" in names),
        ]
        self._parts = [part for part, is_followed in parts if part is not None and is_followed]

    @property
    def markets(self) -> list[StreamMarket]:
        """The contracts that are followed."""
        return [market for market, _ in self._contracts]

    def follow(self, contracts: Sequence[tuple[StreamMarket, Mapping[str, Any]]]) -> None:
        """Follow contracts: ours, and ccxt's description of each."""
        self._contracts = list(contracts)
        self._ids = {}

    def take(self, message: object, receive_ms: int) -> bool:
        """Read a message and emit what it holds; False where it is of no channel that is read here."""
        event = unwrap(message)
        for part in self._parts:
            if is_push(part.push, event):
                if isinstance(part, LiquidationPush):
                    self._take_liquidations(part, event, receive_ms)
                elif isinstance(part, MarkPush):
                    self._take_marks(part, event, receive_ms)
                else:
                    self._take_candles(part, event, receive_ms)
                return True
        return False

    def _take_interest(self, symbol: str, interest: OpenInterestNow) -> None:
        """Emit open interest where it has changed, at most once a second."""
        now_s = asyncio.get_running_loop().time()
        quantity, emitted_s = self._interests.get(symbol, (math.nan, -math.inf))
        self._feeds["open_interest", symbol].hear()
        if interest.quantity != quantity and now_s - emitted_s >= _OPEN_INTEREST_EVERY_S:
            self._interests[symbol] = (interest.quantity, now_s)
            self._emit(symbol, interest)

    def note_unreadable(self, _url: str, words: str) -> None:
        """Count a frame that is no message at all; which feed it was meant for, nobody can say."""
        for feed in {feed for feed in self._feeds.values() if feed.state == "live"}:
            feed.note_malformed(words)

    def _take_liquidations(self, part: LiquidationPush, message: object, receive_ms: int) -> None:
        for market, rows in self._sort(part.push, message, "liquidations", part.details_at):
            feed = self._feeds["liquidations", market.symbol]
            feed.hear()
            for liquidations in parse_liquidations(
                part, rows, market, receive_ms, self._mark_now(market.symbol), feed.note_malformed
            ):
                self._emit(market.symbol, liquidations)

    def _take_marks(self, part: MarkPush, message: object, receive_ms: int) -> None:
        name = "mark" if any(known == "mark" for known, _ in self._feeds) else "open_interest"
        for market, rows in self._sort(part.push, message, name):
            for row in rows:
                self._take_mark(part, row, market, receive_ms)

    def _take_mark(self, part: MarkPush, row: PushedRow, market: StreamMarket, receive_ms: int) -> None:
        feed = self._feeds.get(("mark", market.symbol))
        if feed is not None:
            feed.hear()
            with Reporting(feed.note_malformed):
                mark = parse_mark(part, row, receive_ms)
                if mark is not None:
                    self._marks[market.symbol] = (mark.price, asyncio.get_running_loop().time())
                    self._emit(market.symbol, mark)
        feed = self._feeds.get(("open_interest", market.symbol))
        if feed is not None and part.open_interest:
            with Reporting(feed.note_malformed):
                interest = parse_open_interest(part, row, market, receive_ms)
                if interest is not None:
                    self._take_interest(market.symbol, interest)

    def _take_candles(self, part: CandlePush, message: object, receive_ms: int) -> None:
        for market, rows in self._sort(part.push, message, "candles"):
            feed = self._feeds["candles", market.symbol]
            feed.hear()
            candles: list[OpenCandle] = []
            for row in rows:
                with Reporting(feed.note_malformed):
                    candles.append(parse_candle(part, row, market, self._interval_ms, receive_ms))
            candles.sort(key=lambda candle: candle.open_time_ms)
            if market.symbol not in self._candles:
                candles = candles[-1:]  # a first message may hold history
            for candle in candles:
                state = (candle.open_time_ms, candle.volume)
                # A candle's volume only grows: less of it is an older state of the same candle.
                if state >= self._candles.get(market.symbol, _NO_CANDLE):
                    self._candles[market.symbol] = state
                    self._emit(market.symbol, candle)

    def _mark_now(self, symbol: str) -> float:
        price, heard_s = self._marks.get(symbol, (math.nan, -math.inf))
        return price if asyncio.get_running_loop().time() - heard_s <= self._stall_s else math.nan

    def _sort(
        self, push: Push, message: object, name: str, details_at: str = ""
    ) -> Iterator[tuple[StreamMarket, list[PushedRow]]]:
        """Rows of each contract that is followed; a row that names none counts as unreadable."""

        def note(words: str) -> None:
            for feed in {feed for (known, _), feed in self._feeds.items() if known == name}:
                feed.note_malformed(words)

        ids = self._ids.get(push.market_id_field)
        if ids is None:
            ids = {str(described[push.market_id_field]): market for market, described in self._contracts}
            self._ids[push.market_id_field] = ids
        for market_id, rows in split_rows(push, message, note, details_at).items():
            market = ids.get(market_id)
            if market is not None:
                yield market, rows
