//! Prices that venues and their documents show, from the file that the Python tests read too.

use liqheat_core::margin::{MarginTable, MarginTier, TierUnit};
use liqheat_core::price::{
    ContractKind, LiquidationStatus, Maintenance, Position, PositionSide, bankruptcy_price, liquidation_price,
};
use serde_json::Value;

/// Older or display rules of single venues: rows of the Python rule table, not part of the core.
const PYTHON_ONLY: [&str; 3] = ["entry_mm_linear", "entry_mm_abs", "kucoin_cross_amr"];

fn document() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/vectors/liquidation_prices.json");
    let text = std::fs::read_to_string(path).expect("the vectors file is in the repository");
    serde_json::from_str(&text).expect("the vectors file is JSON")
}

fn rows<'a>(document: &'a Value, name: &str) -> &'a Vec<Value> {
    document[name].as_array().expect("a list of vectors")
}

fn number(row: &Value, name: &str) -> f64 {
    row[name].as_f64().unwrap_or_else(|| panic!("{name} is missing in {row}"))
}

fn side(row: &Value) -> PositionSide {
    if row["position_side"] == "long" { PositionSide::Long } else { PositionSide::Short }
}

fn kind(row: &Value) -> ContractKind {
    if row["contract_kind"] == "linear" { ContractKind::Linear } else { ContractKind::Inverse }
}

#[test]
fn every_vector_of_the_general_formula_passes() {
    let document = document();
    let mut checked = 0;
    let mut left = 0;
    for row in rows(&document, "liquidation") {
        let formula = row["formula"].as_str().expect("a formula id");
        let arguments = &row["arguments"];
        let (entry_price, margin) = match formula {
            "unified_linear" | "unified_inverse" => (number(arguments, "entry_price"), number(arguments, "margin")),
            "cross_equity_mark" => (
                number(arguments, "mark_price"),
                number(arguments, "equity") - number(arguments, "other_maintenance_margin"),
            ),
            other => {
                assert!(PYTHON_ONLY.contains(&other), "unknown formula {other}");
                left += 1;
                continue;
            }
        };
        let position = Position {
            side: side(arguments),
            kind: kind(row),
            entry_price,
            quantity: number(arguments, "quantity"),
            margin,
        };
        let maintenance = Maintenance {
            margin_rate: number(arguments, "maintenance_margin_rate"),
            amount: number(arguments, "maintenance_amount"),
            closing_fee_rate: number(arguments, "closing_fee_rate"),
        };
        let (price, status) = liquidation_price(&position, &maintenance).expect("a valid position");
        assert_eq!(status, LiquidationStatus::Liquidatable, "{row}");
        let error = (price - number(row, "expected_price")).abs();
        assert!(error <= number(row, "tolerance"), "{} gives {price}", row["id"]);
        checked += 1;
    }
    assert_eq!((checked, left), (47, 13));
}

#[test]
fn every_bankruptcy_vector_passes() {
    let document = document();
    for row in rows(&document, "bankruptcy") {
        let entry_price = number(row, "entry_price");
        let kind = kind(row);
        let (quantity, value) = match kind {
            ContractKind::Linear => (1.0, entry_price),
            ContractKind::Inverse => (entry_price, 1.0),
        };
        let margin = value / number(row, "leverage");
        let position = Position { side: side(row), kind, entry_price, quantity, margin };
        let price = bankruptcy_price(&position).expect("a valid position");
        assert!((price - number(row, "expected_price")).abs() <= number(row, "tolerance"), "{row} gives {price}");
    }
    assert_eq!(rows(&document, "bankruptcy").len(), 5);
}

#[test]
fn every_maintenance_amount_follows_the_recursion() {
    let document = document();
    for row in rows(&document, "maintenance_amount") {
        let (floor, amount) = (number(row, "floor"), number(row, "expected_amount"));
        let previous_amount = number(row, "previous_amount");
        let (previous_rate, rate) = (number(row, "previous_rate"), number(row, "maintenance_margin_rate"));
        let tier = |floor, cap, maintenance_margin_rate, maintenance_amount| MarginTier {
            floor,
            cap,
            maximum_leverage: 1.0,
            maintenance_margin_rate,
            maintenance_amount,
        };
        // What the source leaves out below the vector's two tiers: one tier that leads to the same amount.
        let first_rate = previous_rate / 2.0;
        let first_cap = previous_amount / (previous_rate - first_rate);
        let below = if previous_amount == 0.0 {
            vec![tier(0.0, floor, previous_rate, 0.0)]
        } else {
            vec![tier(0.0, first_cap, first_rate, 0.0), tier(first_cap, floor, previous_rate, previous_amount)]
        };
        let with = |amount: f64| {
            let top = tier(floor, f64::INFINITY, rate, amount);
            MarginTable::new([below.clone(), vec![top]].concat(), TierUnit::Value)
        };
        assert!(with(amount).is_ok(), "{row}: {:?}", with(amount));
        assert!(with(amount * 1.001).is_err(), "{row}");
    }
    assert_eq!(rows(&document, "maintenance_amount").len(), 3);
}
