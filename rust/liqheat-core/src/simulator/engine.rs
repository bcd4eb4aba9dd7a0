//! The market, second by second: the crowd opens and closes, flow moves the price, the price reaches triggers.

use super::agents::{self, TABLE, by_class, draw_class};
use super::feeds::{BarBuilder, Bars, Liquidations};
use super::parameters::SimulatorParameters;
use super::positions::{LOTS_PER_COIN, Position, Positions, Protection};
use super::price_process::PriceProcess;
use super::rng::Rng;
use super::totals::Totals;
use super::triggers::{Direction, TriggerBook};
use super::truth::{SNAPSHOT_MS, Truth};

/// What market makers hold against each other, as a share of the open interest aimed at.
const MAKER_GROSS_SHARE: f64 = 0.3;
/// Turnover between market makers, multiples of open interest a day.
const MAKER_TURNOVER: f64 = 0.5;
/// Losers close half as readily; this keeps the mean holding time where the table puts it.
const CLOSING_BOOST: f64 = 1.45;
const TAKER_OPEN_SHARE: f64 = 0.7;
const TAKER_CLOSE_SHARE: f64 = 0.6;
/// Mean hours between two changes of a cross account's spare margin.
const CROSS_REDRAW_HOURS: f64 = 24.0;

/// The whole state of a run.
pub struct Market {
    pub(super) rng: Rng,
    pub(super) process: PriceProcess,
    pub(super) positions: Positions,
    /// Triggers on the last price: stops, top-ups, take-profits.
    pub(super) last_books: [TriggerBook; 2],
    /// Triggers on the mark price: liquidations of longs, of shorts.
    pub(super) mark_books: [TriggerBook; 2],
    pub(super) fired: Vec<u32>,
    /// Net taker flow not yet executed, USD.
    pub(super) flow: f64,
    /// Lots of the market makers together: what the crowd lacks to balance.
    pub(super) maker_net: i64,
    pub(super) maker_gross: i64,
    pub(super) bar: BarBuilder,
    pub(super) time_ms: i64,
    pub(super) is_published: bool,
    pub(super) liquidations: Liquidations,
    pub(super) truth: Truth,
    pub(super) totals: Totals,
    bars: Bars,
    parameters: SimulatorParameters,
    size_scale: f64,
    /// Waiting times, in units of their own hazard.
    until_open: f64,
    until_close: f64,
    until_redraw: f64,
}

impl Market {
    /// A market at the start of its warm-up, with a crowd in place.
    pub fn new(parameters: &SimulatorParameters) -> Self {
        let price = parameters.initial_price;
        let process = PriceProcess::new(parameters);
        let gross = parameters.open_interest_usd * MAKER_GROSS_SHARE / price * LOTS_PER_COIN;
        let pair = || [Direction::Falling, Direction::Rising].map(|direction| TriggerBook::new(direction, price));
        let mut market = Self {
            rng: Rng::new(parameters.seed, 2),
            bar: BarBuilder::new(process.last, process.mark),
            process,
            positions: Positions::default(),
            last_books: pair(),
            mark_books: pair(),
            fired: Vec::new(),
            flow: 0.0,
            maker_net: 0,
            maker_gross: gross as i64,
            time_ms: parameters.start_ms - i64::from(parameters.warm_up_days) * 86_400_000,
            is_published: false,
            liquidations: Liquidations::default(),
            truth: Truth::new(price),
            totals: Totals::default(),
            bars: Bars::default(),
            size_scale: agents::size_scale(parameters.positions, parameters.open_interest_usd),
            until_open: 0.0,
            until_close: 0.0,
            until_redraw: 0.0,
            parameters: parameters.clone(),
        };
        for (class, row) in TABLE.iter().enumerate() {
            for _ in 0..(f64::from(parameters.positions) * row.share) as u32 {
                market.open_position(class);
            }
        }
        market.flow = 0.0;
        market
    }

