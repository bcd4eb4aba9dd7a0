"""The capability matrix says what the rows say, in words, as JSON and as a table."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from liqheat.cli import app
from liqheat.exchanges import COLUMNS, list_capabilities
from liqheat.venues.spec import CAPABILITIES
from liqheat.venues.table import STREAMS, VENUES
from tests.support.readme_tables import venue_table


def cells_of(venue):
    line = next(line for line in venue_table().splitlines() if f"[{venue}]" in line)
    return dict(zip(COLUMNS, (cell.strip() for cell in line.strip("|").split("|")), strict=True))


def test_each_row_and_each_capability_is_there():
    rows = list_capabilities()
    assert [(row["venue"], row["contract_kind"]) for row in rows] == list(VENUES)
    for row in rows:
        spec = VENUES[row["venue"], row["contract_kind"]]
        for name in CAPABILITIES:
            assert ("missing" in row[name]) == (spec.find_request(name) is None)
            assert row[name].get("missing") == spec.missing.get(name)
    assert json.loads(json.dumps(rows)) == rows


def test_cells_say_what_the_rows_say():
    binance, bitget, htx = cells_of("binanceusdm linear"), cells_of("bitget linear"), cells_of("htx linear")
    assert binance["open interest history"] == "5m, 30 days"
    assert binance["tiers, no key"] == "–"
    assert binance["taker volume"] == "yes"
    assert binance["long/short"] == "all, top accounts, top positions"
    assert cells_of("okx linear")["open interest history"] == "5m, 1,440 rows"
    assert cells_of("gate linear")["liquidations"] == "last hour, polled"
    assert (bitget["open interest history"], bitget["open interest now"], bitget["liquidations"]) == ("–", "yes", "–")
    assert (htx["candles from"], htx["open interest history"], htx["max leverage"]) == ("–", "1h, 200 rows", "–")
    assert cells_of("hyperliquid linear")["max leverage"] == "40x"


def test_units_and_sides_are_told():
    rows = {(row["venue"], row["contract_kind"]): row for row in list_capabilities()}
    assert rows["bybit", "inverse"]["open_interest"]["unit"] == "usd"
    assert rows["okx", "linear"]["depth"]["unit"] == "contracts"
    assert rows["gate", "linear"]["margin_tiers"]["unit"] == "quote"


@pytest.mark.parametrize("key", STREAMS, ids="-".join)
def test_both_tables_say_the_same_of_streamed_liquidations(key):
    pushed = STREAMS[key].liquidations
    if pushed is not None:
        assert VENUES[key].capture == pushed.capture
        assert VENUES[key].liquidation_price == pushed.amounts[0].price_means
        assert pushed.side_means.upper() in VENUES[key].liquidation_side.upper().replace("CLOSING ORDER", "ORDER")


def test_the_command_prints_both_forms():
    shown = CliRunner().invoke(app, ["venues"])
    assert shown.exit_code == 0, shown.output
    for venue, _ in VENUES:
        assert venue in shown.output
    assert "largest per second" in shown.output
    printed = CliRunner().invoke(app, ["venues", "--json"])
    assert json.loads(printed.output) == list_capabilities()
