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
use crate::price::{LiquidationStatus, Maintenance, Position, PositionColumns, PositionSide, check_positive, solve};

/// One line of a venue's margin table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarginTier {
    /// Sizes above this.
    pub floor: f64,
    /// Up to and including this; infinity for an open end.
    pub cap: f64,
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

/// Liquidation price under a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TieredPrice {
    /// NaN unless liquidatable.
    pub price: f64,
    /// Which case it is.
    pub status: LiquidationStatus,
    /// Index of the tier that decides; none unless liquidatable.
    pub tier: Option<usize>,
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
        let mut previous = MarginTier { floor: 0.0, cap: 0.0, maintenance_margin_rate: 0.0, maintenance_amount: 0.0 };
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

    /// A table from its columns, one value a tier: each tier begins where the one before ends.
    ///
    /// # Errors
    /// When the columns differ in length, or as [`Self::new`].
    pub fn from_columns(caps: &[f64], rates: &[f64], amounts: &[f64], unit: TierUnit) -> CoreResult<Self> {
        if rates.len() != caps.len() || amounts.len() != caps.len() {
            return Err(CoreError::new("tiers", "must have as many rates and amounts as caps", rates.len()));
        }
        let mut floor = 0.0;
        let mut tiers = Vec::with_capacity(caps.len());
        for ((&cap, &maintenance_margin_rate), &maintenance_amount) in caps.iter().zip(rates).zip(amounts) {
            tiers.push(MarginTier { floor, cap, maintenance_margin_rate, maintenance_amount });
            floor = cap;
        }
        Self::new(tiers, unit)
    }

    /// Index of the tier that covers a size in the table's unit; none above the last cap.
    fn tier_for(&self, size: f64) -> Option<usize> {
        let index = self.tiers.partition_point(|tier| tier.cap < size);
        (index < self.tiers.len()).then_some(index)
    }
}

/// Liquidation price of one position under a table.
///
/// By value, the last tier's line is followed above its cap: a cap limits what may be opened, not what a rising
/// price makes of a short. Whether the venue admits the size, and whether the table is known that far, is the
/// caller's to check.
///
/// # Errors
/// A position or fee out of range, or more contracts than the last cap.
pub fn tiered_liquidation_price(
    position: &Position,
    table: &MarginTable,
    closing_fee_rate: f64,
) -> CoreResult<TieredPrice> {
    position.check()?;
    let candidates = match table.unit {
        TierUnit::Value => 0..table.tiers.len(),
        TierUnit::Contracts(contract_size) => {
            let size = position.quantity / contract_size;
            let Some(own) = table.tier_for(size) else {
                return Err(CoreError::new("quantity", "must not exceed the last tier's cap, in contracts", size));
            };
            own..own + 1
        }
    };
    let mut best = TieredPrice { price: f64::NAN, status: LiquidationStatus::Never, tier: None };
    for index in candidates {
        let tier = table.tiers[index];
        let maintenance = Maintenance {
            margin_rate: tier.maintenance_margin_rate,
            amount: tier.maintenance_amount,
            closing_fee_rate,
        };
        maintenance.check()?;
        let (price, status) = solve(position, &maintenance);
        if status == LiquidationStatus::AtOpen {
            return Ok(TieredPrice { price, status, tier: None });
        }
        let nearer = match position.side {
            PositionSide::Long => price > best.price,
            PositionSide::Short => price < best.price,
        };
        if status == LiquidationStatus::Liquidatable && (best.tier.is_none() || nearer) {
            best = TieredPrice { price, status, tier: Some(index) };
        }
    }
    Ok(best)
}

/// Tiered liquidation prices of many positions, into the caller's buffers; tier −1 where none decides.
///
/// # Errors
/// Columns or buffers of the wrong length, or a position that [`tiered_liquidation_price`] refuses.
pub fn tiered_liquidation_price_columns(
    positions: &PositionColumns<'_>,
    table: &MarginTable,
    closing_fee_rate: f64,
    prices: &mut [f64],
    statuses: &mut [u8],
    tiers: &mut [i64],
) -> CoreResult<()> {
    let n = prices.len();
    positions.check_lengths(n)?;
    if statuses.len() != n || tiers.len() != n {
        return Err(CoreError::new("statuses", format!("and tiers must hold {n} values"), statuses.len()));
    }
    for (index, price) in prices.iter_mut().enumerate() {
        let solved = tiered_liquidation_price(&positions.get(index)?, table, closing_fee_rate)?;
        *price = solved.price;
        statuses[index] = solved.status as u8;
        tiers[index] = solved.tier.map_or(-1, |tier| tier as i64);
    }
    Ok(())
}
