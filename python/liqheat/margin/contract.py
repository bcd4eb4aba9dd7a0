"""What applies to one contract of one venue: rule table and tier tables put together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from liqheat.errors import InputError, UnknownNameError
from liqheat.margin import _inputs
from liqheat.margin.tiers import MarginTier, TierUnit, load_tier_tables
from liqheat.records import parse_symbol
from liqheat.venues import VenueRule, find_rule

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from liqheat.records import ContractKind

    FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MarginRule:
    """What applies to one contract of one venue.

    Attributes
    ----------
    venue, symbol, contract_kind : str
        Resolved venue id (never an alias), ccxt unified symbol, ``linear`` or ``inverse``.
    formula : str
        Id of the venue's formula.
    closing_fee_rate : float
        Fee added to the maintenance requirement, share of position value.
    unit : {'quote_notional', 'base_coin', 'contracts', 'flat'}
        What floors and caps of `tiers` count.
    contract_size : float or None
        Coins (linear) or USD (inverse) per contract, where tiers count contracts.
    tiers : tuple of MarginTier
        Smallest first.
    source, date, confidence : str
        Where the tiers come from, of when they are, and how far to trust them.
    is_default : bool
        True if the symbol is not on file and the venue's default stands in; `note` says what that means.
    note : str
        What to tell whoever reads a price made with this rule; empty if nothing.
    """

    venue: str
    symbol: str
    contract_kind: ContractKind
    formula: str
    closing_fee_rate: float
    unit: TierUnit
    contract_size: float | None
    tiers: tuple[MarginTier, ...]
    source: str
    date: str
    confidence: str
    is_default: bool
    note: str

    @property
    def covers_all_sizes(self) -> bool:
        """Whether the last tier is the venue's last: it is open, or admits no leverage."""
        return self.tiers[-1].cap == math.inf or self.tiers[-1].maximum_leverage <= 1.0

    @property
    def counts_coins(self) -> bool:
        """Whether sizes are coins at some price, or contracts of so many coins."""
        return self.unit == "base_coin" or (self.unit == "contracts" and self.contract_kind == "linear")

    def sizes(self, notional_usd: FloatArray, price: FloatArray | None) -> FloatArray:
        """Turn notional into the unit of the tiers, at a price where that unit needs one.

        Raises
        ------
        InputError
            The unit needs a price and there is none.
        """
        if self.counts_coins:
            if price is None:
                rule = f"is needed: tiers of {self.venue} {self.symbol} count {self.unit}"
                raise InputError("reference_price", rule, None)
            notional_usd = np.asarray(notional_usd / price)
        return notional_usd / self.contract_size if self.contract_size else notional_usd


def read_symbol(symbol: str) -> tuple[ContractKind, bool]:
    """Read contract kind, and whether it expires, off a ccxt unified symbol.

    Examples
    --------
    >>> read_symbol("BTC/USDT:USDT"), read_symbol("BTC/USD:BTC-261225")
    (('linear', False), ('inverse', True))
    """
    found = parse_symbol(symbol)
    kinds: dict[str, ContractKind] = {} if found is None else {found.base: "inverse", found.quote: "linear"}
    if found is None or found.settle not in kinds:
        rule = "must be a unified symbol of a contract settled in its quote or base currency, like BTC/USDT:USDT"
        raise InputError("symbol", rule, symbol)
    return kinds[found.settle], bool(found.expiry)


def resolve_margin_rule(venue: str, symbol: str) -> MarginRule:
    """Find what applies to a contract: formula, fee and tiers, with their source and date.

    Parameters
    ----------
    venue : str
        Venue id; ``binance`` stands for ``binanceusdm`` or ``binancecoinm``, by the symbol.
    symbol : str
        ccxt unified symbol.

    Returns
    -------
    MarginRule
        With `is_default` and `note` set where the venue's default stands in for a symbol that is not on file.

    Raises
    ------
    InputError
        A symbol of another form, or a venue whose row states that a part is missing; the message names it.
    UnknownNameError
        An unknown venue, or a symbol that is neither on file nor covered by a default.

    Examples
    --------
    >>> rule = resolve_margin_rule("binance", "BTC/USDT:USDT")
    >>> rule.venue, rule.tiers[0].maintenance_margin_rate, rule.date, rule.is_default
    ('binanceusdm', 0.004, '2026-09-29', False)
    """
    kind, expires = read_symbol(symbol)
    return _resolve(find_rule(venue, kind), symbol, expires)


