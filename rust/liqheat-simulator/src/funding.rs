//! Funding: every eight hours one side pays the other, out of its margin.

use crate::engine::Venue;

/// Rate of a balanced market without a premium: the quote currency costs more to borrow than the coin.
const INTEREST_RATE: f64 = 0.00003;
/// Rate that a crowd pays which is all on one side: makers want to be paid for the other.
const LEAN_RATE: f64 = 0.0002;
const LARGEST_RATE: f64 = 0.003;

/// Rate for a mean premium over the index and the crowd's net position as a share of its gross one.
fn funding_rate(mean_premium: f64, net_share: f64) -> f64 {
    (INTEREST_RATE + LEAN_RATE * net_share + mean_premium).clamp(-LARGEST_RATE, LARGEST_RATE)
}

impl Venue {
    /// Move funding between the margins of longs and shorts. Market makers pay or receive the rest from their own.
    pub(crate) fn pay_funding(&mut self) {
        let [longs, shorts] = self.positions.lots.map(|lots| lots as f64);
        let rate = funding_rate(self.price.take_mean_premium(), (longs - shorts) / (longs + shorts).max(1.0));
        let mark = self.price.mark;
        for id in 0..self.positions.n_ids() {
            let position = self.positions.get_mut(id);
            if !position.is_open {
                continue;
            }
            let payment = position.direction() * rate * mark * position.quantity();
            position.set_margin(position.margin - payment, self.rules);
            self.totals.funding_paid_usd += payment.max(0.0);
            self.set_liquidation_trigger(id);
        }
        if self.is_published {
            self.funding.time_ms.push(self.time_ms);
            self.funding.rate.push(rate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::funding_rate;

    #[test]
    fn the_crowded_side_pays_and_a_premium_adds_to_it() {
        assert_eq!(funding_rate(0.0, 0.0), 0.00003);
        assert!(funding_rate(0.0, 0.5) > funding_rate(0.0, 0.0) && funding_rate(0.0, -0.5) < 0.0);
        assert!((funding_rate(0.001, 0.0) - 0.00103).abs() < 1e-15);
        assert_eq!(funding_rate(0.5, 0.0), 0.003);
        assert_eq!(funding_rate(-0.5, 0.0), -0.003);
    }
}
