//! What the simulated venue publishes bar by bar: candles, mark, open interest, and its liquidations.

/// One array for each column of the published bars; all have the same length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bars {
    /// UTC milliseconds of each bar's open.
    pub open_time_ms: Vec<i64>,
    /// First price: the last trade of the bar before.
    pub open: Vec<f64>,
    /// Highest trade.
    pub high: Vec<f64>,
    /// Lowest trade.
    pub low: Vec<f64>,
    /// Last trade.
    pub close: Vec<f64>,
    /// Coins traded, one side.
    pub volume: Vec<f64>,
    /// Coins bought by takers.
    pub taker_buy_volume: Vec<f64>,
    /// Lowest mark price.
    pub mark_low: Vec<f64>,
    /// Highest mark price.
    pub mark_high: Vec<f64>,
    /// Coins open at the close, one side.
    pub open_interest: Vec<f64>,
    /// Accounts long divided by accounts short, at the close.
    pub account_long_short_ratio: Vec<f64>,
    /// USD resting within 1 % of the price on each side, at the close.
    pub depth_usd: Vec<f64>,
}

/// Every liquidation order of the published days, in order of execution.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Liquidations {
    /// UTC milliseconds (whole seconds).
    pub time_ms: Vec<i64>,
    /// Side of the position: 0 long, 1 short.
    pub position_side: Vec<u8>,
    /// Coins closed.
    pub quantity: Vec<f64>,
    /// Average fill price.
    pub price: Vec<f64>,
    /// Price at which the position's margin was used up.
    pub bankruptcy_price: Vec<f64>,
    /// Mark price that triggered it.
    pub mark_price: Vec<f64>,
}

/// Collects one bar.
#[derive(Debug)]
pub struct BarBuilder {
    open: f64,
    high: f64,
    low: f64,
    mark_low: f64,
    mark_high: f64,
    volume: f64,
    taker_buy_volume: f64,
}

impl BarBuilder {
    /// A bar that starts at these prices.
    pub fn new(last: f64, mark: f64) -> Self {
        Self { open: last, high: last, low: last, mark_low: mark, mark_high: mark, volume: 0.0, taker_buy_volume: 0.0 }
    }

    /// Note a price.
    pub fn price(&mut self, last: f64, mark: f64) {
        self.high = self.high.max(last);
        self.low = self.low.min(last);
        self.mark_low = self.mark_low.min(mark);
        self.mark_high = self.mark_high.max(mark);
    }

    /// Note a trade of `quantity` coins, of which a share was bought by takers.
    pub fn trade(&mut self, quantity: f64, taker_buy_share: f64) {
        self.volume += quantity;
        self.taker_buy_volume += quantity * taker_buy_share;
    }

    /// Close the bar into `bars` and start the next one.
    pub fn close(
        &mut self,
        bars: &mut Bars,
        open_time_ms: i64,
        last: f64,
        mark: f64,
        open_interest: f64,
        account_ratio: f64,
        depth_usd: f64,
    ) {
        bars.open_time_ms.push(open_time_ms);
        bars.open.push(self.open);
        bars.high.push(self.high);
        bars.low.push(self.low);
        bars.close.push(last);
        bars.volume.push(self.volume);
        bars.taker_buy_volume.push(self.taker_buy_volume);
        bars.mark_low.push(self.mark_low);
        bars.mark_high.push(self.mark_high);
        bars.open_interest.push(open_interest);
        bars.account_long_short_ratio.push(account_ratio);
        bars.depth_usd.push(depth_usd);
        *self = Self::new(last, mark);
    }
}

/// Funding payments of the published days. Above zero longs pay shorts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Funding {
    /// UTC milliseconds.
    pub time_ms: Vec<i64>,
    /// Fraction of the notional at the mark price.
    pub rate: Vec<f64>,
}
