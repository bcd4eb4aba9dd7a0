//! How feeds fail: open interest that is published late, and stretches that a feed lacks. They change nothing in the
//! market, and what is lost is stated.

use crate::parameters::SimulatorParameters;
use crate::rng::Rng;

/// Feeds that an outage can hit, by index.
pub const FEEDS: [&str; 3] = ["bars", "open_interest", "liquidations"];
/// Standard deviation of the log of a stamp's delay.
const DELAY_DEVIATION: f64 = 0.6;
const LONGEST_DELAY_MS: f64 = 3_600_000.0;

/// Disturbances of one venue's feeds over the published days.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Disturbances {
    /// When the open-interest stamp of each bar's close is published, UTC milliseconds.
    pub open_interest_published_ms: Vec<i64>,
    /// Feed of each outage: an index into `FEEDS`. Outages of one feed may overlap.
    pub outage_feed: Vec<u8>,
    /// First moment of each outage, UTC milliseconds on a whole minute, in order of time.
    pub outage_start_ms: Vec<i64>,
    /// First moment after it; within the published days.
    pub outage_end_ms: Vec<i64>,
}

impl Disturbances {
    /// Draw them from numbers of their own.
    pub fn draw(parameters: &SimulatorParameters, stream: u64) -> Self {
        let mut rng = Rng::new(parameters.seed, stream);
        let mut drawn = Self::default();
        let end_ms = parameters.end_ms();
        if parameters.outages_per_day > 0.0 {
            let mean_wait_ms = 86_400_000.0 / parameters.outages_per_day;
            let mut time_ms = parameters.start_ms as f64;
            loop {
                time_ms += mean_wait_ms * rng.exponential();
                let length_ms = parameters.outage_minutes * 60_000.0 * rng.exponential();
                let feed = rng.index(FEEDS.len()) as u8;
                let start = time_ms as i64 / 60_000 * 60_000;
                if start >= end_ms {
                    break;
                }
                drawn.outage_feed.push(feed);
                drawn.outage_start_ms.push(start);
                drawn.outage_end_ms.push((start + (length_ms as i64 / 60_000 + 1) * 60_000).min(end_ms));
            }
        }
        let delay = parameters.open_interest_delay_ms as f64;
        let mut close_ms = parameters.start_ms + parameters.interval_ms;
        while close_ms <= end_ms {
            let late = rng.lognormal(delay, DELAY_DEVIATION).min(LONGEST_DELAY_MS);
            drawn.open_interest_published_ms.push(close_ms + late as i64);
            close_ms += parameters.interval_ms;
        }
        drawn
    }
}
