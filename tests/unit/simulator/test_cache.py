"""The cache of simulated markets: the same bits back, and never a reason to fail."""

from __future__ import annotations

import numpy as np
import pytest

from liqheat.errors import InputError
from liqheat.simulator import cache, load_simulated_market, load_simulated_truth, simulate_market_with_truth
from liqheat.simulator.parameters import SimulatorParameters

SMALL = {"days": 1, "seed": 9, "warm_up_days": 0, "positions": 1_000, "outages_per_day": 12.0}
PARAMETERS = SimulatorParameters(**SMALL)


@pytest.fixture
def no_core(monkeypatch):
    """Make a second run of the simulator an error."""

    def fail(*_arguments, **_named):
        raise AssertionError("the simulator ran although the cache had the result")

    def switch_off():
        monkeypatch.setattr(cache, "run_public", fail)
        monkeypatch.setattr(cache, "run_with_truth", fail)

    return switch_off


def test_round_trip_gives_the_same_bits_without_a_second_run(tmp_path, no_core):
    market, truth = simulate_market_with_truth(**SMALL)
    load_simulated_market(tmp_path, **SMALL)
    load_simulated_truth(tmp_path, **SMALL)
    no_core()
    cached, cached_truth = load_simulated_market(tmp_path, **SMALL), load_simulated_truth(tmp_path, **SMALL)
    for record in ("history", "liquidations", "open_interest", "order_book", "funding"):
        loaded, made = getattr(cached, record), getattr(market, record)
        for name in made.__slots__:
            np.testing.assert_array_equal(getattr(loaded, name), getattr(made, name))
            assert getattr(getattr(loaded, name), "dtype", None) == getattr(getattr(made, name), "dtype", None)
    assert (cached.depth_usd == market.depth_usd).all()
    assert cached.holes == market.holes
    assert cached.holes
    assert cached_truth.totals_usd == truth.totals_usd
    assert cached_truth.lots_per_coin == truth.lots_per_coin
    for name in truth.__slots__:
        np.testing.assert_array_equal(getattr(cached_truth, name), getattr(truth, name))
    assert not cached.history.close.flags.writeable


def test_public_file_holds_no_truth(tmp_path):
    load_simulated_market(tmp_path, **SMALL)
    (path,) = tmp_path.iterdir()
    with np.load(path) as stored:
        feeds = ("bars", "liquidations", "funding", "order_book", "disturbances")
        assert {name.partition(".")[0] for name in stored.files} == set(feeds)


@pytest.mark.parametrize("damage", ["empty", "cut", "noise", "flipped", "foreign", "folder"])
def test_damaged_file_is_made_anew(tmp_path, no_core, damage):
    first = load_simulated_market(tmp_path, **SMALL)
    path = cache.cache_path(PARAMETERS, "market", tmp_path)
    content = path.read_bytes()
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "noise":
        path.write_bytes(b"not a zip file" * 100)
    elif damage == "flipped":
        middle = len(content) // 3
        path.write_bytes(
            content[:middle] + bytes(byte ^ 255 for byte in content[middle : middle + 64]) + content[middle + 64 :]
        )
    elif damage == "foreign":
        np.savez(path, something=np.arange(3))
    else:
        path.unlink()
        path.mkdir()
    again = load_simulated_market(tmp_path, **SMALL)
    assert again.history.close.tobytes() == first.history.close.tobytes()
    if damage != "folder":
        no_core()
        load_simulated_market(tmp_path, **SMALL)
    assert not list(tmp_path.glob("*.part"))


def test_a_cache_that_cannot_be_written_is_not_fatal(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert load_simulated_market(blocked / "cache", **SMALL).history.n_bars == 288


def test_folder_comes_from_the_argument_then_the_environment_then_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("LIQHEAT_CACHE_DIR", str(tmp_path / "environment"))
    assert cache.cache_path(PARAMETERS, "market", tmp_path / "argument").parent == tmp_path / "argument"
    assert cache.cache_path(PARAMETERS, "market").parent == tmp_path / "environment"
    monkeypatch.delenv("LIQHEAT_CACHE_DIR")
    monkeypatch.setattr(cache.platformdirs, "user_cache_dir", lambda name: str(tmp_path / name))
    assert cache.cache_path(PARAMETERS, "market").parent == tmp_path / "liqheat"


def test_key_depends_on_parameters_kind_and_version(tmp_path, monkeypatch):
    paths = {
        cache.cache_path(PARAMETERS, "market", tmp_path),
        cache.cache_path(PARAMETERS, "truth", tmp_path),
        cache.cache_path(SimulatorParameters(**(SMALL | {"seed": 10})), "market", tmp_path),
    }
    monkeypatch.setattr(cache._core, "__version__", "999")
    paths.add(cache.cache_path(PARAMETERS, "market", tmp_path))
    assert len(paths) == 4


def test_bad_parameters_reach_the_caller_and_leave_no_file(tmp_path):
    with pytest.raises(InputError, match="interval_ms"):
        load_simulated_market(tmp_path, days=1, interval_ms=7)
    with pytest.raises(InputError, match="colour"):
        load_simulated_truth(tmp_path, colour=3)
    assert not list(tmp_path.iterdir())
