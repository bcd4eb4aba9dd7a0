//! Opening: new positions enter over a bar's trade range.

use super::preview::TouchedCells;
use super::{Bar, Book, Traded};
use crate::buckets::spread_over_range;

impl Book {
    /// Open `amounts` units of each side, entered evenly over the bar's trade range.
    #[inline(always)]
    pub(super) fn open(&mut self, bar: &Bar, traded: Traded, amounts: [f64; 2], touched: &mut impl TouchedCells) {
        let n_tiers = self.tiers.n_tiers();
        let n_slots = 2 * n_tiers;
        self.hint = traded.low;
        for side in 0..2 {
            let slots = side * n_tiers..(side + 1) * n_tiers;
            let weights = &self.tiers.weights()[slots.clone()];
            let survival = &self.state.survival[slots.clone()];
            let totals = &mut self.state.totals[slots.clone()];
            let added = &mut self.added[slots];
            for tier in 0..n_tiers {
                let units = amounts[side] * weights[tier];
                totals[tier] += units;
                added[tier] = units / survival[tier];
            }
            self.state.inert[side] += amounts[side] * self.tiers.inert_weight(side);
        }
        let (long_frontier, short_frontier) = self.state.frontier.split_at_mut(n_tiers);
        for frontier in long_frontier {
            *frontier = (*frontier).max(traded.high as i32);
        }
        for frontier in short_frontier {
            *frontier = (*frontier).min(traded.low as i32);
        }
        let added = &self.added[..n_slots];
        let (cells, entry_first) = (&mut self.cells, self.entry_first);
        spread_over_range(&self.grid, bar.low, bar.high, traded.low, traded.high, |bucket, share| {
            let start = (bucket - entry_first) as usize * n_slots;
            let row = &mut cells[start..start + n_slots];
            for (slot, (cell, units)) in row.iter_mut().zip(added).enumerate() {
                touched.touch(start + slot, *cell);
                *cell += units * share;
            }
        });
    }
}
