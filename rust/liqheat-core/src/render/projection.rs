//! From the state's buckets to those of the picture.

use crate::buckets::PriceGrid;

/// Which state buckets make up each output bucket: shares by overlap in price.
pub(super) struct Projection {
    /// Global index of the first state bucket in the window.
    pub(super) first: i64,
    /// Number of state buckets in the window.
    pub(super) width: usize,
    /// For each output bucket, its first state bucket (window-relative) and where its shares start; one more at the end.
    sources: Vec<(u32, u32)>,
    shares: Vec<f64>,
    /// Output bucket `i` is state bucket `i`, whole.
    pub(super) is_identity: bool,
}

impl Projection {
    /// Shares of the output buckets between `edges`.
    pub(super) fn new(grid: &PriceGrid, edges: &[f64]) -> Self {
        let state_edges = grid.edges();
        let first = state_edges.partition_point(|&edge| edge <= edges[0]).saturating_sub(1);
        let end = state_edges.partition_point(|&edge| edge < edges[edges.len() - 1]).min(grid.n_buckets());
        let states = first..end.max(first);
        let (mut sources, mut shares) = (Vec::with_capacity(edges.len()), Vec::new());
        let mut state = states.start;
        for edge in edges.windows(2) {
            let (low, high) = (edge[0], edge[1]);
            while state < states.end && state_edges[state + 1] <= low {
                state += 1;
            }
            sources.push(((state - first) as u32, shares.len() as u32));
            for at in (state..states.end).take_while(|&at| state_edges[at] < high) {
                let overlap = high.min(state_edges[at + 1]) - low.max(state_edges[at]);
                shares.push(overlap / (state_edges[at + 1] - state_edges[at]));
            }
        }
        sources.push((0, shares.len() as u32));
        let width = states.len();
        let is_identity = width == edges.len() - 1 && shares.len() == width && shares.iter().all(|&share| share == 1.0);
        Self { first: grid.first() + first as i64, width, sources, shares, is_identity }
    }

    /// USD of each output bucket from USD of each state bucket.
    #[inline(always)]
    pub(super) fn project<T>(&self, usd: &[f64], out: &mut [T], convert: impl Fn(f64) -> T) {
        if self.is_identity {
            for (out, &usd) in out.iter_mut().zip(usd) {
                *out = convert(usd);
            }
            return;
        }
        for (out, pair) in out.iter_mut().zip(self.sources.windows(2)) {
            let shares = &self.shares[pair[0].1 as usize..pair[1].1 as usize];
            let states = &usd[pair[0].0 as usize..][..shares.len()];
            *out = convert(states.iter().zip(shares).fold(0.0, |sum, (usd, share)| sum + usd * share));
        }
    }
}
