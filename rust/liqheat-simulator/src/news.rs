//! The news that every venue shares: volatility, trends, jumps, moods, seasons, and a crash where one is asked for.

use crate::math;
use crate::parameters::SimulatorParameters;
use crate::rng::Rng;

/// Seconds between updates of the slow state (volatility, depth, mood, trend).
pub const SLOW_SECONDS: i64 = 10;
/// Seconds in a day.
pub const DAY: f64 = 86_400.0;
/// A weak pull towards the initial price keeps long runs within sight of it.
const ANCHOR_DAYS: f64 = 120.0;
/// Standard deviation of one jump's log size.
const JUMP_DEVIATION: f64 = 0.009;
/// Seconds after which 63 % of a piece of news is in the price: markets take minutes to agree what it is worth.
const PRICING_SECONDS: f64 = 300.0;
/// Activity by UTC hour: quiet nights in Europe and America, busy at the American open.
const HOURLY_SEASON: [f64; 24] = [
    1.00, 0.95, 0.88, 0.80, 0.75, 0.74, 0.78, 0.88, 0.98, 1.02, 1.00, 0.98, 1.05, 1.22, 1.42, 1.45, 1.35, 1.20, 1.08,
    1.02, 1.00, 0.92, 0.85, 0.95,
];
const WEEKEND_SEASON: f64 = 0.65;
const WEEKEND_DEPTH: f64 = 0.65;
/// What is left of the depth while a crash runs, and the seconds in which 63 % of the loss comes back.
const CRASH_DEPTH: f64 = 0.1;
const CRASH_DEPTH_SECONDS: f64 = 3600.0;
/// What a crash adds to the log of volatility when it begins.
const CRASH_VOLATILITY: f64 = 1.2;

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

/// A fast crash: the index falls by a stated amount within stated minutes while depth vanishes.
#[derive(Debug)]
struct Crash {
    from_seconds: i64,
    until_seconds: i64,
    per_second: f64,
    /// Share of the depth that is gone.
    missing_depth: f64,
    depth_recovery: f64,
}

/// State of the news.
#[derive(Debug)]
pub struct News {
    rng: Rng,
    sigma_second: f64,
    jumps_per_second: f64,
    log_initial: f64,
    /// Log return of the jumps that are not in the price yet.
    unpriced: f64,
    slow_volatility: Reverting,
    fast_volatility: Reverting,
    trend: Reverting,
    log_depth: Reverting,
    mood: Reverting,
    crash: Crash,
    sigma_now: f64,
    /// Log of the price that every venue's price returns to.
    pub log_index: f64,
    /// Mood of the crowd: positive buys.
    pub sentiment: f64,
    /// Volatility relative to its average.
    pub volatility_ratio: f64,
    /// Activity relative to its average, by hour and weekday.
    pub season: f64,
    /// Depth relative to its median.
    pub depth_ratio: f64,
    /// Whether the slow state moved in this second.
    pub is_slow_step: bool,
}

impl News {
    /// The state before the first second.
    pub fn new(parameters: &SimulatorParameters) -> Self {
        let log_initial = math::ln(parameters.initial_price);
        let from_seconds = parameters.instant_ms(parameters.crash_at) / 1000;
        let crash_seconds = parameters.crash_minutes * 60.0;
        let crash = Crash {
            from_seconds,
            // Without a fall there is no crash: not even the thin book.
            until_seconds: from_seconds + if parameters.crash_return < 0.0 { crash_seconds as i64 } else { 0 },
            per_second: math::ln(1.0 + parameters.crash_return) / crash_seconds,
            missing_depth: 0.0,
            depth_recovery: SLOW_SECONDS as f64 / CRASH_DEPTH_SECONDS,
        };
        Self {
            rng: Rng::new(parameters.seed, 1),
            sigma_second: parameters.daily_volatility / DAY.sqrt(),
            jumps_per_second: parameters.jumps_per_day / DAY,
            log_initial,
            unpriced: 0.0,
            slow_volatility: Reverting::new(0.30, 3.0 * DAY),
            fast_volatility: Reverting::new(0.45, 4.0 * 3600.0),
            trend: Reverting::new(parameters.trend_per_day / DAY, 3.0 * DAY),
            log_depth: Reverting::new(0.35, 7200.0),
            mood: Reverting::new(0.6, 30.0 * 3600.0),
            crash,
            sigma_now: 0.0,
            log_index: log_initial,
            sentiment: 0.0,
            volatility_ratio: 1.0,
            season: 1.0,
            depth_ratio: 1.0,
            is_slow_step: false,
        }
    }

    /// Advance by one second that starts at `time_seconds` (UTC epoch).
    pub fn advance(&mut self, time_seconds: i64) {
        let in_crash = (self.crash.from_seconds..self.crash.until_seconds).contains(&time_seconds);
        if in_crash {
            if time_seconds == self.crash.from_seconds {
                self.fast_volatility.value += CRASH_VOLATILITY;
            }
            self.crash.missing_depth = 1.0 - CRASH_DEPTH;
            self.log_index += self.crash.per_second;
        }
        self.is_slow_step = time_seconds % SLOW_SECONDS == 0;
        if self.is_slow_step {
            self.advance_slow_state(time_seconds);
        }
        let pull = (self.log_initial - self.log_index) / (ANCHOR_DAYS * DAY);
        let priced = self.unpriced / PRICING_SECONDS;
        self.unpriced -= priced;
        self.log_index += self.trend.value + pull + priced + self.sigma_now * self.rng.normal();
        if self.rng.chance(self.jumps_per_second * self.volatility_ratio) {
            let size = JUMP_DEVIATION * self.rng.normal() * (1.0 + self.rng.uniform());
            self.unpriced += size;
            // News draws a crowd: volatility stays up for hours.
            self.fast_volatility.value += 30.0 * size.abs();
        }
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
        self.depth_ratio = math::exp(self.log_depth.value) * thinning * (1.0 - self.crash.missing_depth);
        self.crash.missing_depth *= 1.0 - self.crash.depth_recovery;
    }
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
