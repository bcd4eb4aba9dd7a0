//! Random numbers that are the same for a seed on every platform and in every version.

use crate::math;

/// xoshiro256++ (Blackman and Vigna, 2019, public domain), seeded by SplitMix64.
#[derive(Debug, Clone)]
pub struct Rng {
    state: [u64; 4],
    spare_normal: Option<f64>,
}

impl Rng {
    /// One generator for each `(seed, stream)`: streams of one seed are unrelated.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut counter = seed ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03);
        let state = [(); 4].map(|()| {
            counter = counter.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut word = counter;
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            word ^ (word >> 31)
        });
        Self { state, spare_normal: None }
    }

    fn next_word(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.next_word() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// True with the given probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Uniform index below `n`, which must not be zero.
    pub fn index(&mut self, n: usize) -> usize {
        ((self.uniform() * n as f64) as usize).min(n - 1)
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -math::ln(1.0 - self.uniform())
    }

    /// Standard normal (Marsaglia's polar method: it needs no sine).
    pub fn normal(&mut self) -> f64 {
        if let Some(value) = self.spare_normal.take() {
            return value;
        }
        loop {
            let x = 2.0 * self.uniform() - 1.0;
            let y = 2.0 * self.uniform() - 1.0;
            let square = x * x + y * y;
            if square > 1e-300 && square < 1.0 {
                let scale = (-2.0 * math::ln(square) / square).sqrt();
                self.spare_normal = Some(y * scale);
                return x * scale;
            }
        }
    }

    /// Lognormal with the given median and standard deviation of the logarithm.
    pub fn lognormal(&mut self, median: f64, log_deviation: f64) -> f64 {
        median * math::exp(log_deviation * self.normal())
    }
}

#[cfg(test)]
mod tests {
    use super::Rng;

    #[test]
    fn first_words_are_those_of_the_published_algorithm() {
        // Reference: xoshiro256++ from the state {1, 2, 3, 4}.
        let mut rng = Rng { state: [1, 2, 3, 4], spare_normal: None };
        let words: Vec<u64> = (0..4).map(|_| rng.next_word()).collect();
        assert_eq!(words, [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
    }

    #[test]
    fn moments_are_right() {
        let mut rng = Rng::new(1, 2);
        let n = 200_000;
        let (mut mean, mut square, mut fourth, mut waiting) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..n {
            let x = rng.normal();
            mean += x;
            square += x * x;
            fourth += x * x * x * x;
            waiting += rng.exponential();
        }
        let n = f64::from(n);
        assert!((mean / n).abs() < 0.01);
        assert!((square / n - 1.0).abs() < 0.02);
        assert!((fourth / n - 3.0).abs() < 0.1);
        assert!((waiting / n - 1.0).abs() < 0.01);
    }

    #[test]
    fn streams_differ() {
        assert_ne!(Rng::new(1, 0).next_word(), Rng::new(1, 1).next_word());
        assert_ne!(Rng::new(1, 0).next_word(), Rng::new(2, 0).next_word());
    }
}
