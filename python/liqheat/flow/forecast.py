"""The touch forecast of an estimate: the map's part up to a level, the part by distance, and their bands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from liqheat._core import price_grid
from liqheat.errors import InputError, NoDataError, check_type
from liqheat.flow.estimate import check_horizon
from liqheat.heatmap import build_column
from liqheat.records import (
    CELL_WIDTH,
    MOST_DISTANCE,
    Estimate,
    HeatmapView,
    OutcomeBand,
    PriceAxis,
    TouchForecast,
    TouchLaw,
    distance_exposure,
)
from liqheat.units import Moment, read_moment_ms

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from liqheat.records.arrays import FloatArray, IndexArray

MARGIN_BUCKETS = 2
KEPT_MOMENTS = 4
MOST_LEVELS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class _Standing:
    """What stands by price at one moment, by side and term of the law, as if all weights were 1."""

    price: float
    edges: FloatArray
    cumulative: FloatArray  # (2, terms, edges), from the lowest edge
    open_interest_usd: float


_kept: WeakKeyDictionary[Estimate, dict[int, _Standing]] = WeakKeyDictionary()


def touch_forecast(
    estimate: Estimate,
    levels: ArrayLike = (),
    *,
    zones: ArrayLike = (),
    horizon: str | None = None,
    as_of_ms: Moment | None = None,
) -> TouchForecast:
    """Forecast what is liquidated on the way to levels, and inside zones, if the price gets there within a horizon.

    Parameters
    ----------
    estimate : Estimate
        What `estimate_flow` returned, or a sum of such.
    levels : (n,) array_like of float64
        Prices, below or above the last one.
    zones : (z, 2) array_like of float64
        Lower and upper price of each zone, on one side of the last price.
    horizon : {'4h', '24h', '72h'}, optional
        That of the estimate by default.
    as_of_ms : int, datetime, date or str, optional
        Leave out every bar that closed after this time.

    Returns
    -------
    TouchForecast
        USD with 80 % bands; NaN beyond 8 % of distance, where no dollars were tested.

    Raises
    ------
    InputError
        When the estimate has no law of touches, a price is not above 0 and finite, or a zone spans the price.
    UnknownNameError
        When the horizon is not offered.
    NoDataError
        When no bar had closed by then.

    Examples
    --------
    >>> import liqheat
    >>> flow = liqheat.estimate_flow(liqheat.simulate_market(days=10).history)
    >>> price = float(flow.market.close[-1])
    >>> found = liqheat.touch_forecast(flow, [price * 0.97, price * 1.03], zones=[(price * 0.96, price * 0.97)])
    >>> bool((found.on_the_way_usd == found.book_usd + found.distance_usd).all()), found.tracked
    (True, False)
    """
    check_type("estimate", estimate, Estimate, "must be an Estimate")
    calibration = estimate.calibration
    if calibration is None:
        raise InputError("estimate", "must be of expected liquidations, from estimate_flow", estimate.quantity)
    horizon = calibration.horizon if horizon is None else horizon
    check_horizon(horizon)
    if horizon not in calibration.laws:
        raise InputError("horizon", f"must be one of the parameters' {', '.join(calibration.laws)}", horizon)
    bar = _last_bar(estimate, as_of_ms)
    law, standing = calibration.laws[horizon], _stand(estimate, bar)
    prices, pairs = _read_levels(levels), _read_zones(zones, standing.price)
    side = np.where(prices < standing.price, 0, 1)
    scale = float(calibration.scale[bar])
    held = standing.open_interest_usd * scale
    book, distance = _parts(standing, law, side, np.full(prices.size, standing.price), prices, held)
    zone_side = np.where(pairs[:, 1] <= standing.price, 0, 1)
    inside_book, inside_distance = _parts(standing, law, zone_side, pairs[:, 0], pairs[:, 1], held)
    zone_away = _away(pairs, standing.price)
    usual = _usual(law, zone_side, zone_away) * held + inside_distance
    too_far = _away(prices, standing.price) > MOST_DISTANCE
    zone_too_far = zone_away.max(axis=1, initial=0.0) > MOST_DISTANCE
    way = np.where(too_far, np.nan, book + distance)
    inside = np.where(zone_too_far, np.nan, inside_book + inside_distance)
    model = calibration.model
    tracked = bool(calibration.is_tracked[bar])
    end_ms = int(estimate.market.open_time_ms[bar]) + estimate.market.interval_ms
    return TouchForecast(
        horizon=horizon,
        as_of_ms=end_ms,
        reference_price=standing.price,
        levels=prices,
        side=side,
        on_the_way_usd=way,
        on_the_way_band_80=_band(law.way_bands, way, held, tracked, model.transferred),
        book_usd=np.where(too_far, np.nan, book),
        distance_usd=np.where(too_far, np.nan, distance),
        zones=pairs,
        inside_usd=inside,
        inside_book_usd=np.where(zone_too_far, np.nan, inside_book),
        inside_band_80=_band(law.inside_bands, inside, held, tracked, model.transferred),
        usual_inside_usd=np.where(zone_too_far, np.nan, usual),
        tracked=tracked,
        transferred=model.transferred,
        in_sample=_is_seen(estimate, end_ms),
        of_venues=model.of_venues,
    )


def _is_seen(estimate: Estimate, end_ms: int) -> bool:
    """Whether the parameters were fitted on these days; a simulated market has days of its own."""
    model = estimate.calibration.model if estimate.calibration else None
    is_foreign = estimate.market.origin == "simulated" and (model is None or model.transferred)
    return model is not None and not is_foreign and end_ms < model.fitted_end_ms


def at_horizon(estimate: Estimate, horizon: str) -> Estimate:
    """The same expected liquidations, weighted for another horizon.

    Raises
    ------
    InputError
        When the estimate has no law of touches, or not of this horizon.
    """
    check_horizon(horizon)
    calibration = estimate.calibration
    if calibration is None or horizon not in calibration.laws:
        raise InputError("horizon", "must be one that the estimate has a law of", horizon)
    weights = calibration.laws[horizon].book_weights
    layers = tuple(
        replace(layer, side_weights=(float(weights[0, layer.term]), float(weights[1, layer.term])))
        for layer in estimate.layers
    )
    return replace(estimate, layers=layers, calibration=replace(calibration, horizon=horizon))


def _last_bar(estimate: Estimate, as_of_ms: Moment | None) -> int:
    market = estimate.market
    if as_of_ms is None:
        return market.n_bars - 1
    until = read_moment_ms("as_of_ms", as_of_ms)
    n_closed = int(np.searchsorted(market.open_time_ms, until - market.interval_ms, side="right"))
    if n_closed == 0:
        raise NoDataError("as_of_ms", f"must be at or after {int(market.open_time_ms[0]) + market.interval_ms}", until)
    return n_closed - 1


def _stand(estimate: Estimate, bar: int) -> _Standing:
    """What stands after a bar; that of the last few moments is kept."""
    moments = _kept.setdefault(estimate, {})
    if bar not in moments:
        if len(moments) >= KEPT_MOMENTS:
            moments.pop(next(iter(moments)), None)
        moments[bar] = _read(estimate, bar)
    return moments[bar]


def _read(estimate: Estimate, bar: int) -> _Standing:
    calibration = estimate.calibration
    assert calibration is not None  # noqa: S101  checked by the caller
    price = float(estimate.market.close[bar])
    low, high = price * math.exp(-MOST_DISTANCE), price * math.exp(MOST_DISTANCE)
    _, edges = price_grid(estimate.bucket_ratio, low, high, MARGIN_BUCKETS)
    axis = PriceAxis("log", edges, estimate.bucket_ratio)
    view = HeatmapView(bar, bar + 1, 1, None, "both", tuple(range(estimate.tiers.n_tiers)), axis)
    n_terms = calibration.law.book_weights.shape[1]
    cumulative = np.zeros((2, n_terms, edges.size))
    for term in range(n_terms):
        layers = tuple(replace(one, side_weights=(1.0, 1.0)) for one in estimate.layers if one.term == term)
        if layers:
            column = build_column(replace(estimate, layers=layers), view, 0)
            cumulative[:, term, 1:] = np.cumsum(column.notional_usd.sum(axis=1), axis=1)
    return _Standing(price, edges, cumulative, float(calibration.open_interest_usd[bar]))


def _parts(
    standing: _Standing, law: TouchLaw, side: IndexArray, start: FloatArray, end: FloatArray, held_usd: float
) -> tuple[FloatArray, FloatArray]:
    """USD of the book and of the distance between two prices, (n,) each; a bucket counts as far as it overlaps."""
    book, distance = np.zeros(end.size), np.zeros(end.size)
    ends = (distance_exposure(_away(at, standing.price)) for at in (end, start))
    exposure = np.abs(next(ends) - next(ends))
    for one in (0, 1):
        own = side == one
        # The scale is in the layers' factors, so in what stands.
        weighted = law.book_weights[one] @ standing.cumulative[one]
        to, since = (np.interp(at[own], standing.edges, weighted) for at in (end, start))
        book[own] = np.abs(to - since)
        distance[own] = exposure[own] @ law.distance_weights[one] * held_usd
    return book, distance


def _away(prices: FloatArray, reference: float) -> FloatArray:
    """Log distances."""
    away: FloatArray = np.abs(np.log(prices / reference))
    return away


def _usual(law: TouchLaw, side: IndexArray, zones: FloatArray) -> FloatArray:
    """Share of open interest that the book's part of a usual zone holds, (z,), by the log distances of its ends."""
    edges = np.arange(law.usual_book.shape[1] + 1) * CELL_WIDTH
    found = np.zeros(side.size)
    for one in (0, 1):
        own = side == one
        below = np.concatenate([[0.0], np.cumsum(law.usual_book[one])])
        ends = np.interp(zones[own], edges, below)
        found[own] = np.abs(ends[:, 1] - ends[:, 0])
    return found


