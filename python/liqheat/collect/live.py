"""Markets that grow while they are served: closed bars from the store, the open bar from the streams."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from liqheat.collect.broadcast import Broadcast
from liqheat.collect.clusters import find_cluster_prices
from liqheat.collect.collector import Collector
from liqheat.collect.coverage import CoverageWatch
from liqheat.collect.followed import Followed
from liqheat.collect.load import load_store_market
from liqheat.collect.pace import Pace
from liqheat.collect.states import ContractState
from liqheat.errors import LiqheatError
from liqheat.exchanges import ExchangeFactory
from liqheat.records import (
    FeedEvent,
    Liquidations,
    MarketHistory,
    MarkPrice,
    OpenCandle,
    OpenInterestNow,
    OrderBookDepth,
)
from liqheat.store import HistoryStore, load_candles_of
from liqheat.units import DAY_MS, now_ms
from liqheat.venues import NOTHING, VENUES, read_contract_kind, venues_serving

if TYPE_CHECKING:
    from liqheat.store import Journal

REBUILD_S = 1.0
"""While a backfill runs, histories are joined anew at most this often."""
NEAR_CLUSTER = 0.01
DEPTH_SPAN_MS = 60_000
MOST_FOLLOWING_BARS = 7
"""Bars of a minute wait up to five minutes for open interest, then there is the open one.

