"""One series on disk: its manifest, its lock, and the order of writes that survives a kill at any instant."""

from __future__ import annotations

import contextlib
import errno
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import filelock
import pyarrow as pa

from liqheat.errors import StoreError
from liqheat.records import SeriesKey
from liqheat.store.disk import PARTIAL, WRITING, Disk
from liqheat.store.kinds import KINDS, Kind
from liqheat.store.manifest import SERIES, Manifest, NewerFormatError, Part
from liqheat.store.outcomes import Problem
from liqheat.store.parts import DamagedPartError, checksum, decode_part, encode_part, state_of
from liqheat.store.paths import series_folder_path, series_words
from liqheat.store.rows import merge_rows

LOGGER = logging.getLogger(__name__)
QUARANTINE = "_quarantine"
LOCK_TIMEOUT_S = 30.0
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True, slots=True)
class Write:
    """A file to be written: new rows for `part`, or for a new file of `day`."""

    day: str
    part: Part | None
    rows: pa.Table
    data: bytes
    replaces: tuple[Part, ...] = ()


class SeriesFolder:
    """The folder of one series. Methods raise StoreError where the disk does not let them."""

    def __init__(self, disk: Disk, key: SeriesKey, read_only: bool) -> None:
        self.disk = disk
        self.key = key
        self.kind: Kind = KINDS[key.kind]
        self.path = series_folder_path(key)
        self.prefix = "~".join(series_words(key)) + "~"
        self.manifest_path = f"{SERIES}/{self.prefix[:-1]}.json"
        self.read_only = read_only
        self.noted: dict[str, Problem] = {}
        self._guard = threading.RLock()
        self._parsed: tuple[bytes | None, Manifest] = (None, Manifest())
        self._trusted: bytes | None = None
        """Manifest bytes after our own last write: with these on disk nothing is left to recover."""

    def at(self, path: str) -> str:
        """Path of a file of the series, relative to the store."""
        return f"{self.path}/{path}"

    def read_manifest(self) -> Manifest:
        """The manifest as it is now; an empty one where there is none; made from the files where it is damaged."""
        with disk_errors(self.manifest_path):
            try:
                data = self.disk.read(self.manifest_path)
            except FileNotFoundError:
                self._parsed = (None, Manifest())
                return self._rebuild("missing") if self._days() else Manifest()
            known, manifest = self._parsed
            if data == known:
                return manifest
            try:
                manifest = Manifest.from_bytes(data)
            except NewerFormatError as error:
                rule = "must be of a format that this version knows; update liqheat"
                raise StoreError("store", rule, f"{self.manifest_path} of version {error}") from error
            except ValueError as error:
                return self._rebuild(str(error))
        self._parsed = (data, manifest)
        return manifest

    @contextlib.contextmanager
    def writing(self, timeout_s: float = LOCK_TIMEOUT_S) -> Iterator[Manifest]:
        """Keep other writers out, finish or undo what a killed one left, and give the settled manifest."""
        if self.read_only:
            raise StoreError("store", "must not be opened read-only to be written", self.disk)
        with self._guard, disk_errors(self.path, may_be_missing=False), contextlib.ExitStack() as stack:
            self.disk.make_folder(SERIES)
            try:
                stack.enter_context(self.disk.lock(f"{SERIES}/{self.prefix[:-1]}.lock", timeout_s))
            except filelock.Timeout as error:
                raise StoreError("store", "must have one writer of a series at a time", self.path) from error
            manifest = self.read_manifest()
            if self._trusted is None or self._parsed[0] != self._trusted:
                manifest = self._recover(manifest)
            yield manifest.settled()

    def commit(self, manifest: Manifest, writes: Sequence[Write], *, moves_rows: bool = False) -> Manifest:
        """Write files so that a kill at any instant leaves each as it was or as it shall be; then it is durable."""
        staged = []
        next_part = manifest.next_part
        changed: dict[str, Part | None] = {}
        try:
            for write in writes:
                name = write.part.name if write.part else f"part-{next_part:06d}.parquet"
                next_part += write.part is None
                state = state_of(self.kind, write.rows, write.data)
                part = Part(write.day, name, state, False, write.part.state if write.part else None, write.replaces)
                changed |= {other.path: None for other in write.replaces} | {part.path: part}
                self.disk.make_folder(self.at(f"day={write.day}"))
                staged.append((self.disk.stage(f"{self.prefix}{write.day}~{name}", write.data), part))
            following = replace(manifest.with_parts(changed), next_part=next_part)
            if moves_rows:
                following = replace(following, compactions=following.compactions + 1)
            data = self._write_manifest(following)
        except BaseException:
            for waiting, _ in staged:
                self.disk.discard(waiting)
            raise
        for waiting, part in staged:
            self.disk.publish(waiting, self.at(part.path))
            self.noted.pop(part.path, None)
        for write in writes:
            for other in write.replaces:
                self.disk.remove(self.at(other.path))
        self._trusted = data
        return following.settled()

    def read_part(self, part: Part, columns: Sequence[str] | None = None) -> pa.Table:
        """Rows of a file; FileNotFoundError, or DamagedPartError when it is not what was written."""
        with disk_errors(self.at(part.path)):
            data = self.disk.read(self.at(part.path))
        return decode_part(self.kind, data, columns)

    def read_or_quarantine(self, manifest: Manifest, part: Part) -> tuple[Manifest, pa.Table | None]:
        """Rows of a file for a writer; None where they are lost, and the manifest without it."""
        try:
            return manifest, self.read_part(part)
        except FileNotFoundError:
            self.note(part, "missing")
        except DamagedPartError as error:
            return self.quarantine(manifest, part, str(error)), None
        return manifest, None

    def quarantine(self, manifest: Manifest, part: Part, reason: str) -> Manifest:
        """Put a damaged file aside, so that everything else is served; for a writer."""
        self._check_damage(part, reason)
        self.note(part, f"quarantined: {reason}")
        target = f"{QUARANTINE}/{self.prefix}{part.day}~{part.name}.{manifest.revision}.damaged"
        self.disk.make_folder(QUARANTINE)
        self.disk.move(self.at(part.path), target)
        following = replace(manifest.with_parts({part.path: None}), compactions=manifest.compactions + 1)
        self._trusted = self._write_manifest(following)
        return following

    def note(self, part: Part, what: str) -> None:
        """Remember a file whose rows cannot be served."""
        problem = Problem(self.key, self.at(part.path), what, part.state.rows)
        if self.noted.get(part.path) != problem:
            LOGGER.warning("%s", problem)
            self.noted[part.path] = problem

    def strays(self, manifest: Manifest) -> list[str]:
        """Parquet files of the series that no manifest names."""
        named = {part.path for part in manifest.parts}
        named |= {other.path for part in manifest.parts for other in part.replaces}
        paths = (f"{day}/{name}" for day in self._days() for name in self.disk.names(self.at(day)))
        return [path for path in paths if path.endswith(".parquet") and path not in named]

    def _check_damage(self, part: Part, reason: str) -> None:
        data = self.disk.read(self.at(part.path))
        if checksum(data) == part.state.sha256:
            raise StoreError("store", f"must be readable by this version of pyarrow ({reason})", self.at(part.path))

    def _days(self) -> list[str]:
        return [name for name in self.disk.names(self.path) if name.startswith("day=")]

    def _write_manifest(self, manifest: Manifest) -> bytes:
        data = manifest.to_bytes()
        staged = self.disk.stage(f"{self.prefix}manifest", data)
        try:
            self.disk.publish(staged, self.manifest_path)
        except BaseException:
            self.disk.discard(staged)
            raise
        self._parsed = (data, manifest)
        return data

    def _recover(self, manifest: Manifest) -> Manifest:
        """Settle what a killed writer left: each file is what its manifest says, or what it said before."""
        changed: dict[str, Part | None] = {}
        for part in manifest.parts:
            if part.is_settled:
                continue
            try:
                found = checksum(self.disk.read(self.at(part.path)))
            except FileNotFoundError:
                found = ""
            if found == part.state.sha256:
                for other in part.replaces:
                    self.disk.remove(self.at(other.path))
            elif part.previous is not None and found == part.previous.sha256:
                changed[part.path] = Part(part.day, part.name, part.previous)
                changed |= {other.path: other.settled() for other in part.replaces}
            elif not found and part.previous is None:
                changed[part.path] = None
            else:
                # Neither: damaged from outside. It is quarantined when it is read; what it would have replaced stays.
                changed |= {other.path: other.settled() for other in part.replaces}
        for name in self.disk.names(WRITING):
            if name.startswith(self.prefix) and name.endswith(PARTIAL):
                self.disk.remove(f"{WRITING}/{name}")
        if changed:
            manifest = replace(manifest.with_parts(changed), compactions=manifest.compactions + 1)
        is_new = self._parsed[0] is None and manifest.parts
        self._trusted = self._write_manifest(manifest) if changed or is_new else self._parsed[0]
        return manifest

    def _rebuild(self, reason: str) -> Manifest:
        """A manifest from the files themselves; those that cannot be read are left out."""
        self._parsed = (None, Manifest())
        found = []
        numbers = [0]
        for day in self._days():
            for name in self.disk.names(self.at(day)):
                if not name.endswith(".parquet"):
                    continue
                data = self.disk.read(self.at(f"{day}/{name}"))
                try:
                    rows = decode_part(self.kind, data)
                except DamagedPartError as error:
                    self.noted[f"{day}/{name}"] = Problem(self.key, self.at(f"{day}/{name}"), str(error))
                    continue
                if rows.num_rows:
                    found.append((Part(day.removeprefix("day="), name, state_of(self.kind, rows, data)), rows))
                digits = name.removeprefix("part-").removesuffix(".parquet")
                numbers.append(int(digits) if digits.isdecimal() else 0)
        found.sort(key=lambda pair: pair[0].state.first_ms)
        kept: list[tuple[Part, pa.Table]] = []
        for part, rows in found:
            if kept and part.state.first_ms <= kept[-1][0].state.last_ms:
                before, known = kept[-1]
                if not merge_rows(self.kind, known, rows).is_changed:
                    # What a killed compaction had joined already and not removed.
                    kept[-1] = (replace(before, is_settled=False, replaces=(*before.replaces, part)), known)
                    continue
            kept.append((part, rows))
        if not kept:
            return Manifest()
        LOGGER.warning("%s: %s; made from the files", self.manifest_path, reason)
        return Manifest(1, 1, max(numbers) + 1, tuple(part for part, _ in kept))


@contextlib.contextmanager
def disk_errors(path: str, *, may_be_missing: bool = True) -> Iterator[None]:
    """Turn what the operating system says into a StoreError; FileNotFoundError stays where it is an answer."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError) and may_be_missing:
            raise
        if error.errno in _NO_ROOM:
            rule = "must have room on its disk"
        elif error.errno in _NOT_ALLOWED:
            rule = "must be a place that can be written"
        else:
            rule = "must be readable and writable"
        raise StoreError("store", rule, f"{path}: {error.strerror or error}") from error


def encode(folder: SeriesFolder, day: str, part: Part | None, rows: pa.Table, replaces: Sequence[Part] = ()) -> Write:
    """A file to be written."""
    rows = rows.combine_chunks()
    return Write(day, part, rows, encode_part(folder.kind, rows), tuple(replaces))
