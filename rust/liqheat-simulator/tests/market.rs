//! Properties of the simulated market that hold whatever its numbers are, on small runs.

use liqheat_simulator::{LOTS_PER_COIN, PublicFeeds, SimulatorParameters, VenueRun, simulate};
use std::sync::OnceLock;

fn small() -> SimulatorParameters {
    SimulatorParameters {
        days: 2,
        warm_up_days: 1,
        positions: 3_000,
        // Lively enough that every mechanism runs: stops, top-ups, partial liquidations, cascades.
        daily_volatility: 0.04,
        jumps_per_day: 6.0,
        ..SimulatorParameters::default()
    }
}

/// The one venue of a run.
fn run(parameters: &SimulatorParameters) -> VenueRun {
    let mut venues = simulate(parameters).expect("the parameters are valid");
    assert_eq!(venues.len(), 1);
    venues.remove(0)
}

fn market() -> &'static VenueRun {
    static MARKET: OnceLock<VenueRun> = OnceLock::new();
    MARKET.get_or_init(|| run(&small()))
}

#[test]
fn equal_parameters_give_equal_bits_and_another_seed_another_market() {
    assert_eq!(*market(), run(&small()));
    let other = SimulatorParameters { seed: 8, ..small() };
    assert_ne!(market().public.bars.close, run(&other).public.bars.close);
}

#[test]
fn prices_are_pinned_on_every_platform() {
    // No libm, no threads, no hash maps. A change here changes the model: it belongs into the changelog.
    let parameters =
        SimulatorParameters { seed: 1, days: 1, warm_up_days: 0, positions: 1_000, ..SimulatorParameters::default() };
    let bars = run(&parameters).public.bars;
    let bits = [bars.close[0], bars.close[287], bars.open_interest[287]].map(f64::to_bits);
    let pinned = [4_678_462_618_114_252_445, 4_678_388_895_479_086_264, 4_669_787_047_577_960_244];
    assert_eq!(bits, pinned);
}

#[test]
fn longs_equal_shorts_equal_open_interest_to_the_lot() {
    let VenueRun { public: PublicFeeds { bars, .. }, totals, .. } = market();
    assert_eq!(totals.long_lots.len(), bars.close.len());
    assert_eq!(totals.long_lots, totals.short_lots);
    for (lots, coins) in totals.long_lots.iter().zip(&bars.open_interest) {
        assert_eq!(*lots as f64 / LOTS_PER_COIN, *coins);
        assert!(*lots > 0);
    }
}

#[test]
fn bars_are_consistent() {
    let bars = &market().public.bars;
    assert_eq!(bars.close.len(), 2 * 288);
    for i in 0..bars.close.len() {
        assert_eq!(bars.open_time_ms[i], small().start_ms + 300_000 * i as i64);
        assert!(bars.low[i] > 0.0);
        assert!(bars.low[i] <= bars.open[i].min(bars.close[i]));
        assert!(bars.high[i] >= bars.open[i].max(bars.close[i]));
        assert!(bars.mark_low[i] <= bars.mark_high[i]);
        assert!(bars.mark_low[i] / bars.high[i] < 1.05 && bars.mark_high[i] / bars.low[i] > 0.95);
        assert!(bars.volume[i] > 0.0);
        assert!((0.0..=bars.volume[i]).contains(&bars.taker_buy_volume[i]));
        assert!(bars.depth_usd[i] > 0.0 && bars.account_long_short_ratio[i] > 0.0);
        if i > 0 {
            assert_eq!(bars.open[i], bars.close[i - 1]);
        }
    }
}

