//! USD to one byte on a logarithmic scale, by comparing with thresholds: no logarithm, so every platform agrees.

use crate::error::{CoreError, CoreResult};

/// Ratio of neighbouring levels, `10^(4/254)`: four decades lie between the largest value (255) and the smallest that
/// keeps its own level (1).
const LEVEL_RATIO: f64 = 1.036_926_638_287_343_9;
/// Highest threshold relative to the maximum: `10^(-2/254)`, half a level below it.
const TOP_THRESHOLD: f64 = 0.982_032_779_063_125_7;
const N_THRESHOLDS: usize = 254;
/// Bits of a float that the lookup ignores; what is left resolves 0.4 %, far finer than a level.
const KEY_SHIFT: u32 = 15;

/// The 254 rising thresholds relative to the maximum; level `q >= 1` starts at `thresholds[q - 2]`.
pub fn relative_thresholds() -> [f64; N_THRESHOLDS] {
    let mut thresholds = [TOP_THRESHOLD; N_THRESHOLDS];
    for at in (0..N_THRESHOLDS - 1).rev() {
        thresholds[at] = thresholds[at + 1] / LEVEL_RATIO;
    }
    thresholds
}

/// Write the level of each value: 0 for nothing, 1..=255 for `maximum * 10^(4 * ((q - 1) / 254 - 1))`.
///
/// # Errors
/// When the lengths differ or `maximum` is not finite and at least 0.
pub fn quantise_log(values: &[f32], maximum: f32, n_threads: usize, levels: &mut [u8]) -> CoreResult<()> {
    if values.len() != levels.len() {
        return Err(CoreError::new("levels", format!("must hold {} entries", values.len()), levels.len()));
    }
    if !(maximum >= 0.0 && maximum.is_finite()) {
        return Err(CoreError::new("maximum", "must be finite and at least 0", maximum));
    }
    if maximum == 0.0 {
        levels.fill(0);
        return Ok(());
    }
    let table = LevelTable::new(maximum);
    let share = values.len().div_ceil(n_threads.max(1)).max(1);
    std::thread::scope(|scope| {
        for (values, levels) in values.chunks(share).zip(levels.chunks_mut(share)) {
            let table = &table;
            scope.spawn(move || {
                for (level, &value) in levels.iter_mut().zip(values) {
                    *level = table.level(value);
                }
            });
        }
    });
    Ok(())
}

/// Thresholds scaled to one maximum, with a first guess for every 0.4 % of the range.
struct LevelTable {
    thresholds: [f32; N_THRESHOLDS + 1],
    first_key: u32,
    guesses: Vec<u8>,
}

impl LevelTable {
    fn new(maximum: f32) -> Self {
        // Nothing is at or above the last one, not even infinity.
        let mut thresholds = [f32::NAN; N_THRESHOLDS + 1];
        for (scaled, relative) in thresholds.iter_mut().zip(relative_thresholds()) {
            *scaled = (relative * f64::from(maximum)) as f32;
        }
        let first_key = thresholds[0].to_bits() >> KEY_SHIFT;
        let last_key = thresholds[N_THRESHOLDS - 1].to_bits() >> KEY_SHIFT;
        let guesses = (first_key..=last_key + 1)
            .map(|key| thresholds.partition_point(|threshold| (threshold.to_bits() >> KEY_SHIFT) < key) as u8)
            .collect();
        Self { thresholds, first_key, guesses }
    }

    /// Without a branch: filled and empty cells follow each other as they like.
    #[inline(always)]
    fn level(&self, value: f32) -> u8 {
        let key = (value.to_bits() >> KEY_SHIFT).saturating_sub(self.first_key) as usize;
        let guess = self.guesses[key.min(self.guesses.len() - 1)];
        let level = 1 + guess + u8::from(value >= self.thresholds[guess as usize]);
        // Not a number is not above 0 either.
        u8::from(value > 0.0) * level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_count_the_thresholds_at_or_below() {
        for maximum in [1.0f32, 3.7e6, 9.1e9, 2.0e-3] {
            let scaled: Vec<f32> =
                relative_thresholds().iter().map(|relative| (relative * f64::from(maximum)) as f32).collect();
            let mut values =
                vec![0.0, f32::NAN, -1.0, maximum, maximum * 1e-9, f32::MIN_POSITIVE, maximum * 2.0, f32::INFINITY];
            for &threshold in &scaled {
                values.extend([threshold, threshold.next_down(), threshold.next_up(), threshold * 1.01]);
            }
            let mut levels = vec![0; values.len()];
            quantise_log(&values, maximum, 3, &mut levels).expect("valid");
            for (&value, &level) in values.iter().zip(&levels) {
                let expected =
                    if value > 0.0 { 1 + scaled.iter().filter(|&&threshold| value >= threshold).count() } else { 0 };
                assert_eq!(usize::from(level), expected, "{value} of {maximum}");
            }
            assert_eq!(levels[3], 255);
        }
    }

    #[test]
    fn the_scale_is_the_documented_one() {
        let thresholds = relative_thresholds();
        for (at, threshold) in thresholds.iter().enumerate() {
            let exact = 10f64.powf(4.0 * ((at as f64 + 0.5) / 254.0 - 1.0));
            assert!((threshold / exact - 1.0).abs() < 1e-12);
        }
    }
}
