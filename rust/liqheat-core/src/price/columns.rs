//! Columns of positions, and the grid of entries by leverages.

use super::{ContractKind, LiquidationStatus, Terms, check_positive, check_rates, closed_form, is_positive};
use crate::error::{CoreError, CoreResult};

/// Status code of a position whose numbers break a rule; what the others mean, says [`LiquidationStatus`].
pub const REFUSED: u8 = 3;
/// Rows that are computed together.
pub(crate) const BLOCK: usize = 16;

/// Columns of positions: each holds one value for every position, or a single value for all.
#[derive(Debug, Clone, Copy)]
pub struct PositionColumns<'a> {
    /// Unit of quantity and margin of all positions.
    pub kind: ContractKind,
    /// +1 long, -1 short.
    pub side: &'a [i8],
    /// See [`Position::entry_price`](super::Position::entry_price).
    pub entry_price: &'a [f64],
    /// See [`Position::quantity`](super::Position::quantity).
    pub quantity: &'a [f64],
    /// See [`Position::margin`](super::Position::margin).
    pub margin: &'a [f64],
}

/// Columns of requirements, as long as the positions or one value for all.
#[derive(Debug, Clone, Copy)]
pub struct MaintenanceColumns<'a> {
    /// See [`Maintenance::margin_rate`](super::Maintenance::margin_rate).
    pub margin_rate: &'a [f64],
    /// See [`Maintenance::amount`](super::Maintenance::amount).
    pub amount: &'a [f64],
    /// See [`Maintenance::closing_fee_rate`](super::Maintenance::closing_fee_rate).
    pub closing_fee_rate: &'a [f64],
}

/// Number of positions that columns of these lengths describe: that of the first which is not one value for all.
pub fn common_length(lengths: &[usize]) -> usize {
    lengths.iter().copied().find(|length| *length != 1).unwrap_or(1)
}

/// Check that a column holds one value for all, or one for each.
///
/// # Errors
/// When it does not.
pub(crate) fn check_length(argument: &'static str, found: usize, n: usize) -> CoreResult<()> {
    if found == n || found == 1 {
        return Ok(());
    }
    Err(CoreError::new(argument, format!("must hold 1 or {n} values"), found))
}

fn at<T: Copy>(column: &[T], index: usize) -> T {
    if column.len() == 1 { column[0] } else { column[index] }
}

/// Copy a block of a column into a buffer; what lies beyond its end repeats the last value.
#[inline(always)]
pub(crate) fn load<T: Copy>(column: &[T], first: usize, buffer: &mut [T; BLOCK], n: usize) {
    match column {
        [one] => buffer.fill(*one),
        _ => {
            buffer[..n].copy_from_slice(&column[first..first + n]);
            let last = buffer[n - 1];
            buffer[n..].fill(last);
        }
    }
}

/// Liquidation prices and status codes ([`LiquidationStatus`] as `u8`, or [`REFUSED`]) of many positions, into the caller's
/// buffers; returns how many were refused, with NaN for a price, because [`liquidation_price`](super::liquidation_price) would.
///
/// # Errors
/// A column that has neither one value nor as many as `prices`.
pub fn liquidation_price_columns(
    positions: &PositionColumns<'_>,
    maintenance: &MaintenanceColumns<'_>,
    prices: &mut [f64],
    statuses: &mut [u8],
) -> CoreResult<usize> {
    let n = prices.len();
    check_length("statuses", statuses.len(), n)?;
    check_length("position_side", positions.side.len(), n)?;
    check_length("entry_price", positions.entry_price.len(), n)?;
    check_length("quantity", positions.quantity.len(), n)?;
    check_length("margin", positions.margin.len(), n)?;
    check_length("maintenance_margin_rate", maintenance.margin_rate.len(), n)?;
    check_length("maintenance_amount", maintenance.amount.len(), n)?;
    check_length("closing_fee_rate", maintenance.closing_fee_rate.len(), n)?;
    Ok(pulp::Arch::new().dispatch(Run { positions, maintenance, prices, statuses }))
}

struct Run<'a> {
    positions: &'a PositionColumns<'a>,
    maintenance: &'a MaintenanceColumns<'a>,
    prices: &'a mut [f64],
    statuses: &'a mut [u8],
}

impl pulp::WithSimd for Run<'_> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _instructions: S) -> usize {
        match self.positions.kind {
            ContractKind::Linear => self.solve::<true>(),
            ContractKind::Inverse => self.solve::<false>(),
        }
    }
}

