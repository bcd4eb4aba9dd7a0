//! Who pays when a margin does not cover the loss: first the insurance fund, then profitable positions of the other
//! side, which are closed at the bankruptcy price.

use crate::engine::Venue;
use crate::positions::Position;
use crate::queue::Queue;

/// Candidates that one search ranks; more than a second's bankruptcies need, and a small part of all positions.
const QUEUE_LENGTH: usize = 512;

impl Venue {
    /// Close a bankrupt position against profitable ones of the other side. Both vanish at the bankruptcy price:
    /// no trade is printed and no liquidation is published; open interest falls.
    pub(crate) fn deleverage(&mut self, id: u32) {
        let bankrupt = *self.positions.get(id);
        let price = bankrupt.bankruptcy_price();
        self.totals.deleveraged_usd += bankrupt.quantity() * price;
        if self.is_published {
            self.truth.deleveraged(self.time_ms, &bankrupt, bankrupt.quantity());
        }
        let mut left = bankrupt.lots;
        while left > 0 {
            let Some(other) = self.next_in_queue(&bankrupt) else {
                // The whole other side is under water: market makers take the rest.
                self.maker_net += bankrupt.direction() as i64 * left;
                break;
            };
            let position = self.positions.get_mut(other);
            let lots = left.min(position.lots);
            let kept = (position.lots - lots) as f64 / position.lots as f64;
            position.initial_margin *= kept;
            let margin = position.margin * kept;
            self.reduce(other, lots);
            if kept > 0.0 {
                self.positions.get_mut(other).set_margin(margin, self.rules);
                self.set_liquidation_trigger(other);
                // It may have to give more to the next bankruptcy.
                self.queues[usize::from(!bankrupt.is_long)].ids.push(other);
            }
            left -= lots;
        }
        self.reduce(id, bankrupt.lots);
    }

    fn next_in_queue(&mut self, bankrupt: &Position) -> Option<u32> {
        let side = usize::from(!bankrupt.is_long);
        for is_second_try in [false, true] {
            if self.queues[side].of_ms == self.time_ms {
                while let Some(id) = self.queues[side].ids.pop() {
                    // It may have closed since, and its id may be another's.
                    if self.profit_rank(id, bankrupt.is_long) > 0.0 {
                        return Some(id);
                    }
                }
            }
            if !is_second_try {
                self.search(side, bankrupt.is_long);
            }
        }
        None
    }

    fn search(&mut self, side: usize, bankrupt_is_long: bool) {
        let mut ranked: Vec<(f64, u32)> = (0..self.positions.n_ids())
            .map(|id| (self.profit_rank(id, bankrupt_is_long), id))
            .filter(|(rank, _)| *rank > 0.0)
            .collect();
        let order = |a: &(f64, u32), b: &(f64, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if ranked.len() > QUEUE_LENGTH {
            ranked.select_nth_unstable_by(QUEUE_LENGTH, order);
            ranked.truncate(QUEUE_LENGTH);
        }
        ranked.sort_unstable_by(order);
        let ids = ranked.into_iter().rev().map(|(_, id)| id).collect();
        self.queues[side] = Queue { of_ms: self.time_ms, ids };
    }

    /// Profit over margin times effective leverage; zero for all who are not asked.
    fn profit_rank(&self, id: u32, bankrupt_is_long: bool) -> f64 {
        let position = self.positions.get(id);
        if !position.is_open || position.is_long == bankrupt_is_long {
            return 0.0;
        }
        let mark = self.price.mark;
        let notional = position.quantity() * mark;
        let profit = position.direction() * (mark - position.entry_price) * position.quantity();
        let equity = position.margin + profit;
        if profit <= 0.0 || equity <= 0.0 { 0.0 } else { profit / position.margin.max(1.0) * notional / equity }
    }

    /// Take lots off a position without a trade; its triggers go with the last of them.
    fn reduce(&mut self, id: u32, lots: i64) {
        if lots == self.positions.get(id).lots {
            self.remove_triggers(id);
        }
        self.positions.reduce(id, lots);
    }
}
