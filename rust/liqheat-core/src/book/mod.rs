//! The estimated position book of one contract: sweep by the mark path, close exactly, open. One bar at a time, or a
//! whole history.
//!
//! A position opened in entry bucket `e` with distance tier `l` is liquidated in bucket `e - shift` (long) or
//! `e + shift` (short). So cells are stored by ENTRY bucket: one row holds every tier of both sides, opening a bar
//! adds to a few whole rows, and the rows cover only prices that traded. A cell holds units divided by its tier's
//! `survival`; closing multiplies `survival` and touches no cell.
//!
//! Slots are `side * n_tiers + tier`; tiers run from the nearest to the farthest liquidation.

mod closing;
mod opening;
mod preview;
mod range;
mod run;
mod state;
mod sweeping;

use crate::buckets::PriceGrid;
use crate::error::{CoreError, CoreResult};
use crate::tiers::DistanceTiers;

use preview::TouchedCells;
use range::check_rows;

pub use run::{BarColumns, RunRecord};
pub use state::BookState;

/// One closed bar, as the book reads it.
#[derive(Debug, Clone, Copy)]
pub struct Bar {
    /// Lowest trade price.
    pub low: f64,
    /// Highest trade price.
    pub high: f64,
    /// Lowest mark price.
    pub mark_low: f64,
    /// Highest mark price.
    pub mark_high: f64,
    /// One-sided volume in the contract's unit.
    pub volume: f64,
    /// Open interest, one side, at the bar's close, in the contract's unit.
    pub open_interest: f64,
}

/// What a bar did to each side, in the contract's unit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct BarFlows {
    /// Taken out by the mark path.
    pub swept: [f64; 2],
    /// Gross opens.
    pub opened: [f64; 2],
    /// Gross closes, sweeps excluded.
    pub closed: [f64; 2],
}

/// All cells of a slot were multiplied by `factor` (0 clears the tier) before the bar's opens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleEvent {
    /// Bars taken by the book before this one.
    pub bar: i64,
    /// `side * n_tiers + tier`.
    pub slot: usize,
    /// Factor on the cells.
    pub factor: f64,
}

/// A step compiled for the widest vector instructions; [`pulp::Arch::dispatch`] picks the version.
struct ClosedBar<'a> {
    book: &'a mut Book,
    bar: &'a Bar,
    traded: Traded,
    swept_usd: &'a mut [f64],
}

impl pulp::WithSimd for ClosedBar<'_> {
    type Output = BarFlows;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _instructions: S) -> BarFlows {
        self.book.step(self.bar, self.traded, self.swept_usd, &mut ())
    }
}

/// The running book.
#[derive(Debug, Clone)]
pub struct Book {
    tiers: DistanceTiers,
    /// Those of the tiers, in half the width: a vector compares twice as many.
    shifts: Vec<i32>,
    kappa: f64,
    unit_is_usd: bool,
    grid: PriceGrid,
    /// Global entry bucket of row 0.
    entry_first: i64,
    cells: Vec<f64>,
    state: TierState,
    hint: i64,
    scale_events: Vec<ScaleEvent>,
    /// What the bar at hand adds to a row, by slot; kept to spare an allocation a bar.
    added: Vec<f64>,
    /// Widest vector instructions of this processor; the arithmetic and its order are the same on all.
    instructions: pulp::Arch,
}

/// Entry buckets of a bar's trade range: first and last.
#[derive(Debug, Clone, Copy)]
struct Traded {
    low: i64,
    high: i64,
}

/// Frontiers of long and of short slots that hold nothing: beyond every bucket, and shifts can still be added.
const NOWHERE: [i32; 2] = [i32::MIN / 4, i32::MAX / 4];

/// Everything but the cells: small, so a preview copies it whole.
#[derive(Debug, Clone)]
struct TierState {
    survival: Vec<f64>,
    totals: Vec<f64>,
    inert: [f64; 2],
    /// Long slots: highest entry bucket that may hold mass. Short slots: the lowest. Narrow, like `Book::shifts`.
    frontier: Vec<i32>,
    open_interest: Option<f64>,
    n_bars: i64,
}

