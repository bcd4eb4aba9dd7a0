"""What of a book is expected to be force-closed: its law, parameters, fit, scale and refit."""

from liqheat.flow.background import (
    BASELINES,
    FRESH_HOURS,
    HEADLINE,
    BaselineFeatures,
    build_baselines,
    interval_starts,
)
from liqheat.flow.bootstrap import N_RESAMPLES, bootstrap_ratio, days_of, draw_days, summarise
from liqheat.flow.estimate import estimate_flow
from liqheat.flow.fit import SHORTEST_TRAIN_MS, expected_usd, fit_mixture, fit_tied_mixture
from liqheat.flow.forecast import at_horizon, touch_forecast
from liqheat.flow.gain import information_gain, log_gain
from liqheat.flow.kept import forecasts_to_keep
from liqheat.flow.labels import LabelledMarket, build_labels, find_realised, join_labels, label_events
from liqheat.flow.law import by_interval, estimate_flow_classes, flow_tiers, run_flow
from liqheat.flow.parameters import (
    FLOW_FORM,
    MODEL_FORMAT,
    CalibratedModel,
    load_model,
    read_model,
    shipped_for,
    write_model,
)
from liqheat.flow.paths import likely_share, split_bars, steps_of
from liqheat.flow.profiles import by_distance, read_profiles
from liqheat.flow.refit import DailyRefit
from liqheat.flow.touch_fit import TouchRows, TrainPart, expected_of, fit_weights, in_window, make_band, touch_rows
from liqheat.flow.touches import TouchTable, follow_path, path_from, rows_with, usd_to
from liqheat.flow.train import (
    BURN_IN_MS,
    FITTED_HORIZONS_MS,
    FLOW,
    Trial,
    build_trial,
    fit_model,
    fit_touches,
    forecast,
    lay_out_trial,
    tracked,
)

__all__ = [
    "BASELINES",
    "BURN_IN_MS",
    "FITTED_HORIZONS_MS",
    "FLOW",
    "FLOW_FORM",
    "FRESH_HOURS",
    "HEADLINE",
    "MODEL_FORMAT",
    "N_RESAMPLES",
    "SHORTEST_TRAIN_MS",
    "BaselineFeatures",
    "CalibratedModel",
    "DailyRefit",
    "LabelledMarket",
    "TouchRows",
    "TouchTable",
    "TrainPart",
    "Trial",
    "at_horizon",
    "bootstrap_ratio",
    "build_baselines",
    "build_labels",
    "build_trial",
    "by_distance",
    "by_interval",
    "days_of",
    "draw_days",
    "estimate_flow",
    "estimate_flow_classes",
    "expected_of",
    "expected_usd",
    "find_realised",
    "fit_mixture",
    "fit_model",
    "fit_tied_mixture",
    "fit_touches",
    "fit_weights",
    "flow_tiers",
    "follow_path",
    "forecast",
    "forecasts_to_keep",
    "in_window",
    "information_gain",
    "interval_starts",
    "join_labels",
    "label_events",
    "lay_out_trial",
    "likely_share",
    "load_model",
    "log_gain",
    "make_band",
    "path_from",
    "read_model",
    "read_profiles",
    "rows_with",
    "run_flow",
    "shipped_for",
    "split_bars",
    "steps_of",
    "summarise",
    "touch_forecast",
    "touch_rows",
    "tracked",
    "usd_to",
    "write_model",
]
