//! Replays what a book did, bar by bar, onto planes ordered by LIQUIDATION bucket: the view's side of the state.
//!
//! The book keeps `survival`, `opened` and its scale events for each bar; with the bars' prices that is enough to
//! rebuild every cell bit for bit, for any side, tier, price window and age of positions.

use super::{BookRecord, Recording};
use crate::buckets::spread_over_range;

/// Planes that are added while a sum stays in a register.
const PLANES_AT_ONCE: usize = 5;

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
    /// Take the cells that its book had recorded before the first bar.
    fn take_over(&mut self, record: &BookRecord<'_>, window_first: i64) {
        let width = self.cells.len();
        for (entry, row) in record.cells.chunks_exact(2 * record.tiers.n_tiers()).enumerate() {
            let at = record.entry_first + entry as i64 + self.offset - window_first;
            if row[self.slot] != 0.0 && (0..width as i64).contains(&at) {
                self.cells[at as usize] = row[self.slot];
                self.from = self.from.min(at as usize);
                self.to = at as usize + 1;
            }
        }
    }

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
    /// Places of the planes of longs and of shorts, in order.
    by_side: [Vec<usize>; 2],
    next_event: Vec<usize>,
    next_bar: usize,
    shares: Vec<f64>,
}

impl<'a> Replay<'a> {
    /// Start with the slots that are drawn as they stood before the first bar, in window `[window_first, + width)`.
    pub(super) fn new(recording: &'a Recording<'a>, window_first: i64, width: usize) -> Self {
        let mut planes = Vec::new();
        for (book, record) in recording.books.iter().enumerate() {
            for (slot, &row) in record.rows.iter().enumerate().filter(|&(_, &row)| row >= 0) {
                let side = slot / record.tiers.n_tiers();
                let shift = record.tiers.shifts()[slot];
                let mut plane = Plane {
                    book,
                    slot,
                    side,
                    row: row as usize,
                    offset: if side == 0 { -shift } else { shift },
                    weight: record.tiers.weights()[slot],
                    from: width,
                    to: 0,
                    cells: vec![0.0; width],
                };
                plane.take_over(record, window_first);
                planes.push(plane);
            }
        }
        let of_side = |side: usize| (0..planes.len()).filter(|&at| planes[at].side == side).collect();
        Self {
            recording,
            window_first,
            width,
            by_side: [of_side(0), of_side(1)],
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

    /// As [`Self::sum_into`] times the value of a unit, as they are shown. Sums stay in registers where one side stands
    /// alone, which is nearly everywhere: longs below the price, shorts above it.
    #[inline(always)]
    pub(super) fn draw_into(&self, column: usize, unit_usd: &[f64], sum: &mut [f64], out: &mut [f32]) {
        let [long, short] = &self.by_side;
        let reach = |side: &[usize]| {
            let from = side.iter().map(|&at| self.planes[at].from).min().unwrap_or(self.width);
            let to = side.iter().map(|&at| self.planes[at].to).max().unwrap_or(0);
            (from.min(to), to)
        };
        let (of_longs, of_shorts) = (reach(long), reach(short));
        let both = (of_longs.0.max(of_shorts.0), of_longs.1.min(of_shorts.1));
        if both.0 < both.1 {
            // Planes in their own order, in both sides' reach.
            self.sum_into(column, sum);
            for ((out, sum), unit_usd) in out.iter_mut().zip(sum.iter()).zip(unit_usd) {
                *out = (sum * unit_usd) as f32;
            }
            return;
        }
        out[..of_longs.0.min(of_shorts.0)].fill(0.0);
        out[of_longs.1.max(of_shorts.1)..].fill(0.0);
        let (lower, upper) = if of_longs.0 <= of_shorts.0 { (of_longs, of_shorts) } else { (of_shorts, of_longs) };
        out[lower.1.min(upper.0)..upper.0].fill(0.0);
        for (side, (from, to)) in [(long, of_longs), (short, of_shorts)] {
            let (sum, unit_usd, out) = (&mut sum[from..to], &unit_usd[from..to], &mut out[from..to]);
            let mut rest = &side[..];
            let mut is_first = true;
            while !rest.is_empty() {
                let (some, others) = rest.split_at(PLANES_AT_ONCE.min(rest.len()));
                let run = Run { replay: self, column, from, to };
                match (is_first, others.is_empty()) {
                    (true, true) => run.add_some::<true, true>(some, unit_usd, sum, out),
                    (true, false) => run.add_some::<true, false>(some, unit_usd, sum, out),
                    (false, true) => run.add_some::<false, true>(some, unit_usd, sum, out),
                    (false, false) => run.add_some::<false, false>(some, unit_usd, sum, out),
                }
                (rest, is_first) = (others, false);
            }
        }
    }

    /// As [`Self::sum_into`], one row of `rows` for each row of the picture's bands.
    pub(super) fn rows_into(&self, column: usize, rows: &mut [f64]) {
        rows.fill(0.0);
        for plane in &self.planes {
            let row = &mut rows[plane.row * self.width..(plane.row + 1) * self.width];
            self.add_plane(plane, column, row);
        }
    }

    #[inline(always)]
    fn add_plane(&self, plane: &Plane, column: usize, sum: &mut [f64]) {
        if plane.from >= plane.to {
            return;
        }
        let scale = self.scale(plane, column);
        for (sum, cell) in sum[plane.from..plane.to].iter_mut().zip(&plane.cells[plane.from..plane.to]) {
            *sum += cell * scale;
        }
    }

    #[inline(always)]
    fn scale(&self, plane: &Plane, column: usize) -> f64 {
        let record = &self.recording.books[plane.book];
        let n_slots = 2 * record.tiers.n_tiers();
        let standing = record.survival[(self.next_bar - 1) * n_slots + plane.slot];
        standing * record.factors[2 * column + plane.side]
    }
}

/// A few planes of one side over the buckets that any of them reaches: beyond its own reach a plane is empty, and adding
/// nothing changes no bit.
struct Run<'a> {
    replay: &'a Replay<'a>,
    column: usize,
    from: usize,
    to: usize,
}

impl Run<'_> {
    /// `FIRST`: there is no sum yet. `LAST`: what was summed is shown.
    #[inline(always)]
    fn add_some<const FIRST: bool, const LAST: bool>(
        &self,
        planes: &[usize],
        unit_usd: &[f64],
        sum: &mut [f64],
        out: &mut [f32],
    ) {
        match *planes {
            [a, b, c, d, e] => self.add::<5, FIRST, LAST>([a, b, c, d, e], unit_usd, sum, out),
            [a, b, c, d] => self.add::<4, FIRST, LAST>([a, b, c, d], unit_usd, sum, out),
            [a, b, c] => self.add::<3, FIRST, LAST>([a, b, c], unit_usd, sum, out),
            [a, b] => self.add::<2, FIRST, LAST>([a, b], unit_usd, sum, out),
            [a, ..] => self.add::<1, FIRST, LAST>([a], unit_usd, sum, out),
            [] => {}
        }
    }

    #[inline(always)]
    fn add<const N: usize, const FIRST: bool, const LAST: bool>(
        &self,
        planes: [usize; N],
        unit_usd: &[f64],
        sum: &mut [f64],
        out: &mut [f32],
    ) {
        let planes = planes.map(|at| &self.replay.planes[at]);
        let scales = planes.map(|plane| self.replay.scale(plane, self.column));
        // All of one length, so that the compiler sees that no index is out of bounds.
        let n = out.len();
        let (sum, unit_usd) = (&mut sum[..n], &unit_usd[..n]);
        let cells = planes.map(|plane| &plane.cells[self.from..self.to][..n]);
        // Loops, not closures: these are compiled for the instructions of the caller.
        for at in 0..n {
            let mut total = if FIRST { 0.0 } else { sum[at] };
            for plane in 0..N {
                total += cells[plane][at] * scales[plane];
            }
            if LAST {
                out[at] = (total * unit_usd[at]) as f32;
            } else {
                sum[at] = total;
            }
        }
    }
}
