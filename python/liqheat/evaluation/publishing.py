"""Forecasts frozen each hour into a log, and logged hours beside what then happened."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from liqheat.accuracy.forecast_format import LATE_AFTER_MS
from liqheat.accuracy.forecast_log import ForecastLog
from liqheat.book.mapping import cut_bars
from liqheat.errors import FileFormatError, InputError, LiqheatError, NoDataError
from liqheat.evaluation.forecast_models import ForecastModel
from liqheat.records import (
    Anchor,
    Forecast,
    LiquidationLabels,
    LoggedForecast,
    LoggedHours,
    MarketHistory,
)
from liqheat.records.arrays import FloatArray
from liqheat.units import HOUR_MS

MOST_STALE_MS = HOUR_MS
"""A forecast from bars that end earlier than this before its hour is refused: it would be one of another hour."""
RETRY_S = 20.0


def make_forecast(market: MarketHistory, model: ForecastModel, now_ms: int) -> Forecast:
    """Freeze a model's map for the UTC hour that `now_ms` lies in, from bars that closed before that hour.

    Raises
    ------
    NoDataError
        When the market ends more than an hour before.
    """
    hour_ms = now_ms // HOUR_MS * HOUR_MS
    n_bars = int(np.searchsorted(market.open_time_ms, hour_ms - market.interval_ms, side="right"))
    known = cut_bars(market, 0, n_bars)
    if not n_bars or known.end_ms < hour_ms - MOST_STALE_MS:
        found = "none" if not n_bars else known.end_ms
        raise NoDataError("market", f"must have bars that close in the hour before {hour_ms}", found)
    drawn = model.flow_map(known, known.end_ms)
    return Forecast(
        symbol=market.symbol,
        venue=market.venue,
        hour_ms=hour_ms,
        market_end_ms=known.end_ms,
        price_edges=np.asarray(drawn.price_edges, dtype=np.float64),
        usd=np.asarray(drawn.usd, dtype=np.float64),
        scale=float(drawn.scale),
        quantity=model.quantity,
        parameters_hash=model.parameters_hash,
        model_version=model.version,
    )


def publish(log: ForecastLog, forecast: Forecast, model: ForecastModel, label: str | None = None) -> LoggedForecast:
    """Append a forecast; a series begins where its contract has none, or one of other parameters.

    Parameters
    ----------
    log : ForecastLog
        Where to.
    forecast : Forecast
        From `make_forecast`, of the same model.
    model : ForecastModel
        Whose parameters go into the series' first record.
    label : str, optional
        Name of the series; `ForecastModel.label` by default, which changes with the parameters.

    Raises
    ------
    InputError
        When the label names a series of other parameters, or the hour was forecast before.
    FileFormatError, StoreError
        As `ForecastLog.append`.
    """
    current = log.find_series(forecast.symbol, forecast.venue)
    wanted = label or f"{model.label} {forecast.symbol} {forecast.venue}"
    is_same = current is not None and (current.parameters_hash, current.model_version) == (
        forecast.parameters_hash,
        forecast.model_version,
    )
    if current is None or not is_same or (label is not None and current.label != label):
        if current is not None and current.label == wanted:
            raise InputError("series", "must be a new name: the parameters are not those that it began with", wanted)
        log.begin_series(wanted, forecast.symbol, forecast.venue, model.parameters, forecast.model_version)
    return log.append(forecast)


def wait_for_hours(
    stopped: threading.Event, delay_s: float, newest_ms: int | None = None, clock: Callable[[], float] = time.time
) -> Iterator[int]:
    """Start of each UTC hour, `delay_s` seconds after it began, until stopped.

    Venues publish the bar that ends with the hour a few seconds after its close. The present hour is the first where
    it has just begun and is later than `newest_ms`, the newest that was forecast.
    """
    now_ms = int(clock() * 1000)
    done_ms = now_ms // HOUR_MS * HOUR_MS
    if now_ms - done_ms < LATE_AFTER_MS and (newest_ms is None or newest_ms < done_ms):
        done_ms -= HOUR_MS
    while not stopped.is_set():
        next_ms = done_ms + HOUR_MS
        left_s = next_ms / 1000 + delay_s - clock()
        if left_s > 0:
            # In short steps: a machine that slept, or whose clock was set, must not wait for a time that is past.
            stopped.wait(min(left_s, 30.0))
            continue
        done_ms = int((clock() - delay_s) * 1000) // HOUR_MS * HOUR_MS
        yield done_ms


def retry_until_late(
    attempt: Callable[[], LoggedForecast],
    hour_ms: int,
    stopped: threading.Event,
    tell: Callable[[LiqheatError], None],
    clock: Callable[[], float] = time.time,
) -> LoggedForecast | None:
    """Try again while a market's newest bars are not there; None where the hour was missed, which the log shows.

    Anything but a lack of data is raised.
    """
    while True:
        try:
            return attempt()
        except NoDataError as error:
            tell(error)
            if clock() * 1000 + RETRY_S * 1000 > hour_ms + LATE_AFTER_MS or stopped.wait(RETRY_S):
                return None


def score_log(
    log: ForecastLog, market: MarketHistory, labels: LiquidationLabels, *, anchors: Sequence[Anchor] = ()
) -> LoggedHours:
    """Hold every logged hour of a contract against what then happened.

    Only the log and what came after each hour's start are read: the bars of the hour, for the range that the mark
    reached, and the hour's realised liquidations.

    Parameters
    ----------
    log : ForecastLog
        Replayed, and held against `anchors`.
    market : MarketHistory
        Bars of the contract over the logged hours.
    labels : LiquidationLabels
        Realised liquidations by hour, or by an interval that divides the hour.

    Raises
    ------
    FileFormatError
        When the log is not sound.
    NoDataError
        When it has no forecast of this contract.
    InputError
        When the labels or the bars are longer than an hour or do not divide it.
    """
    report = log.verify(anchors)
    if report.problem is not None:
        found = f"record {report.problem.sequence}: {report.problem.kind}: {report.problem.text}"
        raise FileFormatError("log", "must be an unbroken chain", found)
    for name, interval_ms in (("labels", labels.interval_ms), ("market", market.interval_ms)):
        if HOUR_MS % interval_ms:
            raise InputError(name, "must have intervals that divide an hour", f"{interval_ms} ms")
    contract = (market.symbol, market.venue)
    rows = [
        record
        for record in log.read()
        if isinstance(record, LoggedForecast) and (record.forecast.symbol, record.forecast.venue) == contract
    ]
    if not rows:
        raise NoDataError("log", "must hold forecasts of the contract", " at ".join(contract))
    expected = np.array([_expected(record.forecast, market) for record in rows])
    realised = np.array([_realised(record.forecast.hour_ms, labels) for record in rows])
    return LoggedHours(
        hour_ms=np.array([record.forecast.hour_ms for record in rows], dtype=np.int64),
        labels=tuple(record.label for record in rows),
        expected_usd=expected,
        realised_usd=realised,
        is_late=np.array([record.is_late for record in rows], dtype=np.bool_),
        issue_delay_ms=np.array([record.issued_ms - record.forecast.hour_ms for record in rows], dtype=np.int64),
    )


def swept_usd(price_edges: FloatArray, usd: FloatArray, low: float, high: float) -> FloatArray:
    """USD of a frozen map that a path from `low` to `high` takes out: longs from the low up, shorts up to the high.

    Parameters
    ----------
    price_edges : (b + 1,) float64
        Rising edges.
    usd : (2, b) float64
        By side (0 long) and bucket; a bucket that is reached in part counts by its share of log price.
    low, high : float
        Extremes of the mark price.

    Returns
    -------
    (2,) float64

    Examples
    --------
    >>> swept_usd(np.array([90.0, 95, 100, 105]), np.array([[1.0, 2, 0], [0.0, 0, 4]]), 95, 101).round(2)
    array([2.  , 0.82])
    """
    edges = np.log(price_edges)
    width = np.diff(edges)
    above_low = np.clip((edges[1:] - np.log(low)) / width, 0.0, 1.0)
    below_high = np.clip((np.log(high) - edges[:-1]) / width, 0.0, 1.0)
    return np.array([usd[0] @ above_low, usd[1] @ below_high])


def _expected(forecast: Forecast, market: MarketHistory) -> FloatArray:
    first, end = np.searchsorted(market.open_time_ms, [forecast.hour_ms, forecast.hour_ms + HOUR_MS])
    if end - first != HOUR_MS // market.interval_ms:
        return np.full(2, np.nan)
    low, high = float(market.mark_low[first:end].min()), float(market.mark_high[first:end].max())
    return swept_usd(forecast.price_edges, forecast.usd, low, high)


def _realised(hour_ms: int, labels: LiquidationLabels) -> FloatArray:
    first, end = np.searchsorted(labels.start_ms, [hour_ms, hour_ms + HOUR_MS])
    if end - first != HOUR_MS // labels.interval_ms:
        return np.full(2, np.nan)
    total: FloatArray = labels.usd[first:end].sum(axis=0)
    return total
