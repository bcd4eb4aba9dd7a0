//! Closing: how much each tier gives when a side closes a known amount, exactly.

use super::preview::TouchedCells;
use super::{Book, ScaleEvent};

/// Below this a tier's survival is scaled up and its cells down by the same power of two: exact in binary. The lower, the
/// rarer; it stays far from where floats end.
const SURVIVAL_FLOOR: f64 = 1.0 / (1u128 << 120) as f64;

impl Book {
    /// Close exactly `amounts` units of each side, every tier at its hazard times one common rate.
    #[inline(always)]
    pub(super) fn close(&mut self, amounts: [f64; 2], bar_index: i64, touched: &mut impl TouchedCells) {
        let n_tiers = self.tiers.n_tiers();
        for side in 0..2 {
            let slots = side * n_tiers..(side + 1) * n_tiers;
            let hazards = &self.tiers.hazards()[slots.clone()];
            let slope = lane_dot(&self.state.totals[slots.clone()], hazards) + self.state.inert[side];
            if slope <= 0.0 || amounts[side] <= 0.0 {
                continue;
            }
            let mut rate = amounts[side] / slope;
            if rate * hazards[0].max(1.0) > 1.0 {
                rate =
                    saturating_rate(&self.state.totals[slots.clone()], hazards, self.state.inert[side], amounts[side]);
            }
            let survival = &mut self.state.survival[slots.clone()];
            let totals = &mut self.state.totals[slots.clone()];
            for tier in 0..n_tiers {
                let keep = 1.0 - (rate * hazards[tier]).min(1.0);
                survival[tier] *= keep;
                totals[tier] *= keep;
            }
            self.state.inert[side] *= 1.0 - rate.min(1.0);
            let mut n_below = 0_i64;
            for &survival in &self.state.survival[slots.clone()] {
                n_below += i64::from(survival < SURVIVAL_FLOOR);
            }
            if n_below > 0 {
                for slot in slots {
                    if self.state.survival[slot] < SURVIVAL_FLOOR {
                        self.rescale(slot, bar_index, touched);
                    }
                }
            }
        }
    }

    #[cold]
    fn rescale(&mut self, slot: usize, bar_index: i64, touched: &mut impl TouchedCells) {
        // As often as it takes: turnover as large as the open interest, bar after bar, shrinks it faster than one step.
        let (mut survival, mut factor) = (self.state.survival[slot], 1.0);
        while survival > 0.0 && survival < SURVIVAL_FLOOR {
            survival /= SURVIVAL_FLOOR;
            factor *= SURVIVAL_FLOOR;
        }
        if survival == 0.0 {
            (survival, factor) = (1.0, 0.0);
        }
        // Nothing stands beyond the frontier: longs were swept above it, shorts below.
        let n_slots = self.state.survival.len();
        let n_rows = (self.cells.len() / n_slots) as i64;
        let at_frontier = i64::from(self.state.frontier[slot]) - self.entry_first;
        let (from, end) = match slot < self.tiers.n_tiers() {
            true => (0, (at_frontier + 1).clamp(0, n_rows)),
            false => (at_frontier.clamp(0, n_rows), n_rows),
        };
        for row in from as usize..end as usize {
            let cell = row * n_slots + slot;
            touched.touch(cell, self.cells[cell]);
            self.cells[cell] *= factor;
        }
        self.state.survival[slot] = survival;
        self.scale_events.push(ScaleEvent { bar: bar_index, slot, factor });
    }
}

/// Sum of products in four interleaved lanes, then `(0 + 1) + (2 + 3)`: one fixed order that a processor can overlap.
#[inline(always)]
fn lane_dot(left: &[f64], right: &[f64]) -> f64 {
    let mut lanes = [0.0; 4];
    let (left_fours, right_fours) = (left.chunks_exact(4), right.chunks_exact(4));
    let rest = left_fours.remainder().iter().zip(right_fours.remainder());
    for (left, right) in left_fours.clone().zip(right_fours.clone()) {
        for lane in 0..4 {
            lanes[lane] += left[lane] * right[lane];
        }
    }
    for (lane, (left, right)) in lanes.iter_mut().zip(rest) {
        *lane += left * right;
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
}

/// Rate at which the nearest tiers are closed out: walk the breakpoints `1 / hazard` from the highest hazard, with
/// the inert stock (hazard 1) in its place, until the rest can bear what is left.
#[cold]
fn saturating_rate(totals: &[f64], hazards: &[f64], inert: f64, amount: f64) -> f64 {
    let inert_at = hazards.partition_point(|&hazard| hazard >= 1.0);
    let ordered = |index: usize| match index.cmp(&inert_at) {
        std::cmp::Ordering::Less => (totals[index], hazards[index]),
        std::cmp::Ordering::Equal => (inert, 1.0),
        std::cmp::Ordering::Greater => (totals[index - 1], hazards[index - 1]),
    };
    let n = totals.len() + 1;
    let mut suffix = vec![0.0; n + 1];
    for index in (0..n).rev() {
        let (total, hazard) = ordered(index);
        suffix[index] = suffix[index + 1] + total * hazard;
    }
    let mut closed_out = 0.0;
    for index in 0..n {
        let (total, hazard) = ordered(index);
        if suffix[index] <= 0.0 {
            break;
        }
        let rate = (amount - closed_out) / suffix[index];
        if rate * hazard <= 1.0 {
            return rate;
        }
        closed_out += total;
    }
    f64::INFINITY
}
