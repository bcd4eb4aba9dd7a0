//! The map of one system while its rules run over the bars.

use liqheat_core::buckets::{PriceGrid, spread_over_range};

use super::{RivalBars, RivalRules};

/// Below this a slot's scale is multiplied into its cells.
const SCALE_FLOOR: f64 = 1.0 / (1u64 << 30) as f64;

/// Cells of one side and tier.
struct Slot {
    cells: Vec<f64>,
    /// Bar in which a cell that was empty was filled.
    born: Vec<i64>,
    scale: f64,
    total: f64,
    /// Cells outside `from..to` are empty.
    from: usize,
    to: usize,
}

/// The map as it stands.
pub(super) struct RivalMap<'a> {
    rules: &'a RivalRules,
    grid: &'a PriceGrid,
    slots: Vec<Slot>,
    idle: [f64; 2],
    hint: i64,
}

impl<'a> RivalMap<'a> {
    /// An empty map on a grid that reaches as far as any level will lie.
    pub(super) fn new(rules: &'a RivalRules, grid: &'a PriceGrid, idle: [f64; 2]) -> Self {
        let n_buckets = grid.n_buckets();
        let slot = || Slot {
            cells: vec![0.0; n_buckets],
            born: vec![0; if rules.fade > 0.0 { n_buckets } else { 0 }],
            scale: 1.0,
            total: 0.0,
            from: n_buckets,
            to: 0,
        };
        Self { rules, grid, slots: (0..rules.factors.len()).map(|_| slot()).collect(), idle, hint: 0 }
    }

    fn at(&self, price: f64, hint: i64) -> usize {
        (self.grid.locate(price, hint) - self.grid.first()) as usize
    }

    fn middle(&self, bucket: usize) -> f64 {
        self.grid.middle(self.grid.first() + bucket as i64)
    }

    /// As in the book: longs in buckets whose lower edge is at or above `mark_low`, shorts in buckets whose upper
    /// edge is at or below `mark_high`. Returns the units of both sides.
    pub(super) fn sweep(&mut self, mark_low: f64, mark_high: f64, swept_usd: &mut [f64]) -> f64 {
        let low_bucket = self.at(mark_low, self.hint);
        self.hint = self.grid.first() + low_bucket as i64;
        let high_bucket = self.at(mark_high, self.hint);
        let first_swept = low_bucket + usize::from(self.grid.edge(self.grid.first() + low_bucket as i64) != mark_low);
        let n_tiers = self.rules.shares.len();
        let mut swept = 0.0;
        for index in 0..self.slots.len() {
            let (mut from, mut to) = (self.slots[index].from, self.slots[index].to);
            if index < n_tiers || self.rules.clears_range {
                from = from.max(first_swept);
            }
            if index >= n_tiers || self.rules.clears_range {
                to = to.min(high_bucket);
            }
            swept_usd[index] = 0.0;
            if from >= to {
                continue;
            }
            let (mut units, mut usd) = (0.0, 0.0);
            for bucket in from..to {
                let value = self.slots[index].cells[bucket];
                units += value;
                usd += value * self.middle(bucket);
            }
            let slot = &mut self.slots[index];
            slot.cells[from..to].fill(0.0);
            units *= slot.scale;
            usd *= slot.scale;
            slot.total = (slot.total - units).max(0.0);
            swept += units;
            swept_usd[index] = if self.rules.unit_is_usd { units } else { usd };
            if from <= slot.from {
                slot.from = to;
            } else if to >= slot.to {
                slot.to = from;
            }
        }
        swept
    }

    /// Take what a bar's passing takes from every cell.
    pub(super) fn age(&mut self, bar: i64) {
        let n_tiers = self.rules.shares.len();
        for (index, slot) in self.slots.iter_mut().enumerate() {
            slot.scale *= self.rules.keep[index % n_tiers];
            slot.total *= self.rules.keep[index % n_tiers];
            if self.rules.fade > 0.0 && slot.from < slot.to {
                let cells = slot.cells[slot.from..slot.to].iter_mut();
                for (cell, &born) in cells.zip(&slot.born[slot.from..slot.to]) {
                    if bar - born > self.rules.fade_after {
                        *cell = (*cell - self.rules.fade).max(0.0);
                    }
                }
                while slot.from < slot.to && slot.cells[slot.from] == 0.0 {
                    slot.from += 1;
                }
                while slot.from < slot.to && slot.cells[slot.to - 1] == 0.0 {
                    slot.to -= 1;
                }
            }
        }
    }

