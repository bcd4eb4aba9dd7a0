//! Replays what a book did, bar by bar, onto planes ordered by LIQUIDATION bucket: the view's side of the state.
//!
//! The book keeps `survival`, `opened` and its scale events for each bar; with the bars' prices that is enough to
//! rebuild every cell bit for bit, for any side, tier, price window and age of positions.

use crate::book::ScaleEvent;
use crate::buckets::{PriceGrid, spread_over_range};
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

/// What one book recorded.
#[derive(Debug, Clone, Copy)]
pub struct BookRecord<'a> {
    /// Tiers of the book.
    pub tiers: &'a DistanceTiers,
    /// Share of this book in the quantity that is drawn.
    pub weight: f64,
    /// Gross opens by bar and side, row-major.
    pub opened: &'a [f64],
    /// Survival after each bar by bar and slot, row-major.
    pub survival: &'a [f64],
    /// Scalings of cells in time order.
    pub scale_events: &'a [ScaleEvent],
}

/// Where each bar lies on the grid.
#[derive(Debug, Clone)]
pub struct BarBuckets {
    grid: PriceGrid,
    low: Vec<i64>,
    high: Vec<i64>,
    first_swept: Vec<i64>,
    last_swept: Vec<i64>,
}

impl BarBuckets {
    /// Locate the bars on a grid of `ratio` that reaches `margin` buckets beyond them.
    ///
    /// # Errors
    /// When the slices differ in length, are empty, or the grid would be absurd.
    pub fn locate(bars: BarRanges<'_>, ratio: f64, margin: i64) -> CoreResult<Self> {
        let n = bars.low.len();
        if n == 0 || [bars.high.len(), bars.mark_low.len(), bars.mark_high.len()] != [n; 3] {
            return Err(CoreError::new("bars", "low, high, mark_low and mark_high must be equally long, not empty", n));
        }
        let minimum = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
        let maximum = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        let grid = PriceGrid::covering(
            ratio,
            minimum(bars.low).min(minimum(bars.mark_low)),
            maximum(bars.high).max(maximum(bars.mark_high)),
            margin + 2,
        )?;
        let mut located = Self {
            low: Vec::with_capacity(n),
            high: Vec::with_capacity(n),
            first_swept: Vec::with_capacity(n),
            last_swept: Vec::with_capacity(n),
            grid,
        };
        let mut hint = located.grid.locate(bars.low[0], 0);
        for bar in 0..n {
            hint = located.grid.locate(bars.low[bar], hint);
            let mark_low = located.grid.locate(bars.mark_low[bar], hint);
            located.low.push(hint);
            located.high.push(located.grid.locate(bars.high[bar], hint));
            located.first_swept.push(mark_low + i64::from(located.grid.edge(mark_low) != bars.mark_low[bar]));
            located.last_swept.push(located.grid.locate(bars.mark_high[bar], hint) - 1);
        }
        Ok(located)
    }

    /// The grid of the state.
    pub fn grid(&self) -> &PriceGrid {
        &self.grid
    }

    /// Number of bars.
    pub fn n_bars(&self) -> usize {
        self.low.len()
    }
}

/// One slot of one book, within the window.
#[derive(Debug, Clone)]
struct Plane {
    book: usize,
    slot: usize,
    side: usize,
    /// Added to an entry bucket to get the liquidation bucket.
    offset: i64,
    /// Cells that may hold mass: window-relative, half-open.
    from: usize,
    to: usize,
    cells: Vec<f64>,
}

/// The selected slots of some books, within a window of liquidation buckets.
#[derive(Debug)]
pub struct Replay<'a> {
    bars: BarRanges<'a>,
    buckets: &'a BarBuckets,
    books: &'a [BookRecord<'a>],
    window_first: i64,
    width: usize,
    planes: Vec<Plane>,
    next_event: Vec<usize>,
    next_bar: usize,
    shares: Vec<f64>,
}

