"""The touch forecast: how much is liquidated if the price reaches a level within a horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liqheat.records.arrays import FloatArray, IndexArray, Record, TimeArray
from liqheat.records.clusters import PositionSide


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TouchForecast(Record):
    """What is expected to be liquidated on the way to levels, and inside zones, if the price gets there in time.

    USD are of the liquidations that the parameters were fitted on (`of_venues`). NaN beyond a log distance of 8 %,
    where no dollars were tested. Longs stand below the price, shorts above it.

    Attributes
    ----------
    horizon : {'4h', '24h', '72h'}
        Time within which the level is reached.
    as_of_ms : int
        What was known: the close of the last bar, UTC epoch milliseconds.
    reference_price : float
        The price then.
    levels : (n,) float64
        Prices.
    side : (n,) int64
        0: longs, the level lies below the price; 1: shorts, above.
    on_the_way_usd : (n,) float64
        From the price to the level: `book_usd` and `distance_usd` together.
    on_the_way_band_80 : (n, 2) float64
        8 of 10 outcomes lay between.
    book_usd, distance_usd : (n,) float64
        The part that stands at prices, which the map draws; and what is usual at that distance wherever the map stands.
    zones : (z, 2) float64
        Lower and upper price.
    inside_usd, inside_book_usd, usual_inside_usd : (z,) float64
        Inside each zone if it is crossed; the map's part of it; and what a usual zone at that distance holds.
    inside_band_80 : (z, 2) float64
        8 of 10 outcomes lay between.
    tracked : bool
        Whether the scale follows realised liquidations of this market; without any it is 1 and the bands are wider.
    transferred : bool
        Whether the parameters were fitted on another coin: the bands are those of carried-over markets.
    in_sample : bool
        Whether the parameters had seen these days: then this is no forecast.
    of_venues : tuple of str
        Whose liquidations the USD are.
    """

    horizon: str
    as_of_ms: int
    reference_price: float
    levels: FloatArray
    side: IndexArray
    on_the_way_usd: FloatArray
    on_the_way_band_80: FloatArray
    book_usd: FloatArray
    distance_usd: FloatArray
    zones: FloatArray
    inside_usd: FloatArray
    inside_book_usd: FloatArray
    inside_band_80: FloatArray
    usual_inside_usd: FloatArray
    tracked: bool
    transferred: bool
    in_sample: bool
    of_venues: tuple[str, ...]

    @property
    def is_tested(self) -> NDArray[np.bool_]:
        """Levels that lie near enough for dollars, (n,) bool."""
        near: NDArray[np.bool_] = np.isfinite(self.on_the_way_usd)
        return near


@dataclass(frozen=True, slots=True)
class ClusterTouch:
    """What is expected of one cluster, if the price gets there within a horizon; USD are of `TouchForecast.of_venues`.

    Attributes
    ----------
    horizon : str
        Time within which it is reached.
    chance : float
        That a price without drift reaches its near edge in time, 0 to 1.
    inside_usd : float, optional
        Liquidated between its edges if it is crossed; None farther than 8 % away, where no dollars were tested.
    inside_band_80 : tuple of float, optional
        8 of 10 outcomes lay between.
    inside_book_usd : float, optional
        The part of `inside_usd` that stands there; the rest is usual at that distance.
    on_the_way_usd : float, optional
        Liquidated from the price to its near edge.
    on_the_way_band_80 : tuple of float, optional
        8 of 10 outcomes lay between.
    usual_inside_usd : float, optional
        What a usual zone of this width at this distance holds.
    tracked : bool
        Whether the scale follows realised liquidations; without, bands are wider.
    transferred : bool
        Whether the parameters are of another coin.
    in_sample : bool
        Whether the parameters had seen these days.
    """

    horizon: str
    chance: float
    inside_usd: float | None
    inside_band_80: tuple[float, float] | None
    inside_book_usd: float | None
    on_the_way_usd: float | None
    on_the_way_band_80: tuple[float, float] | None
    usual_inside_usd: float | None
    tracked: bool
    transferred: bool
    in_sample: bool


@dataclass(frozen=True, slots=True)
class Sweep:
    """A cluster that the price crossed: what was reported inside it, beside what was expected before.

    Attributes
    ----------
    time_ms : int
        Start of the bar that reached its far edge.
    forecast_ms : int
        When the forecast was made: no later bar is in it.
    side : {'long', 'short'}
        Whose positions.
    low_price, high_price : float
        Its edges as they were then.
    reported_usd : float
        Liquidated on ground that was new since `forecast_ms`: dollars of an interval lie evenly on its new ground.
    expected_usd : float
        The forecast.
    band_80 : tuple of float
        8 of 10 outcomes were to lie between.
    in_sample : bool
        Whether the parameters had seen these days.
    """

    time_ms: int
    forecast_ms: int
    side: PositionSide
    low_price: float
    high_price: float
    reported_usd: float
    expected_usd: float
    band_80: tuple[float, float]
    in_sample: bool

    @property
    def outcome(self) -> Literal["inside", "above", "below"]:
        """Where what was reported lies of the band."""
        low, high = self.band_80
        return "below" if self.reported_usd < low else "above" if self.reported_usd > high else "inside"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KeptForecasts(Record):
    """Touch forecasts as they were made: levels at fixed distances on both sides, one row a level and horizon.

    Attributes
    ----------
    time_ms, made_ms : (n,) int64
        What was known (the close of a bar, on the hour), and when the forecast was made, UTC epoch milliseconds.
    horizon : (n,) str
        Time within which the level is reached.
    is_long : (n,) bool
        Whether longs are liquidated: the level lies below the price.
    reference_price, near_price, level_price : (n,) float64
        The price then, the level before this one (the price itself for the first), and the level.
    on_the_way_usd, on_the_way_low_usd, on_the_way_high_usd : (n,) float64
        From the price to the level, with the ends of the 80 % band.
    inside_usd, inside_low_usd, inside_high_usd : (n,) float64
        Between the level before and this one.
    tracked : (n,) bool
        Whether the scale followed realised liquidations.
    model_hash : (n,) str
        Of the parameters.
    """

    time_ms: TimeArray
    made_ms: TimeArray
    horizon: NDArray[np.str_]
    is_long: NDArray[np.bool_]
    reference_price: FloatArray
    near_price: FloatArray
    level_price: FloatArray
    on_the_way_usd: FloatArray
    on_the_way_low_usd: FloatArray
    on_the_way_high_usd: FloatArray
    inside_usd: FloatArray
    inside_low_usd: FloatArray
    inside_high_usd: FloatArray
    tracked: NDArray[np.bool_]
    model_hash: NDArray[np.str_]
