//! Histories: a table of calls or counts, and Asterisk's queue log.
#![no_main]

use calmline_plan::history::{Columns, Named, Tally, outages, queue_log};
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    for line in data.lines() {
        if let Ok(Some(entered)) = queue_log::read(line) {
            assert!(line.contains(entered.queue) && entered.at.parse::<i64>().is_ok());
        }
    }
    let mut lines = data.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let Ok(columns) = Columns::find(&header, &Named::default()) else { return };
    let zone = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
    let Ok(mut tally) = Tally::new(columns, 30, zone) else { return };
    for (line, row) in (2..).zip(lines) {
        tally.push(line, |column| row.split(',').nth(column));
    }
    let (shown, bad) = tally.bad();
    assert!(shown.len() as u64 <= bad && bad <= tally.rows());
    match tally.finish() {
        Ok(mut grid) => {
            assert_eq!(bad_free(&grid), Some(()));
            outages::mark(&mut grid);
            assert_eq!(bad_free(&grid), Some(()));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});

/// Every day is on the grid, in order, with counts that are some.
fn bad_free(grid: &calmline_plan::history::Grid) -> Option<()> {
    let even = grid.days.iter().all(|day| day.counts.len() == grid.slots);
    let ordered = grid.days.windows(2).all(|pair| pair[0].date < pair[1].date);
    let counts = grid.days.iter().flat_map(|day| day.counts.iter().flatten()).all(|count| *count >= 0.0);
    (even && ordered && counts && grid.slots > 0).then_some(())
}
