"""The venue table: one row for each venue and contract kind, and how a row is found."""

from __future__ import annotations

from difflib import get_close_matches

from liqheat.errors import InputError, UnknownNameError
from liqheat.exchanges.rows import binance, bitget, bybit, dydx, gate, hyperliquid, kraken, okx, others
from liqheat.exchanges.spec import VenueSpec, read_contract_kind
from liqheat.records import VENUE_ALIASES, ContractKind

_ROWS = tuple(
    row for module in (binance, bybit, okx, bitget, gate, hyperliquid, dydx, kraken, others) for row in module.ROWS
)

VENUES: dict[tuple[str, ContractKind], VenueSpec] = {(row.venue, row.contract_kind): row for row in _ROWS}
"""The table; its key is (venue, contract kind)."""


def find_venue(venue: str, symbol: str) -> VenueSpec:
    """Find the row that serves a symbol.

    Parameters
    ----------
    venue : str
        Venue id, or ``binance``.
    symbol : str
        ccxt unified symbol of a perpetual.

    Raises
    ------
    UnknownNameError
        When the venue is not in the table; the error lists those that are, and the nearest.
    InputError
        When the symbol has another form, or the venue has no row for its contract kind.

    Examples
    --------
    >>> find_venue("binance", "BTC/USD:BTC").venue
    'binancecoinm'
    """
    names = sorted({name for name, _ in (*VENUES, *VENUE_ALIASES)})
    if venue not in names:
        near = get_close_matches(str(venue).lower(), names, n=2)
        meant = f"is unknown (nearest: {', '.join(near)}); " if near else ""
        raise UnknownNameError("venue", f"{meant}must be one of {', '.join(names)}", venue)
    contract_kind = read_contract_kind(symbol)
    row = VENUES.get((VENUE_ALIASES.get((venue, contract_kind), venue), contract_kind))
    if row is None:
        offered = " or ".join(kind for name, kind in VENUES if name == venue)
        raise InputError("symbol", f"must be of a contract kind in the table of {venue}: {offered}", symbol)
    return row


def venues_serving(symbol: str) -> list[str]:
    """Venues whose rows serve such contracts with candles and any open interest; whether they list it is not asked.

    Examples
    --------
    >>> venues_serving("BTC/USD:BTC")[:2]
    ['binancecoinm', 'bybit']
    """
    contract_kind = read_contract_kind(symbol)
    return [
        row.venue
        for row in VENUES.values()
        if row.contract_kind == contract_kind
        and row.candles is not None
        and (row.open_interest is not None or row.open_interest_now is not None)
    ]


SETTLES_IN = {"hyperliquid": "USDC", "dydx": "USDC"}
"""Stablecoin of venues that know only one other than USDT."""


def symbol_at(venue: str, symbol: str) -> str:
    """The name of a USDT contract at a venue that settles in another stablecoin only.

    Examples
    --------
    >>> symbol_at("hyperliquid", "BTC/USDT:USDT"), symbol_at("bybit", "BTC/USDT:USDT")
    ('BTC/USDC:USDC', 'BTC/USDT:USDT')
    """
    own = SETTLES_IN.get(venue)
    pair, separator, settle = symbol.partition(":")
    if own is None or separator == "" or settle != "USDT" or not pair.endswith("/USDT"):
        return symbol
    return f"{pair.removesuffix('USDT')}{own}:{own}"
