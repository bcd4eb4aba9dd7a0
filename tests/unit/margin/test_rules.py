"""Contract of the rule table and the tier tables: every row is complete, every table is sound."""

import copy
import json
import math
from importlib import resources

import pytest

from liqheat.errors import FileFormatError, UnknownNameError
from liqheat.margin import largest_leverage
from liqheat.margin.contract import read_symbol
from liqheat.margin.formulas import FORMULAS
from liqheat.margin.tiers import load_tier_tables, parse_tier_tables, parse_tiers
from liqheat.venues.spec_margin import CURRENT
from liqheat.venues.table import RULES, find_rule

TABLES = load_tier_tables()
DOCUMENT = json.loads((resources.files("liqheat.margin") / "data" / "margin_tiers.json").read_text("utf-8"))
OURS = [
    "binanceusdm",
    "binancecoinm",
    "bybit",
    "okx",
    "bitget",
    "gate",
    "kucoinfutures",
    "htx",
    "mexc",
    "hyperliquid",
    "dydx",
    "deribit",
    "krakenfutures",
]


def test_every_venue_has_rows():
    assert {rule.venue for rule in RULES} >= set(OURS)


def test_rows_are_unique():
    keys = [(rule.venue, rule.contract_kind, rule.margin_mode, rule.era, rule.formula) for rule in RULES]
    assert len(set(keys)) == len(keys)
    current = [(r.venue, r.contract_kind) for r in RULES if r.era == CURRENT and r.margin_mode == "any"]
    assert len(set(current)) == len(current)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.venue}-{rule.contract_kind}-{rule.formula}-{rule.era}")
def test_a_row_has_all_its_parts(rule):
    assert rule.formula in FORMULAS
    assert rule.source
    assert len(rule.date_read.split("-")) == 3
    assert 0.0 <= rule.closing_fee_rate < 0.01
    usable = rule.era == CURRENT and rule.margin_mode == "any" and not rule.missing
    if usable:
        assert largest_leverage(rule.venue, rule.contract_kind) >= 40
    else:
        assert rule.missing


def test_every_table_has_its_row():
    for (venue, kind), table in TABLES.items():
        assert not find_rule(venue, kind).missing
        assert table.source
        assert table.date
        assert table.confidence
        assert table.symbols
        for symbol in table.symbols:
            assert read_symbol(symbol)[0] == kind
        if table.default:
            assert table.default.note
            assert table.default.confidence == "low"


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=lambda formula: formula.formula_id)
def test_a_formula_has_all_its_parts(formula):
    assert formula.statement
    assert formula.source
    assert any(rule.formula == formula.formula_id for rule in RULES)


def test_unknown_venues_and_kinds():
    with pytest.raises(UnknownNameError, match="venue: must be one of binanceusdm"):
        find_rule("mtgox", "linear")
    with pytest.raises(UnknownNameError, match="hyperliquid lists no such contracts"):
        find_rule("hyperliquid", "inverse")


SOUND = [[0, 10, 50, 0.01, 0], [10, 20, 25, 0.02, 0.1], [20, None, 10, 0.05, 0.7]]


@pytest.mark.parametrize(
    ("row", "column", "value", "rule"),
    [
        (0, 0, 1, "begin where"),
        (1, 0, 11, "begin where"),
        (1, 1, 10, "end above"),
        (1, 1, math.nan, "end above"),
        (1, 2, 50, "lower maximum leverage"),
        (2, 2, 0.5, "lower maximum leverage"),
        (1, 3, 0.01, "larger rate"),
        (0, 3, 0.02, "larger rate"),
        (1, 3, math.nan, "larger rate"),
        (1, 4, 0.11, "maintenance amount 0.1"),
        (0, 4, 0.1, "maintenance amount 0"),
        (2, 4, math.nan, "maintenance amount 0.7"),
    ],
)
def test_unsound_tiers_are_refused(row, column, value, rule):
    rows = copy.deepcopy(SOUND)
    assert len(parse_tiers(rows, "test", continuous=True)) == 3
    rows[row][column] = value
    with pytest.raises(FileFormatError, match=rule):
        parse_tiers(rows, "test", continuous=True)


def test_other_unsound_tables_are_refused():
    with pytest.raises(FileFormatError, match="five numbers"):
        parse_tiers([], "test", continuous=True)
    with pytest.raises(FileFormatError, match="maintenance amount 0"):
        parse_tiers(SOUND, "test", continuous=False)
    changes = [
        (lambda d: d["tables"][0].pop("source"), "all its parts"),
        (lambda d: d["tables"][0].update(unit="lots"), "unit must be one of"),
        (lambda d: d["tables"][0].update(unit="base_coin"), "settle currency"),
        (lambda d: d["tables"][0].update(unit="contracts"), "contract size"),
        (lambda d: d["tables"][3].update(unit="quote_notional"), "must have maintenance amounts"),
        (lambda d: d["tables"].append(d["tables"][0]), "one table per venue"),
        (lambda d: d["tables"][-1]["symbols"].update({"X/USDC:USDC": [[0, 10, 50, 0.01, 0]]}), "flat table"),
        (lambda d: d["tables"][0]["default"].update(tiers=[[0, 10, 50, 0.01, 0]]), "default must be one open tier"),
    ]
    for change, rule in changes:
        document = copy.deepcopy(DOCUMENT)
        assert parse_tier_tables(document)
        change(document)
        with pytest.raises(FileFormatError, match=rule):
            parse_tier_tables(document)
