//! What is drawn: the bars of one contract, and what its books recorded of them.

use crate::book::ScaleEvent;
use crate::buckets::PriceGrid;
use crate::error::{CoreError, CoreResult};
use crate::tiers::DistanceTiers;

/// Price ranges of consecutive closed bars; all slices have one entry for each bar.
#[derive(Debug, Clone, Copy)]
pub struct BarRanges<'a> {
    /// Lowest trade price.
    pub low: &'a [f64],
    /// Highest trade price.
    pub high: &'a [f64],
    /// Lowest mark price.
    pub mark_low: &'a [f64],
    /// Highest mark price.
    pub mark_high: &'a [f64],
}

/// What one book recorded, and how it counts in what is drawn.
#[derive(Debug, Clone, Copy)]
pub struct BookRecord<'a> {
    /// Tiers of the book.
    pub tiers: &'a DistanceTiers,
    /// Row of the picture's bands that each slot (`side * n_tiers + tier`) counts in; below 0 it is not drawn.
    pub rows: &'a [i64],
    /// What 1 USD of the book counts, by column and side, row-major.
    pub factors: &'a [f64],
    /// Gross opens by bar and side, row-major.
    pub opened: &'a [f64],
    /// Survival after each bar by bar and slot, row-major.
    pub survival: &'a [f64],
    /// Scalings of cells in time order.
    pub scale_events: &'a [ScaleEvent],
    /// Global entry bucket of the first row of `cells`.
    pub entry_first: i64,
    /// What the book had recorded before the first bar, by entry bucket and slot, row-major; empty if nothing.
    pub cells: &'a [f64],
}

impl BookRecord<'_> {
    /// Buckets in which positions of `cells` stand, whatever their slot.
    fn reach(&self) -> Option<(i64, i64)> {
        let n_rows = (self.cells.len() / (2 * self.tiers.n_tiers())) as i64;
        let margin = self.tiers.maximum_shift();
        (n_rows > 0).then(|| (self.entry_first - margin, self.entry_first + n_rows + margin))
    }
}

/// Where one contract stands in a sum of several.
#[derive(Debug, Clone, Copy)]
pub struct Placement<'a> {
    /// Its bar that is bar 0 of the sum; below 0 where the bars begin later than the sum.
    pub first_bar: i64,
    /// State buckets from one of its prices to the same price of the sum, by column.
    pub price_shift: &'a [i64],
    /// Units are USD already (inverse contracts); otherwise they are coins, valued at their bucket's price.
    pub unit_is_usd: bool,
}

/// The bars of one contract and what its books recorded of them, located on one grid: all that a view draws from.
#[derive(Debug, Clone)]
pub struct Recording<'a> {
    pub(super) bars: BarRanges<'a>,
    pub(super) books: &'a [BookRecord<'a>],
    pub(super) placement: Placement<'a>,
    /// The state's grid. It reaches as far beyond the bars as any position of the books lies.
    pub(super) grid: PriceGrid,
    /// Buckets of each bar's trade range.
    pub(super) low: Vec<i64>,
    pub(super) high: Vec<i64>,
    /// First bucket in which a bar's mark path takes out longs, last one in which it takes out shorts.
    pub(super) first_swept: Vec<i64>,
    pub(super) last_swept: Vec<i64>,
}

impl<'a> Recording<'a> {
    /// Locate the bars on the grid of `ratio`, which is the ratio of the books' own grid.
    ///
    /// # Errors
    /// When the bars' slices differ in length, are empty, the cells of a book are no whole rows, or the grid would be
    /// absurd.
    pub fn new(
        bars: BarRanges<'a>,
        ratio: f64,
        books: &'a [BookRecord<'a>],
        placement: Placement<'a>,
    ) -> CoreResult<Self> {
        let n = bars.low.len();
        if n == 0 || [bars.high.len(), bars.mark_low.len(), bars.mark_high.len()] != [n; 3] {
            return Err(CoreError::new("bars", "low, high, mark_low and mark_high must be equally long, not empty", n));
        }
        let margin = books.iter().map(|book| book.tiers.maximum_shift()).max().unwrap_or(0);
        let lowest = extreme(bars.low, f64::min).min(extreme(bars.mark_low, f64::min));
        let highest = extreme(bars.high, f64::max).max(extreme(bars.mark_high, f64::max));
        let mut grid = PriceGrid::covering(ratio, lowest, highest, margin + 2)?;
        if let Some(book) = books.iter().find(|book| !book.cells.len().is_multiple_of(2 * book.tiers.n_tiers())) {
            return Err(CoreError::new("cells", "must be whole rows", book.cells.len()));
        }
        let (first, end) = (grid.first(), grid.first() + grid.n_buckets() as i64);
        let (lowest, highest) = books
            .iter()
            .filter_map(BookRecord::reach)
            .fold((first, end), |(low, high), reach| (low.min(reach.0), high.max(reach.1)));
        if (lowest, highest) != (first, end) {
            grid = PriceGrid::spanning(ratio, lowest, highest)?;
        }
        let (mut low, mut high) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let (mut first_swept, mut last_swept) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let mut hint = grid.locate(bars.low[0], 0);
        for bar in 0..n {
            hint = grid.locate(bars.low[bar], hint);
            let mark_low = grid.locate(bars.mark_low[bar], hint);
            low.push(hint);
            high.push(grid.locate(bars.high[bar], hint));
            first_swept.push(mark_low + i64::from(grid.edge(mark_low) != bars.mark_low[bar]));
            last_swept.push(grid.locate(bars.mark_high[bar], hint) - 1);
        }
        Ok(Self { bars, books, placement, grid, low, high, first_swept, last_swept })
    }

    /// Lowest and highest shift of its prices.
    pub(super) fn shifts(&self) -> (i64, i64) {
        let shifts = self.placement.price_shift;
        (shifts.iter().copied().min().unwrap_or(0), shifts.iter().copied().max().unwrap_or(0))
    }

    /// Number of bars.
    pub(super) fn n_bars(&self) -> usize {
        self.low.len()
    }
}

/// Least or largest of some values, in lanes that do not wait for each other.
fn extreme(values: &[f64], pick: impl Fn(f64, f64) -> f64) -> f64 {
    let mut lanes = [values[0]; 8];
    let (whole, rest) = values.as_chunks::<8>();
    for chunk in whole {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = pick(*lane, *value);
        }
    }
    lanes.iter().chain(rest).fold(values[0], |found, value| pick(found, *value))
}
