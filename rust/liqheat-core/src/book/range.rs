//! How far a book reaches: its grid and its rows grow with the prices that it meets.

use super::{Bar, Book, Traded};
use crate::buckets::PriceGrid;
use crate::error::{CoreError, CoreResult};

/// Rows added beyond what a bar needs when a running book outgrows its entry range.
const GROWTH_ROWS: i64 = 256;
/// Half a gigabyte: a bar that would need more is not a bar.
const MAXIMUM_CELLS: i64 = 1 << 26;

/// Check that a range of entries takes no absurd amount of memory.
///
/// # Errors
/// When it takes more than half a gigabyte.
pub(super) fn check_rows(n_rows: i64, n_slots: usize) -> CoreResult<()> {
    if n_rows > MAXIMUM_CELLS / n_slots as i64 {
        let rule = format!("low to high must span at most {} buckets", MAXIMUM_CELLS / n_slots as i64);
        return Err(CoreError::new("price", rule, n_rows));
    }
    Ok(())
}

/// Check the figures of a bar, NaN and infinities included.
///
/// # Errors
/// Prices that are not above 0, finite and low <= high; a volume or open interest below 0 or not finite.
fn check_bar(bar: &Bar) -> CoreResult<()> {
    let ranges = [("low, high", bar.low, bar.high), ("mark_low, mark_high", bar.mark_low, bar.mark_high)];
    for (argument, low, high) in ranges {
        if !(low > 0.0 && low <= high && high <= f64::MAX) {
            let found = format!("{low}, {high}");
            return Err(CoreError::new(argument, "must be finite prices above 0, low <= high", found));
        }
    }
    for (argument, units) in [("volume", bar.volume), ("open_interest", bar.open_interest)] {
        if !(0.0..=f64::MAX).contains(&units) {
            return Err(CoreError::new(argument, "must be finite and at least 0", units));
        }
    }
    Ok(())
}

impl Book {
    /// Make room for a bar; tells where it traded.
    ///
    /// # Errors
    /// When a figure of the bar breaks a rule, or a price would need an absurd grid; the book is then unchanged.
    #[inline(always)]
    pub(super) fn ensure_range(&mut self, bar: &Bar) -> CoreResult<Traded> {
        check_bar(bar)?;
        let margin = self.tiers.maximum_shift() + 2;
        if self.grid.covers(bar.low.min(bar.mark_low), bar.high.max(bar.mark_high), margin) {
            let low = self.grid.locate(bar.low, self.hint);
            let high = self.grid.locate(bar.high, low);
            if low >= self.entry_first && (high + 1 - self.entry_first) as usize * self.added.len() <= self.cells.len()
            {
                return Ok(Traded { low, high });
            }
        }
        self.grow(bar, margin)
    }

    #[cold]
    fn grow(&mut self, bar: &Bar, margin: i64) -> CoreResult<Traded> {
        let low = bar.low.min(bar.mark_low);
        let high = bar.high.max(bar.mark_high);
        let grown = if self.grid.covers(low, high, margin) {
            None
        } else {
            let edges = self.grid.edges();
            let inner = |index: i64| edges[index.clamp(0, edges.len() as i64 - 1) as usize];
            let low = low.min(inner(margin));
            let high = high.max(inner(edges.len() as i64 - 1 - margin));
            Some(PriceGrid::covering(self.grid.ratio(), low, high, margin + GROWTH_ROWS)?)
        };
        let grid = grown.as_ref().unwrap_or(&self.grid);
        let low_bucket = grid.locate(bar.low, self.hint);
        let high_bucket = grid.locate(bar.high, low_bucket);
        let n_slots = self.state.survival.len();
        let last_row = self.entry_first + (self.cells.len() / n_slots) as i64 - 1;
        check_rows(high_bucket.max(last_row) - low_bucket.min(self.entry_first) + 2 * GROWTH_ROWS, n_slots)?;
        // Nothing can fail from here on.
        if let Some(grid) = grown {
            self.grid = grid;
        }
        if low_bucket < self.entry_first {
            let n_rows = self.entry_first - low_bucket + GROWTH_ROWS;
            let mut cells = vec![0.0; n_rows as usize * n_slots];
            cells.extend_from_slice(&self.cells);
            self.cells = cells;
            self.entry_first -= n_rows;
        }
        let rows_needed = high_bucket - self.entry_first + 1;
        if rows_needed as usize * n_slots > self.cells.len() {
            self.cells.resize((rows_needed + GROWTH_ROWS) as usize * n_slots, 0.0);
        }
        Ok(Traded { low: low_bucket, high: high_bucket })
    }
}
