//! Properties of drawing: the replay makes the very cells of the book, for any number of books and threads.

mod support;

use liqheat_core::book::{Bar, BarColumns, Book, ScaleEvent};
use liqheat_core::buckets::PriceGrid;
use liqheat_core::render::{BarRanges, BookRecord, Placement, Recording, View, render_column, render_grid};
use liqheat_core::tiers::DistanceTiers;
use proptest::prelude::*;
use support::{BarTable, RATIO, bars, steps, tiers};

/// What a book recorded, owned.
struct Recorded {
    book: Book,
    tiers: DistanceTiers,
    opened: Vec<f64>,
    survival: Vec<f64>,
    scale_events: Vec<ScaleEvent>,
}

impl Recorded {
    fn new(tiers: DistanceTiers, bars: &[Bar]) -> Self {
        let mut book = Book::new(tiers.clone(), 0.35, RATIO, true, 60_000.0, 60_000.0).expect("valid");
        let (mut opened, mut survival) = (Vec::new(), Vec::new());
        let mut swept = vec![0.0; 2 * tiers.n_tiers()];
        for bar in bars {
            opened.extend(book.append(bar, &mut swept).expect("valid bar").opened);
            survival.extend_from_slice(book.survival());
        }
        let scale_events = book.scale_events().to_vec();
        Self { book, tiers, opened, survival, scale_events }
    }

    fn lend<'a>(&'a self, drawn: &'a Drawn) -> BookRecord<'a> {
        let Self { tiers, opened, survival, scale_events, .. } = self;
        let (rows, factors) = (&drawn.rows, &drawn.factors);
        BookRecord { tiers, rows, factors, opened, survival, scale_events, entry_first: 0, cells: &[] }
    }
}

/// A row for each slot, whole books.
struct Drawn {
    rows: Vec<i64>,
    factors: Vec<f64>,
    price_shift: Vec<i64>,
}

impl Drawn {
    fn new(n_tiers: usize, n_columns: usize) -> Self {
        let rows = (0..2 * n_tiers as i64).collect();
        Self { rows, factors: vec![1.0; 2 * n_columns], price_shift: vec![0; n_columns] }
    }

    fn shifted(mut self, shift: i64) -> Self {
        self.price_shift.fill(shift);
        self
    }

    fn placement(&self) -> Placement<'_> {
        Placement { first_bar: 0, price_shift: &self.price_shift, unit_is_usd: true }
    }
}

/// A grid that holds every level of these tests.
fn wide_grid() -> PriceGrid {
    PriceGrid::covering(RATIO, 15_000.0, 240_000.0, 0).expect("valid")
}

fn view(grid: &PriceGrid, n_bars: usize) -> View<'_> {
    View { first_bar: 0, end_bar: n_bars, bars_per_column: 1, cohort_bars: None, price_edges: grid.edges() }
}

fn recording<'a>(table: &'a BarTable, records: &'a [BookRecord<'a>], drawn: &'a Drawn) -> Recording<'a> {
    let BarColumns { low, high, mark_low, mark_high, .. } = table.columns();
    Recording::new(BarRanges { low, high, mark_low, mark_high }, RATIO, records, drawn.placement()).expect("valid")
}

