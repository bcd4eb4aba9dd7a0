"""What is expected of clusters if the price gets there: the touch forecast of each."""

from __future__ import annotations

import math
from collections.abc import Sequence

from liqheat.flow import touch_forecast
from liqheat.records import HORIZONS_MS, Cluster, ClusterTouch, Estimate
from liqheat.records.arrays import FloatArray
from liqheat.setups.levels import touch_probability, volatility_per_sqrt_hour
from liqheat.units import HOUR_MS, Moment


def forecast_clusters(
    estimate: Estimate, clusters: Sequence[Cluster], *, horizon: str | None = None, as_of_ms: Moment | None = None
) -> tuple[ClusterTouch, ...]:
    """The touch forecast of each cluster, in their order.

    Parameters
    ----------
    estimate : Estimate
        Of expected liquidations, whatever map the clusters were found in.
    clusters : sequence of Cluster
        As `find_clusters` returned them.
    horizon, as_of_ms
        As in `touch_forecast`. Clusters are those of that moment.

    Raises
    ------
    InputError
        As `touch_forecast`.

    Examples
    --------
    >>> import liqheat
    >>> flow = liqheat.estimate_flow(liqheat.simulate_market(days=10).history)
    >>> found = forecast_clusters(flow, liqheat.find_clusters(flow))
    >>> found[0].horizon, found[0].tracked
    ('24h', False)
    """
    if not clusters:
        return ()
    at_hand = touch_forecast(estimate, horizon=horizon, as_of_ms=as_of_ms).reference_price
    zones = [_own_side(one, at_hand) for one in clusters]
    known = [zone for zone in zones if zone is not None]
    near = [high if one.side == "long" else low for one, (low, high) in _paired(clusters, zones)]
    found = touch_forecast(estimate, near, zones=known, horizon=horizon, as_of_ms=as_of_ms)
    result, at = [], 0
    volatility = volatility_per_sqrt_hour(estimate.market, found.as_of_ms)
    hours = HORIZONS_MS[found.horizon] / HOUR_MS
    for one, zone in zip(clusters, zones, strict=True):
        edge = one.near_edge if one.distance(at_hand) > 0 else at_hand
        row = None if zone is None else at
        at += zone is not None
        inside, way = (found.inside_usd, found.on_the_way_usd)
        result.append(
            ClusterTouch(
                horizon=found.horizon,
                chance=touch_probability(at_hand, edge, volatility, hours),
                inside_usd=_figure(inside, row),
                inside_band_80=_pair(found.inside_band_80, row),
                inside_book_usd=_figure(found.inside_book_usd, row),
                on_the_way_usd=_figure(way, row),
                on_the_way_band_80=_pair(found.on_the_way_band_80, row),
                usual_inside_usd=_figure(found.usual_inside_usd, row),
                tracked=found.tracked,
                transferred=found.transferred,
                in_sample=found.in_sample,
            )
        )
    return tuple(result)


def _own_side(cluster: Cluster, price: float) -> tuple[float, float] | None:
    """The part of a cluster on its own side of the price; None where the price is beyond it."""
    low, high = cluster.low_price, cluster.high_price
    low, high = (low, min(high, price)) if cluster.side == "long" else (max(low, price), high)
    return (low, high) if low < high else None


def _paired(
    clusters: Sequence[Cluster], zones: Sequence[tuple[float, float] | None]
) -> list[tuple[Cluster, tuple[float, float]]]:
    return [(one, zone) for one, zone in zip(clusters, zones, strict=True) if zone is not None]


def _figure(values: FloatArray, row: int | None) -> float | None:
    value = math.nan if row is None else float(values[row])
    return value if math.isfinite(value) else None


def _pair(values: FloatArray, row: int | None) -> tuple[float, float] | None:
    ends = (math.nan, math.nan) if row is None else (float(values[row, 0]), float(values[row, 1]))
    return ends if math.isfinite(ends[0]) and math.isfinite(ends[1]) else None
