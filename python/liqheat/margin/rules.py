"""The rule table: how each venue computes a liquidation price. A venue is rows here plus tiers in `data/`.

Nothing else in this room names a venue, so that adding one touches no control flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from liqheat.errors import InputError, UnknownNameError
from liqheat.records.market import VENUE_ALIASES, ContractKind

TierUnit = Literal["quote_notional", "base_coin", "contracts", "flat"]
"""What a venue's tiers count: value in quote currency, value in coins, contracts, or no sizes at all (one tier)."""

CURRENT = "current"
READ = "2026-11-22"


@dataclass(frozen=True, slots=True)
class VenueRule:
    """How one venue computes liquidation prices of one kind of contract.

    Attributes
    ----------
    venue : str
        Venue id.
    contract_kind : {'linear', 'inverse'}
        What its quantity and margin count in.
    formula : str
        Id in :data:`liqheat.margin.formulas.FORMULAS`.
    closing_fee_rate : float
        Fee added to the maintenance requirement, share of position value.
    has_maintenance_amount : bool
        Whether a tier carries a deduction that keeps the requirement continuous.
    tier_unit : {'quote_notional', 'base_coin', 'contracts', 'flat'}
        What floors and caps of the venue's tiers count.
    valued_at : {'mark', 'entry', 'oracle'}
        Price at which the requirement is valued.
    maximum_leverage : float or None
        Largest leverage of any contract on file; None where no tiers are on file.
    source : str
        Document that states the rule.
    date_read : str
        ISO date.
    margin_mode : {'any', 'isolated', 'cross'}
        ``any``: one formula, and the margin put in decides.
    era : str
        ``current``, or which other rule this is.
    missing : str
        What keeps this row from giving prices by symbol; empty if nothing does. Rows of another era or of cross
        margin always miss something: their formulas are called directly.
    """

    venue: str
    contract_kind: ContractKind
    formula: str
    closing_fee_rate: float
    has_maintenance_amount: bool
    tier_unit: TierUnit
    valued_at: Literal["mark", "entry", "oracle"]
    maximum_leverage: float | None
    source: str
    date_read: str = READ
    margin_mode: Literal["any", "isolated", "cross"] = "any"
    era: str = CURRENT
    missing: str = ""


_NO_INVERSE_TIERS = "no tier table of its coin-margined contracts is on file"
_BYBIT = "Bybit help, Liquidation Price Calculation under Isolated Mode (UTA), 2026-05-27"
_OKX = "two positions of OKX's own account endpoint; taker fee 0.05 % added"
_BITGET = "Bitget support 12560603808759, 2025-09-18"
_GATE = "Gate help 27724"
_KUCOIN = "KuCoin announcement of 2025-05-20, support 26694703491737"
_HTX = "HTX position endpoint: rate = adjust factor / leverage, one linear and one inverse position"
_HTX_MISSING = "the adjust factor ladder (by leverage and contracts) is not on file"
_MEXC = "MEXC liquidation guide; one real position fits mark valuation with the fee"
_DERIBIT = "Deribit support 25944738177565"
_DERIBIT_MISSING = "the venue has no tiers: its rate grows with position size, which this table cannot hold"
_KRAKEN = "Kraken Futures instruments endpoint, marginLevels"
_KRAKEN_MISSING = "the margin levels (maintenance = half of initial margin) are not on file"

