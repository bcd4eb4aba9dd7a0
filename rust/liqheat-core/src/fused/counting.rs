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
    pub(super) tally: &'a mut Tally,
}

impl pulp::WithSimd for Count<'_> {
    type Output = bool;

    /// Returns whether all positions are valid; of what is not, nothing says how much was counted.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _instructions: S) -> bool {
        let Self { group, entries, notional_usd, tally } = self;
        let mut buffers = Buffers::new(group.classes.len());
        for (entries, notional_usd) in entries.chunks(BLOCK).zip(notional_usd.chunks(BLOCK)) {
            if !are_valid(entries, notional_usd) {
                return false;
            }
            let is_known = match &group.classes[..] {
                [Some(only)] => {
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

#[inline(always)]
fn are_valid(entries: &[f64], notional_usd: &[f64]) -> bool {
    let mut all = true;
    for (&entry, &usd) in entries.iter().zip(notional_usd) {
        all &= (entry > 0.0) & (entry <= f64::MAX) & (0.0..=f64::MAX).contains(&usd);
    }
    all
}

/// USD by tick, and the positions that lie on none.
#[derive(Debug, Default)]
pub(super) struct ByTick {
    pub(super) usd: Vec<f64>,
    pub(super) off_entries: Vec<f64>,
    pub(super) off_usd: Vec<f64>,
}

impl ByTick {
    pub(super) fn add(&mut self, mut other: Self) {
        self.usd.iter_mut().zip(&other.usd).for_each(|(sum, usd)| *sum += usd);
        self.off_entries.append(&mut other.off_entries);
        self.off_usd.append(&mut other.off_usd);
    }
}

/// A run of positions that mostly lie on ticks: they are only summed.
pub(super) struct SumTicks<'a> {
    pub(super) ticks: &'a Ticks,
    pub(super) entries: &'a [f64],
    pub(super) notional_usd: &'a [f64],
    pub(super) by_tick: &'a mut ByTick,
}

impl pulp::WithSimd for SumTicks<'_> {
    type Output = bool;

    /// Returns whether all positions are valid.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _instructions: S) -> bool {
        let Self { ticks, entries, notional_usd, by_tick } = self;
        let is_binary = ticks.is_binary();
        let mut places = [0_u32; BLOCK];
        for (entries, notional_usd) in entries.chunks(BLOCK).zip(notional_usd.chunks(BLOCK)) {
            if !are_valid(entries, notional_usd) {
                return false;
            }
            if is_binary {
                for (place, &entry) in places.iter_mut().zip(entries) {
                    *place = ticks.place::<true>(entry);
                }
            } else {
                for (place, &entry) in places.iter_mut().zip(entries) {
                    *place = ticks.place::<false>(entry);
                }
            }
            for ((&place, &entry), &usd) in places.iter().zip(entries).zip(notional_usd) {
                if let Some(sum) = by_tick.usd.get_mut(place as usize) {
                    *sum += usd;
                } else {
                    by_tick.off_entries.push(entry);
                    by_tick.off_usd.push(usd);
                }
            }
        }
        true
    }
}

/// Sums by tick, located like positions.
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
