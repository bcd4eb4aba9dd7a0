//! One contract of a sum while it is drawn: its replayed books, moved to the sum's prices and counted in USD.

use super::projection::Projection;
use super::replay::Replay;
use super::{Recording, View};

/// A cohort's start moves in steps of its length divided by this.
const COHORT_STEPS: usize = 24;

pub(super) struct Source<'a> {
    recording: &'a Recording<'a>,
    replay: Replay<'a>,
    /// Value of one unit in each bucket of its own window.
    unit_usd: Vec<f64>,
    /// Its own window begins this many buckets before the sum's, at its own prices.
    highest_shift: i64,
    units: Vec<f64>,
    cohort_block: Option<usize>,
}

impl<'a> Source<'a> {
    /// Start with the books as they stood before the first bar, in the window of a projection, as wide as the shifts of all columns make it; the units of
    /// `n_rows` rows are kept.
    pub(super) fn new(recording: &'a Recording<'a>, projection: &Projection, n_rows: usize) -> Self {
        let (lowest_shift, highest_shift) = recording.shifts();
        let first = projection.first - highest_shift;
        let width = projection.width + (highest_shift - lowest_shift) as usize;
        let grid = &recording.grid;
        let own = grid.first()..grid.first() + grid.n_buckets() as i64;
        let unit_usd = (first..first + width as i64)
            .map(|bucket| match (own.contains(&bucket), recording.placement.unit_is_usd) {
                (false, _) => 0.0,
                (true, true) => 1.0,
                (true, false) => grid.middle(bucket),
            })
            .collect();
        Self {
            recording,
            replay: Replay::new(recording, first, width),
            unit_usd,
            highest_shift,
            units: vec![0.0; n_rows * width],
            cohort_block: None,
        }
    }

    /// Take bars up to the end of `column`.
    pub(super) fn advance_to(&mut self, view: &View<'_>, column: usize) {
        let bar = (self.recording.placement.first_bar + view.last_bar_of(column) as i64) as usize;
        if let Some(cohort_bars) = view.cohort_bars {
            let step = (cohort_bars / COHORT_STEPS).max(1);
            let block = bar / step;
            if self.cohort_block != Some(block) {
                self.cohort_block = Some(block);
                self.replay.restart_at(((block + 1) * step).saturating_sub(cohort_bars));
            }
        }
        self.replay.advance_to(bar);
    }

    /// USD of each state bucket of the sum's window in `column`, put into `usd` or added to it.
    #[inline(always)]
    pub(super) fn sum_into(&mut self, column: usize, is_first: bool, usd: &mut [f64]) {
        self.replay.sum_into(column, &mut self.units);
        let from = self.offset(column);
        put(&self.units[from..], &self.unit_usd[from..], is_first, usd);
    }

    /// USD of each state bucket of the sum's window in `column`, as they are shown, where this source is all there is.
    #[inline(always)]
    pub(super) fn draw_into(&mut self, column: usize, out: &mut [f32]) {
        let from = self.offset(column);
        let (width, own_width) = (out.len(), self.unit_usd.len());
        if from == 0 && width == own_width {
            self.replay.draw_into(column, &self.unit_usd, &mut self.units, out);
            return;
        }
        self.replay.sum_into(column, &mut self.units);
        for ((out, units), unit_usd) in out.iter_mut().zip(&self.units[from..]).zip(&self.unit_usd[from..]) {
            *out = (units * unit_usd) as f32;
        }
    }

    /// As [`Self::sum_into`], split by row: one run of `width` values each.
    pub(super) fn rows_into(&mut self, column: usize, is_first: bool, width: usize, usd: &mut [f64]) {
        if width == 0 {
            return;
        }
        self.replay.rows_into(column, &mut self.units);
        let (from, own_width) = (self.offset(column), self.unit_usd.len());
        for (usd, units) in usd.chunks_exact_mut(width).zip(self.units.chunks_exact(own_width)) {
            put(&units[from..], &self.unit_usd[from..], is_first, usd);
        }
    }

    fn offset(&self, column: usize) -> usize {
        (self.highest_shift - self.recording.placement.price_shift[column]) as usize
    }
}

#[inline(always)]
fn put(units: &[f64], unit_usd: &[f64], is_first: bool, usd: &mut [f64]) {
    let values = units.iter().zip(unit_usd).map(|(units, unit_usd)| units * unit_usd);
    if is_first {
        usd.iter_mut().zip(values).for_each(|(usd, value)| *usd = value);
    } else {
        usd.iter_mut().zip(values).for_each(|(usd, value)| *usd += value);
    }
}
