//! Counting positions into a tally, a block at a time.

use super::rays::{Class, Group, Ray, Tally, multiplier};
use super::ticks::Ticks;
use crate::locate::BLOCK;
use crate::price::ContractKind;

/// A run of positions, compiled for the widest vector instructions of the processor.
pub(super) struct Count<'a> {
    pub(super) group: &'a Group,
    pub(super) entries: &'a [f64],
    pub(super) notional_usd: &'a [f64],
    /// Of groups that have one class and no ray whose prices are computed.
    pub(super) ticks: Option<Ticks>,
    /// USD by tick, as many as there are.
    pub(super) by_tick: &'a mut [f64],
    pub(super) tally: &'a mut Tally,
}

impl pulp::WithSimd for Count<'_> {
    type Output = bool;

    /// Returns whether all positions are valid; of what is not, nothing says how much was counted.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _instructions: S) -> bool {
        let Self { group, entries, notional_usd, ticks, by_tick, tally } = self;
        let mut buffers = Buffers::new(group.classes.len());
        for (entries, notional_usd) in entries.chunks(BLOCK).zip(notional_usd.chunks(BLOCK)) {
            let is_valid = |entry: f64, usd: f64| (entry > 0.0) & (entry <= f64::MAX) & (0.0..=f64::MAX).contains(&usd);
            if !entries.iter().zip(notional_usd).fold(true, |all, (&entry, &usd)| all & is_valid(entry, usd)) {
                return false;
            }
            let is_known = match (&group.classes[..], &ticks) {
                ([Some(only)], Some(ticks)) => {
                    buffers.count_by_tick(group, only, ticks, (entries, notional_usd), by_tick, tally);
                    true
                }
                ([Some(only)], None) => {
                    buffers.count(group, only, 0, entries, notional_usd, tally);
                    true
                }
                _ => buffers.count_by_class(group, entries, notional_usd, tally),
            };
            if !is_known {
                return false;
            }
        }
        true
    }
}

/// Sums by tick, to be located like positions.
pub(super) struct CountTicks<'a> {
    pub(super) group: &'a Group,
    pub(super) ticks: &'a Ticks,
    pub(super) by_tick: &'a [f64],
    pub(super) tally: &'a mut Tally,
}

impl pulp::WithSimd for CountTicks<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _instructions: S) {
        let Self { group, ticks, by_tick, tally } = self;
        let [Some(only)] = &group.classes[..] else { return };
        let mut buffers = Buffers::new(1);
        let mut prices = [0.0; BLOCK];
        for (block, sums) in by_tick.chunks(BLOCK).enumerate() {
            if sums.iter().any(|sum| *sum > 0.0) {
                for (at, price) in prices.iter_mut().enumerate().take(sums.len()) {
                    *price = ticks.price(block * BLOCK + at);
                }
                buffers.count(group, only, 0, &prices[..sums.len()], sums, tally);
            }
        }
    }
}

struct Buffers {
    found: [u32; BLOCK],
    sizes: [f64; BLOCK],
    classes: [u32; BLOCK],
    amounts: [f64; BLOCK],
    prices: [f64; BLOCK],
    /// First position of each class in a block that is ordered by class.
    starts: Vec<usize>,
}

impl Buffers {
    fn new(n_classes: usize) -> Self {
        let zeros = [0.0; BLOCK];
        Self {
            found: [0; BLOCK],
            sizes: zeros,
            classes: [0; BLOCK],
            amounts: zeros,
            prices: zeros,
            starts: vec![0; n_classes + 1],
        }
    }

