//! Sweeping: what the path of the mark price took out.

use super::preview::TouchedCells;
use super::{Bar, Book};

/// Slots that are asked together whether they are reached; bits of the answer.
const SLOTS_AT_ONCE: usize = 32;

impl Book {
    /// Take out what the mark path crossed: longs in buckets whose lower edge is at or above `mark_low`, shorts in
    /// buckets whose upper edge is at or below `mark_high`. A bucket that was only partly crossed stays.
    #[inline(always)]
    pub(super) fn sweep(&mut self, bar: &Bar, swept_usd: &mut [f64], touched: &mut impl TouchedCells) -> [f64; 2] {
        let n_tiers = self.tiers.n_tiers();
        let low_bucket = self.grid.locate(bar.mark_low, self.hint);
        let first_swept = low_bucket + i64::from(self.grid.edge(low_bucket) != bar.mark_low);
        let last_swept = self.grid.locate(bar.mark_high, low_bucket) - 1;
        let mut swept = [0.0; 2];
        for first in (0..n_tiers).step_by(SLOTS_AT_ONCE) {
            let mut reached = self.reached::<true>(first..(first + SLOTS_AT_ONCE).min(n_tiers), first_swept as i32);
            while reached != 0 {
                let slot = first + reached.trailing_zeros() as usize;
                reached &= reached - 1;
                let shift = i64::from(self.shifts[slot]);
                let (from, to) = (first_swept + shift, i64::from(self.state.frontier[slot]));
                swept[0] += self.sweep_slot(slot, from, to, -shift, swept_usd, touched);
                self.state.frontier[slot] = (from - 1) as i32;
            }
        }
        for first in (n_tiers..2 * n_tiers).step_by(SLOTS_AT_ONCE) {
            let mut reached = self.reached::<false>(first..(first + SLOTS_AT_ONCE).min(2 * n_tiers), last_swept as i32);
            while reached != 0 {
                let slot = first + reached.trailing_zeros() as usize;
                reached &= reached - 1;
                let shift = i64::from(self.shifts[slot]);
                let (from, to) = (i64::from(self.state.frontier[slot]), last_swept - shift);
                swept[1] += self.sweep_slot(slot, from, to, shift, swept_usd, touched);
                self.state.frontier[slot] = (to + 1) as i32;
            }
        }
        swept
    }

    /// Which of some slots may hold units where the path came last, as bits. A bar sweeps few slots, so they are asked
    /// together, on many lanes.
    #[inline(always)]
    fn reached<const LONG: bool>(&self, slots: std::ops::Range<usize>, bucket: i32) -> u32 {
        let (shifts, frontiers) = (&self.shifts[slots.clone()], &self.state.frontier[slots]);
        let mut reached = 0;
        for (at, (shift, frontier)) in shifts.iter().zip(frontiers).enumerate() {
            let is_reached = if LONG { bucket + shift <= *frontier } else { *frontier <= bucket - shift };
            reached |= u32::from(is_reached) << at;
        }
        reached
    }

    #[inline(always)]
    fn sweep_slot(
        &mut self,
        slot: usize,
        from: i64,
        to: i64,
        shift: i64,
        swept_usd: &mut [f64],
        touched: &mut impl TouchedCells,
    ) -> f64 {
        let n_slots = self.state.survival.len();
        // A frontier may start outside the rows that exist: there is nothing there.
        let last_row = (self.cells.len() / n_slots) as i64 - 1 + self.entry_first;
        let (mut units, mut usd) = (0.0, 0.0);
        for entry in from.max(self.entry_first)..=to.min(last_row) {
            let cell = (entry - self.entry_first) as usize * n_slots + slot;
            let value = self.cells[cell];
            touched.touch(cell, value);
            self.cells[cell] = 0.0;
            units += value;
            usd += value * self.grid.middle(entry + shift);
        }
        let survival = self.state.survival[slot];
        units *= survival;
        usd *= survival;
        self.state.totals[slot] = (self.state.totals[slot] - units).max(0.0);
        swept_usd[slot] = if self.unit_is_usd { units } else { usd };
        units
    }
}
