"""One way to join a contract's candles, open interest and mark into a history, whatever source they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from liqheat.history.align import align_market
from liqheat.history.gaps import bridge_gaps, complete_mark
from liqheat.history.stretches import Keep, keep_stretch
from liqheat.records import Candles, Contract, MarkCandles, MarketHistory, OpenInterest

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class MendedSeries:
    """A contract's series without holes.

    Attributes
    ----------
    candles : Candles
        Those before the open interest begins included.
    open_interest : OpenInterest
        Of the stretch that was kept.
    mark : MarkCandles or None
        None where none is known.
    bridged : (n,) bool or None
        Candles that no venue reported; None where no hole was bridged.
    notes : tuple of str
        What was done, for people.
    """

    candles: Candles
    open_interest: OpenInterest
    mark: MarkCandles | None
    bridged: NDArray[np.bool_] | None
    notes: tuple[str, ...]


def mend_series(
    candles: Candles,
    open_interest: OpenInterest,
    mark: MarkCandles | None = None,
    *,
    interval_ms: int | None = None,
    keep: Keep = "newest",
) -> MendedSeries:
    """Keep one stretch between holes too long to bridge, bridge the short ones, and complete the mark.

    What is out of order, doubled or off the grid is left as it is: `align_market` refuses it by name.

    Parameters
    ----------
    candles, open_interest, mark
        As they were read.
    interval_ms : int, optional
        Length of a candle; the shortest step by default.
    keep : {'newest', 'longest'}
        Which stretch.
    """
    steps = np.diff(candles.open_time_ms)
    step_ms = int(steps.min(initial=np.iinfo(np.int64).max)) if interval_ms is None else interval_ms
    in_order = steps.size > 0 and steps.min() > 0 and bool(np.all(np.diff(open_interest.time_ms) > 0))
    if not in_order or not open_interest.time_ms.size or np.any(steps % step_ms):
        return MendedSeries(candles, open_interest, mark, None, ())
    candles, open_interest, notes = keep_stretch(candles, open_interest, step_ms, keep)
    candles, bridged, bridges = bridge_gaps(candles, step_ms)
    mark, unknown = complete_mark(mark, candles, step_ms)
    return MendedSeries(candles, open_interest, mark, bridged if bridged.any() else None, (*notes, *bridges, *unknown))


def join_history(
    candles: Candles,
    open_interest: OpenInterest,
    mark: MarkCandles | None,
    contract: Contract,
    *,
    interval_ms: int | None = None,
    origin: str = "files",
    notes: tuple[str, ...] = (),
    holes: Literal["mend", "refuse"] = "mend",
) -> MarketHistory:
    """Join a contract's series into a checked history that begins after the last hole too long to bridge.

    Parameters
    ----------
    candles : Candles
        Trade candles. Holes of up to 6 hours are bridged without volume and marked in ``bridged``.
    open_interest : OpenInterest
        One-sided open interest at instants.
    mark : MarkCandles or None
        Mark price extremes; the trade extremes stand in where there are none.
    contract : Contract
        Names kept in the history, and the unit of volume and open interest.
    origin, notes
        As in `align_market`; what was done to holes is added to the notes.
    interval_ms : int, optional
        Length of a candle; the shortest step by default.
    holes : {'mend', 'refuse'}
        Whether holes are handled as said, or are an error.

    Raises
    ------
    InputError
        When a series breaks a rule; the error names the argument, the rule and the value.
    NoDataError
        When candles and open interest do not overlap.

    Examples
    --------
    >>> times = 1_767_225_600_000 + np.array([0, 1, 2, 4, 5]) * 300_000
    >>> close = np.array([10.0, 11.0, 12.0, 14.0, 13.0])
    >>> candles = Candles(times, close, close, close, close, np.ones(5))
    >>> open_interest = OpenInterest(times + 300_000, np.full(5, 100.0))
    >>> market = join_history(candles, open_interest, None, Contract("bybit", "BTC/USDT:USDT", "linear"))
    >>> market.n_bars, market.bridged.tolist()
    (6, [False, False, False, True, False, False])
    """
    if holes == "refuse":
        mended = MendedSeries(candles, open_interest, mark, None, ())
    else:
        mended = mend_series(candles, open_interest, mark, interval_ms=interval_ms)
    return align_market(
        mended.candles,
        mended.open_interest,
        mended.mark,
        contract=contract,
        origin=origin,
        notes=(*notes, *mended.notes),
        bridged=mended.bridged,
    )
