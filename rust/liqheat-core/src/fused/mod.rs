//! A static liquidation map straight from entries: no liquidation price is ever written.
//!
//! Where the maintenance amount is 0 the liquidation price is the entry price times a multiplier that is the same for all
//! positions of one rule, tier, leverage and side. So the edges can be searched for the other way round: all entry prices
//! at which any of these prices crosses an edge are sorted once, an entry is located among them once, and the sums of the
//! intervals are handed out to the buckets at the end. With an amount the multiplier depends on the size as well, and each
//! price is computed.

mod counting;
mod rays;
mod ticks;

use crate::buckets::check_edges;
use crate::error::{CoreError, CoreResult, expect_length};
use counting::{ByTick, Count, CountTicks, SumTicks};
use rays::{Group, Tally};
pub use rays::{MapRule, MapTier};
use ticks::Ticks;

/// Parts that entries are taken in, whatever the number of threads: the sums are then the same bits.
const PARTS: usize = 4;
/// Below this many entries one part is enough.
const ENTRIES_FOR_PARTS: usize = 1 << 15;

/// USD that no bucket holds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rest {
    /// Of positions that are never liquidated, or would be at once.
    pub never_usd: f64,
    /// Of positions that are liquidated below the first edge or from the last one on.
    pub outside_usd: f64,
}

/// What a part of the positions counts in a group.
enum Taken {
    Whole(Tally),
    /// Where entries lie on ticks; not yet located.
    ByTick(ByTick),
}

impl Taken {
    /// Add what the next part counts, which is of the same kind.
    fn add(&mut self, new: Self) {
        match (self, new) {
            (Self::Whole(sum), Self::Whole(new)) => sum.add(&new, 1.0),
            (Self::ByTick(sum), Self::ByTick(new)) => sum.add(new),
            _ => {}
        }
    }
}

/// Liquidations by price bucket of the positions that were added.
#[derive(Debug, Clone)]
pub struct LiquidationMap {
    edges: Vec<f64>,
    groups: Vec<Group>,
    tallies: Vec<Tally>,
}

impl LiquidationMap {
    /// An empty map. `leverages` and `shares` are equally long: how each position's USD is split.
    ///
    /// # Errors
    /// Edges that do not increase or are below 0, a leverage that is not above 0, a share or weight below 0, or a rule without tiers.
    pub fn new(edges: &[f64], leverages: &[f64], shares: &[f64], rules: &[MapRule]) -> CoreResult<Self> {
        check_edges(edges)?;
        if edges[0] < 0.0 {
            return Err(CoreError::new("price_edges", "must be at least 0", edges[0]));
        }
        // Without a sign at zero: breakpoints are ordered by their bits.
        let edges: Vec<f64> = edges.iter().map(|edge| edge + 0.0).collect();
        expect_length("shares", shares, leverages.len())?;
        rays::check(leverages, shares, rules)?;
        let groups: Vec<Group> = [false, true]
            .iter()
            .map(|&by_coins| rules.iter().filter(|rule| rule.by_coins == by_coins).collect::<Vec<_>>())
            .filter(|rules| !rules.is_empty())
            .map(|rules| Group::new(&edges, leverages, shares, &rules))
            .collect();
        let tallies = groups.iter().map(|group| group.empty_tally(&edges)).collect();
        Ok(Self { edges, groups, tallies })
    }

    /// Number of buckets on each side.
    pub fn n_buckets(&self) -> usize {
        self.edges.len() - 1
    }

