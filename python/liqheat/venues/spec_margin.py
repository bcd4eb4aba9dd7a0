"""What a venue's margin rule says: one row for each kind of contract and each era."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from liqheat.records import ContractKind

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