    /// Run to the end of the published days.
    pub fn run(mut self) -> (Bars, Liquidations, Totals, Truth) {
        let end_ms = self.parameters.start_ms + i64::from(self.parameters.days) * 86_400_000;
        while self.time_ms < end_ms {
            self.is_published = self.time_ms >= self.parameters.start_ms;
            self.step();
            self.time_ms += 1000;
            if self.time_ms % self.parameters.interval_ms == 0 {
                self.close_bar();
            }
            if self.is_published && self.parameters.record_truth && self.time_ms % SNAPSHOT_MS == 0 {
                self.truth.snapshot(self.time_ms, self.process.mark, &self.positions);
            }
        }
        (self.bars, self.liquidations, self.totals, self.truth)
    }

    fn step(&mut self) {
        self.process.advance(self.time_ms / 1000);
        let activity = self.process.season * (0.55 + 0.45 * self.process.volatility_ratio);
        self.open_new_positions(activity);
        self.close_some_positions(activity);
        self.redraw_cross_margins();
        self.trade_between_makers();
        self.settle();
    }

    fn open_new_positions(&mut self, activity: f64) {
        let n = f64::from(self.parameters.positions);
        let rates = by_class(|row, _| n * row.share * activity / (row.holding_hours * 3600.0));
        self.until_open -= rates.iter().sum::<f64>();
        while self.until_open < 0.0 {
            let class = draw_class(&mut self.rng, &rates);
            self.open_position(class);
            self.until_open += self.rng.exponential();
        }
    }

    fn open_position(&mut self, class: usize) {
        let net_is_long = self.positions.lots[0] > self.positions.lots[1];
        let position = agents::draw_position(&mut self.rng, class, &self.process, self.size_scale, net_is_long);
        let is_taker = self.rng.chance(TAKER_OPEN_SHARE);
        self.trade(position.is_long, position.lots, is_taker);
        self.totals.opened_usd += position.quantity() * self.process.last;
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

    pub(super) fn set_liquidation_trigger(&mut self, id: u32) {
        let position = self.positions.get(id);
        self.mark_books[usize::from(!position.is_long)].set(id, position.liquidation_price);
    }

    fn close_some_positions(&mut self, activity: f64) {
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
            let is_losing = position.direction() * (self.process.last - position.entry_price) < 0.0;
            if is_losing && self.rng.chance(0.5) {
                continue;
            }
            let is_taker = self.rng.chance(TAKER_CLOSE_SHARE);
            self.totals.closed_usd += position.quantity() * self.process.last;
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

    fn redraw_cross_margins(&mut self) {
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
        position.set_margin(position.initial_margin * (1.0 + extra));
        // Nobody withdraws margin into an immediate liquidation.
        let room = position.direction() * (self.process.mark - position.liquidation_price);
        if room > 0.003 * self.process.mark {
            *self.positions.get_mut(id) = position;
            self.set_liquidation_trigger(id);
        }
    }

    fn trade_between_makers(&mut self) {
        let relative = self.process.season * self.process.volatility_ratio;
        let quantity = MAKER_TURNOVER * self.open_interest() / 86_400.0 * relative * self.rng.exponential();
        let imbalance = 0.12 * self.rng.normal();
        self.bar.trade(quantity, (0.5 + 0.5 * imbalance).clamp(0.0, 1.0));
        self.flow += quantity * self.process.last * imbalance;
    }

    /// Coins open, one side.
    fn open_interest(&self) -> f64 {
        let lots = self.positions.lots[0] + self.maker_net.max(0) + self.maker_gross;
        lots as f64 / LOTS_PER_COIN
    }

    fn close_bar(&mut self) {
        let process = &self.process;
        if !self.is_published {
            self.bar = BarBuilder::new(process.last, process.mark);
            return;
        }
        let open_time_ms = self.time_ms - self.parameters.interval_ms;
        let [longs, shorts] = self.positions.counts.map(|count| f64::from(count.max(1)));
        let (last, mark, depth) = (process.last, process.mark, process.depth);
        let open_interest = self.open_interest();
        self.bar.close(&mut self.bars, open_time_ms, last, mark, open_interest, longs / shorts, depth);
        let short_makers = (-self.maker_net).max(0) + self.maker_gross;
        self.totals.long_lots.push(self.positions.lots[0] + self.maker_net.max(0) + self.maker_gross);
        self.totals.short_lots.push(self.positions.lots[1] + short_makers);
    }
}
