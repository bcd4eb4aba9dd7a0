"""What venues publish, fetched through ccxt and converted into our records and units."""

from liqheat.exchanges.client import RetryPolicy
from liqheat.exchanges.fetch import fetch_history
from liqheat.exchanges.history import VenueHistory
from liqheat.exchanges.spec import VenueSpec
from liqheat.exchanges.table import VENUES, find_venue

__all__ = ["VENUES", "RetryPolicy", "VenueHistory", "VenueSpec", "fetch_history", "find_venue"]
