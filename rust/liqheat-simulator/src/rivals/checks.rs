//! What rules and bars must satisfy before a map is run.

use super::{RivalBars, RivalRules};
use liqheat_core::{CoreError, CoreResult, expect_length};

/// More buckets on each side of the close than any look needs.
const MAXIMUM_WINDOW: i64 = 1 << 20;

/// Number of buckets that a look covers on each side.
///
/// # Errors
/// When it is negative or absurd.
pub(super) fn window(n_window: i64) -> CoreResult<usize> {
    if (0..=MAXIMUM_WINDOW).contains(&n_window) {
        return Ok(n_window as usize);
    }
    Err(CoreError::new("n_window", format!("must be from 0 to {MAXIMUM_WINDOW}"), n_window))
}

/// Check every rule and every length.
///
/// # Errors
/// The first that does not hold.
pub(super) fn check(rules: &RivalRules, bars: &RivalBars<'_>, n_slots: usize) -> CoreResult<()> {
    let n_tiers = n_slots / 2;
    let wrong = |argument, rule: String, found: String| Err(CoreError::new(argument, rule, found));
    if n_slots == 0 || n_slots % 2 == 1 {
        return wrong("factors", "must hold one value for each side and tier".into(), n_slots.to_string());
    }
    for (argument, values) in [("shares", &rules.shares), ("keep", &rules.keep), ("hazards", &rules.hazards)] {
        expect_length(argument, values, n_tiers)?;
        if let Some(value) = values.iter().find(|&value| !(*value >= 0.0 && value.is_finite())) {
            return wrong(argument, "must be finite and at least 0".into(), value.to_string());
        }
    }
    if let Some(factor) = rules.factors.iter().find(|&factor| !(*factor > 0.0 && factor.is_finite())) {
        return wrong("factors", "must be finite and above 0".into(), factor.to_string());
    }
    if let Some(keep) = rules.keep.iter().find(|&keep| *keep > 1.0) {
        return wrong("keep", "must be at most 1".into(), keep.to_string());
    }
    if !(rules.blur >= 0.0 && rules.blur <= 0.5) {
        return wrong("blur", "must be from 0 to 0.5".into(), rules.blur.to_string());
    }
    if !(rules.fade >= 0.0 && rules.fade.is_finite()) {
        return wrong("fade", "must be finite and at least 0".into(), rules.fade.to_string());
    }
    let n_bars = bars.low.len();
    for (argument, values, length) in [
        ("high", bars.high, n_bars),
        ("close", bars.close, n_bars),
        ("mark_low", bars.mark_low, n_bars),
        ("mark_high", bars.mark_high, n_bars),
        ("opened", bars.opened, 2 * n_bars),
        ("closed", bars.closed, 2 * n_bars),
        ("change", bars.change, n_bars),
        ("refill", bars.refill, 2 * n_bars),
    ] {
        expect_length(argument, values, length)?;
    }
    for (argument, values) in [("opened", bars.opened), ("closed", bars.closed), ("refill", bars.refill)] {
        if let Some(value) = values.iter().find(|&value| !(*value >= 0.0 && value.is_finite())) {
            return wrong(argument, "must be finite and at least 0".into(), value.to_string());
        }
    }
    for (argument, values) in [
        ("low", bars.low),
        ("high", bars.high),
        ("close", bars.close),
        ("mark_low", bars.mark_low),
        ("mark_high", bars.mark_high),
    ] {
        if let Some(value) = values.iter().find(|&value| !(*value > 0.0 && value.is_finite())) {
            return wrong(argument, "must be finite and above 0".into(), value.to_string());
        }
    }
    if let Some(value) = bars.change.iter().find(|value| !value.is_finite()) {
        return wrong("change", "must be finite".into(), value.to_string());
    }
    if rules.fade > 0.0 && (rules.follows_open_interest || bars.closed.iter().any(|&value| value > 0.0)) {
        // A slot's total, which closing needs, does not follow fading.
        return wrong("closed", "must be 0 where cells fade".into(), "more".into());
    }
    Ok(())
}
