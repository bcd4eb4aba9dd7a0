"""Conversion of a venue's rows of time series into records: pure, strict, one-sided, in the contract's own unit.

Coins for linear contracts, USD for inverse ones. What cannot be read is an error, never a missing value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from liqheat.errors import VenueError
from liqheat.exchanges.rest.reading import (
    Row,
    read_column,
    read_number,
    read_quantity,
    read_rows,
    read_time,
    read_times,
    show,
    unit_factor,
)
from liqheat.records import (
    Candles,
    ContractKind,
    FundingRates,
    Liquidations,
    LongShortMeasure,
    LongShortRatios,
    MarkCandles,
    OpenInterest,
)
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.venues import Endpoint

__all__ = [
    "Row",
    "count_repetitions",
    "order_rows",
    "parse_candles",
    "parse_funding",
    "parse_liquidations",
    "parse_long_short",
    "parse_mark_candles",
    "parse_open_interest",
    "read_rows",
    "read_time",
    "unit_factor",
]


def parse_candles(
    endpoint: Endpoint, rows: Sequence[Row], contract_kind: ContractKind, contract_size: float, source: str = ""
) -> Candles:
    """Convert rows into trade candles, in the order in which they come.

    Parameters
    ----------
    endpoint : Endpoint
        Says where each value stands and what it counts.
    rows : sequence
        The venue's rows.
    contract_kind : {'linear', 'inverse'}
        Unit of the volume that comes out: coins or USD.
    contract_size : float
        Coins or USD of one contract.
    source : str
        Where the rows come from, for people.

    Raises
    ------
    VenueError
        When a row is short, a value is missing, not a number or not finite, or a candle does not hold together.
    """
    prices = {name: read_column(endpoint, rows, name, place) for name, place in endpoint.values_at.items()}
    times = read_times(endpoint, rows)
    _check_shape(endpoint, times, prices)
    volume = _read_quantities(endpoint, rows, "volume", contract_kind, contract_size)
    bought = None
    if endpoint.taker_buy is not None:
        factor = unit_factor(endpoint.taker_buy, contract_kind, contract_size)
        bought = read_column(endpoint, rows, "taker buy volume", endpoint.taker_buy.at) * factor
    return Candles(times, **prices, volume=volume, source=source, taker_buy_volume=bought)


def _check_shape(endpoint: Endpoint, times: TimeArray, prices: Mapping[str, FloatArray]) -> None:
    """Refuse a candle that opens or closes outside its own range: stored, it would keep the map from growing."""
    lowest, highest = np.minimum(prices["open"], prices["close"]), np.maximum(prices["open"], prices["close"])
    broken = np.flatnonzero((prices["low"] > lowest) | (prices["high"] < highest) | (prices["low"] <= 0.0))
    if broken.size:
        at = int(broken[0])
        found = ", ".join(f"{name} {values[at]:g}" for name, values in prices.items())
        raise VenueError(
            f"{endpoint.method}: open and close must lie between low and high at {times[at]}; found {found}"
        )


def parse_mark_candles(endpoint: Endpoint, rows: Sequence[Row], source: str = "") -> MarkCandles:
    """Convert rows into mark price candles; errors as `parse_candles`."""
    low, high = (read_column(endpoint, rows, name, endpoint.values_at[name]) for name in ("low", "high"))
    return MarkCandles(read_times(endpoint, rows), low=low, high=high, source=source)


def parse_open_interest(
    endpoint: Endpoint, rows: Sequence[Row], contract_kind: ContractKind, contract_size: float, source: str = ""
) -> OpenInterest:
    """Convert rows into one-sided open interest; parameters and errors as `parse_candles`."""
    quantity = _read_quantities(endpoint, rows, "open interest", contract_kind, contract_size)
    return OpenInterest(read_times(endpoint, rows), quantity, source=source)


def parse_funding(endpoint: Endpoint, rows: Sequence[Row], source: str = "") -> FundingRates:
    """Convert rows into funding rates, share of notional that longs paid shorts; errors as `parse_candles`."""
    rate = read_column(endpoint, rows, "funding rate", endpoint.values_at["rate"])
    return FundingRates(read_times(endpoint, rows), rate, source=source)


def parse_long_short(
    endpoint: Endpoint, rows: Sequence[Row], measure: LongShortMeasure, source: str = ""
) -> LongShortRatios:
    """Convert rows into long shares 0..1, from a share or from a ratio of long to short.

    Raises
    ------
    VenueError
        When a value cannot be read, a share lies outside 0..1 or a ratio below 0.
    """
    if "long_share" in endpoint.values_at:
        share = read_column(endpoint, rows, "long share", endpoint.values_at["long_share"])
    else:
        ratio = read_column(endpoint, rows, "long/short ratio", endpoint.values_at["long_short_ratio"])
        if np.any(ratio < 0):
            raise VenueError(f"{endpoint.method}: a long/short ratio must be at least 0; found {ratio.min()}")
        share = ratio / (1.0 + ratio)
    if share.size and not (share.min() >= 0 and share.max() <= 1):
        raise VenueError(f"{endpoint.method}: a long share must lie within 0 and 1; found {share.min()}, {share.max()}")
    return LongShortRatios(read_times(endpoint, rows), share, measure, source=source)


def parse_liquidations(
    endpoint: Endpoint,
    rows: Sequence[Row],
    contract_kind: ContractKind,
    contract_size: float,
    *,
    receive_ms: int,
    price_means: str,
    capture: str,
    source: str = "",
) -> Liquidations:
    """Convert rows whose signed size is that of the closed position, in contracts, into liquidations.

    Parameters
    ----------
    endpoint, rows, contract_kind, contract_size, source
        As in `parse_candles`.
    receive_ms : int
        When they reached us, UTC epoch milliseconds.
    price_means, capture : str
        What the record says of them.

    Raises
    ------
    VenueError
        When a value cannot be read, a size is 0 or a price not above 0.
    """
    n_rows = len(rows)
    size = np.array([read_number(endpoint, row, "size", endpoint.values_at["size"]) for row in rows], dtype=np.float64)
    price = read_column(endpoint, rows, "price", endpoint.values_at["price"])
    if np.any(size == 0) or np.any(price <= 0):
        raise VenueError(f"{endpoint.method}: a liquidation must have a size and a price; found {show(list(rows[:2]))}")
    quantity = np.abs(size) * contract_size
    time_ms, is_long = read_times(endpoint, rows), size > 0
    return Liquidations(
        time_ms=time_ms,
        receive_ms=np.full(n_rows, receive_ms, dtype=np.int64),
        is_long=is_long,
        price=price,
        quantity=quantity,
        notional_usd=quantity * price if contract_kind == "linear" else quantity.copy(),
        mark_price=np.full(n_rows, np.nan),
        ordinal=count_repetitions(time_ms, is_long, price, quantity),
        price_means=price_means,
        capture=capture,
        source=source,
    )


def count_repetitions(
    time_ms: TimeArray, is_long: np.ndarray, price: FloatArray, quantity: FloatArray
) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Number rows that are equal in all four: 0 for the first, 1 for the next.

    Examples
    --------
    >>> one = np.array([5.0, 5.0, 7.0])
    >>> count_repetitions(np.array([1, 1, 1]), np.array([True, True, True]), one, one).tolist()
    [0, 1, 0]
    """
    seen: dict[tuple[object, ...], int] = {}
    ordinal = np.empty(time_ms.size, dtype=np.int32)
    for index, key in enumerate(
        zip(time_ms.tolist(), is_long.tolist(), price.tolist(), quantity.tolist(), strict=True)
    ):
        ordinal[index] = seen.get(key, 0)
        seen[key] = int(ordinal[index]) + 1
    return ordinal


