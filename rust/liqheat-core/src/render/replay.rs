//! Replays what a book did, bar by bar, onto planes ordered by LIQUIDATION bucket: the view's side of the state.
//!
//! The book keeps `survival`, `opened` and its scale events for each bar; with the bars' prices that is enough to
//! rebuild every cell bit for bit, for any side, tier, price window and age of positions.

use super::Recording;
use crate::buckets::spread_over_range;

/// One slot of one book, within the window.
#[derive(Debug, Clone)]
struct Plane {
    book: usize,
    slot: usize,
    side: usize,
    /// Row of the picture's bands that it counts in.
    row: usize,
    /// Added to an entry bucket to get the liquidation bucket.
    offset: i64,
    /// Cells that may hold mass: window-relative, half-open.
    from: usize,
    to: usize,
    cells: Vec<f64>,
}

/// The drawn slots of some books, within a window of liquidation buckets.
#[derive(Debug)]
pub(super) struct Replay<'a> {
    recording: &'a Recording<'a>,
    window_first: i64,
    width: usize,
    planes: Vec<Plane>,
    next_event: Vec<usize>,
    next_bar: usize,
    shares: Vec<f64>,
}

impl<'a> Replay<'a> {
    /// Start with empty planes for the slots that are drawn, in window `[window_first, + width)`.
    pub(super) fn new(recording: &'a Recording<'a>, window_first: i64, width: usize) -> Self {
        let mut planes = Vec::new();
        for (book, record) in recording.books.iter().enumerate() {
            for (slot, &row) in record.rows.iter().enumerate().filter(|&(_, &row)| row >= 0) {
                let side = slot / record.tiers.n_tiers();
                let shift = record.tiers.shifts()[slot];
                planes.push(Plane {
                    book,
                    slot,
                    side,
                    row: row as usize,
                    offset: if side == 0 { -shift } else { shift },
                    from: width,
                    to: 0,
                    cells: vec![0.0; width],
                });
            }
        }
        Self {
            recording,
            window_first,
            width,
            planes,
            next_event: vec![0; recording.books.len()],
            next_bar: 0,
            shares: Vec::new(),
        }
    }

    /// Forget every position and go on at `bar`: from there on, only positions opened at or after it exist.
    pub(super) fn restart_at(&mut self, bar: usize) {
        for plane in &mut self.planes {
            if plane.from < plane.to {
                plane.cells[plane.from..plane.to].fill(0.0);
            }
            (plane.from, plane.to) = (self.width, 0);
        }
        for (next, record) in self.next_event.iter_mut().zip(self.recording.books) {
            *next = record.scale_events.partition_point(|event| event.bar < bar as i64);
        }
        self.next_bar = bar;
    }

    /// Take bars up to and including `bar`.
    pub(super) fn advance_to(&mut self, bar: usize) {
        while self.next_bar <= bar {
            self.take_bar(self.next_bar);
            self.next_bar += 1;
        }
    }

    fn take_bar(&mut self, bar: usize) {
        let window = |bucket: i64| (bucket - self.window_first).clamp(0, self.width as i64) as usize;
        let first_swept = window(self.recording.first_swept[bar]);
        let after_swept = window(self.recording.last_swept[bar] + 1);
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
            let events = self.recording.books[book].scale_events;
            while let Some(event) = events.get(*next).filter(|event| event.bar == bar as i64) {
                for plane in self.planes.iter_mut().filter(|plane| plane.book == book && plane.slot == event.slot) {
                    for cell in &mut plane.cells {
                        *cell *= event.factor;
                    }
                }
                *next += 1;
            }
        }
        let (low, high) = (self.recording.low[bar], self.recording.high[bar]);
        self.shares.clear();
        let shares = &mut self.shares;
        let (grid, bars) = (&self.recording.grid, &self.recording.bars);
        spread_over_range(grid, bars.low[bar], bars.high[bar], low, high, |_, share| {
            shares.push(share);
        });
        for plane in &mut self.planes {
            let record = &self.recording.books[plane.book];
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

    /// Standing units of each liquidation bucket after the last bar taken, times the factors of `column`, summed over
    /// planes in book, then slot order, into `sum` (one entry for each bucket of the window).
    #[inline(always)]
    pub(super) fn sum_into(&self, column: usize, sum: &mut [f64]) {
        sum.fill(0.0);
        for plane in &self.planes {
            self.add_plane(plane, column, sum);
        }
    }

    /// As [`Self::sum_into`], one row of `rows` for each row of the picture's bands.
    pub(super) fn rows_into(&self, column: usize, rows: &mut [f64]) {
        rows.fill(0.0);
        for plane in &self.planes {
            self.add_plane(plane, column, &mut rows[plane.row * self.width..(plane.row + 1) * self.width]);
        }
    }

    #[inline(always)]
    fn add_plane(&self, plane: &Plane, column: usize, sum: &mut [f64]) {
        if plane.from >= plane.to {
            return;
        }
        let record = &self.recording.books[plane.book];
        let n_slots = 2 * record.tiers.n_tiers();
        let standing = record.survival[(self.next_bar - 1) * n_slots + plane.slot];
        let scale = standing * record.factors[2 * column + plane.side];
        for (sum, cell) in sum[plane.from..plane.to].iter_mut().zip(&plane.cells[plane.from..plane.to]) {
            *sum += cell * scale;
        }
    }
}
