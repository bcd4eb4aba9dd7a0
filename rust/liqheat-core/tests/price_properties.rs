//! What must hold for every position, and the tiered solver against brute force.

use liqheat_core::margin::{
    MarginTable, MarginTier, TierUnit, VenueColumns, VenueRule, venue_liquidation_price_columns,
};
use liqheat_core::price::{
    ContractKind, LiquidationStatus, Maintenance, Position, PositionSide, REFUSED, bankruptcy_price, liquidation_price,
    liquidation_price_grid,
};
use proptest::prelude::*;

fn sides() -> impl Strategy<Value = PositionSide> {
    prop_oneof![Just(PositionSide::Long), Just(PositionSide::Short)]
}

fn kinds() -> impl Strategy<Value = ContractKind> {
    prop_oneof![Just(ContractKind::Linear), Just(ContractKind::Inverse)]
}

fn position(side: PositionSide, kind: ContractKind, entry_price: f64, quantity: f64, leverage: f64) -> Position {
    let mut position = Position { side, kind, entry_price, quantity, margin: 1.0 };
    position.margin = position.value_at(entry_price) / leverage;
    position
}

fn rule(margin_rate: f64, closing_fee_rate: f64) -> Maintenance {
    Maintenance { margin_rate, amount: 0.0, closing_fee_rate }
}

fn price_of(position: Position, maintenance: Maintenance) -> f64 {
    liquidation_price(&position, &maintenance).expect("a valid position").0
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs())
}

/// Price and status code under a venue's rule.
fn venue_price(rule: &VenueRule, side: PositionSide, entry: f64, leverage: f64, notional_usd: f64) -> (f64, u8) {
    let positions = VenueColumns {
        side: &[side.sign() as i8],
        entry_price: &[entry],
        leverage: &[leverage],
        notional_usd: &[notional_usd],
    };
    let (mut prices, mut codes) = ([0.0], [0]);
    let refused = venue_liquidation_price_columns(&positions, rule, &mut prices, &mut codes).expect("equal lengths");
    assert_eq!(refused == 1, codes[0] == REFUSED);
    (prices[0], codes[0])
}

/// Profit of a position at a price, settle currency.
fn profit(position: &Position, price: f64) -> f64 {
    let Position { entry_price, quantity, .. } = *position;
    position.side.sign()
        * match position.kind {
            ContractKind::Linear => quantity * (price - entry_price),
            ContractKind::Inverse => quantity * (1.0 / entry_price - 1.0 / price),
        }
}

