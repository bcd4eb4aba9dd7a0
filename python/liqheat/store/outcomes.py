"""What operations on the store answer."""

from __future__ import annotations

from dataclasses import dataclass

from liqheat.records import SeriesKey


@dataclass(frozen=True, slots=True)
class UpsertCount:
    """Rows of one upsert: new keys, known keys with other values, and rows that were there already."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: UpsertCount) -> UpsertCount:
        return UpsertCount(
            self.inserted + other.inserted, self.updated + other.updated, self.unchanged + other.unchanged
        )


@dataclass(frozen=True, slots=True)
class CompactCount:
    """Files before and after a compaction, of the days that it touched."""

    files_before: int = 0
    files_after: int = 0

    def __add__(self, other: CompactCount) -> CompactCount:
        return CompactCount(self.files_before + other.files_before, self.files_after + other.files_after)


@dataclass(frozen=True, slots=True)
class Gap:
    """Times ``[start_ms, end_ms)`` in which `n_missing` rows are expected and none is stored."""

    start_ms: int
    end_ms: int
    n_missing: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the store that is not as it was written.

    Attributes
    ----------
    key : SeriesKey
        Of which series.
    path : str
        File, relative to the store.
    what : str
        For people.
    rows : int
        Rows that cannot be served because of it; 0 where none or not known.
    """

    key: SeriesKey
    path: str
    what: str
    rows: int = 0

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"
