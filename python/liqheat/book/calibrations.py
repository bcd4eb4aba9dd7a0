"""What the calibrations of several venues are together: one set of parameters, each venue with its own scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from liqheat.errors import InputError
from liqheat.records import Calibration, Estimate, MarketHistory

if TYPE_CHECKING:
    from liqheat.records.arrays import FloatArray


def check_calibrations(estimates: Sequence[Estimate]) -> None:
    """Refuse estimates that were weighted by different parameters."""
    hashes = {"" if one.calibration is None else one.calibration.model.hash for one in estimates}
    if len(hashes) > 1:
        found = ", ".join(f"{one.market.venue} {one.status}" for one in estimates)
        raise InputError("sources", "must be of the same parameters", found)


def share_untracked(estimates: Sequence[Estimate]) -> list[Estimate]:
    """Estimates of several venues that may be added up: those without a scale of their own count by open interest.

    See `combine_venues`. Estimates without calibration stay as they are.
    """
    if len(estimates) < 2:
        return list(estimates)
    open_interest = [_open_interest_usd(one.market) for one in estimates]
    shared = []
    for one, own in zip(estimates, open_interest, strict=True):
        calibration = one.calibration
        if calibration is None:
            shared.append(one)
            continue
        total = np.zeros(one.n_bars)
        for other, usd in zip(estimates, open_interest, strict=True):
            at = np.searchsorted(other.market.open_time_ms, one.market.open_time_ms, side="right") - 1
            total += np.where(at >= 0, usd[np.maximum(at, 0)], 0.0)
        share = np.where(calibration.is_tracked | (total <= 0.0), 1.0, own / np.maximum(total, 1e-12))
        note = f"{one.market.venue} is not tracked: it counts by its share of open interest, now {share[-1]:.0%}"
        told = replace(
            calibration,
            # Its layers are scaled by its share: what the sum holds of open interest by distance is, too.
            scale=calibration.scale * share,
            placed_usd=calibration.placed_usd * share,
            expected_usd=calibration.expected_usd * share,
            notes=calibration.notes if bool(calibration.is_tracked[-1]) else (*calibration.notes, note),
        )
        layers = tuple(replace(layer, factor=layer.factor * share) for layer in one.layers)
        shared.append(replace(one, layers=layers, calibration=told))
    return shared


def join_calibrations(
    calibrations: Sequence[Calibration | None], firsts: Sequence[int], shares: FloatArray, factors: FloatArray
) -> Calibration | None:
    """State one calibration for a sum.

    Parameters
    ----------
    calibrations : sequence of Calibration or None
        Of each venue, of the same parameters.
    firsts : sequence of int
        Bar of each venue that is bar 0 of the sum.
    shares, factors : (venues, n) float64
        What each venue is of the sum, and what 1 USD of it counts.
    """
    own = [calibration for calibration in calibrations if calibration is not None]
    if not own:
        return None
    n_bars = shares.shape[1]
    parts = [slice(first, first + n_bars) for first in firsts]
    scales = np.stack([one.scale[part] for one, part in zip(own, parts, strict=True)])
    placed = np.stack([one.placed_usd[part] for one, part in zip(own, parts, strict=True)])
    expected = np.stack([one.expected_usd[part] for one, part in zip(own, parts, strict=True)])
    held = np.stack([one.open_interest_usd[part] for one, part in zip(own, parts, strict=True)])
    total_scale = (shares * scales).sum(axis=0) + (1.0 - shares.sum(axis=0))
    return replace(
        own[0],
        # Times the sum's scale it is what the venues' own are times theirs.
        open_interest_usd=(factors * scales * held).sum(axis=0) / np.maximum(total_scale, 1e-300),
        # One scale is stated for the sum; each venue's own stands in its layers.
        scale=total_scale,
        is_tracked=np.all([one.is_tracked[part] for one, part in zip(own, parts, strict=True)], axis=0),
        placed_usd=(factors * placed).sum(axis=0),
        expected_usd=(factors * expected).sum(axis=0),
        notes=tuple(dict.fromkeys(note for one in own for note in one.notes)),
    )


def _open_interest_usd(market: MarketHistory) -> FloatArray:
    return market.open_interest * (1.0 if market.contract_kind == "inverse" else market.close)
