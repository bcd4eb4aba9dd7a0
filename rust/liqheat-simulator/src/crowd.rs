//! What the crowd does of its own will: it opens, closes and changes its margin. Waiting times are counted down in units
//! of their own hazard, so that a change of activity acts at once.

use crate::agents::{self, Scene, by_class, draw_class};
use crate::engine::Venue;
use crate::positions::{Position, Positions, Protection};
use crate::venue_price::VenuePrice;
use crate::venue_rules::VenueRules;

/// Losers close half as readily; this keeps the mean holding time where the table puts it.
const CLOSING_BOOST: f64 = 1.25;
const TAKER_OPEN_SHARE: f64 = 0.7;
const TAKER_CLOSE_SHARE: f64 = 0.6;
/// Mean hours between two changes of a cross account's spare margin.
const CROSS_REDRAW_HOURS: f64 = 24.0;

impl Venue {
    /// Let a whale enter, if this second brings one.
    pub(crate) fn let_whales_in(&mut self) {
        let rate = self.parameters.whales_per_day * self.price.share / 86_400.0;
        if rate == 0.0 || !self.rng.chance(rate) {
            return;
        }
        let scene = scene(&self.price, self.rules, &self.positions, 0);
        let position = agents::draw_whale(&mut self.rng, &scene, self.parameters.whale_notional_usd);
        if self.is_published {
            self.truth.whale_entered(self.time_ms, &position);
        }
        self.enter(position, true);
    }

    /// Open the positions that are due this second.
    pub(crate) fn open_new_positions(&mut self, activity: f64) {
        let n = self.target;
        let rates = by_class(|row, _| n * row.share * activity / (row.holding_hours * 3600.0));
        self.until_open -= rates.iter().sum::<f64>();
        while self.until_open < 0.0 {
            let class = draw_class(&mut self.rng, &rates);
            self.open_position(class);
            self.until_open += self.rng.exponential();
        }
    }

    /// Open one position of a class.
    pub(crate) fn open_position(&mut self, class: usize) {
        let scene = scene(&self.price, self.rules, &self.positions, self.leverage_steps);
        let position = agents::draw_position(&mut self.rng, class, &scene, self.size_scale);
        let is_taker = self.rng.chance(TAKER_OPEN_SHARE);
        self.enter(position, is_taker);
    }

    fn enter(&mut self, position: Position, is_taker: bool) {
        self.trade(position.is_long, position.lots, is_taker);
        self.totals.opened_usd += position.quantity() * self.price.last;
        let id = self.positions.add(position);
        self.set_last_triggers(id, &position);
        self.set_liquidation_trigger(id);
    }

    fn set_last_triggers(&mut self, id: u32, position: &Position) {
        // A long's stop lies below and its take-profit above; a short's the other way round.
        let adverse = usize::from(!position.is_long);
        if let Protection::Stop(price) | Protection::TopUp(price) = position.protection {
            self.last_books[adverse].set(id, price);
        }
        if let Some(price) = position.take_profit {
            self.last_books[1 - adverse].set(id, price);
        }
    }

    /// Set a position's trigger to its liquidation price, in place of the one it had.
    pub(crate) fn set_liquidation_trigger(&mut self, id: u32) {
        let position = self.positions.get(id);
        self.mark_books[usize::from(!position.is_long)].set(id, position.liquidation_price);
    }

    /// Close the positions whose holders have had enough this second.
    pub(crate) fn close_some_positions(&mut self, activity: f64) {
        let rates = by_class(|row, class| {
            self.positions.of_class(class).len() as f64 * CLOSING_BOOST * activity / (row.holding_hours * 3600.0)
        });
        self.until_close -= rates.iter().sum::<f64>();
        while self.until_close < 0.0 {
            self.until_close += self.rng.exponential();
            let class = draw_class(&mut self.rng, &rates);
            let Some(id) = self.draw_of_class(class) else {
                continue;
            };
            let position = *self.positions.get(id);
            let is_losing = position.direction() * (self.price.last - position.entry_price) < 0.0;
            if is_losing && self.rng.chance(0.5) {
                continue;
            }
            let is_taker = self.rng.chance(TAKER_CLOSE_SHARE);
            self.totals.closed_usd += position.quantity() * self.price.last;
            self.close_position(id, is_taker);
        }
    }

    fn draw_of_class(&mut self, class: usize) -> Option<u32> {
        let ids = self.positions.of_class(class);
        if ids.is_empty() {
            return None;
        }
        Some(ids[self.rng.index(ids.len())])
    }

    /// Change the spare margin of the cross accounts that are due this second.
    pub(crate) fn redraw_cross_margins(&mut self) {
        let open = self.positions.counts[0] + self.positions.counts[1];
        self.until_redraw -= f64::from(open) / (CROSS_REDRAW_HOURS * 3600.0);
        while self.until_redraw < 0.0 {
            self.until_redraw += self.rng.exponential();
            let sizes = by_class(|_, class| self.positions.of_class(class).len() as f64);
            let class = draw_class(&mut self.rng, &sizes);
            if let Some(id) = self.draw_of_class(class) {
                self.redraw_cross_margin(id);
            }
        }
    }

    fn redraw_cross_margin(&mut self, id: u32) {
        let mut position = *self.positions.get(id);
        if !position.is_cross {
            return;
        }
        let extra = (position.margin / position.initial_margin - 1.0).clamp(0.02, 50.0);
        let extra = extra * self.rng.lognormal(1.0, 0.35);
        position.set_margin(position.initial_margin * (1.0 + extra), self.rules);
        // Nobody withdraws margin into an immediate liquidation.
        let room = position.direction() * (self.price.mark - position.liquidation_price);
        if room > 0.003 * self.price.mark {
            *self.positions.get_mut(id) = position;
            self.set_liquidation_trigger(id);
        }
    }
}

fn scene<'a>(
    price: &'a VenuePrice,
    rules: &'static VenueRules,
    positions: &Positions,
    leverage_steps: u32,
) -> Scene<'a> {
    Scene { price, rules, net_is_long: positions.lots[0] > positions.lots[1], leverage_steps }
}
