//! Properties of the position book: conservation, previews, runs over a history.

mod support;

use liqheat_core::book::{Book, RunRecord};
use liqheat_core::tiers::DistanceTiers;
use proptest::prelude::*;
use support::{BarTable, RATIO, bars, steps, tiers};

fn side_total(book: &Book, side: usize) -> f64 {
    let n_tiers = book.survival().len() / 2;
    let (_, cells) = book.standing_cells();
    let held: f64 =
        cells.chunks(2 * n_tiers).map(|row| row[side * n_tiers..(side + 1) * n_tiers].iter().sum::<f64>()).sum();
    held + book.inert()[side]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_sides_equal_open_interest(steps in steps(), n_tiers in 1usize..30, kappa in 0.0..3.0f64) {
        let mut book = Book::new(tiers(n_tiers), kappa, RATIO, false, 60_000.0, 60_000.0).expect("valid");
        let mut swept = vec![0.0; 2 * n_tiers];
        let mut largest = 0.0;
        for bar in bars(&steps) {
            book.append(&bar, &mut swept).expect("valid bar");
            // What a bar adds is rounded to its own size, and stays when open interest falls to a billionth of it.
            largest = bar.open_interest.max(largest);
            let tolerance = 1e-9 * bar.open_interest + 1e-14 * largest;
            for side in 0..2 {
                let total = side_total(&book, side);
                prop_assert!((total - bar.open_interest).abs() <= tolerance, "{total} {}", bar.open_interest);
            }
        }
    }

    #[test]
    fn a_run_is_its_bars_appended(steps in steps(), n_tiers in 1usize..30, kappa in 0.0..3.0f64, unit_is_usd: bool) {
        let (n_slots, bars) = (2 * n_tiers, bars(&steps));
        let mut twin = Book::new(tiers(n_tiers), kappa, RATIO, unit_is_usd, 60_000.0, 60_000.0).expect("valid");
        let mut book = twin.clone();
        let (mut swept_usd, mut survival) = (vec![0.0; bars.len() * n_slots], vec![0.0; bars.len() * n_slots]);
        let [mut opened, mut closed, mut inert] = [(); 3].map(|()| vec![0.0; 2 * bars.len()]);
        let table = BarTable::new(&bars);
        let mut record = RunRecord {
            swept_usd: &mut swept_usd,
            opened: &mut opened,
            closed: &mut closed,
            inert: &mut inert,
            survival: Some(&mut survival),
        };
        book.run(&table.columns(), &mut record).expect("valid bars");
        for (index, bar) in bars.iter().enumerate() {
            let (slots, sides) = (index * n_slots..(index + 1) * n_slots, 2 * index..2 * index + 2);
            let mut swept = vec![0.0; n_slots];
            let flows = twin.append(bar, &mut swept).expect("valid bar");
            prop_assert_eq!(&swept_usd[slots.clone()], swept);
            prop_assert_eq!(&opened[sides.clone()], flows.opened);
            prop_assert_eq!(&closed[sides.clone()], flows.closed);
            prop_assert_eq!(&inert[sides], twin.inert());
            prop_assert_eq!(&survival[slots], twin.survival());
        }
        prop_assert_eq!(book.n_bars(), twin.n_bars());
        prop_assert_eq!(book.standing_cells(), twin.standing_cells());
        prop_assert_eq!(book.scale_events(), twin.scale_events());
    }

    #[test]
    fn a_preview_leaves_no_trace(steps in steps(), n_tiers in 1usize..10) {
        let mut book = Book::new(tiers(n_tiers), 0.35, RATIO, false, 50_000.0, 70_000.0).expect("valid");
        let mut swept = vec![0.0; 2 * n_tiers];
        let bars = bars(&steps);
        let (last, before) = bars.split_last().expect("not empty");
        for bar in before {
            book.append(bar, &mut swept).expect("valid bar");
        }
        let mut twin = book.clone();
        let (flows, cells) = book.preview(last, &mut swept, |book, flows| (flows, book.standing_cells())).expect("valid");
        prop_assert_eq!(twin.append(last, &mut swept).expect("valid"), flows);
        prop_assert_eq!(twin.standing_cells(), cells);
        prop_assert_eq!(book.append(last, &mut swept).expect("valid"), flows);
        prop_assert_eq!(book.standing_cells(), twin.standing_cells());
    }
}

