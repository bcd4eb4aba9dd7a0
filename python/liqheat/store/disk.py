"""Places that a store can be in: a local folder, or any file system of fsspec.

What the store needs of a place is small: read a file, put a whole file in another's place so that a reader sees the
old one or the new one and never a part, list names, remove. New files wait in ``_writing`` until they are whole.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import filelock

from liqheat.errors import InputError

WRITING = "_writing"
"""Folder of files that are not whole yet; readers of the data set leave names with an underscore alone."""
PARTIAL = ".partial"
_ATOMIC_PUT = {"memory", "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oci", "oss"}
"""Protocols whose upload appears whole or not at all; there a detour by a second name costs and gains nothing."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that waits to be published: by its name, or as bytes where uploading is atomic."""

    name: str
    data: bytes | None = None


class Disk(Protocol):
    """Paths are relative to the store, with forward slashes. All methods raise OSError for the place's own errors."""

    def read(self, path: str) -> bytes:
        """Whole content of a file; FileNotFoundError where there is none."""

    def names(self, path: str) -> list[str]:
        """Names in a folder, sorted; none where there is no such folder."""

    def make_folder(self, path: str) -> None:
        """Make a folder and those above it."""

    def stage(self, name: str, data: bytes) -> Staged:
        """Write a file under a hidden name, durably."""

    def publish(self, staged: Staged, path: str) -> None:
        """Give a staged file its place at once and durably, over what is there."""

    def discard(self, staged: Staged) -> None:
        """Forget a staged file; failing to is not an error, a later writer removes it."""

    def move(self, source: str, target: str) -> None:
        """Move a file."""

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""

    def lock(self, path: str, timeout_s: float) -> contextlib.AbstractContextManager[Any]:
        """Keep other writers out; filelock.Timeout when another one stays."""


class LocalDisk:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __str__(self) -> str:
        return str(self.root)

    def read(self, path: str) -> bytes:  # noqa: D102  see Disk, here and below
        return (self.root / path).read_bytes()

    def names(self, path: str) -> list[str]:  # noqa: D102
        try:
            return sorted(entry.name for entry in (self.root / path).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def make_folder(self, path: str) -> None:  # noqa: D102
        missing = []
        folder = self.root / path
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            _sync_folder(folder.parent)

    def stage(self, name: str, data: bytes) -> Staged:  # noqa: D102
        path = self.root / WRITING / f"{name}{PARTIAL}"
        path.parent.mkdir(parents=True, exist_ok=True)
        staged = Staged(f"{WRITING}/{path.name}")
        try:
            with path.open("wb", buffering=0) as file:
                left = memoryview(data)
                while left:
                    left = left[file.write(left) :]
                os.fsync(file.fileno())
        except BaseException:
            self.discard(staged)
            raise
        return staged

    def publish(self, staged: Staged, path: str) -> None:  # noqa: D102
        target = self.root / path
        (self.root / staged.name).replace(target)
        _sync_folder(target.parent)

    def discard(self, staged: Staged) -> None:  # noqa: D102
        with contextlib.suppress(OSError):
            (self.root / staged.name).unlink(missing_ok=True)

    def move(self, source: str, target: str) -> None:  # noqa: D102
        (self.root / source).replace(self.root / target)
        _sync_folder((self.root / target).parent)

    def remove(self, path: str) -> None:  # noqa: D102
        (self.root / path).unlink(missing_ok=True)

    def lock(self, path: str, timeout_s: float) -> contextlib.AbstractContextManager[Any]:  # noqa: D102
        return filelock.FileLock(str(self.root / path), timeout=timeout_s, thread_local=False)


class RemoteDisk:
    """A file system of fsspec. Nothing keeps a second writer out: let there be one."""

    def __init__(self, file_system: Any, root: str) -> None:
        self.file_system = file_system
        self.root = root.rstrip("/")
        protocols = file_system.protocol
        self._puts_whole = bool(_ATOMIC_PUT & ({protocols} if isinstance(protocols, str) else set(protocols)))

    def __str__(self) -> str:
        return str(self.file_system.unstrip_protocol(self.root))

    def _at(self, path: str) -> str:
        return f"{self.root}/{path}" if path else self.root

    def read(self, path: str) -> bytes:  # noqa: D102
        return bytes(self.file_system.cat_file(self._at(path)))

    def names(self, path: str) -> list[str]:  # noqa: D102
        self.file_system.invalidate_cache(self._at(path))
        try:
            found = self.file_system.ls(self._at(path), detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(name.rstrip("/").rpartition("/")[2] for name in found)

    def make_folder(self, path: str) -> None:  # noqa: D102
        self.file_system.makedirs(self._at(path), exist_ok=True)

    def stage(self, name: str, data: bytes) -> Staged:  # noqa: D102
        if self._puts_whole:
            return Staged(name, data)
        self.make_folder(WRITING)
        staged = Staged(f"{WRITING}/{name}{PARTIAL}")
        try:
            self.file_system.pipe_file(self._at(staged.name), data)
        except BaseException:
            self.discard(staged)
            raise
        return staged

    def publish(self, staged: Staged, path: str) -> None:  # noqa: D102
        if staged.data is not None:
            self.file_system.pipe_file(self._at(path), staged.data)
        else:
            self.file_system.mv(self._at(staged.name), self._at(path))

    def discard(self, staged: Staged) -> None:  # noqa: D102
        if staged.data is None:
            with contextlib.suppress(OSError):
                self.remove(staged.name)

    def move(self, source: str, target: str) -> None:  # noqa: D102
        self.file_system.mv(self._at(source), self._at(target))

    def remove(self, path: str) -> None:  # noqa: D102
        with contextlib.suppress(FileNotFoundError):
            self.file_system.rm_file(self._at(path))

    @contextlib.contextmanager
    def lock(self, path: str, timeout_s: float) -> Iterator[None]:  # noqa: D102
        del path, timeout_s
        yield


def open_disk(url: str | Path) -> Disk:
    """The place that a folder's path or an fsspec URL names; nothing is created.

    Raises
    ------
    InputError
        When the URL's file system is not known or not installed.
    """
    if isinstance(url, Path):
        return LocalDisk(url)
    if not url:
        raise InputError("store", "must be a folder, or the URL of one", "nothing")
    if "://" not in url:
        return LocalDisk(Path(url).expanduser())
    import fsspec.core
    from fsspec.implementations.local import LocalFileSystem

    try:
        file_system, root = fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise InputError("store", "must be a folder, or a URL of a file system that is installed", url) from error
    if isinstance(file_system, LocalFileSystem):
        return LocalDisk(Path(root))
    return RemoteDisk(file_system, root)


def _sync_folder(folder: Path) -> None:
    """Make names durable; Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
