"""The running book of one holder class: closed bars go in, open ones are looked at; it can be kept and gone on from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np

from liqheat import _core
from liqheat.book._numpy import NumpyPositionBook
from liqheat.book._rust import RustPositionBook
from liqheat.errors import InputError, UnknownNameError, check_type
from liqheat.history import MOST_UNITS, PRICE_RANGE
from liqheat.records import BookCheckpoint, ContractKind, DistanceTiers, Estimate, MarketHistory

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from liqheat.records.arrays import FloatArray, IndexArray

BUCKET_RATIO = 1.0005
"""State buckets of 5 basis points."""
KAPPA = 0.35
CHECKPOINT_BARS = 4_096
"""Bars between two checkpoints at least: a replay takes 0.4 ms for so many."""

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


class RunRecord(NamedTuple):
    """What each bar of a history did, long and short: the columns of `BookHistory`; and its checkpoints."""

    swept_usd: FloatArray
    opened: FloatArray
    closed: FloatArray
    inert: FloatArray
    survival: FloatArray
    checkpoints: tuple[BookCheckpoint, ...]


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
        check_tiers(tiers)
        self.tiers = tiers
        self.shifts = bucket_shifts(tiers, bucket_ratio)
        self.bucket_ratio = bucket_ratio
        self._kappa, self._contract_kind, self._backend = float(kappa), contract_kind, backend
        self._expected_range = _read_expected_range(expected_range)
        self._book = self._make_book()

    def _make_book(self) -> RustPositionBook | NumpyPositionBook:
        return _BACKENDS[self._backend](
            self.shifts,
            np.ascontiguousarray(self.tiers.weights, dtype=np.float64),
            np.ascontiguousarray(self.tiers.hazards, dtype=np.float64),
            self._kappa,
            float(self.bucket_ratio),
            self._contract_kind == "inverse",
            *self._expected_range,
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

    def column(self, price_edges: ArrayLike) -> FloatArray:
        """Sum what stands by the price at which it would be liquidated.

        Parameters
        ----------
        price_edges : (b + 1,) array_like of float64
            Increasing edges, above 0.

        Returns
        -------
        (2, k, b) float64
            USD by side, tier and bucket, row 0 long: an estimate, like the book. A bucket of the state counts where
            and as far as it overlaps.

        Raises
        ------
        InputError
            When edges are fewer than 2, not finite, not above 0 or do not increase.
        """
        edges = np.asarray(price_edges, dtype=np.float64)
        if edges.ndim != 1 or edges.size < 2 or not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
            raise InputError("price_edges", "must be at least 2 finite prices that increase", price_edges)
        if edges[0] <= 0:
            raise InputError("price_edges", "must be above 0", float(edges[0]))
        first, cells = self.standing_cells()
        margin = int(self.shifts.max()) + 2
        middle = float(np.exp((first + len(cells) / 2) * np.log(self.bucket_ratio)))
        grid_first, state_edges = _core.price_grid(self.bucket_ratio, middle, middle, margin + len(cells) // 2 + 2)
        usd = np.empty((2, self.tiers.n_tiers, edges.size - 1))
        for side, sign in enumerate((-1, 1)):
            for tier, shift in enumerate(self.shifts[side].tolist()):
                at = first - grid_first + sign * shift
                levels = state_edges[at : at + len(cells) + 1]
                units = cells[:, side, tier]
                values = units if self._contract_kind == "inverse" else units * (levels[:-1] + levels[1:]) * 0.5
                usd[side, tier] = np.diff(np.interp(edges, levels, np.concatenate([[0.0], np.cumsum(values)])))
        return usd

    @classmethod
    def from_estimate(cls, estimate: Estimate, layer: int = 0, *, backend: Backend = "rust") -> PositionBook:
        """Make the running book that goes on where an estimate ends: the next bar to append is the one after its last.

        Parameters
        ----------
        estimate : Estimate
            What `estimate_book` or `combine_venues` returned.
        layer : int
            Which of its books: one for each venue and holder class, without the weights of the sum.
        backend : {'rust', 'numpy'}
            Both give the same bits.

        Raises
        ------
        InputError
            When there is no such layer.

        Examples
        --------
        >>> import liqheat
        >>> estimate = liqheat.estimate_book(liqheat.simulate_market(days=2).history)
        >>> book = PositionBook.from_estimate(estimate)
        >>> book.n_bars == estimate.market.n_bars
        True
        """
        check_type("estimate", estimate, Estimate, "must be an Estimate")
        check_type("layer", layer, int, "must be a whole number")
        if not 0 <= layer < len(estimate.layers):
            raise InputError("layer", f"must be from 0 to {len(estimate.layers) - 1}", layer)
        known = estimate.layers[layer].book
        return cls.of_market(known.market, known.tiers, known.holder.kappa, known.bucket_ratio, backend)[0]

    @classmethod
    def of_market(
        cls, market: MarketHistory, tiers: DistanceTiers, kappa: float, bucket_ratio: float, backend: Backend
    ) -> tuple[PositionBook, RunRecord]:
        """Make the book of a checked history, with a record of what each bar did."""
        lowest = float(min(market.low.min(), market.mark_low.min()))
        highest = float(max(market.high.max(), market.mark_high.max()))
        book = cls(
            tiers,
            kappa,
            contract_kind=market.contract_kind,
            bucket_ratio=bucket_ratio,
            expected_range=(lowest, highest),
            backend=backend,
        )
        n, k = market.n_bars, tiers.n_tiers
        sides = [np.empty((n, 2)) for _ in range(3)]
        written = (np.zeros((n, 2, k)), sides[0], sides[1], sides[2], np.empty((n, 2, k)))
        names = ("low", "high", "mark_low", "mark_high", "volume", "open_interest")
        read = [np.ascontiguousarray(getattr(market, name)) for name in names]
        checkpoints: list[BookCheckpoint] = []
        start = 0
        while start < n:
            first, cells = book._book.recorded_cells()
            if start:
                checkpoints.append(BookCheckpoint(start, first, cells.reshape(-1, 2, k)))
            # No more memory than `survival` takes, which has a row for each bar.
            end = min(start + max(CHECKPOINT_BARS, cells.size // (2 * k)), n)
            book._book.run(*(column[start:end] for column in read), *(column[start:end] for column in written))
            start = end
        return book, RunRecord(*written, tuple(checkpoints))

    def scale_events(self) -> tuple[IndexArray, IndexArray, FloatArray]:
        """Bar, slot (side × tiers + tier) and factor of every scaling of cells so far."""
        return self._book.scale_events()

    def __getstate__(self) -> dict[str, Any]:
        """Everything, so that a book can be pickled and copied."""
        return {**vars(self), "_book": self._book.state()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Go on from what was pickled."""
        learnt = state.pop("_book")
        vars(self).update(state)
        self._book = self._make_book()
        self._book.set_state(learnt)

    @property
    def inert(self) -> tuple[float, float]:
        """Long and short units that are never liquidated."""
        return self._book.inert()

    @property
    def n_bars(self) -> int:
        """Bars taken so far."""
        return self._book.n_bars()


def bucket_shifts(tiers: DistanceTiers, bucket_ratio: float) -> IndexArray:
    """Whole buckets from entry to liquidation, (2, k) int64: the nearest to each distance, at least 1."""
    check_type("bucket_ratio", bucket_ratio, Real, "must be a number")
    if not 1.0 < bucket_ratio <= 2.0:
        raise InputError("bucket_ratio", "must be above 1 and at most 2", bucket_ratio)
    shifts = np.rint(np.asarray(tiers.distances) / math.log(bucket_ratio))
    return np.ascontiguousarray(np.maximum(shifts, 1.0).astype(np.int64))


def _bar_flows(flows: tuple[float, float, float, float, float, float], swept_usd: FloatArray) -> BarFlows:
    return BarFlows(flows[0:2], flows[2:4], flows[4:6], swept_usd.reshape(2, -1))


def _read_expected_range(expected_range: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(price) for price in expected_range)
    except (TypeError, ValueError) as error:
        raise InputError("expected_range", "must be two prices, low and high", error) from error
    return low, high


def check_tiers(tiers: DistanceTiers) -> None:
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
