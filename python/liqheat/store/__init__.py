"""History on disk and in tables: what files and frames may look like, and how they become records."""

from typing import TYPE_CHECKING, Any

from liqheat.store.dataset import HistoryStore, is_store
from liqheat.store.files import load_candles, load_mark_candles, load_open_interest, write_record
from liqheat.store.folder import FolderMarket, history_file_name, list_folder_markets, list_history_files
from liqheat.store.kinds import KINDS, Column, Kind
from liqheat.store.label_files import MarketTable, load_folder_totals, load_market_table
from liqheat.store.location import default_store_url
from liqheat.store.outcomes import CompactCount, Gap, Problem, UpsertCount
from liqheat.store.series import (
    StoredRecord,
    load_candles_of,
    load_contract_sizes_of,
    load_depth_of,
    load_funding_of,
    load_liquidations_of,
    load_long_short_of,
    load_margin_tiers_of,
    load_mark_of,
    load_newest_margin_tiers_of,
    load_open_interest_of,
    save_record,
)
from liqheat.store.tables import read_candles, read_mark_candles, read_open_interest
from liqheat.store.totals import load_liquidation_totals_of

if TYPE_CHECKING:
    from liqheat.store.journal import Journal, JournalEntry

__all__ = [
    "KINDS",
    "Column",
    "CompactCount",
    "FolderMarket",
    "Gap",
    "HistoryStore",
    "Journal",
    "JournalEntry",
    "Kind",
    "MarketTable",
    "Problem",
    "StoredRecord",
    "UpsertCount",
    "default_store_url",
    "history_file_name",
    "is_store",
    "list_folder_markets",
    "list_history_files",
    "load_candles",
    "load_candles_of",
    "load_contract_sizes_of",
    "load_depth_of",
    "load_folder_totals",
    "load_funding_of",
    "load_liquidation_totals_of",
    "load_liquidations_of",
    "load_long_short_of",
    "load_margin_tiers_of",
    "load_mark_candles",
    "load_mark_of",
    "load_market_table",
    "load_newest_margin_tiers_of",
    "load_open_interest",
    "load_open_interest_of",
    "read_candles",
    "read_mark_candles",
    "read_open_interest",
    "save_record",
    "write_record",
]


def __getattr__(name: str) -> Any:
    # SQLAlchemy takes longer to import than the rest of the package; only who keeps a journal pays for it.
    if name in ("Journal", "JournalEntry"):
        from liqheat.store import journal

        return getattr(journal, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
