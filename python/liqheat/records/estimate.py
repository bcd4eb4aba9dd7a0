"""The estimate that everything is drawn from: a weighted sum of books."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Self

import numpy as np

from liqheat.errors import InputError
from liqheat.records.arrays import FloatArray, IndexArray, Record, read_only
from liqheat.records.book import BookHistory, DistanceTiers
from liqheat.records.calibration import Calibration
from liqheat.records.market import MarketHistory

Quantity = Literal["held", "flow"]
"""What a figure counts: notional that is open there, or what of it is expected to be force-closed. Never both."""

Weights = Literal["open_interest", "equal", "volume"]
"""How venues count beside each other: by their open interest as it is, all alike, or by traded volume."""

ALL_VENUES = "all"
"""Venue name of a sum over venues."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Layer(Record):
    """One venue's book of one holder class, and how it counts in an estimate of ``n`` bars.

    Attributes
    ----------
    book : BookHistory
        The book, at the venue's own prices.
    side_weights : tuple of float
        What 1 USD of longs and of shorts counts at a factor of 1.
    factor : (n,) float64
        What the weights are multiplied by, bar by bar.
    price_shift : (n,) int64
        State buckets from a price at this venue to the same price at the reference.
    first_bar : int
        Its bar that is bar 0 of the estimate.
    term : int
        Which term of the law the weights are of; of an estimate without calibration, the number of the class.
    """

    book: BookHistory
    side_weights: tuple[float, float]
    factor: FloatArray
    price_shift: IndexArray
    first_bar: int = 0
    term: int = 0

    @property
    def market(self) -> MarketHistory:
        """The venue's history."""
        return self.book.market

    def factors(self, bars: IndexArray | slice = slice(None)) -> FloatArray:
        """What 1 USD of the book counts, (n, 2) float64 by bar and side; of some bars alone, if they are given."""
        counted: FloatArray = self.factor[bars, None] * np.array(self.side_weights)
        return counted


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class VenueShare(Record):
    """What one venue counts for in a sum of several. Arrays have one entry for each of its ``n`` bars.

    Attributes
    ----------
    market : MarketHistory
        The venue's own history.
    leverages : tuple of float
        Leverages that its book distinguishes, rising.
    open_interest_usd : (n,) float64
        Open interest at each close, one side, at the mapped price.
    weight : (n,) float64
        Share of the sum; the weights of all venues add to 1 where any has open interest.
    factor : (n,) float64
        What 1 USD of the venue's book, at its own prices, counts in the sum.
    """

    market: MarketHistory
    leverages: tuple[float, ...]
    open_interest_usd: FloatArray
    weight: FloatArray
    factor: FloatArray


@dataclass(frozen=True, slots=True, repr=False)
class Combination(Record):
    """How several venues were put side by side.

    Attributes
    ----------
    reference : str
        Venue whose prices are shown.
    weights : {'open_interest', 'equal', 'volume'}
        How the venues were weighted.
    venues : tuple of VenueShare
        In order of venue and symbol, whatever order they came in: sums always run in this order.
    covered_share : float or None
        Open interest of these venues in that of all venues that are tracked, 0 to 1; None where that is not known.
    covered_of : str
        Of what, for people.
    """

    reference: str
    weights: Weights
    venues: tuple[VenueShare, ...]
    covered_share: float | None
    covered_of: str


@dataclass(frozen=True, eq=False, repr=False)
class Estimate(Record):
    """Where positions would be liquidated over a whole history: a sum of books, each times its factor.

    Held notional of one venue is one layer; several venues are more layers; expected forced flow is the books of a
    fitted law, with the fitted weights and the trailing scale in their factors. What is drawn loops over the layers in
    their order and does not ask what kind of estimate it is.

    Attributes
    ----------
    quantity : {'held', 'flow'}
        What the USD count.
    market : MarketHistory
        The reference: ``n`` bars whose prices and open interest are shown.
    layers : tuple of Layer
        At least one, all of one `bucket_ratio`.
    tiers : DistanceTiers
        Bands of all layers, falling: a layer's own where they are alike, else as `combine_venues` joined them.
    calibration : Calibration, optional
        Of expected forced flow: parameters, band, support, tracking.
    combination : Combination, optional
        Of several venues: who counts how much.

    Raises
    ------
    InputError
        When there is no layer, the state's buckets differ, or a factor does not cover the bars.
    """

    quantity: Quantity
    market: MarketHistory
    layers: tuple[Layer, ...]
    tiers: DistanceTiers
    calibration: Calibration | None = None
    combination: Combination | None = None

    def __post_init__(self) -> None:
        """Check that the layers fit together."""
        if not self.layers:
            raise InputError("layers", "must hold at least one layer", 0)
        ratios = sorted({layer.book.bucket_ratio for layer in self.layers})
        if len(ratios) > 1:
            raise InputError("bucket_ratio", "must be the same in all layers", ratios)
        n_bars = self.market.n_bars
        for layer in self.layers:
            if layer.factor.shape != (n_bars,) or layer.price_shift.shape != (n_bars,):
                found = f"{layer.factor.shape}, {layer.price_shift.shape}"
                raise InputError("factor, price_shift", f"must have a value for each of {n_bars} bars", found)
            if not 0 <= layer.first_bar <= layer.market.n_bars - n_bars:
                raise InputError("first_bar", f"must leave {n_bars} bars of {layer.market.venue}", layer.first_bar)

    @property
    def n_bars(self) -> int:
        """Number of closed bars."""
        return self.market.n_bars

    @property
    def bucket_ratio(self) -> float:
        """Edge ratio of the state's price buckets."""
        return self.layers[0].book.bucket_ratio

    @property
    def model_version(self) -> str:
        """Model that estimated the books."""
        return self.layers[0].book.model_version

    @cached_property
    def swept_usd(self) -> FloatArray:
        """USD swept by each bar, (n, 2, k) float64: side 0 long, tiers as in `tiers`; estimated, of `quantity`.

        Computed before the bar's inflow, at the bucket's price.
        """
        leverages = self.tiers.leverages.tolist()
        total = np.zeros((self.n_bars, 2, len(leverages)))
        for layer in self.layers:
            places = [leverages.index(leverage) for leverage in layer.book.tiers.leverages.tolist()]
            own = layer.book.swept_usd[layer.first_bar : layer.first_bar + self.n_bars]
            total[:, :, places] += own * layer.factors()[:, :, None]
        return read_only(total)

    @property
    def status(self) -> str:
        """``uncalibrated``, ``calibrated``, or from which other symbol the parameters were transferred."""
        if self.calibration is None:
            return "uncalibrated"
        model = self.calibration.model
        return f"transferred from {model.fitted_on}" if model.transferred else "calibrated"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know: of the data, and of the calibration."""
        return (*self.market.notes, *(() if self.calibration is None else self.calibration.notes))

    @property
    def venues(self) -> tuple[str, ...]:
        """Ids of the venues whose books are in it, in their order."""
        return tuple(dict.fromkeys(layer.market.venue for layer in self.layers))

    def of_venue(self, venue: str) -> Self:
        """The same estimate with the layers of one venue alone, at the reference's prices and with its bands."""
        return replace(self, layers=tuple(layer for layer in self.layers if layer.market.venue == venue))
