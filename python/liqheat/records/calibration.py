"""What makes an estimate of expected forced flow: the fitted parameters, and how far they are borne out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqheat.records.arrays import FloatArray, Record
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
class Calibration(Record):
    """How the layers of an estimate were weighted so that their sum is expected forced flow.

    What no map can place (positions opened and liquidated within a bar, remainders of partial liquidations) is not
    drawn; `placed_share` says how much of the expected liquidations the map places.

    Attributes
    ----------
    model : FlowModel
        The parameters.
    weights : (2, k) float64
        USD expected to be force-closed for each USD held, by side and term of the law; a layer names its term.
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
    notes : tuple of str
        What a reader must know.
    """

    model: FlowModel
    weights: FloatArray
    ensemble: FloatArray
    support: FloatArray
    scale: FloatArray
    is_tracked: NDArray[np.bool_]
    placed_usd: FloatArray
    expected_usd: FloatArray
    notes: tuple[str, ...] = ()

    def placed_share(self, bar: int = -1) -> float | None:
        """Share of the expected liquidations of the 30 days up to a bar that the map places; None without any."""
        total = float(self.expected_usd[bar])
        return float(self.placed_usd[bar]) / total if total > 0.0 else None
