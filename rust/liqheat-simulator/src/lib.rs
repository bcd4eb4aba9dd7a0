//! A small simulated perpetual market whose true liquidation map is known, and beside it [`rivals`]: maps by other
//! systems' rules. Both are for measuring how right our own map is; no I/O, no Python, no unsafe code.
//!
//! One linear BTC-like contract on a one-second clock: tens of thousands of leveraged positions of four classes of
//! agents, market makers who take the other side of every trade, a price that news and the crowd's own flow
//! move, and a liquidation engine that works on the mark price. One venue by default, up to three with their own
//! rules and crowds, which arbitrage holds together. Both sides equal the open interest at every instant, to the
//! lot. See [`SimulatorParameters`] for what can be chosen.
//!
//! **Determinism.** Equal parameters give equal bytes on every platform: own random numbers, own `exp` and `ln`
//! (`math`), no threads, no hash maps. The published interval, the feeds' disturbances and the recording of truth
//! change nothing else.
//!
//! **Why one second.** Liquidations within one minute feed on each other; a coarser clock merges them into one
//! jump and loses the cascade's path, which the mark price smooths over half a minute.

mod agents;
mod arbitrage;
mod classes;
mod crowd;
mod deleveraging;
mod disturbances;
mod engine;
mod feeds;
mod funding;
mod math;
mod news;
mod order_book;
mod parameters;
mod positions;
mod queue;
pub mod rivals;
mod rng;
mod settlement;
mod totals;
mod triggers;
mod truth;
mod venue_price;
mod venue_rules;

pub use disturbances::{Disturbances, FEEDS};
pub use feeds::{Bars, Funding, Liquidations};
pub use order_book::{LEVEL_DISTANCES_BP, OrderBook};
pub use parameters::SimulatorParameters;
pub use positions::LOTS_PER_COIN;
pub use totals::Totals;
pub use truth::{BUCKET_LOG_WIDTH, Truth};
pub use venue_rules::LEVERAGES;

use liqheat_core::CoreResult;

/// All that a venue publishes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PublicFeeds {
    /// Bars, complete: what outages took away is stated beside them.
    pub bars: Bars,
    /// Every liquidation order.
    pub liquidations: Liquidations,
    /// Funding payments.
    pub funding: Funding,
    /// Order-book snapshots at the bars' closes.
    pub order_book: OrderBook,
    /// Late stamps and outages.
    pub disturbances: Disturbances,
}

/// One venue of a finished run: what it published, and apart from it what nobody could see.
#[derive(Debug, Clone, PartialEq)]
pub struct VenueRun {
    /// What the venue published.
    pub public: PublicFeeds,
    /// Totals for checks: not published.
    pub totals: Totals,
    /// The hidden truth; without snapshots if they were not asked for.
    pub truth: Truth,
}

/// Simulate a market; one entry for each venue.
///
/// # Errors
/// A parameter breaks its rule (see [`SimulatorParameters`]).
///
/// # Example
/// ```
/// use liqheat_simulator::{SimulatorParameters, simulate};
///
/// let parameters = SimulatorParameters { days: 1, warm_up_days: 0, positions: 2_000, ..Default::default() };
/// let venues = simulate(&parameters)?;
/// assert_eq!(venues.len(), 1);
/// assert_eq!(venues[0].public.bars.close.len(), 288);
/// assert_eq!(venues[0].totals.long_lots, venues[0].totals.short_lots);
/// # Ok::<(), liqheat_core::CoreError>(())
/// ```
pub fn simulate(parameters: &SimulatorParameters) -> CoreResult<Vec<VenueRun>> {
    parameters.validate()?;
    let mut news = news::News::new(parameters);
    let mut venues: Vec<engine::Venue> =
        (0..parameters.venues as usize).map(|index| engine::Venue::new(parameters, index)).collect();
    let mut time_ms = parameters.start_ms - i64::from(parameters.warm_up_days) * 86_400_000;
    while time_ms < parameters.end_ms() {
        news.advance(time_ms / 1000);
        for venue in &mut venues {
            venue.step(&news);
        }
        arbitrage::pull_together(&mut venues);
        // What flow did for good, the whole market knows a second later.
        news.log_index += venues.iter().map(|venue| venue.price.permanent_move()).sum::<f64>();
        time_ms += 1000;
        for venue in &mut venues {
            venue.end_second();
        }
    }
    Ok(venues.into_iter().map(engine::Venue::finish).collect())
}
