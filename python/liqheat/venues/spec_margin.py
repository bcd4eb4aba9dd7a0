"""What a venue's margin rule says: one row for each kind of contract and each era."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from liqheat.records import ContractKind
from liqheat.venues._common import READ

CURRENT = "current"


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
    valued_at : {'mark', 'entry', 'oracle'}
        Price at which the requirement is valued.
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
    valued_at: Literal["mark", "entry", "oracle"]
    source: str
    date_read: str = READ
    margin_mode: Literal["any", "isolated", "cross"] = "any"
    era: str = CURRENT
    missing: str = ""
