"""Fixtures that many tests share. Real data is read through one setting, LIQHEAT_SHARED."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from liqheat import MarketHistory, simulate_market
from tests.support.paths import ROOT

settings.register_profile("fast", max_examples=40, deadline=None)
settings.register_profile("slow", max_examples=400, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and recorded payloads, where there is one."""
    folder = Path(os.environ.get("LIQHEAT_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("no real data beside this checkout (LIQHEAT_SHARED)")
    return folder


@pytest.fixture(scope="session")
def simulated() -> MarketHistory:
    """Ten days of the simulated market."""
    return simulate_market(days=10).history
