//! Maps by other systems' rules, so that they can be scored on the same market as our own.
//!
//! One kernel for all: what differs between rules is data ([`RivalRules`]) and what enters and leaves, bar by bar,
//! which the caller works out. Cells are kept by LIQUIDATION bucket, tier by tier; a position opened at price `p`
//! is liquidated at `p * factor`. Each bar in this order: sweep (the map as it stood before the bar), age, close,
//! open, look.

mod checks;
mod map;

use liqheat_core::buckets::PriceGrid;
use liqheat_core::{CoreError, CoreResult, expect_length};

use map::RivalMap;

/// Half a gigabyte of cells.
const MAXIMUM_CELLS: usize = 1 << 26;
/// Close, high, low of a bar, and its range.
const N_ENTRIES: usize = 4;

/// One system's rules, as numbers. Slots are `side * n_tiers + tier`, side 0 long.
#[derive(Debug, Clone)]
pub struct RivalRules {
    /// Liquidation price over entry price, by slot.
    pub factors: Vec<f64>,
    /// Share of what is opened, by tier.
    pub shares: Vec<f64>,
    /// Share of what survives each bar, by tier.
    pub keep: Vec<f64>,
    /// Closing speed of each tier relative to stock that is never liquidated.
    pub hazards: Vec<f64>,
    /// Where in a bar positions enter: at its close, its high, its low, evenly over its range; long, then short.
    pub entries: [[f64; N_ENTRIES]; 2],
    /// Share of a level that goes to each of the two neighbouring buckets.
    pub blur: f64,
    /// Whether a bar clears the buckets of its own range only, whatever lies beyond them, in place of all that its
    /// path has passed.
    pub clears_range: bool,
    /// Whether closing is shared by both sides together.
    pub closes_pooled: bool,
    /// What each cell loses with each bar once it is old.
    pub fade: f64,
    /// Bars after which a cell is old.
    pub fade_after: i64,
    /// Whether the book follows open interest: what a bar sweeps and what open interest changes by opens (by
    /// `refill`) where their sum is above 0, and closes on both sides together where it is below. What the shares
    /// leave of an opening is never liquidated.
    pub follows_open_interest: bool,
    /// Whether amounts count USD at entry; coins otherwise, worth their bucket's price.
    pub unit_is_usd: bool,
}

/// What happens in the market, one entry for each bar.
#[derive(Debug, Clone, Copy)]
pub struct RivalBars<'a> {
    /// Lowest trade price.
    pub low: &'a [f64],
    /// Highest trade price.
    pub high: &'a [f64],
    /// Last trade price.
    pub close: &'a [f64],
    /// Lowest mark price.
    pub mark_low: &'a [f64],
    /// Highest mark price.
    pub mark_high: &'a [f64],
    /// Opened at the bar, long and short in turn.
    pub opened: &'a [f64],
    /// Closed at the bar, long and short in turn.
    pub closed: &'a [f64],
    /// Change of open interest; read where rules follow it.
    pub change: &'a [f64],
    /// Share of it, and of what was swept, that opens on each side, long and short in turn.
    pub refill: &'a [f64],
}

/// Run the rules over all bars.
///
/// `idle` is stock that is never liquidated but takes its part in closing, long and short. `swept_usd` (bars, slots)
/// receives what each bar's mark path takes out of the map as it stood before the bar. `columns`
/// (looks, 2, `n_window`) receives, after each bar of `looks` (rising), the USD of longs in the bucket of the close
/// and those below it, downwards, and of shorts in the bucket of the close and those above it, upwards.
///
/// # Errors
/// When an array has another length than the others ask for, a rule is out of its range, or prices make no grid.
pub fn run_rival(
    rules: &RivalRules,
    bars: &RivalBars<'_>,
    bucket_ratio: f64,
    idle: [f64; 2],
    looks: &[i64],
    n_window: i64,
    swept_usd: &mut [f64],
    columns: &mut [f64],
) -> CoreResult<()> {
    let n_bars = bars.low.len();
    let n_slots = rules.factors.len();
    let n_window = checks::window(n_window)?;
    checks::check(rules, bars, n_slots)?;
    expect_length("swept_usd", swept_usd, n_bars * n_slots)?;
    expect_length("columns", columns, looks.len() * 2 * n_window)?;
    let grid = grid_of(rules, bars, bucket_ratio, n_window)?;
    let n_buckets = grid.n_buckets();
    if n_buckets * n_slots > MAXIMUM_CELLS {
        return Err(CoreError::new("bucket_ratio", "makes too many cells", n_buckets * n_slots));
    }
    let mut map = RivalMap::new(rules, &grid, idle);
    let mut next_look = 0;
    for bar in 0..n_bars {
        let usd = &mut swept_usd[bar * n_slots..(bar + 1) * n_slots];
        let swept = map.sweep(bars.mark_low[bar], bars.mark_high[bar], usd);
        let mut opened = [bars.opened[2 * bar], bars.opened[2 * bar + 1]];
        let mut closed = [bars.closed[2 * bar], bars.closed[2 * bar + 1]];
        if rules.follows_open_interest {
            let net = bars.change[bar] + swept;
            for side in 0..2 {
                opened[side] += net.max(0.0) * bars.refill[2 * bar + side];
                closed[side] += 0.5 * (-net).max(0.0);
            }
        }
        map.age(bar as i64);
        map.close(closed);
        map.open(bars, bar, opened);
        if looks.get(next_look) == Some(&(bar as i64)) {
            let size = 2 * n_window;
            map.look(bars.close[bar], n_window, &mut columns[next_look * size..(next_look + 1) * size]);
            next_look += 1;
        }
    }
    if next_look < looks.len() {
        return Err(CoreError::new("looks", "must rise within the bars", looks[next_look]));
    }
    Ok(())
}

fn grid_of(rules: &RivalRules, bars: &RivalBars<'_>, ratio: f64, n_window: usize) -> CoreResult<PriceGrid> {
    let lowest = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    let low = lowest(bars.low).min(lowest(bars.mark_low)).min(lowest(bars.close));
    let high = highest(bars.high).max(highest(bars.mark_high)).max(highest(bars.close));
    let margin = n_window as i64 + 4;
    PriceGrid::covering(ratio, low * lowest(&rules.factors).min(1.0), high * highest(&rules.factors).max(1.0), margin)
}