/// The last column, one row a slot.
fn last_column(recordings: &[Recording<'_>], n_rows: usize, view: &View<'_>) -> Vec<f64> {
    let mut rows = vec![0.0; n_rows * (view.price_edges.len() - 1)];
    let last = View { bars_per_column: view.end_bar, ..view.clone() };
    render_column(recordings, &last, &mut rows).expect("valid view");
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_replay_redraws_the_cells_of_the_book(steps in steps(), n_tiers in 1usize..8, marks_on_edges: bool) {
        let (n_slots, mut bars) = (2 * n_tiers, bars(&steps));
        let grid = wide_grid();
        if marks_on_edges {
            // A bucket whose lower edge is the lowest mark is swept, and random marks never hit one.
            for bar in &mut bars {
                bar.mark_low = grid.edge(grid.locate(bar.mark_low, 0));
                bar.mark_high = grid.edge(grid.locate(bar.mark_high, 0));
            }
        }
        let (recorded, table) = (Recorded::new(tiers(n_tiers), &bars), BarTable::new(&bars));
        let drawn = Drawn::new(n_tiers, 1);
        let (view, records) = (view(&grid, bars.len()), [recorded.lend(&drawn)]);
        let rows = last_column(&[recording(&table, &records, &drawn)], n_slots, &view);
        let (first, cells) = recorded.book.standing_cells();
        let shifts = recorded.tiers.shifts();
        for (row, entries) in cells.chunks(n_slots).enumerate() {
            for (slot, &units) in entries.iter().enumerate() {
                let offset = if slot < n_tiers { -shifts[slot] } else { shifts[slot] };
                let bucket = (first + row as i64 + offset - grid.first()) as usize;
                prop_assert_eq!(rows[slot * grid.n_buckets() + bucket], units);
            }
        }
    }

    #[test]
    fn a_replay_goes_on_from_any_bar(steps in steps(), n_tiers in 1usize..8, at: prop::sample::Index) {
        let (n_slots, bars, grid) = (2 * n_tiers, bars(&steps), wide_grid());
        let before = at.index(bars.len());
        let whole = Recorded::new(tiers(n_tiers), &bars);
        let (known, rest) = bars.split_at(before);
        let start = Recorded::new(tiers(n_tiers), known);
        let (entry_first, cells) = start.book.recorded_cells();
        let later = whole.scale_events.iter().filter(|event| event.bar >= before as i64);
        let scale_events: Vec<_> = later.map(|event| ScaleEvent { bar: event.bar - before as i64, ..*event }).collect();
        let drawn = Drawn::new(n_tiers, 1);
        let records = [whole.lend(&drawn)];
        let resumed = [BookRecord {
            opened: &whole.opened[2 * before..],
            survival: &whole.survival[before * n_slots..],
            scale_events: &scale_events,
            entry_first,
            cells,
            ..whole.lend(&drawn)
        }];
        let (table, rest_table) = (BarTable::new(&bars), BarTable::new(rest));
        let expected = last_column(&[recording(&table, &records, &drawn)], n_slots, &view(&grid, bars.len()));
        let found = last_column(&[recording(&rest_table, &resumed, &drawn)], n_slots, &view(&grid, rest.len()));
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn threads_share_the_price_axis_and_change_nothing(steps in steps(), n_tiers in 1usize..8) {
        let (bars, grid) = (bars(&steps), wide_grid());
        let (recorded, table) = (Recorded::new(tiers(n_tiers), &bars), BarTable::new(&bars));
        let drawn = Drawn::new(n_tiers, bars.len());
        let (view, records) = (view(&grid, bars.len()), [recorded.lend(&drawn)]);
        let recordings = [recording(&table, &records, &drawn)];
        let mut by_one = vec![0.0f32; grid.n_buckets() * bars.len()];
        let mut by_seven = by_one.clone();
        let largest = render_grid(&recordings, &view, 1, &mut by_one).expect("valid view");
        prop_assert_eq!(largest, render_grid(&recordings, &view, 7, &mut by_seven).expect("valid view"));
        prop_assert_eq!(largest, by_one.iter().copied().fold(0.0, f32::max));
        prop_assert_eq!(by_one, by_seven);
    }

    #[test]
    fn books_of_any_reach_add_up(steps in steps(), n_tiers in 1usize..8) {
        let (bars, grid) = (bars(&steps), wide_grid());
        let near = tiers(n_tiers);
        let farther = near.shifts().iter().map(|shift| 20 * shift).collect();
        let far = DistanceTiers::new(farther, near.weights().to_vec(), near.hazards().to_vec()).expect("valid tiers");
        let (near, far) = (Recorded::new(near, &bars), Recorded::new(far, &bars));
        let (table, drawn) = (BarTable::new(&bars), Drawn::new(n_tiers, 1));
        let (view, n_rows) = (view(&grid, bars.len()), 2 * n_tiers);
        let (near, far) = ([near.lend(&drawn)], [far.lend(&drawn)]);
        let mut apart = last_column(&[recording(&table, &near, &drawn)], n_rows, &view);
        for (sum, usd) in apart.iter_mut().zip(last_column(&[recording(&table, &far, &drawn)], n_rows, &view)) {
            *sum += usd;
        }
        let both = [near[0], far[0]];
        prop_assert_eq!(&last_column(&[recording(&table, &both, &drawn)], n_rows, &view), &apart);
        // Nor does it matter whether they are books of one contract or of two.
        let two = [recording(&table, &near, &drawn), recording(&table, &far, &drawn)];
        prop_assert_eq!(last_column(&two, n_rows, &view), apart);
    }

    #[test]
    fn a_contract_at_other_prices_is_moved_by_whole_buckets(steps in steps(), n_tiers in 1usize..8, shift in -40i64..40) {
        let (bars, grid) = (bars(&steps), wide_grid());
        let (recorded, table) = (Recorded::new(tiers(n_tiers), &bars), BarTable::new(&bars));
        let (here, there) = (Drawn::new(n_tiers, 1), Drawn::new(n_tiers, 1).shifted(shift));
        let view = view(&grid, bars.len());
        let records = [recorded.lend(&here)];
        let own = last_column(&[recording(&table, &records, &here)], 2 * n_tiers, &view);
        let moved = last_column(&[recording(&table, &records, &there)], 2 * n_tiers, &view);
        for (own, moved) in own.chunks(grid.n_buckets()).zip(moved.chunks(grid.n_buckets())) {
            for bucket in 100..grid.n_buckets() - 100 {
                prop_assert_eq!(moved[(bucket as i64 + shift) as usize], own[bucket]);
            }
        }
    }
}
