//! From a replayed book to pictures in numbers: a grid over time, or one column split by slot, in USD on any axis.

mod projection;
mod record;
mod replay;

pub use record::{BarRanges, BookRecord, Recording};

use crate::buckets::check_edges;
use crate::error::{CoreError, CoreResult};
use projection::Projection;
use replay::Replay;

/// Columns computed before they are written out: rows of the grid get runs of this many values.
const BLOCK_COLUMNS: usize = 64;
/// A cohort's start moves in steps of its length divided by this.
const COHORT_STEPS: usize = 24;

/// What to draw.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// Slots (`side * n_tiers + tier`) that count.
    pub selected: &'a [bool],
    /// First bar of the first column.
    pub first_bar: usize,
    /// Bar after the last one.
    pub end_bar: usize,
    /// Bars in one column; a column shows the book after its last bar.
    pub bars_per_column: usize,
    /// Only positions opened within this many bars before each column's end; a column may leave out up to one
    /// 24th of the span, never show older ones.
    pub cohort_bars: Option<usize>,
    /// Increasing price edges of the output buckets.
    pub price_edges: &'a [f64],
    /// Units are USD already (inverse contracts); otherwise they are coins, valued at their bucket's price.
    pub unit_is_usd: bool,
}

impl View<'_> {
    /// Number of columns.
    pub fn n_columns(&self) -> usize {
        (self.end_bar - self.first_bar).div_ceil(self.bars_per_column)
    }

    fn last_bar_of(&self, column: usize) -> usize {
        (self.first_bar + (column + 1) * self.bars_per_column).min(self.end_bar) - 1
    }

    fn check(&self, recording: &Recording<'_>) -> CoreResult<()> {
        let (books, n_bars) = (recording.books, recording.n_bars());
        if books.is_empty() {
            return Err(CoreError::new("books", "must hold at least one book", 0));
        }
        let n_slots = self.selected.len();
        for book in books {
            if 2 * book.tiers.n_tiers() != n_slots {
                return Err(CoreError::new("selected", "must have one entry for each slot", n_slots));
            }
            if book.opened.len() != 2 * n_bars || book.survival.len() != n_slots * n_bars {
                return Err(CoreError::new("books", "opened and survival must cover every bar", book.opened.len()));
            }
        }
        if self.first_bar >= self.end_bar || self.end_bar > n_bars {
            return Err(CoreError::new(
                "bars",
                format!("first_bar < end_bar <= {n_bars} must hold"),
                format!("{}..{}", self.first_bar, self.end_bar),
            ));
        }
        if self.bars_per_column == 0 || self.cohort_bars == Some(0) {
            return Err(CoreError::new("bars_per_column, cohort_bars", "must be at least 1", 0));
        }
        check_edges(self.price_edges)
    }
}

/// Draw the grid into `out`: `n_buckets` rows of `n_columns` values, rows in rising price. Returns the largest value.
///
/// Threads share the price axis between them, never a sum: the result does not depend on their number.
///
/// # Errors
/// When the view does not fit the books or `out` has the wrong length.
pub fn render_grid(recording: &Recording<'_>, view: &View<'_>, n_threads: usize, out: &mut [f32]) -> CoreResult<f32> {
    view.check(recording)?;
    let n_columns = view.n_columns();
    let n_buckets = view.price_edges.len() - 1;
    if out.len() != n_columns * n_buckets {
        return Err(CoreError::new("out", format!("must hold {n_buckets} x {n_columns} values"), out.len()));
    }
    let rows_each = n_buckets.div_ceil(n_threads.clamp(1, n_buckets));
    let maxima = std::thread::scope(|scope| {
        let parts: Vec<_> = out
            .chunks_mut(rows_each * n_columns)
            .enumerate()
            .map(|(part, rows)| {
                let from = part * rows_each;
                let to = from + rows.len() / n_columns;
                let edges = &view.price_edges[from..=to];
                let part = Part { recording, view, edges, rows };
                scope.spawn(move || pulp::Arch::new().dispatch(part))
            })
            .collect();
        parts.into_iter().map(|part| part.join()).collect::<Result<Vec<f32>, _>>()
    });
    match maxima {
        Ok(maxima) => Ok(maxima.into_iter().fold(0.0, f32::max)),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// One thread's share of the price axis, compiled for the widest vector instructions of the processor.
struct Part<'a> {
    recording: &'a Recording<'a>,
    view: &'a View<'a>,
    edges: &'a [f64],
    rows: &'a mut [f32],
}

impl pulp::WithSimd for Part<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _instructions: S) -> f32 {
        self.render()
    }
}

