//! The filled cells of a grid as JSON text: a list of `[column, row, USD]`, by column, then row.

use std::io::Write;

/// From here on dollars are written with all digits: cents would no longer be exact.
const EXACT_CENTS_USD: f64 = 1e13;

/// Write the cells of a grid of `n_columns` values a row that are above 0. USD are in cents where there are dollars, and
/// with all digits where there is less; they have a decimal point always.
pub fn cells_json(values: &[f32], n_columns: usize) -> Vec<u8> {
    let n_rows = values.len().checked_div(n_columns).unwrap_or(0);
    let mut text = Vec::with_capacity(2 + 24 * values.iter().filter(|value| **value > 0.0).count());
    text.push(b'[');
    for column in 0..n_columns {
        for row in 0..n_rows {
            let usd = f64::from(values[row * n_columns + column]);
            if usd > 0.0 {
                if text.len() > 1 {
                    text.push(b',');
                }
                text.push(b'[');
                push_whole(&mut text, column as u64);
                text.push(b',');
                push_whole(&mut text, row as u64);
                text.push(b',');
                push_usd(&mut text, usd);
                text.push(b']');
            }
        }
    }
    text.push(b']');
    text
}

fn push_whole(text: &mut Vec<u8>, mut value: u64) {
    let (mut digits, mut at) = ([0_u8; 20], 20);
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    text.extend_from_slice(&digits[at..]);
}

fn push_usd(text: &mut Vec<u8>, usd: f64) {
    if !(1.0..EXACT_CENTS_USD).contains(&usd) {
        // Writing into memory cannot fail.
        let _ = write!(text, "{usd:?}");
        return;
    }
    let cents = (usd * 100.0).round_ties_even() as u64;
    push_whole(text, cents / 100);
    text.push(b'.');
    text.push(b'0' + (cents % 100 / 10) as u8);
    if !cents.is_multiple_of(10) {
        text.push(b'0' + (cents % 10) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_written_by_column_with_cents() {
        let text = cells_json(&[0.0, 12.345, 1.0, 0.001, 0.0, 2e13], 3);
        assert_eq!(
            String::from_utf8_lossy(&text),
            "[[0,1,0.0010000000474974513],[1,0,12.35],[2,0,1.0],[2,1,19999999655936.0]]"
        );
        assert_eq!(cells_json(&[], 0), b"[]");
        assert_eq!(cells_json(&[0.0; 4], 2), b"[]");
    }
}
