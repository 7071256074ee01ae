//! A table of calls as a planner imports it in the app: guessed columns and interval, bad rows by line, all or nothing.
#![no_main]

use calmline_server::planning::history::{INTERVALS, Wish, read};
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let wish = Wish {
        named: Default::default(),
        each_row_is_a_call: false,
        queue: None,
        interval: None,
        zone: TimeZone::UTC,
    };
    let reading = match read(data, &wish) {
        Ok(reading) => reading,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert!(INTERVALS.contains(&reading.interval));
    let (bad, count) = reading.bad();
    assert!(bad.len() as u64 <= count && count <= reading.rows());
    let lines = data.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
    assert!(bad.iter().all(|(line, _)| (2..=lines).contains(line)), "a bad row lies on a line of the table");
    let Ok(history) = reading.finish() else { return };
    assert_eq!(count, 0, "with a bad row there is no history");
    assert!(history.days.iter().all(|day| day.counts.len() == history.slots));
    assert!(history.days.windows(2).all(|pair| pair[0].date < pair[1].date));
});
