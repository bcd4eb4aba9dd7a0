"""Named selections of leverage bands: what fires first, and what carries a move on."""

from __future__ import annotations

from liqheat.errors import UnknownNameError
from liqheat.heatmap.view import band_labels
from liqheat.records import DistanceTiers

LEVERAGE_PRESETS: dict[str, tuple[float, float] | None] = {
    "all": None,
    "wick": (50.0, 100.0),
    "follow-through": (10.0, 25.0),
}
"""Ranges of leverage, ends included. Source: the article (high leverage makes the wick, low the follow-through)."""


def preset_leverages(tiers: DistanceTiers, name: str) -> tuple[float, ...] | None:
    """Bands of a book within a preset's range; None for all of them.

    Raises
    ------
    UnknownNameError
        When there is no such preset, or the book has no band in its range.

    Examples
    --------
    >>> from liqheat import venue_distance_tiers
    >>> preset_leverages(venue_distance_tiers("binance", "BTC/USDT:USDT"), "wick")
    (50.0, 100.0)
    """
    if name not in LEVERAGE_PRESETS:
        raise UnknownNameError("leverage", f"must be one of {', '.join(LEVERAGE_PRESETS)}", name)
    span = LEVERAGE_PRESETS[name]
    if span is None:
        return None
    bands = sorted({label for label in band_labels(tiers) if span[0] <= label <= span[1]})
    if not bands:
        raise UnknownNameError("leverage", f"must have a band from {span[0]:g}x to {span[1]:g}x", name)
    return tuple(bands)
