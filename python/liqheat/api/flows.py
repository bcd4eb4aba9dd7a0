"""Expected forced flow for the routes: parameters, realised liquidations, estimates that are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from liqheat.api.caches import BoundedCache
from liqheat.errors import InputError
from liqheat.flow import (
    FLOW_FORM,
    CalibratedModel,
    estimate_flow,
    find_realised,
    flow_tiers,
    load_model,
    shipped_for,
)
from liqheat.heatmap import band_labels
from liqheat.records import Estimate, LiquidationLabels, Liquidations, MarketHistory

FindLiquidations = Callable[[str, str, int, int], list[Liquidations]]
"""Takes venue, symbol, start_ms and end_ms."""
FindModel = Callable[[MarketHistory], tuple[CalibratedModel | None, str]]
"""Parameters of a market, None for the shipped ones, and why they are these; empty where nothing need be said."""
FindLabels = Callable[[MarketHistory], LiquidationLabels | None]
"""Realised liquidations of a market by interval, where there are totals in place of events."""
KEPT_FLOWS = 6


class FlowShelf:
    """Estimates of expected forced flow by market and parameters.

    Parameters
    ----------
    find_liquidations : callable
        Finds realised liquidations.
    """

    def __init__(self, find_liquidations: FindLiquidations) -> None:
        self._find_liquidations = find_liquidations
        self._kept = BoundedCache(KEPT_FLOWS)
        self.find_model: FindModel = lambda _: (None, "")
        self.find_labels: FindLabels = lambda _: None

    def model(self, market: MarketHistory) -> tuple[CalibratedModel, str]:
        """Parameters of a market, and why they are these.

        Raises
        ------
        InputError
            When there are none for bars of its length.
        """
        found, reason = self.find_model(market)
        return (_shipped(market.interval_ms) if found is None else found), reason

    def key(self, market: MarketHistory) -> tuple[str, str]:
        """What changes with the parameters of a market."""
        model, reason = self.model(market)
        return model.hash, reason

    def realised(self, market: MarketHistory, *, is_part: bool = False) -> LiquidationLabels | None:
        """What was liquidated by hour: totals where there are any, else the sums of complete streams.

        Totals are of several venues, so they say nothing of one that is a part of a sum.
        """
        totals = None if is_part else self.find_labels(market)
        return find_realised(market, self._find_liquidations) if totals is None else totals

    def estimate(self, market: MarketHistory, digest: str, ratio: float, *, is_part: bool = False) -> Estimate:
        """The flow of one venue; totals, which are of several venues, say nothing of one as a part of a sum."""
        model, reason = self.model(market)

        def make() -> Estimate:
            realised = self.realised(market, is_part=is_part)
            flow = estimate_flow(market, model, realised=realised, bucket_ratio=ratio)
            assert flow.calibration is not None  # noqa: S101  a flow is weighted by parameters
            told = replace(flow.calibration, model=replace(flow.calibration.model, kept_because=reason))
            return replace(flow, calibration=told)

        flow: Estimate = self._kept.get((digest, ratio, model.hash, reason, is_part), make)
        return flow


def flow_leverages(estimate: Estimate) -> list[float]:
    """Bands of expected liquidations of a market, or of all in a sum; none where no parameters fit the bars."""
    parts = (estimate,) if estimate.combination is None else estimate.combination.venues
    markets = [part.market for part in parts]
    try:
        shipped_for(estimate.market.interval_ms)
    except InputError:
        return []
    return sorted({label for market in markets for label in band_labels(flow_tiers(FLOW_FORM, market))})


@lru_cache(maxsize=8)
def _shipped(bar_ms: int) -> CalibratedModel:
    return load_model(shipped_for(bar_ms))
