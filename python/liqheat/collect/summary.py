"""What imports say about themselves, and the way of one file's series into the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from liqheat.store import HistoryStore, StoredRecord, UpsertCount, save_record

Progress = Callable[[str, int, int], object]
"""Told what is being read, how many are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file of which at least one series was stored.

    Attributes
    ----------
    path : str
        File, or name of an archive.
    kind : str
        Which rule recognised it.
    series : tuple of str
        Venue and symbol of each series, for people.
    count : UpsertCount
        Rows inserted, updated and unchanged.
    notes : tuple of str
        What a reader must know.
    """

    path: str
    kind: str
    series: tuple[str, ...]
    count: UpsertCount
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOutFile:
    """A file that was not stored; `is_known` is whether its name promised something that it does not hold."""

    path: str
    reason: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did.

    Attributes
    ----------
    taken, left_out : tuple
        Files stored, and files that were not, each in the order of reading.
    n_ignored : int
        Files that hold no data by their ending.
    n_present : int
        Archives that were not fetched because the store has their rows.
    saved : tuple of Path
        Heatmaps of other products, which are saved beside the store's rows, not among them.
    """

    taken: tuple[TakenFile, ...] = ()
    left_out: tuple[LeftOutFile, ...] = ()
    n_ignored: int = 0
    n_present: int = 0
    saved: tuple[Path, ...] = ()

    @property
    def count(self) -> UpsertCount:
        """Rows of all files."""
        return sum((file.count for file in self.taken), UpsertCount())


class SavedFile:
    """Series of one file on their way into the store."""

    def __init__(self, store: HistoryStore) -> None:
        self._store = store
        self.series: list[str] = []
        self.count = UpsertCount()
        self._notes: dict[str, None] = {}

    def add(self, venue: str, symbol: str, interval: str, record: StoredRecord, notes: tuple[str, ...]) -> None:
        """Store one series; returns when its rows are on disk."""
        self.count += save_record(self._store, venue, symbol, record, interval)
        self.series.append(f"{type(record).__name__} {venue} {symbol} {interval}".rstrip())
        self._notes.update(dict.fromkeys(notes))

    def file(self, path: str, kind: str) -> TakenFile:
        """What to say about the file."""
        return TakenFile(path, kind, tuple(self.series), self.count, tuple(self._notes))
