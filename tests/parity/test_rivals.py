"""numpy and Rust give the same bits for every rival."""

from __future__ import annotations

import numpy as np
import pytest

from liqheat import _core
from liqheat.errors import InputError
from liqheat_lab.rivals.rivals import RIVAL_NAMES, rival_profiles, run_rival
from tests.support.markets import make_market


@pytest.mark.parametrize("contract_kind", ["linear", "inverse"])
@pytest.mark.parametrize("name", RIVAL_NAMES)
def test_rivals_are_bit_identical(name, contract_kind):
    market = make_market(900, 5, volatility=0.004, contract_kind=contract_kind)
    rust = run_rival(market, name, by_leverage=True)
    reference = run_rival(market, name, by_leverage=True, backend="numpy")
    np.testing.assert_array_equal(rust.swept_usd, reference.swept_usd)
    assert (rust.swept_usd.sum(axis=0) > 0).all(axis=0).sum() >= 2
    ours, theirs = (rival_profiles(market, name, "30m", backend=backend) for backend in ("rust", "numpy"))
    np.testing.assert_array_equal(ours.usd, theirs.usd)
    assert ours.usd.sum(axis=(0, 2)).min() > 0


@pytest.mark.parametrize("bucket_ratio", [1.0001, 1.003])
def test_other_buckets_are_bit_identical(bucket_ratio):
    market = make_market(300, 6, volatility=0.004)
    for name in RIVAL_NAMES:
        rust, reference = (
            run_rival(market, name, bucket_ratio=bucket_ratio, backend=backend).swept_usd
            for backend in ("rust", "numpy")
        )
        np.testing.assert_array_equal(rust, reference)


def arguments(**changes):
    bars = {name: np.full(3, 100.0) for name in ("low", "high", "close", "mark_low", "mark_high")}
    return {
        "factors": np.array([[0.99], [1.01]]),
        **{name: np.ones(1) for name in ("shares", "keep", "hazards")},
        "entries": np.array([[1.0, 0, 0, 0], [1.0, 0, 0, 0]]),
        "blur": 0.0,
        "clears_range": False,
        "closes_pooled": False,
        "fade": 0.0,
        "fade_after": 0,
        "unit_is_usd": True,
        "follows_open_interest": False,
        "change": np.zeros(3),
        "refill": np.zeros((3, 2)),
        **bars,
        **{name: np.ones((3, 2)) for name in ("opened", "closed")},
        "bucket_ratio": 1.0005,
        "idle": (0.0, 0.0),
        "looks": np.array([2]),
        "n_window": 2,
        "swept_usd": np.zeros((3, 2, 1)),
        "columns": np.zeros((1, 2, 2)),
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"factors": np.zeros((2, 1))}, "factors: must be finite and above 0"),
        ({"factors": np.ones(3)}, "factors: must hold one value for each side and tier"),
        ({"keep": np.array([1.5])}, "keep: must be at most 1"),
        ({"shares": np.array([-0.5])}, "shares: must be finite and at least 0"),
        ({"hazards": np.ones(2)}, "hazards: must hold 1 values"),
        ({"entries": np.ones(3)}, "entries: must hold 8 values"),
        ({"blur": 0.7}, "blur: must be from 0 to 0.5"),
        ({"fade": np.nan}, "fade: must be finite"),
        ({"fade": 0.1}, "closed: must be 0 where cells fade"),
        ({"change": np.full(3, np.nan)}, "change: must be finite"),
        ({"refill": np.ones(5)}, "refill: must hold 6 values"),
        ({"close": np.array([100.0, np.nan, 100.0])}, "close: must be finite and above 0"),
        ({"low": np.zeros(3)}, "low: must be finite and above 0"),
        ({"high": np.ones(2)}, "high: must hold 3 values"),
        ({"opened": np.full((3, 2), np.inf)}, "opened: must be finite and at least 0"),
        ({"looks": np.array([3])}, "looks: must rise within the bars"),
        ({"n_window": -1}, "n_window: must be from 0"),
        ({"swept_usd": np.zeros(5)}, "swept_usd: must hold 6 values"),
        ({"columns": np.zeros(5)}, "columns: must hold 4 values"),
        ({"bucket_ratio": 1.0}, "bucket_ratio: must be above 1"),
    ],
)
def test_the_kernel_names_what_is_wrong(changes, words):
    with pytest.raises(InputError, match=words):
        _core.run_rival_map(**arguments(**changes))


def test_the_kernel_takes_what_is_right():
    given = arguments(mark_low=np.array([100.0, 100.0, 98.0]))
    _core.run_rival_map(**given)
    assert given["swept_usd"][2, 0, 0] > 0