/// Tiers with rising rates and the amounts that keep the requirement continuous; the last one is open.
fn random_tiers(steps: &[(f64, f64)]) -> Vec<MarginTier> {
    let mut tiers: Vec<MarginTier> = Vec::new();
    let (mut floor, mut rate, mut amount) = (0.0, 0.0, 0.0);
    for (index, &(width, rise)) in steps.iter().enumerate() {
        amount += floor * rise;
        rate += rise;
        let cap = if index + 1 == steps.len() { f64::INFINITY } else { floor + width };
        tiers.push(MarginTier {
            floor,
            cap,
            maximum_leverage: 100.0,
            maintenance_margin_rate: rate,
            maintenance_amount: amount,
        });
        floor = cap;
    }
    tiers
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equity_meets_the_requirement_on_the_losing_side(
        side in sides(), kind in kinds(), entry in 1e-4..1e6_f64, quantity in 1e-3..1e6_f64,
        leverage in 1.05..200.0_f64, rate_share in 0.001..0.99_f64, fee_share in 0.0..0.009_f64,
    ) {
        let (rate, fee) = (rate_share / leverage, fee_share / leverage);
        let position = position(side, kind, entry, quantity, leverage);
        let (price, status) = liquidation_price(&position, &rule(rate, fee)).expect("a valid position");
        prop_assert_eq!(status, LiquidationStatus::Liquidatable);
        prop_assert!(side.sign() * (entry - price) > 0.0);
        let equity = position.margin + profit(&position, price);
        let required = position.value_at(price) * (rate + fee);
        let scale = position.value_at(price).max(position.value_at(entry));
        prop_assert!((equity - required).abs() <= 1e-12 * scale);
        let bankruptcy = bankruptcy_price(&position).expect("a valid position");
        prop_assert!(side.sign() * (price - bankruptcy) > 0.0);
    }

    #[test]
    fn inverse_long_is_linear_short_in_the_reciprocal(
        entry in 1e-3..1e6_f64, quantity in 1e-3..1e6_f64, leverage in 0.5..150.0_f64, rate in 1e-4..0.3_f64,
        fee in 0.0..0.002_f64, share in 0.0..0.5_f64, flip in any::<bool>(),
    ) {
        let both = [PositionSide::Long, PositionSide::Short];
        let inverse = position(both[usize::from(flip)], ContractKind::Inverse, entry, quantity, leverage);
        let linear = Position {
            side: both[usize::from(!flip)], kind: ContractKind::Linear, entry_price: 1.0 / entry, ..inverse
        };
        let rule = Maintenance { amount: share * rate * inverse.value_at(entry), ..rule(rate, fee) };
        prop_assume!((1.0 / leverage + share * rate - rate - fee).abs() > 1e-9);
        prop_assume!((1.0 / leverage + share * rate - 1.0).abs() > 1e-6);
        let (p, status) = liquidation_price(&inverse, &rule).expect("a valid position");
        let (x, twin) = liquidation_price(&linear, &rule).expect("a valid position");
        prop_assert_eq!(status, twin);
        prop_assert!(p.is_nan() || close(p * x, 1.0, 1e-9));
    }

    #[test]
    fn higher_leverage_is_nearer(
        side in sides(), kind in kinds(), entry in 1e-3..1e6_f64, leverage in 1.1..100.0_f64, more in 1.001..2.0_f64,
        rate in 1e-4..0.004_f64,
    ) {
        let near = price_of(position(side, kind, entry, 1.0, leverage * more), rule(rate, 0.0));
        let far = price_of(position(side, kind, entry, 1.0, leverage), rule(rate, 0.0));
        prop_assert!(side.sign() * (near - far) > 0.0);
    }

    #[test]
    fn prices_scale_with_the_currency_and_not_with_the_size(
        side in sides(), kind in kinds(), entry in 1e-3..1e6_f64, leverage in 1.1..100.0_f64, scale in 1e-3..1e3_f64,
        rate in 1e-4..0.004_f64,
    ) {
        let price = price_of(position(side, kind, entry, 1.0, leverage), rule(rate, 0.0005));
        let dearer = price_of(position(side, kind, entry * scale, 1.0, leverage), rule(rate, 0.0005));
        let larger = price_of(position(side, kind, entry, scale, leverage), rule(rate, 0.0005));
        prop_assert!(close(price * scale, dearer, 1e-11) && close(price, larger, 1e-11));
    }

    #[test]
    fn grid_agrees_with_single_positions(
        kind in kinds(), entries in prop::collection::vec(1e-3..1e6_f64, 0..5),
        leverages in prop::collection::vec(0.5..300.0_f64, 0..6), rate in 0.0..0.05_f64, fee in 0.0..0.001_f64,
    ) {
        let edge = |l: &f64| (1.0 / l - rate - fee).abs() < 1e-9 || (l - 1.0).abs() < 1e-6;
        prop_assume!(!leverages.iter().any(edge));
        let mut out = vec![0.0; entries.len() * 2 * leverages.len()];
        liquidation_price_grid(&entries, &leverages, &[rate], fee, kind, &mut out).expect("valid arguments");
        for (i, &entry) in entries.iter().enumerate() {
            for (j, &leverage) in leverages.iter().enumerate() {
                for (s, side) in [PositionSide::Long, PositionSide::Short].into_iter().enumerate() {
                    let found = out[(i * 2 + s) * leverages.len() + j];
                    let single = price_of(position(side, kind, entry, 10.0, leverage), rule(rate, fee));
                    prop_assert_eq!(found.is_nan(), single.is_nan());
                    prop_assert!(found.is_nan() || close(found, single, 1e-9), "{} {}", found, single);
                }
            }
        }
    }

    #[test]
    fn tier_choice_agrees_with_bisection_over_price(
        side in sides(), kind in kinds(), entry in 1e-2..1e5_f64, size in 0.01..30.0_f64, leverage in 1.02..60.0_f64,
        fee in 0.0..0.001_f64, steps in prop::collection::vec((0.2..4.0_f64, 0.0005..0.03_f64), 1..8),
    ) {
        let tiers = random_tiers(&steps);
        let table = MarginTable::new(tiers.clone(), TierUnit::Value).expect("a valid table");
        let quantity = size / position(side, kind, entry, 1.0, leverage).value_at(entry);
        let position = position(side, kind, entry, quantity, leverage);
        let surplus = |price: f64| {
            let value = position.value_at(price);
            let tier = tiers.iter().find(|tier| value <= tier.cap).expect("the last tier is open");
            position.margin + profit(&position, price)
                - (value * (tier.maintenance_margin_rate + fee) - tier.maintenance_amount)
        };
        let by_coins = kind == ContractKind::Inverse;
        let rule = VenueRule { kind, table, by_coins, covers_all_sizes: true, closing_fee_rate: fee };
        let (price, status) = venue_price(&rule, side, entry, leverage, if by_coins { size * entry } else { size });
        prop_assume!(surplus(entry).abs() > 1e-9 * size);
        if surplus(entry) < 0.0 {
            prop_assert_eq!(status, LiquidationStatus::AtOpen as u8);
            return Ok(());
        }
        let (mut safe, mut dead) = (entry, if side == PositionSide::Long { entry * 1e-6 } else { entry * 1e6 });
        prop_assert!(surplus(dead) < 0.0);
        for _ in 0..200 {
            let middle = (safe * dead).sqrt();
            if surplus(middle) > 0.0 { safe = middle } else { dead = middle }
        }
        prop_assert_eq!(status, LiquidationStatus::Liquidatable as u8);
        prop_assert!(close(price, dead, 1e-7), "{} {}", price, dead);
    }
}

