//! What a position counts: one ray for each rule, leverage and side, by the class of its size.

use super::Rest;
use super::ticks::Ticks;
use crate::error::{CoreError, CoreResult};
use crate::locate::SortedPoints;
use crate::price::ContractKind;

/// SortedPoints of all classes together; with more than these each price is computed.
const MOST_POINTS: usize = 1 << 22;

/// One margin tier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapTier {
    /// Largest size, in USD or coins; infinite for the last tier of a rule that covers all sizes.
    pub cap: f64,
    /// Maintenance margin rate and closing fee.
    pub rate: f64,
    /// Maintenance amount, settle currency.
    pub amount: f64,
}

/// One margin rule with its weight.
#[derive(Debug, Clone, PartialEq)]
pub struct MapRule {
    /// What the contract counts in.
    pub kind: ContractKind,
    /// Whether caps count coins (notional over entry price) or USD.
    pub by_coins: bool,
    /// What a position's USD counts under this rule.
    pub weight: f64,
    /// Smallest first.
    pub tiers: Vec<MapTier>,
}

fn not_negative(argument: &'static str, mut values: impl Iterator<Item = f64>) -> CoreResult<()> {
    match values.find(|value| !(0.0..=f64::MAX).contains(value)) {
        Some(value) => Err(CoreError::new(argument, "must be finite and at least 0", value)),
        None => Ok(()),
    }
}

pub(super) fn check(leverages: &[f64], shares: &[f64], rules: &[MapRule]) -> CoreResult<()> {
    if let Some(&leverage) = leverages.iter().find(|leverage| !(**leverage > 0.0 && **leverage <= f64::MAX)) {
        return Err(CoreError::new("leverages", "must be finite and above 0", leverage));
    }
    not_negative("shares", shares.iter().copied())?;
    not_negative("rules", rules.iter().map(|rule| rule.weight))?;
    for rule in rules {
        if rule.tiers.is_empty() || !rule.tiers.is_sorted_by(|a, b| a.cap < b.cap) {
            return Err(CoreError::new("rules", "must have tiers of rising caps", rule.tiers.len()));
        }
        not_negative("rules", rule.tiers.iter().flat_map(|tier| [tier.rate, tier.amount]))?;
        if let Some(tier) = rule.tiers.iter().find(|tier| tier.rate >= 1.0) {
            return Err(CoreError::new("rules", "must have rates below 1", tier.rate));
        }
    }
    Ok(())
}

/// Liquidation price over entry price: NaN where there is none, or where it would be reached at once. `amount` is the
/// maintenance amount over the position's value.
#[inline(always)]
pub(super) fn multiplier(kind: ContractKind, side: usize, margin: f64, rate: f64, amount: f64) -> f64 {
    let found = match (kind, side) {
        (ContractKind::Linear, 0) => (1.0 - margin - amount) / (1.0 - rate),
        (ContractKind::Linear, _) => (1.0 + margin + amount) / (1.0 + rate),
        (ContractKind::Inverse, 0) => (1.0 + rate) / (1.0 + margin + amount),
        (ContractKind::Inverse, _) => (1.0 - rate) / (1.0 - margin - amount),
    };
    let is_losing = if side == 0 { found > 0.0 && found < 1.0 } else { found > 1.0 && found < f64::INFINITY };
    if is_losing && margin + amount > rate { found } else { f64::NAN }
}

/// The lowest entry price whose product with `multiplier` reaches `edge`, as floats multiply.
pub(super) fn breakpoint(edge: f64, multiplier: f64) -> f64 {
    if edge <= 0.0 {
        return 0.0;
    }
    let mut entry = edge / multiplier;
    while entry > 0.0 && entry * multiplier >= edge {
        entry = entry.next_down();
    }
    while entry * multiplier < edge {
        entry = entry.next_up();
    }
    entry
}

/// All positions of a class at one rule, leverage and side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ray {
    pub(super) kind: ContractKind,
    pub(super) side: usize,
    pub(super) margin: f64,
    pub(super) rate: f64,
    pub(super) amount: f64,
    pub(super) weight: f64,
}

#[derive(Debug, Clone)]
pub(super) struct Class {
    pub(super) points: SortedPoints,
    /// Rays whose multiplier is the same for all, each with the ranks of its breakpoints.
    fixed: Vec<(Ray, Vec<u32>)>,
    /// Rays whose prices are computed; those of one rule follow each other.
    pub(super) sized: Vec<Ray>,
    never_weight: f64,
}

/// Rules whose tiers count in the same unit.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) by_coins: bool,
    /// Sizes at which any rule changes its tier, rising: a size above `n` of them is of class `n`.
    pub(super) thresholds: Vec<f64>,
    /// `None` beyond the last tier of a rule.
    pub(super) classes: Vec<Option<Class>>,
    /// The edges themselves, for prices that are computed.
    pub(super) edges: SortedPoints,
}

/// What was added to a group.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    /// USD by class and interval of its breakpoints.
    pub(super) sums: Vec<Vec<f64>>,
    /// Of rays whose prices were computed: USD by side and bucket.
    pub(super) map: Vec<f64>,
    pub(super) rest: Rest,
}

impl Tally {
    pub(super) fn add(&mut self, other: &Self, sign: f64) {
        for (sums, new) in self.sums.iter_mut().zip(&other.sums) {
            sums.iter_mut().zip(new).for_each(|(sum, new)| *sum += sign * new);
        }
        self.map.iter_mut().zip(&other.map).for_each(|(sum, new)| *sum += sign * new);
        self.rest.never_usd += sign * other.rest.never_usd;
        self.rest.outside_usd += sign * other.rest.outside_usd;
    }
}

