"""What is known of the feeds of a contract while they are followed."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from liqheat.collect.backfill import Progress, VenueOutcome
from liqheat.errors import LiqheatError
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
from liqheat.units import now_ms

if TYPE_CHECKING:
    from liqheat.store import Journal

LOGGER = logging.getLogger(__name__)
FEED_OF = {
    OpenCandle: "candles",
    MarkPrice: "mark",
    OpenInterestNow: "open_interest",
    OrderBookDepth: "depth",
    Liquidations: "liquidations",
}


CLOCKS_APART_MS = 20_000
"""Clocks that differ by more than this are told of."""


def describe_clock(offset_ms: int) -> str:
    """Words for a venue's clock that is so far ahead of this machine's; none where they agree.

    Examples
    --------
    >>> describe_clock(-180_000), describe_clock(500)
    ("the venue's clock is 180 s behind this computer's; bars follow the venue's", '')
    """
    side = "ahead of" if offset_ms > 0 else "behind"
    words = f"the venue's clock is {abs(offset_ms) / 1000:.0f} s {side} this computer's; bars follow the venue's"
    return words if abs(offset_ms) > CLOCKS_APART_MS else ""


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
    clock_offset_ms : int
        How far the venue's clock is ahead of this machine's.
    contract_size : float or None
        Coins or USD of one contract; None before the venue told.
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
    clock_offset_ms: int = 0
    contract_size: float | None = None


def write_note(journal: Journal | None, kind: str, venue: str, symbol: str, text: str) -> None:
    """Write to the journal, where there is one. A full disk must not end a stream: a note may be lost, rows wait."""
    if journal is None:
        return
    try:
        journal.write(now_ms(), kind, venue, symbol, text)
    except LiqheatError as error:
        LOGGER.warning("not in the journal: %s %s %s (%s)", kind, venue, text, error)
