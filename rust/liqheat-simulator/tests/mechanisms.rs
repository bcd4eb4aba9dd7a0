//! What can be added to the simulated market: venues, funding, insurance and deleveraging, whales, crashes, broken feeds.

use liqheat_simulator::{LEVEL_DISTANCES_BP, LOTS_PER_COIN, SimulatorParameters, VenueRun, simulate};

fn small() -> SimulatorParameters {
    SimulatorParameters { days: 2, warm_up_days: 1, positions: 4_000, ..SimulatorParameters::default() }
}

fn run(parameters: &SimulatorParameters) -> VenueRun {
    simulate(parameters).expect("the parameters are valid").remove(0)
}

fn crash(insurance_fund_usd: f64) -> SimulatorParameters {
    SimulatorParameters { crash_return: -0.25, crash_minutes: 4.0, insurance_fund_usd, ..small() }
}

fn assert_sides_equal(venue: &VenueRun) {
    assert_eq!(venue.totals.long_lots, venue.totals.short_lots);
    for (lots, coins) in venue.totals.long_lots.iter().zip(&venue.public.bars.open_interest) {
        assert_eq!(*lots as f64 / LOTS_PER_COIN, *coins);
    }
}

#[test]
fn an_empty_fund_lets_winners_pay_and_open_interest_falls_without_liquidations() {
    let broke = run(&crash(0.0));
    assert_sides_equal(&broke);
    let (truth, totals) = (&broke.truth, &broke.totals);
    assert!(truth.adl_time_ms.len() > 20, "only {} bankruptcies", truth.adl_time_ms.len());
    // The fund never pays what it does not have.
    assert!(truth.insurance_fund_usd.iter().all(|fund| *fund >= 0.0) && totals.insurance_fund_usd >= 0.0);
    let sum: f64 = truth.adl_quantity.iter().zip(&truth.adl_price).map(|(quantity, price)| quantity * price).sum();
    assert!((sum / totals.deleveraged_usd - 1.0).abs() < 1e-9);
    // In the crash open interest loses more than liquidations, printed trades and stops can explain.
    let bar = broke.public.bars.close.len() / 2;
    let lost = broke.public.bars.open_interest[bar - 1] - broke.public.bars.open_interest[bar];
    assert!(lost > truth.adl_quantity.iter().sum::<f64>() * 0.8, "lost {lost}");
    // They were bankrupt when the price was already beyond: a long's bankruptcy price lies above the bar's low.
    for (side, price) in truth.adl_position_side.iter().zip(&truth.adl_price) {
        assert!(*side == 1 || *price >= broke.public.bars.low[bar]);
    }
    // The same crash with a rich fund: nobody is deleveraged, the fund pays, and all of it is published.
    let rich = run(&crash(1e9));
    assert!(rich.truth.adl_time_ms.is_empty() && rich.totals.deleveraged_usd == 0.0);
    assert!(rich.totals.shortfall_usd > 0.0);
    assert!(rich.public.liquidations.time_ms.len() > broke.public.liquidations.time_ms.len());
    assert!(rich.truth.event_liquidation_price.len() == rich.public.liquidations.time_ms.len());
}

#[test]
fn a_crash_falls_as_far_as_asked_while_the_book_is_thin() {
    let parameters = crash(10e6);
    let bars = run(&parameters).public.bars;
    let bar = bars.close.len() / 2;
    let fall = bars.close[bar] / bars.close[bar - 1] - 1.0;
    assert!((-0.4..-0.2).contains(&fall), "{fall}");
    assert!(bars.depth_usd[bar] < 0.5 * bars.depth_usd[bar - 1]);
    let quiet = run(&SimulatorParameters { crash_return: 0.0, ..parameters }).public.bars;
    assert_eq!(bars.close[..bar], quiet.close[..bar], "nobody knows it before");
}

#[test]
fn funding_is_paid_every_eight_hours_and_moves_margins() {
    let VenueRun { public, totals, .. } = run(&small());
    assert_eq!(public.funding.time_ms.len(), 6);
    assert!(public.funding.time_ms.iter().all(|time| time % 28_800_000 == 0));
    assert!(public.funding.rate.iter().all(|rate| rate.abs() <= 0.003));
    assert!(public.funding.rate.iter().any(|rate| *rate != public.funding.rate[0]));
    assert!(totals.funding_paid_usd > 0.0);
}

