"""Kinds of rows that a backfill brings: a row for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import get_args

from liqheat.exchanges import VenueClient
from liqheat.records import LongShortMeasure
from liqheat.store import StoredRecord
from liqheat.units import parse_interval_ms

OPEN_INTEREST_STEP_MS = 300_000


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of rows: how it is named on disk, how it is fetched, and whether the map needs it."""

    kind: str
    words: str
    fetch: Callable[[VenueClient, str, int, int], StoredRecord | None]
    step_ms: int
    interval: str = ""
    is_essential: bool = True
    measure: LongShortMeasure | None = None

    @property
    def capability(self) -> str:
        """Its name in the venue table."""
        return self.measure or self.kind


def list_parts(interval: str) -> list[Part]:
    """Kinds that a backfill brings; the first three make the map, the rest is kept for calibration and scores."""
    step_ms = parse_interval_ms(interval)

    def candles(client: VenueClient, symbol: str, first_ms: int, last_ms: int) -> StoredRecord | None:
        return client.fetch_candles(symbol, interval, first_ms, last_ms)

    def mark(client: VenueClient, symbol: str, first_ms: int, last_ms: int) -> StoredRecord | None:
        return client.fetch_mark_candles(symbol, interval, first_ms, last_ms)

    def long_short(
        measure: LongShortMeasure, client: VenueClient, symbol: str, first_ms: int, last_ms: int
    ) -> StoredRecord | None:
        return client.fetch_long_short(symbol, measure, first_ms, last_ms)

    return [
        # Open interest first: its wall moves while the rest is fetched.
        Part("open_interest", "open interest", VenueClient.fetch_open_interest, OPEN_INTEREST_STEP_MS),
        Part("candles", "candles", candles, step_ms, interval),
        Part("mark", "mark candles", mark, step_ms, interval),
        Part("funding", "funding", VenueClient.fetch_funding, 0, is_essential=False),
        *(
            Part(
                "long_short",
                f"long/short ratio of {measure.replace('_', ' ')}",
                partial(long_short, measure),
                OPEN_INTEREST_STEP_MS,
                is_essential=False,
                measure=measure,
            )
            for measure in get_args(LongShortMeasure)
        ),
    ]
