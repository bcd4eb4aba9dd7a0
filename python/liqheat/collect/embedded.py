"""Parameters of the embedded simulated market: fitted on its own first 20 days, when it is made, and kept beside it."""

from __future__ import annotations

import contextlib
from functools import lru_cache
from pathlib import Path

import numpy as np

from liqheat.errors import LiqheatError
from liqheat.flow import (
    FLOW,
    FLOW_FORM,
    HEADLINE,
    CalibratedModel,
    LabelledMarket,
    build_trial,
    fit_model,
    fit_touches,
    label_events,
    load_model,
    write_model,
)
from liqheat.records import LiquidationLabels, MarketHistory
from liqheat.simulator import cache_path, embedded_market, is_embedded, published_liquidations
from liqheat.units import DAY_MS

TRAIN_MS = 20 * DAY_MS
NAME = "simulated-first-20-days"


def embedded_model(market: MarketHistory) -> CalibratedModel | None:
    """The embedded market's own parameters; None for any other, and of a piece of it that ends before they could be.

    It is another world than that of the shipped parameters. A file that is damaged or of another version is made anew.
    """
    is_old_enough = market.end_ms - int(market.open_time_ms[0]) >= TRAIN_MS
    return _fitted() if is_old_enough and is_embedded(market) else None


def embedded_parameters(market: MarketHistory) -> Path | None:
    """The file of those parameters; None where `embedded_model` has none, or nothing could be kept."""
    model, path = embedded_model(market), _path()
    return path if model is not None and path.is_file() else None


def _path() -> Path:
    return cache_path(embedded_market().parameters, "parameters").with_suffix(".json")


@lru_cache(maxsize=1)
def _fitted() -> CalibratedModel:
    path = _path()
    with contextlib.suppress(LiqheatError, OSError):
        return load_model(path)
    model = _fit()
    with contextlib.suppress(LiqheatError, OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_model(model, path)
    return model


def _fit() -> CalibratedModel:
    simulated = embedded_market()
    start_ms = int(simulated.history.open_time_ms[0])
    end_ms = start_ms + TRAIN_MS
    train = simulated.history.until(end_ms)
    found = label_events(published_liquidations(simulated, start_ms, end_ms), end_ms)
    assert found is not None  # noqa: S101  its stream is complete
    # The venue was never down: an hour without a liquidation is a calm one.
    labels = LiquidationLabels(found.interval_ms, found.start_ms, np.nan_to_num(found.usd), found.sources)
    trial = build_trial(LabelledMarket(train, train.candles, labels, None, ()), FLOW_FORM)
    return fit_touches(trial, fit_model(trial, NAME, FLOW_FORM, start_ms, end_ms, only=(FLOW, HEADLINE)))
