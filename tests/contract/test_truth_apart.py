"""Nothing that estimates can reach the simulator's hidden truth."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import sys
import types

import numpy as np
import pytest

import liqheat
from liqheat import _core
from liqheat.simulator import SimulatedTruth, cache, load_simulated_market, simulate_market, simulate_market_with_truth
from liqheat.simulator import truth as truth_module
from tests.support.paths import ROOT

PACKAGE = ROOT / "python" / "liqheat"
ESTIMATORS = ("venues", "history", "book", "heatmap", "margin", "records", "setups", "flow", "exchanges", "store")
CHOICES = {"days": 2, "seed": 11, "warm_up_days": 1, "positions": 3_000, "daily_volatility": 0.04}
PUBLIC_MODULES = {"liqheat.simulator.records", "liqheat.simulator.parameters"}


@pytest.fixture(scope="module")
def run():
    return simulate_market_with_truth(**CHOICES)


def arrays_of(record):
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if isinstance(value, np.ndarray):
            yield field.name, value
        for each in value if isinstance(value, tuple) else (value,):
            if dataclasses.is_dataclass(each):
                yield from arrays_of(each)


def reachable_from(root):
    """Every object that fields, slots, containers, array buffers, closures and methods lead to, types aside."""
    seen, queue, found = set(), [root], []
    while queue:
        item = queue.pop()
        if id(item) in seen or isinstance(item, types.ModuleType):
            continue
        seen.add(id(item))
        found.append(item)
        if isinstance(item, type):
            # What the type's own functions close over; its module is looked at apart.
            queue += [value for name, value in vars(item).items() if inspect.isfunction(value) or name == "__dict__"]
        elif isinstance(item, dict):
            queue += [*item.keys(), *item.values()]
        elif isinstance(item, (list, tuple, set, frozenset)):
            queue += list(item)
        elif isinstance(item, np.ndarray):
            queue += [item.base] if item.base is not None else []
        elif inspect.isfunction(item):
            queue += [cell.cell_contents for cell in item.__closure__ or ()] + list(item.__defaults__ or ())
        else:
            queue += [getattr(item, "__dict__", None)]
            names = {name for each in type(item).__mro__ for name in getattr(each, "__slots__", ()) or ()}
            queue += [getattr(item, name, None) for name in names if not name.startswith("__")]
            queue.append(type(item))
    return found


def estimate_bytes(history):
    """All that an estimate of these bars holds, and the map that is drawn from it."""
    estimate = liqheat.estimate_book(history)
    drawn = liqheat.draw_heatmap(estimate, interval="1h")
    books = [dataclasses.replace(layer.book, market=None) for layer in estimate.layers]
    assert drawn.values_usd.max() > 0
    return b"".join([drawn.values_usd.tobytes(), *(array.tobytes() for book in books for _, array in arrays_of(book))])


def test_estimators_never_import_the_simulator():
    for room in ESTIMATORS:
        for path in (PACKAGE / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = []
                if isinstance(node, ast.ImportFrom):
                    names = [f"{node.module or ''}.{alias.name}" for alias in node.names]
                elif isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                assert not [name for name in names if "simulat" in name], path


def test_only_tests_scores_and_the_cache_name_the_truth():
    named = set()
    for path in (*PACKAGE.rglob("*.py"), *(PACKAGE.parent / "liqheat_lab").rglob("*.py")):
        if "_with_truth" in (text := path.read_text(encoding="utf-8")) or "load_simulated_truth" in text:
            named.add(path.relative_to(PACKAGE).parts[0] if PACKAGE in path.parents else "liqheat_lab")
    assert named <= {"simulator", "liqheat_lab"}


def test_nothing_that_the_public_record_leads_to_is_truth(run):
    market, truth = run
    hidden_arrays = {id(array) for _, array in arrays_of(truth)}
    hidden_bytes = {array.tobytes() for name, array in arrays_of(truth) if array.size > 4 and name not in _ALSO_PUBLIC}
    for record in (market, market.history):
        for item in reachable_from(record):
            assert not isinstance(item, SimulatedTruth)
            assert id(item) not in hidden_arrays
            if isinstance(item, np.ndarray):
                assert item.tobytes() not in hidden_bytes
            if isinstance(item, type) or inspect.isfunction(item):
                assert item.__module__ != truth_module.__name__


_ALSO_PUBLIC = {"event_time_ms", "event_position_side", "event_quantity"}
"""The truth's own copies of what the venue published."""


def test_no_module_of_a_public_type_knows_the_truth(run):
    market, _ = run
    modules = {
        item.__module__ for item in reachable_from(market) if isinstance(item, type) and "liqheat" in item.__module__
    }
    assert modules > PUBLIC_MODULES
    for name in modules:
        for attribute, value in vars(sys.modules[name]).items():
            assert "truth" not in attribute.lower(), name
            assert getattr(value, "__module__", "") != truth_module.__name__, (name, attribute)
            assert value is not truth_module


def test_arrays_of_the_truth_and_of_the_feeds_share_no_memory(run):
    market, truth = run
    for public_name, public in arrays_of(market):
        for hidden_name, hidden in arrays_of(truth):
            assert not np.shares_memory(public, hidden), (public_name, hidden_name)


def test_estimates_are_the_same_bits_when_no_truth_was_recorded(run):
    without = simulate_market(**CHOICES)
    assert estimate_bytes(run[0].history) == estimate_bytes(without.history)


def test_estimates_are_the_same_bits_when_the_truth_is_scrambled(run, monkeypatch):
    random = np.random.default_rng(0)
    simulate = _core.simulate_market

    def scrambled(**choices):
        runs = simulate(**choices)
        for _, hidden in runs:
            for columns in hidden.values():
                for name, column in columns.items():
                    if isinstance(column, np.ndarray) and name != "price_edges":
                        column[...] = random.permutation(column.ravel()).reshape(column.shape)
        return runs

    monkeypatch.setattr(_core, "simulate_market", scrambled)
    market, other_truth = simulate_market_with_truth(**CHOICES)
    assert not np.array_equal(other_truth.long_quantity, run[1].long_quantity)
    assert estimate_bytes(market.history) == estimate_bytes(run[0].history)


def test_equal_feeds_of_another_market_give_equal_estimates(run):
    """The bars alone decide: the same bars inside the record of another market, whose truth differs."""
    market, truth = run
    other, other_truth = simulate_market_with_truth(**(CHOICES | {"seed": 12}))
    assert not np.array_equal(other_truth.long_quantity, truth.long_quantity)
    feeds = {field.name: getattr(market, field.name) for field in dataclasses.fields(market)}
    disguised = dataclasses.replace(other, **(feeds | {"parameters": other.parameters}))
    assert estimate_bytes(disguised.history) == estimate_bytes(market.history)
    assert estimate_bytes(other.history) != estimate_bytes(market.history)


def test_the_public_file_on_disk_holds_no_truth(run, tmp_path):
    load_simulated_market(tmp_path, **CHOICES)
    path = cache.cache_path(run[0].parameters, "market", tmp_path)
    with np.load(path) as stored:
        names = {name.partition(".")[2] for name in stored.files}
    hidden = {field.name for field in dataclasses.fields(SimulatedTruth)} - {"time_ms", "mark_price", "parameters"}
    assert not names & hidden