#[test]
fn bad_arguments_are_named() {
    let flat = vec![1.0, 1.0];
    for (shifts, weights, hazards, argument) in [
        (vec![], vec![], vec![], "shifts"),
        (vec![1, 1, 1], flat.clone(), flat.clone(), "shifts"),
        (vec![0, 1], vec![0.5, 0.5], flat.clone(), "shifts"),
        (vec![1, 1], vec![0.5], flat.clone(), "weights, hazards"),
        (vec![1, 1], vec![1.5, 0.5], flat.clone(), "weights"),
        (vec![1, 1], vec![f64::NAN, 0.5], flat.clone(), "weights"),
        (vec![1, 2, 1, 2], vec![0.2; 4], vec![1.0, 2.0, 1.0, 1.0], "hazards"),
        (vec![1, 1], vec![0.5, 0.5], vec![0.0, 1.0], "hazards"),
    ] {
        let error = DistanceTiers::new(shifts, weights, hazards).expect_err("must be refused");
        assert_eq!(error.argument, argument);
    }
    assert!(Book::new(tiers(2), f64::NAN, RATIO, false, 1.0, 2.0).is_err());
    assert!(Book::new(tiers(2), 0.1, 1.0, false, 1.0, 2.0).is_err());
    assert!(Book::new(tiers(2), 0.1, RATIO, false, 2.0, 1.0).is_err());
}

/// Run four bars of a book of three tiers into buffers of these lengths, without survival where its length is 0.
/// Returns the refused argument, if any, the bars that the book took, and what was recorded as opened.
fn run_four(table: &BarTable, lengths: [usize; 5]) -> (Option<&'static str>, i64, Vec<f64>) {
    let mut book = Book::new(tiers(3), 0.35, RATIO, false, 60_000.0, 60_000.0).expect("valid");
    let [mut swept_usd, mut opened, mut closed, mut inert, mut survival] = lengths.map(|length| vec![-1.0; length]);
    let mut record = RunRecord {
        swept_usd: &mut swept_usd,
        opened: &mut opened,
        closed: &mut closed,
        inert: &mut inert,
        survival: Some(survival.as_mut_slice()).filter(|survival| !survival.is_empty()),
    };
    let refused = book.run(&table.columns(), &mut record).err().map(|error| error.argument);
    (refused, book.n_bars(), opened)
}

#[test]
fn a_run_refuses_what_does_not_fit_and_keeps_the_bars_before() {
    let table = || BarTable::new(&bars(&[(0.01, 0.001, 1.1, 50.0); 4]));
    let lengths = [24, 8, 8, 8, 24];
    for (column, argument) in ["high", "mark_low", "mark_high", "volume", "open_interest"].into_iter().enumerate() {
        let mut shorter = table();
        shorter.0[column + 1].pop();
        assert_eq!(run_four(&shorter, lengths), (Some(argument), 0, vec![-1.0; 8]));
    }
    for (buffer, argument) in ["swept_usd", "opened", "closed", "inert", "survival"].into_iter().enumerate() {
        let mut wrong = lengths;
        wrong[buffer] += 1;
        let (refused, n_bars, _) = run_four(&table(), wrong);
        assert_eq!((refused, n_bars), (Some(argument), 0));
    }
    let (refused, n_bars, whole) = run_four(&table(), lengths);
    assert_eq!((refused, n_bars), (None, 4));
    assert_eq!(run_four(&table(), [24, 8, 8, 8, 0]), (None, 4, whole.clone()));
    let mut absurd = table();
    absurd.0[1][2] = f64::INFINITY;
    let before = [&whole[..4], &[-1.0; 4]].concat();
    assert_eq!(run_four(&absurd, lengths), (Some("low, high"), 2, before));
}
