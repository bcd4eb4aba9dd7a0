"""The table of venues: what each file of this folder says, joined, and how a row is found."""

from __future__ import annotations

from difflib import get_close_matches

from liqheat.errors import InputError, UnknownNameError
from liqheat.records import ContractKind
from liqheat.venues import (
    binance,
    bitget,
    bybit,
    deribit,
    dydx,
    gate,
    htx,
    hyperliquid,
    kraken,
    kucoin,
    mexc,
    okx,
)
from liqheat.venues.spec import VenueSpec, read_contract_kind
from liqheat.venues.spec_margin import CURRENT, VenueRule
from liqheat.venues.spec_stream import StreamSpec

_FILES = (binance, bybit, okx, bitget, gate, hyperliquid, dydx, kraken, kucoin, htx, mexc, deribit)
_ALL = tuple(module.VENUE for module in _FILES)

VENUES: dict[tuple[str, ContractKind], VenueSpec] = {
    (row.venue, row.contract_kind): row for venue in _ALL for row in venue.rest
}
"""What venues offer over REST; the key is (venue, contract kind)."""
STREAMS: dict[tuple[str, ContractKind], StreamSpec] = {
    (row.venue, row.contract_kind): row for venue in _ALL for row in venue.streams
}
"""What venues push; the key is (venue, contract kind)."""
RULES: tuple[VenueRule, ...] = tuple(rule for venue in _ALL for rule in venue.rules)
"""How venues compute liquidation prices."""
VENUE_NAMES: dict[str, str] = {name: shown for venue in _ALL for name, shown in venue.names.items()}
"""What each venue id is called on the page."""
VENUE_WORDS: dict[tuple[str, str], tuple[str, ContractKind]] = {
    words: meaning for venue in _ALL for words, meaning in venue.file_words.items()
}
"""Venue and contract words in a file name, and what they mean."""
VENUE_ALIASES: dict[tuple[str, ContractKind], str] = {
    alias: name for venue in _ALL for alias, name in venue.aliases.items()
}
"""Input names that stand for one venue or another, by the kind of contract."""
_SETTLES_IN = {name: venue.settles_in for venue in _ALL for name in venue.names}


def resolve_alias(venue: str, contract_kind: ContractKind) -> str:
    """The venue id that a name stands for, by the kind of contract; any other name as it is.

    Examples
    --------
    >>> resolve_alias("binance", "inverse"), resolve_alias("okx", "linear")
    ('binancecoinm', 'okx')
    """
    return VENUE_ALIASES.get((venue, contract_kind), venue)


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
    row = VENUES.get((resolve_alias(venue, contract_kind), contract_kind))
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


def find_rule(venue: str, contract_kind: ContractKind) -> VenueRule:
    """Look up a venue's rule of today for one kind of contract; aliases are resolved.

    Raises
    ------
    UnknownNameError
        A venue that has no row, or none for this kind of contract.

    Examples
    --------
    >>> find_rule("binance", "inverse").venue
    'binancecoinm'
    """
    if not isinstance(venue, str):
        raise InputError("venue", "must be a name", venue)
    name = resolve_alias(venue, contract_kind)
    if name not in (venues := tuple(dict.fromkeys(rule.venue for rule in RULES))):
        known = (*venues, *dict.fromkeys(alias for alias, _ in VENUE_ALIASES))
        raise UnknownNameError("venue", f"must be one of {', '.join(known)}", venue)
    for rule in RULES:
        if (rule.venue, rule.contract_kind, rule.era) == (name, contract_kind, CURRENT) and rule.margin_mode == "any":
            return rule
    raise UnknownNameError("symbol", f"must be of another kind: {name} lists no such contracts", contract_kind)


def symbol_at(venue: str, symbol: str) -> str:
    """The name of a USDT contract at a venue that settles in another stablecoin only.

    Examples
    --------
    >>> symbol_at("hyperliquid", "BTC/USDT:USDT"), symbol_at("bybit", "BTC/USDT:USDT")
    ('BTC/USDC:USDC', 'BTC/USDT:USDT')
    """
    own = _SETTLES_IN.get(venue)
    pair, separator, settle = symbol.partition(":")
    if own in (None, "USDT") or separator == "" or settle != "USDT" or not pair.endswith("/USDT"):
        return symbol
    return f"{pair.removesuffix('USDT')}{own}:{own}"
