"""What knows no map, asked the same question: distance alone, and distance with the freshness of eleven extremes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from liqheat.flow import (
    FITTED_HORIZONS_MS,
    FRESH_HOURS,
    CalibratedModel,
    TouchRows,
    TouchTable,
    TrainPart,
    Trial,
    expected_of,
    fit_weights,
    in_window,
    lay_out_trial,
    make_band,
    touch_rows,
)
from liqheat.records import OutcomeBand
from liqheat.records.arrays import FloatArray
from liqheat.units import HOUR_MS

BASELINES = ("static", "fresh")


@dataclass(frozen=True, slots=True, eq=False)
class TouchBaseline:
    """Weights (2, f) of one baseline at one horizon, and the bands of its outcomes."""

    weights: FloatArray
    way_band: OutcomeBand
    inside_band: OutcomeBand


def baseline_rows(table: TouchTable, rows: TouchRows, name: str) -> FloatArray:
    """Features of a baseline by row, (n, f)."""
    n_terms = table.book_usd.shape[2]
    distance = rows.features[:, n_terms:]
    return distance if name == "static" else np.hstack([distance, _fresh(table, rows)])


def _fresh(table: TouchTable, rows: TouchRows) -> FloatArray:
    """Open interest times the part of the way that lies beyond the extreme of each horizon before."""
    touches = rows.touches
    columns = []
    for hours in FRESH_HOURS:
        window = max(hours * HOUR_MS // table.interval_ms, 1)
        extremes = np.stack([_before(table.low, window), -_before(-table.high, window)], axis=1)
        close = table.log_close[touches.row]
        extreme = extremes[touches.row, touches.side]
        known = np.maximum(np.where(touches.side == 0, close - extreme, extreme - close), 0.0)
        beyond = np.maximum(touches.far - known, 0.0) - np.maximum(touches.near - known, 0.0)
        columns.append(beyond * rows.held_usd)
    return np.stack(columns, axis=1)


def _before(low: FloatArray, window: int) -> FloatArray:
    """Lowest of the intervals before each one; the first knows itself."""
    padded = np.concatenate([np.full(window, np.inf), low])
    lowest = np.lib.stride_tricks.sliding_window_view(padded, window)[: low.size].min(axis=1)
    return np.where(np.isfinite(lowest), lowest, low)


def fit_baselines(trial: Trial, model: CalibratedModel) -> dict[str, dict[str, TouchBaseline]]:
    """Fit the baselines as the law is fitted, on the model's own window: by horizon and name."""
    table = lay_out_trial(trial, model)
    window = (model.fitted.start_ms, model.fitted.end_ms)
    found: dict[str, dict[str, TouchBaseline]] = {}
    for horizon, horizon_ms in FITTED_HORIZONS_MS.items():
        if horizon not in model.laws:
            continue
        asked = [touch_rows(table, horizon_ms, slices=slices) for slices in (False, True)]
        found[horizon] = {}
        for name in BASELINES:
            own = [replace(rows, features=baseline_rows(table, rows, name)) for rows in asked]
            weights = fit_weights(*(TrainPart(rows, in_window(table, rows, horizon_ms, window)) for rows in own))
            bands = []
            for rows in own:
                train = in_window(table, rows, horizon_ms, window)
                expected = expected_of(rows, weights)
                train &= expected > 0.0
                bands.append(make_band(expected[train], rows.touches.realised_usd[train], rows.held_usd[train]))
            found[horizon][name] = TouchBaseline(weights, *bands)
    return found


def write_baselines(model: CalibratedModel, found: Mapping[str, Mapping[str, TouchBaseline]], path: Path) -> None:
    """Write fitted baselines beside the parameters that they belong to."""
    body: dict[str, Any] = {"model": model.hash, "horizons": {}}
    for horizon, by_name in found.items():
        body["horizons"][horizon] = {
            name: {
                "weights": one.weights.tolist(),
                "way_band": _plain(one.way_band),
                "inside_band": _plain(one.inside_band),
            }
            for name, one in by_name.items()
        }
    path.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


def load_baselines(model: CalibratedModel) -> dict[str, dict[str, TouchBaseline]]:
    """The shipped baselines of a model; none for parameters that were fitted elsewhere."""
    file = resources.files("liqheat_lab").joinpath("data", f"touch-baselines-{model.name}.json")
    if not file.is_file():
        return {}
    body = json.loads(file.read_text(encoding="utf-8"))
    if body["model"] != model.hash:
        return {}
    return {
        horizon: {
            name: TouchBaseline(np.array(raw["weights"]), _band(raw["way_band"]), _band(raw["inside_band"]))
            for name, raw in by_name.items()
        }
        for horizon, by_name in body["horizons"].items()
    }


def _plain(band: OutcomeBand) -> dict[str, list[float]]:
    return {"size": band.size.tolist(), "low": band.low.tolist(), "high": band.high.tolist()}


def _band(raw: Mapping[str, list[float]]) -> OutcomeBand:
    return OutcomeBand(np.array(raw["size"]), np.array(raw["low"]), np.array(raw["high"]))
