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
    /// Its share of what opens.
    weight: f64,
    /// Cells that may hold mass: window-relative, half-open.
    from: usize,
    to: usize,
    cells: Vec<f64>,
}

impl Plane {
    /// Longs stand below `first_swept`, shorts from `after_swept` on.
    #[inline]
    fn sweep(&mut self, first_swept: usize, after_swept: usize) {
        if self.side == 0 && self.to > first_swept {
            self.cells[first_swept.max(self.from).min(self.to)..self.to].fill(0.0);
            self.to = first_swept;
        } else if self.side == 1 && self.from < after_swept {
            self.cells[self.from..after_swept.min(self.to).max(self.from)].fill(0.0);
            self.from = after_swept;
        }
    }
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
                    weight: record.tiers.weights()[slot],
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

    /// One pass over the planes: what is swept goes, what closes shrinks, what opens comes. Planes do not touch one
    /// another.
    fn take_bar(&mut self, bar: usize) {
        let recording = self.recording;
        let (first, width) = (self.window_first, self.width as i64);
        let window = |bucket: i64| (bucket - first).clamp(0, width) as usize;
        let first_swept = window(recording.first_swept[bar]);
        let after_swept = window(recording.last_swept[bar] + 1);
        let (low, high) = (recording.low[bar], recording.high[bar]);
        self.shares.clear();
        let shares = &mut self.shares;
        spread_over_range(&recording.grid, recording.bars.low[bar], recording.bars.high[bar], low, high, |_, share| {
            shares.push(share)
        });
        for plane in &mut self.planes {
            let record = &recording.books[plane.book];
            plane.sweep(first_swept, after_swept);
            for event in record.scale_events[self.next_event[plane.book]..]
                .iter()
                .take_while(|event| event.bar == bar as i64)
                .filter(|event| event.slot == plane.slot)
            {
                plane.cells[plane.from.min(plane.to)..plane.to].iter_mut().for_each(|cell| *cell *= event.factor);
            }
            let amount = record.opened[2 * bar + plane.side];
            let start = low + plane.offset;
            let (from, to) = (window(start), window(high + plane.offset + 1));
            if from >= to || amount == 0.0 {
                continue;
            }
            let n_slots = 2 * record.tiers.n_tiers();
            let units = amount * plane.weight / record.survival[bar * n_slots + plane.slot];
            let first_share = (first + from as i64 - start) as usize;
            for (cell, share) in plane.cells[from..to].iter_mut().zip(&self.shares[first_share..]) {
                *cell += units * share;
            }
            plane.from = plane.from.min(from);
            plane.to = plane.to.max(to);
        }
        for (next, record) in self.next_event.iter_mut().zip(recording.books) {
            *next += record.scale_events[*next..].iter().take_while(|event| event.bar == bar as i64).count();
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
