"""Simulated markets kept on disk: the default one takes seconds to make and milliseconds to load."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import platformdirs

import liqheat._core as _core
from liqheat.simulator.feeds import Feeds, build_market, run_public
from liqheat.simulator.records import SimulatedMarket
from liqheat.simulator.scenarios import choose_parameters
from liqheat.simulator.truth import SimulatedTruth, build_truth, run_with_truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from liqheat.simulator.parameters import SimulatorParameters

_FORMAT = 2

Record = TypeVar("Record", SimulatedMarket, SimulatedTruth)


def load_simulated_market(
    cache_dir: str | os.PathLike[str] | None = None,
    *,
    days: int = 45,
    seed: int = 25,
    interval_ms: int = 300_000,
    scenario: str = "ordinary",
    **parameters: Any,
) -> SimulatedMarket:
    """Load the public feeds of a simulated market; simulate and keep them when they are not on disk.

    A damaged file is made anew. A cache that cannot be written costs time, not the result.

    Parameters
    ----------
    cache_dir : path, optional
        Folder of the cache; by default the environment's ``LIQHEAT_CACHE_DIR``, else the user's cache folder.
    days, seed, interval_ms, scenario, **parameters
        As in :func:`liqheat.simulator.simulate_market`.

    Raises
    ------
    InputError
        If a parameter is unknown or breaks its rule.
    """
    chosen = choose_parameters(days, seed, interval_ms, scenario, parameters)

    def simulate() -> dict[str, NDArray[Any]]:
        feeds = run_public(chosen)[0]
        return {
            f"{feed}.{name}": np.asarray(column) for feed, columns in feeds.items() for name, column in columns.items()
        }

    def build(arrays: dict[str, NDArray[Any]]) -> SimulatedMarket:
        feeds: Feeds = {}
        for name, column in arrays.items():
            feed, _, field = name.partition(".")
            feeds.setdefault(feed, {})[field] = column
        return build_market(chosen, feeds)

    return _load_or_make(cache_path(chosen, "market", cache_dir), simulate, build)


def load_simulated_truth(
    cache_dir: str | os.PathLike[str] | None = None,
    *,
    days: int = 45,
    seed: int = 25,
    interval_ms: int = 300_000,
    scenario: str = "ordinary",
    **parameters: Any,
) -> SimulatedTruth:
    """Load the hidden truth of a simulated market from its own file; simulate it when it is not on disk.

    Parameters and errors are those of :func:`load_simulated_market`.
    """
    chosen = choose_parameters(days, seed, interval_ms, scenario, parameters)

    def simulate() -> dict[str, NDArray[Any]]:
        return run_with_truth(chosen)[0][1]

    def build(arrays: dict[str, NDArray[Any]]) -> SimulatedTruth:
        return build_truth(chosen, arrays)

    return _load_or_make(cache_path(chosen, "truth", cache_dir), simulate, build)


def cache_path(parameters: SimulatorParameters, kind: str, cache_dir: str | os.PathLike[str] | None = None) -> Path:
    """File that keeps the ``market``, the ``truth`` or what is made of them, of these parameters and this version."""
    folder = cache_dir or os.environ.get("LIQHEAT_CACHE_DIR") or platformdirs.user_cache_dir("liqheat")
    key = json.dumps([_FORMAT, _core.__version__, asdict(parameters)], sort_keys=True)
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    return Path(folder) / f"simulated-{kind}-{digest}.npz"


def _load_or_make(
    path: Path,
    simulate: Callable[[], dict[str, NDArray[Any]]],
    build: Callable[[dict[str, NDArray[Any]]], Record],
) -> Record:
    # What a cut, overwritten or foreign file raises, from the zip layer up to the record's own fields.
    damaged = (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error)
    # Opened here because numpy leaves a file open whose zip directory is damaged.
    with contextlib.suppress(*damaged), path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return build({name: stored[name] for name in stored.files})
    arrays = simulate()
    with contextlib.suppress(OSError):
        _write_atomically(path, arrays)
    return build(arrays)


def _write_atomically(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
