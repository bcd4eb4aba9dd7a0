//! Trigger prices of all positions, sorted into narrow price buckets, so that a step that reaches none costs one
//! comparison.

/// Which way the price must move to reach a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Reached when the price is at or below the trigger.
    Falling,
    /// Reached when the price is at or above the trigger.
    Rising,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    price: f64,
    id: u32,
}

const ABSENT: u32 = u32::MAX;

/// Triggers of one direction; at most one for each position id.
#[derive(Debug)]
pub struct TriggerBook {
    direction: Direction,
    width: f64,
    buckets: Vec<Vec<Entry>>,
    /// Bucket and slot of each id.
    places: Vec<(u32, u32)>,
    /// No trigger is reached before this price. It may be too cautious after a removal, never too lax.
    nearest: f64,
}

impl TriggerBook {
    /// An empty book with buckets of 5 bp of `reference_price`, up to ten times that price.
    pub fn new(direction: Direction, reference_price: f64) -> Self {
        Self {
            direction,
            width: reference_price * 0.0005,
            buckets: vec![Vec::new(); 20_000],
            places: Vec::new(),
            nearest: Self::never(direction),
        }
    }

    fn never(direction: Direction) -> f64 {
        match direction {
            Direction::Falling => f64::NEG_INFINITY,
            Direction::Rising => f64::INFINITY,
        }
    }

    fn bucket(&self, price: f64) -> usize {
        // `as` saturates: below zero is bucket 0.
        ((price / self.width) as usize).min(self.buckets.len() - 1)
    }

    fn reached(&self, trigger: f64, price: f64) -> bool {
        match self.direction {
            Direction::Falling => price <= trigger,
            Direction::Rising => price >= trigger,
        }
    }

    /// Set the trigger of a position, in place of any that it has here.
    pub fn set(&mut self, id: u32, price: f64) {
        let bucket = self.bucket(price);
        // Most changes are small: funding moves every margin a little.
        if let Some(&(old, slot)) = self.places.get(id as usize)
            && old as usize == bucket
        {
            self.buckets[bucket][slot as usize].price = price;
            if self.reached(price, self.nearest) {
                self.nearest = price;
            }
            return;
        }
        self.remove(id);
        if self.places.len() <= id as usize {
            self.places.resize(id as usize + 1, (ABSENT, 0));
        }
        self.places[id as usize] = (bucket as u32, self.buckets[bucket].len() as u32);
        self.buckets[bucket].push(Entry { price, id });
        if self.reached(price, self.nearest) {
            self.nearest = price;
        }
    }

    /// Forget the trigger of a position, if it has one here.
    pub fn remove(&mut self, id: u32) {
        let Some(&(bucket, slot)) = self.places.get(id as usize) else {
            return;
        };
        if bucket == ABSENT {
            return;
        }
        self.places[id as usize].0 = ABSENT;
        let entries = &mut self.buckets[bucket as usize];
        entries.swap_remove(slot as usize);
        if let Some(moved) = entries.get(slot as usize) {
            self.places[moved.id as usize].1 = slot;
        }
    }

    /// Move the ids of all triggers that `price` has reached to the end of `fired`, nearest bucket first.
    pub fn take_reached(&mut self, price: f64, fired: &mut Vec<u32>) {
        if !self.reached(self.nearest, price) {
            return;
        }
        let (mut bucket, last) = (self.bucket(self.nearest), self.bucket(price));
        loop {
            let mut slot = 0;
            let mut nearest = Self::never(self.direction);
            while let Some(&entry) = self.buckets[bucket].get(slot) {
                if self.reached(entry.price, price) {
                    fired.push(entry.id);
                    self.remove(entry.id);
                } else {
                    if self.reached(entry.price, nearest) {
                        nearest = entry.price;
                    }
                    slot += 1;
                }
            }
            let beyond = match self.direction {
                Direction::Falling => bucket <= last,
                Direction::Rising => bucket >= last,
            };
            // From the price's own bucket on, the first trigger that is left is the nearest of all.
            if beyond && nearest.is_finite() {
                self.nearest = nearest;
                return;
            }
            let next = match self.direction {
                Direction::Falling => bucket.checked_sub(1),
                Direction::Rising => Some(bucket + 1).filter(|next| *next < self.buckets.len()),
            };
            let Some(next) = next else {
                self.nearest = Self::never(self.direction);
                return;
            };
            bucket = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, TriggerBook};
    use crate::rng::Rng;

    #[test]
    fn takes_exactly_what_a_full_scan_would_take() {
        for (direction, seed) in [(Direction::Falling, 1), (Direction::Rising, 2)] {
            let mut rng = Rng::new(seed, 0);
            let mut book = TriggerBook::new(direction, 100.0);
            let mut plain: Vec<Option<f64>> = vec![None; 300];
            let mut price = 100.0;
            for _ in 0..20_000 {
                let id = rng.index(plain.len());
                if rng.chance(0.3) {
                    book.remove(id as u32);
                    plain[id] = None;
                } else {
                    let trigger = price * (1.0 + 0.02 * rng.normal());
                    book.set(id as u32, trigger);
                    plain[id] = Some(trigger);
                }
                price *= 1.0 + 0.002 * rng.normal();
                let mut fired = Vec::new();
                book.take_reached(price, &mut fired);
                fired.sort_unstable();
                let mut expected = Vec::new();
                for (id, trigger) in plain.iter_mut().enumerate() {
                    if trigger.is_some_and(|trigger| book.reached(trigger, price)) {
                        *trigger = None;
                        expected.push(id as u32);
                    }
                }
                assert_eq!(fired, expected);
            }
        }
    }
}