    /// Close `amounts`, long and short: each tier at its hazard times one common rate.
    pub(super) fn close(&mut self, mut amounts: [f64; 2]) {
        let n_tiers = self.rules.shares.len();
        let mut stocks = [0.0; 2];
        for side in 0..2 {
            for tier in 0..n_tiers {
                stocks[side] += self.slots[side * n_tiers + tier].total * self.rules.hazards[tier];
            }
            stocks[side] += self.idle[side];
        }
        if self.rules.closes_pooled {
            stocks = [stocks[0] + stocks[1]; 2];
            amounts = [amounts[0] + amounts[1]; 2];
        }
        for side in 0..2 {
            if !(amounts[side] > 0.0 && stocks[side] > 0.0) {
                continue;
            }
            let rate = amounts[side] / stocks[side];
            for tier in 0..n_tiers {
                let slot = &mut self.slots[side * n_tiers + tier];
                let keep = 1.0 - (rate * self.rules.hazards[tier]).min(1.0);
                slot.scale *= keep;
                slot.total *= keep;
            }
            self.idle[side] *= 1.0 - rate.min(1.0);
        }
        for slot in self.slots.iter_mut().filter(|slot| slot.scale < SCALE_FLOOR) {
            for cell in &mut slot.cells {
                *cell *= slot.scale;
            }
            slot.scale = 1.0;
        }
    }

    /// Open `opened`, long and short, where the bar's prices put it.
    pub(super) fn open(&mut self, bars: &RivalBars<'_>, bar: usize, opened: [f64; 2]) {
        let n_tiers = self.rules.shares.len();
        let points = [bars.close[bar], bars.high[bar], bars.low[bar]];
        if self.rules.follows_open_interest {
            let levered: f64 = self.rules.shares.iter().fold(0.0, |sum, share| sum + share);
            for side in 0..2 {
                self.idle[side] += opened[side] * (1.0 - levered).max(0.0);
            }
        }
        for index in 0..self.slots.len() {
            let (side, tier) = (index / n_tiers, index % n_tiers);
            let amount = opened[side] * self.rules.shares[tier];
            if amount <= 0.0 {
                continue;
            }
            let factor = self.rules.factors[index];
            self.slots[index].total += amount;
            let unit = amount / self.slots[index].scale;
            let weights = self.rules.entries[side];
            let mut hint = self.hint;
            for (point, weight) in points.into_iter().zip(weights) {
                if weight > 0.0 {
                    let bucket = self.at(point * factor, hint);
                    hint = self.grid.first() + bucket as i64;
                    let part = unit * weight;
                    if self.rules.blur > 0.0 {
                        self.add(index, bucket - 1, part * self.rules.blur, bar as i64);
                        self.add(index, bucket, part * (1.0 - 2.0 * self.rules.blur), bar as i64);
                        self.add(index, bucket + 1, part * self.rules.blur, bar as i64);
                    } else {
                        self.add(index, bucket, part, bar as i64);
                    }
                }
            }
            if weights[3] > 0.0 {
                let (low, high) = (bars.low[bar] * factor, bars.high[bar] * factor);
                let low_bucket = self.grid.locate(low, hint);
                let high_bucket = self.grid.locate(high, low_bucket);
                let (grid, part) = (self.grid, unit * weights[3]);
                spread_over_range(grid, low, high, low_bucket, high_bucket, |bucket, share| {
                    self.add(index, (bucket - grid.first()) as usize, part * share, bar as i64);
                });
            }
        }
    }

    fn add(&mut self, index: usize, bucket: usize, units: f64, bar: i64) {
        let slot = &mut self.slots[index];
        if self.rules.fade > 0.0 && slot.cells[bucket] == 0.0 {
            slot.born[bucket] = bar;
        }
        slot.cells[bucket] += units;
        slot.from = slot.from.min(bucket);
        slot.to = slot.to.max(bucket + 1);
    }

    /// Write the USD of longs from the bucket of `close` downwards, then of shorts upwards, `n_window` buckets each.
    pub(super) fn look(&self, close: f64, n_window: usize, columns: &mut [f64]) {
        let n_tiers = self.rules.shares.len();
        let bucket = self.at(close, self.hint);
        for side in 0..2 {
            for step in 0..n_window {
                let at = if side == 0 { bucket - step } else { bucket + step };
                let mut units = 0.0;
                for slot in &self.slots[side * n_tiers..(side + 1) * n_tiers] {
                    units += slot.cells[at] * slot.scale;
                }
                columns[side * n_window + step] = if self.rules.unit_is_usd { units } else { units * self.middle(at) };
            }
        }
    }
}
