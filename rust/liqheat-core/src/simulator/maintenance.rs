//! The simulated venue's margin rules: tiers of maintenance margin and the liquidation price they lead to.
//!
//! The ladder is shaped like Binance's for a large contract, with fewer tiers; it is the simulator's own.

/// Notional from which the tier applies (USD), maintenance margin rate, maintenance amount (USD).
pub const TIERS: [(f64, f64, f64); 6] = [
    (0.0, 0.004, 0.0),
    (50e3, 0.005, 50.0),
    (250e3, 0.010, 1_300.0),
    (1e6, 0.025, 16_300.0),
    (10e6, 0.050, 266_300.0),
    (20e6, 0.100, 1_266_300.0),
];

/// Leverages that the venue offers, lowest first.
pub const LEVERAGES: [f64; 11] = [1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 25.0, 50.0, 75.0, 100.0, 125.0];

/// Largest notional (USD) that each leverage allows: the initial margin always exceeds the maintenance margin.
pub const LARGEST_NOTIONAL: [f64; 11] = [500e6, 200e6, 100e6, 50e6, 20e6, 10e6, 5e6, 1e6, 500e3, 250e3, 50e3];

/// A position above this notional (USD) is liquidated in steps.
pub const PARTIAL_ABOVE: f64 = 250e3;

/// Share of a large position that one liquidation step closes.
pub const PARTIAL_SHARE: f64 = 0.4;

/// Fee of a liquidation step, share of its notional.
pub const LIQUIDATION_FEE: f64 = 0.0005;

fn tier(notional: f64) -> (f64, f64) {
    let mut found = (TIERS[0].1, TIERS[0].2);
    for (floor, rate, amount) in TIERS {
        if notional >= floor {
            found = (rate, amount);
        }
    }
    found
}

/// Price at which margin plus profit equals the maintenance margin; 0 for a long that cannot be liquidated.
///
/// `direction` is +1 for a long and −1 for a short, `quantity` in coins, `margin` in USD.
pub fn liquidation_price(direction: f64, quantity: f64, entry: f64, margin: f64) -> f64 {
    let mut price = entry;
    // The tier depends on the notional at the price sought; the maintenance amount makes the requirement
    // continuous across tiers, so two rounds settle it.
    for _ in 0..2 {
        let (rate, amount) = tier(quantity * price);
        price = (quantity * entry - direction * (margin + amount)) / (quantity * (1.0 - direction * rate));
        if price <= 0.0 {
            return 0.0;
        }
    }
    price
}

#[cfg(test)]
mod tests {
    use super::{LARGEST_NOTIONAL, LEVERAGES, TIERS, liquidation_price, tier};

    #[test]
    fn requirement_is_continuous_across_tiers() {
        for pair in TIERS.windows(2) {
            let (floor, rate, amount) = pair[1];
            assert!((floor * pair[0].1 - pair[0].2 - (floor * rate - amount)).abs() < 1e-6);
        }
    }

    #[test]
    fn equity_equals_maintenance_at_the_liquidation_price() {
        for (leverage, largest) in LEVERAGES.into_iter().zip(LARGEST_NOTIONAL).skip(1) {
            for direction in [1.0, -1.0] {
                for notional in [100.0, largest * 0.3, largest] {
                    let (entry, quantity, margin) = (60e3, notional / 60e3, notional / leverage);
                    let price = liquidation_price(direction, quantity, entry, margin);
                    assert!(direction * (entry - price) > 0.0, "{leverage}x {notional} {direction}");
                    let equity = margin + direction * quantity * (price - entry);
                    let (rate, amount) = tier(quantity * price);
                    let required = quantity * price * rate - amount;
                    assert!((equity - required).abs() < 1e-6 * notional, "{leverage}x {notional} {direction}");
                }
            }
        }
    }
}
