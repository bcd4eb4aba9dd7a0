//! From replayed books to pictures in numbers: a grid over time, or one column split by rows, in USD on any axis.
//!
//! What is drawn is a weighted sum: the books of any number of contracts, each moved to the sum's prices by whole state
//! buckets, are added in their order before anything is projected to the picture's axis.

mod projection;
mod record;
mod replay;
mod source;

pub use record::{BarRanges, BookRecord, Placement, Recording};

use crate::buckets::{PriceGrid, check_edges};
use crate::error::{CoreError, CoreResult};
use projection::Projection;
use source::Source;

/// Columns computed before they are written out: rows of the grid get runs of this many values.
const BLOCK_COLUMNS: usize = 128;
/// Columns that are turned into rows at a time.
const TOGETHER: usize = 8;
/// What to draw.
#[derive(Debug, Clone)]
pub struct View<'a> {
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
}

impl View<'_> {
    /// Number of columns.
    pub fn n_columns(&self) -> usize {
        (self.end_bar - self.first_bar).div_ceil(self.bars_per_column)
    }

    fn last_bar_of(&self, column: usize) -> usize {
        (self.first_bar + (column + 1) * self.bars_per_column).min(self.end_bar) - 1
    }

    fn check(&self, recordings: &[Recording<'_>]) -> CoreResult<()> {
        if self.bars_per_column == 0 || self.cohort_bars == Some(0) {
            return Err(CoreError::new("bars_per_column, cohort_bars", "must be at least 1", 0));
        }
        if recordings.is_empty() {
            return Err(CoreError::new("contracts", "must hold at least one contract", 0));
        }
        if self.first_bar >= self.end_bar {
            let found = format!("{}..{}", self.first_bar, self.end_bar);
            return Err(CoreError::new("bars", "first_bar < end_bar must hold", found));
        }
        recordings.iter().try_for_each(|recording| self.check_contract(recording))?;
        check_edges(self.price_edges)
    }

    fn check_contract(&self, recording: &Recording<'_>) -> CoreResult<()> {
        let (n_bars, n_columns) = (recording.n_bars(), self.n_columns());
        let place = |bar: usize| recording.placement.first_bar.saturating_add(bar as i64);
        if place(self.last_bar_of(0)) < 0 || place(self.end_bar) > n_bars as i64 {
            let found = format!("{}..{}", place(self.first_bar), place(self.end_bar));
            return Err(CoreError::new("bars", format!("must lie within 0..{n_bars}"), found));
        }
        if recording.placement.price_shift.len() != n_columns {
            let found = recording.placement.price_shift.len();
            return Err(CoreError::new("price_shift", format!("must have {n_columns} entries, one a column"), found));
        }
        for book in recording.books {
            let n_slots = 2 * book.tiers.n_tiers();
            if book.rows.len() != n_slots {
                return Err(CoreError::new(
                    "rows",
                    format!("must have {n_slots} entries, one a slot"),
                    book.rows.len(),
                ));
            }
            if book.factors.len() != 2 * n_columns {
                let rule = format!("must have {} entries, two a column", 2 * n_columns);
                return Err(CoreError::new("factors", rule, book.factors.len()));
            }
            if book.opened.len() != 2 * n_bars || book.survival.len() != n_slots * n_bars {
                return Err(CoreError::new("books", "opened and survival must cover every bar", book.opened.len()));
            }
        }
        Ok(())
    }
}

/// The state's grid at the sum's prices: it holds whatever any contract holds.
fn shared_grid(recordings: &[Recording<'_>]) -> CoreResult<PriceGrid> {
    let span = |recording: &Recording<'_>| {
        let (grid, (lowest, highest)) = (&recording.grid, recording.shifts());
        (grid.first() + lowest, grid.first() + grid.n_buckets() as i64 + highest)
    };
    let spans: Vec<(i64, i64)> = recordings.iter().map(span).collect();
    let first = spans.iter().map(|span| span.0).min().unwrap_or(0);
    let end = spans.iter().map(|span| span.1).max().unwrap_or(0);
    let ratio = recordings[0].grid.ratio();
    if let Some(other) = recordings.iter().find(|recording| recording.grid.ratio() != ratio) {
        return Err(CoreError::new("bucket_ratio", "must be the same for all contracts", other.grid.ratio()));
    }
    PriceGrid::spanning(ratio, first, end)
}