#[test]
fn bad_arguments_are_named() {
    let good = position(PositionSide::Long, ContractKind::Linear, 100.0, 1.0, 10.0);
    let free = rule(0.004, 0.0);
    let refused = |p: Position, m: Maintenance| liquidation_price(&p, &m).expect_err("a refusal").argument;
    for bad in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        assert_eq!(refused(Position { entry_price: bad, ..good }, free), "entry_price");
        assert_eq!(refused(Position { quantity: bad, ..good }, free), "quantity");
        assert_eq!(refused(Position { margin: bad, ..good }, free), "margin");
    }
    assert_eq!(refused(good, rule(f64::NAN, 0.0)), "maintenance_margin_rate");
    assert_eq!(refused(good, rule(0.9, 0.1)), "maintenance_margin_rate");
    assert_eq!(refused(good, rule(0.1, -0.1)), "closing_fee_rate");
    assert_eq!(refused(good, Maintenance { amount: -1.0, ..free }), "maintenance_amount");
    assert_eq!(refused(Position { entry_price: 1e300, quantity: 1e300, ..good }, free), "quantity");
    assert!(PositionSide::from_sign(0).is_err());
    let mut out = [0.0; 3];
    let error = liquidation_price_grid(&[1.0], &[2.0], &[0.0], 0.0, ContractKind::Linear, &mut out);
    assert_eq!(error.expect_err("a refusal").argument, "out");
}

#[test]
fn bad_tables_are_refused() {
    let tier = |floor, cap, maintenance_margin_rate, maintenance_amount| MarginTier {
        floor,
        cap,
        maximum_leverage: 20.0,
        maintenance_margin_rate,
        maintenance_amount,
    };
    let ok = |tiers: Vec<MarginTier>, unit| MarginTable::new(tiers, unit).is_ok();
    let open = f64::INFINITY;
    assert!(ok(vec![tier(0.0, 10.0, 0.01, 0.0), tier(10.0, open, 0.02, 0.1)], TierUnit::Value));
    assert!(!ok(vec![tier(0.0, 10.0, 0.01, 0.0), tier(11.0, open, 0.02, 0.11)], TierUnit::Value));
    assert!(!ok(vec![tier(0.0, 10.0, 0.01, 0.0), tier(10.0, open, 0.02, 0.0)], TierUnit::Value));
    assert!(!ok(vec![tier(0.0, 10.0, 0.02, 0.0), tier(10.0, open, 0.01, -0.1)], TierUnit::Value));
    assert!(!ok(vec![tier(0.0, f64::NAN, 0.02, 0.0)], TierUnit::Value));
    assert!(!ok(vec![tier(0.0, open, 0.02, 0.0)], TierUnit::Contracts(0.0)));
    assert!(!ok(vec![], TierUnit::Value));
    let rows = MarginTable::new(vec![tier(0.0, 10.0, 0.01, 0.0), tier(10.0, open, 0.02, 0.1)], TierUnit::Value);
    assert_eq!(MarginTable::from_rows(&[[10.0, 20.0, 0.01, 0.0], [open, 20.0, 0.02, 0.1]], TierUnit::Value), rows);
    let rising = MarginTable::from_rows(&[[10.0, 20.0, 0.01, 0.0], [open, 21.0, 0.02, 0.1]], TierUnit::Value);
    assert_eq!(rising.expect_err("a refusal").argument, "tiers");
}

#[test]
fn counted_tiers_do_not_depend_on_price_and_jump() {
    let rows = [[1000.0, 50.0, 0.004, 0.0], [2000.0, 20.0, 0.01, 0.0]];
    let table = MarginTable::from_rows(&rows, TierUnit::Contracts(0.01)).expect("a valid table");
    let kind = ContractKind::Linear;
    let rule = VenueRule { kind, table, by_coins: true, covers_all_sizes: false, closing_fee_rate: 0.0 };
    let at = |quantity: f64, leverage: f64| venue_price(&rule, PositionSide::Long, 100.0, leverage, quantity * 100.0);
    let (last, next) = (at(10.0, 10.0), at(10.01, 10.0));
    assert_eq!((last.1, next.1), (0, 0));
    assert!(close(last.0, 90.0 / 0.996, 1e-12) && close(next.0, 90.0 / 0.99, 1e-12));
    assert_eq!(at(20.1, 10.0).1, REFUSED);
    assert_eq!((at(10.0, 50.0).1, at(10.01, 50.0).1), (0, REFUSED));
}
