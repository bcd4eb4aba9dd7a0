"""Streams that publish one liquidation a second: which one they keep, and how much of the total that is.

Some venues push at most one order a second. What share of the notional that is cannot be seen at such a venue; it is
estimated by thinning a complete stream of another venue in the same way. Totals are then divided by it. Only products
of this share with a map's weights are identified, so it scales labels and never a claim about traders.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import InputError, NoDataError
from liqheat.flow.bootstrap import bootstrap_ratio, days_of
from liqheat.records import Interval
from liqheat.records.arrays import FloatArray, TimeArray

SECOND_MS = 1000
FEWEST_EVENTS = 200


def thin_events(time_ms: TimeArray, usd: FloatArray, keep: Literal["largest", "last"]) -> NDArray[np.bool_]:
    """Which events a stream of one order a second would publish, (n,) bool.

    Examples
    --------
    >>> thin_events(np.array([0, 400, 900, 2000]), np.array([1.0, 5.0, 2.0, 3.0]), "largest").tolist()
    [False, True, False, True]
    """
    if keep not in ("largest", "last"):
        raise InputError("keep", "must be largest or last", keep)
    second = np.asarray(time_ms) // SECOND_MS
    rank = usd if keep == "largest" else np.arange(second.size, dtype=np.float64)
    order = np.lexsort((rank, second))
    is_kept = np.append(np.diff(second[order]) != 0, np.ones(min(1, order.size), np.bool_))
    kept = np.zeros(second.size, np.bool_)
    kept[order[is_kept]] = True
    return kept


def estimate_capture(
    time_ms: TimeArray, is_long: NDArray[np.bool_], usd: FloatArray, keep: Literal["largest", "last"]
) -> Interval:
    """Share of notional that a thinned stream would publish of a complete one, with its interval over days.

    Both sides share a second's place, as they do in the streams.

    Raises
    ------
    NoDataError
        When the stream holds fewer than 200 events.
    """
    if time_ms.size < FEWEST_EVENTS or is_long.size != time_ms.size:
        raise NoDataError("events", f"must be at least {FEWEST_EVENTS}, with a side each", time_ms.size)
    kept = thin_events(time_ms, usd, keep)
    return bootstrap_ratio(np.where(kept, usd, 0.0), usd, days_of(time_ms))
