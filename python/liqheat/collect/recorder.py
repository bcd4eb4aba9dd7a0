"""What streams push, written to the store: nothing lost, nothing twice, memory bounded by a second's events."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from liqheat import store
from liqheat.errors import LiqheatError
from liqheat.records import FeedEvent, Liquidations, OpenInterest, OpenInterestNow, OrderBookDepth
from liqheat.store import HistoryStore, StoredRecord

LOGGER = logging.getLogger(__name__)
FLUSH_S = 1.0
NEAR_DEPTH_MS = 5_000
"""Depth is kept this often while price is within 1 % of a cluster."""
FAR_DEPTH_MS = 60_000
MOST_WAITING = 1_000_000
"""Rows that wait while the disk refuses them; beyond, the oldest are given up, and that is said."""

_LIQUIDATION_ARRAYS = [
    field.name for field in fields(Liquidations) if field.name not in ("price_means", "capture", "source")
]
_Contract = tuple[str, str]


class Recorder:
    """Takes events from any thread; a thread of its own writes them once a second.

    Parameters
    ----------
    history : HistoryStore
        Where rows go.
    is_near_cluster : callable, optional
        Takes venue, symbol and price; whether a cluster of estimated liquidations is within 1 %.
    on_trouble : callable, optional
        Told in words when the store refuses rows, and with an empty text when it takes them again.
    """

    def __init__(
        self,
        history: HistoryStore,
        *,
        is_near_cluster: Callable[[str, str, float], bool] | None = None,
        on_trouble: Callable[[str], object] | None = None,
    ) -> None:
        self._history = history
        self._is_near_cluster = is_near_cluster or (lambda _venue, _symbol, _price: False)
        self._on_trouble = on_trouble or (lambda _text: None)
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._liquidations: dict[_Contract, list[Liquidations]] = {}
        self._open_interest: dict[_Contract, list[OpenInterestNow]] = {}
        self._depth: dict[_Contract, list[OrderBookDepth]] = {}
        self._last_depth_ms: dict[_Contract, int] = {}
        self._trouble = ""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self.n_written = 0
        self.n_given_up = 0

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self.flush()

    def take(self, event: FeedEvent) -> None:
        """Keep what an event brings; depth is thinned here."""
        contract = (event.venue, event.symbol)
        payload = event.payload
        with self._lock:
            if isinstance(payload, Liquidations):
                self._liquidations.setdefault(contract, []).append(payload)
            elif isinstance(payload, OpenInterestNow):
                self._open_interest.setdefault(contract, []).append(payload)
            elif isinstance(payload, OrderBookDepth) and self._is_due(contract, payload):
                self._last_depth_ms[contract] = payload.time_ms
                self._depth.setdefault(contract, []).append(payload)

    def flush(self) -> int:
        """Write what waits; rows that the store refuses wait on. Returns how many rows were written."""
        with self._writing:
            with self._lock:
                liquidations, self._liquidations = self._liquidations, {}
                open_interest, self._open_interest = self._open_interest, {}
                depth, self._depth = self._depth, {}
            before = self.n_written
            trouble = ""
            for contract, batches in liquidations.items():
                for batch in join_liquidations(batches):
                    trouble = self._write(contract, batch, self._liquidations, [batch]) or trouble
            for contract, stamps in open_interest.items():
                by_time = {stamp.time_ms: stamp for stamp in stamps}
                times = sorted(by_time)
                record = OpenInterest(
                    np.array(times, dtype=np.int64),
                    np.array([by_time[time_ms].quantity for time_ms in times]),
                    "polled",
                )
                trouble = self._write(contract, record, self._open_interest, stamps) or trouble
            for contract, books in depth.items():
                for book in books:
                    trouble = self._write(contract, book, self._depth, [book]) or trouble
            if trouble != self._trouble:
                self._trouble = trouble
                self._on_trouble(trouble)
            return self.n_written - before

    def _write(
        self, contract: _Contract, record: StoredRecord, waiting: dict[_Contract, list[Any]], items: Sequence[Any]
    ) -> str:
        """Write a record, or put its items back; returns what went wrong."""
        try:
            count = store.save_record(self._history, *contract, record)
        except Exception as error:
            # Whatever it is, the rows are not stored: they wait, and the thread goes on.
            if not isinstance(error, LiqheatError | OSError):
                LOGGER.exception("rows of %s could not be written", contract)
            with self._lock:
                queue = waiting.setdefault(contract, [])
                queue[:0] = items
                excess = sum(_n_rows(item) for item in queue) - MOST_WAITING
                if excess > 0:
                    self.n_given_up += _drop_oldest(queue, excess)
            return str(error)
        self.n_written += count.inserted + count.updated
        return ""

    def _is_due(self, contract: _Contract, book: OrderBookDepth) -> bool:
        last_ms = self._last_depth_ms.get(contract)
        if last_ms is None or book.time_ms - last_ms >= FAR_DEPTH_MS:
            return True
        if book.time_ms - last_ms < NEAR_DEPTH_MS or not book.bid_price.size or not book.ask_price.size:
            return False
        return self._is_near_cluster(*contract, float(book.bid_price[0] + book.ask_price[0]) / 2)

    def _run(self) -> None:
        while not self._stopped.wait(FLUSH_S):
            self.flush()


def _n_rows(item: Any) -> int:
    return int(item.time_ms.size) if isinstance(item, Liquidations) else 1


def _drop_oldest(queue: list[Any], excess: int) -> int:
    """Drop at least so many rows from the front; returns how many."""
    dropped = 0
    while dropped < excess:
        first = queue.pop(0)
        n_rows = _n_rows(first)
        if n_rows > excess - dropped:
            kept = {name: getattr(first, name)[excess - dropped :] for name in _LIQUIDATION_ARRAYS}
            queue.insert(0, replace(first, **kept))
            n_rows = excess - dropped
        dropped += n_rows
    return dropped


def join_liquidations(batches: Sequence[Liquidations]) -> list[Liquidations]:
    """Join batches that mean the same by price and were captured by the same rule, in order."""
    groups: dict[tuple[str, str], list[Liquidations]] = {}
    for batch in batches:
        groups.setdefault((batch.price_means, batch.capture), []).append(batch)
    joined = []
    for (price_means, capture), group in groups.items():
        arrays = {name: np.concatenate([getattr(batch, name) for batch in group]) for name in _LIQUIDATION_ARRAYS}
        joined.append(Liquidations(**arrays, price_means=price_means, capture=capture, source=group[0].source))
    return joined
