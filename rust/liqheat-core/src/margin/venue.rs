//! Liquidation prices of many positions under one venue's rule: checked, sized, priced and checked again in one pass.

use super::{MarginTable, TierUnit};
use crate::error::{CoreError, CoreResult};
use crate::price::{
    BLOCK, ContractKind, LiquidationStatus, REFUSED, Terms, check_length, closed_form, is_positive, load,
};

/// Rows that are worth a thread.
const ROWS_EACH: usize = 1 << 14;
/// A tier whose floor lies above all values by this much is dominated by the ones below it, rounding included.
const CLEAR: f64 = 1.01;

/// Columns of isolated positions: each holds one value for every position, or a single value for all.
#[derive(Debug, Clone, Copy)]
pub struct VenueColumns<'a> {
    /// +1 long, -1 short.
    pub side: &'a [i8],
    /// Quote currency per coin.
    pub entry_price: &'a [f64],
    /// Notional over initial margin.
    pub leverage: &'a [f64],
    /// Value at entry, quote currency.
    pub notional_usd: &'a [f64],
}

/// What a venue asks of a contract.
#[derive(Debug, Clone, PartialEq)]
pub struct VenueRule {
    /// Unit of quantity and margin.
    pub kind: ContractKind,
    /// Tiers, smallest first.
    pub table: MarginTable,
    /// Whether sizes count coins at the entry price, not quote currency, before they are divided into contracts.
    pub by_coins: bool,
    /// Whether no larger tier exists than the last one on file.
    pub covers_all_sizes: bool,
    /// Fee added to the requirement, share of position value.
    pub closing_fee_rate: f64,
}

/// Prices and status codes of many positions, into the caller's buffers; returns how many rows were refused.
///
/// A row is refused, with NaN for a price, where a number is out of range, the size lies beyond the last tier, or the
/// leverage above the maximum at that size. Rows do not depend on each other, so threads change nothing.
///
/// # Errors
/// A column that has neither one value nor as many as `prices`, or a closing fee that reaches 1 with a rate.
pub fn venue_liquidation_price_columns(
    positions: &VenueColumns<'_>,
    rule: &VenueRule,
    prices: &mut [f64],
    statuses: &mut [u8],
) -> CoreResult<usize> {
    let n = prices.len();
    check_length("statuses", statuses.len(), n)?;
    check_length("position_side", positions.side.len(), n)?;
    check_length("entry_price", positions.entry_price.len(), n)?;
    check_length("leverage", positions.leverage.len(), n)?;
    check_length("notional_usd", positions.notional_usd.len(), n)?;
    let fee = rule.closing_fee_rate;
    if !(fee >= 0.0 && rule.table.tiers.iter().all(|tier| tier.maintenance_margin_rate + fee < 1.0)) {
        let words = "must be a number, 0 or above, that stays below 1 together with the rates";
        return Err(CoreError::new("closing_fee_rate", words, fee));
    }
    let n_threads =
        std::thread::available_parallelism().map_or(1, usize::from).min(8).min(n.div_ceil(ROWS_EACH)).max(1);
    let each = n.div_ceil(n_threads).max(1);
    let run = |(part, (prices, statuses)): (usize, (&mut [f64], &mut [u8]))| {
        pulp::Arch::new().dispatch(Run { positions, rule, first: part * each, prices, statuses })
    };
    let parts = prices.chunks_mut(each).zip(statuses.chunks_mut(each)).enumerate();
    if n_threads == 1 {
        return Ok(parts.map(run).sum());
    }
    let run = &run;
    let found = std::thread::scope(|scope| {
        let threads: Vec<_> = parts.map(|part| scope.spawn(move || run(part))).collect();
        threads.into_iter().map(|thread| thread.join()).collect::<Result<Vec<_>, _>>()
    });
    match found {
        Ok(refused) => Ok(refused.into_iter().sum()),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

struct Run<'a> {
    positions: &'a VenueColumns<'a>,
    rule: &'a VenueRule,
    first: usize,
    prices: &'a mut [f64],
    statuses: &'a mut [u8],
}

impl pulp::WithSimd for Run<'_> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _instructions: S) -> usize {
        let Self { positions, rule, first, prices, statuses } = self;
        let mut block = Block::new();
        let mut refused = 0;
        for (at, (prices, statuses)) in prices.chunks_mut(BLOCK).zip(statuses.chunks_mut(BLOCK)).enumerate() {
            block.load(positions, rule, first + at * BLOCK, prices.len());
            match rule.kind {
                ContractKind::Linear => block.solve::<true>(rule),
                ContractKind::Inverse => block.solve::<false>(rule),
            }
            refused += block.store(rule, prices, statuses);
        }
        refused
    }
}

/// Rows of a block, a column for each figure. Rows beyond the end repeat the last one.
struct Block {
    sign: [f64; BLOCK],
    entry: [f64; BLOCK],
    quantity: [f64; BLOCK],
    margin: [f64; BLOCK],
    value: [f64; BLOCK],
    size: [f64; BLOCK],
    /// Nearest price so far; infinite, away from the entry, while there is none.
    best: [f64; BLOCK],
    is_at_open: [bool; BLOCK],
    is_valid: [bool; BLOCK],
}

impl Block {
    fn new() -> Self {
        let zeros = [0.0; BLOCK];
        Self {
            sign: zeros,
            entry: zeros,
            quantity: zeros,
            margin: zeros,
            value: zeros,
            size: zeros,
            best: zeros,
            is_at_open: [false; BLOCK],
            is_valid: [false; BLOCK],
        }
    }