impl Run<'_> {
    #[inline(always)]
    fn solve<const LINEAR: bool>(self) -> usize {
        let Self { positions, maintenance, prices, statuses } = self;
        let zeros = [0.0; BLOCK];
        let (mut side, mut entry, mut quantity, mut margin) = ([0_i8; BLOCK], zeros, zeros, zeros);
        let (mut rate, mut amount, mut fee, mut found, mut codes) = (zeros, zeros, zeros, zeros, [0_u8; BLOCK]);
        let mut refused = 0;
        for (block, (prices, statuses)) in prices.chunks_mut(BLOCK).zip(statuses.chunks_mut(BLOCK)).enumerate() {
            let (first, n) = (block * BLOCK, prices.len());
            load(positions.side, first, &mut side, n);
            load(positions.entry_price, first, &mut entry, n);
            load(positions.quantity, first, &mut quantity, n);
            load(positions.margin, first, &mut margin, n);
            load(maintenance.margin_rate, first, &mut rate, n);
            load(maintenance.amount, first, &mut amount, n);
            load(maintenance.closing_fee_rate, first, &mut fee, n);
            for at in 0..BLOCK {
                let value = if LINEAR { quantity[at] * entry[at] } else { quantity[at] / entry[at] };
                let both = rate[at] + fee[at];
                let is_valid = (side[at].abs() == 1)
                    & is_positive(entry[at])
                    & is_positive(quantity[at])
                    & is_positive(margin[at])
                    & (f64::MIN_POSITIVE..=f64::MAX).contains(&value)
                    & (rate[at] >= 0.0)
                    & (fee[at] >= 0.0)
                    & (both < 1.0)
                    & (0.0..=f64::MAX).contains(&amount[at]);
                let solved = closed_form::<LINEAR>(&Terms {
                    sign: f64::from(side[at]),
                    entry: entry[at],
                    quantity: quantity[at],
                    margin: margin[at],
                    value,
                    rate: both,
                    amount: amount[at],
                });
                let is_known = is_valid & solved.is_possible & !solved.is_at_open;
                found[at] = if is_known { solved.price } else { f64::NAN };
                let code = if solved.is_at_open { LiquidationStatus::AtOpen } else { LiquidationStatus::Never } as u8;
                let code = if is_known { LiquidationStatus::Liquidatable as u8 } else { code };
                codes[at] = if is_valid { code } else { REFUSED };
            }
            prices.copy_from_slice(&found[..n]);
            statuses.copy_from_slice(&codes[..n]);
            refused += codes[..n].iter().filter(|code| **code == REFUSED).count();
        }
        refused
    }
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
/// liquidated or would be at once. `maintenance_margin_rates` has one value or one for each leverage. Returns whether every
/// entry is finite and above 0; of others the prices mean nothing.
///
/// # Errors
/// A wrong length, or a leverage or rate outside its range.
pub fn liquidation_price_grid(
    entry_prices: &[f64],
    leverages: &[f64],
    maintenance_margin_rates: &[f64],
    closing_fee_rate: f64,
    kind: ContractKind,
    out: &mut [f64],
) -> CoreResult<bool> {
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
        return Ok(true);
    }
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let each = entry_prices.len().div_ceil(n_threads).max(PRICES_EACH.div_ceil(2 * k));
    let (factors, instructions) = (&factors, pulp::Arch::new());
    let parts = entry_prices.chunks(each).zip(out.chunks_mut(each * 2 * k));
    let mut parts = parts.map(|(entries, prices)| Rows { entries, factors, prices });
    if entry_prices.len() <= each {
        return Ok(parts.next().is_none_or(|rows| instructions.dispatch(rows)));
    }
    let is_valid = std::thread::scope(|scope| {
        let threads: Vec<_> = parts.map(|rows| scope.spawn(move || instructions.dispatch(rows))).collect();
        threads.into_iter().map(|thread| thread.join()).try_fold(true, |all, part| part.map(|valid| all & valid))
    });
    is_valid.map_or_else(|panic| std::panic::resume_unwind(panic), Ok)
}

/// Prices that are worth a thread.
const PRICES_EACH: usize = 1 << 18;

struct Rows<'a> {
    entries: &'a [f64],
    factors: &'a [f64],
    prices: &'a mut [f64],
}

impl pulp::WithSimd for Rows<'_> {
    type Output = bool;

    /// Returns whether all entries are valid.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _instructions: S) -> bool {
        let Self { entries, factors, prices } = self;
        let mut is_valid = true;
        for (&entry, row) in entries.iter().zip(prices.chunks_exact_mut(factors.len())) {
            is_valid &= is_positive(entry);
            for (price, factor) in row.iter_mut().zip(factors) {
                *price = entry * factor;
            }
        }
        is_valid
    }
}
