//! Liquidation and bankruptcy price of a position; `columns` does many at once.
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

mod columns;

pub(crate) use columns::{BLOCK, check_length, load};
pub use columns::{
    MaintenanceColumns, PositionColumns, REFUSED, common_length, liquidation_price_columns, liquidation_price_grid,
};

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
            other => Err(CoreError::new("position_side", "must be +1 (long) or -1 (short)", other)),
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

/// Check that a number is finite and above zero.
///
/// # Errors
/// When it is not.
pub(crate) fn check_positive(argument: &'static str, value: f64) -> CoreResult<()> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(CoreError::new(argument, "must be a finite number above 0", value))
}

fn check_not_negative(argument: &'static str, value: f64) -> CoreResult<()> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(CoreError::new(argument, "must be a finite number, 0 or above", value))
}

fn check_rates(margin_rate: f64, closing_fee_rate: f64) -> CoreResult<()> {
    check_not_negative("maintenance_margin_rate", margin_rate)?;
    check_not_negative("closing_fee_rate", closing_fee_rate)?;
    if margin_rate + closing_fee_rate < 1.0 {
        return Ok(());
    }
    Err(CoreError::new("maintenance_margin_rate", "must stay below 1 together with closing_fee_rate", margin_rate))
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
        Err(CoreError::new("quantity", "must give a value at entry within the range of float64", value))
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
pub fn liquidation_price(position: &Position, maintenance: &Maintenance) -> CoreResult<(f64, LiquidationStatus)> {
    position.check()?;
    maintenance.check()?;
    Ok(solve(position, maintenance))
}

/// What the closed form is made of.
#[derive(Clone, Copy)]
pub(crate) struct Terms {
    /// +1 long, -1 short.
    pub(crate) sign: f64,
    pub(crate) entry: f64,
    pub(crate) quantity: f64,
    pub(crate) margin: f64,
    /// At entry, settle currency.
    pub(crate) value: f64,
    /// Maintenance margin rate and closing fee.
    pub(crate) rate: f64,
    pub(crate) amount: f64,
}

pub(crate) struct Solved {
    pub(crate) price: f64,
    /// Whether the price is one that a market can have.
    pub(crate) is_possible: bool,
    /// Whether it would be reached at the entry.
    pub(crate) is_at_open: bool,
}

/// The closed form, without a branch, on any numbers.
#[inline(always)]
pub(crate) fn closed_form<const LINEAR: bool>(terms: &Terms) -> Solved {
    let Terms { sign, entry, quantity, margin, value, rate, amount } = *terms;
    let price = if LINEAR {
        (sign * value - margin - amount) / (quantity * (sign - rate))
    } else {
        quantity * (sign + rate) / (margin + amount + sign * value)
    };
    let is_possible = (price > 0.0) & (price < f64::INFINITY);
    // The second test catches a price that rounding puts on the entry although the first one just passed.
    let is_at_open = is_possible & ((margin + amount <= value * rate) | (sign * (entry - price) <= 0.0));
    Solved { price, is_possible, is_at_open }
}

#[inline(always)]
pub(crate) fn is_positive(value: f64) -> bool {
    (value > 0.0) & (value <= f64::MAX)
}

/// The closed form, on arguments that were checked.
fn solve(position: &Position, maintenance: &Maintenance) -> (f64, LiquidationStatus) {
    let terms = Terms {
        sign: position.side.sign(),
        entry: position.entry_price,
        quantity: position.quantity,
        margin: position.margin,
        value: position.value_at(position.entry_price),
        rate: maintenance.margin_rate + maintenance.closing_fee_rate,
        amount: maintenance.amount,
    };
    let solved = match position.kind {
        ContractKind::Linear => closed_form::<true>(&terms),
        ContractKind::Inverse => closed_form::<false>(&terms),
    };
    match (solved.is_possible, solved.is_at_open) {
        (true, false) => (solved.price, LiquidationStatus::Liquidatable),
        (true, true) => (f64::NAN, LiquidationStatus::AtOpen),
        (false, _) => (f64::NAN, LiquidationStatus::Never),
    }
}

/// Price at which the margin is gone: where liquidated positions are handed over. NaN if no price takes it all.
///
/// # Errors
/// An argument that [`Position::check`] refuses.
pub fn bankruptcy_price(position: &Position) -> CoreResult<f64> {
    position.check()?;
    let nothing = Maintenance { margin_rate: 0.0, amount: 0.0, closing_fee_rate: 0.0 };
    Ok(solve(position, &nothing).0)
}
