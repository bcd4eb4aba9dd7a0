"""What no liquidation map can see, said beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liqheat.records import MarketHistory

SPOTS = (
    (
        "Hidden orders",
        "Stops and icebergs are not published. They move price before a cluster is reached, or hold it there.",
    ),
    (
        "Cross margin",
        "A position backed by the whole account is liquidated farther away than the map shows, or not at all. Most "
        "large accounts use it.",
    ),
    (
        "OTC and hedges",
        "A position that is hedged elsewhere, or closed over the counter, is counted as if it stood alone.",
    ),
)


def describe_blind_spots(
    markets: tuple[MarketHistory, ...],
    tracked_open_interest_usd: Mapping[str, float] | None,
) -> dict[str, Any]:
    """Blind spots, and coverage of open interest per venue."""
    drawn: dict[str, float] = {}
    for market in markets:
        unit = float(market.close[-1]) if market.contract_kind == "linear" else 1.0
        drawn[market.venue] = drawn.get(market.venue, 0.0) + float(market.open_interest[-1]) * unit
    tracked = dict(tracked_open_interest_usd or {})
    everywhere = {venue: max(tracked.get(venue, 0.0), drawn.get(venue, 0.0)) for venue in {*tracked, *drawn}}
    total = sum(everywhere.values())
    known = bool(tracked) and total > 0
    return {
        "spots": [{"name": name, "text": text} for name, text in SPOTS],
        "coverage": {
            "share": sum(drawn.values()) / total if known else None,
            "of": f"open interest of {', '.join(sorted(everywhere))}" if known else "other venues are not asked",
        },
        "venues": [
            {
                "venue": venue,
                "open_interest_usd": usd,
                "share": usd / total if total > 0 else None,
                "is_drawn": venue in drawn,
            }
            for venue, usd in sorted(everywhere.items(), key=lambda pair: -pair[1])
        ],
    }
