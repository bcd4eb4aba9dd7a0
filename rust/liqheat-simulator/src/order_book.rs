//! Snapshots of the order book by distance from the mid price: drawn from the depth that impact uses, with noise of
//! their own. They change nothing in the market.

use crate::rng::Rng;
use crate::venue_price::VenuePrice;

/// Outer distance of each level from the mid price, basis points. A level holds what rests beyond the one before.
pub const LEVEL_DISTANCES_BP: [f64; 8] = [5.0, 10.0, 25.0, 50.0, 100.0, 200.0, 300.0, 500.0];
/// The level up to which the mean of both sides is the published depth within 1 %.
const WITHIN_ONE_PERCENT: usize = 5;
/// Standard deviation of the log of one level.
const LEVEL_DEVIATION: f64 = 0.35;
/// How many times thinner the side is that the price has just run through, for each log unit of the run.
const THINNING: f64 = 60.0;

/// Order-book snapshots at the close of each published bar, row-major: one row a snapshot, one column a level.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OrderBook {
    /// UTC milliseconds.
    pub time_ms: Vec<i64>,
    /// USD of buy orders in each level.
    pub bid_usd: Vec<f64>,
    /// USD of sell orders in each level.
    pub ask_usd: Vec<f64>,
}

impl OrderBook {
    /// Add what rests now.
    pub fn snapshot(&mut self, time_ms: i64, price: &VenuePrice, rng: &mut Rng) {
        self.time_ms.push(time_ms);
        let row = self.bid_usd.len();
        // The book is as deep as the impact says: linear in distance, and thinner where the price has just been.
        let skew = (price.impact * THINNING).clamp(-0.6, 0.6);
        let mut inner = 0.0;
        for outer in LEVEL_DISTANCES_BP {
            let resting = price.depth * (outer - inner) / 100.0;
            self.bid_usd.push(resting * (1.0 + skew) * rng.lognormal(1.0, LEVEL_DEVIATION));
            self.ask_usd.push(resting * (1.0 - skew) * rng.lognormal(1.0, LEVEL_DEVIATION));
            inner = outer;
        }
        let within = row..row + WITHIN_ONE_PERCENT;
        let found: f64 = self.bid_usd[within.clone()].iter().chain(&self.ask_usd[within]).sum();
        for level in self.bid_usd[row..].iter_mut().chain(&mut self.ask_usd[row..]) {
            *level *= 2.0 * price.depth / found;
        }
    }
}
