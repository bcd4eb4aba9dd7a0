"""A store that meets a full disk, a read-only folder, damaged files, a newer version, a killed writer's leftovers."""

from __future__ import annotations

import errno
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from liqheat.errors import InputError, StoreError
from liqheat.store import HistoryStore
from liqheat.store.disk import LocalDisk, open_disk
from liqheat.store.series_folder import SeriesFolder
from tests.support.store_tables import (
    CANDLES,
    DAY_MS,
    INTEREST,
    LIQUIDATIONS,
    START_MS,
    candles,
    files_of,
    interest,
    liquidations,
)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(store, n_batches=10_000, size=2_000):
    """Upsert until the disk is full; how many rows were acknowledged."""
    for batch in range(n_batches):
        try:
            store.upsert(LIQUIDATIONS, liquidations(size, batch * size, step_ms=977))
        except StoreError as error:
            assert (error.argument, error.rule) == ("store", "must have room on its disk")  # noqa: PT017
            assert "No space left" in error.value  # noqa: PT017
            return batch * size
    raise AssertionError("the disk never was full")


def test_a_full_disk_loses_nothing_acknowledged(small_disk):
    store = HistoryStore(small_disk / "store")
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 300_000)
    acknowledged = fill(store)
    assert acknowledged > 0
    assert not list((small_disk / "store").rglob("*.partial"))
    for same in (store, HistoryStore(small_disk / "store")):
        assert same.load(LIQUIDATIONS).num_rows == acknowledged
        assert same.verify() == []
    ballast.unlink()
    assert store.upsert(LIQUIDATIONS, liquidations(2_000, acknowledged, step_ms=977)).inserted == 2_000
    assert store.load(LIQUIDATIONS).num_rows == acknowledged + 2_000


def test_a_read_only_place_is_read_and_not_written(small_disk):
    store = HistoryStore(small_disk / "store")
    store.upsert(CANDLES, candles(100))
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    for same in (store, HistoryStore(small_disk / "store")):
        with pytest.raises(StoreError, match=r"store: must be a place that can be written; found .*Read-only"):
            same.upsert(CANDLES, candles(1, 100))
        assert same.load(CANDLES).num_rows == 100
    with pytest.raises(StoreError, match="must be a place that can be written"):
        HistoryStore(small_disk / "other")
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    files_of(small_disk)[0].write_bytes(b"noise")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert store.load(CANDLES).num_rows == 0
    assert len(store.quarantined) == 1


def test_a_store_opened_read_only_refuses_to_write(tmp_path):
    with pytest.raises(StoreError, match="must be an existing store"):
        HistoryStore(tmp_path / "none", read_only=True)
    with pytest.raises(StoreError, match="must be an existing store"):
        HistoryStore(tmp_path / "none", create=False)
    assert not (tmp_path / "none").exists()
    HistoryStore(tmp_path / "store").upsert(CANDLES, candles(3))
    before = sorted(tmp_path.rglob("*"))
    reader = HistoryStore(tmp_path / "store", read_only=True)
    with pytest.raises(StoreError, match="must not be opened read-only"):
        reader.upsert(CANDLES, candles(4))
    assert reader.load(CANDLES).num_rows == 3
    assert reader.verify() == []
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_that_may_not_grow_is_reported(tmp_path):
    """The quota of one process (RLIMIT_FSIZE) stands for any other limit of the system."""
    code = f"""
import signal
from liqheat.errors import StoreError
from liqheat.store import HistoryStore
from tests.support.store_tables import CANDLES, candles
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = HistoryStore({str(tmp_path)!r})
store.upsert(CANDLES, candles(10))
try:
    store.upsert(CANDLES, candles(100_000))
except StoreError as error:
    print(error, store.load(CANDLES).num_rows, store.upsert(CANDLES, candles(12)).inserted, store.verify())
"""
    root = Path(__file__).resolve().parents[3]
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=root,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000)),
    )
    assert result.returncode == 0, result.stderr
    assert "must have room on its disk" in result.stdout
    assert result.stdout.strip().endswith("10 2 []")


