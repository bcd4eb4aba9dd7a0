"""Expected forced flow: books of a fitted law, and what of them is expected to be force-closed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqheat.records.arrays import FloatArray, Record
from liqheat.records.book import BookEstimate, DistanceTiers
from liqheat.records.combined import CombinedEstimate
from liqheat.records.market import MarketHistory
from liqheat.units import DAY_MS


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
    kept_because: str = ""

    def age_days(self, time_ms: int) -> float:
        """Days from the end of the train window to a time; below 0 where the window reaches beyond it."""
        return (time_ms - self.fitted_end_ms) / DAY_MS


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FlowEstimate(Record):
    """Expected forced flow, to be drawn as a map: ``scale * sum over classes of weights[side, class] * held`` in USD.

    What no map can place (positions opened and liquidated within a bar, remainders of partial liquidations) is not
    drawn; `placed_share` says how much of the expected liquidations the map places.

    Attributes
    ----------
    classes : tuple of BookEstimate or CombinedEstimate
        One for each of ``k`` holder classes, of unit weight; the books of each equal open interest on both sides.
    weights : (2, k) float64
        USD expected to be force-closed for each USD held, by side and class.
    ensemble : (e, 2, k) float64
        The same of refits on resampled days: the band of every figure. May be empty.
    support : (2, t) float64
        By side and distance tier: how much of the estimate the train window's sweeps back, 0 to 1.
    scale : (n,) float64
        Factor at each bar: realised over expected liquidations up to then; 1 where none were known.
    is_tracked : (n,) bool
        Whether any realised liquidations were known by then.
    placed_usd, expected_usd : (n,) float64
        Expected liquidations of the 30 days up to each bar: what the map places, and all.
    model : FlowModel
        The parameters.
    notes : tuple of str
        What a reader must know.
    """

    classes: tuple[BookEstimate, ...] | tuple[CombinedEstimate, ...]
    weights: FloatArray
    ensemble: FloatArray
    support: FloatArray
    scale: FloatArray
    is_tracked: NDArray[np.bool_]
    placed_usd: FloatArray
    expected_usd: FloatArray
    model: FlowModel
    notes: tuple[str, ...] = ()

    @property
    def market(self) -> MarketHistory:
        """The history that was read."""
        return self.classes[0].market

    @property
    def tiers(self) -> DistanceTiers:
        """Distance tiers of every class."""
        return self.classes[0].tiers

    @property
    def bucket_ratio(self) -> float:
        """Edge ratio of the state's price buckets."""
        return self.classes[0].bucket_ratio

    @property
    def n_bars(self) -> int:
        """Number of closed bars."""
        return self.classes[0].n_bars

    @property
    def model_version(self) -> str:
        """Model that estimated the books."""
        return self.classes[0].model_version

    @property
    def calibration(self) -> str:
        """``calibrated``, or on which other symbol."""
        return f"transferred from {self.model.fitted_on}" if self.model.transferred else "calibrated"

    def age_days(self) -> float:
        """Age of the parameters at the end of the data, days."""
        return self.model.age_days(self.market.end_ms)

    def placed_share(self, bar: int = -1) -> float | None:
        """Share of the expected liquidations of the 30 days up to a bar that the map places; None without any."""
        total = float(self.expected_usd[bar])
        return float(self.placed_usd[bar]) / total if total > 0.0 else None

    def swept_usd(self) -> FloatArray:
        """Expected forced flow of what each bar swept, (n, 2) float64 USD.

        Raises
        ------
        TypeError
            For a sum of venues, whose books are in its classes' ``venues``.
        """
        total = np.zeros((self.n_bars, 2))
        for index, one in enumerate(self.classes):
            if not isinstance(one, BookEstimate):
                raise TypeError("a sum of venues has no sweeps of its own")
            total += one.swept_usd.sum(axis=2) * self.weights[:, index]
        return total * self.scale[:, None]
