//! What a caller may choose about a simulated market.

use liqheat_core::{CoreError, CoreResult};

/// 2026-01-01T00:00:00Z, a Thursday.
const DEFAULT_START_MS: i64 = 1_767_225_600_000;

/// Choices that define one simulated market. Equal parameters give equal bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatorParameters {
    /// Seed of all random numbers.
    pub seed: u64,
    /// Days that are published; 1 to 1000.
    pub days: u32,
    /// Days that run before `start_ms` and are not published, so that holding times settle; 0 to 365.
    pub warm_up_days: u32,
    /// Length of a published bar: whole minutes that divide an hour. It does not change the market.
    pub interval_ms: i64,
    /// Open of the first published bar, UTC, on an hour. It decides which days are weekends.
    pub start_ms: i64,
    /// Price at the start of the warm-up, USD per coin; 1,000 to 10,000,000 (the lot is 0.00001 coin).
    pub initial_price: f64,
    /// Positions that are open on average; 1,000 to 1,000,000. Time is about proportional to it; with fewer, a
    /// single large holder weighs more and the true map gets rougher.
    pub positions: u32,
    /// Open interest aimed at, one side, USD. Sizes scale with it.
    pub open_interest_usd: f64,
    /// Standard deviation of the daily log return from news alone; 0.001 to 0.2. Impact, trends, jumps and
    /// cascades add about a third to the default.
    pub daily_volatility: f64,
    /// Standard deviation of the slowly changing trend, log return per day; 0 to 0.05.
    pub trend_per_day: f64,
    /// News jumps a day in average volatility; 0 to 50.
    pub jumps_per_day: f64,
    /// Median USD resting within 1 % of the price, each side. Less depth, larger cascades.
    pub depth_usd: f64,
    /// Venues that trade the contract, each with its own crowd and rules; 1 to 3. Positions, open interest, depth
    /// and the insurance fund are those of all together.
    pub venues: u32,
    /// What the insurance fund holds at the start of the warm-up, USD; 0 to 1e12. Below zero it never goes: then
    /// profitable positions of the other side are closed at the bankruptcy price.
    pub insurance_fund_usd: f64,
    /// Whales that enter a day; 0 to 100.
    pub whales_per_day: f64,
    /// Median notional of a whale, USD; 1e4 to 1e10.
    pub whale_notional_usd: f64,
    /// Steps up the venue's list of leverages that new positions take from `regime_at` on; 0 to 5.
    pub regime_leverage_steps: u32,
    /// When the leverage regime switches, as a share of the published days; 0 to 1.
    pub regime_at: f64,
    /// Relative fall of the index in a fast crash; −0.5 to 0, and 0 for no crash.
    pub crash_return: f64,
    /// When the crash begins, as a share of the published days; 0 to 1.
    pub crash_at: f64,
    /// How long it falls, minutes; 1 to 1440.
    pub crash_minutes: f64,
    /// Median delay between an open-interest stamp and its publication, milliseconds; 0 to an hour.
    pub open_interest_delay_ms: i64,
    /// Feed outages a day; 0 to 50.
    pub outages_per_day: f64,
    /// Mean length of an outage, minutes; 1 to 2880.
    pub outage_minutes: f64,
    /// Whether to record the hidden truth. It does not change the market.
    pub record_truth: bool,
}

impl Default for SimulatorParameters {
    fn default() -> Self {
        Self {
            seed: 25,
            days: 45,
            warm_up_days: 7,
            interval_ms: 300_000,
            start_ms: DEFAULT_START_MS,
            initial_price: 60_000.0,
            positions: 40_000,
            open_interest_usd: 1e9,
            daily_volatility: 0.018,
            trend_per_day: 0.006,
            jumps_per_day: 0.7,
            depth_usd: 40e6,
            venues: 1,
            insurance_fund_usd: 10e6,
            whales_per_day: 0.0,
            whale_notional_usd: 20e6,
            regime_leverage_steps: 0,
            regime_at: 0.5,
            crash_return: 0.0,
            crash_at: 0.5,
            crash_minutes: 15.0,
            open_interest_delay_ms: 20_000,
            outages_per_day: 0.0,
            outage_minutes: 60.0,
            record_truth: true,
        }
    }
}

impl SimulatorParameters {
    /// Check every rule.
    ///
    /// # Errors
    /// The first parameter outside its documented range.
    pub fn validate(&self) -> CoreResult<()> {
        within("days", f64::from(self.days), 1.0, 1000.0)?;
        within("warm_up_days", f64::from(self.warm_up_days), 0.0, 365.0)?;
        if self.interval_ms < 60_000 || self.interval_ms % 60_000 != 0 || 3_600_000 % self.interval_ms != 0 {
            let rule = "must be whole minutes that divide an hour, such as 60000 or 300000";
            return Err(CoreError::new("interval_ms", rule, self.interval_ms));
        }
        if !(0..=4_102_444_800_000).contains(&self.start_ms) || self.start_ms % 3_600_000 != 0 {
            let rule = "must be UTC milliseconds on a whole hour between 1970 and 2100";
            return Err(CoreError::new("start_ms", rule, self.start_ms));
        }
        within("initial_price", self.initial_price, 1e3, 1e7)?;
        within("positions", f64::from(self.positions), 1e3, 1e6)?;
        within("open_interest_usd", self.open_interest_usd, 1e6, 1e12)?;
        within("daily_volatility", self.daily_volatility, 0.001, 0.2)?;
        within("trend_per_day", self.trend_per_day, 0.0, 0.05)?;
        within("jumps_per_day", self.jumps_per_day, 0.0, 50.0)?;
        within("depth_usd", self.depth_usd, 1e5, 1e12)?;
        within("venues", f64::from(self.venues), 1.0, 3.0)?;
        within("insurance_fund_usd", self.insurance_fund_usd, 0.0, 1e12)?;
        within("whales_per_day", self.whales_per_day, 0.0, 100.0)?;
        within("whale_notional_usd", self.whale_notional_usd, 1e4, 1e10)?;
        within("regime_leverage_steps", f64::from(self.regime_leverage_steps), 0.0, 5.0)?;
        within("regime_at", self.regime_at, 0.0, 1.0)?;
        within("crash_return", self.crash_return, -0.5, 0.0)?;
        within("crash_at", self.crash_at, 0.0, 1.0)?;
        within("crash_minutes", self.crash_minutes, 1.0, 1440.0)?;
        within("open_interest_delay_ms", self.open_interest_delay_ms as f64, 0.0, 3_600_000.0)?;
        within("outages_per_day", self.outages_per_day, 0.0, 50.0)?;
        within("outage_minutes", self.outage_minutes, 1.0, 2880.0)
    }

    /// End of the published days, UTC milliseconds.
    pub(crate) fn end_ms(&self) -> i64 {
        self.start_ms + i64::from(self.days) * 86_400_000
    }

    /// The whole second that lies at this share of the published days, UTC milliseconds.
    pub(crate) fn instant_ms(&self, share: f64) -> i64 {
        self.start_ms + (share * f64::from(self.days) * 86_400.0) as i64 * 1000
    }
}

fn within(argument: &'static str, value: f64, low: f64, high: f64) -> CoreResult<()> {
    // Written so that NaN fails.
    if value >= low && value <= high {
        return Ok(());
    }
    Err(CoreError::new(argument, format!("must lie between {low} and {high}"), value))
}
