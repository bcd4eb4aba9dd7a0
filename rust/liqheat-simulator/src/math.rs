//! `exp` and `ln` from additions, multiplications and divisions alone.
//!
//! The platform's own versions differ in the last bit between systems, and a market with feedback turns one bit
//! into another price path within days. These are the same everywhere; both are good to about 1e-15 relative.

const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// 1/13! down to 1/0!.
const INVERSE_FACTORIALS: [f64; 14] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// e to the power `x`; 0 below −708 and infinity above 709.
pub fn exp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x > 709.0 {
        return f64::INFINITY;
    }
    if x < -708.0 {
        return 0.0;
    }
    let exponent = (x * std::f64::consts::LOG2_E).round();
    let rest = (x - exponent * LN_2_HIGH) - exponent * LN_2_LOW;
    // Horner form of the Taylor series: |rest| <= 0.3466, so that degree 13 leaves less than 1e-17.
    let sum = INVERSE_FACTORIALS.iter().fold(0.0, |sum, term| sum * rest + term);
    sum * f64::from_bits(((1023 + exponent as i64) as u64) << 52)
}

/// Natural logarithm of a normal positive number; minus infinity for zero and below, which no caller passes.
pub fn ln(x: f64) -> f64 {
    if x < f64::MIN_POSITIVE {
        return f64::NEG_INFINITY;
    }
    let bits = x.to_bits();
    let mut exponent = (bits >> 52) as i64 - 1023;
    let mut mantissa = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa *= 0.5;
        exponent += 1;
    }
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    // 2 artanh(ratio): square <= 0.0295, so 11 terms leave less than 1e-17.
    const RECIPROCALS: [f64; 11] = [
        1.0 / 21.0,
        1.0 / 19.0,
        1.0 / 17.0,
        1.0 / 15.0,
        1.0 / 13.0,
        1.0 / 11.0,
        1.0 / 9.0,
        1.0 / 7.0,
        1.0 / 5.0,
        1.0 / 3.0,
        1.0,
    ];
    let sum = RECIPROCALS.iter().fold(0.0, |sum, term| sum * square + term);
    let exponent = exponent as f64;
    exponent * LN_2_HIGH + (2.0 * ratio * sum + exponent * LN_2_LOW)
}

#[cfg(test)]
mod tests {
    use super::{exp, ln};

    #[test]
    fn both_agree_with_the_platform_to_the_last_digits() {
        for step in -4000..4000 {
            let x = f64::from(step) * 0.017 + 0.003;
            let expected = x.exp();
            assert!((exp(x) - expected).abs() <= 4e-15 * expected, "exp({x})");
            assert!((ln(expected) - x).abs() <= 4e-15 * x.abs().max(0.1), "ln of exp({x})");
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(exp(-1e9), 0.0);
        assert_eq!(exp(1e9), f64::INFINITY);
        assert_eq!(ln(0.0), f64::NEG_INFINITY);
    }
}
