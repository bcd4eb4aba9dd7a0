"""Walk-forward: parameters fitted on the past, hashed, and frozen before the days that they are scored on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from liqheat.errors import InputError
from liqheat.flow import (
    FLOW,
    CalibratedModel,
    LabelledMarket,
    Trial,
    build_trial,
    fit_model,
    forecast,
    information_gain,
    tracked,
)
from liqheat.records import FlowForm, MapRun
from liqheat.records.arrays import FloatArray
from liqheat.units import DAY_MS
from liqheat_lab.scores.score import describe_forecasts, gains_over_baselines, interval_item
from liqheat_lab.scores.trial import FREE, build_scored_trial
from liqheat_lab.smooth import SMOOTH_FORM

REFIT_DAYS = 7
TRAIN_DAYS = 21
"""Days of known liquidations before the first forecast."""


@dataclass(frozen=True, slots=True)
class Fold:
    """One fit and the days that it was frozen for."""

    train_start_ms: int
    train_end_ms: int
    test_start_ms: int
    test_end_ms: int
    hash: str


def walk_forward(
    scored: LabelledMarket,
    form: FlowForm = SMOOTH_FORM,
    *,
    rivals: Sequence[MapRun] = (),
    start_ms: int | None = None,
    end_ms: int | None = None,
    refit_days: int = REFIT_DAYS,
) -> dict[str, Any]:
    """Score a form with parameters refitted as time goes on, each frozen before its days begin.

    Parameters
    ----------
    scored : LabelledMarket
        The market and its liquidations.
    form : FlowForm
        Law of the flow map.
    rivals : sequence of MapRun
        Other maps of the same bars, refitted alike.
    start_ms, end_ms : int, optional
        Days that are forecast; from 21 usable days after the burn-in to the end by default.
    refit_days : int
        Days between refits, at least 1.

    Returns
    -------
    dict
        The JSON of `score_model` with ``folds``, and in ``variants`` our gain over free tier weights, too.

    Raises
    ------
    InputError
        When there is too little to train on before `start_ms`.
    """
    if refit_days < 1:
        raise InputError("refit_days", "must be at least 1", refit_days)
    trial = build_scored_trial(scored, form, rivals=rivals)
    trial = replace(trial, features={**trial.features, FREE: trial.swept_by_tier})
    usable = trial.start_ms[trial.is_usable]
    first = int(-(-(usable[0] + TRAIN_DAYS * DAY_MS) // DAY_MS) * DAY_MS) if start_ms is None else start_ms
    last = int(usable[-1]) + trial.interval_ms if end_ms is None else end_ms
    if first >= last:
        rule = f"must hold {TRAIN_DAYS} days to train on after 4 days of burn-in, and days to score after them"
        raise InputError("data", rule, f"{(usable[-1] - usable[0]) / DAY_MS:.1f} days")
    models = [
        (day, fit_model(trial, "walk-forward", form, int(usable[0]), day))
        for day in range(first, last, refit_days * DAY_MS)
    ]
    forecasts = _join(trial, models)
    rows = trial.rows(first, last)
    report = describe_forecasts(trial, forecasts, rows)
    gain = information_gain(trial.start_ms[rows], trial.usd[rows], forecasts[FLOW][rows], forecasts[FREE][rows])
    report["variants"][FREE] = interval_item(gain, "nats")
    report["folds"] = [
        asdict(Fold(model.fitted.start_ms, day, day, min(day + refit_days * DAY_MS, last), model.hash))
        for day, model in models
    ]
    report["information_gain_30m"] = None
    if scored.fine_labels is not None:
        fine = build_trial(scored, form, labels=scored.fine_labels)
        fine_rows = fine.rows(first, last)
        if fine_rows.any():
            report["information_gain_30m"] = gains_over_baselines(fine, _join(fine, models), fine_rows)
    return report


def _join(trial: Trial, models: Sequence[tuple[int, CalibratedModel]]) -> dict[str, FloatArray]:
    """Tracked forecasts by name: each row by the newest parameters frozen before it; the first serve what is before."""
    names = [name for name in models[0][1].weights if name in trial.baselines.features or name in trial.features]
    starts = np.array([day for day, _ in models])
    owner = np.maximum(np.searchsorted(starts, trial.start_ms, side="right") - 1, 0)
    joined = {}
    for name in names:
        expected = np.empty((trial.start_ms.size, 2))
        for index, (_, model) in enumerate(models):
            own = owner == index
            expected[own] = forecast(trial, name, model.weights[name])[own]
        joined[name] = tracked(trial, expected)
    return joined
