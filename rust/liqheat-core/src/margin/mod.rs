//! Margin tiers: which maintenance margin rate and amount apply, and the liquidation price under a whole table.
//!
//! Tier `k` covers sizes in `(floor, cap]`: a venue's cap is the largest position the tier still admits. Where a
//! size is a *value* (quote currency for linear contracts, coins for inverse ones) it moves with the price, and
//! the maintenance amount makes the requirement `max_k(rate_k · value − amount_k)`: continuous and convex. Equity
//! falls below it where it first falls below any single line, so the liquidation price is the highest of the
//! tiers' prices for a long and the lowest for a short; it lies in the very tier it was computed with, and no
//! iteration is needed. Where a size is a *count* of contracts the tier does not depend on price; such venues
//! publish no amount and the tier's rate holds for the whole position.

use crate::error::{CoreError, CoreResult};
use crate::price::check_positive;

mod venue;

pub use venue::{VenueColumns, VenueRule, venue_liquidation_price_columns};

/// One line of a venue's margin table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarginTier {
    /// Sizes above this.
    pub floor: f64,
    /// Up to and including this; infinity for an open end.
    pub cap: f64,
    /// Largest leverage that a position of this size may have.
    pub maximum_leverage: f64,
    /// Share of the position value that must remain.
    pub maintenance_margin_rate: f64,
    /// Deduction, settle currency: keeps the requirement continuous from tier to tier.
    pub maintenance_amount: f64,
}

/// What floors and caps count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TierUnit {
    /// Position value in settle currency at the liquidation price: quote (linear) or coins (inverse).
    Value,
    /// Number of contracts of this size, in units of the position's quantity.
    Contracts(f64),
}

/// A checked margin table.
#[derive(Debug, Clone, PartialEq)]
pub struct MarginTable {
    tiers: Vec<MarginTier>,
    unit: TierUnit,
}

/// Largest relative difference between a published maintenance amount and the recursion that defines it.
const AMOUNT_TOLERANCE: f64 = 1e-9;

impl MarginTable {
    /// Check and keep a table.
    ///
    /// # Errors
    /// No tier, gaps, rates outside (0, 1) or not increasing, a bad contract size or, for value tiers, an amount
    /// other than `previous amount + floor · (rate − previous rate)`.
    pub fn new(tiers: Vec<MarginTier>, unit: TierUnit) -> CoreResult<Self> {
        if let TierUnit::Contracts(contract_size) = unit {
            check_positive("contract_size", contract_size)?;
        }
        let mut previous = MarginTier {
            floor: 0.0,
            cap: 0.0,
            maximum_leverage: f64::INFINITY,
            maintenance_margin_rate: 0.0,
            maintenance_amount: 0.0,
        };
        for (index, tier) in tiers.iter().enumerate() {
            let refuse =
                |rule: &str, value: f64| Err(CoreError::new("tiers", format!("tier {} {rule}", index + 1), value));
            if tier.floor != previous.cap {
                return refuse("must begin where the one before ends", tier.floor);
            }
            if tier.cap.is_nan() || tier.cap <= tier.floor {
                return refuse("must end above its floor", tier.cap);
            }
            let rate = tier.maintenance_margin_rate;
            if !(rate > previous.maintenance_margin_rate && rate < 1.0) {
                return refuse("must have a larger maintenance margin rate than the one before, below 1", rate);
            }
            if !(tier.maximum_leverage > 0.0 && tier.maximum_leverage <= previous.maximum_leverage) {
                return refuse("must not have a larger maximum leverage than the one before", tier.maximum_leverage);
            }
            let amount = match unit {
                TierUnit::Value => previous.maintenance_amount + tier.floor * (rate - previous.maintenance_margin_rate),
                TierUnit::Contracts(_) => 0.0,
            };
            let error = (tier.maintenance_amount - amount).abs();
            if error.is_nan() || error > AMOUNT_TOLERANCE * amount.max(1.0) {
                return refuse("must keep the requirement continuous: maintenance amount", tier.maintenance_amount);
            }
            previous = *tier;
        }
        if tiers.is_empty() {
            return Err(CoreError::new("tiers", "must hold at least one tier", 0));
        }
        Ok(Self { tiers, unit })
    }

    /// A table from one row for each tier, `[cap, maximum leverage, rate, amount]`: each begins where the one before ends.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn from_rows(rows: &[[f64; 4]], unit: TierUnit) -> CoreResult<Self> {
        let mut floor = 0.0;
        let mut tiers = Vec::with_capacity(rows.len());
        for &[cap, maximum_leverage, maintenance_margin_rate, maintenance_amount] in rows {
            tiers.push(MarginTier { floor, cap, maximum_leverage, maintenance_margin_rate, maintenance_amount });
            floor = cap;
        }
        Self::new(tiers, unit)
    }
}