#[test]
fn the_interval_and_the_truth_do_not_change_the_market() {
    let fine = run(&SimulatorParameters { interval_ms: 60_000, record_truth: false, ..small() });
    assert!(fine.truth.time_ms.is_empty());
    let fine = fine.public;
    assert_eq!(fine.liquidations, market().public.liquidations);
    assert_eq!(fine.funding, market().public.funding);
    let bars = &market().public.bars;
    for i in 0..bars.close.len() {
        let minutes = 5 * i..5 * i + 5;
        assert_eq!(bars.open[i], fine.bars.open[minutes.start]);
        assert_eq!(bars.close[i], fine.bars.close[minutes.end - 1]);
        assert_eq!(bars.open_interest[i], fine.bars.open_interest[minutes.end - 1]);
        let highs = &fine.bars.high[minutes.clone()];
        let mark_lows = &fine.bars.mark_low[minutes];
        assert_eq!(bars.high[i], highs.iter().copied().fold(0.0, f64::max));
        assert_eq!(bars.mark_low[i], mark_lows.iter().copied().fold(f64::INFINITY, f64::min));
    }
}

#[test]
fn liquidations_come_when_the_mark_has_crossed_and_not_before() {
    let VenueRun { public: PublicFeeds { bars, liquidations, .. }, truth, .. } = market();
    let n = liquidations.time_ms.len();
    assert!(n > 50, "only {n} liquidations: the test would prove little");
    assert!(liquidations.position_side.contains(&0) && liquidations.position_side.contains(&1));
    assert_eq!(truth.event_liquidation_price.len(), n);
    assert!(liquidations.time_ms.is_sorted());
    for i in 0..n {
        let direction = if liquidations.position_side[i] == 0 { 1.0 } else { -1.0 };
        let (mark, trigger) = (liquidations.mark_price[i], truth.event_liquidation_price[i]);
        assert!(direction * (trigger - mark) >= 0.0, "event {i}");
        assert!(direction * (trigger - liquidations.bankruptcy_price[i]) > 0.0, "event {i}");
        let bar = ((liquidations.time_ms[i] - bars.open_time_ms[0]) / 300_000) as usize;
        assert!((bars.mark_low[bar]..=bars.mark_high[bar]).contains(&mark), "event {i}");
        assert!(liquidations.quantity[i] > 0.0);
        assert!((liquidations.price[i] / mark - 1.0).abs() < 0.06, "event {i}");
    }
}

#[test]
fn true_map_lies_on_its_side_of_the_mark_and_within_open_interest() {
    let VenueRun { public: PublicFeeds { bars, .. }, truth, totals } = market();
    let n_buckets = truth.price_edges.len() - 1;
    assert_eq!(truth.time_ms.len(), 48);
    let sum = |map: &[f32]| map.iter().map(|x| f64::from(*x)).sum::<f64>();
    for (snapshot, mark) in truth.mark_price.iter().enumerate() {
        let row = snapshot * n_buckets..(snapshot + 1) * n_buckets;
        let (longs, shorts) = (&truth.long_quantity[row.clone()], &truth.short_quantity[row.clone()]);
        for bucket in 0..n_buckets {
            assert!(longs[bucket] == 0.0 || truth.price_edges[bucket] <= *mark);
            assert!(shorts[bucket] == 0.0 || truth.price_edges[bucket + 1] >= *mark);
        }
        let bar = 12 * (snapshot + 1) - 1;
        assert_eq!(truth.time_ms[snapshot], bars.open_time_ms[bar] + 300_000);
        // The crowd, summed position by position, is part of what the running totals count.
        let open_interest = totals.long_lots[bar] as f64 / LOTS_PER_COIN;
        let (long_total, short_total) = (truth.long_total[snapshot], truth.short_total[snapshot]);
        let larger = long_total.max(short_total);
        assert!(larger <= open_interest && larger > 0.4 * open_interest);
        assert!(sum(longs) <= long_total * 1.000_001);
        assert!(sum(shorts) <= short_total * 1.000_001);
        // Not a trivial map: most shorts have a liquidation price within the edges.
        assert!(sum(shorts) > 0.6 * short_total);
        assert!(sum(&truth.long_entry_quantity[row.clone()]) > 0.99 * long_total);
        assert!(truth.open_positions[snapshot] > 1_500);
        let stock: f64 = truth.leverage_stock[snapshot * 11..(snapshot + 1) * 11].iter().sum();
        assert!((stock / (long_total + short_total) - 1.0).abs() < 1e-9);
    }
}

