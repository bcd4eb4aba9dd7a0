"""What makes an estimate of expected forced flow: the fitted parameters, and how far they are borne out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liqheat.records.arrays import FloatArray, Record
from liqheat.units import DAY_MS, HOUR_MS

Horizon = Literal["4h", "24h", "72h"]
"""Time within which a level is reached."""
HORIZONS_MS: dict[str, int] = {"4h": 4 * HOUR_MS, "24h": 24 * HOUR_MS, "72h": 72 * HOUR_MS}
DEFAULT_HORIZON: Horizon = "24h"
MOST_DISTANCE = 0.08
"""Log distance from the price beyond which no dollars were tested."""
DISTANCE_KNOTS = np.array([0.0, 0.005, 0.01, 0.02, 0.04, 0.08])
"""Where the part by distance has a weight of its own; linear between, level beyond."""


def distance_exposure(distance: FloatArray) -> FloatArray:
    """Integral from 0 to a log distance (n,) of what each knot's weight counts there, (n, m): hats, level beyond.

    Examples
    --------
    >>> distance_exposure(np.array([0.08])).round(4).tolist(), float(distance_exposure(np.array([0.03])).sum())
    ([[0.0025, 0.005, 0.0075, 0.015, 0.03, 0.02]], 0.03)
    """
    far = np.asarray(distance, np.float64)[:, None]
    knots = DISTANCE_KNOTS
    width = np.diff(knots)
    inside = np.clip(far, knots[:-1], knots[1:]) - knots[:-1]
    rising = inside**2 / (2.0 * width)
    exposure = np.zeros((far.shape[0], knots.size))
    exposure[:, 1:] += rising
    exposure[:, :-1] += inside - rising
    exposure[:, -1] += np.maximum(far[:, 0] - knots[-1], 0.0)
    return exposure


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OutcomeBand(Record):
    """How far outcomes fell from forecasts, by the forecast's size; between the sizes the ends are interpolated.

    Attributes
    ----------
    size : (g,) float64
        Rising: log of the forecast over open interest times the scale.
    low, high : (g,) float64
        Log of realised over forecast: 10 % of outcomes lay below the first, 10 % above the second.
    """

    size: FloatArray
    low: FloatArray
    high: FloatArray

    def around(self, forecast_usd: FloatArray, held_usd: FloatArray | float) -> FloatArray:
        """Ends of the 80 % band of forecasts (n,), in USD, (n, 2); `held_usd` is open interest times the scale."""
        size = np.log(np.maximum(forecast_usd, 1e-300) / np.maximum(held_usd, 1e-300))
        ends = np.stack([np.interp(size, self.size, end) for end in (self.low, self.high)], axis=-1)
        band: FloatArray = forecast_usd[..., None] * np.exp(ends)
        return band


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TouchLaw(Record):
    """What is liquidated if the price reaches a level within a horizon: a book's part and a part by distance.

    Attributes
    ----------
    book_weights : (2, k) float64
        USD for each USD held on the way, by side and holder class.
    distance_weights : (2, m) float64
        USD for each USD of open interest and unit of log distance, by side at each of `DISTANCE_KNOTS`; linear between.
    ensemble : (e, 2, k) float64
        `book_weights` of refits on resampled days.
    usual_book : (2, c) float64
        Mean of the book's part over open interest in the train window, by side and cell of 10 bp of distance.
    way_bands, inside_bands : mapping of str to OutcomeBand
        Of what is on the way and of what is inside a zone: ``tracked``, ``untracked`` and ``carried`` (another coin).
    """

    book_weights: FloatArray
    distance_weights: FloatArray
    ensemble: FloatArray
    usual_book: FloatArray
    way_bands: Mapping[str, OutcomeBand]
    inside_bands: Mapping[str, OutcomeBand]

    def distance_usd(self, side: int, away: FloatArray, held_usd: float) -> FloatArray:
        """The part by distance on the way to log distances (n,), in USD, (n,); not beyond what was tested."""
        exposure = distance_exposure(np.minimum(away, MOST_DISTANCE))
        usual: FloatArray = exposure @ self.distance_weights[side] * held_usd
        return usual


@dataclass(frozen=True, slots=True)
class FlowModel:
    """Which parameters made an estimate of forced flow.

    Attributes
    ----------
    name, hash, version : str
        Name, SHA-256 and format of the parameters.
    fitted_on : str
        Symbol whose realised liquidations they were fitted on.
    fitted_venue : str
        Venue whose open interest was read.
    sources : tuple of str
        Files or feeds of those liquidations.
    fitted_start_ms, fitted_end_ms : int
        Train window, UTC milliseconds, half-open.
    transferred : bool
        Whether they are used for another coin than they were fitted on.
    of_venues : tuple of str
        Whose liquidations the figures count.
    kept_because : str
        Why no newer ones of this market stand in their place; empty where nobody looked for any, or they are of today.
    """

    name: str
    hash: str
    version: str
    fitted_on: str
    fitted_venue: str
    sources: tuple[str, ...]
    fitted_start_ms: int
    fitted_end_ms: int
    transferred: bool
    of_venues: tuple[str, ...] = ()
    kept_because: str = ""

    def age_days(self, time_ms: int) -> float:
        """Days from the end of the train window to a time; below 0 where the window reaches beyond it."""
        return (time_ms - self.fitted_end_ms) / DAY_MS


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Calibration(Record):
    """How the layers of an estimate were weighted so that their sum is expected forced flow.

    What no map can place (positions opened and liquidated within a bar, remainders of partial liquidations) is not
    drawn; `placed_share` says how much of the expected liquidations the map places.

    Attributes
    ----------
    model : FlowModel
        The parameters.
    horizon : str
        Time within which a level is reached: which of the laws the layers are weighted by.
    laws : mapping of str to TouchLaw
        By horizon; a layer names its term of `TouchLaw.book_weights`.
    open_interest_usd : (n,) float64
        At each bar's close, one side: what the part by distance is in proportion to.
    support : (2, t) float64
        By side and distance tier: how much of the estimate the train window's sweeps back, 0 to 1.
    scale : (n,) float64
        Factor at each bar: realised over expected liquidations up to then; 1 where none were known.
    is_tracked : (n,) bool
        Whether any realised liquidations were known by then.
    placed_usd, expected_usd : (n,) float64
        Expected liquidations of the 30 days up to each bar: what the map places, and all.
    notes : tuple of str
        What a reader must know.
    """

    model: FlowModel
    horizon: str
    laws: Mapping[str, TouchLaw]
    open_interest_usd: FloatArray
    support: FloatArray
    scale: FloatArray
    is_tracked: NDArray[np.bool_]
    placed_usd: FloatArray
    expected_usd: FloatArray
    notes: tuple[str, ...] = ()

    @property
    def law(self) -> TouchLaw:
        """The law of its horizon."""
        return self.laws[self.horizon]

    def placed_share(self, bar: int = -1) -> float | None:
        """Share of the expected liquidations of the 30 days up to a bar that the map places; None without any."""
        total = float(self.expected_usd[bar])
        return float(self.placed_usd[bar]) / total if total > 0.0 else None
