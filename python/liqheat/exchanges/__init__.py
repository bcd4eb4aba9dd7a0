"""What venues publish, fetched through ccxt and converted into our records and units."""

from liqheat.exchanges.client import ExchangeFactory, RetryPolicy, make_exchange, redirect_factory
from liqheat.exchanges.fetch import fetch_history
from liqheat.exchanges.history import VenueHistory
from liqheat.exchanges.normalize_tiers import compare_margin_tiers
from liqheat.exchanges.spec import CAPABILITIES, VenueSpec
from liqheat.exchanges.table import VENUES, find_venue
from liqheat.exchanges.venue import VenueClient

__all__ = [
    "CAPABILITIES",
    "VENUES",
    "ExchangeFactory",
    "RetryPolicy",
    "VenueClient",
    "VenueHistory",
    "VenueSpec",
    "compare_margin_tiers",
    "fetch_history",
    "find_venue",
    "make_exchange",
    "redirect_factory",
]