RULES: tuple[VenueRule, ...] = (
    VenueRule(
        "binanceusdm",
        "linear",
        "unified_linear",
        0.0,
        True,
        "quote_notional",
        "mark",
        150.0,
        "Binance support b3c689c1f50a44cabb3a84e663b81d93",
    ),
    VenueRule(
        "binancecoinm", "inverse", "unified_inverse", 0.0, True, "base_coin", "mark", 125.0, "Binance support ceccfcfb"
    ),
    # The closing fee is reserved in initial and in maintenance margin alike, and cancels.
    VenueRule("bybit", "linear", "unified_linear", 0.0, True, "quote_notional", "mark", 100.0, _BYBIT),
    VenueRule(
        "bybit", "inverse", "unified_inverse", 0.0, True, "base_coin", "mark", None, _BYBIT, missing=_NO_INVERSE_TIERS
    ),
    VenueRule(
        "bybit",
        "linear",
        "entry_mm_linear",
        0.0,
        True,
        "quote_notional",
        "entry",
        None,
        "Bybit help pages before mid-2025",
        margin_mode="isolated",
        era="before 2025-07",
        missing="tiers of that time",
    ),
    VenueRule("okx", "linear", "unified_linear", 0.0005, False, "contracts", "mark", 100.0, _OKX),
    VenueRule(
        "okx", "inverse", "unified_inverse", 0.0005, False, "contracts", "mark", None, _OKX, missing=_NO_INVERSE_TIERS
    ),
    VenueRule("bitget", "linear", "unified_linear", 0.0006, True, "quote_notional", "mark", 150.0, _BITGET),
    VenueRule(
        "bitget",
        "inverse",
        "unified_inverse",
        0.0006,
        True,
        "base_coin",
        "mark",
        None,
        _BITGET,
        missing=_NO_INVERSE_TIERS,
    ),
    VenueRule("gate", "linear", "unified_linear", 0.00075, True, "quote_notional", "mark", 200.0, _GATE),
    VenueRule(
        "gate", "inverse", "unified_inverse", 0.00075, True, "base_coin", "mark", None, _GATE, missing=_NO_INVERSE_TIERS
    ),
    VenueRule("kucoinfutures", "linear", "unified_linear", 0.0006, True, "quote_notional", "mark", 125.0, _KUCOIN),
    VenueRule(
        "kucoinfutures",
        "inverse",
        "unified_inverse",
        0.0006,
        True,
        "base_coin",
        "mark",
        None,
        _KUCOIN,
        missing=_NO_INVERSE_TIERS,
    ),
    VenueRule(
        "kucoinfutures",
        "linear",
        "kucoin_cross_amr",
        0.0006,
        False,
        "quote_notional",
        "mark",
        None,
        "KuCoin support 35084431335065; shown to the trader, while the account's risk rate of 100 % triggers",
        margin_mode="cross",
        missing="the account's other positions",
    ),
    VenueRule(
        "kucoinfutures",
        "linear",
        "entry_mm_linear",
        0.0,
        False,
        "quote_notional",
        "entry",
        None,
        "KuCoin support 4408061803033",
        margin_mode="isolated",
        era="before 2025-05-22",
        missing="tiers of that time",
    ),
    VenueRule(
        "kucoinfutures",
        "linear",
        "entry_mm_abs",
        0.0,
        False,
        "quote_notional",
        "entry",
        None,
        "KuCoin position endpoint: posMargin, posMaint",
        margin_mode="isolated",
        era="before 2025-05-22, maintenance as reported",
        missing="the maintenance margin that the venue reports with the position",
    ),
    VenueRule("htx", "linear", "unified_linear", 0.0, False, "contracts", "mark", None, _HTX, missing=_HTX_MISSING),
    VenueRule("htx", "inverse", "unified_inverse", 0.0, False, "contracts", "mark", None, _HTX, missing=_HTX_MISSING),
    VenueRule("mexc", "linear", "unified_linear", 0.0006, False, "contracts", "mark", 125.0, _MEXC),
    VenueRule(
        "mexc", "inverse", "unified_inverse", 0.0006, False, "contracts", "mark", None, _MEXC, missing=_NO_INVERSE_TIERS
    ),
    VenueRule(
        "mexc",
        "linear",
        "entry_mm_linear",
        0.0,
        False,
        "contracts",
        "entry",
        None,
        "MEXC liquidation guide, commission excluded",
        margin_mode="isolated",
        era="published guide",
        missing="agreement with real positions, which the current row fits",
    ),
    VenueRule(
        "hyperliquid",
        "linear",
        "unified_linear",
        0.0,
        True,
        "quote_notional",
        "mark",
        40.0,
        "Hyperliquid docs, liquidations and margin tiers",
    ),
    VenueRule(
        "hyperliquid",
        "linear",
        "cross_equity_mark",
        0.0,
        True,
        "quote_notional",
        "mark",
        None,
        "Hyperliquid docs, liquidations",
        margin_mode="cross",
        missing="the account's equity and other positions",
    ),
    VenueRule(
        "dydx",
        "linear",
        "unified_linear",
        0.0,
        False,
        "flat",
        "oracle",
        50.0,
        "dYdX v4-web calculators/subaccount.ts (commit 2248cb63)",
    ),
    VenueRule(
        "dydx",
        "linear",
        "cross_equity_mark",
        0.0,
        False,
        "flat",
        "oracle",
        None,
        "dYdX v4-web calculators/subaccount.ts (commit 2248cb63)",
        margin_mode="cross",
        missing="the subaccount's equity and other positions",
    ),
    VenueRule(
        "deribit", "linear", "unified_linear", 0.0, False, "flat", "mark", None, _DERIBIT, missing=_DERIBIT_MISSING
    ),
    VenueRule(
        "deribit", "inverse", "unified_inverse", 0.0, False, "flat", "mark", None, _DERIBIT, missing=_DERIBIT_MISSING
    ),
    VenueRule(
        "krakenfutures",
        "linear",
        "unified_linear",
        0.0,
        False,
        "contracts",
        "mark",
        None,
        _KRAKEN,
        missing=_KRAKEN_MISSING,
    ),
    VenueRule(
        "krakenfutures",
        "inverse",
        "unified_inverse",
        0.0,
        False,
        "contracts",
        "mark",
        None,
        _KRAKEN,
        missing=_KRAKEN_MISSING,
    ),
)

VENUES: tuple[str, ...] = tuple(dict.fromkeys(rule.venue for rule in RULES))


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
    name = VENUE_ALIASES.get((venue, contract_kind), venue)
    if name not in VENUES:
        known = (*VENUES, *dict.fromkeys(alias for alias, _ in VENUE_ALIASES))
        raise UnknownNameError("venue", f"must be one of {', '.join(known)}", venue)
    for rule in RULES:
        if (rule.venue, rule.contract_kind, rule.era) == (name, contract_kind, CURRENT) and rule.margin_mode == "any":
            return rule
    raise UnknownNameError("symbol", f"must be of another kind: {name} lists no such contracts", contract_kind)
