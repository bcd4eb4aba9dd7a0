"""Front door of the position book: a whole history, one closed bar at a time, or a look at an open bar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from liqheat.book._numpy import NumpyPositionBook
from liqheat.book._rust import RustPositionBook
from liqheat.errors import InputError, UnknownNameError, check_type
from liqheat.history import MOST_UNITS, PRICE_RANGE, check_market
from liqheat.records import BookHistory, ContractKind, DistanceTiers, Estimate, HolderClass, Layer, MarketHistory

if TYPE_CHECKING:
    from liqheat.records.arrays import FloatArray, IndexArray

MODEL_VERSION = "1"
BUCKET_RATIO = 1.0005
"""State buckets of 5 basis points."""
KAPPA = 0.35
DEFAULT_HOLDERS = (HolderClass("all", KAPPA, 1.0),)

Backend = Literal["rust", "numpy"]
_BACKENDS: dict[str, type[RustPositionBook] | type[NumpyPositionBook]] = {
    "rust": RustPositionBook,
    "numpy": NumpyPositionBook,
}


@dataclass(frozen=True, slots=True, eq=False)
class BarFlows:
    """What one bar did, in the contract's own unit; each pair is (long, short).

    Attributes
    ----------
    swept : tuple of float
        Taken out by the mark path, before the bar's inflow.
    opened, closed : tuple of float
        Gross opens, and gross closes without sweeps.
    swept_usd : (2, k) float64
        Sweeps by side and tier in USD at the bucket's price.
    """

    swept: tuple[float, float]
    opened: tuple[float, float]
    closed: tuple[float, float]
    swept_usd: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class BookPreview:
    """The book as if an open bar had closed.

    Attributes
    ----------
    flows : BarFlows
        What the bar would do.
    first_entry : int
        Global bucket of the first row of `cells`: its lower edge is ``bucket_ratio ** first_entry``.
    cells : (rows, 2, k) float64
        Standing units by entry bucket, side and tier; a position is liquidated `shifts` buckets below its entry
        (long) or above it (short).
    """

    flows: BarFlows
    first_entry: int
    cells: FloatArray


class PositionBook:
    """A running book of one holder class: feed it closed bars, look at open ones.

    Parameters
    ----------
    tiers : DistanceTiers
        Distances, weights and hazards.
    kappa : float, default 0.35
        Share of traded volume that opens positions.
    contract_kind : {'linear', 'inverse'}
        Unit: coins or USD.
    bucket_ratio : float, default 1.0005
        Width of the state's buckets.
    expected_range : tuple of float
        Prices to prepare for; the book grows by itself when they are left.
    backend : {'rust', 'numpy'}
        Both give the same bits.

    Examples
    --------
    >>> from liqheat.book.leverage import log_spaced_tiers
    >>> book = PositionBook(log_spaced_tiers(8), expected_range=(90.0, 110.0))
    >>> book.append(low=99, high=101, mark_low=99, mark_high=101, volume=50, open_interest=1000).opened
    (0.0, 0.0)
    >>> flows = book.append(low=99, high=101, mark_low=99, mark_high=101, volume=50, open_interest=1010)
    >>> [round(opened, 6) for opened in flows.opened]
    [27.5, 27.5]
    """

    def __init__(
        self,
        tiers: DistanceTiers,
        kappa: float = KAPPA,
        *,
        contract_kind: ContractKind = "linear",
        bucket_ratio: float = BUCKET_RATIO,
        expected_range: tuple[float, float],
        backend: Backend = "rust",
    ) -> None:
        if not isinstance(backend, str) or backend not in _BACKENDS:
            raise UnknownNameError("backend", f"must be one of {', '.join(_BACKENDS)}", backend)
        if not isinstance(contract_kind, str) or contract_kind not in get_args(ContractKind):
            raise UnknownNameError("contract_kind", "must be linear or inverse", contract_kind)
        check_type("kappa", kappa, Real, "must be finite and at least 0")
        if not (math.isfinite(kappa) and kappa >= 0):
            raise InputError("kappa", "must be finite and at least 0", kappa)
        _check_tiers(tiers)
        lowest, highest = _read_expected_range(expected_range)
        self.tiers = tiers
        self.shifts = bucket_shifts(tiers, bucket_ratio)
        self.bucket_ratio = bucket_ratio
        self._book: RustPositionBook | NumpyPositionBook = _BACKENDS[backend](
            self.shifts,
            np.ascontiguousarray(tiers.weights, dtype=np.float64),
            np.ascontiguousarray(tiers.hazards, dtype=np.float64),
            float(kappa),
            float(bucket_ratio),
            contract_kind == "inverse",
            lowest,
            highest,
        )

    def append(
        self, *, low: float, high: float, mark_low: float, mark_high: float, volume: float, open_interest: float
    ) -> BarFlows:
        """Take one closed bar. The first one only sets the stock.

        Raises
        ------
        InputError
            When a price is not positive and finite, ``high < low``, or a quantity is negative; the book is unchanged.
        """
        _check_bar(low, high, mark_low, mark_high, volume, open_interest)
        flows = self._book.append(low, high, mark_low, mark_high, volume, open_interest)
        return _bar_flows(flows, self._book.swept_usd())

    def preview(
        self, *, low: float, high: float, mark_low: float, mark_high: float, volume: float, open_interest: float
    ) -> BookPreview:
        """Show the book as if an open bar closed like this, without committing it; errors as `append`."""
        _check_bar(low, high, mark_low, mark_high, volume, open_interest)
        flows, swept_usd, (first, cells) = self._book.preview(low, high, mark_low, mark_high, volume, open_interest)
        return BookPreview(_bar_flows(flows, swept_usd), first, cells.reshape(-1, 2, self.tiers.n_tiers))

    def standing_cells(self) -> tuple[int, FloatArray]:
        """Global bucket of the first row, and standing units (rows, 2, k) by entry bucket, side and tier."""
        first, cells = self._book.standing_cells()
        return first, cells.reshape(-1, 2, self.tiers.n_tiers)

    @property
    def inert(self) -> tuple[float, float]:
        """Long and short units that are never liquidated."""
        return self._book.inert()

    @property
    def n_bars(self) -> int:
        """Bars taken so far."""
        return self._book.n_bars()


def estimate_class(
    market: MarketHistory, tiers: DistanceTiers, holder: HolderClass, bucket_ratio: float, backend: Backend
) -> BookHistory:
    """Run the book of one holder class over a checked history; see `BookHistory` for what is kept."""
    n, k = market.n_bars, tiers.n_tiers
    lowest = float(min(market.low.min(), market.mark_low.min()))
    highest = float(max(market.high.max(), market.mark_high.max()))
    front = PositionBook(
        tiers,
        holder.kappa,
        contract_kind=market.contract_kind,
        bucket_ratio=bucket_ratio,
        expected_range=(lowest, highest),
        backend=backend,
    )
    swept_usd = np.zeros((n, 2, k))
    opened, closed, inert = np.empty((n, 2)), np.empty((n, 2)), np.empty((n, 2))
    survival = np.empty((n, 2, k))
    front._book.run(
        np.ascontiguousarray(market.low),
        np.ascontiguousarray(market.high),
        np.ascontiguousarray(market.mark_low),
        np.ascontiguousarray(market.mark_high),
        np.ascontiguousarray(market.volume),
        np.ascontiguousarray(market.open_interest),
        swept_usd,
        opened,
        closed,
        inert,
        survival,
    )
    bars, slots, factors = front._book.scale_events()
    return BookHistory(
        market=market,
        tiers=tiers,
        shifts=front.shifts,
        bucket_ratio=bucket_ratio,
        holder=holder,
        opened=opened,
        closed=closed,
        inert=inert,
        survival=survival,
        swept_usd=swept_usd,
        scale_bars=bars,
        scale_slots=slots,
        scale_factors=factors,
        model_version=MODEL_VERSION,
    )


def run_book(
    market: MarketHistory,
    tiers: DistanceTiers,
    *,
    holder_classes: tuple[HolderClass, ...] = DEFAULT_HOLDERS,
    bucket_ratio: float = BUCKET_RATIO,
    backend: Backend = "rust",
) -> Estimate:
    """Estimate the position book over a history: one book for each holder class, side by side.

    Raises
    ------
    InputError
        When the history breaks a rule, or the weights of the classes do not add to 1.
    """
    market = check_market(market)
    _check_tiers(tiers)
    _check_holders(holder_classes)
    whole, shift = np.ones(market.n_bars), np.zeros(market.n_bars, np.int64)
    layers = tuple(
        Layer(
            book=estimate_class(market, tiers, holder, bucket_ratio, backend),
            side_weights=(float(holder.weight), float(holder.weight)),
            factor=whole,
            price_shift=shift,
            term=number,
        )
        for number, holder in enumerate(holder_classes)
    )
    return Estimate("held", market, layers, tiers)


def bucket_shifts(tiers: DistanceTiers, bucket_ratio: float) -> IndexArray:
    """Whole buckets from entry to liquidation, (2, k) int64: the nearest to each distance, at least 1."""
    check_type("bucket_ratio", bucket_ratio, Real, "must be a number")
    if not 1.0 < bucket_ratio <= 2.0:
        raise InputError("bucket_ratio", "must be above 1 and at most 2", bucket_ratio)
    shifts = np.rint(np.asarray(tiers.distances) / math.log(bucket_ratio))
    return np.ascontiguousarray(np.maximum(shifts, 1.0).astype(np.int64))


def _bar_flows(flows: tuple[float, float, float, float, float, float], swept_usd: FloatArray) -> BarFlows:
    return BarFlows(flows[0:2], flows[2:4], flows[4:6], swept_usd.reshape(2, -1))


def _check_holders(holders: tuple[HolderClass, ...]) -> None:
    if not isinstance(holders, Sequence) or not all(isinstance(holder, HolderClass) for holder in holders):
        raise InputError("holder_classes", "must be a sequence of HolderClass", holders)
    weights = [holder.weight for holder in holders]
    if not all(math.isfinite(weight) and weight >= 0 for weight in weights) or abs(sum(weights) - 1.0) > 1e-9:
        raise InputError("holder_classes", "weights must be at least 0 and add to 1", weights)


def _read_expected_range(expected_range: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(price) for price in expected_range)
    except (TypeError, ValueError) as error:
        raise InputError("expected_range", "must be two prices, low and high", error) from error
    return low, high


def _check_tiers(tiers: DistanceTiers) -> None:
    """The rules of the core's tiers, for both backends."""
    check_type("tiers", tiers, DistanceTiers, "must be DistanceTiers")
    shape = (2, tiers.n_tiers)
    for name in ("distances", "weights", "hazards"):
        values = np.asarray(getattr(tiers, name))
        if values.shape != shape or not np.all(np.isfinite(values)) or np.any(values < 0):
            raise InputError(f"tiers.{name}", f"must have shape {shape}, finite and at least 0", values.tolist())
    if np.any(np.asarray(tiers.weights).sum(axis=1) > 1.0 + 1e-12):
        raise InputError("tiers.weights", "must add to at most 1 on each side", np.asarray(tiers.weights).tolist())
    hazards = np.asarray(tiers.hazards)
    if np.any(np.diff(hazards, axis=1) > 0) or np.any(hazards <= 0):
        raise InputError("tiers.hazards", "must be above 0 and not rise with distance", hazards.tolist())


def _check_bar(low: float, high: float, mark_low: float, mark_high: float, volume: float, open_interest: float) -> None:
    lowest, highest = PRICE_RANGE
    try:
        if not (lowest <= low <= high <= highest):
            raise InputError("low, high", f"must be from {lowest:g} to {highest:g}, low <= high", f"{low}, {high}")
        if not (lowest <= mark_low <= mark_high <= highest):
            rule = f"must be from {lowest:g} to {highest:g}, low <= high"
            raise InputError("mark_low, mark_high", rule, f"{mark_low}, {mark_high}")
        if not (0.0 <= volume <= MOST_UNITS):
            raise InputError("volume", f"must be from 0 to {MOST_UNITS:g}", volume)
        if not (0.0 <= open_interest <= MOST_UNITS):
            raise InputError("open_interest", f"must be from 0 to {MOST_UNITS:g}", open_interest)
    except TypeError as error:
        raise InputError("bar", "must hold numbers", error) from error
