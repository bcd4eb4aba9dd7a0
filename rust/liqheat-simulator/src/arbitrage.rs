//! Arbitrage between venues: it buys where the price is low and sells where it is high, until they agree.

use crate::engine::Venue;

/// Seconds after which 63 % of a difference between venues is gone.
const SECONDS: f64 = 4.0;

/// Trade the venues' prices towards their mean, weighted by depth. With one venue there is nothing to do.
///
/// Arbitrageurs hold as much long on one venue as short on another and never get liquidated: on each venue they are
/// among the market makers, so their trades print volume and leave open interest as it is.
pub fn pull_together(venues: &mut [Venue]) {
    if venues.len() < 2 {
        return;
    }
    let mean: f64 = venues.iter().map(|venue| venue.price.share * venue.price.impact).sum();
    for venue in venues {
        let move_by = (mean - venue.price.impact) / SECONDS;
        venue.price.impact += move_by;
        let quantity = move_by.abs() * venue.price.depth / 0.01 / venue.price.last;
        venue.bar.trade(quantity, if move_by > 0.0 { 1.0 } else { 0.0 });
    }
}
