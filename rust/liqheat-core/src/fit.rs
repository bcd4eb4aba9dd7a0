//! Fitting: the non-negative Poisson mixture by expectation–maximisation, and the trailing extremes of its features.

use std::collections::VecDeque;

use crate::error::{CoreError, CoreResult, expect_length};

/// A rate that a feature row may not fall below: a liquidation where every feature is 0 says nothing of any weight.
const SMALLEST_RATE: f64 = 1e-12;

/// Fit `y ≈ features · weights` with weights at least 0: Poisson quasi-likelihood with a Gamma prior on each weight.
///
/// `features` is row-major, `y.len()` rows of `prior.len()` columns; `start` holds the first weights. The prior of a
/// weight has mean `prior` and the weight of `strength` mean exposures (the mean over columns of their sums). Every
/// iteration keeps weights non-negative and does not lower the posterior.
///
/// # Errors
/// When a length does not match, or a value is negative or not finite.
pub fn fit_mixture(
    y: &[f64],
    features: &[f64],
    start: &[f64],
    prior: &[f64],
    strength: &[f64],
    n_iterations: u32,
) -> CoreResult<Vec<f64>> {
    let n_columns = prior.len();
    expect_length("features", features, y.len() * n_columns)?;
    expect_length("start", start, n_columns)?;
    expect_length("strength", strength, n_columns)?;
    for (name, values) in [("y", y), ("features", features), ("start", start), ("prior", prior), ("strength", strength)]
    {
        if let Some(&bad) = values.iter().find(|&&value| !(value >= 0.0 && value.is_finite())) {
            return Err(CoreError::new(name, "must be finite and at least 0", bad));
        }
    }
    let mut exposure = vec![0.0; n_columns];
    for row in features.chunks_exact(n_columns.max(1)) {
        for (sum, value) in exposure.iter_mut().zip(row) {
            *sum += value;
        }
    }
    let mean_exposure = exposure.iter().sum::<f64>() / n_columns.max(1) as f64;
    let pseudo_exposure: Vec<f64> = strength.iter().map(|strength| strength * mean_exposure).collect();
    // Rows without liquidations count through their exposure alone.
    let (mut counts, mut rows) = (Vec::new(), Vec::new());
    for (&count, row) in y.iter().zip(features.chunks_exact(n_columns.max(1))) {
        if count > 0.0 && row.iter().any(|&value| value > 0.0) {
            counts.push(count);
            rows.extend_from_slice(row);
        }
    }
    let mut weights = start.to_vec();
    let mut shares = vec![0.0; n_columns];
    for _ in 0..n_iterations {
        shares.fill(0.0);
        for (&count, row) in counts.iter().zip(rows.chunks_exact(n_columns)) {
            let rate = dot(row, &weights).max(SMALLEST_RATE);
            let ratio = count / rate;
            for (share, value) in shares.iter_mut().zip(row) {
                *share += ratio * value;
            }
        }
        for column in 0..n_columns {
            let numerator = weights[column] * shares[column] + pseudo_exposure[column] * prior[column];
            let denominator = exposure[column] + pseudo_exposure[column];
            weights[column] = if denominator > 0.0 { numerator / denominator } else { 0.0 };
        }
    }
    Ok(weights)
}

/// Lowest of the `window` values before each one, that one excluded; the first has none before it and is its own.
///
/// # Errors
/// When `window` is 0 or a value is not finite.
pub fn trailing_minimum(values: &[f64], window: usize) -> CoreResult<Vec<f64>> {
    if window == 0 {
        return Err(CoreError::new("window", "must be at least 1", window));
    }
    if let Some(&bad) = values.iter().find(|value| !value.is_finite()) {
        return Err(CoreError::new("values", "must be finite", bad));
    }
    let mut candidates: VecDeque<usize> = VecDeque::new();
    let mut lowest = Vec::with_capacity(values.len());
    for (index, &value) in values.iter().enumerate() {
        while candidates.front().is_some_and(|&first| first + window < index) {
            candidates.pop_front();
        }
        lowest.push(candidates.front().map_or(value, |&first| values[first]));
        while candidates.back().is_some_and(|&last| values[last] >= value) {
            candidates.pop_back();
        }
        candidates.push_back(index);
    }
    Ok(lowest)
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    // Four interleaved lanes: one fixed order that a processor can overlap.
    let mut lanes = [0.0; 4];
    let (left_fours, right_fours) = (left.chunks_exact(4), right.chunks_exact(4));
    let rest: f64 = left_fours.remainder().iter().zip(right_fours.remainder()).map(|(a, b)| a * b).sum();
    for (left, right) in left_fours.zip(right_fours) {
        for lane in 0..4 {
            lanes[lane] += left[lane] * right[lane];
        }
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_truth_is_found_where_the_data_follow_it() {
        let features: Vec<f64> = (0..300).flat_map(|i| [f64::from(i % 7), f64::from(i % 5), 1.0]).collect();
        let truth = [2.0, 0.0, 0.5];
        let y: Vec<f64> = features.chunks(3).map(|row| dot(row, &truth)).collect();
        let found = fit_mixture(&y, &features, &[1.0; 3], &[0.0; 3], &[0.0; 3], 5000).expect("valid");
        for (found, truth) in found.iter().zip(truth) {
            assert!((found - truth).abs() < 1e-3, "{found} {truth}");
        }
    }

    #[test]
    fn a_column_that_never_showed_keeps_its_prior() {
        let features = [1.0, 0.0, 2.0, 0.0];
        let found = fit_mixture(&[3.0, 6.0], &features, &[1.0, 0.7], &[1.0, 0.7], &[0.01, 0.01], 200).expect("valid");
        assert!((found[1] - 0.7).abs() < 1e-12 && (found[0] - 3.0).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn the_posterior_never_falls_without_a_prior() {
        let features: Vec<f64> = (0..200).map(|i| f64::from((i * 37) % 11)).collect();
        let y: Vec<f64> = (0..100).map(|i| f64::from((i * 53) % 17)).collect();
        let likelihood = |weights: &[f64]| -> f64 {
            y.iter()
                .zip(features.chunks(2))
                .map(|(count, row)| {
                    let rate = dot(row, weights);
                    if rate > 0.0 { count * rate.ln() - rate } else { 0.0 }
                })
                .sum()
        };
        let mut weights = vec![1.0, 1.0];
        let mut before = likelihood(&weights);
        for _ in 0..50 {
            weights = fit_mixture(&y, &features, &weights, &[0.0; 2], &[0.0; 2], 1).expect("valid");
            let after = likelihood(&weights);
            assert!(after >= before - 1e-9 * before.abs());
            before = after;
        }
    }

    #[test]
    fn the_trailing_minimum_leaves_its_own_bar_out() {
        let found = trailing_minimum(&[5.0, 3.0, 4.0, 1.0, 6.0, 7.0], 2).expect("valid");
        assert_eq!(found, [5.0, 5.0, 3.0, 3.0, 1.0, 1.0]);
    }

    #[test]
    fn bad_input_is_named() {
        assert!(fit_mixture(&[1.0], &[f64::NAN], &[1.0], &[1.0], &[0.0], 1).is_err());
        assert!(fit_mixture(&[1.0], &[1.0, 2.0], &[1.0], &[1.0], &[0.0], 1).is_err());
        assert!(trailing_minimum(&[1.0], 0).is_err());
    }
}
