//! `kernels NAME TIMES`: prepare fixed input, then run a kernel so many times. The difference between two numbers of
//! times is the kernel alone; `make perf-guard` counts its instructions that way.

use liqheat_core::aggregate::aggregate_liquidations;
use liqheat_core::book::{Bar, BarColumns, Book, RunRecord};
use liqheat_core::cells::cells_json;
use liqheat_core::fused::{LiquidationMap, MapRule, MapTier};
use liqheat_core::margin::{MarginTable, TierUnit, VenueColumns, VenueRule, venue_liquidation_price_columns};
use liqheat_core::price::{ContractKind, liquidation_price_grid};
use liqheat_core::quantise::quantise_log;
use liqheat_core::render::{BarRanges, BookRecord, Placement, Recording, View, render_grid};
use liqheat_core::tiers::DistanceTiers;
use std::error::Error;
use std::hint::black_box;

const ROWS: usize = 1 << 16;
const N_BARS: usize = 2_000;
const LEVERAGES: [f64; 6] = [5.0, 10.0, 20.0, 25.0, 50.0, 100.0];

type Run = Box<dyn FnMut() -> Result<(), Box<dyn Error>>>;

/// Numbers from 0 to 1, always the same (Knuth's linear congruence).
struct Numbers(u64);

impl Iterator for Numbers {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some((self.0 >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

fn numbers(seed: u64, n: usize, make: impl Fn(f64) -> f64) -> Vec<f64> {
    Numbers(seed).take(n).map(make).collect()
}

fn edges() -> Vec<f64> {
    (0..=1_000).map(|edge| 40_000.0 + 50.0 * f64::from(edge)).collect()
}

fn fused(tick: Option<f64>, with_amounts: bool) -> Run {
    let entry =
        move |x: f64| tick.map_or(45_000.0 + 30_000.0 * x, |tick| ((45_000.0 + 30_000.0 * x) / tick).round() * tick);
    let (entries, usd) = (numbers(1, ROWS, entry), numbers(2, ROWS, |x| 1_000_000.0 * x * x * x));
    Box::new(move || {
        let rule = |rate: f64| {
            let tiers =
                [(300_000.0, rate, 0.0), (800_000.0, rate + 0.001, 300.0), (f64::INFINITY, rate + 0.0025, 1_500.0)];
            let tiers = tiers.map(|(cap, rate, amount)| MapTier { cap, rate, amount });
            let flat = vec![MapTier { cap: f64::INFINITY, ..tiers[0] }];
            let tiers = if with_amounts { tiers.to_vec() } else { flat };
            MapRule { kind: ContractKind::Linear, by_coins: false, weight: 0.25, tiers }
        };
        let rules = [0.004, 0.0045, 0.005, 0.0055].map(rule);
        let mut map = LiquidationMap::new(&edges(), &LEVERAGES, &[1.0 / 6.0; 6], &rules)?;
        map.add(&entries, &usd, 1.0, 1)?;
        let mut out = vec![0.0; 2_000];
        black_box(map.values(&mut out)?);
        Ok(())
    })
}

fn prices() -> Run {
    let (entries, mut out) = (numbers(1, ROWS, |x| 50_000.0 + 20_000.0 * x), vec![0.0; ROWS * 12]);
    Box::new(move || {
        black_box(liquidation_price_grid(&entries, &LEVERAGES, &[0.004], 0.0, ContractKind::Linear, &mut out)?);
        Ok(())
    })
}

fn venue_prices() -> Run {
    let (entries, usd) = (numbers(1, ROWS, |x| 50_000.0 + 20_000.0 * x), numbers(2, ROWS, |x| 100.0 + 2e6 * x * x * x));
    let sides: Vec<i8> = Numbers(3).take(ROWS).map(|x| if x < 0.5 { 1 } else { -1 }).collect();
    let leverages = numbers(4, ROWS, |x| 2.0 + 18.0 * x);
    Box::new(move || {
        let rows = [
            [300_000.0, 150.0, 0.004, 0.0],
            [800_000.0, 100.0, 0.005, 300.0],
            [3_000_000.0, 75.0, 0.0065, 1_500.0],
            [f64::INFINITY, 50.0, 0.01, 12_000.0],
        ];
        let table = MarginTable::from_rows(&rows, TierUnit::Value)?;
        let kind = ContractKind::Linear;
        let rule = VenueRule { kind, table, by_coins: false, covers_all_sizes: true, closing_fee_rate: 0.0 };
        let columns = VenueColumns { side: &sides, entry_price: &entries, leverage: &leverages, notional_usd: &usd };
        let (mut prices, mut codes) = (vec![0.0; ROWS], vec![0; ROWS]);
        black_box(venue_liquidation_price_columns(&columns, &rule, &mut prices, &mut codes)?);
        Ok(())
    })
}

fn positions() -> Run {
    let (prices, usd) = (numbers(1, ROWS, |x| 45_000.0 + 30_000.0 * x), numbers(2, ROWS, |x| 1e4 * x));
    Box::new(move || {
        let mut out = vec![0.0; 1_000];
        aggregate_liquidations(&prices, &usd, &edges(), &mut out)?;
        black_box(&out);
        Ok(())
    })
}

/// Bars that wander around 60,000, by column.
fn bars() -> [Vec<f64>; 6] {
    let mut close = 60_000.0;
    let (mut low, mut high) = (Vec::new(), Vec::new());
    for x in Numbers(5).take(N_BARS) {
        let open = close;
        close *= 1.0 + 0.004 * (x - 0.5);
        low.push(open.min(close) * 0.9995);
        high.push(open.max(close) * 1.0005);
    }
    let open_interest = numbers(7, N_BARS, |x| 80_000.0 + 500.0 * x);
    [low.clone(), high.clone(), low, high, numbers(6, N_BARS, |x| 300.0 + 600.0 * x), open_interest]
}

fn tiers(n_tiers: usize) -> Result<DistanceTiers, Box<dyn Error>> {
    let each = |make: fn(usize, usize) -> f64| -> Vec<f64> {
        (0..2 * n_tiers).map(|slot| make(slot % n_tiers, n_tiers)).collect()
    };
    let shifts = each(|tier, n| 10.0 + 400.0 * tier as f64 / n as f64).into_iter().map(|shift| shift as i64).collect();
    Ok(DistanceTiers::new(shifts, each(|_, n| 0.8 / n as f64), each(|tier, n| 3.0 - 2.0 * tier as f64 / n as f64))?)
}

struct Recorded {
    bars: [Vec<f64>; 6],
    tiers: DistanceTiers,
    opened: Vec<f64>,
    survival: Vec<f64>,
    events: Vec<liqheat_core::book::ScaleEvent>,
}

fn record(n_tiers: usize) -> Result<Recorded, Box<dyn Error>> {
    let (bars, tiers) = (bars(), tiers(n_tiers)?);
    let mut book = Book::new(tiers.clone(), 0.35, 1.0005, false, 59_000.0, 61_000.0)?;
    let n_slots = 2 * n_tiers;
    let (mut swept, mut opened) = (vec![0.0; N_BARS * n_slots], vec![0.0; 2 * N_BARS]);
    let (mut closed, mut inert, mut survival) = (opened.clone(), opened.clone(), swept.clone());
    let [low, high, mark_low, mark_high, volume, open_interest] = &bars;
    let columns = BarColumns { low, high, mark_low, mark_high, volume, open_interest };
    book.run(
        &columns,
        &mut RunRecord {
            swept_usd: &mut swept,
            opened: &mut opened,
            closed: &mut closed,
            inert: &mut inert,
            survival: Some(&mut survival),
        },
    )?;
    Ok(Recorded { tiers, opened, survival, events: book.scale_events().to_vec(), bars })
}

fn book() -> Run {
    Box::new(|| {
        black_box(record(48)?.opened);
        Ok(())
    })
}

fn one_bar() -> Result<Run, Box<dyn Error>> {
    let bars = bars();
    let at = |bar: usize| Bar {
        low: bars[0][bar],
        high: bars[1][bar],
        mark_low: bars[2][bar],
        mark_high: bars[3][bar],
        volume: bars[4][bar],
        open_interest: bars[5][bar],
    };
    let mut book = Book::new(tiers(48)?, 0.35, 1.0005, false, 50_000.0, 70_000.0)?;
    let mut swept = vec![0.0; 96];
    for bar in 0..N_BARS / 2 {
        book.append(&at(bar), &mut swept)?;
    }
    let rest: Vec<Bar> = (N_BARS / 2..N_BARS).map(at).collect();
    Ok(Box::new(move || {
        for bar in &rest {
            black_box(book.append(bar, &mut swept)?);
        }
        Ok(())
    }))
}

fn grid() -> Result<Run, Box<dyn Error>> {
    let recorded = record(5)?;
    let rows: Vec<i64> = vec![0; 10];
    let n_columns = N_BARS / 2;
    let (factors, price_shift) = (vec![1.0; 2 * n_columns], vec![0; n_columns]);
    let first = (57_000.0_f64.ln() / 1.0005_f64.ln()) as i64;
    let price_edges: Vec<f64> = (0..=200).map(|edge| 1.0005_f64.powi((first + edge) as i32)).collect();
    let mut out = vec![0.0_f32; 200 * n_columns];
    Ok(Box::new(move || {
        let [low, high, mark_low, mark_high, ..] = &recorded.bars;
        let books = [BookRecord {
            tiers: &recorded.tiers,
            rows: &rows,
            factors: &factors,
            opened: &recorded.opened,
            survival: &recorded.survival,
            scale_events: &recorded.events,
            entry_first: 0,
            cells: &[],
        }];
        let placement = Placement { first_bar: 0, price_shift: &price_shift, unit_is_usd: false };
        let recording = Recording::new(BarRanges { low, high, mark_low, mark_high }, 1.0005, &books, placement)?;
        let view = View {
            first_bar: N_BARS - n_columns,
            end_bar: N_BARS,
            bars_per_column: 1,
            cohort_bars: None,
            price_edges: &price_edges,
        };
        black_box(render_grid(&[recording], &view, 1, &mut out)?);
        Ok(())
    }))
}

fn levels() -> Run {
    let values: Vec<f32> =
        Numbers(8).take(4 * ROWS).map(|x| if x < 0.3 { 0.0 } else { (1e6 * x * x * x) as f32 }).collect();
    let mut levels = vec![0; values.len()];
    Box::new(move || {
        quantise_log(&values, 1e6, 1, &mut levels)?;
        black_box(&levels);
        Ok(())
    })
}

fn cells() -> Run {
    let values: Vec<f32> =
        Numbers(8).take(ROWS).map(|x| if x < 0.3 { 0.0 } else { (1e6 * x * x * x) as f32 }).collect();
    Box::new(move || {
        black_box(cells_json(&values, 256));
        Ok(())
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, times] = &arguments[..] else {
        return Err("usage: kernels NAME TIMES".into());
    };
    let mut run = match name.as_str() {
        "fused_random" => fused(None, false),
        "fused_ticks" => fused(Some(2.0), false),
        "fused_tiers" => fused(None, true),
        "prices" => prices(),
        "venue_prices" => venue_prices(),
        "positions" => positions(),
        "book" => book(),
        "one_bar" => one_bar()?,
        "grid" => grid()?,
        "levels" => levels(),
        "cells" => cells(),
        other => return Err(format!("no kernel {other}").into()),
    };
    for _ in 0..times.parse::<u32>()? {
        run()?;
    }
    Ok(())
}
