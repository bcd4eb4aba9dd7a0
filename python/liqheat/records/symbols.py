"""ccxt's unified symbols, read in one place."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SYMBOL = re.compile(
    r"(?P<base>[^/:\s]+)/(?P<quote>[^/:\s]+)(?::(?P<settle>[^/:\s-]+)(?P<expiry>(?:-[^/:\s-]+)*))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Symbol:
    """Parts of a unified symbol.

    Attributes
    ----------
    base, quote : str
        Coin that is traded, and currency of its prices.
    settle : str
        Currency of margin and profit; empty for spot.
    expiry : str
        With its hyphen: ``-260327``; empty for a perpetual.
    """

    base: str
    quote: str
    settle: str
    expiry: str

    @property
    def is_plain(self) -> bool:
        """Whether the names are capital letters and digits alone, as venues list them."""
        return re.fullmatch(r"[A-Z0-9]+/[A-Z0-9]+/[A-Z0-9]+", f"{self.base}/{self.quote}/{self.settle}") is not None


def base_of(symbol: str) -> str:
    """Coin of a symbol, whatever stands behind it.

    Examples
    --------
    >>> base_of("BTC/USDT:USDT")
    'BTC'
    """
    return symbol.partition("/")[0]


def parse_symbol(symbol: object) -> Symbol | None:
    """Parts of a unified symbol; None where it has another form.

    Examples
    --------
    >>> parse_symbol("BTC/USDT:USDT")
    Symbol(base='BTC', quote='USDT', settle='USDT', expiry='')
    >>> parse_symbol("BTC-PERP") is None
    True
    """
    match = _SYMBOL.fullmatch(symbol) if isinstance(symbol, str) else None
    return (
        None if match is None else Symbol(match["base"], match["quote"], match["settle"] or "", match["expiry"] or "")
    )
