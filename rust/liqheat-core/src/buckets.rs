//! The global log-price grid of the book's state.
//!
//! Edge `k` is `ratio` raised to `k`, by repeated multiplication from 1.0 (repeated division below it): no `exp`
//! and no `ln`, whose last bit differs between libraries, so numpy makes the very same edges. The index is global:
//! two books of one ratio share their buckets whatever range each covers.

use crate::error::{CoreError, CoreResult};

/// More buckets than any market needs: a guard against a ratio of 1.0000001 or a price of 1e-300.
const MAXIMUM_INDEX: i64 = 4_000_000;

/// Increasing edges `ratio^first ..= ratio^(first + n)`; bucket `k` is `[edge(k), edge(k + 1))`.
#[derive(Debug, Clone)]
pub struct PriceGrid {
    ratio: f64,
    first: i64,
    edges: Vec<f64>,
}

impl PriceGrid {
    /// Grid that holds every price of `[low, high]` and `margin` buckets more on each side.
    ///
    /// # Errors
    /// When `ratio` is not in `(1, 2]`, a price is not positive and finite, `low > high`, or the grid would be absurd.
    pub fn covering(ratio: f64, low: f64, high: f64, margin: i64) -> CoreResult<Self> {
        if !(ratio > 1.0 && ratio <= 2.0) {
            return Err(CoreError::new("bucket_ratio", "must be above 1 and at most 2", ratio));
        }
        if !(low > 0.0 && low <= high && high.is_finite()) {
            return Err(CoreError::new(
                "price",
                "low and high must be positive, finite and low <= high",
                format!("{low}..{high}"),
            ));
        }
        let first = index_of(ratio, low)? - margin;
        let last = index_of(ratio, high)? + margin;
        if first < -MAXIMUM_INDEX || last > MAXIMUM_INDEX {
            return Err(CoreError::new("bucket_ratio", "makes too many buckets", ratio));
        }
        Ok(Self { ratio, first, edges: edge_sequence(ratio, first, last + 1) })
    }

    /// Grid of the buckets `first..end`.
    ///
    /// # Errors
    /// When `ratio` is not in `(1, 2]`, there is no bucket, or one lies farther than any market needs.
    pub fn spanning(ratio: f64, first: i64, end: i64) -> CoreResult<Self> {
        if !(ratio > 1.0 && ratio <= 2.0) || first < -MAXIMUM_INDEX || end > MAXIMUM_INDEX || first >= end {
            return Err(CoreError::new("bucket_ratio", "makes too many buckets", ratio));
        }
        Ok(Self { ratio, first, edges: edge_sequence(ratio, first, end) })
    }

    /// Ratio of neighbouring edges.
    pub fn ratio(&self) -> f64 {
        self.ratio
    }

    /// Global index of the first bucket.
    pub fn first(&self) -> i64 {
        self.first
    }

    /// Number of buckets.
    pub fn n_buckets(&self) -> usize {
        self.edges.len() - 1
    }

    /// All edges, one more than buckets.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// Lower edge of bucket `index`, which must lie in the grid.
    #[inline]
    pub fn edge(&self, index: i64) -> f64 {
        self.edges[(index - self.first) as usize]
    }

    /// Representative price of bucket `index`: the middle of its edges.
    #[inline]
    pub fn middle(&self, index: i64) -> f64 {
        let at = (index - self.first) as usize;
        (self.edges[at] + self.edges[at + 1]) * 0.5
    }

    /// Bucket that holds `price`, walking from `hint` (prices of neighbouring bars are close). The price must lie
    /// within the grid; outside it the nearest bucket is returned.
    #[inline]
    pub fn locate(&self, price: f64, hint: i64) -> i64 {
        let last = self.edges.len() - 2;
        let mut at = (hint - self.first).clamp(0, last as i64) as usize;
        while at < last && self.edges[at + 1] <= price {
            at += 1;
        }
        while at > 0 && self.edges[at] > price {
            at -= 1;
        }
        self.first + at as i64
    }

    /// Whether `[low, high]` and `margin` buckets beyond lie inside the grid.
    #[inline]
    pub fn covers(&self, low: f64, high: f64, margin: i64) -> bool {
        let n = self.edges.len() as i64;
        2 * margin + 2 < n && self.edges[margin as usize] <= low && high < self.edges[(n - 1 - margin) as usize]
    }
}

