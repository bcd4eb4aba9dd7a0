//! Notional by price bucket: the inner loop of every static liquidation map.

use crate::buckets::check_edges;
use crate::error::{CoreError, CoreResult, expect_length};
use crate::locate::{BLOCK, ROUNDING, SortedPoints};

/// Edges this close to even, in widths, put a computed bucket at most one off.
const EVEN_TOLERANCE: f64 = 1e-3;

/// Add each notional to the bucket of its price. Prices outside the edges, and NaN (a position that is never
/// liquidated), are left out. Buckets are half-open, also the last one.
///
/// # Errors
/// When lengths differ, edges do not increase, or a notional is negative or not finite; `out` is then unchanged.
pub fn aggregate_liquidations(prices: &[f64], notional_usd: &[f64], edges: &[f64], out: &mut [f64]) -> CoreResult<()> {
    check_edges(edges)?;
    expect_length("notional_usd", notional_usd, prices.len())?;
    expect_length("out", out, edges.len() - 1)?;
    let guide = Guide::new(edges)?;
    // What was there comes first, as if each notional were added to it; a fault leaves it as it was.
    let mut sums = out.to_vec();
    let aggregate = Aggregate { prices, notional_usd, edges, guide: &guide, sums: &mut sums };
    if !pulp::Arch::new().dispatch(aggregate) {
        let is_bad = |usd: &f64| !(0.0..=f64::MAX).contains(usd);
        let row = notional_usd.iter().position(is_bad).unwrap_or(0);
        let rule = format!("must be finite and at least 0 (row {row})");
        return Err(CoreError::new("notional_usd", rule, notional_usd[row]));
    }
    out.copy_from_slice(&sums);
    Ok(())
}

/// How the bucket of a price is found.
enum Guide {
    /// By arithmetic, where it is certain; edges decide the rest.
    Even {
        low: f64,
        scale: f64,
        n_buckets: f64,
        /// How near to an edge, in widths, arithmetic may be wrong.
        unsure: f64,
    },
    Uneven(SortedPoints),
}

impl Guide {
    fn new(edges: &[f64]) -> CoreResult<Self> {
        let n_buckets = (edges.len() - 1) as f64;
        let (low, high) = (edges[0], edges[edges.len() - 1]);
        let (width, scale) = ((high - low) / n_buckets, n_buckets / (high - low));
        if !(scale.is_finite() && scale > 0.0) {
            let found = format!("{low:e}..{high:e}");
            return Err(CoreError::new("price_edges", "must span a range of ordinary size", found));
        }
        let off = |(at, &edge): (usize, &f64)| (edge - (low + at as f64 * width)).abs() / width;
        let unevenness = edges.iter().enumerate().map(off).fold(0.0, f64::max);
        Ok(if unevenness <= EVEN_TOLERANCE {
            // Twice as much as it takes, and more than rounding adds to a position among 2^32 buckets.
            Self::Even { low, scale, n_buckets, unsure: 2.0 * unevenness + 1e-5 }
        } else {
            Self::Uneven(SortedPoints::new(edges).0)
        })
    }

    /// Bucket of each price of a block; what lies outside the edges or is not certain gets one that does not exist.
    #[inline(always)]
    fn locate_block(&self, prices: &[f64], found: &mut [u32; BLOCK]) {
        match self {
            Self::Even { low, scale, n_buckets, unsure } => {
                for (bucket, &price) in found.iter_mut().zip(prices) {
                    let position = (price - low) * scale;
                    let rounded = position - 0.5 + ROUNDING;
                    let part = position - (rounded - ROUNDING);
                    let is_inside = (position > 0.0) & (position < *n_buckets);
                    let is_certain = (part > *unsure) & (part < 1.0 - *unsure);
                    *bucket = if is_inside & is_certain { rounded.to_bits() as u32 } else { u32::MAX };
                }
            }
            Self::Uneven(points) => {
                points.locate_block(prices, found);
                found.iter_mut().for_each(|at| *at = at.wrapping_sub(1));
            }
        }
    }
}

struct Aggregate<'a> {
    prices: &'a [f64],
    notional_usd: &'a [f64],
    edges: &'a [f64],
    guide: &'a Guide,
    sums: &'a mut [f64],
}

impl pulp::WithSimd for Aggregate<'_> {
    type Output = bool;

    /// Returns whether every notional is valid.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _instructions: S) -> bool {
        let Self { prices, notional_usd, edges, guide, sums } = self;
        let (mut buckets, mut is_valid) = ([0u32; BLOCK], true);
        for (prices, notional_usd) in prices.chunks(BLOCK).zip(notional_usd.chunks(BLOCK)) {
            is_valid &= notional_usd.iter().fold(true, |all, usd| all & (0.0..=f64::MAX).contains(usd));
            guide.locate_block(prices, &mut buckets);
            for ((&bucket, &price), &usd) in buckets.iter().zip(prices).zip(notional_usd) {
                if let Some(sum) = sums.get_mut(bucket as usize) {
                    *sum += usd;
                } else if let Some(bucket) = search(edges, price) {
                    sums[bucket] += usd;
                }
            }
        }
        is_valid
    }
}

/// Bucket of `price`; none outside the edges, which is told first: much of a map may lie there.
#[inline(never)]
fn search(edges: &[f64], price: f64) -> Option<usize> {
    let is_inside = price >= edges[0] && price < edges[edges.len() - 1];
    is_inside.then(|| edges.partition_point(|edge| *edge <= price) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_decide_not_arithmetic() {
        let edges: Vec<f64> = (1..=7).map(|tenth| f64::from(tenth) / 10.0).collect();
        let mut out = vec![0.0; 6];
        aggregate_liquidations(&[0.3, 0.1, 0.699_999, 0.7, f64::NAN, 0.05], &[1.0; 6], &edges, &mut out)
            .expect("valid");
        assert_eq!(out, [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        assert!(aggregate_liquidations(&[0.3], &[f64::NAN], &edges, &mut out).is_err());
        assert!(aggregate_liquidations(&[0.3], &[1.0], &[1.0, 1.0], &mut out[..1]).is_err());
        assert!(aggregate_liquidations(&[5e-324], &[1.0], &[0.0, 1e-323], &mut out[..1]).is_err());
    }
}
