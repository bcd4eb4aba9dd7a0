//! The agents' open positions, in a slab with stable ids, and the running totals of each side.

use crate::venue_rules::VenueRules;

/// Number of agent classes.
pub const CLASSES: usize = 4;

/// Lots in one coin. Sizes are whole lots, so that sums of them are exact.
pub const LOTS_PER_COIN: f64 = 100_000.0;

/// What an agent does before liquidation would come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Protection {
    /// Nothing: it waits.
    None,
    /// A stop order at this last price.
    Stop(f64),
    /// It adds margin, once, at this last price.
    TopUp(f64),
}

/// One open position of an agent.
#[derive(Debug, Clone, Copy)]
pub struct Position {
    /// Long, else short.
    pub is_long: bool,
    /// False once closed, until the id is used again.
    pub is_open: bool,
    /// Whether the whole account backs it, so that its margin moves with the agent's other business.
    pub is_cross: bool,
    /// Index of the agent class.
    pub class: u8,
    /// Index into `LEVERAGES`.
    pub leverage_index: u8,
    /// Size in lots.
    pub lots: i64,
    /// Entry price.
    pub entry_price: f64,
    /// Margin that backs it now, USD.
    pub margin: f64,
    /// Margin at the nominal leverage, USD.
    pub initial_margin: f64,
    /// Liquidation price on the mark; 0 for a long that cannot be liquidated.
    pub liquidation_price: f64,
    /// Take-profit price on the last trade.
    pub take_profit: Option<f64>,
    /// Stop or margin top-up.
    pub protection: Protection,
    class_slot: u32,
}

impl Position {
    /// A position without stops, with its liquidation price.
    pub fn new(is_long: bool, class: u8, leverage_index: u8, lots: i64, entry_price: f64) -> Self {
        Self {
            is_long,
            is_open: true,
            is_cross: false,
            class,
            leverage_index,
            lots,
            entry_price,
            margin: 0.0,
            initial_margin: 0.0,
            liquidation_price: 0.0,
            take_profit: None,
            protection: Protection::None,
            class_slot: 0,
        }
    }

    /// +1 for a long, −1 for a short.
    pub fn direction(&self) -> f64 {
        if self.is_long { 1.0 } else { -1.0 }
    }

    /// Size in coins.
    pub fn quantity(&self) -> f64 {
        self.lots as f64 / LOTS_PER_COIN
    }

    /// Price at which the margin is used up.
    pub fn bankruptcy_price(&self) -> f64 {
        self.entry_price - self.direction() * self.margin / self.quantity()
    }

    /// Replace the margin and with it the liquidation price.
    pub fn set_margin(&mut self, margin: f64, rules: &VenueRules) {
        self.margin = margin;
        self.liquidation_price = rules.liquidation_price(self.direction(), self.quantity(), self.entry_price, margin);
    }
}

/// All positions of agents.
#[derive(Debug, Default)]
pub struct Positions {
    items: Vec<Position>,
    free: Vec<u32>,
    by_class: [Vec<u32>; CLASSES],
    /// Lots held long and short by agents.
    pub lots: [i64; 2],
    /// Number of long and of short positions.
    pub counts: [u32; 2],
}

impl Positions {
    /// Add an open position; returns its id.
    pub fn add(&mut self, mut position: Position) -> u32 {
        let class = &mut self.by_class[usize::from(position.class)];
        let side = usize::from(!position.is_long);
        position.class_slot = class.len() as u32;
        self.lots[side] += position.lots;
        self.counts[side] += 1;
        let id = match self.free.pop() {
            Some(id) => {
                self.items[id as usize] = position;
                id
            }
            None => {
                self.items.push(position);
                (self.items.len() - 1) as u32
            }
        };
        class.push(id);
        id
    }

    /// Take `lots` off an open position; it closes when none are left.
    pub fn reduce(&mut self, id: u32, lots: i64) {
        let position = &mut self.items[id as usize];
        let side = usize::from(!position.is_long);
        position.lots -= lots;
        self.lots[side] -= lots;
        if position.lots > 0 {
            return;
        }
        position.is_open = false;
        let (class, slot) = (usize::from(position.class), position.class_slot);
        self.counts[side] -= 1;
        self.free.push(id);
        self.by_class[class].swap_remove(slot as usize);
        if let Some(&moved) = self.by_class[class].get(slot as usize) {
            self.items[moved as usize].class_slot = slot;
        }
    }

    /// A position by id.
    pub fn get(&self, id: u32) -> &Position {
        &self.items[id as usize]
    }

    /// A position by id. Change its size with [`Positions::reduce`] only.
    pub fn get_mut(&mut self, id: u32) -> &mut Position {
        &mut self.items[id as usize]
    }

    /// Ids of the open positions of a class, in no particular order.
    pub fn of_class(&self, class: usize) -> &[u32] {
        &self.by_class[class]
    }

    /// Every open position.
    pub fn iter_open(&self) -> impl Iterator<Item = &Position> {
        self.items.iter().filter(|position| position.is_open)
    }

    /// Number of ids ever given out: all ids lie below.
    pub fn n_ids(&self) -> u32 {
        self.items.len() as u32
    }
}
