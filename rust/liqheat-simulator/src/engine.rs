//! One venue, second by second: the crowd opens and closes, flow moves the price, the price reaches triggers. The parts
//! of a second have files of their own: `crowd`, `settlement`, `deleveraging`, `funding`.

use crate::agents::size_scale;
use crate::classes::TABLE;
use crate::disturbances::Disturbances;
use crate::feeds::{BarBuilder, Bars, Funding, Liquidations};
use crate::news::News;
use crate::order_book::OrderBook;
use crate::parameters::SimulatorParameters;
use crate::positions::{LOTS_PER_COIN, Positions};
use crate::queue::Queue;
use crate::rng::Rng;
use crate::totals::Totals;
use crate::triggers::{Direction, TriggerBook};
use crate::truth::{SNAPSHOT_MS, Truth};
use crate::venue_price::VenuePrice;
use crate::venue_rules::{FUNDING_MS, VENUES, VenueRules};
use crate::{PublicFeeds, VenueRun};

/// What market makers hold against each other, as a share of the open interest aimed at.
const MAKER_GROSS_SHARE: f64 = 0.3;
/// Turnover between market makers, multiples of open interest a day.
const MAKER_TURNOVER: f64 = 0.5;

/// The whole state of a venue.
pub struct Venue {
    pub(crate) rng: Rng,
    pub(crate) price: VenuePrice,
    pub(crate) rules: &'static VenueRules,
    pub(crate) positions: Positions,
    /// Triggers on the last price: stops, top-ups, take-profits.
    pub(crate) last_books: [TriggerBook; 2],
    /// Triggers on the mark price: liquidations of longs, of shorts.
    pub(crate) mark_books: [TriggerBook; 2],
    pub(crate) fired: Vec<u32>,
    /// Net taker flow not yet executed, USD.
    pub(crate) flow: f64,
    /// Lots of the market makers together: what the crowd lacks to balance.
    pub(crate) maker_net: i64,
    pub(crate) maker_gross: i64,
    pub(crate) insurance_fund: f64,
    /// Who pays for bankrupt longs, for bankrupt shorts.
    pub(crate) queues: [Queue; 2],
    pub(crate) bar: BarBuilder,
    pub(crate) time_ms: i64,
    pub(crate) is_published: bool,
    pub(crate) liquidations: Liquidations,
    pub(crate) funding: Funding,
    pub(crate) truth: Truth,
    pub(crate) totals: Totals,
    bars: Bars,
    order_book: OrderBook,
    order_book_rng: Rng,
    disturbances: Disturbances,
    pub(crate) parameters: SimulatorParameters,
    /// Positions aimed at on this venue.
    pub(crate) target: f64,
    pub(crate) size_scale: f64,
    pub(crate) leverage_steps: u32,
    regime_from_ms: i64,
    /// Waiting times, in units of their own hazard.
    pub(crate) until_open: f64,
    pub(crate) until_close: f64,
    pub(crate) until_redraw: f64,
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
            size_scale: size_scale(parameters.positions, parameters.open_interest_usd),
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
