"""Files and archives into the store: folders of history, exports of other products, the Binance data portal."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np

from liqheat.collect.archives import backfill_from_portal
from liqheat.collect.import_rules import read_file
from liqheat.collect.summary import ImportSummary, LeftOutFile, Progress, SavedFile, TakenFile
from liqheat.errors import InputError, UnknownNameError
from liqheat.records import Candles, ForeignHeatmap, MarkCandles, OpenInterest
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.store import PRODUCTS, ForeignRequest, HistoryStore, load_candles_of, load_foreign, save_foreign_heatmap
from liqheat.units import format_interval, parse_interval_ms
from liqheat.venues import VENUE_WORDS, resolve_alias

__all__ = ["ImportSummary", "backfill_from_portal", "import_folder", "import_foreign"]

_DATA_ENDINGS = (".parquet", ".csv", ".zip")
LARGEST_PRICE_DIFFERENCE = 0.03
"""Share of the price: venues differ by less, currencies by more."""
_OF_VENUE = (Candles, MarkCandles, OpenInterest)
"""Records that a foreign file may hold of one venue."""


def import_folder(
    store: HistoryStore, folder: str | Path, progress: Progress | None = None, *, symbols: Collection[str] = ()
) -> ImportSummary:
    """Import every file of a folder, and of the folders below, that is recognised.

    Taken are: files of the folder name rule, zip and CSV files of the Binance data portal (checked against the
    ``.CHECKSUM`` beside them where there is one), and tables of funding, liquidation totals and forced orders. A file
    that is damaged or breaks a rule is left out and listed with its reason; the others are stored. Importing again
    inserts nothing.

    Parameters
    ----------
    store : HistoryStore
        Where the rows go.
    folder : str or Path
        A folder, or one file.
    progress : callable, optional
        Told each file's name, how many are done, and how many there are.
    symbols : collection of str
        ccxt unified symbols to import; all by default.

    Raises
    ------
    InputError
        When the folder does not exist.
    StoreError
        When the store cannot be written.
    """
    root = Path(folder)
    if not root.exists():
        raise InputError("path", "must be an existing file or folder", folder)
    paths, n_ignored = _list_files(root)
    taken: list[TakenFile] = []
    left_out: list[LeftOutFile] = []

    def wanted(symbol: str) -> bool:
        return not symbols or symbol in symbols

    for index, path in enumerate(paths):
        relative = path.name if path == root else path.relative_to(root).as_posix()
        # Names on disk may hold bytes that no terminal takes.
        name = relative.encode("utf-8", "replace").decode()
        if progress is not None:
            progress(name, index, len(paths))
        found = read_file(path, wanted)
        if found is None:
            left_out.append(LeftOutFile(name, "its name follows no rule", is_known=False))
            continue
        rule, series = found
        saved = SavedFile(store)
        try:
            for one in series:
                saved.add(one.venue, one.symbol, one.interval, one.record, one.notes)
        except (InputError, OSError) as error:
            # What a file gave before it broke is stored: each of its series is whole.
            left_out.append(LeftOutFile(name, str(error), is_known=True))
        if saved.series:
            taken.append(saved.file(name, rule))
    return ImportSummary(tuple(taken), tuple(left_out), n_ignored)


def import_foreign(
    store: HistoryStore,
    path: str | Path,
    request: ForeignRequest,
    *,
    venue: str = "",
    output: str | Path | None = None,
) -> ImportSummary:
    """Import an export or an API response of another product.

    Candles and open interest go under the venue, or under the product's own name where none is given, so that they
    never mix with a venue's own rows unasked. Liquidation totals always go under the product's name: whose they are
    stands in their rows. A heatmap is no market history: it is saved as ``.npz``, to be compared with.

    Parameters
    ----------
    store : HistoryStore
        Where rows go.
    path : str or Path
        ``.json``, ``.csv`` or ``.parquet``.
    request : ForeignRequest
        What the caller says about it. Without `as_of_ms` the file's own time is taken.
    venue : str
        Venue id that the candles and open interest are of.
    output : str or Path, optional
        Where to save a heatmap; the file's name with ``.npz``, in the current folder, by default.

    Raises
    ------
    InputError
        When the file breaks a rule; when its symbol, currency or interval is not what was said; when its prices are
        not those of the symbol in USD, where the store has candles of the same time.
    StoreError
        When the store cannot be written.
    """
    path = Path(path)
    if request.as_of_ms is None and path.is_file():
        request = replace(request, as_of_ms=int(path.stat().st_mtime * 1000))
    found = load_foreign(path, request)
    for record in found.records:
        if isinstance(record, Candles):
            _check_prices(store, request.symbol, record.open_time_ms + found.interval_ms, record.close)
        elif isinstance(record, ForeignHeatmap):
            _check_prices(store, request.symbol, record.time_ms + found.interval_ms, record.close)
    venue = _resolve_venue(venue, request) if any(isinstance(record, _OF_VENUE) for record in found.records) else ""
    saved = SavedFile(store)
    files: list[Path] = []
    for record in found.records:
        if isinstance(record, ForeignHeatmap):
            files.append(save_foreign_heatmap(record, output or Path(f"{path.stem}.npz")))
        else:
            interval = format_interval(found.interval_ms) if isinstance(record, Candles) else ""
            where = venue if venue and isinstance(record, _OF_VENUE) else request.product
            saved.add(where, request.symbol, interval, record, ())
    taken = TakenFile(path.name, request.product, tuple(saved.series), saved.count, found.notes)
    return ImportSummary((taken,), saved=tuple(files))


def _list_files(root: Path) -> tuple[list[Path], int]:
    """Files that hold data by their ending, and how many do not. Links to folders are not followed: they may loop."""
    if root.is_file():
        return [root], 0
    every = [Path(folder, name) for folder, _, names in os.walk(root) for name in names]
    data = sorted(path for path in every if path.suffix.lower() in _DATA_ENDINGS and path.is_file())
    return data, len(every) - len(data)


def _resolve_venue(venue: str, request: ForeignRequest) -> str:
    """The venue id of a name as users write it; empty where none is given."""
    name = venue.strip().lower()
    known = {found for found, _ in VENUE_WORDS.values()}
    resolved = resolve_alias(name, "linear" if request.is_linear else "inverse")
    if name and resolved not in known:
        raise UnknownNameError("venue", f"must be one of {', '.join(sorted(known))}", venue)
    return resolved


def _check_prices(store: HistoryStore, symbol: str, end_ms: TimeArray, close: FloatArray) -> None:
    """Refuse prices that are far from stored ones: those of another currency or contract, whatever was said."""
    for key in store.list_series("candles", symbol=symbol):
        if key.venue in PRODUCTS:
            continue
        step = parse_interval_ms(key.interval)
        candles = load_candles_of(store, key.venue, symbol, key.interval, int(end_ms[0]) - step, int(end_ms[-1]))
        if candles is None:
            continue
        _, ours, theirs = np.intersect1d(candles.open_time_ms + step, end_ms, return_indices=True)
        if ours.size:
            ratio = float(np.median(close[theirs] / candles.close[ours]))
            if abs(ratio - 1) > LARGEST_PRICE_DIFFERENCE:
                rule = f"prices must be those of {symbol} in USD, as in the stored candles of {key.venue}"
                raise InputError("currency", rule, f"{ratio:.4g} times those at {ours.size} times")
            return
