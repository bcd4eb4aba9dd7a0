//! Notional by price bucket: the inner loop of every static liquidation map.

use crate::buckets::check_edges;
use crate::error::{CoreError, CoreResult};

/// Guide cells for each bucket of uneven edges: more make the first guess better and the table larger.
const GUIDE_CELLS_EACH: usize = 4;
/// Prices whose buckets are guessed together.
const BLOCK: usize = 512;
/// Adding 2^52 leaves a whole number, rounded, in the low bits of a float.
const ROUNDING: f64 = (1u64 << 52) as f64;
/// Edges this close to even, in widths, put a computed bucket at most one off.
const EVEN_TOLERANCE: f64 = 1e-3;

/// Add each notional to the bucket of its price. Prices outside the edges, and NaN (a position that is never
/// liquidated), are left out. Buckets are half-open, also the last one.
///
/// # Errors
/// When lengths differ, edges do not increase, or a notional is negative or not finite; `out` is then unchanged.
pub fn aggregate_liquidations(prices: &[f64], notional_usd: &[f64], edges: &[f64], out: &mut [f64]) -> CoreResult<()> {
    check_edges(edges)?;
    if prices.len() != notional_usd.len() {
        return Err(CoreError::new(
            "notional_usd",
            format!("must be as long as prices ({})", prices.len()),
            notional_usd.len(),
        ));
    }
    let n_buckets = edges.len() - 1;
    if out.len() != n_buckets {
        return Err(CoreError::new("out", format!("must hold {n_buckets} buckets"), out.len()));
    }
    check_notional(notional_usd)?;
    let (low, high) = (edges[0], edges[n_buckets]);
    let width = (high - low) / n_buckets as f64;
    let is_even = |(at, &edge): (usize, &f64)| (edge - (low + at as f64 * width)).abs() <= EVEN_TOLERANCE * width;
    let n_cells = n_buckets * if edges.iter().enumerate().all(is_even) { 1 } else { GUIDE_CELLS_EACH };
    let scale = n_cells as f64 / (high - low);
    if !(scale.is_finite() && scale > 0.0) {
        return Err(CoreError::new("price_edges", "must span a range of ordinary size", format!("{low:e}..{high:e}")));
    }
    // A first guess for each cell; edges decide, so the walk goes both ways.
    let guide: Vec<u32> = (0..=n_cells)
        .map(|cell| {
            let price = low + (cell as f64 + 0.5) / scale;
            // The middle of a cell, not its end: there rounding would put every even bucket one off.
            edges[1..n_buckets].partition_point(|&edge| edge <= price) as u32
        })
        .collect();
    let (lower, upper) = (&edges[..n_buckets], &edges[1..]);
    let last_cell = (n_cells - 1) as f64;
    let mut cells = [0u32; BLOCK];
    for (prices, notional_usd) in prices.chunks(BLOCK).zip(notional_usd.chunks(BLOCK)) {
        // Guesses first, for a whole block: this loop has no branch and no memory to wait for.
        for (cell, &price) in cells.iter_mut().zip(prices) {
            let position = (price - low) * scale - 0.5;
            // Comparisons, not `max` and `min`: a NaN becomes 0, and each is one instruction.
            let position = if position > 0.0 { position } else { 0.0 };
            let position = if position < last_cell { position } else { last_cell };
            *cell = (position + ROUNDING).to_bits() as u32;
        }
        for ((&cell, &price), &usd) in cells.iter().zip(prices).zip(notional_usd) {
            // The guess is right nearly always when edges are even; edges decide either way.
            let mut bucket = (guide[cell as usize] as usize).min(n_buckets - 1);
            if !(lower[bucket] <= price && price < upper[bucket]) {
                if !(price >= low && price < high) {
                    continue;
                }
                bucket = walk(edges, bucket, price);
            }
            out[bucket] += usd;
        }
    }
    Ok(())
}

fn check_notional(notional_usd: &[f64]) -> CoreResult<()> {
    let is_bad = |usd: &f64| !(*usd >= 0.0 && *usd <= f64::MAX);
    for (block, values) in notional_usd.chunks(BLOCK).enumerate() {
        // Without leaving early, so that the block is compared on many lanes.
        if values.iter().fold(false, |bad, usd| bad | is_bad(usd)) {
            let row = block * BLOCK + values.iter().position(is_bad).unwrap_or(0);
            let rule = format!("must be finite and at least 0 (row {row})");
            return Err(CoreError::new("notional_usd", rule, notional_usd[row]));
        }
    }
    Ok(())
}

/// Bucket of `price`, which lies within the edges, from a near one.
#[inline(never)]
fn walk(edges: &[f64], mut bucket: usize, price: f64) -> usize {
    while edges[bucket + 1] <= price {
        bucket += 1;
    }
    while edges[bucket] > price {
        bucket -= 1;
    }
    bucket
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