impl<'a> Replay<'a> {
    /// Start with empty planes for the slots where `selected` is true, in window `[window_first, + width)`.
    pub fn new(
        bars: BarRanges<'a>,
        buckets: &'a BarBuckets,
        books: &'a [BookRecord<'a>],
        selected: &[bool],
        window_first: i64,
        width: usize,
    ) -> Self {
        let mut planes = Vec::new();
        for (book, record) in books.iter().enumerate() {
            for slot in (0..selected.len()).filter(|&slot| selected[slot]) {
                let side = slot / record.tiers.n_tiers();
                let shift = record.tiers.shifts()[slot];
                planes.push(Plane {
                    book,
                    slot,
                    side,
                    offset: if side == 0 { -shift } else { shift },
                    from: width,
                    to: 0,
                    cells: vec![0.0; width],
                });
            }
        }
        Self {
            bars,
            buckets,
            books,
            window_first,
            width,
            planes,
            next_event: vec![0; books.len()],
            next_bar: 0,
            shares: Vec::new(),
        }
    }

    /// Forget every position and go on at `bar`: from there on, only positions opened at or after it exist.
    pub fn restart_at(&mut self, bar: usize) {
        for plane in &mut self.planes {
            if plane.from < plane.to {
                plane.cells[plane.from..plane.to].fill(0.0);
            }
            (plane.from, plane.to) = (self.width, 0);
        }
        for (next, record) in self.next_event.iter_mut().zip(self.books) {
            *next = record.scale_events.partition_point(|event| event.bar < bar as i64);
        }
        self.next_bar = bar;
    }

    /// Take bars up to and including `bar`.
    pub fn advance_to(&mut self, bar: usize) {
        while self.next_bar <= bar {
            self.take_bar(self.next_bar);
            self.next_bar += 1;
        }
    }

    fn take_bar(&mut self, bar: usize) {
        let window = |bucket: i64| (bucket - self.window_first).clamp(0, self.width as i64) as usize;
        let first_swept = window(self.buckets.first_swept[bar]);
        let after_swept = window(self.buckets.last_swept[bar] + 1);
        for plane in &mut self.planes {
            if plane.side == 0 && plane.to > first_swept {
                plane.cells[first_swept.max(plane.from).min(plane.to)..plane.to].fill(0.0);
                plane.to = first_swept;
            } else if plane.side == 1 && plane.from < after_swept {
                plane.cells[plane.from..after_swept.min(plane.to).max(plane.from)].fill(0.0);
                plane.from = after_swept;
            }
        }
        for (book, next) in self.next_event.iter_mut().enumerate() {
            let events = self.books[book].scale_events;
            while let Some(event) = events.get(*next).filter(|event| event.bar == bar as i64) {
                for plane in self.planes.iter_mut().filter(|plane| plane.book == book && plane.slot == event.slot) {
                    for cell in &mut plane.cells {
                        *cell *= event.factor;
                    }
                }
                *next += 1;
            }
        }
        let (low, high) = (self.buckets.low[bar], self.buckets.high[bar]);
        self.shares.clear();
        let shares = &mut self.shares;
        spread_over_range(&self.buckets.grid, self.bars.low[bar], self.bars.high[bar], low, high, |_, share| {
            shares.push(share);
        });
        for plane in &mut self.planes {
            let record = &self.books[plane.book];
            let amount = record.opened[2 * bar + plane.side];
            let from = window(low + plane.offset);
            let to = window(high + plane.offset + 1);
            if from >= to || amount == 0.0 {
                continue;
            }
            let n_slots = 2 * record.tiers.n_tiers();
            let units = amount * record.tiers.weights()[plane.slot] / record.survival[bar * n_slots + plane.slot];
            let first_share = (self.window_first + from as i64 - (low + plane.offset)) as usize;
            for (cell, share) in plane.cells[from..to].iter_mut().zip(&self.shares[first_share..]) {
                *cell += units * share;
            }
            plane.from = plane.from.min(from);
            plane.to = plane.to.max(to);
        }
    }

    /// Standing units of each liquidation bucket after the last bar taken, summed over planes in book, then slot
    /// order, into `sum` (one entry for each bucket of the window).
    #[inline(always)]
    pub fn sum_into(&self, sum: &mut [f64]) {
        sum.fill(0.0);
        for plane in &self.planes {
            self.add_plane(plane, sum);
        }
    }

    /// As [`Self::sum_into`], one row of `rows` for each selected slot in rising order (books are summed).
    pub fn slots_into(&self, rows: &mut [f64]) {
        rows.fill(0.0);
        let n_rows = self.planes.len() / self.books.len().max(1);
        for (index, plane) in self.planes.iter().enumerate() {
            let row = index % n_rows;
            self.add_plane(plane, &mut rows[row * self.width..(row + 1) * self.width]);
        }
    }

    #[inline(always)]
    fn add_plane(&self, plane: &Plane, sum: &mut [f64]) {
        if plane.from >= plane.to {
            return;
        }
        let record = &self.books[plane.book];
        let n_slots = 2 * record.tiers.n_tiers();
        let scale = record.survival[(self.next_bar - 1) * n_slots + plane.slot] * record.weight;
        for (sum, cell) in sum[plane.from..plane.to].iter_mut().zip(&plane.cells[plane.from..plane.to]) {
            *sum += cell * scale;
        }
    }
}
