"""What no liquidation map can see, said beside it; and the article's figures beside what was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

from liqheat.evaluation.report_parts import find, read_interval
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
# Their notes were written on set A of real data, uncalibrated; a published measurement takes their place.
ARTICLE_CLAIMS: tuple[dict[str, Any], ...] = (
    {
        "id": "underestimated",
        "figure": "falls short",
        "claim": "The map underestimates what is liquidated by 10-25 %",
        "article_low": 0.10,
        "article_high": 0.25,
        "unit": "share",
        "measured": None,
        "note": "Not measured: the model is uncalibrated. Nothing fitted, it OVER-states Bitcoin's published "
        "liquidations of early 2026 by 20 to 28 times, because most holders leave before.",
    },
    {
        "id": "realised",
        "figure": "median",
        "claim": "60-80 % of a cluster's estimate is realised",
        "article_low": 0.60,
        "article_high": 0.80,
        "unit": "share",
        "measured": None,
        "note": "Not measured cluster by cluster yet. The two claims have opposite signs; for sizes only the discount "
        "is applied (rule R10).",
    },
)


def describe_blind_spots(
    markets: tuple[MarketHistory, ...],
    tracked_open_interest_usd: Mapping[str, float] | None,
    article: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Blind spots, coverage of open interest per venue, and the article's claims with what was published of them."""
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
        "article": [_describe_claim(claim, article) for claim in ARTICLE_CLAIMS],
    }


def _describe_claim(claim: Mapping[str, Any], article: Mapping[str, Any] | None) -> dict[str, Any]:
    """A claim with its figure, a share, where it was published in per cent under the name that we know."""
    shown = {name: value for name, value in claim.items() if name not in ("id", "figure")}
    found = next((one for one in find(article, "claims") or () if find(one, "id") == claim["id"]), None)
    named = [
        interval
        for one in find(found, "measured") or ()
        if claim["figure"] in str(find(one, "name")) and find(one, "unit") == "%"
        if (interval := read_interval(one)) is not None
    ]
    if not named:
        return shown
    # The last one: the map of forced flow, where there is one, speaks of what is liquidated.
    value, low, high = (None if math.isnan(end) else end / 100 for end in astuple(named[-1]))
    measured = {"value": value, "low": low, "high": high, "days": find(article, "days")}
    return shown | {"measured": measured, "note": f"{find(found, 'verdict') or 'Measured'}; see the accuracy page."}
