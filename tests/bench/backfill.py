"""How fast a backfill is when venues answer at once, and how much of that is our own work.

Run: ``python -m tests.bench.backfill``. The venues are doubles in this process; their work counts as waiting.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from liqheat import collect
from liqheat.exchanges import VenueClient
from liqheat.exchanges.rest.client import VenueConnection
from liqheat.store import HistoryStore
from liqheat.venues.table import find_venue, symbol_at
from tests.support.venue_double import RunningMarket, VenueDouble

VENUES = ("binance", "bybit", "okx", "hyperliquid")
DAYS = 30.0


def main() -> None:
    """Print rows, rows a second and shares for each venue, one after the other."""
    waited = 0.0
    ask: Callable[..., Any] = VenueConnection._call_once

    def ask_and_wait(self: VenueConnection, *arguments: Any) -> Any:
        nonlocal waited
        began = time.perf_counter()
        try:
            return ask(self, *arguments)
        finally:
            waited += time.perf_counter() - began

    VenueConnection._call_once = ask_and_wait  # type: ignore[method-assign]
    rows, seconds, waiting = 0, 0.0, 0.0
    with VenueDouble(RunningMarket(history_days=32, speed=0)) as double, tempfile.TemporaryDirectory() as folder:
        history = HistoryStore(Path(folder) / "store")
        for venue in VENUES:
            symbol = symbol_at(venue, "BTC/USDT:USDT")
            with VenueClient(find_venue(venue, symbol), double.exchange_factory) as client:
                client.market(symbol)
                waited = 0.0
                began = time.perf_counter()
                (outcome,) = collect.backfill(history, [client], [symbol], days=DAYS)
                took = time.perf_counter() - began
            assert outcome.state == "live", outcome.detail
            count = sum(outcome.rows.values())
            rows, seconds, waiting = rows + count, seconds + took, waiting + waited
            print(f"{venue:12} {count:7,} rows {took:6.2f} s {count / took:8,.0f} rows/s, ours {1 - waited / took:.0%}")
    print(f"{'all':12} {rows:7,} rows {seconds:6.2f} s {rows / seconds:8,.0f} rows/s, ours {1 - waiting / seconds:.0%}")


if __name__ == "__main__":
    main()
