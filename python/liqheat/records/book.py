"""What the position book is made from, and what it recorded."""

from __future__ import annotations

from dataclasses import dataclass

from liqheat.records.arrays import FloatArray, IndexArray, Record
from liqheat.records.market import MarketHistory


@dataclass(frozen=True, slots=True)
class LeverageMix:
    """Which leverages new positions choose.

    Attributes
    ----------
    name : str
        ``classic``, ``uniform`` or the name in the file.
    leverages : tuple of float
        Leverages, each above 0.
    shares : tuple of float
        Share of levered opens at each leverage; they add to 1.
    source : str
        Where the numbers come from.
    """

    name: str
    leverages: tuple[float, ...]
    shares: tuple[float, ...]
    source: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DistanceTiers(Record):
    """How far from entry positions are liquidated. Tiers run from the nearest to the farthest.

    Side 0 is long, side 1 is short, in every array of this package that has a side axis.

    Attributes
    ----------
    leverages : (k,) float64
        Label of each tier: the leverage that it stands for, falling.
    distances : (2, k) float64
        Log distance ``|ln(liquidation price / entry price)|``, rising along each side.
    weights : (2, k) float64
        Share of a side's opens that enters the tier; what is missing to 1 is inert (never liquidated).
    hazards : (2, k) float64
        Closing speed relative to the inert stock, not rising with distance.
    """

    leverages: FloatArray
    distances: FloatArray
    weights: FloatArray
    hazards: FloatArray

    @property
    def n_tiers(self) -> int:
        """Tiers on each side."""
        return int(self.leverages.size)


@dataclass(frozen=True, slots=True)
class HolderClass:
    """Positions of one renewal speed. Each class is a book of its own that equals open interest on both sides.

    Attributes
    ----------
    name : str
        For people: ``all``, ``fast``, ``slow``.
    kappa : float
        Share of traded volume that opens positions (and closes as many).
    weight : float
        Share of this class in every quantity that is drawn; the weights of all classes add to 1.
    """

    name: str
    kappa: float
    weight: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BookCheckpoint(Record):
    """The cells of a book as they were before one of its bars: where a replay can begin.

    Attributes
    ----------
    bar : int
        The bar.
    first_entry : int
        Global entry bucket of the first row of `cells`.
    cells : (rows, 2, k) float64
        Recorded units by entry bucket, side and tier; times `BookHistory.survival` of the bar before, they stand.
    """

    bar: int
    first_entry: int
    cells: FloatArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BookHistory(Record):
    """What one venue's book of one holder class did, bar by bar. Units are the contract's own (coins or USD).

    With these, the book can be rebuilt as it stood after any bar.

    Attributes
    ----------
    market : MarketHistory
        The history that was read; ``n`` bars.
    tiers : DistanceTiers
        The ``k`` distance tiers, nearest first.
    shifts : (2, k) int64
        Whole state buckets between entry and liquidation.
    bucket_ratio : float
        Ratio of neighbouring edges of the state (1.0005 is 5 bp).
    holder : HolderClass
        The class.
    opened, closed : (n, 2) float64
        Gross opens, and gross closes without sweeps.
    inert : (n, 2) float64
        Units never liquidated, after each bar.
    survival : (n, 2, k) float64
        After each bar, the factor between a cell's recorded units and those that still stand.
    swept_usd : (n, 2, k) float64
        USD taken out by the mark path of each bar, before that bar's inflow, valued at the bucket's price.
    scale_bars, scale_slots : (m,) int64
        Bar and slot (``side * k + tier``) of each scaling of recorded cells; see `scale_factors`.
    scale_factors : (m,) float64
        Factor applied to all cells of the slot before the bar's opens (0 where a tier was closed out).
    model_version : str
        Changes whenever the same input gives other numbers.
    checkpoints : tuple of BookCheckpoint
        In time order. What is drawn begins at the last one before it, so it costs what it shows and not the history.
    """

    market: MarketHistory
    tiers: DistanceTiers
    shifts: IndexArray
    bucket_ratio: float
    holder: HolderClass
    opened: FloatArray
    closed: FloatArray
    inert: FloatArray
    survival: FloatArray
    swept_usd: FloatArray
    scale_bars: IndexArray
    scale_slots: IndexArray
    scale_factors: FloatArray
    model_version: str
    checkpoints: tuple[BookCheckpoint, ...] = ()
