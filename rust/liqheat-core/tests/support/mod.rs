//! Books and bars that several test modules use.

use liqheat_core::book::{Bar, BarColumns};
use liqheat_core::tiers::DistanceTiers;
use proptest::prelude::*;

/// Ratio of the state's buckets.
pub const RATIO: f64 = 1.0005;

/// Tiers of equal weight, whose hazards fall with distance.
pub fn tiers(n_tiers: usize) -> DistanceTiers {
    let shifts: Vec<i64> = (0..n_tiers).map(|tier| 4 + 9 * tier as i64).collect();
    let hazards: Vec<f64> = (0..n_tiers).map(|tier| (25.0 / (1.0 + tier as f64)).max(0.2)).collect();
    let weights = vec![0.9 / n_tiers as f64; n_tiers];
    DistanceTiers::new(
        [shifts.clone(), shifts].concat(),
        [weights.clone(), weights].concat(),
        [hazards.clone(), hazards].concat(),
    )
    .expect("valid tiers")
}

/// Bars from returns, ranges and open interest factors that a proptest strategy chose.
pub fn bars(steps: &[(f64, f64, f64, f64)]) -> Vec<Bar> {
    let (mut price, mut open_interest) = (60_000.0, 1_000.0);
    steps
        .iter()
        .map(|&(step, range, factor, volume)| {
            let before: f64 = price;
            price *= 1.0 + step;
            open_interest *= factor;
            let (low, high) = (before.min(price) * (1.0 - range), before.max(price) * (1.0 + range));
            Bar { low, high, mark_low: low * 1.00001, mark_high: high * 0.99999, volume, open_interest }
        })
        .collect()
}

/// Bars by column; [`BarTable::columns`] lends them to the core.
pub struct BarTable(pub [Vec<f64>; 6]);

impl BarTable {
    pub fn new(bars: &[Bar]) -> Self {
        let column = |field: fn(&Bar) -> f64| bars.iter().map(field).collect();
        Self([
            column(|bar| bar.low),
            column(|bar| bar.high),
            column(|bar| bar.mark_low),
            column(|bar| bar.mark_high),
            column(|bar| bar.volume),
            column(|bar| bar.open_interest),
        ])
    }

    pub fn columns(&self) -> BarColumns<'_> {
        let [low, high, mark_low, mark_high, volume, open_interest] = &self.0;
        BarColumns { low, high, mark_low, mark_high, volume, open_interest }
    }
}

/// Returns, ranges, open interest factors and volumes of a few bars.
pub fn steps() -> impl Strategy<Value = Vec<(f64, f64, f64, f64)>> {
    prop::collection::vec((-0.02..0.02f64, 0.0..0.01f64, 0.5..1.3f64, 0.0..800.0f64), 2..60)
}
