//! What moves the price: news (volatility, trends, jumps) and the crowd's own flow against limited depth.
//!
//! The index follows news and a permanent share of flow. The last price adds the transient share, which
//! relaxes within minutes. The mark is the median of last, index, and index plus the smoothed basis.

use super::agents::TABLE;
use super::math;
use super::parameters::SimulatorParameters;
use super::positions::CLASSES;
use super::rng::Rng;

/// Seconds between updates of the slow state (volatility, depth, mood, trend).
const SLOW_SECONDS: i64 = 10;
const DAY: f64 = 86_400.0;
/// Seconds after which 63 % of the transient impact is gone.
const IMPACT_SECONDS: f64 = 240.0;
const PERMANENT_SHARE: f64 = 0.15;
/// Distance from the index at which arbitrage doubles the depth.
const ARBITRAGE_DISTANCE: f64 = 0.003;
const BASIS_SECONDS: f64 = 30.0;
/// A weak pull towards the initial price keeps long runs within sight of it.
const ANCHOR_DAYS: f64 = 120.0;
/// Standard deviation of one jump's log size.
const JUMP_DEVIATION: f64 = 0.009;
/// Activity by UTC hour: quiet nights in Europe and America, busy at the American open.
const HOURLY_SEASON: [f64; 24] = [
    1.00, 0.95, 0.88, 0.80, 0.75, 0.74, 0.78, 0.88, 0.98, 1.02, 1.00, 0.98, 1.05, 1.22, 1.42, 1.45, 1.35, 1.20, 1.08,
    1.02, 1.00, 0.92, 0.85, 0.95,
];
const WEEKEND_SEASON: f64 = 0.65;
const WEEKEND_DEPTH: f64 = 0.65;

/// Mean-reverting Gaussian state with a given deviation and reversion time.
#[derive(Debug, Default)]
struct Reverting {
    value: f64,
    deviation: f64,
    step: f64,
}

impl Reverting {
    fn new(deviation: f64, reversion_seconds: f64) -> Self {
        Self { value: 0.0, deviation, step: SLOW_SECONDS as f64 / reversion_seconds }
    }

    fn advance(&mut self, rng: &mut Rng) {
        self.value += -self.value * self.step + self.deviation * (2.0 * self.step).sqrt() * rng.normal();
    }
}

/// State of the price.
#[derive(Debug)]
pub struct PriceProcess {
    rng: Rng,
    sigma_second: f64,
    jumps_per_second: f64,
    median_depth: f64,
    log_initial: f64,
    log_index: f64,
    impact: f64,
    impact_kept: f64,
    basis: f64,
    slow_volatility: Reverting,
    fast_volatility: Reverting,
    trend: Reverting,
    log_depth: Reverting,
    mood: Reverting,
    averages: [f64; CLASSES],
    scores: [f64; CLASSES],
    sigma_now: f64,
    /// Last trade price.
    pub last: f64,
    /// Mark price.
    pub mark: f64,
    /// Mood of the crowd: positive buys.
    pub sentiment: f64,
    /// Volatility relative to its average.
    pub volatility_ratio: f64,
    /// Activity relative to its average, by hour and weekday.
    pub season: f64,
    /// USD resting within 1 % of the price, each side.
    pub depth: f64,
}

impl PriceProcess {
    /// The state before the first second.
    pub fn new(parameters: &SimulatorParameters) -> Self {
        let log_initial = math::ln(parameters.initial_price);
        Self {
            rng: Rng::new(parameters.seed, 1),
            sigma_second: parameters.daily_volatility / DAY.sqrt(),
            jumps_per_second: parameters.jumps_per_day / DAY,
            median_depth: parameters.depth_usd,
            log_initial,
            log_index: log_initial,
            impact: 0.0,
            impact_kept: math::exp(-1.0 / IMPACT_SECONDS),
            basis: 0.0,
            slow_volatility: Reverting::new(0.30, 3.0 * DAY),
            fast_volatility: Reverting::new(0.45, 4.0 * 3600.0),
            trend: Reverting::new(parameters.trend_per_day / DAY, 3.0 * DAY),
            log_depth: Reverting::new(0.35, 7200.0),
            mood: Reverting::new(0.6, 30.0 * 3600.0),
            averages: [log_initial; CLASSES],
            scores: [0.0; CLASSES],
            sigma_now: 0.0,
            last: parameters.initial_price,
            mark: parameters.initial_price,
            sentiment: 0.0,
            volatility_ratio: 1.0,
            season: 1.0,
            depth: parameters.depth_usd,
        }
    }

