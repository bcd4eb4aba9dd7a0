"""Files of market history as `serve --data` reads them, written."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet

from liqheat.venues import VENUE_WORDS


def history_file_name(kind, venue, contract_kind, interval, symbol):
    """Name of a file that a folder's reader finds again."""
    words = next(words for words, meaning in VENUE_WORDS.items() if meaning == (venue, contract_kind))
    pair = symbol.split(":")[0].replace("/", "")
    return f"{kind}_{words[0]}_{words[1]}_{interval}_{pair}.parquet"


def write_record(record, path):
    """Write candles, mark candles or open interest as Parquet in our own layout."""
    names = [name for name in record.__dataclass_fields__ if name != "source" and getattr(record, name) is not None]
    pa.parquet.write_table(pa.table({name: getattr(record, name) for name in names}), path)
