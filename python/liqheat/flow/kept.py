"""What a forecast was when it was made: rows to keep, so that it can be judged later."""

from __future__ import annotations

import numpy as np

from liqheat.errors import InputError
from liqheat.flow.forecast import touch_forecast
from liqheat.flow.touches import LEVELS
from liqheat.records import HORIZONS_MS, MOST_DISTANCE, Estimate, KeptForecasts
from liqheat.records.arrays import FloatArray
from liqheat.units import Moment


def forecasts_to_keep(estimate: Estimate, as_of_ms: Moment, *, made_ms: int) -> KeptForecasts:
    """Forecasts of nine levels on each side, at every horizon that the parameters have.

    Parameters
    ----------
    estimate : Estimate
        What `estimate_flow` returned.
    as_of_ms : int, datetime, date or str
        What is known: bars that had closed by then.
    made_ms : int
        When it is made, UTC epoch milliseconds.

    Raises
    ------
    InputError, NoDataError
        As `touch_forecast`.
    """
    calibration = estimate.calibration
    if calibration is None:
        raise InputError("estimate", "must be of expected liquidations, from estimate_flow", estimate.quantity)
    price = touch_forecast(estimate, as_of_ms=as_of_ms).reference_price
    # The last level lies where dollars end: rounding must not put it beyond.
    away = np.concatenate([[0.0], np.minimum(LEVELS, MOST_DISTANCE * (1.0 - 1e-9))])
    edges = [price * np.exp(-away), price * np.exp(away)]
    near, level = (np.concatenate([side[part] for side in edges]) for part in (slice(None, -1), slice(1, None)))
    columns: dict[str, list[FloatArray]] = {}
    horizons = [name for name in HORIZONS_MS if name in calibration.laws]
    for horizon in horizons:
        zones = np.stack([np.minimum(near, level), np.maximum(near, level)], axis=1)
        found = touch_forecast(estimate, level, zones=zones, horizon=horizon, as_of_ms=as_of_ms)
        for what, usd, band in (
            ("on_the_way", found.on_the_way_usd, found.on_the_way_band_80),
            ("inside", found.inside_usd, found.inside_band_80),
        ):
            for end, values in (("", usd), ("low_", band[:, 0]), ("high_", band[:, 1])):
                columns.setdefault(f"{what}_{end}usd", []).append(values)
    n, n_horizons = level.size, len(horizons)
    return KeptForecasts(
        time_ms=np.full(n * n_horizons, found.as_of_ms),
        made_ms=np.full(n * n_horizons, made_ms),
        horizon=np.repeat(np.array(horizons), n),
        is_long=np.tile(level < price, n_horizons),
        reference_price=np.full(n * n_horizons, price),
        near_price=np.tile(near, n_horizons),
        level_price=np.tile(level, n_horizons),
        tracked=np.full(n * n_horizons, found.tracked),
        model_hash=np.full(n * n_horizons, calibration.model.hash),
        **{name: np.concatenate(parts) for name, parts in columns.items()},
    )
