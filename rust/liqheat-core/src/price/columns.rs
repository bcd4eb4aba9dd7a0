//! Columns of positions, and the grid of entries by leverages.

use super::{
    ContractKind, Maintenance, Position, PositionSide, bankruptcy_price, check_positive, check_rates, liquidation_price,
};
use crate::error::{CoreError, CoreResult};

/// Columns of positions: each holds one value for every position, or a single value for all.
#[derive(Debug, Clone, Copy)]
pub struct PositionColumns<'a> {
    /// Unit of quantity and margin of all positions.
    pub kind: ContractKind,
    /// +1 long, -1 short.
    pub side: &'a [i8],
    /// See [`Position::entry_price`].
    pub entry_price: &'a [f64],
    /// See [`Position::quantity`].
    pub quantity: &'a [f64],
    /// See [`Position::margin`].
    pub margin: &'a [f64],
}

/// Columns of requirements, as long as the positions or one value for all.
#[derive(Debug, Clone, Copy)]
pub struct MaintenanceColumns<'a> {
    /// See [`Maintenance::margin_rate`].
    pub margin_rate: &'a [f64],
    /// See [`Maintenance::amount`].
    pub amount: &'a [f64],
    /// See [`Maintenance::closing_fee_rate`].
    pub closing_fee_rate: &'a [f64],
}

/// Number of positions that columns of these lengths describe: that of the first which is not one value for all.
pub fn common_length(lengths: &[usize]) -> usize {
    lengths.iter().copied().find(|length| *length != 1).unwrap_or(1)
}

fn check_length(argument: &'static str, found: usize, n: usize) -> CoreResult<()> {
    if found == n || found == 1 {
        return Ok(());
    }
    Err(CoreError::new(argument, format!("must hold 1 or {n} values"), found))
}

fn at<T: Copy>(column: &[T], index: usize) -> T {
    if column.len() == 1 { column[0] } else { column[index] }
}

impl PositionColumns<'_> {
    /// Check that every column has one or `n` values.
    ///
    /// # Errors
    /// Names the first column that has neither.
    pub(crate) fn check_lengths(&self, n: usize) -> CoreResult<()> {
        check_length("position_side", self.side.len(), n)?;
        check_length("entry_price", self.entry_price.len(), n)?;
        check_length("quantity", self.quantity.len(), n)?;
        check_length("margin", self.margin.len(), n)
    }

    /// The position at an index that [`Self::check_lengths`] covers.
    ///
    /// # Errors
    /// A side that is neither +1 nor -1.
    pub(crate) fn get(&self, index: usize) -> CoreResult<Position> {
        Ok(Position {
            side: PositionSide::from_sign(at(self.side, index))?,
            kind: self.kind,
            entry_price: at(self.entry_price, index),
            quantity: at(self.quantity, index),
            margin: at(self.margin, index),
        })
    }
}

/// Liquidation prices and status codes ([`LiquidationStatus`](super::LiquidationStatus) as `u8`) of many positions, into
/// the caller's buffers.
///
/// # Errors
/// A column that has neither one value nor as many as `prices`, or a value that [`liquidation_price`] refuses.
pub fn liquidation_price_columns(
    positions: &PositionColumns<'_>,
    maintenance: &MaintenanceColumns<'_>,
    prices: &mut [f64],
    statuses: &mut [u8],
) -> CoreResult<()> {
    let n = prices.len();
    check_length("statuses", statuses.len(), n)?;
    positions.check_lengths(n)?;
    check_length("maintenance_margin_rate", maintenance.margin_rate.len(), n)?;
    check_length("maintenance_amount", maintenance.amount.len(), n)?;
    check_length("closing_fee_rate", maintenance.closing_fee_rate.len(), n)?;
    for (index, (price, status)) in prices.iter_mut().zip(statuses).enumerate() {
        let rule = Maintenance {
            margin_rate: at(maintenance.margin_rate, index),
            amount: at(maintenance.amount, index),
            closing_fee_rate: at(maintenance.closing_fee_rate, index),
        };
        let (solved, case) = liquidation_price(&positions.get(index)?, &rule)?;
        *price = solved;
        *status = case as u8;
    }
    Ok(())
}

/// Bankruptcy prices of many positions, into the caller's buffer.
///
/// # Errors
/// A column that has neither one value nor as many as `prices`, or a value that [`bankruptcy_price`] refuses.
pub fn bankruptcy_price_columns(positions: &PositionColumns<'_>, prices: &mut [f64]) -> CoreResult<()> {
    positions.check_lengths(prices.len())?;
    for (index, price) in prices.iter_mut().enumerate() {
        *price = bankruptcy_price(&positions.get(index)?)?;
    }
    Ok(())
}

/// Liquidation price over entry price at a leverage: `(long, short)`, NaN where there is none.
fn price_factors(leverage: f64, rate: f64, kind: ContractKind) -> (f64, f64) {
    let margin = 1.0 / leverage;
    let (long, short) = match kind {
        ContractKind::Linear => ((1.0 - margin) / (1.0 - rate), (1.0 + margin) / (1.0 + rate)),
        ContractKind::Inverse => ((1.0 + rate) / (1.0 + margin), (1.0 - rate) / (1.0 - margin)),
    };
    let opens = margin > rate;
    (
        if opens && long > 0.0 && long < 1.0 { long } else { f64::NAN },
        if opens && short > 1.0 && short < f64::INFINITY { short } else { f64::NAN },
    )
}

/// Isolated liquidation prices of every entry at every leverage, first-tier closed forms, no maintenance amount.
///
/// `out` is `(entries, 2, leverages)` in row order, side 0 long and side 1 short; NaN where a position is never
/// liquidated or would be at once. `maintenance_margin_rates` has one value or one for each leverage.
///
/// # Errors
/// A wrong length, or a price, leverage or rate outside its range.
pub fn liquidation_price_grid(
    entry_prices: &[f64],
    leverages: &[f64],
    maintenance_margin_rates: &[f64],
    closing_fee_rate: f64,
    kind: ContractKind,
    out: &mut [f64],
) -> CoreResult<()> {
    check_length("maintenance_margin_rate", maintenance_margin_rates.len(), leverages.len())?;
    let k = leverages.len();
    if out.len() != entry_prices.len() * 2 * k {
        return Err(CoreError::new("out", "must hold entries × 2 × leverages values", out.len()));
    }
    let mut factors = vec![0.0; 2 * k];
    for (index, &leverage) in leverages.iter().enumerate() {
        let margin_rate = at(maintenance_margin_rates, index);
        check_positive("leverages", leverage)?;
        check_rates(margin_rate, closing_fee_rate)?;
        (factors[index], factors[k + index]) = price_factors(leverage, margin_rate + closing_fee_rate, kind);
    }
    if k == 0 {
        return Ok(());
    }
    for (&entry, row) in entry_prices.iter().zip(out.chunks_exact_mut(2 * k)) {
        check_positive("entry_prices", entry)?;
        for (price, factor) in row.iter_mut().zip(&factors) {
            *price = entry * factor;
        }
    }
    Ok(())
}
