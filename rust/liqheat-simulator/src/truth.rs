//! What no venue publishes: where every position would be liquidated, and who holds what.

use crate::math;
use crate::positions::{Position, Positions};
use crate::venue_rules::LEVERAGES;

/// Width of a bucket in log price: 10 bp.
pub const BUCKET_LOG_WIDTH: f64 = 0.001;
/// Buckets on each side of the initial price.
pub const HALF_BUCKETS: usize = 1200;
/// Milliseconds between snapshots.
pub const SNAPSHOT_MS: i64 = 3_600_000;
/// Equal price steps, up to the highest edge, for which the bucket is known beforehand.
const GUESSES: usize = 8192;

/// Hourly truth of the published days, at the close of each hour. Maps are row-major, one row a snapshot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Truth {
    /// UTC milliseconds.
    pub time_ms: Vec<i64>,
    /// Mark price.
    pub mark_price: Vec<f64>,
    /// Edges of the buckets: one more than buckets, increasing.
    pub price_edges: Vec<f64>,
    /// Coins of longs by liquidation price.
    pub long_quantity: Vec<f32>,
    /// Coins of shorts by liquidation price.
    pub short_quantity: Vec<f32>,
    /// Coins of longs by entry price.
    pub long_entry_quantity: Vec<f32>,
    /// Coins of shorts by entry price.
    pub short_entry_quantity: Vec<f32>,
    /// What the insurance fund holds, USD.
    pub insurance_fund_usd: Vec<f64>,
    /// Open positions of agents, both sides.
    pub open_positions: Vec<i64>,
    /// Coins of agents' longs in all, also those outside the edges; summed position by position.
    pub long_total: Vec<f64>,
    /// Coins of agents' shorts in all.
    pub short_total: Vec<f64>,
    /// Coins of agents by nominal leverage: one row a snapshot, one column for each of the venue's leverages.
    pub leverage_stock: Vec<f64>,
    /// Liquidation price of each published liquidation.
    pub event_liquidation_price: Vec<f64>,
    /// Entry price of each published liquidation.
    pub event_entry_price: Vec<f64>,
    /// Nominal leverage of each published liquidation.
    pub event_leverage: Vec<f64>,
    /// Auto-deleveraging, one entry for each bankrupt position: UTC milliseconds.
    pub adl_time_ms: Vec<i64>,
    /// Side of the bankrupt position: 0 long, 1 short.
    pub adl_position_side: Vec<u8>,
    /// Coins closed on both sides.
    pub adl_quantity: Vec<f64>,
    /// Bankruptcy price at which they were closed.
    pub adl_price: Vec<f64>,
    /// Entries of whales: UTC milliseconds.
    pub whale_time_ms: Vec<i64>,
    /// 0 long, 1 short.
    pub whale_position_side: Vec<u8>,
    /// Coins.
    pub whale_quantity: Vec<f64>,
    /// Liquidation price at entry.
    pub whale_liquidation_price: Vec<f64>,
    /// Bucket in which each of the equal price steps begins: snapshots look every position up twice.
    guesses: Vec<u16>,
}

impl Truth {
    /// No snapshots yet; edges around the initial price.
    pub fn new(initial_price: f64) -> Self {
        let steps = 0..=2 * HALF_BUCKETS;
        let price_edges: Vec<f64> = steps
            .map(|step| initial_price * math::exp((step as f64 - HALF_BUCKETS as f64) * BUCKET_LOG_WIDTH))
            .collect();
        let step = price_edges[2 * HALF_BUCKETS] / GUESSES as f64;
        let guesses = (0..GUESSES)
            .map(|index| price_edges.partition_point(|edge| *edge <= index as f64 * step).saturating_sub(1) as u16)
            .collect();
        Self { price_edges, guesses, ..Self::default() }
    }

    /// Bucket that holds a price: a guess from the price's equal step, settled by the edges themselves.
    fn bucket_of(&self, price: f64) -> Option<usize> {
        let edges = &self.price_edges;
        let n = edges.len() - 1;
        if price < edges[0] || price >= edges[n] {
            return None;
        }
        let step = ((price / edges[n] * GUESSES as f64) as usize).min(GUESSES - 1);
        let mut bucket = usize::from(self.guesses[step]);
        while price < edges[bucket] {
            bucket -= 1;
        }
        while price >= edges[bucket + 1] {
            bucket += 1;
        }
        Some(bucket)
    }

    /// Add the state at this instant.
    pub fn snapshot(&mut self, time_ms: i64, mark: f64, fund_usd: f64, positions: &Positions) {
        self.time_ms.push(time_ms);
        self.mark_price.push(mark);
        self.insurance_fund_usd.push(fund_usd);
        self.open_positions.push(i64::from(positions.counts[0] + positions.counts[1]));
        let row = self.long_quantity.len();
        for map in [
            &mut self.long_quantity,
            &mut self.short_quantity,
            &mut self.long_entry_quantity,
            &mut self.short_entry_quantity,
        ] {
            map.resize(row + 2 * HALF_BUCKETS, 0.0);
        }
        let stock_row = self.leverage_stock.len();
        self.leverage_stock.resize(stock_row + LEVERAGES.len(), 0.0);
        let (mut long_total, mut short_total) = (0.0, 0.0);
        for position in positions.iter_open() {
            let quantity = position.quantity();
            self.leverage_stock[stock_row + usize::from(position.leverage_index)] += quantity;
            let held_at = self.bucket_of(position.liquidation_price);
            let opened_at = self.bucket_of(position.entry_price);
            let (total, map, entries) = if position.is_long {
                (&mut long_total, &mut self.long_quantity, &mut self.long_entry_quantity)
            } else {
                (&mut short_total, &mut self.short_quantity, &mut self.short_entry_quantity)
            };
            *total += quantity;
            if let Some(bucket) = held_at {
                map[row + bucket] += quantity as f32;
            }
            if let Some(bucket) = opened_at {
                entries[row + bucket] += quantity as f32;
            }
        }
        self.long_total.push(long_total);
        self.short_total.push(short_total);
    }

    /// Note the position behind a published liquidation.
    pub fn liquidated(&mut self, position: &Position) {
        self.event_liquidation_price.push(position.liquidation_price);
        self.event_entry_price.push(position.entry_price);
        self.event_leverage.push(LEVERAGES[usize::from(position.leverage_index)]);
    }

    /// Note a bankrupt position that others had to close.
    pub fn deleveraged(&mut self, time_ms: i64, position: &Position, quantity: f64) {
        self.adl_time_ms.push(time_ms);
        self.adl_position_side.push(u8::from(!position.is_long));
        self.adl_quantity.push(quantity);
        self.adl_price.push(position.bankruptcy_price());
    }

    /// Note a whale's entry.
    pub fn whale_entered(&mut self, time_ms: i64, position: &Position) {
        self.whale_time_ms.push(time_ms);
        self.whale_position_side.push(u8::from(!position.is_long));
        self.whale_quantity.push(position.quantity());
        self.whale_liquidation_price.push(position.liquidation_price);
    }
}

#[cfg(test)]
mod tests {
    use super::Truth;

    #[test]
    fn buckets_are_half_open_at_their_own_edges() {
        let truth = Truth::new(60_000.0);
        let edges = &truth.price_edges;
        for (index, edge) in edges.iter().enumerate() {
            assert_eq!(truth.bucket_of(*edge), (index + 1 < edges.len()).then_some(index));
            assert_eq!(truth.bucket_of(edge.next_down()), index.checked_sub(1));
        }
    }
}
