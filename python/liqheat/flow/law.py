"""The fixed law of the flow map, run over a market: a book for each holder class, and what each bar sweeps of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from liqheat.book import BUCKET_RATIO, Backend, estimate_book, venue_distance_tiers
from liqheat.flow.background import interval_starts
from liqheat.flow.paths import likely_share, split_bars, steps_of
from liqheat.records import DistanceTiers, Estimate, FlowForm, HolderClass, MapRun, MarketHistory
from liqheat.records.arrays import FloatArray
from liqheat.units import HOUR_MS


def flow_tiers(form: FlowForm, market: MarketHistory) -> DistanceTiers:
    """Distance tiers of a form at a market: by its venue's own formula, or the same on both sides of every venue."""
    if isinstance(form.distances, str):
        # The first close: tiers that count coins must not know how the price ends.
        price = float(market.close[0]) if market.n_bars else None
        return venue_distance_tiers(
            market.venue, market.symbol, form.distances, reference_price=price, fetched_tiers=market.margin_tiers
        )
    law = form.distances
    distances = np.exp(np.linspace(math.log(law.nearest), math.log(law.farthest), law.n_tiers))
    weights = distances**law.weight_exponent
    weights *= (1.0 - law.inert_share) / weights.sum()
    both = np.stack([distances, distances])
    hazards = np.minimum((both / 0.1) ** -law.hazard_exponent, law.hazard_maximum)
    return DistanceTiers(1.0 / distances, both, np.stack([weights, weights]), hazards)


def estimate_flow_classes(
    market: MarketHistory, form: FlowForm, *, bucket_ratio: float = BUCKET_RATIO, backend: Backend = "rust"
) -> tuple[Estimate, ...]:
    """Held notional of each holder class of a form, apart; each equals open interest on both sides."""
    tiers = flow_tiers(form, market)
    return tuple(
        estimate_book(
            market,
            tiers=tiers,
            holder_classes=(HolderClass(f"kappa {kappa:g}", kappa, 1.0),),
            bucket_ratio=bucket_ratio,
            backend=backend,
        )
        for kappa in form.kappas
    )


@dataclass(frozen=True, slots=True, eq=False)
class FlowRun:
    """The flow map of a market, run.

    Attributes
    ----------
    run : MapRun
        By bar and holder class.
    classes : tuple of Estimate
        The books; of bars that were split, those of the likelier path.
    swept_by_tier : (n, 2, t) float64
        By bar and distance, all classes together.
    """

    run: MapRun
    classes: tuple[Estimate, ...]
    swept_by_tier: FloatArray


def run_flow(market: MarketHistory, form: FlowForm, name: str = "flow") -> FlowRun:
    """Run the flow map over a market; bars longer than five minutes are split into paths (see `paths`)."""
    n_steps = steps_of(market)
    if n_steps == 1:
        classes = estimate_flow_classes(market, form)
        by_class = [one.swept_usd for one in classes]
    else:
        likely = likely_share(market)[:, None, None]
        classes = estimate_flow_classes(split_bars(market, n_steps), form)
        by_class = [likely * _by_step(one.swept_usd, n_steps) for one in classes]
        unlikely = estimate_flow_classes(split_bars(market, n_steps, is_likely=False), form)
        for swept, one in zip(by_class, unlikely, strict=True):
            swept += (1.0 - likely) * _by_step(one.swept_usd, n_steps)
    columns = np.stack([swept.sum(axis=2) for swept in by_class], axis=2)
    names = tuple(f"kappa {kappa:g}" for kappa in form.kappas)
    tiers = by_class[0].copy()
    for swept in by_class[1:]:
        tiers += swept
    return FlowRun(MapRun(name, columns, names), classes, tiers)


def _by_step(swept: FloatArray, n_steps: int) -> FloatArray:
    summed: FloatArray = swept.reshape(-1, n_steps, *swept.shape[1:]).sum(axis=1)
    return summed


def by_interval(run: MapRun, market: MarketHistory, interval_ms: int = HOUR_MS) -> FloatArray:
    """Sum the features of bars into intervals: (n, 2, k)."""
    _, first = interval_starts(market.open_time_ms, interval_ms)
    summed: FloatArray = np.add.reduceat(run.swept_usd, first, axis=0)
    return summed
