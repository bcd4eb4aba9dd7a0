"""Leverage bands of a book, and the article's presets of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from liqheat.errors import UnknownNameError
from liqheat.records import DistanceTiers, LeveragePreset

STANDARD_LEVERAGES = (3, 5, 10, 20, 25, 50, 75, 100, 125)
"""Labels of the bands when a book has too many tiers to name each."""
MOST_NAMED_TIERS = 12
LEVERAGE_PRESETS: Mapping[LeveragePreset, tuple[float, float] | None] = {
    "all": None,
    "wick": (50.0, 100.0),
    "follow-through": (10.0, 25.0),
}
"""Ranges of leverage, ends included. Source: the article (high leverage makes the wick, low the follow-through)."""


def band_labels(tiers: DistanceTiers) -> tuple[float, ...]:
    """Leverage label of each tier: its own, or the nearest standard one where a book has more than 12 tiers."""
    own = tuple(float(leverage) for leverage in tiers.leverages)
    if len(own) <= MOST_NAMED_TIERS:
        return own
    standard = np.log(STANDARD_LEVERAGES)
    nearest = np.abs(np.log(tiers.leverages)[:, None] - standard).argmin(axis=1)
    return tuple(float(STANDARD_LEVERAGES[index]) for index in nearest)


def preset_leverages(labels: Iterable[float], name: LeveragePreset) -> tuple[float, ...] | None:
    """Bands within a preset's range; None for all of them.

    Raises
    ------
    UnknownNameError
        When no band is in its range.

    Examples
    --------
    >>> preset_leverages((100.0, 50.0, 25.0), "wick")
    (50.0, 100.0)
    """
    span = LEVERAGE_PRESETS[name]
    if span is None:
        return None
    bands = sorted({label for label in labels if span[0] <= label <= span[1]})
    if not bands:
        raise UnknownNameError("leverage", f"must have a band from {span[0]:g}x to {span[1]:g}x", name)
    return tuple(bands)
