"""Liquidation and bankruptcy prices, exactly as venues compute them."""

from liqheat.margin.contract import MarginRule, maximum_leverage, resolve_margin_rule, rule_maximum_leverage, rules_of
from liqheat.margin.cross import cross_margin
from liqheat.margin.fetched import apply_fetched_tiers, describe_tiers
from liqheat.margin.grid import liquidation_prices
from liqheat.margin.price import bankruptcy_price, liquidation_price, liquidation_status
from liqheat.margin.tiers import largest_leverage
from liqheat.margin.venue import rule_liquidation_distances, venue_liquidation_distances, venue_liquidation_price

__all__ = [
    "MarginRule",
    "apply_fetched_tiers",
    "bankruptcy_price",
    "cross_margin",
    "describe_tiers",
    "largest_leverage",
    "liquidation_price",
    "liquidation_prices",
    "liquidation_status",
    "maximum_leverage",
    "resolve_margin_rule",
    "rule_liquidation_distances",
    "rule_maximum_leverage",
    "rules_of",
    "venue_liquidation_distances",
    "venue_liquidation_price",
]