/// Global index of the bucket of `price`.
fn index_of(ratio: f64, price: f64) -> CoreResult<i64> {
    let mut index = 0;
    let mut edge = 1.0;
    if price >= 1.0 {
        loop {
            let next = edge * ratio;
            if next > price || index >= MAXIMUM_INDEX {
                break;
            }
            edge = next;
            index += 1;
        }
    } else {
        while edge > price && index > -MAXIMUM_INDEX {
            edge /= ratio;
            index -= 1;
        }
    }
    if index.abs() >= MAXIMUM_INDEX {
        return Err(CoreError::new("bucket_ratio", "makes too many buckets for this price", ratio));
    }
    Ok(index)
}

/// Edges of indices `first..=last`.
fn edge_sequence(ratio: f64, first: i64, last: i64) -> Vec<f64> {
    let mut edges = Vec::with_capacity((last - first + 1) as usize);
    let mut edge = 1.0;
    let mut below = Vec::new();
    let mut index = 0;
    while index > first {
        edge /= ratio;
        index -= 1;
        if index <= last {
            below.push(edge);
        }
    }
    edges.extend(below.into_iter().rev());
    edge = 1.0;
    for index in 0..=last.max(-1) {
        if index >= first {
            edges.push(edge);
        }
        edge *= ratio;
    }
    edges
}

/// How a bar's range `[low, high]` spreads over the buckets it touches: uniform in price, by overlap.
///
/// Calls `visit(bucket, share)` in rising order; the shares add to one. A bar without range falls in one bucket.
#[inline(always)]
pub fn spread_over_range(
    grid: &PriceGrid,
    low: f64,
    high: f64,
    low_bucket: i64,
    high_bucket: i64,
    mut visit: impl FnMut(i64, f64),
) {
    if low_bucket == high_bucket {
        visit(low_bucket, 1.0);
        return;
    }
    let inverse_range = 1.0 / (high - low);
    for bucket in low_bucket..=high_bucket {
        let from = if bucket == low_bucket { low } else { grid.edge(bucket) };
        let to = if bucket == high_bucket { high } else { grid.edge(bucket + 1) };
        visit(bucket, (to - from) * inverse_range);
    }
}

/// Check that edges are finite and increase.
///
/// # Errors
/// When they do not, or there are fewer than two.
pub fn check_edges(edges: &[f64]) -> CoreResult<()> {
    if edges.len() < 2 {
        return Err(CoreError::new("price_edges", "must hold at least 2 edges", edges.len()));
    }
    let sound = edges.windows(2).all(|pair| pair[0] < pair[1]);
    if !sound || !edges[0].is_finite() || !edges[edges.len() - 1].is_finite() {
        return Err(CoreError::new("price_edges", "must be finite and strictly increase", "edges that do not"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_global_and_contain_their_prices() {
        let wide = PriceGrid::covering(1.0005, 0.4, 90_000.0, 10).expect("valid");
        let narrow = PriceGrid::covering(1.0005, 60_000.0, 61_000.0, 3).expect("valid");
        let shift = (narrow.first() - wide.first()) as usize;
        assert_eq!(narrow.edges(), &wide.edges()[shift..shift + narrow.edges().len()]);
        for price in [0.4, 0.99999, 1.0, 1.00049, 1.0005, 59_999.5, 90_000.0] {
            let bucket = wide.locate(price, 0);
            assert!(wide.edge(bucket) <= price && price < wide.edge(bucket + 1), "{price}");
            assert_eq!(bucket, wide.locate(price, bucket + 5_000));
        }
    }

    #[test]
    fn the_spread_adds_to_one() {
        let grid = PriceGrid::covering(1.0005, 100.0, 120.0, 5).expect("valid");
        for (low, high) in [(100.0, 120.0), (100.001, 100.002), (101.0, 101.0), (100.03, 100.08)] {
            let (a, b) = (grid.locate(low, 0), grid.locate(high, 0));
            let mut sum = 0.0;
            spread_over_range(&grid, low, high, a, b, |_, share| {
                assert!(share >= 0.0);
                sum += share;
            });
            assert!((sum - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn absurd_grids_are_refused() {
        assert!(PriceGrid::covering(1.0, 1.0, 2.0, 0).is_err());
        assert!(PriceGrid::covering(1.0005, 0.0, 2.0, 0).is_err());
        assert!(PriceGrid::covering(1.000_000_001, 60_000.0, 60_001.0, 0).is_err());
        assert!(PriceGrid::covering(1.0005, 3.0, 2.0, 0).is_err());
    }
}
