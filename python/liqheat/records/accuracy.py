"""Labels of realised liquidations, and what is fitted to them and said of a fit."""

from __future__ import annotations

from dataclasses import dataclass

from liqheat.records.arrays import FloatArray, Record, TimeArray

CELL_WIDTH = 0.001
"""Log width of a cell of a profile by distance: 10 basis points."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval.

    Attributes
    ----------
    value, low, high : float
        Point estimate and the ends of the interval, in the unit that the name of the figure says.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LiquidationLabels(Record):
    """Realised liquidations by interval and side: what maps are scored on.

    Attributes
    ----------
    interval_ms : int
        Length of an interval.
    start_ms : (n,) int64
        UTC epoch milliseconds at which each interval starts, increasing, on whole intervals.
    usd : (n, 2) float64
        Notional of positions closed by force, side 0 long; NaN where it is missing.
    sources : tuple of str
        Files or feeds.
    notes : tuple of str
        What a reader must know: repairs, what counts as missing.
    venues : tuple of str
        Whose liquidations they are, where the sources say it.
    """

    interval_ms: int
    start_ms: TimeArray
    usd: FloatArray
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MapRun(Record):
    """What one map says of every bar of a market, before it sees the bar's own inflow.

    Attributes
    ----------
    name : str
        Which map.
    swept_usd : (n, 2, k) float64
        USD that the bar's path takes out of the map as it stood before the bar, side 0 long, one column for each part
        of the map that may have a scale of its own; NaN where the map says nothing of the bar.
    columns : tuple of str
        Names of the ``k`` parts.
    notes : tuple of str
        What a reader must know.
    """

    name: str
    swept_usd: FloatArray
    columns: tuple[str, ...] = ("map",)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MapProfiles(Record):
    """Maps by distance from the price, one at the close of each interval.

    Attributes
    ----------
    name : str
        Which map.
    time_ms : (s,) int64
        UTC epoch milliseconds of each close; the map knows nothing later.
    close : (s,) float64
        Price at that time.
    usd : (s, 2, m) float64
        USD by side and cell: cell ``i`` covers log distances ``[i, i + 1) * cell_width`` below the price for side 0
        (longs), above it for side 1 (shorts).
    cell_width : float
        Log width of a cell.
    fitted_ms : (int, int) or None
        Window that the map's parameters were fitted on, UTC epoch milliseconds: inside it the map is no forecast.
    """

    name: str
    time_ms: TimeArray
    close: FloatArray
    usd: FloatArray
    cell_width: float = CELL_WIDTH
    fitted_ms: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class SmoothDistances:
    """Distances from entry to liquidation that are spaced evenly in log, the same for every venue and side.

    Attributes
    ----------
    n_tiers : int
        Log-spaced distances on each side.
    nearest, farthest : float
        First and last log distance from entry to liquidation.
    weight_exponent : float
        The weight of a distance is in proportion to ``distance ** weight_exponent``.
    hazard_exponent, hazard_maximum : float
        Closing speed of a distance: ``min((distance / 10 %) ** -hazard_exponent, hazard_maximum)``.
    inert_share : float
        Share of opens that is never liquidated.
    """

    n_tiers: int
    nearest: float
    farthest: float
    weight_exponent: float
    hazard_exponent: float
    hazard_maximum: float
    inert_share: float


@dataclass(frozen=True, slots=True)
class FlowForm:
    """The fixed law of the flow map: where inflow is liquidated, and how fast positions are renewed.

    Attributes
    ----------
    name : str
        For people and files.
    distances : str or SmoothDistances
        Name of a leverage mix, whose distances follow from each venue's own formula; or distances by themselves.
    kappas : tuple of float
        Renewal of each holder class: share of traded volume that opens positions.
    """

    name: str
    distances: str | SmoothDistances
    kappas: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MixtureWeights(Record):
    """A fitted mixture: expected USD = map columns · `map_weights` + background columns · `background_weights` + floor.

    Attributes
    ----------
    map_weights : (2, k) float64
        By side and map column; at least 0.
    background_weights : (2, m) float64
        By side and background column; at least 0.
    floor_usd : (2,) float64
        USD an hour that are expected whatever happens, so that no forecast is zero.
    """

    map_weights: FloatArray
    background_weights: FloatArray
    floor_usd: FloatArray
