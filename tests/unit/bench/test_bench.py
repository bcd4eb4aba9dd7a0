"""The bench: what it asserts, what it refuses, and what it says; its times gate nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from liqheat import _core, cli
from liqheat.bench import list_cases, make_table, map_cases, run_benchmarks, save_plot
from liqheat.bench.timing import COPY, Contestant, measure_memory, race
from liqheat.errors import InputError, LiqheatError, UnknownNameError
from tests.bench.instructions import NAMES, RECORD
from tests.support.paths import ROOT


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Without the compiled opponents, which take longer to compile than to lose."""
    for name in ("load_numba_maps", "load_boost_histogram", "load_fast_histogram"):
        monkeypatch.setattr(map_cases, name, lambda: None)


def naive(entries, usd, edges, leverages, shares, rates, weights):
    """What a reader of the documentation would write."""
    out = np.zeros((2, edges.size - 1))
    for rate, weight in zip(rates, weights, strict=True):
        for leverage, share in zip(leverages, shares, strict=True):
            long, short = entries * ((1 - 1 / leverage) / (1 - rate)), entries * ((1 + 1 / leverage) / (1 + rate))
            for row, prices in enumerate((long, short)):
                out[row] += np.histogram(prices, edges, weights=usd * (share * weight))[0]
    return out


def test_contestants_take_turns_and_a_copy_of_the_same_bytes_takes_part():
    calls = []
    timings = race(
        [Contestant("a", 1, lambda: calls.append("a")), Contestant("b", 2, lambda: calls.append("b"))], 3, 64
    )
    assert calls == ["a", "b", "a", "b", *["a", "a", "b", "b"] * 3]
    assert [(one.name, one.threads) for one in timings] == [("a", 1), ("b", 2), (COPY, 1)]
    assert all(0 <= one.best <= one.median <= one.p95 for one in timings)


def test_memory_is_what_a_call_takes_beyond_what_was_there():
    kept = []
    used = measure_memory(lambda: kept.append(np.ones(8_000_000)))
    if used is None:
        pytest.skip("this system does not tell")
    assert 50e6 < used < 90e6
    assert measure_memory(lambda: None) < 10e6


@pytest.mark.parametrize("key", ["prices", "venue_prices", "fused_random", "fused_venues", "positions"])
def test_a_case_asserts_equality_and_names_everybody(key, monkeypatch):
    monkeypatch.setattr(map_cases, "race", lambda contestants, *_: race(contestants, 1, 1))
    (result,) = run_benchmarks(quick=True, only=[key])["results"]
    names = [timing["name"] for timing in result["timings"]]
    assert names[0].startswith("liqheat")
    assert any(name.startswith("numpy, plain") for name in names)
    assert "numpy, in blocks" in names
    assert result["bytes_moved"] > 0


def test_anyones_code_takes_part_and_must_be_right(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.setattr(map_cases, "race", lambda contestants, *_: race(contestants, 1))
    name = f"{__name__}:naive"
    (result,) = run_benchmarks(quick=True, only=["fused_ticks"], versus=name)["results"]
    assert result["timings"][-1]["name"] == name
    (tmp_path / "wrong_map.py").write_text("import numpy\ndef add(*_):\n    return numpy.ones((2, 1000))\n")
    with pytest.raises(InputError, match="versus: must be equal to the others' within 1e-6"):
        run_benchmarks(quick=True, only=["fused_ticks"], versus="wrong_map:add")
    for bad in ("wrong_map", "wrong_map:", "nowhere_at_all:add", "wrong_map:subtract", "wrong_map:numpy"):
        with pytest.raises(InputError, match="versus"):
            list_cases(versus=bad)


def test_what_was_found_is_a_table_json_and_a_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(map_cases, "race", lambda contestants, *_: race(contestants, 1, 1))
    json_file, plot = tmp_path / "bench.json", tmp_path / "bench.png"
    arguments = ["bench", "--quick", "--only", "positions", "--json", str(json_file), "--plot", str(plot)]
    said = CliRunner().invoke(cli.app, arguments)
    assert said.exit_code == 0, said.output
    assert "Static map of given prices" in said.output
    run = json.loads(json_file.read_text())
    assert {"liqheat", "commit", "date", "machine", "versions", "quick", "results"} == set(run)
    assert plot.stat().st_size > 5_000
    assert make_table(run).row_count == len(run["results"][0]["timings"])
    save_plot(run, plot)


def test_what_means_nothing_is_refused(monkeypatch):
    with pytest.raises(UnknownNameError, match="only: must be of prices"):
        run_benchmarks(only=["speed"])
    monkeypatch.setattr(_core, "build_profile", "debug")
    with pytest.raises(LiqheatError, match="release build"):
        run_benchmarks(only=["prices"])


def test_every_kernel_has_its_instructions_on_record():
    record = json.loads(RECORD.read_text())
    assert set(record["instructions"]) == set(NAMES)
    assert all(count > 100_000 for count in record["instructions"].values())
    source = (ROOT / "rust" / "liqheat-core" / "examples" / "kernels.rs").read_text()
    assert all(f'"{name}"' in source for name in NAMES)
