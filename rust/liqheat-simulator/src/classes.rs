//! Classes of agents, each a row of numbers. The numbers are choices of this model, set so that turnover, leverage and
//! liquidations resemble a large BTC perpetual (see the README of the Python package's simulator).

use crate::positions::CLASSES;

/// One class of agents.
pub struct Class {
    /// Share of all open positions.
    pub share: f64,
    /// Mean holding time, hours, in average markets.
    pub holding_hours: f64,
    /// Median notional, USD, at 121,000 positions and 1 B USD of open interest.
    pub median_notional: f64,
    /// Standard deviation of the log of the notional.
    pub log_deviation: f64,
    /// How long a move it looks back on, seconds.
    pub trend_seconds: f64,
    /// How strongly the mood of the crowd counts.
    pub sentiment_weight: f64,
    /// Weight of each of `LEVERAGES`; the sum is 1.
    pub leverage_weights: [f64; 11],
}

/// Scalpers, day traders, swing traders, hedgers.
pub static TABLE: [Class; CLASSES] = [
    Class {
        share: 0.060,
        holding_hours: 2.5,
        median_notional: 600.0,
        log_deviation: 1.5,
        trend_seconds: 900.0,
        sentiment_weight: 0.6,
        leverage_weights: [0.0, 0.0, 0.0, 0.0, 0.10, 0.25, 0.10, 0.25, 0.08, 0.15, 0.07],
    },
    Class {
        share: 0.420,
        holding_hours: 10.0,
        median_notional: 1_200.0,
        log_deviation: 1.7,
        trend_seconds: 7_200.0,
        sentiment_weight: 0.6,
        leverage_weights: [0.0, 0.0, 0.0, 0.14, 0.38, 0.30, 0.10, 0.07, 0.0, 0.01, 0.0],
    },
    Class {
        share: 0.470,
        holding_hours: 96.0,
        median_notional: 2_600.0,
        log_deviation: 1.8,
        trend_seconds: 86_400.0,
        sentiment_weight: 1.0,
        leverage_weights: [0.0, 0.10, 0.20, 0.35, 0.25, 0.10, 0.0, 0.0, 0.0, 0.0, 0.0],
    },
    Class {
        share: 0.050,
        holding_hours: 288.0,
        median_notional: 37_000.0,
        log_deviation: 1.2,
        trend_seconds: 345_600.0,
        sentiment_weight: 0.0,
        leverage_weights: [0.5, 0.3, 0.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    },
];
