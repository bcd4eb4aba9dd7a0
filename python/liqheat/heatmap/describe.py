"""What must be said of an estimate beside its numbers: which parameters made it, which venues it adds up."""

from __future__ import annotations

from typing import Any

from liqheat.records import Estimate

MOST_DAYS = 3.0
"""Parameters older than this are warned of: a live server refits every day."""


def describe_model(estimate: Estimate, bar: int = -1) -> dict[str, Any]:
    """Which parameters weighted an estimate, and how it is scaled, as known at a bar's close; nothing without any."""
    calibration, market = estimate.calibration, estimate.market
    if calibration is None:
        return {}
    model = calibration.model
    age_days = model.age_days(int(market.open_time_ms[bar]) + market.interval_ms)
    return {
        "model": {
            "name": model.name,
            "hash": model.hash,
            "version": model.version,
            "fitted_on": model.fitted_on,
            "fitted_start_ms": model.fitted_start_ms,
            "fitted_end_ms": model.fitted_end_ms,
            "age_days": age_days,
            "transferred": model.transferred,
            "kept_because": model.kept_because,
            "scale": float(calibration.scale[bar]),
            "tracked": bool(calibration.is_tracked[bar]),
            "placed_share": calibration.placed_share(bar),
            "warning": f"model is {age_days:.0f} days old" if age_days > MOST_DAYS else None,
        }
    }


def describe_venues(estimate: Estimate, bar: int = -1) -> dict[str, Any]:
    """Venues, weights and coverage of a sum at a bar's close; nothing of a single venue."""
    sum_of = estimate.combination
    if sum_of is None:
        return {}
    total = float(sum(venue.open_interest_usd[bar] for venue in sum_of.venues))
    return {
        "weights": sum_of.weights,
        "reference": sum_of.reference,
        "venues": [
            {
                "venue": venue.market.venue,
                "symbol": venue.market.symbol,
                "weight": float(venue.weight[bar]),
                "open_interest_usd": float(venue.open_interest_usd[bar]),
                "share": float(venue.open_interest_usd[bar]) / total if total > 0.0 else 0.0,
                "leverages": list(venue.leverages),
            }
            for venue in sum_of.venues
        ],
        "coverage": {"share": sum_of.covered_share, "of": sum_of.covered_of},
    }
