//! One venue's prices: the index that all share, and what this venue's own flow does to it.
//!
//! The index follows news and a permanent share of flow. The last price adds the transient share, which
//! relaxes within minutes and which arbitrage shares out among venues. The mark follows the venue's rule.

use crate::classes::TABLE;
use crate::math;
use crate::news::{DAY, News, SLOW_SECONDS};
use crate::parameters::SimulatorParameters;
use crate::positions::CLASSES;
use crate::rng::Rng;
use crate::venue_rules::{MarkRule, VenueRules};

/// Seconds after which 63 % of the transient impact is gone.
const IMPACT_SECONDS: f64 = 240.0;
const PERMANENT_SHARE: f64 = 0.15;
/// Distance from the index at which arbitrage with the spot market doubles the depth.
const ARBITRAGE_DISTANCE: f64 = 0.003;
const BASIS_SECONDS: f64 = 30.0;

/// State of a venue's prices.
#[derive(Debug)]
pub struct VenuePrice {
    rng: Rng,
    mark_rule: MarkRule,
    trend_spread: f64,
    median_depth: f64,
    log_index: f64,
    log_index_before: f64,
    impact_kept: f64,
    basis: f64,
    averages: [f64; CLASSES],
    scores: [f64; CLASSES],
    premium_sum: f64,
    premium_seconds: f64,
    /// Share of all venues' depth and crowd.
    pub share: f64,
    /// How far the venue's own flow holds the price from the index, log.
    pub impact: f64,
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

impl VenuePrice {
    /// The state before the first second of a venue with this `share` of the market.
    pub fn new(parameters: &SimulatorParameters, rules: &VenueRules, share: f64, stream: u64) -> Self {
        let log_initial = math::ln(parameters.initial_price);
        Self {
            rng: Rng::new(parameters.seed, stream),
            mark_rule: rules.mark_rule,
            trend_spread: parameters.daily_volatility / DAY.sqrt(),
            median_depth: parameters.depth_usd * share,
            log_index: log_initial,
            log_index_before: log_initial,
            impact_kept: math::exp(-1.0 / IMPACT_SECONDS),
            basis: 0.0,
            averages: [log_initial; CLASSES],
            scores: [0.0; CLASSES],
            premium_sum: 0.0,
            premium_seconds: 0.0,
            share,
            impact: 0.0,
            last: parameters.initial_price,
            mark: parameters.initial_price,
            sentiment: 0.0,
            volatility_ratio: 1.0,
            season: 1.0,
            depth: parameters.depth_usd * share,
        }
    }

    /// Distance of the price from its own average over the class's horizon, in standard deviations, within ±3.
    pub fn trend_score(&self, class: usize) -> f64 {
        self.scores[class]
    }

    /// Hear the news of one second.
    pub fn hear(&mut self, news: &News) {
        self.log_index = news.log_index;
        self.log_index_before = news.log_index;
        self.impact *= self.impact_kept;
        if !news.is_slow_step {
            return;
        }
        (self.sentiment, self.volatility_ratio, self.season) = (news.sentiment, news.volatility_ratio, news.season);
        self.depth = self.median_depth * news.depth_ratio;
        let log_last = math::ln(self.last);
        for (class, row) in TABLE.iter().enumerate() {
            self.averages[class] += (log_last - self.averages[class]) * SLOW_SECONDS as f64 / row.trend_seconds;
            let spread = self.trend_spread * row.trend_seconds.sqrt();
            self.scores[class] = ((log_last - self.averages[class]) / spread).clamp(-3.0, 3.0);
        }
    }

    /// What this second's flow did to the index for good, weighted by the venue's share.
    pub fn permanent_move(&self) -> f64 {
        (self.log_index - self.log_index_before) * self.share
    }

    /// Execute a net taker flow (USD, positive buys) against the depth and reprice.
    pub fn execute(&mut self, flow: f64, is_first_round: bool) {
        let impact = self.relative_impact(flow);
        self.impact += (1.0 - PERMANENT_SHARE) * impact;
        self.log_index += PERMANENT_SHARE * impact;
        if is_first_round {
            self.basis += (self.impact - self.basis) / BASIS_SECONDS;
            self.premium_sum += self.impact;
            self.premium_seconds += 1.0;
        }
        let index = math::exp(self.log_index);
        self.last = math::exp(self.log_index + self.impact + 0.00003 * self.rng.normal());
        let smoothed = index * math::exp(self.basis);
        self.mark = match self.mark_rule {
            MarkRule::Median => median(self.last, index, smoothed),
            MarkRule::SmoothedBasis => smoothed,
        };
    }

    /// Relative price change that a taker flow (USD) causes: 1 % for the depth within 1 %, at most 5 %.
    ///
    /// The further the price already stands from the index in the flow's direction, the more arbitrage with the
    /// spot market adds to the depth, so that impact grows about with the square root of a burst.
    pub fn relative_impact(&self, flow: f64) -> f64 {
        let displaced = (self.impact * flow.signum()).max(0.0);
        let depth = self.depth * (1.0 + displaced / ARBITRAGE_DISTANCE);
        (0.01 * flow / depth).clamp(-0.05, 0.05)
    }

    /// Mean premium of the last price over the index since the last call.
    pub fn take_mean_premium(&mut self) -> f64 {
        let mean = if self.premium_seconds > 0.0 { self.premium_sum / self.premium_seconds } else { 0.0 };
        (self.premium_sum, self.premium_seconds) = (0.0, 0.0);
        mean
    }
}

fn median(a: f64, b: f64, c: f64) -> f64 {
    a.min(b).max(a.max(b).min(c))
}
