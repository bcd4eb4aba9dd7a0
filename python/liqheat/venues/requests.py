"""How the venue table describes one REST call: what to ask, where the answer's values stand, what they count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Unit = Literal["coins", "usd", "contracts"]
Place = int | str
"""Where a value stands in a venue's row: a position in a list, or a key."""
Path = tuple[Place, ...]
"""Places one after another; a text such as ``{id}`` is filled in from ccxt's market."""
TimeUnit = Literal["ms", "s", "iso"]
"""UTC epoch milliseconds, seconds, or ISO 8601."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A volume or an open interest in a venue's row.

    Attributes
    ----------
    at : int or str
        Position or key.
    unit : {'coins', 'usd', 'contracts'}
        What it counts.
    sides : int
        2 where long and short positions are both counted, as Bybit's ``openInterest`` does; else 1.
    """

    at: Place
    unit: Unit
    sides: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What all calls have.

    Attributes
    ----------
    method : str
        ccxt's implicit method. Unified methods are not used: they drop columns (taker volume, COIN-M volume in
        contracts) and turn what they cannot read into missing values or empty lists.
    doc_url : str
        The venue's page.
    market_parameters : mapping
        Request parameter to a text with places of ccxt's market in braces, such as ``{id}`` or ``mark_{id}``.
    fixed_parameters : mapping
        Request parameters that never change.
    rows_at : tuple of int or str
        Places that lead to the rows, or to the one row; empty where the answer is it.
    time_at : int or str, or None
        Where a row's time stands; None where it has none.
    time_unit : {'ms', 's', 'iso'}
        Of times in the answer.
    """

    method: str
    doc_url: str
    market_parameters: Mapping[str, str] = field(default_factory=dict)
    fixed_parameters: Mapping[str, object] = field(default_factory=dict)
    rows_at: Path = ()
    time_at: Place | None = None
    time_unit: TimeUnit = "ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Request):
    """A call that returns rows of a time series.

    Attributes
    ----------
    page_limit : int
        Most rows of one answer.
    values_at : mapping
        Name to place: ``open high low close`` of candles; ``rate`` of funding; ``long_share`` or
        ``long_short_ratio`` of ratios; ``size`` (signed: above 0 is a long) and ``price`` of liquidations.
    quantities : tuple of Quantity
        Volume or open interest: the first that a row holds is read.
    taker_buy : Quantity, optional
        Part of a candle's volume that takers bought.
    intervals : mapping
        Our interval to the venue's word; empty where rows have none.
    spacing : {'regular', 'irregular', 'events'}
        Rows on the grid of an interval; at times of their own, never two at one time; or any number at one time.
    typical_step_ms : int
        Least usual distance of rows that are not on a grid: so many fill a page.
    interval_parameter, start_parameter, end_parameter, limit_parameter, page_parameter : str
        Their names at the venue; empty where there is none. With `page_parameter` pages are numbered from 1, newest
        first.
    request_time_unit : {'ms', 's', 'iso'}
        Of `start_parameter` and `end_parameter`.
    wrapped_in : str
        Parameter that holds the others (not the fixed ones) in an object; empty where none does.
    bounds_margin_ms : int
        1 where the venue leaves out rows AT the bounds, or may, else 0.
    lookback_ms, lookback_bars : int, optional
        How far back the venue answers at all.
    longest_window_ms : int, optional
        Longest span of one request.
    archive_method : str
        Method for rows older than `archive_after_bars`; empty where one method serves all.
    archive_after_bars : int
        See `archive_method`.
    """

    page_limit: int
    values_at: Mapping[str, Place] = field(default_factory=dict)
    quantities: tuple[Quantity, ...] = ()
    taker_buy: Quantity | None = None
    intervals: Mapping[str, str] = field(default_factory=dict)
    spacing: Literal["regular", "irregular", "events"] = "regular"
    typical_step_ms: int = 3_600_000
    interval_parameter: str = "interval"
    start_parameter: str = "startTime"
    end_parameter: str = "endTime"
    limit_parameter: str = "limit"
    page_parameter: str = ""
    request_time_unit: TimeUnit = "ms"
    wrapped_in: str = ""
    bounds_margin_ms: int = 0
    lookback_ms: int | None = None
    lookback_bars: int | None = None
    longest_window_ms: int | None = None
    archive_method: str = ""
    archive_after_bars: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(Request):
    """A call that returns the present: one row.

    Attributes
    ----------
    time_path : tuple of int or str, or None
        Places that lead from the answer to its time; None where the answer has none, and the venue's clock at its
        arrival stands in.
    price_at : int or str, optional
        Where a mark price stands.
    quantities : tuple of Quantity
        As in `Endpoint`.
    """

    time_path: Path | None = None
    price_at: Place | None = None
    quantities: tuple[Quantity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRequest(Request):
    """A call that returns the order book.

    Attributes
    ----------
    time_path : tuple of int or str, or None
        As in `Snapshot`.
    bids_at, asks_at : tuple of int or str
        Places that lead to each side's levels.
    price_at, size_at : int or str
        Where they stand in a level.
    unit : {'coins', 'usd', 'contracts'}
        What a level's size counts.
    """

    time_path: Path | None = None
    bids_at: Path
    asks_at: Path
    price_at: Place = 0
    size_at: Place = 1
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRequest(Request):
    """A call that returns margin tiers.

    Attributes
    ----------
    unit : {'quote', 'coins', 'contracts'}
        What floors and caps count.
    floor_at, cap_at : int or str, or None
        Where a tier begins or ends; one of them is enough, neither means one tier of any size.
    rate_at : int or str, or None
        Maintenance margin rate; None where it is half of the initial one (``1 / (2 * maximum leverage)``).
    rate_may_be_percent : bool
        Whether rates came as per cent in some answers: a first rate of 0.3 or more at 25x or more is one.
    max_leverage_at, initial_rate_at : int or str, or None
        Maximum leverage, or the initial margin rate that it is the inverse of.
    amount_at : int or str, or None
        Maintenance amount; where it is missing and `is_continuous`, it follows from the rates.
    is_continuous : bool
        Whether the requirement is continuous at the tiers' borders; where not, the amount is 0.
    """

    unit: Literal["quote", "coins", "contracts"]
    floor_at: Place | None = None
    cap_at: Place | None = None
    rate_at: Place | None = None
    rate_may_be_percent: bool = False
    max_leverage_at: Place | None = None
    initial_rate_at: Place | None = None
    amount_at: Place | None = None
    is_continuous: bool = True
