//! Rounds of execution within one second: flow moves the price, the price reaches triggers, triggers are flow.

use crate::engine::Venue;
use crate::positions::{LOTS_PER_COIN, Protection};
use crate::venue_rules::LIQUIDATION_FEE;

/// A cascade that needs more rounds goes on in the next second.
const MAX_ROUNDS: usize = 12;
/// Margin added by a top-up, as a share of the initial margin.
const TOP_UP_SHARE: f64 = 0.5;

impl Venue {
    /// Execute the flow of this second and all that follows from it.
    pub(crate) fn settle(&mut self) {
        for round in 0..MAX_ROUNDS {
            let flow = std::mem::take(&mut self.flow);
            self.price.execute(flow, round == 0);
            let (last, mark) = (self.price.last, self.price.mark);
            self.bar.price(last, mark);

            let mut fired = std::mem::take(&mut self.fired);
            for book in &mut self.last_books {
                book.take_reached(last, &mut fired);
            }
            for id in fired.drain(..) {
                self.act_on_last_price(id);
            }
            for book in &mut self.mark_books {
                book.take_reached(mark, &mut fired);
            }
            for id in fired.drain(..) {
                self.liquidate(id);
            }
            self.fired = fired;
            if self.flow == 0.0 {
                return;
            }
        }
    }

    /// Book a trade of an agent against the market makers.
    pub(crate) fn trade(&mut self, agent_buys: bool, lots: i64, agent_is_taker: bool) {
        let quantity = lots as f64 / LOTS_PER_COIN;
        let taker_buys = agent_buys == agent_is_taker;
        self.bar.trade(quantity, if taker_buys { 1.0 } else { 0.0 });
        self.maker_net += if agent_buys { -lots } else { lots };
        if agent_is_taker {
            let notional = quantity * self.price.last;
            self.flow += if agent_buys { notional } else { -notional };
        }
    }

    /// Close a whole position at the last price.
    pub(crate) fn close_position(&mut self, id: u32, is_taker: bool) {
        let position = *self.positions.get(id);
        self.trade(!position.is_long, position.lots, is_taker);
        self.remove_triggers(id);
        self.positions.reduce(id, position.lots);
    }

    /// Forget all triggers of a position.
    pub(crate) fn remove_triggers(&mut self, id: u32) {
        for book in self.last_books.iter_mut().chain(&mut self.mark_books) {
            book.remove(id);
        }
    }

    fn act_on_last_price(&mut self, id: u32) {
        let position = *self.positions.get(id);
        let notional = position.quantity() * self.price.last;
        let in_profit = position.direction() * (self.price.last - position.entry_price) > 0.0;
        match position.protection {
            // A take-profit is a resting order: others trade into it.
            _ if in_profit => {
                self.totals.taken_profit_usd += notional;
                self.close_position(id, false);
            }
            Protection::TopUp(_) => {
                self.totals.topped_up_usd += notional;
                let position = self.positions.get_mut(id);
                position.protection = Protection::None;
                position.set_margin(position.margin + TOP_UP_SHARE * position.initial_margin, self.rules);
                self.set_liquidation_trigger(id);
            }
            _ => {
                self.totals.stopped_usd += notional;
                self.close_position(id, true);
            }
        }
    }

    /// One liquidation order: the whole position, or a step of a large one.
    fn liquidate(&mut self, id: u32) {
        let position = *self.positions.get(id);
        let (mark, direction, rules) = (self.price.mark, position.direction(), self.rules);
        let is_partial = position.quantity() * mark > rules.partial_above;
        let step = ((position.lots as f64 * rules.partial_share) as i64).max(1);
        let lots = if is_partial { step } else { position.lots };
        let quantity = lots as f64 / LOTS_PER_COIN;
        // On average the order fills half-way along the move that it causes.
        let slippage = 0.5 * self.price.relative_impact(quantity * self.price.last);
        let fill = self.price.last * (1.0 - direction * slippage);
        let bankruptcy_price = position.bankruptcy_price();
        let beyond_margin = direction * (fill - bankruptcy_price) * quantity;
        if self.insurance_fund + beyond_margin < 0.0 {
            self.deleverage(id);
            return;
        }
        self.totals.liquidated_usd += quantity * fill;
        self.totals.shortfall_usd += (-beyond_margin).max(0.0);
        if self.is_published {
            let events = &mut self.liquidations;
            events.time_ms.push(self.time_ms);
            events.position_side.push(u8::from(!position.is_long));
            events.quantity.push(quantity);
            events.price.push(fill);
            events.bankruptcy_price.push(bankruptcy_price);
            events.mark_price.push(mark);
            self.truth.liquidated(&position);
        }
        if !is_partial {
            // What is left of the margin goes to the fund; what is missing comes from it.
            self.insurance_fund += beyond_margin;
            self.close_position(id, true);
            return;
        }
        self.trade(!position.is_long, lots, true);
        self.positions.reduce(id, lots);
        let fee = LIQUIDATION_FEE * quantity * fill;
        let profit = direction * (fill - position.entry_price) * quantity + (-beyond_margin).max(0.0);
        self.insurance_fund += beyond_margin.min(0.0) + fee;
        let rest = self.positions.get_mut(id);
        rest.initial_margin *= rest.lots as f64 / position.lots as f64;
        rest.set_margin((position.margin + profit - fee).max(0.0), rules);
        self.set_liquidation_trigger(id);
    }
}