    #[inline(always)]
    fn load(&mut self, positions: &VenueColumns<'_>, rule: &VenueRule, first: usize, n: usize) {
        let (mut side, mut leverage, mut notional) = ([0_i8; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        load(positions.side, first, &mut side, n);
        load(positions.entry_price, first, &mut self.entry, n);
        load(positions.leverage, first, &mut leverage, n);
        load(positions.notional_usd, first, &mut notional, n);
        let is_linear = rule.kind == ContractKind::Linear;
        for at in 0..BLOCK {
            let (entry, leverage, notional) = (self.entry[at], leverage[at], notional[at]);
            self.sign[at] = f64::from(side[at]);
            let (quantity, margin) = if is_linear {
                (notional / entry, notional / leverage)
            } else {
                (notional, notional / (entry * leverage))
            };
            let value = if is_linear { quantity * entry } else { quantity / entry };
            (self.quantity[at], self.margin[at], self.value[at]) = (quantity, margin, value);
            self.size[at] = if rule.by_coins { notional / entry } else { notional };
            self.is_valid[at] = (side[at].abs() == 1)
                & is_positive(entry)
                & is_positive(leverage)
                & is_positive(notional)
                & is_positive(quantity)
                & is_positive(margin)
                & (f64::MIN_POSITIVE..=f64::MAX).contains(&value);
        }
        if let TierUnit::Contracts(contract_size) = rule.table.unit {
            self.size.iter_mut().for_each(|size| *size /= contract_size);
        }
        let tiers = &rule.table.tiers;
        let mut limit = [tiers[0].maximum_leverage; BLOCK];
        let largest = self.size.iter().fold(0.0, |most, &size| if size > most { size } else { most });
        for pair in tiers.windows(2).take_while(|pair| pair[0].cap < largest) {
            for (limit, &size) in limit.iter_mut().zip(&self.size) {
                *limit = if size > pair[0].cap { pair[1].maximum_leverage } else { *limit };
            }
        }
        let cap = tiers[tiers.len() - 1].cap;
        for at in 0..BLOCK {
            self.is_valid[at] &= (self.size[at] <= cap) & (leverage[at] <= limit[at]);
            self.best[at] = -self.sign[at] * f64::INFINITY;
            self.is_at_open[at] = false;
        }
    }

    /// The nearest price over the tiers that may apply.
    #[inline(always)]
    fn solve<const LINEAR: bool>(&mut self, rule: &VenueRule) {
        let fee = rule.closing_fee_rate;
        let mut rates = [0.0; BLOCK];
        match rule.table.unit {
            TierUnit::Value => {
                for (index, tier) in rule.table.tiers.iter().enumerate() {
                    if index > 0 && self.lies_below::<LINEAR>(tier.floor) {
                        break;
                    }
                    rates.fill(tier.maintenance_margin_rate + fee);
                    self.take_tier::<LINEAR>(&rates, tier.maintenance_amount);
                }
            }
            TierUnit::Contracts(_) => {
                for tier in &rule.table.tiers {
                    for (rate, &size) in rates.iter_mut().zip(&self.size) {
                        *rate = if size > tier.floor { tier.maintenance_margin_rate + fee } else { *rate };
                    }
                }
                self.take_tier::<LINEAR>(&rates, 0.0);
            }
        }
    }

    /// Whether the values of all rows, at entry and at the price found so far, lie clearly below a tier.
    #[inline(always)]
    fn lies_below<const LINEAR: bool>(&self, floor: f64) -> bool {
        let mut all = true;
        for at in 0..BLOCK {
            let (quantity, best) = (self.quantity[at], self.best[at]);
            let worth = if LINEAR { quantity * best } else { quantity / best };
            all &= (best.abs() <= f64::MAX) & (CLEAR * worth < floor) & (CLEAR * self.value[at] < floor);
        }
        all
    }

    /// The closed form of `price`, for all rows.
    #[inline(always)]
    fn take_tier<const LINEAR: bool>(&mut self, rates: &[f64; BLOCK], amount: f64) {
        for at in 0..BLOCK {
            let sign = self.sign[at];
            let solved = closed_form::<LINEAR>(&Terms {
                sign,
                entry: self.entry[at],
                quantity: self.quantity[at],
                margin: self.margin[at],
                value: self.value[at],
                rate: rates[at],
                amount,
            });
            let is_nearer = solved.is_possible & !solved.is_at_open & (sign * solved.price > sign * self.best[at]);
            self.best[at] = if is_nearer { solved.price } else { self.best[at] };
            self.is_at_open[at] |= solved.is_at_open;
        }
    }

    /// Returns how many rows were refused.
    #[inline(always)]
    fn store(&self, rule: &VenueRule, prices: &mut [f64], statuses: &mut [u8]) -> usize {
        let last = rule.table.tiers[rule.table.tiers.len() - 1].cap;
        let is_limited = !rule.covers_all_sizes && rule.table.unit == TierUnit::Value;
        let is_linear = rule.kind == ContractKind::Linear;
        let mut refused = 0;
        for (at, (price, status)) in prices.iter_mut().zip(statuses).enumerate() {
            let best = self.best[at];
            let is_known = (best.abs() <= f64::MAX) & !self.is_at_open[at];
            let worth = if is_linear { self.quantity[at] * best } else { self.quantity[at] / best };
            let is_valid = self.is_valid[at] & !(is_limited & is_known & (worth > last));
            *price = if is_valid & is_known { best } else { f64::NAN };
            *status = match (is_valid, self.is_at_open[at], is_known) {
                (false, ..) => REFUSED,
                (_, true, _) => LiquidationStatus::AtOpen as u8,
                (.., true) => LiquidationStatus::Liquidatable as u8,
                _ => LiquidationStatus::Never as u8,
            };
            refused += usize::from(!is_valid);
        }
        refused
    }
}
