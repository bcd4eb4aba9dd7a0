//! Where prices lie among sorted points: a guide of even cells, two comparisons without a branch, rarely a search.

/// Cells of the guide for each point.
const CELLS_EACH: usize = 2;
const MOST_CELLS: usize = 1 << 20;
/// Comparisons made without a branch. Few cells hold more points; of those the rest is searched.
const STEPS: usize = 2;

/// Adding 2^52 leaves a whole number, rounded, in the low bits of a float.
pub(crate) const ROUNDING: f64 = (1u64 << 52) as f64;

/// Prices that are located together.
pub(crate) const BLOCK: usize = 256;

/// Sorted points; a price lies in interval `i` when `i` of them are at or below it.
#[derive(Debug, Clone)]
pub(crate) struct SortedPoints {
    /// Sorted; some more at the end that nothing reaches.
    points: Vec<f64>,
    cells: Cells,
    /// First point of each cell of the guide, and their number at the end.
    starts: Vec<u32>,
}

/// Even cells of price: what lies in a later cell is not lower.
#[derive(Debug, Clone, Copy)]
struct Cells {
    low: f64,
    scale: f64,
    last: f64,
}

impl Cells {
    fn new(points: &[f64], n_cells: usize) -> Self {
        let finite = points.iter().copied().filter(|point| *point < f64::INFINITY);
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high): (f64, f64), point| {
            (low.min(point), high.max(point))
        });
        let scale = n_cells as f64 / (high - low);
        // One cell for all, where they cannot be told apart by a difference.
        let is_sound = low < high && scale.is_finite();
        Self {
            low: if is_sound { low } else { 0.0 },
            scale: if is_sound { scale } else { 0.0 },
            last: (n_cells - 1) as f64,
        }
    }

    #[inline(always)]
    fn of(&self, price: f64) -> u32 {
        let position = (price - self.low) * self.scale;
        // Comparisons, not `max` and `min`: each is one instruction.
        let position = if position > 0.0 { position } else { 0.0 };
        let position = if position < self.last { position } else { self.last };
        (position + ROUNDING).to_bits() as u32
    }
}

impl SortedPoints {
    /// Sort points. Also tells the rank of each.
    pub(crate) fn new(unsorted: &[f64]) -> (Self, Vec<u32>) {
        let n_cells = (CELLS_EACH * unsorted.len()).next_power_of_two().min(MOST_CELLS);
        let cells = Cells::new(unsorted, n_cells);
        // Counted by cell first: what is left to sort is a few in each.
        let own: Vec<u32> = unsorted.iter().map(|&point| cells.of(point)).collect();
        let mut starts = vec![0_u32; n_cells + 1];
        own.iter().for_each(|&cell| starts[cell as usize + 1] += 1);
        for cell in 0..n_cells {
            starts[cell + 1] += starts[cell];
        }
        let mut order = vec![(0.0, 0_u32); unsorted.len()];
        let mut next = starts.clone();
        for (at, (&cell, &point)) in own.iter().zip(unsorted).enumerate() {
            order[next[cell as usize] as usize] = (point, at as u32);
            next[cell as usize] += 1;
        }
        for pair in starts.windows(2).filter(|pair| pair[1] > pair[0] + 1) {
            order[pair[0] as usize..pair[1] as usize].sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        let mut ranks = vec![0; order.len()];
        for (rank, &(_, at)) in order.iter().enumerate() {
            ranks[at as usize] = rank as u32;
        }
        // Nothing compares with NaN: not even an infinite price, which is refused afterwards, goes beyond the end.
        let points = order.iter().map(|&(point, _)| point).chain([f64::NAN; STEPS + 1]).collect();
        (Self { points, cells, starts }, ranks)
    }

    /// Lowest point and the highest finite one; none where there is no finite point.
    pub(crate) fn range(&self) -> Option<(f64, f64)> {
        let points = &self.points[..self.points.len() - STEPS - 1];
        let n_finite = points.partition_point(|point| *point < f64::INFINITY);
        (n_finite > 0).then(|| (points[0], points[n_finite - 1]))
    }

    /// Number of intervals.
    pub(crate) fn n_intervals(&self) -> usize {
        self.points.len() - STEPS
    }

    /// Number of points at or below each price of a block. Every step is made for the whole block before the next: the
    /// tables are larger than the nearest cache, and so many lines are waited for at once.
    #[inline(always)]
    pub(crate) fn locate_block(&self, prices: &[f64], found: &mut [u32; BLOCK]) {
        for (at, &price) in found.iter_mut().zip(prices) {
            *at = self.cells.of(price);
        }
        for at in found.iter_mut().take(prices.len()) {
            *at = self.starts[*at as usize];
        }
        for (at, &price) in found.iter_mut().zip(prices) {
            *at = self.walk(*at as usize, price) as u32;
        }
    }

    /// What is beyond the cell lies above the price.
    #[inline(always)]
    fn walk(&self, start: usize, price: f64) -> usize {
        let mut at = start;
        for _ in 0..STEPS {
            at += usize::from(self.points[at] <= price);
        }
        if self.points[at] <= price { self.search(at, price) } else { at }
    }

    #[inline(never)]
    fn search(&self, mut at: usize, price: f64) -> usize {
        let end = self.starts[self.cells.of(price) as usize + 1] as usize;
        at += self.points[at..end].partition_point(|&point| point <= price);
        at
    }
}
