"""Opens histories from any source, and keeps the store filled from venues, archives and files."""

from liqheat.collect.archives import add_archives
from liqheat.collect.backfill import Progress, VenueOutcome, backfill
from liqheat.collect.broadcast import Subscription
from liqheat.collect.embedded import embedded_model, embedded_parameters
from liqheat.collect.followed import Followed
from liqheat.collect.forecasts import ForecastLog
from liqheat.collect.import_rules import read_file
from liqheat.collect.importing import import_folder, import_foreign
from liqheat.collect.live import LiveMarkets, extend_market
from liqheat.collect.load import (
    fetch_depth,
    fetch_market,
    load_folder_events,
    load_folder_markets,
    load_published,
    load_store_markets,
    read_market,
)
from liqheat.collect.lookups import (
    FindBooks,
    FindCandles,
    find_folder_candles,
    find_in_folder,
    find_stored,
    find_stored_books,
    find_stored_candles,
)
from liqheat.collect.states import ContractState
from liqheat.collect.summary import ImportSummary

__all__ = [
    "ContractState",
    "FindBooks",
    "FindCandles",
    "Followed",
    "ForecastLog",
    "ImportSummary",
    "LiveMarkets",
    "Progress",
    "Subscription",
    "VenueOutcome",
    "add_archives",
    "backfill",
    "embedded_model",
    "embedded_parameters",
    "extend_market",
    "fetch_depth",
    "fetch_market",
    "find_folder_candles",
    "find_in_folder",
    "find_stored",
    "find_stored_books",
    "find_stored_candles",
    "import_folder",
    "import_foreign",
    "load_folder_events",
    "load_folder_markets",
    "load_published",
    "load_store_markets",
    "read_file",
    "read_market",
]
