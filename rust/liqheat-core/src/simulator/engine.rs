//! One venue, second by second: the crowd opens and closes, flow moves the price, the price reaches triggers.

use super::agents::{self, Scene, TABLE, by_class, draw_class};
use super::deleveraging::Queue;
use super::disturbances::Disturbances;
use super::feeds::{BarBuilder, Bars, Funding, Liquidations};
use super::funding::FUNDING_MS;
use super::news::News;
use super::order_book::OrderBook;
use super::parameters::SimulatorParameters;
use super::positions::{LOTS_PER_COIN, Position, Positions, Protection};
use super::rng::Rng;
use super::totals::Totals;
use super::triggers::{Direction, TriggerBook};
use super::truth::{SNAPSHOT_MS, Truth};
use super::venue_price::VenuePrice;
use super::venue_rules::{VENUES, VenueRules};
use super::{PublicFeeds, VenueRun};

/// What market makers hold against each other, as a share of the open interest aimed at.
const MAKER_GROSS_SHARE: f64 = 0.3;
/// Turnover between market makers, multiples of open interest a day.
const MAKER_TURNOVER: f64 = 0.5;
/// Losers close half as readily; this keeps the mean holding time where the table puts it.
const CLOSING_BOOST: f64 = 1.25;
const TAKER_OPEN_SHARE: f64 = 0.7;
const TAKER_CLOSE_SHARE: f64 = 0.6;
/// Mean hours between two changes of a cross account's spare margin.
const CROSS_REDRAW_HOURS: f64 = 24.0;

/// The whole state of a venue.
pub struct Venue {
    pub(super) rng: Rng,
    pub(super) price: VenuePrice,
    pub(super) rules: &'static VenueRules,
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
    pub(super) insurance_fund: f64,
    /// Who pays for bankrupt longs, for bankrupt shorts.
    pub(super) queues: [Queue; 2],
    pub(super) bar: BarBuilder,
    pub(super) time_ms: i64,
    pub(super) is_published: bool,
    pub(super) liquidations: Liquidations,
    pub(super) funding: Funding,
    pub(super) truth: Truth,
    pub(super) totals: Totals,
    bars: Bars,
    order_book: OrderBook,
    order_book_rng: Rng,
    disturbances: Disturbances,
    parameters: SimulatorParameters,
    /// Positions aimed at on this venue.
    target: f64,
    size_scale: f64,
    leverage_steps: u32,
    regime_from_ms: i64,
    /// Waiting times, in units of their own hazard.
    until_open: f64,
    until_close: f64,
    until_redraw: f64,
}

impl Venue {
    /// Row `index` of the venue table at the start of its warm-up, with its share of the crowd in place.
    pub fn new(parameters: &SimulatorParameters, index: usize) -> Self {
        let initial = parameters.initial_price;
        let rules = &VENUES[index];
        let share = rules.weight / VENUES[..parameters.venues as usize].iter().map(|row| row.weight).sum::<f64>();
        let stream = 16 + 4 * index as u64;
        let price = VenuePrice::new(parameters, rules, share, stream + 1);
        let gross = parameters.open_interest_usd * share * MAKER_GROSS_SHARE / initial * LOTS_PER_COIN;
        let pair = || [Direction::Falling, Direction::Rising].map(|direction| TriggerBook::new(direction, initial));
        let mut venue = Self {
            rng: Rng::new(parameters.seed, stream),
            bar: BarBuilder::new(price.last, price.mark),
            price,
            rules,
            positions: Positions::default(),
            last_books: pair(),
            mark_books: pair(),
            fired: Vec::new(),
            flow: 0.0,
            maker_net: 0,
            maker_gross: gross as i64,
            insurance_fund: parameters.insurance_fund_usd * share,
            queues: Default::default(),
            time_ms: parameters.start_ms - i64::from(parameters.warm_up_days) * 86_400_000,
            is_published: false,
            liquidations: Liquidations::default(),
            funding: Funding::default(),
            truth: Truth::new(initial),
            totals: Totals::default(),
            bars: Bars::default(),
            order_book: OrderBook::default(),
            order_book_rng: Rng::new(parameters.seed, stream + 2),
            disturbances: Disturbances::draw(parameters, stream + 3),
            target: f64::from(parameters.positions) * share,
            size_scale: agents::size_scale(parameters.positions, parameters.open_interest_usd),
            leverage_steps: 0,
            regime_from_ms: parameters.instant_ms(parameters.regime_at),
            until_open: 0.0,
            until_close: 0.0,
            until_redraw: 0.0,
            parameters: parameters.clone(),
        };
        for (class, row) in TABLE.iter().enumerate() {
            for _ in 0..(venue.target * row.share) as u32 {
                venue.open_position(class);
            }
        }
        venue.flow = 0.0;
        venue
    }

