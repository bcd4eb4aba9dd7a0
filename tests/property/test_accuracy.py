"""Whatever a table of hours holds, its score is strict JSON or an error that names argument, rule and value."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqheat.errors import InputError
from liqheat_lab.scores.score import load_and_score
from liqheat_lab.scores.sources import load_table_market
from tests.support.scored_markets import SCORE_KEYS, SYMBOL, strict_json, table_frame

N_ROWS = 8 * 24
NUMBERS = ("open", "high", "low", "close", "volume", "oi_open", "oi_close", "long_liq_base", "short_liq_base")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


@st.composite
def damages(draw):
    """A few changes to a table: which rows, which column, and what is written there."""
    kinds = st.sampled_from(["drop", "nan", "zero", "negative", "huge", "repeat", "cut"])
    rows = st.tuples(st.integers(0, N_ROWS - 1), st.integers(1, 60))
    return draw(st.lists(st.tuples(kinds, rows, st.sampled_from(NUMBERS)), max_size=4))


def damaged(frame, damage):
    for kind, (first, length), column in damage:
        rows = frame.index[(frame.index >= first) & (frame.index < first + length)]
        if kind == "drop":
            frame = frame.drop(index=rows)
        elif kind == "cut":
            frame = frame.loc[frame.index < max(first, 2)]
        elif kind == "repeat":
            frame = frame.loc[sorted([*frame.index, *rows[:1]])]
        else:
            value = {"nan": np.nan, "zero": 0.0, "negative": -1.0, "huge": 1e12}[kind]
            frame = frame.assign(**{column: frame[column].mask(frame.index.isin(rows), value)})
    return frame


@settings(max_examples=25)
@given(damage=damages())
def test_a_score_is_json_or_a_named_error(folder, damage):
    path = folder / "t.parquet"
    damaged(table_frame().head(N_ROWS), damage).to_parquet(path)
    try:
        report = load_and_score(load_table_market(path, SYMBOL))
    except InputError as error:
        refused = error
    else:
        assert set(report) >= SCORE_KEYS
        strict_json(json.dumps(report, allow_nan=False))
        return
    assert refused.argument and refused.rule and refused.value and "\n" not in str(refused)


def test_coins_are_no_unit_of_an_inverse_contract(folder):
    path = folder / "s.parquet"
    table_frame().head(N_ROWS).to_parquet(path)
    with pytest.raises(InputError, match="binanceusdm lists no such contracts"):
        load_table_market(path, "BTC/USD:BTC")


@pytest.mark.parametrize("symbol", ["BTC/USDC:USDC", "1000PEPE/USDT:USDT", "XYZ/USDT:USDT", "ETH/USDC:USDC"])
def test_any_symbol_may_be_named(folder, symbol):
    path = folder / "s.parquet"
    table_frame().head(N_ROWS).to_parquet(path)
    report = load_and_score(load_table_market(path, symbol))
    assert report["symbol"] == symbol and report["model"]["transferred"] is (symbol[:3] != "BTC")


@pytest.mark.parametrize("kind", ["no open interest", "no trades", "flat", "crash", "one side"])
def test_strange_markets(folder, kind):
    frame = table_frame().head(N_ROWS)
    if kind == "no open interest":
        frame = frame.assign(oi_open=0.0, oi_close=0.0)
    elif kind == "no trades":
        frame = frame.assign(volume=0.0, buy_volume=0.0)
    elif kind == "flat":
        frame = frame.assign(open=100.0, high=100.0, low=100.0, close=100.0)
    elif kind == "crash":
        frame.loc[150, ["low", "close"]] *= 0.3
    else:
        frame = frame.assign(long_liq_base=frame["long_liq_base"].where(frame.index % 20 == 0, 0.0))
    path = folder / "k.parquet"
    frame.to_parquet(path)
    report = load_and_score(load_table_market(path, SYMBOL))
    assert strict_json(json.dumps(report, allow_nan=False))["days"] == 4
