"""The table of rules: every threshold is a row with value, unit and source, and its judge stands in the row.

Sources: *article* is the text that this project implements, with the figures that it gives; *ours* is what we added
where it gives none, or where its words leave several readings. The README of this folder says how each is computed.
"""

from __future__ import annotations

from liqheat.setups.rule import Rule
from liqheat.setups.rules_of_cluster import RULES_OF_CLUSTER
from liqheat.setups.rules_of_map import RULES_OF_MAP
from liqheat.setups.rules_of_market import RULES_OF_MARKET
from liqheat.setups.rules_of_trade import RULES_OF_TRADE

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (*RULES_OF_MAP, *RULES_OF_CLUSTER, *RULES_OF_MARKET, *RULES_OF_TRADE), key=lambda rule: int(rule.rule_id[1:])
    )
)
"""Every rule, in order."""
