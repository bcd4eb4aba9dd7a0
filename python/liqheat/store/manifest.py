"""The manifest of a series: which files hold its rows, with counts, times and checksums.

A file is always replaced in two steps: first the manifest names what the file will be (``state``) beside what it is
(``previous``), then the file is renamed into place. Whenever the process is killed, a file is in one of the two
states that its manifest names, and the checksum tells which.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

FORMAT_VERSION = 1
SERIES = "_series"
"""Folder of the manifests: beside the data set and not in it, because polars refuses a folder of mixed endings."""


@dataclass(frozen=True, slots=True)
class PartState:
    """Content of a file: rows, bytes, first and last time, sha256."""

    rows: int
    n_bytes: int
    first_ms: int
    last_ms: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file of a series.

    Attributes
    ----------
    day, name : str
        UTC day and file name; no name is ever used twice in a series.
    state : PartState
        What the file holds once it is in place.
    is_settled : bool
        Whether it is known to be in place.
    previous : PartState or None
        What the file may hold instead while it is not settled; None: there may be no file.
    replaces : tuple of Part
        Files of a compaction whose rows stand in `state`; they count while the file still holds `previous`.
    """

    day: str
    name: str
    state: PartState
    is_settled: bool = True
    previous: PartState | None = None
    replaces: tuple[Part, ...] = ()

    @property
    def path(self) -> str:
        """Relative to the series."""
        return f"day={self.day}/{self.name}"

    def settled(self) -> Part:
        """The same, known to be in place."""
        return Part(self.day, self.name, self.state)


@dataclass(frozen=True, slots=True)
class Manifest:
    """All files of a series, in time order.

    Attributes
    ----------
    revision : int
        Rises with every write.
    compactions : int
        Rises when rows move from one file to another; a reader that sees it change begins anew.
    next_part : int
        Number of the next file.
    parts : tuple of Part
        Files; the times of no two overlap.
    """

    revision: int = 0
    compactions: int = 0
    next_part: int = 1
    parts: tuple[Part, ...] = ()

    def with_parts(self, changed: Mapping[str, Part | None]) -> Manifest:
        """The next revision: parts by their path replaced, added, or removed (None); all others are settled."""
        kept = {part.path: part.settled() for part in self.parts} | dict(changed)
        parts = sorted((part for part in kept.values() if part), key=lambda part: part.state.first_ms)
        return replace(self, revision=self.revision + 1, parts=tuple(parts))

    def settled(self) -> Manifest:
        """The same with every part known to be in place."""
        return replace(self, parts=tuple(part.settled() for part in self.parts))

    def to_bytes(self) -> bytes:
        """As JSON."""
        content = {
            "format_version": FORMAT_VERSION,
            "revision": self.revision,
            "compactions": self.compactions,
            "next_part": self.next_part,
            "parts": [_part_to_json(part) for part in self.parts],
        }
        return json.dumps(content, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """From JSON.

        Raises
        ------
        NewerFormatError
            When a newer version of this package wrote it.
        ValueError
            When it is damaged.
        """
        try:
            content = json.loads(data)
            version = int(content["format_version"])
            if version > FORMAT_VERSION:
                raise NewerFormatError(version)
            parts = tuple(_part_from_json(part) for part in content["parts"])
            return cls(int(content["revision"]), int(content["compactions"]), int(content["next_part"]), parts)
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
            raise ValueError(f"not a manifest: {error!r}") from error


class NewerFormatError(Exception):
    """A newer version of this package wrote it; the argument is its format version."""


def _part_to_json(part: Part) -> dict[str, Any]:
    content: dict[str, Any] = {"day": part.day, "name": part.name, **_state_to_json(part.state)}
    if not part.is_settled:
        content["pending"] = True
        content["previous"] = None if part.previous is None else _state_to_json(part.previous)
    if part.replaces:
        content["replaces"] = [_part_to_json(other) for other in part.replaces]
    return content


def _state_to_json(state: PartState) -> dict[str, Any]:
    # By hand: dataclasses.asdict takes ten times as long, and a manifest of a year names hundreds of files.
    return {
        "rows": state.rows,
        "n_bytes": state.n_bytes,
        "first_ms": state.first_ms,
        "last_ms": state.last_ms,
        "sha256": state.sha256,
    }


def _part_from_json(content: dict[str, Any]) -> Part:
    previous = content.get("previous")
    return Part(
        str(content["day"]),
        str(content["name"]),
        _state_from_json(content),
        not content.get("pending", False),
        None if previous is None else _state_from_json(previous),
        tuple(_part_from_json(other) for other in content.get("replaces", ())),
    )


def _state_from_json(content: dict[str, Any]) -> PartState:
    rows, n_bytes, first_ms, last_ms = (int(content[name]) for name in ("rows", "n_bytes", "first_ms", "last_ms"))
    return PartState(rows, n_bytes, first_ms, last_ms, str(content["sha256"]))
