"""Keeps the history of a few contracts complete: backfill, streams, and every bar asked for again once it closed."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from liqheat import exchanges, store
from liqheat.collect.backfill import Progress, backfill_contract, refresh_contract, refresh_liquidations
from liqheat.collect.contract_size import check_contract_size
from liqheat.collect.followed import Followed
from liqheat.collect.pace import Pace
from liqheat.collect.parts import list_parts
from liqheat.collect.recorder import Recorder
from liqheat.collect.states import FEED_OF, ContractState, Listener, describe_clock, write_note
from liqheat.collect.tasks import wait_for_task
from liqheat.errors import ContractChangedError, LiqheatError, RegionRefusedError, UnknownNameError, VenueError
from liqheat.exchanges import ExchangeFactory, VenueClient, VenueStream
from liqheat.records import FeedEvent, FeedState, FeedStatus
from liqheat.store import HistoryStore
from liqheat.units import DAY_MS, now_ms, parse_interval_ms
from liqheat.venues import find_venue, symbol_at

if TYPE_CHECKING:
    from liqheat.store import Journal

LOGGER = logging.getLogger(__name__)


class Collector:
    """Fills a store from venues until it is stopped. One venue's failure is its own.

    Parameters
    ----------
    history : HistoryStore
        Where rows go.
    followed : Followed
        Which contracts, and how far back.
    listener : Listener, optional
        Told of everything.
    journal : Journal, optional
        Takes what people may want to look up later: refusals, gaps, corrections, changed margin tiers.
    exchange_factory : callable, optional
        Makes ccxt exchanges.
    is_near_cluster : callable, optional
        See `Recorder`.
    pace : Pace, optional
        How patient it is.

    Raises
    ------
    UnknownNameError
        When a venue is not known, or none of them lists such contracts.
    """

    def __init__(
        self,
        history: HistoryStore,
        followed: Followed,
        *,
        listener: Listener | None = None,
        journal: Journal | None = None,
        exchange_factory: ExchangeFactory | None = None,
        is_near_cluster: Callable[[str, str, float], bool] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.followed = followed
        self.history = history
        symbols = {venue: symbol_at(venue, followed.symbol) for venue in followed.venues}
        self._specs = {spec.venue: spec for spec in (find_venue(*pair) for pair in symbols.items())}
        self.contracts = {
            venue: ContractState(venue, own) for venue, own in zip(self._specs, symbols.values(), strict=True)
        }
        self._listener = listener
        self._journal = journal
        self._factory = exchange_factory
        self._pace = pace or Pace()
        self._sized = {venue: asyncio.Event() for venue in self._specs}
        self._streams: dict[str, asyncio.Task[None]] = {}
        self._markets_s: dict[str, float] = {}
        self._lost = set(history.quarantined)
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
        # First of all what was received: an answer over REST may still be waited for.
        self.recorder.stop()
        self._workers.shutdown(wait=True, cancel_futures=True)

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
        """Follow the venue's streams while its contract is the one that the store was filled with."""
        contract = self.contracts[venue]
        while True:
            await self._sized[venue].wait()
            size = contract.contract_size
            try:
                stream = VenueStream(
                    self._specs[venue],
                    [contract.symbol],
                    interval=self.followed.interval,
                    on_event=self._take,
                    exchange_factory=self._factory,
                    pace=self._pace.of_streams,
                    contract_sizes={} if size is None else {contract.symbol: size},
                )
                self._streams[venue] = asyncio.create_task(stream.run())
                await wait_for_task(self._streams[venue])
            except Exception as error:
                if not isinstance(error, LiqheatError):
                    LOGGER.exception("the streams of %s failed", venue)
                words = f"{type(error).__name__}: {error}"
                self._take_status(contract, FeedStatus(venue, contract.symbol, "stream", "failed", words, now_ms()))
                await asyncio.sleep(self._pace.retry_failed_s)
                contract.feeds.pop("stream", None)

    def _take(self, event: FeedEvent) -> None:
        self.recorder.take(event)
        contract = self.contracts[event.venue]
        if isinstance(event.payload, FeedStatus):
            self._take_status(contract, event.payload)
        else:
            contract.last_event_ms[FEED_OF[type(event.payload)]] = now_ms()
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
        run = partial(loop.run_in_executor, self._workers)
        client: VenueClient | None = None
        is_filled = False
        tiers_ms = 0
        extras: asyncio.Task[None] | None = None
        try:
            while not self._stopped.is_set():
                try:
                    if client is None:
                        client = await run(self._connect, venue)
                    await run(self._check_contract, client)
                    self._sized[venue].set()
                    is_filled = is_filled and not self._has_lost_rows(venue)
                    if not is_filled:
                        self._set_state(venue, "backfilling", "")
                        is_filled = await run(self._backfill, client)
                    else:
                        await run(self._refresh, client)
                    if is_filled and now_ms() - tiers_ms >= DAY_MS:
                        await run(self._refresh_tiers, client)
                        tiers_ms = now_ms()
                    if is_filled and extras is None:
                        extras = asyncio.create_task(self._keep_complete(client))
                    wait_s = self._until_next_close_s(venue) if is_filled else self._retry_wait_s(venue)
                except Exception as error:
                    self._take_failure(venue, error)
                    wait_s = self._retry_wait_s(venue)
                await asyncio.sleep(wait_s)
        finally:
            if extras is not None:
                extras.cancel()
            if client is not None:
                client.close()

    def _take_failure(self, venue: str, error: Exception) -> None:
        """Say what failed; streams of a contract that is not the one that was stored end."""
        words = str(error)
        if isinstance(error, ContractChangedError):
            self._sized[venue].clear()
            if venue in self._streams:
                self._streams[venue].cancel()
        elif isinstance(error, UnknownNameError):
            listing = [name for name, contract in self.contracts.items() if contract.contract_size is not None]
            words += f"; of the venues asked, {', '.join(listing) or 'none so far'} list {self.followed.symbol}"
        elif not isinstance(error, LiqheatError):
            LOGGER.error("the history of %s failed", venue, exc_info=error)
            words = f"{type(error).__name__}: {error}"
        self._set_state(venue, "refused" if isinstance(error, RegionRefusedError) else "failed", words)

    async def _keep_complete(self, client: VenueClient) -> None:
        """Funding and long/short ratios, which the map does not need, and gaps older than a day: every hour."""
        loop = asyncio.get_running_loop()
        venue = client.spec.venue
        while not self._stopped.is_set():
            work = partial(
                backfill_contract,
                self.history,
                client,
                self.contracts[venue].symbol,
                list_parts(self.followed.interval),
                days=self.followed.days,
                progress=lambda _: None,
                stopped=self._stopped,
            )
            try:
                outcome = await loop.run_in_executor(self._workers, work)
            except Exception:
                LOGGER.exception("the extras of %s failed", venue)
            else:
                if outcome.detail:
                    self._note(venue, "extras", outcome.detail)
                if any(outcome.rows.get(part.kind) for part in list_parts(self.followed.interval) if part.is_essential):
                    self._tell_history(venue, "backfill")
            await asyncio.sleep(self._pace.recheck_every_s)

    def _connect(self, venue: str) -> VenueClient:
        def tell(words: str, wait_s: float) -> None:
            contract = self.contracts[venue]
            self._set_state(venue, contract.state, f"{words}; asked again in {wait_s:.0f} s")

        return VenueClient(
            self._specs[venue], self._factory, replace(self._pace.requests, sleep=self._wait, on_wait=tell)
        )

    def _wait(self, seconds: float) -> None:
        """Wait before a request is repeated; ends with the collector."""
        if self._stopped.wait(seconds):
            raise VenueError("stopped")

    def _check_contract(self, client: VenueClient) -> None:
        """Compare the venue's clock and contract with what is known."""
        venue = client.spec.venue
        contract = self.contracts[venue]
        if time.monotonic() - self._markets_s.get(venue, 0.0) > self._pace.markets_every_s:
            client.reload_markets()
            self._markets_s[venue] = time.monotonic()
        contract.clock_offset_ms = client.clock_offset_ms()
        try:
            contract.contract_size, _ = check_contract_size(self.history, client, contract.symbol)
        except ContractChangedError:
            # Until it is the old one again, every look must be a new one.
            self._markets_s.pop(venue, None)
            raise

    def _backfill(self, client: VenueClient) -> bool:
        venue = client.spec.venue
        contract = self.contracts[venue]

        def tell(progress: Progress) -> None:
            contract.progress, contract.detail = progress, ""
            self._tell_status()
            if progress.reaches_ms:
                self._tell_history(venue, "backfill")

        outcome = backfill_contract(
            self.history,
            client,
            contract.symbol,
            [part for part in list_parts(self.followed.interval) if part.is_essential],
            days=self.followed.days,
            progress=tell,
            stopped=self._stopped,
        )
        contract.progress, contract.outcome = None, outcome
        self._tell_history(venue, "backfill")
        if outcome.error is not None:
            raise outcome.error
        self._set_live(venue)
        return True

    def _refresh(self, client: VenueClient) -> None:
        """Ask for the newest closed bars, and for those of the last day that are missing."""
        venue, symbol = client.spec.venue, self.contracts[client.spec.venue].symbol
        refresh_liquidations(self.history, client, symbol)
        inserted, updated = refresh_contract(self.history, client, symbol, interval=self.followed.interval)
        if updated:
            self._note(venue, "correction", f"{updated} rows changed at the venue after they were stored")
        if inserted or updated:
            self._tell_history(venue, "correction" if updated else "bar")
        self._set_live(venue)

    def _set_live(self, venue: str) -> None:
        self._set_state(venue, "live", describe_clock(self.contracts[venue].clock_offset_ms))

    def _has_lost_rows(self, venue: str) -> bool:
        """Whether a damaged file of the venue has been put aside since the last look: its rows are asked for again."""
        lost = {file for file in self.history.quarantined if file.key.venue == venue} - self._lost
        self._lost |= lost
        for file in lost:
            self._note(venue, "quarantined", f"{file}; its rows are asked for again")
        return bool(lost)

    def _refresh_tiers(self, client: VenueClient) -> None:
        contract = self.contracts[client.spec.venue]
        fetched = client.fetch_margin_tiers(contract.symbol)
        if fetched is None:
            return
        before = store.load_newest_margin_tiers_of(self.history, contract.venue, contract.symbol)
        for difference in [] if before is None else exchanges.compare_margin_tiers(before, fetched):
            self._note(contract.venue, "margin tiers", difference)
            if contract.outcome is not None:
                contract.outcome.notes.append(f"margin tiers changed: {difference}")
        store.save_record(self.history, contract.venue, contract.symbol, fetched)

    def _until_next_close_s(self, venue: str) -> float:
        if self._pace.refresh_every_s is not None:
            return self._pace.refresh_every_s
        interval_s = parse_interval_ms(self.followed.interval) / 1000
        venue_s = (now_ms() + self.contracts[venue].clock_offset_ms) / 1000
        return interval_s - (venue_s - self._pace.after_close_s) % interval_s

    def _retry_wait_s(self, venue: str) -> float:
        is_refused = self.contracts[venue].state == "refused"
        return self._pace.retry_refused_s if is_refused else self._pace.retry_failed_s

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
        write_note(self._journal, kind, venue, self.followed.symbol, text)

    def _tell_status(self) -> None:
        if self._listener is not None:
            self._listener.on_status()

    def _tell_history(self, venue: str, reason: str) -> None:
        if self._listener is not None:
            self._listener.on_history(venue, reason)