class FullFileSystem(MemoryFileSystem):
    """A remote place that can be full."""

    protocol = "fulltest"
    cachable = False
    left = 10**9

    def pipe_file(self, path, value, **options):
        if FullFileSystem.left < len(value):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        FullFileSystem.left -= len(value)
        super().pipe_file(path, value, **options)


def test_a_full_remote_place_loses_nothing_acknowledged(monkeypatch):
    fsspec.register_implementation("fulltest", FullFileSystem, clobber=True)
    monkeypatch.setattr(FullFileSystem, "left", 400_000)
    store = HistoryStore("fulltest://bucket/store")
    acknowledged = fill(store)
    assert 0 < acknowledged == store.load(LIQUIDATIONS).num_rows
    assert store.verify() == []
    monkeypatch.setattr(FullFileSystem, "left", 10**9)
    assert store.upsert(LIQUIDATIONS, liquidations(100, acknowledged, step_ms=977)).inserted == 100
    assert HistoryStore("fulltest://bucket/store").verify() == []


@pytest.mark.parametrize("damage", ["cut", "noise", "one bit", "empty"])
def test_a_damaged_file_is_put_aside_and_the_rest_served(tmp_path, damage, caplog):
    store = HistoryStore(tmp_path)
    store.upsert(CANDLES, candles(3 * 1440))
    path = files_of(tmp_path)[1]
    data = bytearray(path.read_bytes())
    if damage == "one bit":
        data[len(data) // 3] ^= 4
    path.write_bytes({"cut": data[: len(data) // 2], "noise": b"PAR1" * 100, "one bit": data, "empty": b""}[damage])
    (problem,) = store.verify()
    assert problem.key == CANDLES
    assert problem.rows == 1440
    assert "checksum differs" in problem.what
    reader = HistoryStore(tmp_path, read_only=True)
    assert reader.load(CANDLES).num_rows == 2 * 1440
    assert [found.rows for found in reader.quarantined] == [1440]
    assert path.exists()
    assert store.load(CANDLES).num_rows == 2 * 1440
    assert "quarantined" in caplog.text
    assert not path.exists()
    assert len(store.quarantined) == 1
    assert len(HistoryStore(tmp_path).quarantined) == 1
    assert store.verify() == []
    (gap,) = store.find_gaps(CANDLES, START_MS, START_MS + 3 * DAY_MS)
    assert (gap.start_ms, gap.n_missing) == (START_MS + DAY_MS, 1440)
    assert store.upsert(CANDLES, candles(3 * 1440)).inserted == 1440


def test_an_upsert_into_a_damaged_file_keeps_the_new_rows(tmp_path):
    store = HistoryStore(tmp_path)
    store.upsert(CANDLES, candles(2000))
    files_of(tmp_path)[1].write_bytes(b"PAR1")
    assert store.upsert(CANDLES, candles(10, 2000)).inserted == 10
    assert store.load(CANDLES).num_rows == 1440 + 10
    files_of(tmp_path)[0].unlink()
    assert [problem.what for problem in store.verify()] == ["missing"]
    assert store.load(CANDLES).num_rows == 10
    assert "missing" in str(store.quarantined[-1])
    store.upsert(CANDLES, candles(1440))
    assert store.load(CANDLES).num_rows == 1450
    assert not any("missing" in str(problem) for problem in store.quarantined)
    assert store.verify() == []


def test_compaction_goes_around_a_damaged_file(tmp_path, monkeypatch):
    monkeypatch.setattr("liqheat.store.parts.SMALL_ROWS", 10)
    store = HistoryStore(tmp_path)
    for first in range(0, 60, 10):
        store.upsert(LIQUIDATIONS, liquidations(10, first))
    files_of(tmp_path)[2].write_bytes(b"noise")
    assert store.compact().files_before == 5
    assert store.load(LIQUIDATIONS).num_rows == 50


def test_a_file_that_is_right_and_cannot_be_read_stays(tmp_path, monkeypatch):
    """A bug or a memory error of the reader must not cost the file."""
    store = HistoryStore(tmp_path)
    store.upsert(CANDLES, candles(5))

    def fail(*_, **__):
        raise OSError("no")

    with monkeypatch.context() as patched:
        patched.setattr("pyarrow.parquet.ParquetFile", fail)
        with pytest.raises(StoreError, match="must be readable by this version of pyarrow"):
            store.load(CANDLES)
    assert store.load(CANDLES).num_rows == 5


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"format_version": 1, "parts": 5}'])
def test_a_lost_manifest_is_made_from_the_files(tmp_path, content, monkeypatch):
    monkeypatch.setattr("liqheat.store.parts.SMALL_ROWS", 100)
    store = HistoryStore(tmp_path)
    for first in range(0, 3_000, 100):
        store.upsert(CANDLES, candles(100, first))
    (manifest,) = tmp_path.rglob("_series/*.json")
    manifest.unlink() if content is None else manifest.write_bytes(content)
    assert HistoryStore(tmp_path, read_only=True).load(CANDLES).num_rows == 3_000
    again = HistoryStore(tmp_path)
    assert again.list_series() == [CANDLES]
    assert again.upsert(CANDLES, candles(3_001)).inserted == 1
    assert again.verify() == []
    assert again.load(CANDLES).drop_columns(["taker_buy_volume"]).equals(candles(3_001))


def test_a_lost_manifest_amid_a_compaction_shows_no_row_twice(tmp_path, monkeypatch):
    monkeypatch.setattr("liqheat.store.parts.SMALL_ROWS", 10)
    store = HistoryStore(tmp_path)
    for first in range(0, 60, 10):
        store.upsert(LIQUIDATIONS, liquidations(10, first))
    replaced = {path: path.read_bytes() for path in files_of(tmp_path)[1:]}
    store.compact()
    for path, data in replaced.items():
        path.write_bytes(data)
    next(tmp_path.rglob("_series/*.json")).unlink()
    assert HistoryStore(tmp_path, read_only=True).load(LIQUIDATIONS).num_rows == 60
    again = HistoryStore(tmp_path)
    assert again.verify() == []
    assert again.load(LIQUIDATIONS).num_rows == again.count_rows(LIQUIDATIONS) == 60
    assert len(files_of(tmp_path)) == 1


def test_newer_stores_and_series_are_left_alone(tmp_path):
    store = HistoryStore(tmp_path / "a")
    store.upsert(CANDLES, candles(5))
    (manifest,) = tmp_path.rglob("_series/*.json")
    manifest.write_bytes(manifest.read_bytes().replace(b'"format_version":1', b'"format_version":7'))
    for use in (store.load, lambda key: store.upsert(key, candles(6)), store.verify, store.span_ms, store.compact):
        with pytest.raises(StoreError, match=r"update liqheat; found .*version 7"):
            use(CANDLES)
    (tmp_path / "a" / "_store.json").write_text(json.dumps({"format_version": 2}))
    with pytest.raises(StoreError, match="format version 1 or older; update liqheat; found version 2"):
        HistoryStore(tmp_path / "a")
    (tmp_path / "a" / "_store.json").write_text("not json")
    with pytest.raises(StoreError, match=r"must have a readable _store.json"):
        HistoryStore(tmp_path / "a")


def test_folders_of_other_things_are_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(StoreError, match=r"must be an empty folder or a store; found .*letter.txt"):
        HistoryStore(tmp_path)
    with pytest.raises(StoreError, match="store: must be"):
        HistoryStore(tmp_path / "letter.txt")
    with pytest.raises(InputError, match="store: must be a folder, or a URL"):
        HistoryStore("nosuch://place")
    with pytest.raises(InputError, match="store: must be a folder"):
        HistoryStore("")


def test_file_urls_are_local_folders(tmp_path):
    assert isinstance(open_disk(f"file://{tmp_path}"), LocalDisk)
    HistoryStore(f"file://{tmp_path}/s").upsert(INTEREST, interest([START_MS]))
    assert HistoryStore(tmp_path / "s").load(INTEREST).num_rows == 1


def test_strange_files_are_reported_and_not_served(tmp_path):
    store = HistoryStore(tmp_path)
    store.upsert(CANDLES, candles(5))
    own = files_of(tmp_path)[0]
    (own.parent / "mine.parquet").write_bytes(own.read_bytes())
    (problem,) = store.verify()
    assert "not in the manifest" in problem.what
    assert store.load(CANDLES).num_rows == 5


@pytest.mark.parametrize("first", ["part", "manifest"])
def test_a_write_that_fails_half_way_gives_its_room_back(tmp_path, monkeypatch, first):
    store = HistoryStore(tmp_path)
    store.upsert(CANDLES, candles(10))
    real = store.disk.stage

    def stage(name, data):
        if name.endswith("manifest") or (first == "part" and "2026-01-02" in name):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(name, data)

    with monkeypatch.context() as patched:
        patched.setattr(store.disk, "stage", stage)
        with pytest.raises(StoreError, match="must have room"):
            store.upsert(CANDLES, candles(3 * 1440))
    assert not list(tmp_path.rglob("*.partial"))
    assert store.load(CANDLES).num_rows == 10
    assert store.upsert(CANDLES, candles(3 * 1440)).inserted == 3 * 1440 - 10


STEPS = ("stage", "publish", "remove", "make_folder")


@pytest.mark.parametrize("step", range(40))
@pytest.mark.parametrize("is_remote", [False, True])
def test_whatever_step_fails_nothing_acknowledged_is_lost(tmp_path, monkeypatch, step, is_remote):
    """Upserts, a correction and a compaction; the disk fails for good at one step, then is opened again."""
    monkeypatch.setattr("liqheat.store.parts.SMALL_ROWS", 10)
    url = f"memory://fail-{tmp_path.name}" if is_remote else tmp_path
    store = HistoryStore(url)
    for first in range(0, 30, 10):
        store.upsert(CANDLES, candles(10, first))
    left = [step]

    def failing(name):
        real = getattr(store.disk, name)

        def call(*arguments):
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.EIO, "input/output error")
            return real(*arguments)

        return call

    acknowledged = {START_MS + bar * 60_000: 90_000.0 + bar % 97 for bar in range(30)}
    with monkeypatch.context() as patched:
        for name in STEPS:
            patched.setattr(store.disk, name, failing(name))
        try:
            store.upsert(CANDLES, candles(30, 1425))
            acknowledged |= {START_MS + bar * 60_000: 90_000.0 + bar % 97 for bar in range(1425, 1455)}
            store.compact()
            store.upsert(CANDLES, candles(3, 5, price=80_000.0))
            acknowledged |= {START_MS + bar * 60_000: 80_000.0 + bar % 97 for bar in range(5, 8)}
        except StoreError as error:
            assert "must be readable and writable" in str(error)  # noqa: PT017  at some steps nothing fails
        reader = HistoryStore(url, read_only=True)
        check_holds(reader.load(CANDLES), acknowledged)
        assert reader.verify() == []
    for same in (store, HistoryStore(url)):
        check_holds(same.load(CANDLES), acknowledged)
        assert same.verify() == []
        assert same.upsert(CANDLES, candles(1, 3)).unchanged == 1
    if not is_remote:
        assert not list(tmp_path.rglob("*.partial"))
        assert sum(SeriesFolder.read_part(store._folder(CANDLES), part).num_rows for part in parts(store)) == (
            store.count_rows(CANDLES)
        )


def parts(store):
    return store._folder(CANDLES).read_manifest().parts


def check_holds(table, acknowledged):
    times = table.column("open_time_ms").to_pylist()
    assert times == sorted(set(times))
    found = dict(zip(times, table.column("close").to_pylist(), strict=True))
    maybe = {80_000.0 + bar % 97 for bar in range(5, 8)}
    wrong = {time: close for time, close in acknowledged.items() if found.get(time) not in {close, *maybe}}
    assert not wrong
