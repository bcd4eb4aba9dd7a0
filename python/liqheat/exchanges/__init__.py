"""What venues publish, fetched through ccxt and converted into our records and units."""

from liqheat.exchanges.client import ExchangeFactory, RetryPolicy, make_exchange, redirect_factory
from liqheat.exchanges.fetch import fetch_history
from liqheat.exchanges.history import VenueHistory
from liqheat.exchanges.locate import SymbolVenues, venues_of
from liqheat.exchanges.matrix import list_capabilities, venue_table_markdown
from liqheat.exchanges.normalize_tiers import compare_margin_tiers
from liqheat.exchanges.notes import format_utc
from liqheat.exchanges.spec import CAPABILITIES, VenueSpec, read_contract_kind
from liqheat.exchanges.stream import VenueStream
from liqheat.exchanges.stream_table import STREAMS
from liqheat.exchanges.table import VENUES, find_venue, symbol_at, venues_serving
from liqheat.exchanges.venue import VenueClient

__all__ = [
    "CAPABILITIES",
    "STREAMS",
    "VENUES",
    "ExchangeFactory",
    "RetryPolicy",
    "SymbolVenues",
    "VenueClient",
    "VenueHistory",
    "VenueSpec",
    "VenueStream",
    "compare_margin_tiers",
    "fetch_history",
    "find_venue",
    "format_utc",
    "list_capabilities",
    "make_exchange",
    "read_contract_kind",
    "redirect_factory",
    "symbol_at",
    "venue_table_markdown",
    "venues_of",
    "venues_serving",
]
