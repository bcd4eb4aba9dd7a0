"""History on disk and in tables: what files and frames may look like, and how they become records."""

from typing import TYPE_CHECKING, Any

from liqheat.store.dataset import HistoryStore, is_store
from liqheat.store.files import load_candles, load_mark_candles, load_open_interest, load_table
from liqheat.store.folder import list_folder_markets, recognise_file, unified_symbol
from liqheat.store.foreign import load_foreign, read_foreign
from liqheat.store.foreign_heatmap import load_foreign_heatmap, save_foreign_heatmap
from liqheat.store.foreign_layouts import PRODUCTS
from liqheat.store.foreign_tables import ForeignRequest
from liqheat.store.kinds import KINDS
from liqheat.store.label_files import load_folder_totals, load_market_table
from liqheat.store.location import default_store_url
from liqheat.store.outcomes import UpsertCount
from liqheat.store.series import (
    StoredRecord,
    load_candles_of,
    load_contract_sizes_of,
    load_depth_of,
    load_forecasts_of,
    load_funding_of,
    load_liquidations_of,
    load_long_short_of,
    load_mark_of,
    load_newest_margin_tiers_of,
    load_open_interest_of,
    save_record,
)
from liqheat.store.tables import read_candles, read_mark_candles, read_open_interest, read_times
from liqheat.store.totals import load_liquidation_totals_of

if TYPE_CHECKING:
    from liqheat.store.journal import Journal

__all__ = [
    "KINDS",
    "PRODUCTS",
    "ForeignRequest",
    "HistoryStore",
    "Journal",
    "StoredRecord",
    "UpsertCount",
    "default_store_url",
    "is_store",
    "list_folder_markets",
    "load_candles",
    "load_candles_of",
    "load_contract_sizes_of",
    "load_depth_of",
    "load_folder_totals",
    "load_forecasts_of",
    "load_foreign",
    "load_foreign_heatmap",
    "load_funding_of",
    "load_liquidation_totals_of",
    "load_liquidations_of",
    "load_long_short_of",
    "load_mark_candles",
    "load_mark_of",
    "load_market_table",
    "load_newest_margin_tiers_of",
    "load_open_interest",
    "load_open_interest_of",
    "load_table",
    "read_candles",
    "read_foreign",
    "read_mark_candles",
    "read_open_interest",
    "read_times",
    "recognise_file",
    "save_foreign_heatmap",
    "save_record",
    "unified_symbol",
]


def __getattr__(name: str) -> Any:
    # SQLAlchemy takes longer to import than the rest of the package; only who keeps a journal pays for it.
    if name == "Journal":
        from liqheat.store.journal import Journal

        return Journal
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
