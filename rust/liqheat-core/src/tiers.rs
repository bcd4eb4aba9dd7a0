//! Distance tiers: how far from its entry a position is liquidated, and how fast such positions come and go.

use crate::error::{CoreError, CoreResult};

/// Most tiers a book may have, a side.
const MAXIMUM_TIERS: usize = 256;

/// Shifts, weights and hazards by slot (`side * n_tiers + tier`), tiers from nearest to farthest.
#[derive(Debug, Clone)]
pub struct DistanceTiers {
    n_tiers: usize,
    shifts: Vec<i64>,
    weights: Vec<f64>,
    hazards: Vec<f64>,
    inert_weights: [f64; 2],
    maximum_shift: i64,
}

impl DistanceTiers {
    /// Check and take the tiers.
    ///
    /// * `shifts`: buckets between entry and liquidation, at least 1.
    /// * `weights`: share of a side's opens that enters the tier; a side's shares add to at most 1, the rest is inert.
    /// * `hazards`: closing speed relative to the inert stock, falling (or level) with distance.
    ///
    /// # Errors
    /// When lengths differ or a rule above is broken.
    pub fn new(shifts: Vec<i64>, weights: Vec<f64>, hazards: Vec<f64>) -> CoreResult<Self> {
        let n_tiers = shifts.len() / 2;
        if !shifts.len().is_multiple_of(2) || n_tiers == 0 || n_tiers > MAXIMUM_TIERS {
            return Err(CoreError::new("shifts", "must hold 1 to 256 tiers for each of two sides", shifts.len()));
        }
        if weights.len() != shifts.len() || hazards.len() != shifts.len() {
            return Err(CoreError::new(
                "weights, hazards",
                format!("must have {} entries like shifts", shifts.len()),
                format!("{}, {}", weights.len(), hazards.len()),
            ));
        }
        if let Some(shift) = shifts.iter().find(|&&shift| !(1..=1_000_000).contains(&shift)) {
            return Err(CoreError::new("shifts", "must be from 1 to 1,000,000 buckets", shift));
        }
        if let Some(weight) = weights.iter().find(|weight| !(**weight >= 0.0 && weight.is_finite())) {
            return Err(CoreError::new("weights", "must be finite and at least 0", weight));
        }
        let mut inert_weights = [0.0; 2];
        for (side, inert_weight) in inert_weights.iter_mut().enumerate() {
            let slots = side * n_tiers..(side + 1) * n_tiers;
            let sum: f64 = weights[slots.clone()].iter().sum();
            if sum > 1.0 + 1e-12 {
                return Err(CoreError::new("weights", "must add to at most 1 on each side", sum));
            }
            *inert_weight = (1.0 - sum).max(0.0);
            let side_hazards = &hazards[slots];
            let falling = side_hazards.windows(2).all(|pair| pair[0] >= pair[1]);
            if !falling || side_hazards.iter().any(|hazard| !(*hazard > 0.0 && hazard.is_finite())) {
                return Err(CoreError::new(
                    "hazards",
                    "must be positive, finite and not rise with distance",
                    format!("{side_hazards:?}"),
                ));
            }
        }
        let maximum_shift = shifts.iter().copied().max().unwrap_or(0);
        Ok(Self { n_tiers, maximum_shift, shifts, weights, hazards, inert_weights })
    }

    /// Tiers on each side.
    pub fn n_tiers(&self) -> usize {
        self.n_tiers
    }

    /// Buckets from entry to liquidation, by slot.
    pub fn shifts(&self) -> &[i64] {
        &self.shifts
    }

    /// Share of opens, by slot.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Relative closing speed, by slot.
    pub fn hazards(&self) -> &[f64] {
        &self.hazards
    }

    /// Share of a side's opens that is never liquidated.
    pub fn inert_weight(&self, side: usize) -> f64 {
        self.inert_weights[side]
    }

    /// Largest shift of all.
    pub fn maximum_shift(&self) -> i64 {
        self.maximum_shift
    }
}