@lru_cache(maxsize=4096)
def _resolve(rule: VenueRule, symbol: str, expires: bool) -> MarginRule:
    kind = rule.contract_kind
    if rule.missing:
        raise InputError("venue", f"cannot give {kind} liquidation prices by symbol: {rule.missing}", rule.venue)
    table = load_tier_tables()[rule.venue, kind]
    known = symbol in table.symbols
    if not known and (table.default is None or expires):
        what = "a perpetual or on file" if expires else "on file"
        names = ", ".join(table.symbols)
        raise UnknownNameError("symbol", f"must be {what} for {rule.venue}: {names}", symbol)
    tiers, confidence, note = (
        (table.symbols[symbol], table.confidence, "")
        if known or table.default is None
        else (table.default.tiers, table.default.confidence, f"{symbol} is not on file: {table.default.note}")
    )
    return MarginRule(
        venue=rule.venue,
        symbol=symbol,
        contract_kind=kind,
        formula=rule.formula,
        closing_fee_rate=rule.closing_fee_rate,
        unit=table.unit if known else "flat",
        contract_size=table.contract_sizes.get(symbol),
        tiers=tiers,
        source=table.source,
        date=table.date,
        confidence=confidence,
        is_default=not known,
        note=note,
    )


def maximum_leverage(
    venue: str, symbol: str, notional_usd: ArrayLike | None = None, reference_price: ArrayLike | None = None
) -> float | FloatArray:
    """Return the largest leverage a venue admits on a contract: at some notional, or at the smallest.

    Parameters
    ----------
    venue, symbol : str
        As in :func:`resolve_margin_rule`.
    notional_usd : float or array, optional
        Position value, quote currency.
    reference_price : float or array, optional
        Needed where tiers count coins or contracts of coins.

    Returns
    -------
    float or ndarray
        In the common shape of both.

    Raises
    ------
    InputError
        A number that is not finite and above 0, a notional above the last tier on file, or a price that is missing.

    Examples
    --------
    >>> maximum_leverage("binanceusdm", "BTC/USDT:USDT"), maximum_leverage("binanceusdm", "BTC/USDT:USDT", 5e6)
    (150.0, 50.0)
    >>> maximum_leverage("binanceusdm", "BTC/USDT:USDT", [1e4, 5e6]).tolist()
    [150.0, 50.0]
    """
    return rule_maximum_leverage(resolve_margin_rule(venue, symbol), notional_usd, reference_price)


def rule_maximum_leverage(
    rule: MarginRule, notional_usd: ArrayLike | None = None, reference_price: ArrayLike | None = None
) -> float | FloatArray:
    """As :func:`maximum_leverage`, for a rule at hand."""
    if notional_usd is None:
        return rule.tiers[0].maximum_leverage
    notionals = _inputs.read_numbers("notional_usd", notional_usd)
    prices = None if reference_price is None else _inputs.read_numbers("reference_price", reference_price)
    if prices is not None:
        _inputs.broadcast_shape(notional_usd=notionals, reference_price=prices)
    limits: FloatArray = np.array([tier.maximum_leverage for tier in rule.tiers])[find_tiers(rule, notionals, prices)]
    return float(limits) if limits.shape == () else limits


def read_reference(price: float | None) -> FloatArray | None:
    """Check an optional reference price."""
    return None if price is None else np.asarray(_inputs.read_number("reference_price", price))


def find_tiers(rule: MarginRule, notional_usd: FloatArray, price: FloatArray | None) -> NDArray[np.intp]:
    """Find the tier of each notional; a cap belongs to its tier. Above the last cap is an error."""
    sizes = rule.sizes(notional_usd, price)
    caps = np.array([tier.cap for tier in rule.tiers])
    limit = f"must not exceed {caps[-1]:.12g} {rule.unit}, the last tier of {rule.venue} {rule.symbol} on file"
    _inputs.refuse_first("notional_usd", limit, sizes, np.asarray(sizes <= caps[-1]))
    return np.asarray(np.searchsorted(caps, sizes, side="left"))


SIMULATED_VENUE = "simulated"

_SIMULATED_RULES = {SIMULATED_VENUE: "binanceusdm", "simulated_b": "bybit", "simulated_c": "okx"}
"""Each simulated venue liquidates much as one real venue does; its tiers are those of the simulator."""


def rules_of(venue: str) -> str:
    """Venue whose liquidation rules apply."""
    return _SIMULATED_RULES.get(venue, venue) if isinstance(venue, str) else venue