impl Group {
    pub(super) fn new(edges: &[f64], leverages: &[f64], shares: &[f64], rules: &[&MapRule]) -> Self {
        let mut thresholds: Vec<f64> = rules
            .iter()
            .flat_map(|rule| rule.tiers.iter().map(|tier| tier.cap))
            .filter(|cap| *cap < f64::INFINITY)
            .collect();
        thresholds.sort_by(f64::total_cmp);
        thresholds.dedup();
        let mut n_points = 0;
        let classes = (0..=thresholds.len())
            .map(|class| {
                // A size of this class lies just above the threshold below it.
                let above = class.checked_sub(1).map_or(0.0, |below| thresholds[below].next_up());
                let mut rays = Vec::with_capacity(2 * rules.len() * leverages.len());
                for rule in rules {
                    let tier = rule.tiers.iter().find(|tier| above <= tier.cap)?;
                    for side in 0..2 {
                        for (&leverage, &share) in leverages.iter().zip(shares) {
                            let (rate, amount, weight) = (tier.rate, tier.amount, share * rule.weight);
                            rays.push(Ray { kind: rule.kind, side, margin: 1.0 / leverage, rate, amount, weight });
                        }
                    }
                }
                Some(Class::new(edges, rays, &mut n_points))
            })
            .collect();
        Self { by_coins: rules[0].by_coins, thresholds, classes, edges: SortedPoints::new(edges).0 }
    }

    pub(super) fn empty_tally(&self, edges: &[f64]) -> Tally {
        let n_intervals = |class: &Option<Class>| class.as_ref().map_or(0, |class| class.points.n_intervals());
        let sums = self.classes.iter().map(|class| vec![0.0; n_intervals(class)]).collect();
        Tally { sums, map: vec![0.0; 2 * (edges.len() - 1)], rest: Rest::default() }
    }

    /// The tick to sum by first, where all positions are of one class and no price depends on a size.
    pub(super) fn find_ticks(&self, entries: &[f64]) -> Option<Ticks> {
        let [Some(Class { points, sized, .. })] = &self.classes[..] else { return None };
        let (low, high) = points.range().filter(|_| sized.is_empty())?;
        Ticks::find(entries, low, high)
    }

    pub(super) fn is_beyond(&self, entry: f64, usd: f64) -> bool {
        let size = if self.by_coins { usd / entry } else { usd };
        self.classes[self.thresholds.partition_point(|threshold| *threshold < size)].is_none()
    }

    /// Add what was counted to `out` and to the rest.
    pub(super) fn hand_out(&self, tally: &Tally, n_buckets: usize, out: &mut [f64], rest: &mut Rest) {
        for (class, sums) in self.classes.iter().zip(&tally.sums) {
            let Some(class) = class else { continue };
            let running = RunningSums::new(sums);
            let total = running.between(0, sums.len());
            if total == 0.0 {
                continue;
            }
            rest.never_usd += class.never_weight * total;
            for (ray, ranks) in &class.fixed {
                let out = &mut out[ray.side * n_buckets..(ray.side + 1) * n_buckets];
                for (out, pair) in out.iter_mut().zip(ranks.windows(2)) {
                    *out += ray.weight * running.between(pair[0] as usize + 1, pair[1] as usize + 1);
                }
                let (below, above) = (ranks[0] as usize + 1, ranks[n_buckets] as usize + 1);
                rest.outside_usd += ray.weight * (running.between(0, below) + running.between(above, sums.len()));
            }
        }
        out.iter_mut().zip(&tally.map).for_each(|(out, usd)| *out += usd);
        rest.never_usd += tally.rest.never_usd;
        rest.outside_usd += tally.rest.outside_usd;
    }
}

impl Class {
    fn new(edges: &[f64], rays: Vec<Ray>, n_points: &mut usize) -> Self {
        let (mut fixed, mut sized, mut never_weight, mut points) = (Vec::new(), Vec::new(), 0.0, Vec::new());
        for ray in rays {
            let multiplier = multiplier(ray.kind, ray.side, ray.margin, ray.rate, 0.0);
            if ray.amount > 0.0 || *n_points + edges.len() > MOST_POINTS {
                sized.push(ray);
            } else if multiplier.is_nan() {
                never_weight += ray.weight;
            } else {
                *n_points += edges.len();
                fixed.push((ray, points.len()));
                points.extend(edges.iter().map(|&edge| breakpoint(edge, multiplier)));
            }
        }
        let (points, ranks) = SortedPoints::new(&points);
        let fixed = fixed.into_iter().map(|(ray, at)| (ray, ranks[at..at + edges.len()].to_vec())).collect();
        Self { points, fixed, sized, never_weight }
    }
}

/// Sums of the first `n` values, each with what rounding took from it: differences are as exact as sums of their own.
struct RunningSums(Vec<(f64, f64)>);

impl RunningSums {
    fn new(values: &[f64]) -> Self {
        let mut sums = Vec::with_capacity(values.len() + 1);
        let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
        sums.push((sum, lost));
        for &value in values {
            let next = sum + value;
            // What the addition rounded away, exactly (Knuth's two-sum).
            let added = next - sum;
            lost += (sum - (next - added)) + (value - added);
            sum = next;
            sums.push((sum, lost));
        }
        Self(sums)
    }

    #[inline(always)]
    fn between(&self, from: usize, to: usize) -> f64 {
        let (from, to) = (self.0[from], self.0[to]);
        (to.0 - from.0) + (to.1 - from.1)
    }
}