    /// Live through the second that starts now.
    pub fn step(&mut self, news: &News) {
        self.is_published = self.time_ms >= self.parameters.start_ms;
        if self.time_ms == self.regime_from_ms {
            self.leverage_steps = self.parameters.regime_leverage_steps;
        }
        self.price.hear(news);
        let activity = self.price.season * (0.55 + 0.45 * self.price.volatility_ratio);
        self.open_new_positions(activity);
        self.let_whales_in();
        self.close_some_positions(activity);
        self.redraw_cross_margins();
        self.trade_between_makers();
        self.settle();
    }

    /// End the second: what is due at the full minute, hour or eight hours.
    pub fn end_second(&mut self) {
        self.time_ms += 1000;
        if self.time_ms % self.parameters.interval_ms == 0 {
            self.close_bar();
        }
        if self.time_ms % FUNDING_MS == 0 {
            self.pay_funding();
        }
        if self.is_published && self.parameters.record_truth && self.time_ms % SNAPSHOT_MS == 0 {
            self.truth.snapshot(self.time_ms, self.price.mark, self.insurance_fund, &self.positions);
        }
    }

    /// Hand over what was published and what was not.
    pub fn finish(mut self) -> VenueRun {
        self.totals.insurance_fund_usd = self.insurance_fund;
        let public = PublicFeeds {
            bars: self.bars,
            liquidations: self.liquidations,
            funding: self.funding,
            order_book: self.order_book,
            disturbances: self.disturbances,
        };
        VenueRun { public, totals: self.totals, truth: self.truth }
    }

    fn let_whales_in(&mut self) {
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

    fn open_new_positions(&mut self, activity: f64) {
        let n = self.target;
        let rates = by_class(|row, _| n * row.share * activity / (row.holding_hours * 3600.0));
        self.until_open -= rates.iter().sum::<f64>();
        while self.until_open < 0.0 {
            let class = draw_class(&mut self.rng, &rates);
            self.open_position(class);
            self.until_open += self.rng.exponential();
        }
    }

    fn open_position(&mut self, class: usize) {
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
        position.set_margin(position.initial_margin * (1.0 + extra), self.rules);
        // Nobody withdraws margin into an immediate liquidation.
        let room = position.direction() * (self.price.mark - position.liquidation_price);
        if room > 0.003 * self.price.mark {
            *self.positions.get_mut(id) = position;
            self.set_liquidation_trigger(id);
        }
    }

    fn trade_between_makers(&mut self) {
        let relative = self.price.season * self.price.volatility_ratio;
        let quantity = MAKER_TURNOVER * self.open_interest() / 86_400.0 * relative * self.rng.exponential();
        let imbalance = 0.12 * self.rng.normal();
        self.bar.trade(quantity, (0.5 + 0.5 * imbalance).clamp(0.0, 1.0));
        self.flow += quantity * self.price.last * imbalance;
    }

    /// Coins open, one side.
    fn open_interest(&self) -> f64 {
        let lots = self.positions.lots[0] + self.maker_net.max(0) + self.maker_gross;
        lots as f64 / LOTS_PER_COIN
    }

    fn close_bar(&mut self) {
        let price = &self.price;
        if !self.is_published {
            self.bar = BarBuilder::new(price.last, price.mark);
            return;
        }
        self.order_book.snapshot(self.time_ms, price, &mut self.order_book_rng);
        let open_time_ms = self.time_ms - self.parameters.interval_ms;
        let [longs, shorts] = self.positions.counts.map(|count| f64::from(count.max(1)));
        let (last, mark, depth) = (price.last, price.mark, price.depth);
        let open_interest = self.open_interest();
        self.bar.close(&mut self.bars, open_time_ms, last, mark, open_interest, longs / shorts, depth);
        let short_makers = (-self.maker_net).max(0) + self.maker_gross;
        self.totals.long_lots.push(self.positions.lots[0] + self.maker_net.max(0) + self.maker_gross);
        self.totals.short_lots.push(self.positions.lots[1] + short_makers);
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
