"""Every price that a venue or its document shows, by the formula it names."""

import json
from pathlib import Path

import pytest

from liqheat.margin import bankruptcy_price, cross_margin, liquidation_status
from liqheat.margin.formulas import FORMULAS
from liqheat.margin.tiers import parse_tiers
from liqheat.venues.table import RULES

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "vectors" / "liquidation_prices.json").read_text("utf-8"))
BY_ID = {row["id"]: row for row in VECTORS["liquidation"]}
GENERAL = {"unified_linear": "linear", "unified_inverse": "inverse"}


def test_the_file_is_complete():
    assert [len(VECTORS[name]) for name in ("liquidation", "bankruptcy", "maintenance_amount")] == [60, 5, 3]
    assert len(BY_ID) == 60
    assert all(row["source"] and row["tolerance"] > 0 for row in (*VECTORS["liquidation"], *VECTORS["bankruptcy"]))


@pytest.mark.parametrize("name", BY_ID)
def test_liquidation_vector(name):
    row = BY_ID[name]
    price = FORMULAS[row["formula"]].solve(**row["arguments"])
    assert isinstance(price, float)
    assert price == pytest.approx(row["expected_price"], rel=0, abs=row["tolerance"])


@pytest.mark.parametrize("name", [name for name, row in BY_ID.items() if row["formula"] in GENERAL])
@pytest.mark.parametrize("backend", ["rust", "numpy"])
def test_general_vectors_on_both_backends(name, backend):
    row = BY_ID[name]
    price = FORMULAS[row["formula"]].solve(**row["arguments"], backend=backend)
    assert price == pytest.approx(row["expected_price"], rel=0, abs=row["tolerance"])
    kind = GENERAL[row["formula"]]
    assert liquidation_status(**row["arguments"], contract_kind=kind, backend=backend) == "liquidatable"


@pytest.mark.parametrize("name", BY_ID)
def test_each_vector_has_its_row_in_the_rule_table(name):
    row = BY_ID[name]
    key = (row["venue"], row["contract_kind"], row["formula"])
    rules = [rule for rule in RULES if (rule.venue, rule.contract_kind, rule.formula) == key]
    assert rules
    assert any(rule.margin_mode in ("any", row["margin_mode"]) for rule in rules)


def test_cross_margins_follow_from_what_the_source_shows():
    rows = [row for row in BY_ID.values() if "others" in row.get("derived_from", {})]
    assert len(rows) == 2
    for row in rows:
        shown = row["derived_from"]
        names = shown["others"][0].keys()
        others = {name: [other[name] for other in shown["others"]] for name in names}
        margin = cross_margin(shown["wallet_balance"], **others)
        assert margin == pytest.approx(row["arguments"]["margin"], rel=1e-12)
    rows = [row for row in BY_ID.values() if "other_notionals" in row.get("derived_from", {})]
    assert len(rows) == 3
    for row in rows:
        others = row["derived_from"]["other_notionals"]
        required = sum(other["notional"] * other["maintenance_margin_rate"] for other in others)
        assert required == pytest.approx(row["arguments"]["other_maintenance_margin"], rel=1e-12)


def test_extra_margin_follows_from_what_the_source_shows():
    row = BY_ID["bybit-036"]
    shown = row["derived_from"]
    margin = shown["initial_margin"] + shown["extra_margin"] / (1 - shown["taker_fee_rate"])
    assert margin == pytest.approx(row["arguments"]["margin"], rel=1e-12)


@pytest.mark.parametrize("row", VECTORS["bankruptcy"], ids=lambda row: f"{row['venue']}-{row['entry_price']}")
@pytest.mark.parametrize("backend", ["rust", "numpy"])
def test_bankruptcy_vector(row, backend):
    entry = row["entry_price"]
    quantity, value = (1.0, entry) if row["contract_kind"] == "linear" else (entry, 1.0)
    price = bankruptcy_price(
        row["position_side"], entry, quantity, value / row["leverage"], row["contract_kind"], backend=backend
    )
    assert price == pytest.approx(row["expected_price"], rel=0, abs=row["tolerance"])


@pytest.mark.parametrize("row", VECTORS["maintenance_amount"], ids=lambda row: row["contract"])
def test_maintenance_amount_vector(row):
    floor, rate, previous = row["floor"], row["maintenance_margin_rate"], row["previous_rate"]
    before = [[0, floor, 60, previous, 0]]
    if row["previous_amount"]:
        # What the source leaves out below: one tier that leads to the same amount.
        first_cap = row["previous_amount"] / (previous / 2)
        before = [[0, first_cap, 60, previous / 2, 0], [first_cap, floor, 30, previous, row["previous_amount"]]]
    tiers = parse_tiers([*before, [floor, None, 15, rate, row["expected_amount"]]], "vector", continuous=True)
    assert tiers[-1].maintenance_amount == row["expected_amount"]
    with pytest.raises(ValueError, match="maintenance amount"):
        parse_tiers([*before, [floor, None, 15, rate, row["expected_amount"] * 1.001]], "vector", continuous=True)