def _band(
    bands: Mapping[str, OutcomeBand], forecast_usd: FloatArray, held_usd: float, tracked: bool, transferred: bool
) -> FloatArray:
    """Ends of the 80 % band, (n, 2): the widest of those that apply."""
    kinds = [kind for kind, applies in (("untracked", not tracked), ("carried", transferred)) if applies]
    chosen = [bands[kind] for kind in kinds if kind in bands] or [bands["tracked"]]
    ends = np.stack([one.around(forecast_usd, held_usd) for one in chosen])
    return np.stack([ends[..., 0].min(axis=0), ends[..., 1].max(axis=0)], axis=-1)


def _read_levels(levels: ArrayLike) -> FloatArray:
    try:
        prices = np.asarray(levels, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("levels", "must be prices", error) from error
    if prices.ndim != 1 or prices.size > MOST_LEVELS:
        raise InputError("levels", f"must be at most {MOST_LEVELS} prices in one dimension", prices.shape)
    if not np.all(np.isfinite(prices) & (prices > 0)):
        raise InputError("levels", "must be finite and above 0", prices[~(np.isfinite(prices) & (prices > 0))][0])
    return prices


def _read_zones(zones: ArrayLike, price: float) -> FloatArray:
    try:
        pairs = np.asarray(zones, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("zones", "must be pairs of prices", error) from error
    pairs = pairs.reshape(0, 2) if pairs.size == 0 else pairs
    if pairs.ndim != 2 or pairs.shape[1] != 2 or len(pairs) > MOST_LEVELS:
        raise InputError("zones", f"must be at most {MOST_LEVELS} pairs of prices", pairs.shape)
    sound = np.all(np.isfinite(pairs) & (pairs > 0), axis=1) & (pairs[:, 0] < pairs[:, 1])
    if not np.all(sound):
        raise InputError("zones", "must be finite, above 0, and lower < upper", pairs[~sound][0].tolist())
    spans = (pairs[:, 0] < price) & (pairs[:, 1] > price)
    if np.any(spans):
        raise InputError("zones", f"must lie on one side of the price, {price:g}", pairs[spans][0].tolist())
    return pairs
