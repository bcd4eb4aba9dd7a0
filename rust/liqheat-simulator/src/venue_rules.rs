//! The simulated venues' rules, one row each: tiers of maintenance margin, the liquidation price they lead to, what
//! one liquidation order takes, what the mark follows.
//!
//! The ladders are shaped like those of three large venues, with fewer tiers; they are the simulator's own.

/// Milliseconds between payments of funding.
pub const FUNDING_MS: i64 = 28_800_000;
/// One margin tier: notional from which it applies (USD), maintenance margin rate, maintenance amount (USD).
pub type Tier = (f64, f64, f64);

/// What the mark price follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkRule {
    /// The median of the last price, the index, and the index plus the smoothed basis.
    Median,
    /// The index plus the smoothed basis.
    SmoothedBasis,
}

/// One venue.
#[derive(Debug)]
pub struct VenueRules {
    /// Size next to the other venues of a run: crowd, open interest, depth.
    pub weight: f64,
    /// Margin tiers, lowest first.
    pub tiers: &'static [Tier],
    /// Rate of the closing fee that the maintenance margin includes.
    pub closing_fee_rate: f64,
    /// A position above this notional (USD) is liquidated in steps.
    pub partial_above: f64,
    /// Share of a large position that one liquidation step closes.
    pub partial_share: f64,
    /// What the mark follows.
    pub mark_rule: MarkRule,
}

/// The venues, in the order in which a run takes them.
pub static VENUES: [VenueRules; 3] = [
    VenueRules {
        weight: 0.5,
        tiers: &[
            (0.0, 0.004, 0.0),
            (50e3, 0.005, 50.0),
            (250e3, 0.010, 1_300.0),
            (1e6, 0.025, 16_300.0),
            (10e6, 0.050, 266_300.0),
            (20e6, 0.100, 1_266_300.0),
        ],
        closing_fee_rate: 0.0,
        partial_above: 250e3,
        partial_share: 0.4,
        mark_rule: MarkRule::Median,
    },
    VenueRules {
        weight: 0.3,
        tiers: &[
            (0.0, 0.005, 0.0),
            (2e6, 0.010, 10e3),
            (10e6, 0.025, 160e3),
            (20e6, 0.050, 660e3),
            (50e6, 0.100, 3_160e3),
        ],
        closing_fee_rate: 0.00055,
        partial_above: 2e6,
        partial_share: 0.5,
        mark_rule: MarkRule::SmoothedBasis,
    },
    VenueRules {
        weight: 0.2,
        tiers: &[(0.0, 0.004, 0.0), (1e6, 0.006, 2e3), (5e6, 0.015, 47e3), (20e6, 0.050, 747e3)],
        closing_fee_rate: 0.0005,
        // It takes over whole positions.
        partial_above: f64::INFINITY,
        partial_share: 1.0,
        mark_rule: MarkRule::SmoothedBasis,
    },
];

/// Leverages that the venue offers, lowest first.
pub const LEVERAGES: [f64; 11] = [1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 25.0, 50.0, 75.0, 100.0, 125.0];

/// Largest notional (USD) that each leverage allows: the initial margin always exceeds the maintenance margin.
pub const LARGEST_NOTIONAL: [f64; 11] = [500e6, 200e6, 100e6, 50e6, 20e6, 10e6, 5e6, 1e6, 500e3, 250e3, 50e3];

/// Fee of a liquidation step, share of its notional.
pub const LIQUIDATION_FEE: f64 = 0.0005;

impl VenueRules {
    fn tier(&self, notional: f64) -> (f64, f64) {
        let mut found = (self.tiers[0].1, self.tiers[0].2);
        for &(floor, rate, amount) in self.tiers {
            if notional >= floor {
                found = (rate, amount);
            }
        }
        (found.0 + self.closing_fee_rate, found.1)
    }

    /// Price at which margin plus profit equals the maintenance margin; 0 for a long that cannot be liquidated.
    ///
    /// `direction` is +1 for a long and −1 for a short, `quantity` in coins, `margin` in USD.
    pub fn liquidation_price(&self, direction: f64, quantity: f64, entry: f64, margin: f64) -> f64 {
        let mut price = entry;
        // The tier depends on the notional at the price sought; the maintenance amount makes the requirement
        // continuous across tiers, so two rounds settle it.
        for _ in 0..2 {
            let (rate, amount) = self.tier(quantity * price);
            price = (quantity * entry - direction * (margin + amount)) / (quantity * (1.0 - direction * rate));
            if price <= 0.0 {
                return 0.0;
            }
        }
        price
    }
}

#[cfg(test)]
mod tests {
    use super::{LARGEST_NOTIONAL, LEVERAGES, VENUES};

    #[test]
    fn requirement_is_continuous_across_tiers() {
        for venue in &VENUES {
            assert_eq!((venue.tiers[0].0, venue.tiers[0].2), (0.0, 0.0));
            for pair in venue.tiers.windows(2) {
                let (floor, rate, amount) = pair[1];
                assert!((floor * pair[0].1 - pair[0].2 - (floor * rate - amount)).abs() < 1e-6, "{floor}");
            }
        }
    }

    #[test]
    fn equity_equals_maintenance_at_the_liquidation_price() {
        for venue in &VENUES {
            for (leverage, largest) in LEVERAGES.into_iter().zip(LARGEST_NOTIONAL).skip(1) {
                for direction in [1.0, -1.0] {
                    for notional in [100.0, largest * 0.3, largest] {
                        let (entry, quantity, margin) = (60e3, notional / 60e3, notional / leverage);
                        let price = venue.liquidation_price(direction, quantity, entry, margin);
                        assert!(direction * (entry - price) > 0.0, "{leverage}x {notional} {direction}");
                        let equity = margin + direction * quantity * (price - entry);
                        let (rate, amount) = venue.tier(quantity * price);
                        let required = quantity * price * rate - amount;
                        assert!((equity - required).abs() < 1e-6 * notional, "{leverage}x {notional} {direction}");
                    }
                }
            }
        }
    }

    #[test]
    fn venues_differ_in_what_they_ask_for() {
        let prices = VENUES.each_ref().map(|venue| venue.liquidation_price(1.0, 1.0, 60e3, 6e3));
        assert!(prices[0] != prices[1] && prices[1] != prices[2] && prices[0] != prices[2]);
    }
}
