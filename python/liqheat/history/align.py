"""Checks that both backends share, and the joining of candles, mark and open interest into one history.

Nothing is repaired: a row out of order, a duplicate, a gap, a NaN or a negative quantity is an error that names the
argument, the rule and the first offender.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from liqheat.errors import InputError, NoDataError, check_type
from liqheat.records import Candles, Contract, MarkCandles, MarketHistory, OpenInterest
from liqheat.units import HOUR_MS, MINUTE_MS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.records.arrays import FloatArray, TimeArray

LONGEST_OPEN_INTEREST_GAP_MS = 6 * HOUR_MS
"""Open interest is interpolated between stamps, never across a hole longer than this (or three usual steps)."""
PRICE_RANGE = (1e-12, 1e12)
"""Prices outside are mistakes; inside, no grid is absurd and no cell leaves single precision."""
MOST_UNITS = 1e18


def align_market(
    candles: Candles,
    open_interest: OpenInterest,
    mark: MarkCandles | None = None,
    *,
    contract: Contract,
    origin: str = "files",
    notes: tuple[str, ...] = (),
    bridged: NDArray[np.bool_] | None = None,
) -> MarketHistory:
    """Join candles, open interest and mark into a checked history on the candles' grid.

    Bars without open interest at either end are dropped. Between stamps open interest follows cumulative traded
    volume; stamps that fall on bar closes are taken as they are.

    Parameters
    ----------
    candles : Candles
        Trade candles, without gaps.
    open_interest : OpenInterest
        One-sided open interest at instants.
    mark : MarkCandles, optional
        Mark price extremes at the candles' interval or finer; without it the trade extremes stand in.
    contract : Contract
        Venue, symbol, and the unit of volume and open interest: coins or USD.
    origin : str
        ``files``, ``venue`` or ``simulated``.
    notes : tuple of str
        Remarks to keep; what this function had to assume is added.
    bridged : (n,) bool, optional
        Candles that are bridges over a hole, from `bridge_gaps`.

    Raises
    ------
    InputError
        When a rule is broken; the error names the argument, the rule and the value.
    NoDataError
        When candles and open interest do not overlap.
    """
    times = check_times("candles.open_time_ms", candles.open_time_ms)
    interval_ms = _regular_step("candles.open_time_ms", times)
    prices = {name: check_prices(f"candles.{name}", getattr(candles, name), times.size) for name in _PRICE_NAMES}
    _check_candle_shape(prices)
    volume = check_quantities("candles.volume", candles.volume, times.size)
    close_times = times + interval_ms
    stamps = check_times("open_interest.time_ms", open_interest.time_ms)
    quantity = check_quantities("open_interest.quantity", open_interest.quantity, stamps.size)
    _check_open_interest_gaps(stamps)
    inside = np.flatnonzero((close_times >= stamps[0]) & (close_times <= stamps[-1]))
    if inside.size < 2:
        raise NoDataError(
            "open_interest",
            f"must overlap the candles {_span(times)} by at least 2 bars",
            f"stamps {_span(stamps)}",
        )
    kept = slice(int(inside[0]), int(inside[-1]) + 1)
    aligned = _interpolate_on_volume(close_times, volume, stamps, quantity)[kept]
    if np.isin(close_times[kept], stamps).mean() < 1.0:
        notes = (*notes, "open interest between its stamps follows traded volume")
    trimmed = times.size - (kept.stop - kept.start)
    if trimmed:
        notes = (*notes, f"{trimmed} bars at the ends have no open interest and are left out")
    zeros = int(np.count_nonzero(aligned == 0.0))
    if zeros:
        notes = (*notes, f"open interest is 0 in {zeros} bars: every position closes there")
    mark_low, mark_high, mark_note = _mark_extremes(mark, times, interval_ms, prices)
    return MarketHistory(
        venue=contract.venue,
        symbol=contract.symbol,
        contract_kind=contract.contract_kind,
        interval_ms=interval_ms,
        open_time_ms=times[kept],
        open=prices["open"][kept],
        high=prices["high"][kept],
        low=prices["low"][kept],
        close=prices["close"][kept],
        volume=volume[kept],
        open_interest=aligned,
        mark_low=mark_low[kept],
        mark_high=mark_high[kept],
        origin=origin,
        notes=(*notes, *mark_note),
        bridged=None if bridged is None or not bridged[kept].any() else bridged[kept],
    )


def check_market(market: MarketHistory) -> MarketHistory:
    """Check a history that did not come from `align_market` (a caller may build one); arrays come back as float64.

    Raises
    ------
    InputError
        As `align_market`.
    """
    check_type("market", market, MarketHistory, "must be a MarketHistory")
    times = check_times("market.open_time_ms", market.open_time_ms)
    if market.interval_ms < 1 or (times.size > 1 and np.any(np.diff(times) != market.interval_ms)):
        if times.size > 1:
            _regular_step("market.open_time_ms", times)
        raise InputError("market.interval_ms", "must equal the step of open_time_ms", market.interval_ms)
    names = (*_PRICE_NAMES, "mark_low", "mark_high")
    prices = {name: check_prices(f"market.{name}", getattr(market, name), times.size) for name in names}
    _check_candle_shape(prices)
    mark_low, mark_high = prices["mark_low"], prices["mark_high"]
    _first_offender("market.mark_low", "must not exceed mark_high", mark_low, mark_low > mark_high)
    return replace(
        market,
        open_time_ms=times,
        open=prices["open"],
        high=prices["high"],
        low=prices["low"],
        close=prices["close"],
        mark_low=mark_low,
        mark_high=mark_high,
        volume=check_quantities("market.volume", market.volume, times.size),
        open_interest=check_quantities("market.open_interest", market.open_interest, times.size),
    )


def check_times(argument: str, values: Any) -> TimeArray:
    """Times as int64 milliseconds, strictly increasing; the error names the first row out of order."""
    times = np.ascontiguousarray(values)
    if times.ndim != 1 or times.size == 0:
        raise InputError(argument, "must be one-dimensional and not empty", f"shape {times.shape}")
    if times.dtype.kind not in "iu":
        raise InputError(argument, "must be integer milliseconds", f"dtype {times.dtype}")
    times = times.astype(np.int64, copy=False)
    steps = np.diff(times)
    if np.any(steps <= 0):
        row = int(np.argmax(steps <= 0)) + 1
        rule = "must not repeat" if steps[row - 1] == 0 else "must increase"
        raise InputError(argument, f"{rule} (row {row})", int(times[row]))
    return times


def check_prices(argument: str, values: Any, length: int) -> FloatArray:
    """Prices as contiguous float64: finite and above 0, within `PRICE_RANGE`."""
    prices = _floats(argument, values, length)
    _first_offender(argument, "must be finite and above 0", prices, ~(np.isfinite(prices) & (prices > 0)))
    low, high = PRICE_RANGE
    return _first_offender(argument, f"must be from {low:g} to {high:g}", prices, (prices < low) | (prices > high))


def check_quantities(argument: str, values: Any, length: int) -> FloatArray:
    """Quantities as contiguous float64: finite and at least 0, at most `MOST_UNITS`."""
    numbers = _floats(argument, values, length)
    _first_offender(argument, "must be finite and at least 0", numbers, ~(np.isfinite(numbers) & (numbers >= 0)))
    return _first_offender(argument, f"must be at most {MOST_UNITS:g}", numbers, numbers > MOST_UNITS)


_PRICE_NAMES = ("open", "high", "low", "close")


def _floats(argument: str, values: Any, length: int) -> FloatArray:
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        # A mask would be dropped in silence, and what it hides be used.
        raise InputError(argument, "must hold no masked value", f"{int(np.ma.getmaskarray(values).sum())} masked")
    try:
        numbers = np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(argument, "must hold numbers", f"{error}") from error
    if numbers.shape != (length,):
        raise InputError(argument, f"must have shape ({length},)", numbers.shape)
    return numbers


def _first_offender(argument: str, rule: str, values: FloatArray, bad: NDArray[np.bool_]) -> FloatArray:
    if np.any(bad):
        row = int(np.argmax(bad))
        raise InputError(argument, f"{rule} (row {row})", values[row])
    return values


def _check_candle_shape(prices: dict[str, FloatArray]) -> None:
    high, low = prices["high"], prices["low"]
    _first_offender("high", "must be at least low", high, high < low)
    for name in ("open", "close"):
        values = prices[name]
        _first_offender(name, "must lie between low and high", values, (values < low) | (values > high))


def _regular_step(argument: str, times: TimeArray) -> int:
    if times.size < 2:
        raise InputError(argument, "must hold at least 2 rows", times.size)
    steps = np.diff(times)
    step = int(steps.min())
    if step % MINUTE_MS != 0:
        raise InputError(argument, "must lie on a grid of whole minutes", f"a step of {step} ms")
    if np.any(steps != step):
        row = int(np.argmax(steps != step)) + 1
        rule = f"must have no gap: one row every {step} ms (row {row})"
        raise InputError(argument, rule, f"{int(times[row])} after {int(times[row - 1])}")
    return step


def _check_open_interest_gaps(stamps: TimeArray) -> None:
    if stamps.size < 2:
        return
    steps = np.diff(stamps)
    longest = max(LONGEST_OPEN_INTEREST_GAP_MS, 3 * int(np.median(steps)))
    if np.any(steps > longest):
        row = int(np.argmax(steps > longest)) + 1
        raise InputError(
            "open_interest.time_ms",
            f"must have no gap longer than {longest} ms (row {row})",
            f"{int(stamps[row])} after {int(stamps[row - 1])}",
        )


def _interpolate_on_volume(
    close_times: TimeArray, volume: FloatArray, stamps: TimeArray, quantity: FloatArray
) -> FloatArray:
    exact = np.searchsorted(stamps, close_times)
    exact = np.minimum(exact, stamps.size - 1)
    on_stamp = stamps[exact] == close_times
    if np.all(on_stamp):
        return quantity[exact]
    # A clock that runs with traded volume; the small constant keeps it running through bars without trades.
    pace = volume + max(float(volume.mean()), 1.0) * 1e-9
    interval_ms = close_times[1] - close_times[0]
    clock = np.concatenate([[0.0], np.cumsum(pace)])
    boundaries = np.concatenate([close_times[:1] - interval_ms, close_times])
    # Stamps before the first bar and after the last are placed as if trading had gone on at its mean pace.
    outside = np.minimum(stamps - boundaries[0], 0) + np.maximum(stamps - boundaries[-1], 0)
    stamp_clock = np.interp(stamps, boundaries, clock) + outside / interval_ms * pace.mean()
    result: FloatArray = np.interp(clock[1:], stamp_clock, quantity)
    result[on_stamp] = quantity[exact[on_stamp]]
    return result


def _mark_extremes(
    mark: MarkCandles | None, times: TimeArray, interval_ms: int, prices: dict[str, FloatArray]
) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    if mark is None:
        return prices["low"], prices["high"], ("mark price unknown: trade extremes trigger liquidations instead",)
    mark_times = check_times("mark.open_time_ms", mark.open_time_ms)
    mark_low = check_prices("mark.low", mark.low, mark_times.size)
    mark_high = check_prices("mark.high", mark.high, mark_times.size)
    _first_offender("mark.high", "must be at least low", mark_high, mark_high < mark_low)
    step = _regular_step("mark.open_time_ms", mark_times) if mark_times.size > 1 else interval_ms
    if step > interval_ms or interval_ms % step:
        raise InputError(
            "mark", f"must not be coarser than the candles ({interval_ms} ms), and divide them", f"{step} ms"
        )
    per_bar = interval_ms // step
    first = int(np.searchsorted(mark_times, times[0]))
    rows = first + np.arange(times.size * per_bar)
    covered = rows[-1] < mark_times.size and mark_times[first] == times[0]
    if not covered:
        raise NoDataError("mark", f"must cover the candles {_span(times)}", _span(mark_times))
    low = mark_low[rows].reshape(-1, per_bar).min(axis=1)
    high = mark_high[rows].reshape(-1, per_bar).max(axis=1)
    return low, high, ()


def _span(times: TimeArray) -> str:
    first, last = (np.datetime_as_string(np.datetime64(int(time), "ms"), unit="m") for time in (times[0], times[-1]))
    return f"{first}Z..{last}Z"