    /// Returns whether every size is within the last tier.
    #[inline(always)]
    fn count_by_class(&mut self, group: &Group, entries: &[f64], notional_usd: &[f64], tally: &mut Tally) -> bool {
        let n = entries.len();
        let mut largest = 0.0;
        for ((size, &entry), &usd) in self.sizes.iter_mut().zip(entries).zip(notional_usd) {
            *size = if group.by_coins { usd / entry } else { usd };
            largest = if *size > largest { *size } else { largest };
        }
        let reached = group.thresholds.partition_point(|threshold| *threshold < largest);
        if let (0, Some(lowest)) = (reached, &group.classes[0]) {
            self.count(group, lowest, 0, entries, notional_usd, tally);
            return true;
        }
        self.classes[..n].fill(0);
        for &threshold in &group.thresholds[..reached] {
            for (class, &size) in self.classes.iter_mut().zip(&self.sizes) {
                *class += u32::from(size > threshold);
            }
        }
        self.starts.fill(0);
        for &class in &self.classes[..n] {
            self.starts[class as usize + 1] += 1;
        }
        for class in 0..=reached {
            self.starts[class + 1] += self.starts[class];
        }
        let (mut ordered_entries, mut ordered_usd) = ([0.0; BLOCK], [0.0; BLOCK]);
        for ((&class, &entry), &usd) in self.classes.iter().zip(entries).zip(notional_usd) {
            let at = &mut self.starts[class as usize];
            (ordered_entries[*at], ordered_usd[*at]) = (entry, usd);
            *at += 1;
        }
        let mut from = 0;
        for class in 0..=reached {
            // By now each start has moved on to the start of the next.
            let run = from..self.starts[class];
            from = run.end;
            if run.is_empty() {
                continue;
            }
            let Some(known) = &group.classes[class] else { return false };
            self.count(group, known, class, &ordered_entries[run.clone()], &ordered_usd[run], tally);
        }
        true
    }

    /// Sum positions by tick; what lies on none is counted at once.
    #[inline(always)]
    fn count_by_tick(
        &mut self,
        group: &Group,
        only: &Class,
        ticks: &Ticks,
        (entries, notional_usd): (&[f64], &[f64]),
        by_tick: &mut [f64],
        tally: &mut Tally,
    ) {
        for (place, &entry) in self.classes.iter_mut().zip(entries) {
            *place = ticks.place(entry);
        }
        for (at, (&entry, &usd)) in entries.iter().zip(notional_usd).enumerate() {
            match by_tick.get_mut(self.classes[at] as usize) {
                Some(sum) => *sum += usd,
                None => self.count(group, only, 0, &[entry], &[usd], tally),
            }
        }
    }

    /// Count positions of one class.
    #[inline(always)]
    fn count(
        &mut self,
        group: &Group,
        class: &Class,
        index: usize,
        entries: &[f64],
        notional_usd: &[f64],
        tally: &mut Tally,
    ) {
        let sums = &mut tally.sums[index];
        class.points.locate_block(entries, &mut self.found);
        self.found.iter().zip(notional_usd).for_each(|(&at, usd)| sums[at as usize] += usd);
        let mut of_amounts = None;
        for ray in &class.sized {
            if of_amounts != Some((ray.amount, ray.kind)) {
                of_amounts = Some((ray.amount, ray.kind));
                for ((amount, &entry), &usd) in self.amounts.iter_mut().zip(entries).zip(notional_usd) {
                    let value = if ray.kind == ContractKind::Inverse { usd / entry } else { usd };
                    *amount = if ray.amount == 0.0 { 0.0 } else { ray.amount / value };
                }
            }
            self.count_ray(group, ray, entries, notional_usd, tally);
        }
    }

    #[inline(always)]
    fn count_ray(&mut self, group: &Group, ray: &Ray, entries: &[f64], notional_usd: &[f64], tally: &mut Tally) {
        for ((price, &entry), &amount) in self.prices.iter_mut().zip(entries).zip(&self.amounts) {
            *price = entry * multiplier(ray.kind, ray.side, ray.margin, ray.rate, amount);
        }
        let prices = &self.prices[..entries.len()];
        group.edges.locate_block(prices, &mut self.found);
        let n_buckets = tally.map.len() / 2;
        let map = &mut tally.map[ray.side * n_buckets..(ray.side + 1) * n_buckets];
        for ((&at, &price), &usd) in self.found.iter().zip(prices).zip(notional_usd) {
            let weighted = usd * ray.weight;
            // 0 lies below the first edge, and so does what has no price.
            match map.get_mut((at as usize).wrapping_sub(1)) {
                Some(bucket) => *bucket += weighted,
                None if price.is_nan() => tally.rest.never_usd += weighted,
                None => tally.rest.outside_usd += weighted,
            }
        }
    }
}
