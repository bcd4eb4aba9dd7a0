"""History on disk and in tables: what files and frames may look like, and how they become records."""

from liqheat.store.files import load_candles, load_mark_candles, load_open_interest, write_record
from liqheat.store.folder import FolderMarket, history_file_name, list_folder_markets, list_history_files
from liqheat.store.tables import read_candles, read_mark_candles, read_open_interest

__all__ = [
    "FolderMarket",
    "history_file_name",
    "list_folder_markets",
    "list_history_files",
    "load_candles",
    "load_mark_candles",
    "load_open_interest",
    "read_candles",
    "read_mark_candles",
    "read_open_interest",
    "write_record",
]