def order_rows(endpoint: Endpoint, rows: Sequence[Row], first_ms: int, last_ms: int) -> tuple[list[Row], int]:
    """Sort rows by time, keep those within bounds, and drop repetitions; of events every row counts.

    Returns
    -------
    list
        Rows, oldest first; no time twice, unless they are events.
    int
        How many repetitions were dropped.

    Raises
    ------
    VenueError
        When two rows of one time differ, or a time cannot be read.
    """
    if endpoint.spacing == "events":
        timed = [(read_time(endpoint, row), row) for row in rows]
        inside = [pair for pair in timed if first_ms <= pair[0] <= last_ms]
        return [row for _, row in sorted(inside, key=lambda pair: pair[0])], 0
    kept: dict[int, Row] = {}
    n_repeated = 0
    for row in rows:
        time = read_time(endpoint, row)
        if not first_ms <= time <= last_ms:
            continue
        known = kept.setdefault(time, row)
        if known is not row:
            n_repeated += 1
            if known != row:
                raise VenueError(f"{endpoint.method}: two different rows for {time}: {show(known)} and {show(row)}")
    return [kept[time] for time in sorted(kept)], n_repeated


def _read_quantities(
    endpoint: Endpoint, rows: Sequence[Row], name: str, contract_kind: ContractKind, contract_size: float
) -> FloatArray:
    found = [read_quantity(endpoint, row, name, endpoint.quantities, contract_kind, contract_size) for row in rows]
    return np.array(found, dtype=np.float64)
