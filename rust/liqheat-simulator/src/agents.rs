//! The crowd: who opens what, by the class that he belongs to.

use crate::classes::{Class, TABLE};
use crate::math;
use crate::positions::{CLASSES, LOTS_PER_COIN, Position, Protection};
use crate::rng::Rng;
use crate::venue_price::VenuePrice;
use crate::venue_rules::{LARGEST_NOTIONAL, LEVERAGES, VenueRules};

/// Index of the hedgers, who lean against the crowd and use no stops.
pub const HEDGER: usize = 3;
const TREND_FOLLOWER_SHARE: f64 = 0.62;
const TREND_STRENGTH: f64 = 1.1;
const LONG_BIAS: f64 = 0.35;
const HEDGER_LONG_SHARE: f64 = 0.28;
const STOP_SHARE: f64 = 0.50;
const TOP_UP_SHARE: f64 = 0.12;
const TAKE_PROFIT_SHARE: f64 = 0.50;
const CROSS_SHARE: f64 = 0.55;
/// Median of the margin that a cross account adds, as a multiple of the initial margin, and its log deviation.
const CROSS_EXTRA: (f64, f64) = (0.6, 0.8);
/// Where on the way to liquidation a top-up happens.
const TOP_UP_AT: f64 = 0.75;
/// Whales hold as long as swing traders do, at 5x, 10x or 20x (indices into `LEVERAGES`).
const WHALE_CLASS: usize = 2;
const WHALE_LEVERAGES: [usize; 3] = [3, 4, 5];
/// Standard deviation of the log of a whale's notional.
const WHALE_DEVIATION: f64 = 0.5;
/// The class table's sizes are those of this many positions.
const TABLE_POSITIONS: f64 = 121_000.0;

/// Factor on the table's sizes for a market of `positions` and `open_interest_usd`.
pub fn size_scale(positions: u32, open_interest_usd: f64) -> f64 {
    TABLE_POSITIONS / f64::from(positions) * open_interest_usd / 1e9
}

/// What a newcomer finds.
pub struct Scene<'a> {
    /// The venue's prices and the crowd's mood.
    pub price: &'a VenuePrice,
    /// The venue's rules.
    pub rules: &'a VenueRules,
    /// The crowd holds more longs than shorts.
    pub net_is_long: bool,
    /// Steps up the list of leverages that everyone but hedgers takes beyond the table.
    pub leverage_steps: u32,
}

/// Draw a new position of `class` at about the last price.
pub fn draw_position(rng: &mut Rng, class: usize, scene: &Scene<'_>, size_scale: f64) -> Position {
    let Scene { price, rules, net_is_long, leverage_steps } = *scene;
    let row = &TABLE[class];
    let follows_trend = rng.chance(TREND_FOLLOWER_SHARE);
    let is_long = rng.chance(long_probability(follows_trend, class, price, net_is_long));
    let steps = if class == HEDGER { 0 } else { leverage_steps as usize };
    let leverage_index = (draw_leverage(rng, row) + steps).min(LEVERAGES.len() - 1);
    let notional = rng
        .lognormal(row.median_notional * size_scale, row.log_deviation)
        .clamp(10.0, LARGEST_NOTIONAL[leverage_index]);
    let entry = price.last * (1.0 + 0.0001 * rng.normal());
    let lots = ((notional / entry * LOTS_PER_COIN) as i64).max(1);
    let mut position = Position::new(is_long, class as u8, leverage_index as u8, lots, entry);
    position.initial_margin = position.quantity() * entry / LEVERAGES[leverage_index];
    let mut margin = position.initial_margin;
    if rng.chance(CROSS_SHARE) {
        position.is_cross = true;
        margin *= 1.0 + rng.lognormal(CROSS_EXTRA.0, CROSS_EXTRA.1);
    }
    position.set_margin(margin, rules);
    if class != HEDGER {
        draw_protection(rng, &mut position);
    }
    position
}

fn long_probability(follows_trend: bool, class: usize, price: &VenuePrice, net_is_long: bool) -> f64 {
    if class == HEDGER {
        let lean = if net_is_long { 0.6 } else { 1.9 };
        return HEDGER_LONG_SHARE * lean;
    }
    let strength = if follows_trend { TREND_STRENGTH } else { -0.9 * TREND_STRENGTH };
    let pull = strength * price.trend_score(class) + TABLE[class].sentiment_weight * price.sentiment + LONG_BIAS;
    1.0 / (1.0 + math::exp(-pull))
}

fn draw_leverage(rng: &mut Rng, row: &Class) -> usize {
    let mut rest = rng.uniform();
    for (index, weight) in row.leverage_weights.iter().enumerate() {
        if rest < *weight {
            return index;
        }
        rest -= weight;
    }
    // Rounding may leave a sliver: give it to the first leverage in use.
    row.leverage_weights.iter().position(|weight| *weight > 0.0).unwrap_or(0)
}

/// Draw a whale: a swing trader's bet of `median_notional`, as far as its leverage allows, without any protection.
pub fn draw_whale(rng: &mut Rng, scene: &Scene<'_>, median_notional: f64) -> Position {
    let is_long = rng.chance(long_probability(true, WHALE_CLASS, scene.price, scene.net_is_long));
    let leverage_index = WHALE_LEVERAGES[rng.index(WHALE_LEVERAGES.len())];
    let notional = rng.lognormal(median_notional, WHALE_DEVIATION).clamp(10.0, LARGEST_NOTIONAL[leverage_index]);
    // A whale moves the price as it enters; on average it pays half of that.
    let direction = if is_long { 1.0 } else { -1.0 };
    let entry = scene.price.last * (1.0 + 0.5 * scene.price.relative_impact(direction * notional));
    let lots = ((notional / entry * LOTS_PER_COIN) as i64).max(1);
    let mut position = Position::new(is_long, WHALE_CLASS as u8, leverage_index as u8, lots, entry);
    position.initial_margin = position.quantity() * entry / LEVERAGES[leverage_index];
    position.set_margin(position.initial_margin, scene.rules);
    position
}

fn draw_protection(rng: &mut Rng, position: &mut Position) {
    let entry = position.entry_price;
    let direction = position.direction();
    let distance = (direction * (entry - position.liquidation_price) / entry).min(0.7);
    let draw = rng.uniform();
    if draw < STOP_SHARE {
        let away = distance * (0.15 + 0.75 * rng.uniform());
        position.protection = Protection::Stop(entry * (1.0 - direction * away));
    } else if draw < STOP_SHARE + TOP_UP_SHARE {
        position.protection = Protection::TopUp(entry * (1.0 - direction * distance * TOP_UP_AT));
    }
    if rng.chance(TAKE_PROFIT_SHARE) {
        let away = distance * (0.15 + 1.3 * rng.uniform());
        position.take_profit = Some(entry * (1.0 + direction * away.min(0.9)));
    }
}

/// One number for each class.
pub fn by_class(rate: impl Fn(&Class, usize) -> f64) -> [f64; CLASSES] {
    std::array::from_fn(|class| rate(&TABLE[class], class))
}

/// A class drawn in proportion to the rates.
pub fn draw_class(rng: &mut Rng, rates: &[f64; CLASSES]) -> usize {
    let mut rest = rng.uniform() * rates.iter().sum::<f64>();
    for (class, rate) in rates.iter().enumerate() {
        if rest < *rate {
            return class;
        }
        rest -= rate;
    }
    0
}
