"""Small forecasts and logs for tests."""

from __future__ import annotations

import io

import numpy as np

from liqheat.accuracy.forecast_chain import verify_lines
from liqheat.accuracy.forecast_format import hash_text
from liqheat.accuracy.forecast_log import ForecastLog
from liqheat.records import Forecast
from liqheat.units import HOUR_MS

START_MS = 1_767_225_600_000
SYMBOL, VENUE = "BTC/USDT:USDT", "binanceusdm"
PARAMETERS = '{"scale": 0.25}'


def forecast(hour=0, *, n_buckets=4, seed=0, parameters=PARAMETERS, **named):
    dice = np.random.default_rng([seed, hour])
    return Forecast(
        **{
            "symbol": SYMBOL,
            "venue": VENUE,
            "hour_ms": START_MS + hour * HOUR_MS,
            "market_end_ms": START_MS + hour * HOUR_MS,
            "price_edges": 90_000 * np.exp(np.arange(n_buckets + 1) * 0.001),
            "usd": dice.lognormal(10, 1, (2, n_buckets)),
            "scale": 0.1 + 0.2,
            "quantity": "flow",
            "parameters_hash": hash_text(parameters),
            "model_version": "1",
            **named,
        }
    )


class Clock:
    """Stands until it is set."""

    def __init__(self, now_ms=START_MS):
        self.now_ms = now_ms

    def __call__(self):
        return self.now_ms


def make_log(folder, n_hours=3, *, seed=0, label="first", begin=True, clock=None):
    """A log of a series and some hours, each issued 20 s after its hour began."""
    clock = clock or Clock()
    log = ForecastLog(folder, clock)
    if begin:
        log.begin_series(label, SYMBOL, VENUE, PARAMETERS, "1")
    for hour in range(n_hours):
        clock.now_ms = START_MS + hour * HOUR_MS + 20_000
        log.append(forecast(hour, seed=seed))
    return log


def verify_bytes(data, anchors=()):
    return verify_lines(io.BytesIO(data), anchors)
