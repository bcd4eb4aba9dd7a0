//! Entry prices at which a liquidation price crosses an edge, sorted, and a guide to find an entry's place among them.

/// Cells of the guide for each breakpoint.
const CELLS_EACH: usize = 2;
const MOST_CELLS: usize = 1 << 20;
/// Comparisons made without a branch; where a cell of the guide holds more breakpoints, they are searched.
const MOST_STEPS: usize = 12;

/// Prices that are located together.
pub(super) const BLOCK: usize = 256;

/// Sorted breakpoints; an entry lies in interval `i` when `i` of them are at or below it.
#[derive(Debug, Clone)]
pub(super) struct Breakpoints {
    /// Sorted; one more at the end that nothing reaches.
    points: Vec<f64>,
    low: f64,
    scale: f64,
    /// First breakpoint of each cell of the guide, and their number at the end.
    starts: Vec<u32>,
    steps: usize,
}

impl Breakpoints {
    /// Sort breakpoints. Also tells the rank of each.
    pub(super) fn new(unsorted: &[f64]) -> (Self, Vec<u32>) {
        // Floats of at least 0 are ordered like their bits; each ray's are in order already, which the sort makes use of.
        let mut order: Vec<(u64, u32)> =
            unsorted.iter().enumerate().map(|(at, point)| (point.to_bits(), at as u32)).collect();
        order.sort();
        let mut ranks = vec![0; order.len()];
        for (rank, &(_, at)) in order.iter().enumerate() {
            ranks[at as usize] = rank as u32;
        }
        let mut points: Vec<f64> = order.iter().map(|&(bits, _)| f64::from_bits(bits)).collect();
        let finite = points.partition_point(|&point| point < f64::INFINITY);
        let (low, high) = if finite == 0 { (0.0, 1.0) } else { (points[0], points[finite - 1]) };
        let n_cells = (CELLS_EACH * points.len()).next_power_of_two().min(MOST_CELLS);
        let scale = n_cells as f64 / (high - low);
        // One cell for all, where they cannot be told apart by a difference.
        let scale = if scale.is_finite() { scale } else { 0.0 };
        // Nothing compares with it: not even an infinite price, which is refused afterwards, goes beyond the end.
        points.push(f64::NAN);
        let mut found = Self { points, low, scale, starts: vec![0; n_cells + 1], steps: 0 };
        for at in 0..found.points.len() - 1 {
            let cell = found.cell(found.points[at]);
            found.starts[cell + 1] += 1;
        }
        found.steps = found.starts.iter().copied().max().unwrap_or(0) as usize;
        for cell in 0..n_cells {
            found.starts[cell + 1] += found.starts[cell];
        }
        (found, ranks)
    }

    /// Number of intervals.
    pub(super) fn n_intervals(&self) -> usize {
        self.points.len()
    }

    /// Rises with the price: what lies in a later cell is not lower.
    #[inline(always)]
    fn cell(&self, price: f64) -> usize {
        (((price - self.low) * self.scale) as usize).min(self.starts.len() - 2)
    }

    /// Number of breakpoints at or below each price of a block. Every step is made for the whole block before the next: the
    /// tables are larger than the nearest cache, and so many lines are waited for at once.
    #[inline(always)]
    pub(super) fn locate_block(&self, prices: &[f64], found: &mut [u32; BLOCK]) {
        if self.steps > MOST_STEPS {
            found.iter_mut().zip(prices).for_each(|(at, &price)| *at = self.locate(price) as u32);
            return;
        }
        for (at, &price) in found.iter_mut().zip(prices) {
            *at = self.cell(price) as u32;
        }
        for at in found.iter_mut().take(prices.len()) {
            *at = self.starts[*at as usize];
        }
        for _ in 0..self.steps {
            for (at, &price) in found.iter_mut().zip(prices) {
                *at += u32::from(self.points[*at as usize] <= price);
            }
        }
    }

    /// Number of breakpoints at or below a price.
    #[inline(always)]
    pub(super) fn locate(&self, price: f64) -> usize {
        let cell = self.cell(price);
        let mut at = self.starts[cell] as usize;
        if self.steps > MOST_STEPS {
            let end = self.starts[cell + 1] as usize;
            return at + self.points[at..end].partition_point(|&point| point <= price);
        }
        for _ in 0..self.steps {
            // What is beyond the cell lies above the price.
            at += usize::from(self.points[at] <= price);
        }
        at
    }
}

/// The lowest entry price whose product with `multiplier` reaches `edge`, as floats multiply.
pub(super) fn breakpoint(edge: f64, multiplier: f64) -> f64 {
    if edge <= 0.0 {
        return 0.0;
    }
    let mut entry = edge / multiplier;
    while entry > 0.0 && entry * multiplier >= edge {
        entry = entry.next_down();
    }
    while entry * multiplier < edge {
        entry = entry.next_up();
    }
    entry
}
