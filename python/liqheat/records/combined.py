"""Several venues' books on one price axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from liqheat.records.arrays import FloatArray, IndexArray, Record
from liqheat.records.book import BookEstimate, DistanceTiers
from liqheat.records.market import MarketHistory

Weights = Literal["open_interest", "equal", "volume"]
"""How venues count beside each other: by their open interest as it is, all alike, or by traded volume."""

ALL_VENUES = "all"
"""Venue name of a sum over venues."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CombinedVenue(Record):
    """One venue's part in a sum. Arrays have one entry for each of the ``n`` bars that all venues share.

    Attributes
    ----------
    estimate : BookEstimate
        The venue's own book: its prices, formula, tiers, volume and open interest.
    first_bar : int
        Its bar that is bar 0 of the sum.
    price_shift : (n,) int64
        State buckets from a price at this venue to the same price at the reference.
    open_interest_usd : (n,) float64
        Open interest at each close, one side, at the mapped price.
    weight : (n,) float64
        Share of the sum that the venue counts for; the weights of all venues add to 1 where any has open interest.
    factor : (n,) float64
        What 1 USD of the venue's book, at its own prices, counts in the sum.
    """

    estimate: BookEstimate
    first_bar: int
    price_shift: IndexArray
    open_interest_usd: FloatArray
    weight: FloatArray
    factor: FloatArray


@dataclass(frozen=True, slots=True, repr=False)
class CombinedEstimate(Record):
    """Books of several venues, to be drawn as one heatmap. Each venue's own estimate stays in `venues`.

    Attributes
    ----------
    market : MarketHistory
        Bars that all venues share: prices of the reference, volume and open interest of all, venue ``all``.
    reference : str
        Venue whose prices they are.
    venues : tuple of CombinedVenue
        In order of venue and symbol, whatever order they came in: sums always run in this order.
    weights : {'open_interest', 'equal', 'volume'}
        How they were weighted.
    tiers : DistanceTiers
        Bands of all venues: every leverage that one of them has, falling, and the nearest distance of any venue.
        Weights and hazards are 0: each venue's book was estimated with its own.
    covered_share : float or None
        Open interest of these venues in that of all venues that are tracked, 0 to 1; None where that is not known.
    covered_of : str
        Of what, for people.
    """

    market: MarketHistory
    reference: str
    venues: tuple[CombinedVenue, ...]
    weights: Weights
    tiers: DistanceTiers
    covered_share: float | None
    covered_of: str

    @property
    def bucket_ratio(self) -> float:
        """Edge ratio of the venues' price buckets, the same for all."""
        return self.venues[0].estimate.bucket_ratio

    @property
    def calibration(self) -> str:
        """Calibration of the venues' books."""
        return " and ".join(sorted({venue.estimate.calibration for venue in self.venues}))

    @property
    def model_version(self) -> str:
        """Model that estimated the venues' books."""
        return self.venues[0].estimate.model_version

    @property
    def n_bars(self) -> int:
        """Number of bars that all venues share."""
        return self.market.n_bars
