//! Previews: what a bar that is still open would do, without a trace.

use super::{Bar, BarFlows, Book};
use crate::error::CoreResult;

/// Told about each cell before it changes; a preview keeps them to put them back.
pub(super) trait TouchedCells {
    fn touch(&mut self, cell: usize, value: f64);
}

impl TouchedCells for () {
    #[inline(always)]
    fn touch(&mut self, _cell: usize, _value: f64) {}
}

impl TouchedCells for Vec<(usize, f64)> {
    #[inline]
    fn touch(&mut self, cell: usize, value: f64) {
        self.push((cell, value));
    }
}

impl Book {
    /// Show what a bar that is still open would do: `look` sees the book after the bar, then the bar is undone.
    ///
    /// # Errors
    /// As [`Self::append`].
    pub fn preview<T>(
        &mut self,
        bar: &Bar,
        swept_usd: &mut [f64],
        look: impl FnOnce(&Self, BarFlows) -> T,
    ) -> CoreResult<T> {
        let traded = self.ensure_range(bar)?;
        let (state, hint, n_events) = (self.state.clone(), self.hint, self.scale_events.len());
        let mut touched = Vec::new();
        let flows = self.step(bar, traded, swept_usd, &mut touched);
        let seen = look(self, flows);
        for &(cell, value) in touched.iter().rev() {
            self.cells[cell] = value;
        }
        self.state = state;
        self.hint = hint;
        self.scale_events.truncate(n_events);
        Ok(seen)
    }
}
