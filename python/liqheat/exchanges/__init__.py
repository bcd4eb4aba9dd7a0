"""What venues publish, fetched through ccxt and converted into our records and units."""

from liqheat.exchanges.client import ExchangeFactory, RetryPolicy, make_exchange, redirect_factory
from liqheat.exchanges.fetch import fetch_history
from liqheat.exchanges.history import VenueHistory
from liqheat.exchanges.locate import SymbolVenues, venues_of
from liqheat.exchanges.matrix import list_capabilities, venue_table_markdown
from liqheat.exchanges.normalize_tiers import compare_margin_tiers
from liqheat.exchanges.spec import CAPABILITIES, VenueSpec
from liqheat.exchanges.table import VENUES, find_venue
from liqheat.exchanges.venue import VenueClient

__all__ = [
    "CAPABILITIES",
    "VENUES",
    "ExchangeFactory",
    "RetryPolicy",
    "SymbolVenues",
    "VenueClient",
    "VenueHistory",
    "VenueSpec",
    "compare_margin_tiers",
    "fetch_history",
    "find_venue",
    "list_capabilities",
    "make_exchange",
    "redirect_factory",
    "venue_table_markdown",
    "venues_of",
]
