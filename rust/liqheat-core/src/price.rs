//! Liquidation and bankruptcy price of a position, and of columns of positions.
//!
//! A position is liquidated where its equity equals its maintenance requirement. With `s` = +1 (long) or -1
//! (short), entry `E`, margin `M`, maintenance margin rate `r`, maintenance amount `a` and closing fee rate `f`:
//!
//! * linear, quantity `q` in coins: `M + s·q·(p − E) = q·p·(r + f) − a`
//! * inverse, quantity `Q` in USD: `M + s·Q·(1/E − 1/p) = (Q/p)·(r + f) − a`
//!
//! Margin and maintenance amount are in settle currency (quote for linear, coin for inverse). Solved for `p`, both
//! are closed forms. The numpy twin (`liqheat/margin/_numpy.py`) does the same operations in the same order, so
//! that both give the same bits.

use crate::error::{CoreError, CoreResult};

/// Side of the position that is liquidated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PositionSide {
    /// Gains when the price rises.
    Long,
    /// Gains when the price falls.
    Short,
}

impl PositionSide {
    /// Read +1 as long and -1 as short.
    ///
    /// # Errors
    /// Any other number.
    pub fn from_sign(sign: i8) -> CoreResult<Self> {
        match sign {
            1 => Ok(Self::Long),
            -1 => Ok(Self::Short),
            other => Err(CoreError::new(
                "position_side",
                "must be +1 (long) or -1 (short)",
                other,
            )),
        }
    }

    /// +1 for long, -1 for short.
    pub const fn sign(self) -> f64 {
        match self {
            Self::Long => 1.0,
            Self::Short => -1.0,
        }
    }
}

/// What a contract counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractKind {
    /// Counts in coins, settles in quote currency.
    Linear,
    /// Counts in USD, settles in coins.
    Inverse,
}

/// What becomes of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum LiquidationStatus {
    /// There is a price, on the losing side of the entry, that liquidates it.
    Liquidatable = 0,
    /// No price liquidates it (leverage of one or less, where the loss is bounded).
    Never = 1,
    /// Its margin does not exceed the requirement at the entry price.
    AtOpen = 2,
}

/// One position with the margin that backs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Long or short.
    pub side: PositionSide,
    /// Unit of quantity and margin.
    pub kind: ContractKind,
    /// Average entry price, quote currency per coin.
    pub entry_price: f64,
    /// Coins (linear) or USD (inverse).
    pub quantity: f64,
    /// Quote currency (linear) or coins (inverse). For cross margin: wallet balance less the maintenance of all
    /// other positions, plus their unrealised profit.
    pub margin: f64,
}

/// What the venue requires, in the tier that applies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Maintenance {
    /// Share of the position value that must remain.
    pub margin_rate: f64,
    /// Deduction of the tier, settle currency.
    pub amount: f64,
    /// Closing fee that the venue adds to the requirement, share of the position value.
    pub closing_fee_rate: f64,
}

/// Refuse anything but finite numbers above zero.
pub(crate) fn check_positive(argument: &'static str, value: f64) -> CoreResult<()> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(CoreError::new(
        argument,
        "must be a finite number above 0",
        value,
    ))
}

fn check_not_negative(argument: &'static str, value: f64) -> CoreResult<()> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(CoreError::new(
        argument,
        "must be a finite number, 0 or above",
        value,
    ))
}

fn check_rates(margin_rate: f64, closing_fee_rate: f64) -> CoreResult<()> {
    check_not_negative("maintenance_margin_rate", margin_rate)?;
    check_not_negative("closing_fee_rate", closing_fee_rate)?;
    if margin_rate + closing_fee_rate < 1.0 {
        return Ok(());
    }
    Err(CoreError::new(
        "maintenance_margin_rate",
        "must stay below 1 together with closing_fee_rate",
        margin_rate,
    ))
}

impl Position {
    /// Value at a price in settle currency: quote (linear) or coins (inverse).
    pub fn value_at(&self, price: f64) -> f64 {
        match self.kind {
            ContractKind::Linear => self.quantity * price,
            ContractKind::Inverse => self.quantity / price,
        }
    }

    /// Check every field.
    ///
    /// # Errors
    /// A number that is not finite and above zero, or a value at entry that leaves the range of f64.
    pub fn check(&self) -> CoreResult<()> {
        check_positive("entry_price", self.entry_price)?;
        check_positive("quantity", self.quantity)?;
        check_positive("margin", self.margin)?;
        let value = self.value_at(self.entry_price);
        if value.is_normal() {
            return Ok(());
        }
        Err(CoreError::new(
            "quantity",
            "must give a value at entry within the range of float64",
            value,
        ))
    }
}

