//! Maps by other systems' rules, so that they can be scored on the same market as our own.
//!
//! One kernel for all: what differs between rules is data ([`RivalRules`]) and what enters and leaves, bar by bar,
//! which the caller works out. Cells are kept by LIQUIDATION bucket, tier by tier; a position opened at price `p`
//! is liquidated at `p * factor`. Each bar in this order: sweep (the map as it stood before the bar), age, close,
//! open, look.

mod checks;

use crate::buckets::{PriceGrid, spread_over_range};
use crate::error::{CoreError, CoreResult};

/// Below this a slot's scale is multiplied into its cells.
const SCALE_FLOOR: f64 = 1.0 / (1u64 << 30) as f64;
/// Half a gigabyte of cells.
const MAXIMUM_CELLS: usize = 1 << 26;
/// Close, high, low of a bar, and its range.
const N_ENTRIES: usize = 4;

/// One system's rules, as numbers. Slots are `side * n_tiers + tier`, side 0 long.
#[derive(Debug, Clone)]
pub struct RivalRules {
    /// Liquidation price over entry price, by slot.
    pub factors: Vec<f64>,
    /// Share of what is opened, by tier.
    pub shares: Vec<f64>,
    /// Share of what survives each bar, by tier.
    pub keep: Vec<f64>,
    /// Closing speed of each tier relative to stock that is never liquidated.
    pub hazards: Vec<f64>,
    /// Where in a bar positions enter: at its close, its high, its low, evenly over its range; long, then short.
    pub entries: [[f64; N_ENTRIES]; 2],
    /// Share of a level that goes to each of the two neighbouring buckets.
    pub blur: f64,
    /// Whether a bar clears the buckets of its own range only, whatever lies beyond them, in place of all that its
    /// path has passed.
    pub clears_range: bool,
    /// Whether closing is shared by both sides together.
    pub closes_pooled: bool,
    /// What each cell loses with each bar once it is old.
    pub fade: f64,
    /// Bars after which a cell is old.
    pub fade_after: i64,
    /// Whether the book follows open interest: what a bar sweeps and what open interest changes by opens (by
    /// `refill`) where their sum is above 0, and closes on both sides together where it is below. What the shares
    /// leave of an opening is never liquidated.
    pub follows_open_interest: bool,
    /// Whether amounts count USD at entry; coins otherwise, worth their bucket's price.
    pub unit_is_usd: bool,
}

/// What happens in the market, one entry for each bar.
#[derive(Debug, Clone, Copy)]
pub struct RivalBars<'a> {
    /// Lowest trade price.
    pub low: &'a [f64],
    /// Highest trade price.
    pub high: &'a [f64],
    /// Last trade price.
    pub close: &'a [f64],
    /// Lowest mark price.
    pub mark_low: &'a [f64],
    /// Highest mark price.
    pub mark_high: &'a [f64],
    /// Opened at the bar, long and short in turn.
    pub opened: &'a [f64],
    /// Closed at the bar, long and short in turn.
    pub closed: &'a [f64],
    /// Change of open interest; read where rules follow it.
    pub change: &'a [f64],
    /// Share of it, and of what was swept, that opens on each side, long and short in turn.
    pub refill: &'a [f64],
}

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

struct RivalMap<'a> {
    rules: &'a RivalRules,
    grid: &'a PriceGrid,
    slots: Vec<Slot>,
    idle: [f64; 2],
    hint: i64,
}

