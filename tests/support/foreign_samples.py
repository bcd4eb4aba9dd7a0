"""Exports of other products, as they document them."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd

from liqheat.store.foreign_tables import ForeignRequest

START_MS = 1_769_904_000_000

HOUR_MS = 3_600_000


def ask(product="coinglass", symbol="BTC/USDT:USDT", **more):
    return ForeignRequest(product, symbol, **more)


def pair_history(n=3, step_ms=HOUR_MS):
    rows = [
        {
            "time": START_MS + index * step_ms,
            "long_liquidation_usd": f"{1000.5 + index}",
            "short_liquidation_usd": f"{2000 + index}",
        }
        for index in range(n)
    ]
    return {"code": "0", "msg": "success", "data": rows}


def hourly_table(n=4):
    index = np.arange(n)
    return pd.DataFrame(
        {
            "ts": pd.to_datetime(START_MS + index * HOUR_MS, unit="ms", utc=True),
            "open": 100.0,
            "high": 103.0,
            "low": 99.0,
            "close": 102.0,
            "volume": 10.0 + index,
            "buy_volume": 4.0,
            **{f"oi_{name}": 500.0 + index for name in ("open", "high", "low", "close")},
            "long_liq_base": 1.5 + index,
            "short_liq_base": 2.5,
        }
    )


def documented(shared, name):
    """The vendor's example response; its comments and ellipses are taken out."""
    text = (shared / "fixtures" / "coinglass_docs" / f"{name}.md").read_text()
    body = re.search(r"```json\n(.*?)```", text, re.DOTALL)[1]
    body = re.sub(r"//[^\n]*", "", body).replace("....", "").replace("...", "")
    return json.loads(re.sub(r",(\s*[\]}])", r"\1", body))


def only(found):
    (record,) = found.records
    return record


def rows(**columns):
    return {"code": "0", "data": [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]}


def heatmap_response(**changes):
    body = {
        "y_axis": [100.0, 102.0, 106.0],
        "liquidation_leverage_data": [[0, 1, 5.0], [1, 2, 7.0], [1, 2, 1.0]],
        "price_candlesticks": [[START_MS // 1000 + 300 * bar, "101", "103", "99", "102", "1e6"] for bar in range(2)],
    }
    return {"code": "0", "msg": "success", "data": {**body, **changes}}