#[test]
fn every_mechanism_takes_part() {
    let totals = &market().totals;
    for (name, value) in [
        ("opened", totals.opened_usd),
        ("closed", totals.closed_usd),
        ("stopped", totals.stopped_usd),
        ("taken profit", totals.taken_profit_usd),
        ("topped up", totals.topped_up_usd),
        ("liquidated", totals.liquidated_usd),
        ("funding", totals.funding_paid_usd),
    ] {
        assert!(value > 0.0, "{name}");
    }
    assert!(totals.shortfall_usd < 0.1 * totals.liquidated_usd);
}

#[test]
fn less_depth_makes_liquidations_feed_on_each_other() {
    // One run is dominated by a few large positions; four are not.
    let liquidated = |depth_usd| -> f64 {
        let of_seed = |seed| {
            let parameters =
                SimulatorParameters { seed, depth_usd, days: 1, positions: 3_000, ..SimulatorParameters::default() };
            run(&SimulatorParameters { warm_up_days: 1, ..parameters })
        };
        (1..5).map(|seed| of_seed(seed).totals.liquidated_usd).sum()
    };
    assert!(liquidated(5e6) > 1.5 * liquidated(1e9));
}

#[test]
#[rustfmt::skip]
fn parameters_outside_their_range_are_named() {
    let base = SimulatorParameters::default;
    let cases = [
        ("days", SimulatorParameters { days: 0, ..base() }),
        ("warm_up_days", SimulatorParameters { warm_up_days: 366, ..base() }),
        ("interval_ms", SimulatorParameters { interval_ms: 90_000, ..base() }),
        ("interval_ms", SimulatorParameters { interval_ms: 0, ..base() }),
        ("interval_ms", SimulatorParameters { interval_ms: 420_000, ..base() }),
        ("start_ms", SimulatorParameters { start_ms: 1, ..base() }),
        ("start_ms", SimulatorParameters { start_ms: i64::MIN, ..base() }),
        ("initial_price", SimulatorParameters { initial_price: f64::NAN, ..base() }),
        ("positions", SimulatorParameters { positions: 999, ..base() }),
        ("open_interest_usd", SimulatorParameters { open_interest_usd: -1.0, ..base() }),
        ("daily_volatility", SimulatorParameters { daily_volatility: 0.0, ..base() }),
        ("trend_per_day", SimulatorParameters { trend_per_day: f64::INFINITY, ..base() }),
        ("jumps_per_day", SimulatorParameters { jumps_per_day: -0.1, ..base() }),
        ("depth_usd", SimulatorParameters { depth_usd: 0.0, ..base() }),
        ("venues", SimulatorParameters { venues: 0, ..base() }),
        ("venues", SimulatorParameters { venues: 4, ..base() }),
        ("insurance_fund_usd", SimulatorParameters { insurance_fund_usd: -1.0, ..base() }),
        ("whales_per_day", SimulatorParameters { whales_per_day: f64::NAN, ..base() }),
        ("whale_notional_usd", SimulatorParameters { whale_notional_usd: 1.0, ..base() }),
        ("regime_leverage_steps", SimulatorParameters { regime_leverage_steps: 6, ..base() }),
        ("regime_at", SimulatorParameters { regime_at: 1.1, ..base() }),
        ("crash_return", SimulatorParameters { crash_return: 0.1, ..base() }),
        ("crash_at", SimulatorParameters { crash_at: -0.1, ..base() }),
        ("crash_minutes", SimulatorParameters { crash_minutes: 0.0, ..base() }),
        ("open_interest_delay_ms", SimulatorParameters { open_interest_delay_ms: -1, ..base() }),
        ("outages_per_day", SimulatorParameters { outages_per_day: -1.0, ..base() }),
        ("outage_minutes", SimulatorParameters { outage_minutes: 0.0, ..base() }),
    ];
    for (argument, parameters) in cases {
        let error = simulate(&parameters).expect_err(argument);
        assert_eq!(error.argument, argument);
        assert!(!error.rule.is_empty() && !error.value.is_empty());
    }
    assert!(base().validate().is_ok());
}
