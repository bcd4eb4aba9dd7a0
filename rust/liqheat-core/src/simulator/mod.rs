//! A small simulated perpetual market whose true liquidation map is known.
//!
//! One linear BTC-like contract on a one-second clock: about 60,000 leveraged positions of four classes of
//! agents, market makers who take the other side of every trade, a price that news and the crowd's own flow
//! move, and a liquidation engine that works on the mark price. Both sides equal the open interest at every
//! instant, to the lot. See [`SimulatorParameters`] for what can be chosen.
//!
//! **Determinism.** Equal parameters give equal bytes on every platform: own random numbers, own `exp` and `ln`
//! (`math`), no threads, no hash maps. The published interval and the recording of truth change nothing else.
//!
//! **Why one second.** Liquidations within one minute feed on each other; a coarser clock merges them into one
//! jump and loses the cascade's path, which the mark price smooths over half a minute.

mod agents;
mod engine;
mod feeds;
mod maintenance;
mod math;
mod parameters;
mod positions;
mod price_process;
mod rng;
mod settlement;
mod totals;
mod triggers;
mod truth;

pub use feeds::{Bars, Liquidations};
pub use maintenance::LEVERAGES;
pub use parameters::{DEFAULT_START_MS, SimulatorParameters};
pub use positions::LOTS_PER_COIN;
pub use totals::Totals;
pub use truth::{BUCKET_LOG_WIDTH, Truth};

use crate::CoreResult;

/// A finished run: what the venue published, and apart from it what nobody could see.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// Published bars.
    pub bars: Bars,
    /// Published liquidations.
    pub liquidations: Liquidations,
    /// Totals for checks.
    pub totals: Totals,
    /// The hidden truth; without snapshots if they were not asked for.
    pub truth: Truth,
}

/// Simulate a market.
///
/// # Errors
/// A parameter breaks its rule (see [`SimulatorParameters`]).
///
/// # Example
/// ```
/// use liqheat_core::simulator::{SimulatorParameters, simulate};
///
/// let parameters = SimulatorParameters { days: 1, warm_up_days: 0, positions: 2_000, ..Default::default() };
/// let market = simulate(&parameters)?;
/// assert_eq!(market.bars.close.len(), 288);
/// assert_eq!(market.totals.long_lots, market.totals.short_lots);
/// # Ok::<(), liqheat_core::CoreError>(())
/// ```
pub fn simulate(parameters: &SimulatorParameters) -> CoreResult<Simulation> {
    parameters.validate()?;
    let (bars, liquidations, totals, truth) = engine::Market::new(parameters).run();
    Ok(Simulation { bars, liquidations, totals, truth })
}