More bars than this without a closed one from the venue are a gap: only the history tells then."""


@dataclass(slots=True)
class OpenBar:
    """A bar that is not in the history yet, from the newest events of several streams.

    Attributes
    ----------
    candle : OpenCandle
        Trades so far.
    mark_low, mark_high : float
        Extremes of the mark price so far; those of trading where no mark came.
    open_interest : float or None
        Newest, in the contract's own unit.
    """

    candle: OpenCandle
    mark_low: float
    mark_high: float
    open_interest: float | None


class LiveMarkets:
    """Contracts of one symbol at several venues, kept up to date by a `Collector`.

    Parameters are those of `Collector`; `tracked_venues` are asked for their open interest once an hour, so that a sum
    can say how much of all it covers.
    """

    def __init__(
        self,
        history: HistoryStore,
        followed: Followed,
        *,
        journal: Journal | None = None,
        exchange_factory: ExchangeFactory | None = None,
        tracked_venues: Sequence[str] = (),
        pace: Pace | None = None,
    ) -> None:
        self.broadcast = Broadcast()
        self.collector = Collector(
            history,
            followed,
            listener=self,
            journal=journal,
            exchange_factory=exchange_factory,
            is_near_cluster=self._is_near_cluster,
            pace=pace,
        )
        self.followed = followed
        self._coverage = CoverageWatch(followed.symbol, tracked_venues, exchange_factory)
        self._lock = threading.Lock()
        self._markets: dict[str, MarketHistory] = {}
        self._problems: dict[str, str] = {}
        self._bars: dict[str, list[OpenBar]] = {venue: [] for venue in self.collector.contracts}
        self._open_interest: dict[str, float] = {}
        self._depth: dict[str, deque[OrderBookDepth]] = {venue: deque(maxlen=600) for venue in self.collector.contracts}
        self._cluster_prices: dict[str, np.ndarray] = {}
        self._dirty: dict[str, str] = {}
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._builder = threading.Thread(target=self._build, name="histories", daemon=True)
        self._on_market: list[Callable[[MarketHistory], object]] = []

    def start(self) -> None:
        """Show what the store has, and begin to collect."""
        for venue in self.collector.contracts:
            self._dirty[venue] = "backfill"
        self._wake.set()
        self._builder.start()
        self.collector.start()
        self._coverage.start()

    def stop(self) -> None:
        """End everything; what was received is written."""
        self._coverage.stop()
        self.collector.stop()
        self._stopped.set()
        self._wake.set()
        if self._builder.is_alive():
            self._builder.join()
        self.broadcast.close()

    def markets(self) -> list[MarketHistory]:
        """Histories of closed bars, those that there are, in the order of the venues."""
        with self._lock:
            return [self._markets[venue] for venue in self.collector.contracts if venue in self._markets]

    def following_bars(self, market: MarketHistory) -> list[OpenBar]:
        """Bars after a history without a gap: those that closed a moment ago, and the one that is being traded."""
        with self._lock:
            bars = [bar for bar in self._bars.get(market.venue, ()) if bar.candle.open_time_ms >= market.end_ms]
        expected = range(market.end_ms, market.end_ms + len(bars) * market.interval_ms, market.interval_ms)
        return bars if [bar.candle.open_time_ms for bar in bars] == list(expected) else []

    def depth_samples(self, venue: str) -> list[OrderBookDepth]:
        """Order books of the last minute, oldest first."""
        with self._lock:
            return list(self._depth.get(venue, ()))

    def problem(self, venue: str) -> str:
        """Why a venue with rows in the store has no history yet; empty where it has one."""
        with self._lock:
            return self._problems.get(venue, "")

    def subscribe_markets(self, on_market: Callable[[MarketHistory], object]) -> None:
        """Call with every new history, from a thread of its own."""
        self._on_market.append(on_market)

    def capture_rule(self, venue: str) -> str | None:
        """Which part of all liquidations the venue publishes; None where it publishes none."""
        capture = VENUES[venue, read_contract_kind(self.followed.symbol)].capture
        return None if capture == NOTHING else capture

    def tracked_open_interest_usd(self) -> dict[str, float] | None:
        """Open interest of the tracked venues, as far as they have answered; None where none has."""
        return self._coverage.open_interest_usd()

    def offers(self) -> list[str]:
        """Venues that list such contracts and are not asked for, to use in place of refused ones."""
        return [venue for venue in venues_serving(self.followed.symbol) if venue not in self.collector.contracts]

    @property
    def contracts(self) -> list[ContractState]:
        """State of each venue."""
        return list(self.collector.contracts.values())

    # ---------------------------------------------------------------------------- what the collector tells (Listener)

    def on_event(self, event: FeedEvent) -> None:
        """Follow the open bar; hand liquidations on."""
        payload = event.payload
        with self._lock:
            if isinstance(payload, OpenCandle):
                self._follow_candle(event.venue, payload)
            elif isinstance(payload, MarkPrice):
                self._follow_mark(event.venue, payload)
            elif isinstance(payload, OrderBookDepth):
                books = self._depth[event.venue]
                books.append(payload)
                while books[-1].receive_ms - books[0].receive_ms > DEPTH_SPAN_MS:
                    books.popleft()
            elif isinstance(payload, OpenInterestNow):
                self._open_interest[event.venue] = payload.quantity
                bars = self._bars[event.venue]
                if bars:
                    bars[-1].open_interest = payload.quantity
        if isinstance(payload, Liquidations):
            self.broadcast.add((event.venue, payload))
        elif isinstance(payload, OpenCandle | MarkPrice):
            self.broadcast.tell(f"tick {event.venue}", payload.receive_ms)

    def on_history(self, venue: str, reason: str) -> None:
        """Join the venue's history anew, soon."""
        with self._lock:
            # A correction must be told as one, though the next bar comes before the history is joined.
            self._dirty[venue] = "correction" if self._dirty.get(venue) == "correction" else reason
        self._wake.set()

    def on_status(self) -> None:
        """Tell who waits for it."""
        self.broadcast.tell("status")

    # ---------------------------------------------------------------------------------------------------------- inside

    def _follow_candle(self, venue: str, candle: OpenCandle) -> None:
        bars = self._bars[venue]
        if bars and candle.open_time_ms == bars[-1].candle.open_time_ms:
            bars[-1].candle = candle
        elif not bars or candle.open_time_ms > bars[-1].candle.open_time_ms:
            bars.append(OpenBar(candle, candle.close, candle.close, self._open_interest.get(venue)))
            del bars[:-MOST_FOLLOWING_BARS]

    def _follow_mark(self, venue: str, mark: MarkPrice) -> None:
        bars = self._bars[venue]
        if bars and mark.time_ms >= bars[-1].candle.open_time_ms:
            bars[-1].mark_low = min(bars[-1].mark_low, mark.price)
            bars[-1].mark_high = max(bars[-1].mark_high, mark.price)

    def _build(self) -> None:
        while True:
            self._wake.wait()
            if self._stopped.is_set():
                return
            self._wake.clear()
            with self._lock:
                dirty, self._dirty = self._dirty, {}
            for venue, reason in dirty.items():
                self._rebuild(venue, reason)
            self._stopped.wait(REBUILD_S)

    def _rebuild(self, venue: str, reason: str) -> None:
        collector = self.collector
        start_ms = now_ms() - int(collector.followed.days * DAY_MS)
        try:
            market = load_store_market(
                collector.history,
                venue,
                collector.contracts[venue].symbol,
                interval=collector.followed.interval,
                start_ms=start_ms,
            )
            self._follow_stored(market)
        except LiqheatError as error:
            with self._lock:
                self._problems[venue] = str(error)
            self.broadcast.tell("status")
            return
        clusters = find_cluster_prices(market)
        with self._lock:
            self._problems.pop(venue, None)
            self._markets[venue] = market
            self._cluster_prices[venue] = clusters
        for on_market in self._on_market:
            on_market(market)
        # A topic of its own, so that no later reason takes its place before it was read.
        self.broadcast.tell("correction" if reason == "correction" else "reload", reason)

    def _follow_stored(self, market: MarketHistory) -> None:
        """Closed bars that the history cannot have yet, for want of open interest, lead from it to the open one."""
        stored = load_candles_of(
            self.collector.history, market.venue, market.symbol, self.followed.interval, market.end_ms
        )
        if stored is None or stored.open_time_ms.size >= MOST_FOLLOWING_BARS:
            return
        names = ("open", "high", "low", "close", "volume")
        with self._lock:
            known = {bar.candle.open_time_ms: bar for bar in self._bars[market.venue]}
            for row, open_ms in enumerate(stored.open_time_ms.tolist()):
                prices = [float(getattr(stored, name)[row]) for name in names]
                candle = OpenCandle(market.interval_ms, open_ms, open_ms + market.interval_ms, *prices)
                known.setdefault(open_ms, OpenBar(candle, candle.low, candle.high, None))
            self._bars[market.venue] = [known[open_ms] for open_ms in sorted(known)][-MOST_FOLLOWING_BARS:]

    def _is_near_cluster(self, venue: str, symbol: str, price: float) -> bool:
        del symbol
        with self._lock:
            prices = self._cluster_prices.get(venue)
        return prices is not None and bool(np.any(np.abs(prices / price - 1.0) <= NEAR_CLUSTER))


def extend_market(market: MarketHistory, bars: Sequence[OpenBar]) -> MarketHistory:
    """A history as if the bars that follow it had closed; unknown open interest stays what it was."""
    if not bars:
        return market
    interest = float(market.open_interest[-1])
    interests = []
    for bar in bars:
        interest = interest if bar.open_interest is None else bar.open_interest
        interests.append(interest)
    candles = [bar.candle for bar in bars]
    more: dict[str, list[float]] = {
        "open_time_ms": [candle.open_time_ms for candle in candles],
        "open": [candle.open for candle in candles],
        "high": [candle.high for candle in candles],
        "low": [candle.low for candle in candles],
        "close": [candle.close for candle in candles],
        "volume": [candle.volume for candle in candles],
        "open_interest": interests,
        "mark_low": [bar.mark_low for bar in bars],
        "mark_high": [bar.mark_high for bar in bars],
    }
    return market.append(more)