/// Run the rules over all bars.
///
/// `idle` is stock that is never liquidated but takes its part in closing, long and short. `swept_usd` (bars, slots)
/// receives what each bar's mark path takes out of the map as it stood before the bar. `columns`
/// (looks, 2, `n_window`) receives, after each bar of `looks` (rising), the USD of longs in the bucket of the close
/// and those below it, downwards, and of shorts in the bucket of the close and those above it, upwards.
///
/// # Errors
/// When an array has another length than the others ask for, a rule is out of its range, or prices make no grid.
pub fn run_rival(
    rules: &RivalRules,
    bars: &RivalBars<'_>,
    bucket_ratio: f64,
    idle: [f64; 2],
    looks: &[i64],
    n_window: usize,
    swept_usd: &mut [f64],
    columns: &mut [f64],
) -> CoreResult<()> {
    let n_bars = bars.low.len();
    let n_slots = rules.factors.len();
    checks::check(rules, bars, n_slots)?;
    if swept_usd.len() != n_bars * n_slots {
        return Err(CoreError::new("swept_usd", format!("must hold {} values", n_bars * n_slots), swept_usd.len()));
    }
    if columns.len() != looks.len() * 2 * n_window {
        let expected = looks.len() * 2 * n_window;
        return Err(CoreError::new("columns", format!("must hold {expected} values"), columns.len()));
    }
    let grid = grid_of(rules, bars, bucket_ratio, n_window)?;
    let n_buckets = grid.n_buckets();
    if n_buckets * n_slots > MAXIMUM_CELLS {
        return Err(CoreError::new("bucket_ratio", "makes too many cells", n_buckets * n_slots));
    }
    let slot = || Slot {
        cells: vec![0.0; n_buckets],
        born: vec![0; if rules.fade > 0.0 { n_buckets } else { 0 }],
        scale: 1.0,
        total: 0.0,
        from: n_buckets,
        to: 0,
    };
    let mut map = RivalMap { rules, grid: &grid, slots: (0..n_slots).map(|_| slot()).collect(), idle, hint: 0 };
    let mut next_look = 0;
    for bar in 0..n_bars {
        let usd = &mut swept_usd[bar * n_slots..(bar + 1) * n_slots];
        let swept = map.sweep(bars.mark_low[bar], bars.mark_high[bar], usd);
        let mut opened = [bars.opened[2 * bar], bars.opened[2 * bar + 1]];
        let mut closed = [bars.closed[2 * bar], bars.closed[2 * bar + 1]];
        if rules.follows_open_interest {
            let net = bars.change[bar] + swept;
            for side in 0..2 {
                opened[side] += net.max(0.0) * bars.refill[2 * bar + side];
                closed[side] += 0.5 * (-net).max(0.0);
            }
        }
        map.age(bar as i64);
        map.close(closed);
        map.open(bars, bar, opened);
        if looks.get(next_look) == Some(&(bar as i64)) {
            let size = 2 * n_window;
            map.look(bars.close[bar], n_window, &mut columns[next_look * size..(next_look + 1) * size]);
            next_look += 1;
        }
    }
    if next_look < looks.len() {
        return Err(CoreError::new("looks", "must rise within the bars", looks[next_look]));
    }
    Ok(())
}

fn grid_of(rules: &RivalRules, bars: &RivalBars<'_>, ratio: f64, n_window: usize) -> CoreResult<PriceGrid> {
    let lowest = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    let low = lowest(bars.low).min(lowest(bars.mark_low)).min(lowest(bars.close));
    let high = highest(bars.high).max(highest(bars.mark_high)).max(highest(bars.close));
    let margin = n_window as i64 + 4;
    PriceGrid::covering(ratio, low * lowest(&rules.factors).min(1.0), high * highest(&rules.factors).max(1.0), margin)
}

impl RivalMap<'_> {
    fn at(&self, price: f64, hint: i64) -> usize {
        (self.grid.locate(price, hint) - self.grid.first()) as usize
    }

    fn middle(&self, bucket: usize) -> f64 {
        self.grid.middle(self.grid.first() + bucket as i64)
    }

    /// As in the book: longs in buckets whose lower edge is at or above `mark_low`, shorts in buckets whose upper
    /// edge is at or below `mark_high`. Returns the units of both sides.
    fn sweep(&mut self, mark_low: f64, mark_high: f64, swept_usd: &mut [f64]) -> f64 {
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

    fn age(&mut self, bar: i64) {
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

    fn close(&mut self, mut amounts: [f64; 2]) {
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

    fn open(&mut self, bars: &RivalBars<'_>, bar: usize, opened: [f64; 2]) {
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

    fn look(&self, close: f64, n_window: usize, columns: &mut [f64]) {
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
