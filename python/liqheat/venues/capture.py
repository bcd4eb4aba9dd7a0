"""Which part of all liquidations a venue publishes: the rules, as they are stored with what was published."""

from __future__ import annotations

from typing import Literal

COMPLETE = "complete"
LARGEST_PER_SECOND = "largest per second"
LATEST_PER_SECOND = "latest per second"
ONE_ORDER_PER_SECOND = "at most one order per contract and second"
LAST_HOUR_POLLED = "last hour, polled"
NOTHING = "none"

KEPT_BY_RULE: dict[str, Literal["largest", "last"]] = {
    LARGEST_PER_SECOND: "largest",
    LATEST_PER_SECOND: "last",
    ONE_ORDER_PER_SECOND: "last",
}
"""Which order of a second a thinned stream keeps; ``last`` where the venue does not say."""
