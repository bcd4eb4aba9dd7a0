"""One way to join what was published about a contract into a history, and contracts beside each other."""

from liqheat.history.align import MOST_UNITS, PRICE_RANGE, align_market, check_market
from liqheat.history.groups import combined_markets, find_markets, pick_venues, price_shift, shared_bars
from liqheat.history.join import join_history, mend_series
from liqheat.history.stretches import hold_stamps

__all__ = [
    "MOST_UNITS",
    "PRICE_RANGE",
    "align_market",
    "check_market",
    "combined_markets",
    "find_markets",
    "hold_stamps",
    "join_history",
    "mend_series",
    "pick_venues",
    "price_shift",
    "shared_bars",
]
