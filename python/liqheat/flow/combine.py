"""Expected forced flow of several venues, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from liqheat.book import combine_estimates
from liqheat.errors import InputError, check_each
from liqheat.flow.estimate import book_of_class
from liqheat.records import (
    CombinedEstimate,
    FlowEstimate,
    MarketHistory,
    Weights,
)
from liqheat.records.arrays import FloatArray


def combine_flows(
    flows: Sequence[FlowEstimate], *, weights: Weights = "open_interest", reference: str | None = None
) -> FlowEstimate:
    """Put the expected forced flow of several venues side by side, each with its own scale; see `share_untracked`.

    Parameters
    ----------
    flows : sequence of FlowEstimate
        One for each venue, of one coin and the same parameters.
    weights, reference
        As in `combine_venues`.

    Raises
    ------
    InputError
        When the parameters differ, or the venues cannot be summed.
    NoDataError
        When the venues share no two bars.
    """
    check_each("flows", flows, FlowEstimate, "must be a sequence of what estimate_flow returned")
    if len({one.model.hash for one in flows}) != 1:
        raise InputError("flows", "must be of the same parameters", ", ".join(one.model.hash[:8] for one in flows))
    flows = share_untracked(flows)
    combined = [
        combine_estimates([book_of_class(one, index) for one in flows], weights=weights, reference=reference)
        for index in range(len(flows[0].classes))
    ]
    venues = combined[0].venues
    by_place = {(one.market.venue, one.market.symbol): one for one in flows}
    own = [by_place[venue.estimate.market.venue, venue.estimate.market.symbol] for venue in venues]
    n_bars = combined[0].n_bars
    parts = [slice(venue.first_bar, venue.first_bar + n_bars) for venue in venues]
    shares = np.stack([venue.weight for venue in venues])
    scales = np.stack([one.scale[part] for one, part in zip(own, parts, strict=True)])
    # One scale is stated for the sum; each venue's own stands beside it in its factor.
    scale = (shares * scales).sum(axis=0) + (1.0 - shares.sum(axis=0))
    ratios = scales / np.maximum(scale, 1e-12)
    factors = np.stack([venue.factor for venue in venues])
    notes = [note for one in own for note in one.notes]
    return FlowEstimate(
        classes=tuple(_scale_venues(one, ratios) for one in combined),
        weights=flows[0].weights,
        ensemble=flows[0].ensemble,
        support=flows[0].support,
        scale=scale,
        is_tracked=np.all([one.is_tracked[part] for one, part in zip(own, parts, strict=True)], axis=0),
        placed_usd=_sum(factors, [one.placed_usd[part] for one, part in zip(own, parts, strict=True)]),
        expected_usd=_sum(factors, [one.expected_usd[part] for one, part in zip(own, parts, strict=True)]),
        model=flows[0].model,
        notes=tuple(dict.fromkeys(notes)),
    )


def share_untracked(flows: Sequence[FlowEstimate]) -> list[FlowEstimate]:
    """Flows of several venues that may be added up.

    Weights speak of the liquidations of all venues that they were fitted on. A venue whose own realised liquidations
    track its scale stands for itself; any other counts by its share of the open interest of these venues, bar by bar.
    """
    if len(flows) < 2:
        return list(flows)
    open_interest = [_open_interest_usd(one.market) for one in flows]
    shared = []
    for one, own in zip(flows, open_interest, strict=True):
        total = np.zeros(one.n_bars)
        for other, usd in zip(flows, open_interest, strict=True):
            at = np.searchsorted(other.market.open_time_ms, one.market.open_time_ms, side="right") - 1
            total += np.where(at >= 0, usd[np.maximum(at, 0)], 0.0)
        share = np.where(one.is_tracked | (total <= 0.0), 1.0, own / np.maximum(total, 1e-12))
        note = f"{one.market.venue} is not tracked: it counts by its share of open interest, now {share[-1]:.0%}"
        shared.append(
            replace(
                one,
                scale=one.scale * share,
                placed_usd=one.placed_usd * share,
                expected_usd=one.expected_usd * share,
                notes=one.notes if bool(one.is_tracked[-1]) else (*one.notes, note),
            )
        )
    return shared


def _open_interest_usd(market: MarketHistory) -> FloatArray:
    return market.open_interest * (1.0 if market.contract_kind == "inverse" else market.close)


def _scale_venues(combined: CombinedEstimate, ratios: FloatArray) -> CombinedEstimate:
    venues = [replace(venue, factor=venue.factor * ratio) for venue, ratio in zip(combined.venues, ratios, strict=True)]
    return replace(combined, venues=tuple(venues))


def _sum(factors: FloatArray, values: list[FloatArray]) -> FloatArray:
    total: FloatArray = (factors * np.stack(values)).sum(axis=0)
    return total
