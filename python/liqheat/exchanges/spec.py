"""What the venue table says about a venue: its columns, and how a row is found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from liqheat.errors import InputError
from liqheat.records import ContractKind

Unit = Literal["coins", "usd", "contracts"]
Place = int | str
"""Where a value stands in a venue's row: a position in a list, or a key."""

_SYMBOL = re.compile(r"(?P<base>[A-Z0-9]+)/(?P<quote>[A-Z0-9]+):(?P<settle>[A-Z0-9]+)(?P<expiry>-\d{6})?")


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


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One REST call that returns rows of a time series. Times are UTC milliseconds.

    Attributes
    ----------
    method : str
        ccxt's implicit method. Unified methods are not used: they drop columns (COIN-M volume in contracts) and turn
        what they cannot read into missing values or empty lists.
    page_limit : int
        Most rows of one answer.
    rows_at : tuple of str
        Keys that lead to the rows; empty where the answer is the list.
    time_at : int or str
        Where a row's time stands: a candle's open, a snapshot's instant.
    prices_at : mapping
        ``open high low close`` to positions; empty for open interest.
    quantities : tuple of Quantity
        The first that a row holds is read; empty for mark candles.
    intervals : mapping
        Our interval to the venue's word.
    market_parameters : mapping
        Request parameter to a dotted path in ccxt's market, such as ``info.pair``.
    fixed_parameters : mapping
        Request parameters that never change.
    interval_parameter, start_parameter, end_parameter, limit_parameter : str
        Their names at the venue.
    bounds_margin_ms : int
        1 where the venue leaves out rows AT the bounds, else 0.
    lookback_ms, lookback_bars : int, optional
        How far back the venue answers at all.
    longest_window_ms : int, optional
        Longest span of one request.
    archive_method : str
        Method for rows older than `archive_after_bars`; empty where one method serves all.
    archive_after_bars : int
        See `archive_method`.
    doc_url : str
        The venue's page.
    """

    method: str
    page_limit: int
    rows_at: tuple[str, ...]
    time_at: Place
    intervals: Mapping[str, str]
    market_parameters: Mapping[str, str]
    doc_url: str
    prices_at: Mapping[str, Place] = field(default_factory=dict)
    quantities: tuple[Quantity, ...] = ()
    fixed_parameters: Mapping[str, str] = field(default_factory=dict)
    interval_parameter: str = "interval"
    start_parameter: str = "startTime"
    end_parameter: str = "endTime"
    limit_parameter: str = "limit"
    bounds_margin_ms: int = 0
    lookback_ms: int | None = None
    lookback_bars: int | None = None
    longest_window_ms: int | None = None
    archive_method: str = ""
    archive_after_bars: int = 0


@dataclass(frozen=True, slots=True)
class VenueSpec:
    """One row of the venue table: a venue's contracts of one kind.

    Attributes
    ----------
    venue, contract_kind : str
        Key of the table.
    ccxt_id : str
        ccxt's class.
    ccxt_options : mapping
        Options that keep ccxt from loading markets that are not needed.
    candles, mark, open_interest : Endpoint or None
        What the venue offers and we read; `missing` says why one is None.
    missing : str
        What is missing, for people.
    forbidden_means : str
        What HTTP 403 means here.
    contract_size_at : str
        Dotted path in ccxt's market to coins (linear) or USD (inverse) of one contract.
    doc_url : str
        The venue's documentation.
    date_read : str
        When the row was checked against it.
    """

    venue: str
    contract_kind: ContractKind
    ccxt_id: str
    doc_url: str
    date_read: str
    candles: Endpoint | None = None
    mark: Endpoint | None = None
    open_interest: Endpoint | None = None
    missing: str = ""
    ccxt_options: Mapping[str, object] = field(default_factory=dict)
    forbidden_means: str = "the venue does not serve this location, or has blocked this address"
    contract_size_at: str = "contractSize"

    @property
    def intervals(self) -> tuple[str, ...]:
        """Intervals that candles, mark candles and open interest all come in."""
        offered = [part.intervals for part in (self.open_interest, self.candles, self.mark) if part is not None]
        return tuple(name for name in offered[0] if all(name in part for part in offered)) if offered else ()


def read_contract_kind(symbol: str) -> ContractKind:
    """Read the contract kind off a unified symbol of a perpetual.

    Raises
    ------
    InputError
        When it is not such a symbol.

    Examples
    --------
    >>> read_contract_kind("BTC/USDT:USDT"), read_contract_kind("BTC/USD:BTC")
    ('linear', 'inverse')
    """
    match = _SYMBOL.fullmatch(symbol) if isinstance(symbol, str) else None
    if match is None or match["settle"] not in (match["base"], match["quote"]):
        rule = "must be a unified symbol of a contract settled in its quote or base currency, like BTC/USDT:USDT"
        raise InputError("symbol", rule, symbol)
    if match["expiry"]:
        raise InputError("symbol", "must be a perpetual, without expiry", symbol)
    return "linear" if match["settle"] == match["quote"] else "inverse"
