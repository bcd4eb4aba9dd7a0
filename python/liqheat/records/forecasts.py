"""Forecasts frozen before the hour that they are for, and what a log of them says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liqheat.records.arrays import FloatArray, IndexArray, TimeArray

ForecastQuantity = Literal["held", "flow"]
"""``flow`` is expected forced flow; ``held`` is held notional, uncalibrated, where no calibrated flow is known."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a model says before an hour: the USD that would be force-closed in each bucket, were its price reached.

    Attributes
    ----------
    symbol, venue : str
        Contract.
    hour_ms : int
        Start of the UTC hour that it is for.
    market_end_ms : int
        Close of the newest bar used; at most `hour_ms`.
    price_edges : (b + 1,) float64
        Rising bucket edges, quote currency per coin.
    usd : (2, b) float64
        Expected USD by side (0 long) and bucket, the scale included.
    scale : float
        Factor that the map was multiplied by: the trailing scale. 1 where there is none.
    quantity : {'held', 'flow'}
        What the USD are.
    parameters_hash : str
        SHA-256 of the model's parameters (their JSON text).
    model_version : str
        Changes whenever the same input gives other numbers.
    """

    symbol: str
    venue: str
    hour_ms: int
    market_end_ms: int
    price_edges: FloatArray
    usd: FloatArray
    scale: float
    quantity: ForecastQuantity
    parameters_hash: str
    model_version: str


@dataclass(frozen=True, slots=True)
class LoggedSeries:
    """Beginning of a labelled series: from here on a contract's forecasts come from these parameters.

    Attributes
    ----------
    sequence : int
        Number of the record in the log, from 0.
    record_hash : str
        SHA-256 of the record.
    issued_ms : int
        Clock of the machine that wrote it.
    label : str
        Name of the series, once in a log.
    symbol, venue : str
        Contract.
    parameters : str
        The model's parameters, JSON text.
    parameters_hash : str
        SHA-256 of that text.
    model_version, code_version : str
        Of the model, and of liqheat.
    """

    sequence: int
    record_hash: str
    issued_ms: int
    label: str
    symbol: str
    venue: str
    parameters: str
    parameters_hash: str
    model_version: str
    code_version: str


@dataclass(frozen=True, slots=True)
class LoggedForecast:
    """A forecast as it stands in a log.

    Attributes
    ----------
    sequence, record_hash, issued_ms, code_version
        As in `LoggedSeries`.
    label : str
        Series that it belongs to.
    forecast : Forecast
        What was said.
    is_late : bool
        Issued too long after its hour began: kept, and not scored.
    """

    sequence: int
    record_hash: str
    issued_ms: int
    code_version: str
    label: str
    forecast: Forecast
    is_late: bool


@dataclass(frozen=True, slots=True)
class Anchor:
    """Head of a log at some time, kept where the keeper of the log cannot change it.

    Attributes
    ----------
    time_ms : int
        When it was anchored, by the clock of whoever wrote it.
    sequence : int
        Number of the newest record then.
    record_hash : str
        Its hash.
    """

    time_ms: int
    sequence: int
    record_hash: str


@dataclass(frozen=True, slots=True)
class ChainProblem:
    """The first thing that is wrong with a log.

    Attributes
    ----------
    sequence : int
        Record that should stand there, from 0.
    offset : int
        Byte at which it begins.
    kind : str
        ``damaged``, ``order``, ``previous``, ``map``, ``repeated``, ``look-ahead``, ``clock``, ``series``, ``format``,
        ``torn``, ``empty``, ``anchor``.
    text : str
        For people.
    """

    sequence: int
    offset: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a replay of a log found.

    Attributes
    ----------
    n_records, n_forecasts, n_late : int
        Records that are sound; forecasts among them; late ones among those.
    labels : tuple of str
        Series, in the order in which they began.
    head_sequence : int
        Newest sound record; -1 without any.
    head_hash : str
        Its hash; 64 zeros without any.
    n_anchors : int
        Anchors that were held against the log.
    problem : ChainProblem or None
        The first problem; nothing behind it was looked at.
    """

    n_records: int
    n_forecasts: int
    n_late: int
    labels: tuple[str, ...]
    head_sequence: int
    head_hash: str
    n_anchors: int
    problem: ChainProblem | None

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None


@dataclass(frozen=True, slots=True)
class LoggedHours:
    """Logged forecasts of one contract beside what then happened: rows for the scorer, in time order.

    Attributes
    ----------
    hour_ms : (h,) int64
        Start of each forecast hour.
    labels : tuple of str
        Series of each.
    expected_usd : (h, 2) float64
        USD of the frozen map that the hour's mark path swept, side 0 long; NaN where bars of the hour are missing.
    realised_usd : (h, 2) float64
        Realised liquidations of the hour; NaN where missing.
    is_late : (h,) bool
        Issued too late to be scored.
    issue_delay_ms : (h,) int64
        From the start of the hour to the issue; negative where it was issued before.
    """

    hour_ms: TimeArray
    labels: tuple[str, ...]
    expected_usd: FloatArray
    realised_usd: FloatArray
    is_late: NDArray[np.bool_]
    issue_delay_ms: IndexArray

    @property
    def is_scored(self) -> NDArray[np.bool_]:
        """Hours that count: in time, and complete on both sides; (h,) bool."""
        known = np.isfinite(self.expected_usd).all(axis=1) & np.isfinite(self.realised_usd).all(axis=1)
        scored: NDArray[np.bool_] = known & ~self.is_late
        return scored
