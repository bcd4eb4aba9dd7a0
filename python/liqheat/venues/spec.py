"""What the venue table says about a venue: its columns, and how a row is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from liqheat.errors import InputError
from liqheat.records import ContractKind, LongShortMeasure, parse_symbol
from liqheat.venues.requests import BookRequest, Endpoint, Quantity, Request, Snapshot, TierRequest, Unit

__all__ = ["CAPABILITIES", "Endpoint", "Quantity", "Unit", "VenueSpec", "read_contract_kind"]

CAPABILITIES = (
    "candles",
    "mark",
    "open_interest",
    "open_interest_now",
    "mark_now",
    "funding",
    "accounts",
    "top_accounts",
    "top_positions",
    "depth",
    "margin_tiers",
    "liquidations",
)
"""What a venue may offer over REST; a row either describes it or says in `missing` why it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
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
    candles, mark, open_interest, funding, liquidations : Endpoint or None
        History that the venue offers and we read.
    long_short : mapping
        Measure to endpoint.
    open_interest_now, mark_now : Snapshot or None
        The present.
    depth : BookRequest or None
        Order book.
    margin_tiers : TierRequest or None
        Margin tiers that need no key.
    missing : mapping
        Capability to the reason why it is not there; covers exactly those that are not.
    clock : Snapshot or None
        How the venue tells its time; None where ccxt's ``fetch_time`` does, in milliseconds.
    forbidden_means : str
        What HTTP 403 means here.
    forbidden_may_be_region : bool
        Whether HTTP 403 may mean that the venue does not serve this location.
    rate_limit : str
        The venue's own limit, for people; ccxt's throttle keeps below it.
    contract_size_at : str
        Dotted path in ccxt's market to coins (linear) or USD (inverse) of one contract.
    liquidation_side, liquidation_price, capture : str
        What side and price of a published liquidation mean, and which part of all liquidations is published; ``none``
        where nothing is.
    tier_source : str
        Where margin tiers come from. Formula and largest leverage stand in the venue's margin rule.
    doc_url, date_read : str
        The venue's documentation, and when the row was checked against it.
    """

    venue: str
    contract_kind: ContractKind
    ccxt_id: str
    doc_url: str
    date_read: str
    liquidation_side: str
    liquidation_price: str
    capture: str
    tier_source: str
    rate_limit: str
    candles: Endpoint | None = None
    mark: Endpoint | None = None
    open_interest: Endpoint | None = None
    funding: Endpoint | None = None
    liquidations: Endpoint | None = None
    long_short: Mapping[LongShortMeasure, Endpoint] = field(default_factory=dict)
    open_interest_now: Snapshot | None = None
    mark_now: Snapshot | None = None
    depth: BookRequest | None = None
    margin_tiers: TierRequest | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    clock: Snapshot | None = None
    ccxt_options: Mapping[str, object] = field(default_factory=dict)
    forbidden_means: str = "the venue does not serve this location, or has blocked this address"
    forbidden_may_be_region: bool = True
    contract_size_at: str = "contractSize"

    @property
    def intervals(self) -> tuple[str, ...]:
        """Intervals that candles, mark candles and open interest all come in; empty without all that is needed."""
        if self.open_interest is None or self.candles is None:
            return ()
        offered = [part.intervals for part in (self.open_interest, self.candles, self.mark) if part is not None]
        return tuple(name for name in offered[0] if all(name in part for part in offered))

    def find_request(self, capability: str) -> Request | None:
        """Find the call behind a capability; None where the venue lacks it."""
        if capability in ("accounts", "top_accounts", "top_positions"):
            return self.long_short.get(capability)  # type: ignore[call-overload, no-any-return]
        found: Request | None = getattr(self, capability)
        return found


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
    found = parse_symbol(symbol)
    if found is None or not found.is_plain or found.settle not in (found.base, found.quote):
        rule = "must be a unified symbol of a contract settled in its quote or base currency, like BTC/USDT:USDT"
        raise InputError("symbol", rule, symbol)
    if found.expiry:
        raise InputError("symbol", "must be a perpetual, without expiry", symbol)
    return "linear" if found.settle == found.quote else "inverse"
