//! All that a running book has learnt, to keep and to go on from.

use super::{Book, NOWHERE, ScaleEvent, TierState};
use crate::buckets::PriceGrid;
use crate::error::{CoreError, CoreResult, expect_length};

/// A book without what it was made with: tiers, kappa, bucket ratio and unit.
#[derive(Debug, Clone, PartialEq)]
pub struct BookState {
    /// Global index of the grid's first bucket, and the one after its last.
    pub grid: (i64, i64),
    /// Global entry bucket of the first row of `cells`.
    pub entry_first: i64,
    /// Recorded units by entry bucket and slot, row-major; times `survival` they stand.
    pub cells: Vec<f64>,
    /// By slot.
    pub survival: Vec<f64>,
    /// Standing units by slot, as they were added up.
    pub totals: Vec<f64>,
    /// Units that are never liquidated: long, short.
    pub inert: [f64; 2],
    /// Long slots: highest entry bucket that may hold units. Short slots: the lowest.
    pub frontier: Vec<i64>,
    /// Of the last bar; none before the first.
    pub open_interest: Option<f64>,
    /// Bars taken so far.
    pub n_bars: i64,
    /// Bucket near which the last bar's prices lie.
    pub hint: i64,
    /// Every scaling of cells so far.
    pub scale_events: Vec<ScaleEvent>,
}

impl Book {
    /// What there is to keep.
    pub fn state(&self) -> BookState {
        let TierState { survival, totals, inert, frontier, open_interest, n_bars } = self.state.clone();
        BookState {
            grid: (self.grid.first(), self.grid.first() + self.grid.n_buckets() as i64),
            entry_first: self.entry_first,
            cells: self.cells.clone(),
            survival,
            totals,
            inert,
            frontier: frontier.into_iter().map(i64::from).collect(),
            open_interest,
            n_bars,
            hint: self.hint,
            scale_events: self.scale_events.clone(),
        }
    }

    /// Go on from a state of a book that was made with the same tiers, kappa, bucket ratio and unit.
    ///
    /// # Errors
    /// When the state's parts do not belong together or to these tiers; the book is then unchanged.
    pub fn set_state(&mut self, state: BookState) -> CoreResult<()> {
        let n_slots = self.state.survival.len();
        expect_length("survival", &state.survival, n_slots)?;
        expect_length("totals", &state.totals, n_slots)?;
        expect_length("frontier", &state.frontier, n_slots)?;
        let (first, end) = state.grid;
        let grid = PriceGrid::spanning(self.grid.ratio(), first, end)?;
        let n_rows = (state.cells.len() / n_slots) as i64;
        let margin = self.tiers.maximum_shift();
        let is_inside = state.entry_first - margin >= first && state.entry_first + n_rows + margin <= end;
        if n_rows == 0 || !state.cells.len().is_multiple_of(n_slots) || !is_inside {
            return Err(CoreError::new("cells", "must be whole rows within the grid", state.cells.len()));
        }
        let nowhere = NOWHERE.map(i64::from);
        self.grid = grid;
        self.entry_first = state.entry_first;
        self.cells = state.cells;
        self.state = TierState {
            survival: state.survival,
            totals: state.totals,
            inert: state.inert,
            frontier: state.frontier.into_iter().map(|at| at.clamp(nowhere[0], nowhere[1]) as i32).collect(),
            open_interest: state.open_interest,
            n_bars: state.n_bars,
        };
        self.hint = state.hint;
        self.scale_events = state.scale_events;
        Ok(())
    }
}