    /// Distance of the price from its own average over the class's horizon, in standard deviations, within ±3.
    pub fn trend_score(&self, class: usize) -> f64 {
        self.scores[class]
    }

    /// Advance news, mood and depth by one second that starts at `time_seconds` (UTC epoch).
    pub fn advance(&mut self, time_seconds: i64) {
        if time_seconds % SLOW_SECONDS == 0 {
            self.advance_slow_state(time_seconds);
        }
        let pull = (self.log_initial - self.log_index) / (ANCHOR_DAYS * DAY);
        self.log_index += self.trend.value + pull + self.sigma_now * self.rng.normal();
        if self.rng.chance(self.jumps_per_second * self.volatility_ratio) {
            let size = JUMP_DEVIATION * self.rng.normal() * (1.0 + self.rng.uniform());
            self.log_index += size;
            // News draws a crowd: volatility stays up for hours.
            self.fast_volatility.value += 30.0 * size.abs();
        }
        self.impact *= self.impact_kept;
    }

    fn advance_slow_state(&mut self, time_seconds: i64) {
        let rng = &mut self.rng;
        for state in
            [&mut self.slow_volatility, &mut self.fast_volatility, &mut self.trend, &mut self.log_depth, &mut self.mood]
        {
            state.advance(rng);
        }
        let weekend = is_weekend(time_seconds);
        self.season = hourly_season(time_seconds) * if weekend { WEEKEND_SEASON } else { 1.0 };
        let log_ratio = self.slow_volatility.value + self.fast_volatility.value;
        let variance = self.slow_volatility.deviation * self.slow_volatility.deviation
            + self.fast_volatility.deviation * self.fast_volatility.deviation;
        self.volatility_ratio = math::exp(log_ratio.min(2.0) - variance);
        self.sigma_now = self.sigma_second * self.volatility_ratio * self.season.sqrt();
        self.sentiment = self.mood.value;
        let thinning = if weekend { WEEKEND_DEPTH } else { 1.0 } / self.volatility_ratio.max(0.3).sqrt();
        self.depth = self.median_depth * math::exp(self.log_depth.value) * thinning;
        let log_last = math::ln(self.last);
        for (class, row) in TABLE.iter().enumerate() {
            self.averages[class] += (log_last - self.averages[class]) * SLOW_SECONDS as f64 / row.trend_seconds;
            let spread = self.sigma_second * row.trend_seconds.sqrt();
            self.scores[class] = ((log_last - self.averages[class]) / spread).clamp(-3.0, 3.0);
        }
    }

    /// Execute a net taker flow (USD, positive buys) against the depth and reprice.
    pub fn execute(&mut self, flow: f64, is_first_round: bool) {
        let impact = self.relative_impact(flow);
        self.impact += (1.0 - PERMANENT_SHARE) * impact;
        self.log_index += PERMANENT_SHARE * impact;
        if is_first_round {
            self.basis += (self.impact - self.basis) / BASIS_SECONDS;
        }
        let index = math::exp(self.log_index);
        self.last = math::exp(self.log_index + self.impact + 0.00003 * self.rng.normal());
        let smoothed = index * math::exp(self.basis);
        self.mark = median(self.last, index, smoothed);
    }

    /// Relative price change that a taker flow (USD) causes: 1 % for the depth within 1 %, at most 5 %.
    ///
    /// The further the price already stands from the index in the flow's direction, the more arbitrage between
    /// venues adds to the depth, so that impact grows about with the square root of a burst.
    pub fn relative_impact(&self, flow: f64) -> f64 {
        let displaced = (self.impact * flow.signum()).max(0.0);
        let depth = self.depth * (1.0 + displaced / ARBITRAGE_DISTANCE);
        (0.01 * flow / depth).clamp(-0.05, 0.05)
    }
}

fn median(a: f64, b: f64, c: f64) -> f64 {
    a.min(b).max(a.max(b).min(c))
}

fn is_weekend(time_seconds: i64) -> bool {
    // 1970-01-01 was a Thursday: days 2 and 3 of each week that starts on it are Saturday and Sunday.
    matches!(time_seconds.div_euclid(86_400).rem_euclid(7), 2 | 3)
}

fn hourly_season(time_seconds: i64) -> f64 {
    let second_of_day = time_seconds.rem_euclid(86_400);
    let hour = (second_of_day / 3600) as usize;
    let share = (second_of_day % 3600) as f64 / 3600.0;
    HOURLY_SEASON[hour] * (1.0 - share) + HOURLY_SEASON[(hour + 1) % 24] * share
}