/// Draw the grid into `out`: `n_buckets` rows of `n_columns` values, rows in rising price. Returns the largest value.
///
/// Threads share the price axis between them, never a sum: the result does not depend on their number.
///
/// # Errors
/// When the view does not fit the books or `out` has the wrong length.
pub fn render_grid(
    recordings: &[Recording<'_>],
    view: &View<'_>,
    n_threads: usize,
    out: &mut [f32],
) -> CoreResult<f32> {
    view.check(recordings)?;
    let n_columns = view.n_columns();
    let n_buckets = view.price_edges.len() - 1;
    if out.len() != n_columns * n_buckets {
        return Err(CoreError::new("out", format!("must hold {n_buckets} x {n_columns} values"), out.len()));
    }
    let grid = shared_grid(recordings)?;
    let rows_each = n_buckets.div_ceil(n_threads.clamp(1, n_buckets));
    let maxima = std::thread::scope(|scope| {
        let parts: Vec<_> = out
            .chunks_mut(rows_each * n_columns)
            .enumerate()
            .map(|(part, rows)| {
                let from = part * rows_each;
                let to = from + rows.len() / n_columns;
                let projection = Projection::new(&grid, &view.price_edges[from..=to]);
                let part = Part { recordings, view, projection, n_buckets: to - from, rows };
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
    recordings: &'a [Recording<'a>],
    view: &'a View<'a>,
    projection: Projection,
    n_buckets: usize,
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
        let Self { recordings, view, projection, n_buckets, rows } = self;
        let n_columns = view.n_columns();
        let mut sources: Vec<_> = recordings.iter().map(|one| Source::new(one, &projection, 1)).collect();
        let mut usd = vec![0.0; projection.width];
        let mut block = vec![0.0f32; BLOCK_COLUMNS * n_buckets];
        // Values are at least 0, and such floats are ordered like their bits: an integer maximum has no rounding to keep
        // in order, so it can be taken on many lanes.
        let mut maximum_bits = 0u32;
        for first in (0..n_columns).step_by(BLOCK_COLUMNS) {
            let in_block = BLOCK_COLUMNS.min(n_columns - first);
            for (at, column_values) in block.chunks_exact_mut(n_buckets).take(in_block).enumerate() {
                if let ([only], true) = (&mut sources[..], projection.is_identity) {
                    only.advance_to(view, first + at);
                    only.draw_into(first + at, column_values);
                } else {
                    for (index, source) in sources.iter_mut().enumerate() {
                        source.advance_to(view, first + at);
                        source.sum_into(first + at, index == 0, &mut usd);
                    }
                    projection.project(&usd, column_values, |usd| usd as f32);
                }
                maximum_bits = column_values.iter().fold(maximum_bits, |most, value| most.max(value.to_bits()));
            }
            transpose(&block, n_buckets, &mut rows[first..], n_columns, in_block);
        }
        f32::from_bits(maximum_bits)
    }
}

/// Columns of a block, one after another, to places in rows `n_columns` apart.
#[inline(always)]
fn transpose(block: &[f32], n_buckets: usize, rows: &mut [f32], n_columns: usize, in_block: usize) {
    let mut at = 0;
    while at + TOGETHER <= in_block {
        let mut columns = [&block[..n_buckets]; TOGETHER];
        for (column, values) in columns.iter_mut().enumerate() {
            *values = &block[(at + column) * n_buckets..][..n_buckets];
        }
        for bucket in 0..n_buckets {
            let mut values = [0.0_f32; TOGETHER];
            for column in 0..TOGETHER {
                values[column] = columns[column][bucket];
            }
            rows[bucket * n_columns + at..][..TOGETHER].copy_from_slice(&values);
        }
        at += TOGETHER;
    }
    for bucket in 0..n_buckets {
        for column in at..in_block {
            rows[bucket * n_columns + column] = block[column * n_buckets + bucket];
        }
    }
}

/// The one column of a view, split by row: `out` gets one run of `n_buckets` USD values for each row that slots count
/// in.
///
/// # Errors
/// As [`render_grid`]; and when the view has several columns, or a slot counts in a row that `out` lacks.
pub fn render_column(recordings: &[Recording<'_>], view: &View<'_>, out: &mut [f64]) -> CoreResult<()> {
    view.check(recordings)?;
    let n_buckets = view.price_edges.len() - 1;
    let n_rows = out.len() / n_buckets;
    let books = recordings.iter().flat_map(|recording| recording.books);
    let highest = books.flat_map(|book| book.rows).copied().max().unwrap_or(-1);
    if view.n_columns() != 1 {
        return Err(CoreError::new("view", "must have one column", view.n_columns()));
    }
    if !out.len().is_multiple_of(n_buckets) || highest >= n_rows as i64 {
        return Err(CoreError::new("out", format!("must hold {} x {n_buckets} values", highest + 1), out.len()));
    }
    let projection = Projection::new(&shared_grid(recordings)?, view.price_edges);
    let mut usd = vec![0.0; n_rows * projection.width];
    for (index, recording) in recordings.iter().enumerate() {
        let mut source = Source::new(recording, &projection, n_rows);
        source.advance_to(view, 0);
        source.rows_into(0, index == 0, projection.width, &mut usd);
    }
    for (row, out) in out.chunks_exact_mut(n_buckets).enumerate() {
        projection.project(&usd[row * projection.width..(row + 1) * projection.width], out, |usd| usd);
    }
    Ok(())
}
