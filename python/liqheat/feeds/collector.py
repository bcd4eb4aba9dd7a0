"""Keeps the history of a few contracts complete: backfill, streams, and every bar asked for again once it closed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from liqheat import exchanges, store
from liqheat.errors import LiqheatError, RegionRefusedError
from liqheat.exchanges import ExchangeFactory, VenueClient, VenueStream
from liqheat.feeds.backfill import Progress, VenueOutcome, backfill_contract, list_parts, refresh_contract
from liqheat.feeds.recorder import Recorder, now_ms
from liqheat.records import (
    FeedEvent,
    FeedState,
    FeedStatus,
    Liquidations,
    MarkPrice,
    OpenCandle,
    OpenInterestNow,
    OrderBookDepth,
)
from liqheat.store import HistoryStore, Journal
from liqheat.units import DAY_MS, parse_interval_ms

RETRY_FAILED_S = 30.0
RETRY_REFUSED_S = 600.0
AFTER_CLOSE_S = 6.0
"""A closed bar is asked for when the venue has settled it; see `backfill.SETTLE_MS`."""
TIERS_EVERY_MS = DAY_MS
EXTRAS_EVERY_S = 3600.0
_FEED_OF = {
    OpenCandle: "candles",
    MarkPrice: "mark",
    OpenInterestNow: "open_interest",
    OrderBookDepth: "depth",
    Liquidations: "liquidations",
}


class Listener(Protocol):
    """Who wants to know what the collector does. Called from its threads; must return at once."""

    def on_event(self, event: FeedEvent) -> None:
        """A stream pushed something."""

    def on_history(self, venue: str, reason: str) -> None:
        """Closed bars changed: ``backfill``, ``bar`` or ``correction``."""

    def on_status(self) -> None:
        """`Collector.contracts` changed."""


@dataclass(slots=True)
class ContractState:
    """What is known of one contract's feeds.

    Attributes
    ----------
    venue, symbol : str
        Which.
    state : FeedState
        Of the contract as a whole.
    detail : str
        Why, for people.
    since_ms : int
        When the state began.
    progress : Progress or None
        Of the running backfill.
    outcome : VenueOutcome or None
        Of the last backfill.
    feeds : dict
        Newest status of each stream.
    last_event_ms : dict
        When each stream pushed last.
    """

    venue: str
    symbol: str
    state: FeedState = "waiting"
    detail: str = ""
    since_ms: int = field(default_factory=now_ms)
    progress: Progress | None = None
    outcome: VenueOutcome | None = None
    feeds: dict[str, FeedStatus] = field(default_factory=dict)
    last_event_ms: dict[str, int] = field(default_factory=dict)


class Collector:
    """Fills a store from venues until it is stopped. One venue's failure is its own.

    Parameters
    ----------
    history : HistoryStore
        Where rows go.
    symbol : str
        ccxt unified symbol; venues that settle in another stablecoin only are asked for theirs.
    venues : sequence of str
        Venue ids or aliases.
    interval : str
        Candle length.
    days : float
        How far back the store is filled.
    listener : Listener, optional
        Told of everything.
    journal : Journal, optional
        Takes what people may want to look up later: refusals, gaps, corrections, changed margin tiers.
    exchange_factory : callable, optional
        Makes ccxt exchanges.
    is_near_cluster : callable, optional
        See `Recorder`.

    Raises
    ------
    UnknownNameError
        When a venue is not known, or none of them lists such contracts.
    """

    def __init__(
        self,
        history: HistoryStore,
        symbol: str,
        venues: Sequence[str],
        *,
        interval: str = "5m",
        days: float = 30.0,
        listener: Listener | None = None,
        journal: Journal | None = None,
        exchange_factory: ExchangeFactory | None = None,
        is_near_cluster: Callable[[str, str, float], bool] | None = None,
    ) -> None:
        self.symbol = symbol
        self.interval = interval
        self.interval_ms = parse_interval_ms(interval)
        self.days = days
        self.history = history
        symbols = {venue: exchanges.symbol_at(venue, symbol) for venue in venues}
        self._specs = {spec.venue: spec for spec in (exchanges.find_venue(*pair) for pair in symbols.items())}
        self.contracts = {
            venue: ContractState(venue, own) for venue, own in zip(self._specs, symbols.values(), strict=True)
        }
        self._listener = listener
        self._journal = journal
        self._factory = exchange_factory
        self.recorder = Recorder(history, is_near_cluster=is_near_cluster, on_trouble=self._on_store_trouble)
        self._stopped = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run_thread, name="collector", daemon=True)
        self._workers = ThreadPoolExecutor(2 * max(len(self._specs), 1), thread_name_prefix="venue")
        self.store_trouble = ""

    def start(self) -> None:
        """Begin to fetch and to listen."""
        self.recorder.start()
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and write what waits."""
        self._stopped.set()
        loop = self._loop
        if loop is not None and loop.is_running():
            loop.call_soon_threadsafe(self._cancel_tasks)
        if self._thread.is_alive():
            self._thread.join()
        self._workers.shutdown(wait=True, cancel_futures=True)
        self.recorder.stop()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until stopped; whether it was."""
        return self._stopped.wait(timeout_s)

    # ------------------------------------------------------------------------------------------ the loop of streams

    def _run_thread(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._tasks = [
            task
            for venue in self._specs
            for task in (asyncio.create_task(self._keep_history(venue)), asyncio.create_task(self._listen(venue)))
        ]
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _cancel_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _listen(self, venue: str) -> None:
        stream = VenueStream(
            self._specs[venue],
            [self.contracts[venue].symbol],
            interval=self.interval,
            on_event=self._take,
            exchange_factory=self._factory,
        )
        await stream.run()

    def _take(self, event: FeedEvent) -> None:
        self.recorder.take(event)
        contract = self.contracts[event.venue]
        if isinstance(event.payload, FeedStatus):
            self._take_status(contract, event.payload)
        else:
            contract.last_event_ms[_FEED_OF[type(event.payload)]] = now_ms()
        if self._listener is not None:
            self._listener.on_event(event)

    def _take_status(self, contract: ContractState, status: FeedStatus) -> None:
        before = contract.feeds.get(status.feed)
        contract.feeds[status.feed] = status
        if before is not None and (before.state, before.detail) == (status.state, status.detail):
            return
        self._note(contract.venue, f"feed {status.state}", f"{status.feed}: {status.detail}".rstrip(": "))
        self._tell_status()

    # --------------------------------------------------------------------------------------------- history by REST

    async def _keep_history(self, venue: str) -> None:
        """Backfill, then ask for each bar once it closed; whatever fails is tried again."""
        loop = asyncio.get_running_loop()
        client: VenueClient | None = None
        is_filled = False
        tiers_ms = 0
        extras: asyncio.Task[None] | None = None
        try:
            while not self._stopped.is_set():
                try:
                    if client is None:
                        client = await loop.run_in_executor(self._workers, self._connect, venue)
                    if not is_filled:
                        self._set_state(venue, "backfilling", "")
                        is_filled = await loop.run_in_executor(self._workers, self._backfill, client)
                    else:
                        await loop.run_in_executor(self._workers, self._refresh, client)
                    if is_filled and now_ms() - tiers_ms >= TIERS_EVERY_MS:
                        await loop.run_in_executor(self._workers, self._refresh_tiers, client)
                        tiers_ms = now_ms()
                    if is_filled and extras is None:
                        extras = asyncio.create_task(self._keep_extras(client))
                    wait_s = self._until_next_close_s() if is_filled else self._retry_wait_s(venue)
                except LiqheatError as error:
                    self._set_state(venue, _state_of(error), str(error))
                    wait_s = self._retry_wait_s(venue)
                await asyncio.sleep(wait_s)
        finally:
            if extras is not None:
                extras.cancel()
            if client is not None:
                client.close()

    async def _keep_extras(self, client: VenueClient) -> None:
        """Funding and long/short ratios: not needed by the map, so they come when it is there, and every hour."""
        loop = asyncio.get_running_loop()
        parts = [part for part in list_parts(self.interval) if not part.is_essential]
        venue = client.spec.venue
        while not self._stopped.is_set():
            outcome = await loop.run_in_executor(
                self._workers,
                lambda: backfill_contract(
                    self.history,
                    client,
                    self.contracts[venue].symbol,
                    parts,
                    days=self.days,
                    progress=lambda _: None,
                    stopped=self._stopped,
                ),
            )
            if outcome.detail:
                self._note(venue, "extras", outcome.detail)
            await asyncio.sleep(EXTRAS_EVERY_S)

    def _connect(self, venue: str) -> VenueClient:
        return VenueClient(self._specs[venue], self._factory)

    def _backfill(self, client: VenueClient) -> bool:
        venue = client.spec.venue
        contract = self.contracts[venue]

        def tell(progress: Progress) -> None:
            contract.progress = progress
            self._tell_status()
            if progress.reaches_ms:
                self._tell_history(venue, "backfill")

        outcome = backfill_contract(
            self.history,
            client,
            contract.symbol,
            [part for part in list_parts(self.interval) if part.is_essential],
            days=self.days,
            progress=tell,
            stopped=self._stopped,
        )
        contract.progress, contract.outcome = None, outcome
        self._set_state(venue, outcome.state, outcome.detail)
        self._tell_history(venue, "backfill")
        return outcome.state == "live"

    def _refresh(self, client: VenueClient) -> None:
        """Ask for the newest closed bars, and for those of the last day that are missing."""
        venue = client.spec.venue
        inserted, updated = refresh_contract(self.history, client, self.contracts[venue].symbol, interval=self.interval)
        if updated:
            self._note(venue, "correction", f"{updated} rows changed at the venue after they were stored")
        if inserted or updated:
            self._tell_history(venue, "correction" if updated else "bar")
        self._set_state(venue, "live", "")

    def _refresh_tiers(self, client: VenueClient) -> None:
        venue, symbol = client.spec.venue, self.contracts[client.spec.venue].symbol
        fetched = client.fetch_margin_tiers(symbol)
        if fetched is None:
            return
        before = store.load_newest_margin_tiers_of(self.history, venue, symbol)
        if before is not None:
            for difference in exchanges.compare_margin_tiers(before, fetched):
                self._note(venue, "margin tiers", difference)
        store.save_record(self.history, venue, symbol, fetched)

    def _until_next_close_s(self) -> float:
        interval_s = self.interval_ms / 1000
        return interval_s - (now_ms() / 1000 - AFTER_CLOSE_S) % interval_s

    def _retry_wait_s(self, venue: str) -> float:
        return RETRY_REFUSED_S if self.contracts[venue].state == "refused" else RETRY_FAILED_S

    # ------------------------------------------------------------------------------------------------------ telling

    def _set_state(self, venue: str, state: FeedState, detail: str) -> None:
        contract = self.contracts[venue]
        if (contract.state, contract.detail) == (state, detail):
            return
        contract.state, contract.detail, contract.since_ms = state, detail, now_ms()
        self._note(venue, state, detail)
        self._tell_status()

    def _on_store_trouble(self, text: str) -> None:
        self.store_trouble = text
        self._note("", "store", text or "takes rows again")
        self._tell_status()

    def _note(self, venue: str, kind: str, text: str) -> None:
        if self._journal is not None:
            self._journal.write(now_ms(), kind, venue, self.symbol, text)

    def _tell_status(self) -> None:
        if self._listener is not None:
            self._listener.on_status()

    def _tell_history(self, venue: str, reason: str) -> None:
        if self._listener is not None:
            self._listener.on_history(venue, reason)


def _state_of(error: LiqheatError) -> FeedState:
    return "refused" if isinstance(error, RegionRefusedError) else "failed"
