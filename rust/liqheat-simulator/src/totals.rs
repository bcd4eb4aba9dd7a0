//! Totals of a run, for checks and for the realism table: not published by the venue.

/// Sums over the whole run, warm-up included, and both sides at each bar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Totals {
    /// Lots held long at each bar's close by everyone, market makers included.
    pub long_lots: Vec<i64>,
    /// Lots held short.
    pub short_lots: Vec<i64>,
    /// Positions opened, USD.
    pub opened_usd: f64,
    /// Positions closed by choice, USD.
    pub closed_usd: f64,
    /// Closed by stop orders, USD.
    pub stopped_usd: f64,
    /// Closed by take-profit orders, USD.
    pub taken_profit_usd: f64,
    /// Positions to which margin was added instead, USD.
    pub topped_up_usd: f64,
    /// Liquidated, USD at the fill price.
    pub liquidated_usd: f64,
    /// Loss beyond the margin of liquidated positions, USD; the insurance fund paid it.
    pub shortfall_usd: f64,
    /// Part of the shortfall that the fund could not pay: closed against profitable positions instead, USD at the
    /// bankruptcy price.
    pub deleveraged_usd: f64,
    /// What the insurance fund holds at the end, USD.
    pub insurance_fund_usd: f64,
    /// Funding that changed hands, USD: what payers paid.
    pub funding_paid_usd: f64,
}
