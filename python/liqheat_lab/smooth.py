"""The smooth law: distances spaced evenly in log, which no picture shows well; scored beside the product's."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from liqheat.flow import CalibratedModel, read_model, shipped_for
from liqheat.records import FlowForm, SmoothDistances
from liqheat.units import MINUTE_MS

SMOOTH_FORM = FlowForm(
    name="two-speed square-root law",
    distances=SmoothDistances(
        n_tiers=28,
        nearest=0.003,
        farthest=0.20,
        weight_exponent=0.5,
        hazard_exponent=0.8,
        hazard_maximum=25.0,
        inert_share=0.1,
    ),
    kappas=(1.0, 0.02),
)
"""The form that walk-forward on BTC of 2026-01 and 2026-02 prefers: no weights by distance fitted, nothing tilted."""


@lru_cache(maxsize=4)
def load_smooth(bar_ms: int = 5 * MINUTE_MS) -> CalibratedModel:
    """Its parameters for bars of a length, fitted on the same days as the shipped ones; errors as `shipped_for`."""
    name = f"smooth-{shipped_for(bar_ms)}"
    file = resources.files("liqheat_lab").joinpath("data", f"{name}.json")
    return read_model(file.read_text(encoding="utf-8"), name)