impl Maintenance {
    /// Check every field.
    ///
    /// # Errors
    /// A negative or non-finite number, or rates that add up to one or more.
    pub fn check(&self) -> CoreResult<()> {
        check_rates(self.margin_rate, self.closing_fee_rate)?;
        check_not_negative("maintenance_amount", self.amount)
    }
}

/// Liquidation price and status of one position; the price is NaN unless the status is `Liquidatable`.
///
/// # Errors
/// An argument that [`Position::check`] or [`Maintenance::check`] refuses.
pub fn liquidation_price(
    position: &Position,
    maintenance: &Maintenance,
) -> CoreResult<(f64, LiquidationStatus)> {
    position.check()?;
    maintenance.check()?;
    Ok(solve(position, maintenance))
}

/// The closed form, on arguments that were checked.
pub(crate) fn solve(position: &Position, maintenance: &Maintenance) -> (f64, LiquidationStatus) {
    let sign = position.side.sign();
    let Position {
        entry_price,
        quantity,
        margin,
        ..
    } = *position;
    let amount = maintenance.amount;
    let rate = maintenance.margin_rate + maintenance.closing_fee_rate;
    let value = position.value_at(entry_price);
    let price = match position.kind {
        ContractKind::Linear => (sign * value - margin - amount) / (quantity * (sign - rate)),
        ContractKind::Inverse => quantity * (sign + rate) / (margin + amount + sign * value),
    };
    if !(price > 0.0 && price < f64::INFINITY) {
        return (f64::NAN, LiquidationStatus::Never);
    }
    // The second test catches a price that rounding puts on the entry although the first one just passed.
    if margin + amount <= value * rate || sign * (entry_price - price) <= 0.0 {
        return (f64::NAN, LiquidationStatus::AtOpen);
    }
    (price, LiquidationStatus::Liquidatable)
}

/// Price at which the margin is gone: where liquidated positions are handed over. NaN if no price takes it all.
///
/// # Errors
/// An argument that [`Position::check`] refuses.
pub fn bankruptcy_price(position: &Position) -> CoreResult<f64> {
    position.check()?;
    let nothing = Maintenance {
        margin_rate: 0.0,
        amount: 0.0,
        closing_fee_rate: 0.0,
    };
    Ok(solve(position, &nothing).0)
}

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

fn check_length(argument: &'static str, found: usize, n: usize) -> CoreResult<()> {
    if found == n || found == 1 {
        return Ok(());
    }
    Err(CoreError::new(
        argument,
        format!("must hold 1 or {n} values"),
        found,
    ))
}

fn at<T: Copy>(column: &[T], index: usize) -> T {
    if column.len() == 1 {
        column[0]
    } else {
        column[index]
    }
}

impl PositionColumns<'_> {
    /// Check that every column has one or `n` values.
    ///
    /// # Errors
    /// Names the first column that has neither.
    pub fn check_lengths(&self, n: usize) -> CoreResult<()> {
        check_length("position_side", self.side.len(), n)?;
        check_length("entry_price", self.entry_price.len(), n)?;
        check_length("quantity", self.quantity.len(), n)?;
        check_length("margin", self.margin.len(), n)
    }

    /// The position at an index that [`Self::check_lengths`] covers.
    ///
    /// # Errors
    /// A side that is neither +1 nor -1.
    pub fn get(&self, index: usize) -> CoreResult<Position> {
        Ok(Position {
            side: PositionSide::from_sign(at(self.side, index))?,
            kind: self.kind,
            entry_price: at(self.entry_price, index),
            quantity: at(self.quantity, index),
            margin: at(self.margin, index),
        })
    }
}

/// Liquidation prices and status codes ([`LiquidationStatus`] as `u8`) of many positions, into the caller's buffers.
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
pub fn bankruptcy_price_columns(
    positions: &PositionColumns<'_>,
    prices: &mut [f64],
) -> CoreResult<()> {
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
        if opens && long > 0.0 && long < 1.0 {
            long
        } else {
            f64::NAN
        },
        if opens && short > 1.0 && short < f64::INFINITY {
            short
        } else {
            f64::NAN
        },
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
    check_length(
        "maintenance_margin_rate",
        maintenance_margin_rates.len(),
        leverages.len(),
    )?;
    let k = leverages.len();
    if out.len() != entry_prices.len() * 2 * k {
        return Err(CoreError::new(
            "out",
            "must hold entries × 2 × leverages values",
            out.len(),
        ));
    }
    let mut factors = vec![0.0; 2 * k];
    for (index, &leverage) in leverages.iter().enumerate() {
        let margin_rate = at(maintenance_margin_rates, index);
        check_positive("leverages", leverage)?;
        check_rates(margin_rate, closing_fee_rate)?;
        (factors[index], factors[k + index]) =
            price_factors(leverage, margin_rate + closing_fee_rate, kind);
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