#[test]
fn venues_have_their_own_crowds_and_one_price() {
    let parameters = SimulatorParameters { venues: 3, positions: 9_000, daily_volatility: 0.04, ..small() };
    let venues = simulate(&parameters).expect("valid");
    assert_eq!(venues.len(), 3);
    assert_eq!(venues, simulate(&parameters).expect("valid"));
    for venue in &venues {
        assert_sides_equal(venue);
        assert!(venue.public.liquidations.time_ms.len() > 20);
        assert_eq!(venue.truth.time_ms.len(), 48);
    }
    let closes: Vec<&Vec<f64>> = venues.iter().map(|venue| &venue.public.bars.close).collect();
    for other in &closes[1..] {
        let mut apart: Vec<f64> = closes[0].iter().zip(*other).map(|(a, b)| (a / b - 1.0).abs()).collect();
        apart.sort_unstable_by(f64::total_cmp);
        assert!(apart[apart.len() / 2] > 0.0 && apart[apart.len() / 2] < 2e-4, "median {}", apart[apart.len() / 2]);
    }
    let interest: Vec<f64> = venues.iter().map(|venue| venue.public.bars.open_interest[0]).collect();
    assert!(interest[0] > interest[1] && interest[1] > interest[2]);
    assert_ne!(venues[0].public.liquidations.time_ms, venues[1].public.liquidations.time_ms);
}

#[test]
fn whales_enter_large_and_are_noted_apart() {
    let parameters = SimulatorParameters { whales_per_day: 10.0, ..small() };
    let VenueRun { truth, public, .. } = run(&parameters);
    assert!((8..35).contains(&truth.whale_time_ms.len()), "{}", truth.whale_time_ms.len());
    for (quantity, trigger) in truth.whale_quantity.iter().zip(&truth.whale_liquidation_price) {
        assert!(quantity * 60e3 > 2e6 && *trigger > 0.0);
    }
    assert_ne!(public.bars.close, run(&small()).public.bars.close);
    assert!(run(&small()).truth.whale_time_ms.is_empty());
}

#[test]
fn a_leverage_regime_switches_in_the_middle_and_not_before() {
    let small = SimulatorParameters { seed: 2, ..small() };
    let plain = run(&small);
    let switched = run(&SimulatorParameters { regime_leverage_steps: 3, ..small });
    let half = plain.public.bars.close.len() / 2;
    assert_eq!(switched.public.bars.close[..half], plain.public.bars.close[..half]);
    let high_share = |venue: &VenueRun, snapshot: usize| -> f64 {
        let row = &venue.truth.leverage_stock[snapshot * 11..(snapshot + 1) * 11];
        row[5..].iter().sum::<f64>() / row.iter().sum::<f64>()
    };
    assert!(high_share(&switched, 47) > 1.3 * high_share(&plain, 47));
    assert_eq!(high_share(&switched, 23), high_share(&plain, 23));
}

#[test]
fn the_order_book_agrees_with_the_published_depth() {
    let public = run(&small()).public;
    let (book, bars) = (&public.order_book, &public.bars);
    let n = LEVEL_DISTANCES_BP.len();
    assert!(LEVEL_DISTANCES_BP.is_sorted() && LEVEL_DISTANCES_BP[4] == 100.0);
    assert_eq!(book.bid_usd.len(), bars.close.len() * n);
    assert_eq!(book.ask_usd.len(), book.bid_usd.len());
    for i in 0..bars.close.len() {
        assert_eq!(book.time_ms[i], bars.open_time_ms[i] + 300_000);
        let within = i * n..i * n + 5;
        let found: f64 = book.bid_usd[within.clone()].iter().chain(&book.ask_usd[within]).sum();
        assert!((found / (2.0 * bars.depth_usd[i]) - 1.0).abs() < 1e-9);
    }
    assert!(book.bid_usd.iter().chain(&book.ask_usd).all(|level| *level > 0.0));
    assert_ne!(book.bid_usd, book.ask_usd);
}

#[test]
fn disturbances_are_stated_and_change_nothing_else() {
    let plain = run(&small());
    let parameters =
        SimulatorParameters { outages_per_day: 20.0, outage_minutes: 30.0, open_interest_delay_ms: 120_000, ..small() };
    let broken = run(&parameters);
    assert_eq!((&broken.public.bars, &broken.truth), (&plain.public.bars, &plain.truth));
    assert!(plain.public.disturbances.outage_feed.is_empty());
    let drawn = &broken.public.disturbances;
    assert!((15..80).contains(&drawn.outage_feed.len()));
    assert!((0..3).all(|feed| drawn.outage_feed.contains(&feed)));
    assert!(drawn.outage_start_ms.is_sorted());
    let end_ms = parameters.start_ms + 2 * 86_400_000;
    for (start, end) in drawn.outage_start_ms.iter().zip(&drawn.outage_end_ms) {
        assert!(parameters.start_ms <= *start && start < end && *end <= end_ms);
    }
    let bars = &broken.public.bars;
    let mut late: Vec<i64> =
        (0..bars.close.len()).map(|i| drawn.open_interest_published_ms[i] - bars.open_time_ms[i] - 300_000).collect();
    late.sort_unstable();
    assert!(late[0] > 0 && (90_000..160_000).contains(&late[late.len() / 2]));
    let prompt = run(&SimulatorParameters { open_interest_delay_ms: 0, ..small() });
    let stamps = &prompt.public.disturbances.open_interest_published_ms;
    assert!(stamps.iter().zip(&bars.open_time_ms).all(|(stamp, open)| *stamp == open + 300_000));
}