impl Book {
    /// An empty book. `low..high` is the price range to prepare for; the book grows when prices leave it.
    ///
    /// # Errors
    /// When `kappa` is negative or not finite, or the grid cannot be made.
    pub fn new(
        tiers: DistanceTiers,
        kappa: f64,
        bucket_ratio: f64,
        unit_is_usd: bool,
        low: f64,
        high: f64,
    ) -> CoreResult<Self> {
        if !(kappa >= 0.0 && kappa.is_finite()) {
            return Err(CoreError::new("kappa", "must be finite and at least 0", kappa));
        }
        let n_slots = 2 * tiers.n_tiers();
        let grid = PriceGrid::covering(bucket_ratio, low, high, tiers.maximum_shift() + 2)?;
        let entry_first = grid.locate(low, 0);
        let n_rows = grid.locate(high, entry_first) - entry_first + 1;
        check_rows(n_rows, n_slots)?;
        let mut frontier = vec![NOWHERE[0]; n_slots];
        frontier[tiers.n_tiers()..].fill(NOWHERE[1]);
        Ok(Self {
            kappa,
            unit_is_usd,
            entry_first,
            cells: vec![0.0; n_rows as usize * n_slots],
            state: TierState {
                survival: vec![1.0; n_slots],
                totals: vec![0.0; n_slots],
                inert: [0.0; 2],
                frontier,
                open_interest: None,
                n_bars: 0,
            },
            hint: entry_first,
            grid,
            shifts: tiers.shifts().iter().map(|&shift| shift as i32).collect(),
            tiers,
            scale_events: Vec::new(),
            added: vec![0.0; n_slots],
            instructions: pulp::Arch::new(),
        })
    }

    /// Share of each cell's recorded units that still stand, by slot.
    pub fn survival(&self) -> &[f64] {
        &self.state.survival
    }

    /// Units that are never liquidated in practice: long, short.
    pub fn inert(&self) -> [f64; 2] {
        self.state.inert
    }

    /// Bars taken so far.
    pub fn n_bars(&self) -> i64 {
        self.state.n_bars
    }

    /// Every scaling of cells so far, in time order.
    pub fn scale_events(&self) -> &[ScaleEvent] {
        &self.scale_events
    }

    /// Standing units by slot and entry bucket, row-major by entry, with the global bucket of row 0.
    pub fn standing_cells(&self) -> (i64, Vec<f64>) {
        let n_slots = self.state.survival.len();
        let mut standing = self.cells.clone();
        for row in standing.chunks_exact_mut(n_slots) {
            for (cell, survival) in row.iter_mut().zip(&self.state.survival) {
                *cell *= survival;
            }
        }
        (self.entry_first, standing)
    }

    /// Units by entry bucket and slot as they are recorded, with the global bucket of row 0; times `survival` they stand.
    pub fn recorded_cells(&self) -> (i64, &[f64]) {
        (self.entry_first, &self.cells)
    }

    /// Take one closed bar. The first bar only sets the inert stock. `swept_usd` (by slot) is overwritten where the
    /// bar swept something and left alone elsewhere.
    ///
    /// # Errors
    /// When a figure of the bar breaks a rule, or a price would need an absurd grid; the book is then unchanged.
    pub fn append(&mut self, bar: &Bar, swept_usd: &mut [f64]) -> CoreResult<BarFlows> {
        let traded = self.ensure_range(bar)?;
        let instructions = self.instructions;
        Ok(instructions.dispatch(ClosedBar { book: self, bar, traded, swept_usd }))
    }

    #[inline(always)]
    fn step(&mut self, bar: &Bar, traded: Traded, swept_usd: &mut [f64], touched: &mut impl TouchedCells) -> BarFlows {
        let bar_index = self.state.n_bars;
        self.state.n_bars += 1;
        let Some(open_interest_before) = self.state.open_interest.replace(bar.open_interest) else {
            self.state.inert = [bar.open_interest; 2];
            return BarFlows::default();
        };
        let swept = self.sweep(bar, swept_usd, touched);
        let change = bar.open_interest - open_interest_before;
        let mut flows = BarFlows { swept, ..BarFlows::default() };
        for side in 0..2 {
            let renewal =
                (self.kappa * bar.volume).min(bar.open_interest).min(open_interest_before - swept[side]).max(0.0);
            flows.opened[side] = (change + swept[side]).max(0.0) + renewal;
            flows.closed[side] = (flows.opened[side] - change - swept[side]).max(0.0);
        }
        self.close(flows.closed, bar_index, touched);
        self.open(bar, traded, flows.opened, touched);
        flows
    }
}
