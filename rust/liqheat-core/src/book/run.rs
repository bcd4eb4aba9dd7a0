//! A whole history at once, with what callers want recorded of each bar.

use super::{Bar, Book};
use crate::error::{CoreResult, expect_length};

/// Consecutive closed bars: one column for each field of [`Bar`], all equally long.
#[derive(Debug, Clone, Copy)]
pub struct BarColumns<'a> {
    /// See [`Bar::low`].
    pub low: &'a [f64],
    /// See [`Bar::high`].
    pub high: &'a [f64],
    /// See [`Bar::mark_low`].
    pub mark_low: &'a [f64],
    /// See [`Bar::mark_high`].
    pub mark_high: &'a [f64],
    /// See [`Bar::volume`].
    pub volume: &'a [f64],
    /// See [`Bar::open_interest`].
    pub open_interest: &'a [f64],
}

/// Where a run records what each bar did: the caller's buffers, row-major, one row a bar.
#[derive(Debug)]
pub struct RunRecord<'a> {
    /// USD that the mark path took out, (bars, slots). Written where a bar swept something and left alone elsewhere.
    pub swept_usd: &'a mut [f64],
    /// Gross opens in the contract's unit, (bars, 2): long, short.
    pub opened: &'a mut [f64],
    /// Gross closes in the contract's unit, sweeps excluded, (bars, 2).
    pub closed: &'a mut [f64],
    /// Units that are never liquidated, after the bar, (bars, 2).
    pub inert: &'a mut [f64],
    /// Survival after the bar, (bars, slots), if it is wanted: drawing needs it, scoring does not.
    pub survival: Option<&'a mut [f64]>,
}

impl BarColumns<'_> {
    fn check_lengths(&self) -> CoreResult<()> {
        let n_bars = self.low.len();
        expect_length("high", self.high, n_bars)?;
        expect_length("mark_low", self.mark_low, n_bars)?;
        expect_length("mark_high", self.mark_high, n_bars)?;
        expect_length("volume", self.volume, n_bars)?;
        expect_length("open_interest", self.open_interest, n_bars)
    }

    fn get(&self, index: usize) -> Bar {
        Bar {
            low: self.low[index],
            high: self.high[index],
            mark_low: self.mark_low[index],
            mark_high: self.mark_high[index],
            volume: self.volume[index],
            open_interest: self.open_interest[index],
        }
    }
}

impl RunRecord<'_> {
    fn check_lengths(&self, n_bars: usize, n_slots: usize) -> CoreResult<()> {
        expect_length("swept_usd", self.swept_usd, n_bars * n_slots)?;
        expect_length("opened", self.opened, 2 * n_bars)?;
        expect_length("closed", self.closed, 2 * n_bars)?;
        expect_length("inert", self.inert, 2 * n_bars)?;
        match &self.survival {
            Some(survival) => expect_length("survival", survival, n_bars * n_slots),
            None => Ok(()),
        }
    }
}

impl Book {
    /// Take closed bars in order, each as [`Self::append`] does, and record what they did.
    ///
    /// # Errors
    /// When a column or a buffer has another length than `bars.low` asks for; the book is then unchanged. When the
    /// price of a bar would need an absurd grid; the bars before it are then taken and recorded.
    pub fn run(&mut self, bars: &BarColumns<'_>, record: &mut RunRecord<'_>) -> CoreResult<()> {
        let n_bars = bars.low.len();
        let n_slots = self.state.survival.len();
        bars.check_lengths()?;
        record.check_lengths(n_bars, n_slots)?;
        let instructions = self.instructions;
        instructions.dispatch(WholeRun { book: self, bars, record })
    }
}

/// A run compiled for the widest vector instructions, as [`super::ClosedBar`] is for a bar.
struct WholeRun<'a, 'b> {
    book: &'a mut Book,
    bars: &'a BarColumns<'a>,
    record: &'a mut RunRecord<'b>,
}

impl pulp::WithSimd for WholeRun<'_, '_> {
    type Output = CoreResult<()>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _instructions: S) -> CoreResult<()> {
        let Self { book, bars, record } = self;
        let n_slots = book.state.survival.len();
        for index in 0..bars.low.len() {
            let slots = index * n_slots..(index + 1) * n_slots;
            let sides = 2 * index..2 * index + 2;
            let bar = bars.get(index);
            let traded = book.ensure_range(&bar)?;
            let flows = book.step(&bar, traded, &mut record.swept_usd[slots.clone()], &mut ());
            record.opened[sides.clone()].copy_from_slice(&flows.opened);
            record.closed[sides.clone()].copy_from_slice(&flows.closed);
            record.inert[sides].copy_from_slice(&book.state.inert);
            if let Some(survival) = &mut record.survival {
                survival[slots].copy_from_slice(&book.state.survival);
            }
        }
        Ok(())
    }
}