impl Part<'_> {
    /// Draw the rows; returns the largest value.
    #[inline(always)]
    fn render(self) -> f32 {
        let Self { recording, view, edges, rows } = self;
        let projection = Projection::new(&recording.grid, edges, view.unit_is_usd);
        let (n_columns, n_buckets) = (view.n_columns(), edges.len() - 1);
        let mut replay = Replay::new(recording, view.selected, projection.first, projection.width());
        let mut units = vec![0.0; projection.width()];
        let mut usd = vec![0.0; projection.width()];
        let mut block = vec![0.0f32; BLOCK_COLUMNS * n_buckets];
        // Values are at least 0, and such floats are ordered like their bits: an integer maximum has no rounding to keep
        // in order, so it can be taken on many lanes.
        let mut maximum_bits = 0u32;
        let mut cohort_block = None;
        for first in (0..n_columns).step_by(BLOCK_COLUMNS) {
            let in_block = BLOCK_COLUMNS.min(n_columns - first);
            for (at, column_values) in block.chunks_exact_mut(n_buckets).take(in_block).enumerate() {
                let bar = view.last_bar_of(first + at);
                enter_cohort(&mut replay, view, bar, &mut cohort_block);
                replay.advance_to(bar);
                replay.sum_into(&mut units);
                projection.project(&units, &mut usd, column_values, |usd| usd as f32);
                maximum_bits = column_values.iter().fold(maximum_bits, |most, value| most.max(value.to_bits()));
            }
            for bucket in 0..n_buckets {
                let start = bucket * n_columns + first;
                for (at, value) in rows[start..start + in_block].iter_mut().enumerate() {
                    *value = block[at * n_buckets + bucket];
                }
            }
        }
        f32::from_bits(maximum_bits)
    }
}

/// Restart the replay when `bar` begins a new step of the cohort.
fn enter_cohort(replay: &mut Replay<'_>, view: &View<'_>, bar: usize, current: &mut Option<usize>) {
    let Some(cohort_bars) = view.cohort_bars else { return };
    let step = (cohort_bars / COHORT_STEPS).max(1);
    let block = bar / step;
    if *current != Some(block) {
        *current = Some(block);
        replay.restart_at(((block + 1) * step).saturating_sub(cohort_bars));
    }
}

/// One column after `bar`, split by slot: `out` gets one row of `n_buckets` USD values for each selected slot.
///
/// # Errors
/// As [`render_grid`].
pub fn render_column(recording: &Recording<'_>, view: &View<'_>, bar: usize, out: &mut [f64]) -> CoreResult<()> {
    view.check(recording)?;
    let n_rows = view.selected.iter().filter(|&&selected| selected).count();
    let n_buckets = view.price_edges.len() - 1;
    if bar >= recording.n_bars() || out.len() != n_rows * n_buckets {
        return Err(CoreError::new("out", format!("must hold {n_rows} x {n_buckets} values"), out.len()));
    }
    let projection = Projection::new(&recording.grid, view.price_edges, view.unit_is_usd);
    let width = projection.width();
    let mut replay = Replay::new(recording, view.selected, projection.first, width);
    enter_cohort(&mut replay, view, bar, &mut None);
    replay.advance_to(bar);
    let mut units = vec![0.0; n_rows * width];
    replay.slots_into(&mut units);
    let mut usd = vec![0.0; width];
    for (row, out) in out.chunks_exact_mut(n_buckets).enumerate() {
        projection.project(&units[row * width..(row + 1) * width], &mut usd, out, |usd| usd);
    }
    Ok(())
}
