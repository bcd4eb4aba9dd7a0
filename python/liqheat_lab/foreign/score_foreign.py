"""Another product's heatmap scored beside ours: same hours, same background, same fit, realised liquidations."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from liqheat.errors import NoDataError
from liqheat.flow import (
    FLOW,
    HEADLINE,
    SHORTEST_TRAIN_MS,
    Trial,
    by_interval,
    days_of,
    fit_model,
    forecast,
    information_gain,
    tracked,
)
from liqheat.records import FlowForm, ForeignHeatmap, Interval
from liqheat.units import DAY_MS
from liqheat_lab.foreign.foreign_map import foreign_map_run
from liqheat_lab.scores.trial import build_scored_trial
from liqheat_lab.smooth import SMOOTH_FORM

if TYPE_CHECKING:
    from liqheat.flow import LabelledMarket
    from liqheat.records.arrays import FloatArray

FOREIGN = "foreign"
_NAMES = (HEADLINE, FLOW, FOREIGN)


def score_foreign_map(
    scored: LabelledMarket, foreign: ForeignHeatmap, form: FlowForm = SMOOTH_FORM, *, refit_days: int = 1
) -> dict[str, Any]:
    """Score another product's heatmap and ours on the hours that it covers.

    Its unit is not defined, so it is given a scale for each side, fitted beside the headline baseline as ours is. All
    are fitted on the days of its time before each scored day, 14 at least, and on nothing else: our own parameters
    from elsewhere would be an advantage.

    Parameters
    ----------
    scored : LabelledMarket
        A market and its realised liquidations.
    foreign : ForeignHeatmap
        Another product's heatmap of the same coin.
    form : FlowForm
        Law of our map.
    refit_days : int
        Days between refits.

    Returns
    -------
    dict
        ``{"days", "hours", "start_ms", "end_ms", "events_usd", "ours_over_theirs", "ours_over_b1y",
        "theirs_over_b1y", "notes"}``; gains are ``{"nats", "low", "high"}`` for each notional-weighted event.

    Raises
    ------
    InputError
        When the heatmap does not belong to the market.
    NoDataError
        When it covers less than 14 days with known liquidations, or none after them.
    """
    run = foreign_map_run(foreign, scored.market)
    trial = build_scored_trial(scored, form, rivals=(replace(run, name=FOREIGN),))
    # A trial holds whole intervals alone; bars of one that is cut short at an end are no part of it.
    told = replace(run, swept_usd=run.swept_usd[scored.market.whole_intervals(trial.interval_ms)])
    covered = np.isfinite(by_interval(told, trial.market, trial.interval_ms)).all(axis=(1, 2))
    trial = replace(trial, is_usable=trial.is_usable & covered)
    usable = trial.start_ms[trial.is_usable]
    known_ms = np.arange(1, usable.size + 1) * trial.interval_ms
    enough = np.flatnonzero(known_ms >= SHORTEST_TRAIN_MS)
    first = int(-(-(usable[enough[0]] + trial.interval_ms) // DAY_MS) * DAY_MS) if enough.size else 0
    if not enough.size or first > usable[-1]:
        rule = "must cover 14 days of known liquidations to fit its scale on, and days to score after them"
        raise NoDataError("heatmap.time_ms", rule, f"{usable.size * trial.interval_ms / DAY_MS:.1f} days")
    last = int(usable[-1]) + trial.interval_ms
    forecasts = _walk(trial, form, first, last, refit_days)
    rows = trial.rows(first, last)
    start_ms, usd = trial.start_ms[rows], trial.usd[rows]

    def gain(name: str, over: str) -> dict[str, float]:
        return _nats(information_gain(start_ms, usd, forecasts[name][rows], forecasts[over][rows]))

    return {
        "days": int(np.unique(days_of(start_ms)).size),
        "hours": float(rows.sum()) * trial.interval_ms / 3_600_000,
        "start_ms": int(start_ms[0]),
        "end_ms": int(start_ms[-1]) + trial.interval_ms,
        "events_usd": float(usd.sum()),
        "ours_over_theirs": gain(FLOW, FOREIGN),
        f"ours_over_{HEADLINE}": gain(FLOW, HEADLINE),
        f"theirs_over_{HEADLINE}": gain(FOREIGN, HEADLINE),
        "notes": list(run.notes),
    }


def _walk(trial: Trial, form: FlowForm, first: int, last: int, refit_days: int) -> dict[str, FloatArray]:
    """Tracked forecasts of the scored hours, by parameters that are older; the others are not told to the tracking."""
    start = int(trial.start_ms[trial.is_usable][0])
    expected = {name: np.full((trial.start_ms.size, 2), np.nan) for name in _NAMES}
    for day in range(first, last, refit_days * DAY_MS):
        model = fit_model(trial, "beside another", form, start, day, only=_NAMES)
        own = trial.rows(start if day == first else day, day + refit_days * DAY_MS)
        for name in _NAMES:
            expected[name][own] = forecast(trial, name, model.weights[name])[own]
    return {name: tracked(trial, values) for name, values in expected.items()}


def _nats(found: Interval) -> dict[str, float]:
    values = asdict(found)
    return {"nats": values.pop("value")} | values
