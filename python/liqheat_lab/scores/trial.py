"""A trial with all that its map is held against: controls made of the map itself, and rivals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from liqheat.errors import InputError
from liqheat.flow import FLOW, LabelledMarket, Trial, build_trial, by_interval, run_flow
from liqheat.records import FlowForm, MapRun
from liqheat.records.arrays import FloatArray
from liqheat.units import HOUR_MS
from liqheat_lab.scores.controls import (
    earlier_hours,
    flow_profiles,
    frozen_sweeps,
    price_only_market,
    shift_hours,
    stale_sweeps,
)

PRICE_ONLY = "price_only"
FREE = "free_tier_weights"
"""Variant of the model: one weight for each distance and side in place of one for each holder class."""
FROZEN = "frozen_at_the_hour"
CONTROLS = ("side_swapped", "shifted_7d", "other_seed", PRICE_ONLY, "stale_24h", FROZEN)
_CONTROL_SEED = 20_251_205


def build_scored_trial(scored: LabelledMarket, form: FlowForm, *, rivals: Sequence[MapRun] = ()) -> Trial:
    """Run every map over a market and lay it out by interval of its labels.

    Parameters
    ----------
    scored : LabelledMarket
        The market and its liquidations.
    form : FlowForm
        Law of the flow map.
    rivals : sequence of MapRun
        Other maps of the same bars; where one says nothing (NaN), it expects nothing but its background.

    Raises
    ------
    NoDataError, InputError
        As `build_trial` does.
    """
    trial = build_trial(scored, form)
    market, interval_ms = trial.market, trial.interval_ms
    price_only = run_flow(price_only_market(market), form, PRICE_ONLY)
    features = {
        **trial.features,
        PRICE_ONLY: by_interval(price_only.run, market, interval_ms),
        **_controls(trial),
    }
    bars = scored.market.whole_intervals(interval_ms)
    for rival in rivals:
        told = replace(rival, swept_usd=np.nan_to_num(rival.swept_usd[bars], nan=0.0))
        features[rival.name] = by_interval(told, market, interval_ms)
    return replace(trial, features=features)


def rivals_of(trial: Trial) -> tuple[str, ...]:
    """Maps of a trial that are neither ours, nor a variant of ours, nor a control."""
    return tuple(name for name in trial.features if name not in (FLOW, FREE, *CONTROLS))


def _controls(trial: Trial) -> dict[str, FloatArray]:
    profiles = flow_profiles(trial.books, trial.interval_ms)
    flow, drawdown = trial.features[FLOW], trial.baselines.drawdown
    n = flow.shape[0]
    if profiles[0].time_ms.size != n:
        raise InputError("market", "must begin and end on whole intervals of the labels", profiles[0].time_ms.size)
    order = earlier_hours(n, _CONTROL_SEED)
    return {
        "side_swapped": np.ascontiguousarray(flow[:, ::-1]),
        "shifted_7d": frozen_sweeps(profiles, drawdown, lag=shift_hours(trial.interval_ms)),
        "other_seed": frozen_sweeps(profiles, drawdown, order=order),
        "stale_24h": stale_sweeps(profiles, drawdown, hours=max(24 * HOUR_MS // trial.interval_ms, 1)),
        FROZEN: frozen_sweeps(profiles, drawdown),
    }
