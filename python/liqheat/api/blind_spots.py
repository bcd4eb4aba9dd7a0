"""What no liquidation map can see, said beside it; and the article's figures beside what was measured."""

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
# Measured on set A of real data, uncalibrated: see README, "What it is not (yet)".
ARTICLE_CLAIMS: tuple[dict[str, Any], ...] = (
    {
        "claim": "The map underestimates what is liquidated by 10-25 %",
        "article_low": 10.0,
        "article_high": 25.0,
        "unit": "%",
        "measured": None,
        "note": "Not measured: the model is uncalibrated. Nothing fitted, it OVER-states Bitcoin's published "
        "liquidations of early 2026 by 20 to 28 times, because most holders leave before.",
    },
    {
        "claim": "60-80 % of a cluster's estimate is realised",
        "article_low": 60.0,
        "article_high": 80.0,
        "unit": "%",
        "measured": None,
        "note": "Not measured cluster by cluster yet. The two claims have opposite signs; for sizes only the discount "
        "is applied (rule R10).",
    },
)


def describe_blind_spots(
    markets: tuple[MarketHistory, ...], tracked_open_interest_usd: Mapping[str, float] | None
) -> dict[str, Any]:
    """Blind spots, coverage of open interest per venue, and the article's claims."""
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
        "article": [dict(claim) for claim in ARTICLE_CLAIMS],
    }
