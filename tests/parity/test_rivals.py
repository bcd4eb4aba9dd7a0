"""numpy and Rust give the same bits for every rival."""

from __future__ import annotations

import numpy as np
import pytest

from liqheat.accuracy.rivals import RIVAL_NAMES, rival_profiles, run_rival
from tests.conftest import make_market


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
