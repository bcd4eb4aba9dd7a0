"""Parameters carried to other markets: how far outcomes fall from forecasts there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from liqheat import store
from liqheat.errors import NoDataError
from liqheat.flow import (
    FITTED_HORIZONS_MS,
    CalibratedModel,
    LabelledMarket,
    build_trial,
    expected_of,
    join_labels,
    lay_out_trial,
    make_band,
    touch_rows,
)
from liqheat.history import align_market, hold_stamps, mend_series
from liqheat.records import Candles, Contract, LiquidationTotals, OpenInterest, OutcomeBand
from liqheat.units import HOUR_MS

BASES = ("BTC", "ETH")
STEP_MS = 4 * HOUR_MS


def load_carried(folder: Path) -> list[LabelledMarket]:
    """Markets of a folder with a vendor's 4-hourly open interest and liquidations of one venue beside candles.

    Files: ``coinglass_4h_<BASE>_binance_liq_oi_funding`` and ``candles_bybit_linear_5m_<BASE>USDT``.

    Raises
    ------
    NoDataError
        When there is none of BTC or ETH.
    """
    found = []
    for base in BASES:
        vendor = folder / f"coinglass_4h_{base}_binance_liq_oi_funding.parquet"
        candles = folder / f"candles_bybit_linear_5m_{base}USDT.parquet"
        if vendor.is_file() and candles.is_file():
            found.append(_join(base, store.load_candles(candles), store.load_table("carried", vendor)))
    if not found:
        raise NoDataError("carried", f"must hold a market of {' or '.join(BASES)} with liquidations", folder)
    return found


def _join(base: str, candles: Candles, table: Mapping[str, Any]) -> LabelledMarket:
    time_ms = store.read_times("ts", table["ts"])
    coins = np.asarray(table["oi_stable_base_close"], np.float64)
    known = np.isfinite(coins) & (coins > 0)
    held = OpenInterest(time_ms[known] + STEP_MS, coins[known], "coinglass, Binance, 4 h")
    longs, shorts = (np.asarray(table[f"{side}_usd"], np.float64) for side in ("long", "short"))
    unknown = np.full(time_ms.size, np.nan)
    totals = LiquidationTotals(time_ms, STEP_MS, longs, shorts, unknown, unknown, "binance", "coinglass, 4 h")
    mended = mend_series(candles, held, None, keep="longest")
    stamps, notes = hold_stamps(mended.open_interest, mended.candles)
    contract = Contract("binanceusdm", f"{base}/USDT:USDT", "linear")
    market = align_market(mended.candles, stamps, None, contract=contract, notes=notes, bridged=mended.bridged)
    return join_labels(market, mended.candles, [totals])


def add_carried_bands(model: CalibratedModel, markets: Sequence[LabelledMarket]) -> CalibratedModel:
    """The same parameters with the bands of their outcomes at other markets, tracked there, all together."""
    asked: dict[tuple[str, bool], list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = {}
    for scored in markets:
        trial = build_trial(scored, model.form)
        table = lay_out_trial(trial, model)
        for horizon, horizon_ms in FITTED_HORIZONS_MS.items():
            if horizon not in model.laws or horizon_ms < trial.interval_ms:
                continue
            law = model.laws[horizon]
            weights = np.hstack([law.book_weights, law.distance_weights])
            for slices in (False, True):
                rows = touch_rows(table, horizon_ms, slices=slices)
                expected = expected_of(rows, weights)
                known = expected > 0.0
                part = (expected[known], rows.touches.realised_usd[known], rows.held_usd[known])
                asked.setdefault((horizon, slices), []).append(part)
    laws = dict(model.laws)
    for (horizon, slices), parts in asked.items():
        band: OutcomeBand = make_band(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        law = laws[horizon]
        if slices:
            laws[horizon] = replace(law, inside_bands={**law.inside_bands, "carried": band})
        else:
            laws[horizon] = replace(law, way_bands={**law.way_bands, "carried": band})
    return replace(model, laws=laws)