    /// Add positions, or with `sign` -1 take them away again.
    ///
    /// # Errors
    /// Arrays of different lengths; a price that is not above 0, a notional below 0, either not finite, or a size beyond
    /// the last tier. The map is then as before.
    pub fn add(&mut self, entries: &[f64], notional_usd: &[f64], sign: f64, n_threads: usize) -> CoreResult<()> {
        expect_length("notional_usd", notional_usd, entries.len())?;
        let n_parts = if entries.len() < ENTRIES_FOR_PARTS { 1 } else { PARTS };
        let each = entries.len().div_ceil(n_parts).max(1);
        let parts: Vec<(&[f64], &[f64])> = entries.chunks(each).zip(notional_usd.chunks(each)).collect();
        let n_threads = n_threads.clamp(1, n_parts);
        // Looked for once, in all entries, so that threads change nothing.
        let ticks: Vec<Option<Ticks>> = self.groups.iter().map(|group| group.find_ticks(entries)).collect();
        let work = |thread: usize| -> Vec<CoreResult<Vec<Taken>>> {
            let own = parts.iter().enumerate().skip(thread).step_by(n_threads);
            own.map(|(part, &(entries, usd))| self.take(part * each, entries, usd, &ticks)).collect()
        };
        let found = if n_threads == 1 {
            vec![work(0)]
        } else {
            let work = &work;
            std::thread::scope(|scope| {
                let threads: Vec<_> = (0..n_threads).map(|thread| scope.spawn(move || work(thread))).collect();
                let joined = threads.into_iter().map(|thread| thread.join());
                joined.map(|found| found.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
            })
        };
        let mut by_thread: Vec<_> = found.into_iter().map(Vec::into_iter).collect();
        let in_order = (0..parts.len()).filter_map(|part| by_thread[part % n_threads].next());
        let taken = in_order.collect::<CoreResult<Vec<_>>>()?;
        let mut sums: Vec<Taken> = Vec::new();
        for part in taken {
            if sums.is_empty() {
                sums = part;
            } else {
                sums.iter_mut().zip(part).for_each(|(sum, new)| sum.add(new));
            }
        }
        for (at, sum) in sums.into_iter().enumerate() {
            let tally = match (sum, &ticks[at]) {
                (Taken::ByTick(by_tick), Some(ticks)) => self.locate(&self.groups[at], ticks, &by_tick),
                (Taken::ByTick(_), None) => continue,
                (Taken::Whole(tally), _) => tally,
            };
            self.tallies[at].add(&tally, sign);
        }
        Ok(())
    }

    fn locate(&self, group: &Group, ticks: &Ticks, by_tick: &ByTick) -> Tally {
        let mut tally = group.empty_tally(&self.edges);
        let instructions = pulp::Arch::new();
        instructions.dispatch(CountTicks { group, ticks, by_tick: &by_tick.usd, tally: &mut tally });
        let (entries, notional_usd) = (&by_tick.off_entries[..], &by_tick.off_usd[..]);
        // They were checked when they were summed.
        let _ = instructions.dispatch(Count { group, entries, notional_usd, tally: &mut tally });
        tally
    }

    fn take(
        &self,
        first_row: usize,
        entries: &[f64],
        notional_usd: &[f64],
        ticks: &[Option<Ticks>],
    ) -> CoreResult<Vec<Taken>> {
        let instructions = pulp::Arch::new();
        let mut taken = Vec::with_capacity(self.groups.len());
        for (group, ticks) in self.groups.iter().zip(ticks) {
            let (new, is_valid) = if let Some(ticks) = ticks {
                let mut by_tick = ByTick { usd: vec![0.0; ticks.n_ticks], ..ByTick::default() };
                let is_valid = instructions.dispatch(SumTicks { ticks, entries, notional_usd, by_tick: &mut by_tick });
                (Taken::ByTick(by_tick), is_valid)
            } else {
                let mut tally = group.empty_tally(&self.edges);
                let is_valid = instructions.dispatch(Count { group, entries, notional_usd, tally: &mut tally });
                (Taken::Whole(tally), is_valid)
            };
            if !is_valid {
                return Err(first_fault(group, first_row, entries, notional_usd));
            }
            taken.push(new);
        }
        Ok(taken)
    }

    /// USD by side and bucket, row 0 long, into `out`; and what no bucket holds.
    ///
    /// # Errors
    /// When `out` does not hold two rows of buckets.
    pub fn values(&self, out: &mut [f64]) -> CoreResult<Rest> {
        expect_length("out", out, 2 * self.n_buckets())?;
        out.fill(0.0);
        let mut rest = Rest::default();
        for (group, tally) in self.groups.iter().zip(&self.tallies) {
            group.hand_out(tally, self.n_buckets(), out, &mut rest);
        }
        Ok(rest)
    }
}

fn first_fault(group: &Group, first_row: usize, entries: &[f64], notional_usd: &[f64]) -> CoreError {
    for (row, (&entry, &usd)) in entries.iter().zip(notional_usd).enumerate() {
        let row = first_row + row;
        if !(entry > 0.0 && entry <= f64::MAX) {
            return CoreError::new("entry_prices", format!("must be finite and above 0 (row {row})"), entry);
        }
        if !(0.0..=f64::MAX).contains(&usd) {
            return CoreError::new("notional_usd", format!("must be finite and at least 0 (row {row})"), usd);
        }
        if group.is_beyond(entry, usd) {
            let rule = format!("must be within the last margin tier on file (row {row})");
            return CoreError::new("notional_usd", rule, usd);
        }
    }
    CoreError::new("notional_usd", "must be finite and at least 0", "another value")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::ContractKind;

    fn flat(rate: f64, weight: f64) -> MapRule {
        let tiers = vec![MapTier { cap: f64::INFINITY, rate, amount: 0.0 }];
        MapRule { kind: ContractKind::Linear, by_coins: false, weight, tiers }
    }

    fn values(map: &LiquidationMap) -> (Vec<f64>, Rest) {
        let mut out = vec![0.0; 2 * map.n_buckets()];
        let rest = map.values(&mut out).expect("two rows");
        (out, rest)
    }

    /// The next entry whose price reaches the edge, and the one below it.
    #[test]
    fn edges_decide_as_price_times_multiplier_compares() {
        for (edge, multiplier) in [(90.0, 0.9036), (1e-3, 1.7), (65_000.1, 0.999_999), (3.0, 1.0 / 3.0)] {
            let entry = rays::breakpoint(edge, multiplier);
            assert!(entry * multiplier >= edge && entry.next_down() * multiplier < edge, "{edge} {multiplier}");
        }
        assert_eq!(rays::breakpoint(0.0, 0.5), 0.0);
    }

    #[test]
    fn a_position_stands_in_the_bucket_of_its_price_or_in_the_rest() {
        let edges = [80.0, 90.0, 100.0, 110.0];
        let mut map =
            LiquidationMap::new(&edges, &[10.0, 1.0, 500.0], &[0.5, 0.25, 0.25], &[flat(0.004, 1.0)]).expect("valid");
        map.add(&[100.0], &[8.0], 1.0, 1).expect("valid");
        let (out, rest) = values(&map);
        // 10x: 90.36 and 109.56; 1x: never and 199.2; 500x: at once on both sides.
        assert_eq!(out, [0.0, 4.0, 0.0, 0.0, 0.0, 4.0]);
        assert_eq!(rest, Rest { never_usd: 2.0 + 4.0, outside_usd: 2.0 });
        map.add(&[100.0], &[8.0], -1.0, 1).expect("valid");
        assert_eq!(values(&map), (vec![0.0; 6], Rest::default()));
        assert!(map.add(&[100.0, f64::NAN], &[1.0, 1.0], 1.0, 1).is_err());
        assert!(map.add(&[100.0, 1.0], &[1.0, -1.0], 1.0, 1).is_err());
        assert_eq!(values(&map), (vec![0.0; 6], Rest::default()));
    }

    #[test]
    fn a_size_beyond_the_last_tier_is_refused_by_row() {
        let tiers =
            vec![MapTier { cap: 100.0, rate: 0.004, amount: 0.0 }, MapTier { cap: 1_000.0, rate: 0.01, amount: 0.6 }];
        let rule = MapRule { kind: ContractKind::Linear, by_coins: false, weight: 1.0, tiers };
        let mut map = LiquidationMap::new(&[80.0, 90.0, 95.0], &[10.0], &[1.0], &[rule]).expect("valid");
        let error = map.add(&[100.0, 100.0], &[50.0, 1_001.0], 1.0, 1).expect_err("beyond");
        assert_eq!((error.argument, error.value.as_str()), ("notional_usd", "1001"));
        assert!(error.rule.contains("row 1"));
        // In the second tier: (1 - 0.1 - 0.6/500) / (1 - 0.01) of the entry.
        map.add(&[100.0], &[500.0], 1.0, 1).expect("valid");
        assert_eq!(values(&map).0, [0.0, 500.0, 0.0, 0.0]);
    }
}
