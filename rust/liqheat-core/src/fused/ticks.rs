//! Entries on a tick grid are summed by tick first: markets trade on one, so many positions share an entry price.

/// Entries that are looked at to find the tick.
const SAMPLE: usize = 1024;
/// Decimals of a price that a tick may have.
const MOST_DECIMALS: i32 = 9;
/// A table of sums that is larger than this would be slower than no table.
const MOST_TICKS: f64 = (1 << 18) as f64;
/// Entries for each tick of the table from which on it pays.
const ENTRIES_EACH: f64 = 2.0;
/// How far the table goes beyond the sample's lowest and highest entry.
const MARGIN: f64 = 0.02;
/// Adding 2^52 leaves a whole number, rounded, in the low bits of a float.
const ROUNDING: f64 = (1u64 << 52) as f64;
/// Whole numbers up to here are exact, also times a small factor.
const LARGEST_WHOLE: f64 = (1u64 << 50) as f64;

/// Prices `(first + n) * numerator / denominator`, all of them as floats are read from decimals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ticks {
    numerator: f64,
    denominator: f64,
    /// Of the denominator.
    inverse: f64,
    /// Places for each unit of price.
    places_each: f64,
    first: f64,
    pub(super) n_ticks: usize,
}

impl Ticks {
    /// The tick of entries, where a sample of them lies on one and `low..=high` holds few enough for so many entries.
    pub(super) fn find(entries: &[f64], low: f64, high: f64) -> Option<Self> {
        let step = (entries.len() / SAMPLE).max(1);
        let sample: Vec<f64> = entries.iter().copied().step_by(step).collect();
        let (least, most) = sample
            .iter()
            .fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), entry| (least.min(*entry), most.max(*entry)));
        // Few lie beyond what a sample covers; they are counted one by one.
        let (low, high) = (low.max(least * (1.0 - MARGIN)), high.min(most * (1.0 + MARGIN)));
        (0..=MOST_DECIMALS).find_map(|decimals| Self::on(&sample, 10.0_f64.powi(decimals), low, high)).filter(|ticks| {
            let n_ticks = ticks.n_ticks as f64;
            n_ticks <= MOST_TICKS && ENTRIES_EACH * n_ticks <= entries.len() as f64
        })
    }

    fn on(sample: &[f64], denominator: f64, low: f64, high: f64) -> Option<Self> {
        let mut common = 0;
        for &entry in sample {
            let whole = (entry * denominator).round();
            if !(whole > 0.0 && whole < LARGEST_WHOLE && whole / denominator == entry) {
                return None;
            }
            common = greatest_common_divisor(common, whole as u64);
        }
        // In lowest terms: halves and quarters are then told by a product, which is sooner done than a quotient.
        let shared = greatest_common_divisor(common, denominator as u64).max(1);
        let (numerator, denominator) = ((common / shared) as f64, denominator / shared as f64);
        let (first, last) = ((low * denominator / numerator).floor(), (high * denominator / numerator).ceil());
        let n_ticks = last - first + 1.0;
        let is_sound = first >= 0.0 && first <= last && last < LARGEST_WHOLE && n_ticks <= MOST_TICKS;
        is_sound.then_some(Self {
            numerator,
            denominator,
            inverse: 1.0 / denominator,
            places_each: denominator / numerator,
            first,
            n_ticks: n_ticks as usize,
        })
    }

    /// Place of an entry; what does not lie on a tick of the table, to the bit, gets one that does not exist.
    #[inline(always)]
    pub(super) fn place<const BINARY: bool>(&self, entry: f64) -> u32 {
        // Rounding may be off here: the price of the place is compared to the bit.
        let position = entry * self.places_each - self.first;
        let position = if position > 0.0 { position } else { 0.0 };
        let rounded = (if position < MOST_TICKS { position } else { MOST_TICKS }) + ROUNDING;
        let whole = (rounded - ROUNDING) + self.first;
        let is_same = self.price_of::<BINARY>(whole) == entry;
        if is_same { rounded.to_bits() as u32 } else { u32::MAX }
    }

    /// Price of a place.
    #[inline(always)]
    pub(super) fn price(&self, place: usize) -> f64 {
        self.price_of::<false>(place as f64 + self.first)
    }

    /// Whether the denominator is a power of two, so that its inverse is exact.
    pub(super) fn is_binary(&self) -> bool {
        self.denominator.to_bits().trailing_zeros() >= 52
    }

    #[inline(always)]
    fn price_of<const BINARY: bool>(&self, whole: f64) -> f64 {
        if BINARY { whole * self.numerator * self.inverse } else { whole * self.numerator / self.denominator }
    }
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(ticks: &Ticks, entry: f64) -> u32 {
        if ticks.is_binary() {
            assert_eq!(ticks.place::<true>(entry), ticks.place::<false>(entry));
        }
        ticks.place::<false>(entry)
    }

    #[test]
    fn a_tick_is_found_and_every_price_is_told_to_the_bit() {
        for (numerator, denominator) in [(5.0, 10.0), (1.0, 100.0), (25.0, 1e2), (5.0, 1.0), (1.0, 1e8)] {
            let prices: Vec<f64> = (1..400).map(|n| f64::from(n * 7 + 6_000) * numerator / denominator).collect();
            let many: Vec<f64> = prices.iter().copied().cycle().take(200_000).collect();
            let ticks = Ticks::find(&many, prices[0], prices[398]).expect("a tick");
            assert_eq!(ticks.is_binary(), [0.5, 0.25, 5.0].contains(&(numerator / denominator)));
            for &price in &prices {
                let at = place(&ticks, price) as usize;
                assert!(at < ticks.n_ticks);
                assert_eq!(ticks.price(at).to_bits(), price.to_bits());
                assert_eq!(place(&ticks, price.next_up()), u32::MAX);
            }
            assert!(place(&ticks, prices[398] * 1.5) as usize >= ticks.n_ticks);
            assert_eq!(place(&ticks, f64::NAN), u32::MAX);
        }
        let random: Vec<f64> = (1..100_000).map(|n| f64::from(n).sqrt()).collect();
        assert_eq!(Ticks::find(&random, 1.0, 400.0), None);
        assert_eq!(Ticks::find(&[100.0, 101.0, 150.0], 90.0, 110.0), None);
        assert_eq!(Ticks::find(&[10.0; 5_000], 90.0, 110.0), None);
        assert_eq!(Ticks::find(&[f64::NAN; 5_000], 90.0, 110.0), None);
    }
}
