"""Open interest of venues that are not drawn, so that a sum can say how much of all it covers."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from liqheat.errors import LiqheatError
from liqheat.exchanges import ExchangeFactory, VenueClient
from liqheat.venues import find_venue, symbol_at

EVERY_S = 3600.0


class CoverageWatch:
    """Asks venues for their open interest now, once an hour, on a thread of its own.

    Parameters
    ----------
    symbol : str
        ccxt unified symbol.
    venues : sequence of str
        Venue ids to ask.
    exchange_factory : callable, optional
        Makes ccxt exchanges.
    """

    def __init__(self, symbol: str, venues: Sequence[str], exchange_factory: ExchangeFactory | None = None) -> None:
        self._symbol = symbol
        self._venues = tuple(venues)
        self._factory = exchange_factory
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="coverage", daemon=True)
        self._open_interest_usd: dict[str, float] = {}
        self.failures: dict[str, str] = {}

    def start(self) -> None:
        """Begin to ask."""
        if self._venues:
            self._thread.start()

    def stop(self) -> None:
        """End; a question that is under way is not waited for."""
        self._stopped.set()

    def open_interest_usd(self) -> dict[str, float] | None:
        """Newest answers by venue; None before the first."""
        return dict(self._open_interest_usd) or None

    def ask(self) -> None:
        """Ask every venue once; one that fails is left out, and `failures` says why."""
        for venue in self._venues:
            if self._stopped.is_set():
                return
            try:
                answer = self._ask_one(venue)
            except LiqheatError as error:
                self.failures[venue] = str(error)
            else:
                self.failures.pop(venue, None)
                self._open_interest_usd = self._open_interest_usd | answer

    def _ask_one(self, venue: str) -> dict[str, float]:
        symbol = symbol_at(venue, self._symbol)
        spec = find_venue(venue, symbol)
        with VenueClient(spec, self._factory) as client:
            quantity = client.fetch_open_interest_now(symbol).quantity
            usd = quantity * client.fetch_mark_now(symbol).price if spec.contract_kind == "linear" else quantity
        # By the name that its histories carry: an alias would count twice.
        return {spec.venue: usd}

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.ask()
            self._stopped.wait(EVERY_S)
