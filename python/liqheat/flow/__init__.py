"""What of a book is expected to be force-closed: its law, parameters, fit, scale and refit."""

from liqheat.flow.background import BASELINES, HEADLINE, BaselineFeatures, build_baselines
from liqheat.flow.bootstrap import N_RESAMPLES, bootstrap_ratio, days_of, draw_days, summarise
from liqheat.flow.estimate import estimate_flow
from liqheat.flow.fit import SHORTEST_TRAIN_MS, expected_usd, fit_mixture, fit_tied_mixture
from liqheat.flow.gain import information_gain, log_gain
from liqheat.flow.labels import LabelledMarket, build_labels, join_labels, label_events
from liqheat.flow.law import by_interval, estimate_flow_classes, flow_tiers, run_flow
from liqheat.flow.parameters import (
    FLOW_FORM,
    MODEL_FORMAT,
    SHIPPED,
    CalibratedModel,
    load_model,
    shipped_for,
    write_model,
)
from liqheat.flow.paths import likely_share, split_bars, steps_of
from liqheat.flow.refit import DailyRefit
from liqheat.flow.train import BURN_IN_MS, FLOW, Trial, build_trial, fit_ensemble, fit_model, forecast, tracked

__all__ = [
    "BASELINES",
    "BURN_IN_MS",
    "FLOW",
    "FLOW_FORM",
    "HEADLINE",
    "MODEL_FORMAT",
    "N_RESAMPLES",
    "SHIPPED",
    "SHORTEST_TRAIN_MS",
    "BaselineFeatures",
    "CalibratedModel",
    "DailyRefit",
    "LabelledMarket",
    "Trial",
    "bootstrap_ratio",
    "build_baselines",
    "build_labels",
    "build_trial",
    "by_interval",
    "days_of",
    "draw_days",
    "estimate_flow",
    "estimate_flow_classes",
    "expected_usd",
    "fit_ensemble",
    "fit_mixture",
    "fit_model",
    "fit_tied_mixture",
    "flow_tiers",
    "forecast",
    "information_gain",
    "join_labels",
    "label_events",
    "likely_share",
    "load_model",
    "log_gain",
    "run_flow",
    "shipped_for",
    "split_bars",
    "steps_of",
    "summarise",
    "tracked",
    "write_model",
]
