//! Rows of a table, counted on a grid as they come: memory grows with the days, not with the rows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{civil::Date, tz::TimeZone};

use super::{
    columns::Columns,
    grid::{Day, Grid},
    time,
};

/// How many bad rows are kept to be shown; all are counted.
const SHOWN: usize = 20;
const DAY: u32 = 24 * 60;

/// A row that could not be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Why.
    pub why: BadRowReason,
}

/// Why a row could not be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRowReason {
    /// It ends before a column that is needed.
    #[error("the row has no column {0}; add what is missing, or quote commas in the fields before")]
    Short(usize),
    /// Its time cannot be read.
    #[error("{0:?} is no time; write it year first, such as 2026-03-01 07:05")]
    Time(String),
    /// Its count cannot be read.
    #[error("{0:?} is no count of calls; write a number from 0")]
    Count(String),
    /// Its interval begins between those of the grid.
    #[error("{0} does not begin an interval; give a shorter interval, or correct the time")]
    Between(String),
    /// Its interval was there before.
    #[error("{0} is there twice; remove one of the rows")]
    Twice(String),
    /// The site's clock never shows its time.
    #[error("{0} does not exist on that day, on which clocks are set on; check the time zone")]
    NoSuchTime(String),
}

/// Why rows are no history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// Rows that could not be taken.
    #[error("{count} of {rows} rows are bad; nothing was taken. The first: line {line}: {why}")]
    Bad {
        /// How many.
        count: u64,
        /// Of how many.
        rows: u64,
        /// Line of the first.
        line: u64,
        /// What is wrong with it.
        why: BadRowReason,
    },
    /// An interval that does not divide the day.
    #[error(
        "an interval of {0} minutes does not divide a day; give a divisor of 1440 such as 5, 15, 30 or 60"
    )]
    Interval(u32),
    /// No row at all.
    #[error("there is no row; check the file and the queue")]
    Empty,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    calls: f64,
    rows: u32,
}

/// Rows counted so far.
#[derive(Debug, Clone)]
pub struct Tally {
    columns: Columns,
    interval: u32,
    zone: TimeZone,
    /// Take only this queue.
    queue: Option<String>,
    days: BTreeMap<Date, Vec<Cell>>,
    queues: BTreeSet<String>,
    rows: u64,
    bad: u64,
    shown: Vec<BadRow>,
}

impl Tally {
    /// Begins to count in intervals of so many minutes, on the clock of a time zone.
    ///
    /// # Errors
    /// When the interval does not divide a day.
    pub fn new(columns: Columns, interval: u32, zone: TimeZone) -> Result<Self, HistoryError> {
        if interval == 0 || !DAY.is_multiple_of(interval) {
            return Err(HistoryError::Interval(interval));
        }
        let (days, queues) = (BTreeMap::new(), BTreeSet::new());
        Ok(Self { columns, interval, zone, queue: None, days, queues, rows: 0, bad: 0, shown: Vec::new() })
    }

    /// The same for one queue alone.
    #[must_use]
    pub fn of_queue(mut self, queue: &str) -> Self {
        self.queue = Some(queue.to_owned());
        self
    }

    /// Takes a row, which is on this line of the file.
    pub fn push<'a>(&mut self, line: u64, field: impl Fn(usize) -> Option<&'a str>) {
        self.rows += 1;
        if let Err(why) = self.take(field) {
            self.bad += 1;
            if self.shown.len() < SHOWN {
                self.shown.push(BadRow { line, why });
            }
        }
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The first bad rows, and how many there are in all.
    #[must_use]
    pub fn bad(&self) -> (&[BadRow], u64) {
        (&self.shown, self.bad)
    }

    /// The queues that were met.
    #[must_use]
    pub fn queues(&self) -> &BTreeSet<String> {
        &self.queues
    }

    fn take<'a>(&mut self, field: impl Fn(usize) -> Option<&'a str>) -> Result<(), BadRowReason> {
        let need = |column: usize| field(column).ok_or(BadRowReason::Short(column + 1));
        if let Some(column) = self.columns.queue {
            let queue = need(column)?.trim();
            if !self.queues.contains(queue) {
                self.queues.insert(queue.to_owned());
            }
            if self.queue.as_ref().is_some_and(|wanted| wanted != queue) {
                return Ok(());
            }
        }
        let text = need(self.columns.time)?;
        let at = time::read(text, &self.zone).ok_or_else(|| BadRowReason::Time(shortened(text)))?;
        let calls = match self.columns.calls {
            Some(column) => count(need(column)?)?,
            None => 1.0,
        };
        let minute = u32::try_from(at.hour()).unwrap_or(0) * 60 + u32::try_from(at.minute()).unwrap_or(0);
        let slot = (minute / self.interval) as usize;
        let intervals = (DAY / self.interval) as usize;
        let once = self.columns.calls.is_some();
        if once && (!minute.is_multiple_of(self.interval) || at.second() != 0) {
            return Err(BadRowReason::Between(shortened(text)));
        }
        let cell = &mut self.days.entry(at.date()).or_insert_with(|| vec![Cell::default(); intervals])[slot];
        if once && cell.rows > 0 && !(cell.rows == 1 && time::comes_twice(at, &self.zone)) {
            return Err(BadRowReason::Twice(shortened(text)));
        }
        if once && time::never_comes(at, &self.zone) {
            return Err(BadRowReason::NoSuchTime(shortened(text)));
        }
        cell.calls += calls;
        cell.rows += 1;
        Ok(())
    }

    /// The grid of all rows, if every row was taken.
    ///
    /// Opening hours run from the first to the last interval that any day has. Where rows are counts, an interval without a row
    /// is not known; where rows are calls, it had none. An hour that the clock showed twice counts half, one that it never
    /// showed is not known. A day without
    /// a row, or without a single call, is closed.
    ///
    /// # Errors
    /// When a row was bad, or there is none.
    pub fn finish(self) -> Result<Grid, HistoryError> {
        if let Some(BadRow { line, why }) = self.shown.first().cloned() {
            return Err(HistoryError::Bad { count: self.bad, rows: self.rows, line, why });
        }
        let open: Vec<_> =
            self.days.iter().filter(|(_, cells)| cells.iter().any(|cell| cell.calls > 0.0)).collect();
        let used = |slot: usize| open.iter().any(|(_, cells)| cells[slot].rows > 0);
        let intervals = (DAY / self.interval) as usize;
        let Some(first) = (0..intervals).find(|slot| used(*slot)) else { return Err(HistoryError::Empty) };
        let last = (first..intervals).rev().find(|slot| used(*slot)).unwrap_or(first);
        let counts = |date: Date, cells: &[Cell]| {
            (first..=last).map(|slot| self.known(date, slot, cells[slot])).collect::<Vec<_>>()
        };
        Ok(Grid {
            opens: self.interval * u32::try_from(first).unwrap_or(0),
            interval: self.interval,
            slots: last - first + 1,
            days: open
                .iter()
                .map(|(date, cells)| Day { date: **date, counts: counts(**date, cells) })
                .collect(),
        })
    }

    fn known(&self, date: Date, slot: usize, cell: Cell) -> Option<f64> {
        let minute = i64::from(self.interval) * i64::try_from(slot).unwrap_or(0);
        let at = date.at(0, 0, 0, 0).saturating_add(jiff::Span::new().minutes(minute));
        if self.columns.calls.is_some() {
            return (cell.rows > 0).then(|| cell.calls / f64::from(cell.rows));
        }
        match () {
            () if time::never_comes(at, &self.zone) => None,
            () if time::comes_twice(at, &self.zone) => Some(cell.calls / 2.0),
            () => Some(cell.calls),
        }
    }
}

fn count(text: &str) -> Result<f64, BadRowReason> {
    let calls: Option<f64> = text.trim().parse().ok();
    calls
        .filter(|calls| calls.is_finite() && *calls >= 0.0)
        .ok_or_else(|| BadRowReason::Count(shortened(text)))
}

/// Enough of a field to find it by.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::history::Named;

    fn tally(header: &str, interval: u32, zone: &str) -> Tally {
        let header: Vec<&str> = header.split(',').collect();
        let columns = Columns::find(&header, &Named::default()).unwrap();
        Tally::new(columns, interval, TimeZone::get(zone).unwrap()).unwrap()
    }

    fn fill(mut tally: Tally, rows: &[&str]) -> Tally {
        for (line, row) in (2..).zip(rows) {
            tally.push(line, |column| row.split(',').nth(column));
        }
        tally
    }

    #[test]
    fn counts_go_onto_the_grid_and_gaps_are_not_known() {
        let rows = ["2026-06-01 08:00,5", "2026-06-01 09:00,0", "2026-06-02 08:30,7.5", "2026-06-03 08:00,0"];
        let grid = fill(tally("time,calls", 30, "UTC"), &rows).finish().unwrap();
        assert_eq!(
            (grid.opens, grid.slots, grid.dates()),
            (480, 3, vec![date(2026, 6, 1), date(2026, 6, 2)])
        );
        assert_eq!(grid.days[0].counts, [Some(5.0), None, Some(0.0)]);
        assert_eq!(grid.days[1].counts, [None, Some(7.5), None]);
    }

    #[test]
    fn calls_are_counted_and_one_queue_can_be_taken() {
        let rows =
            ["2026-06-01 08:10,a", "2026-06-01 08:14:59,a", "2026-06-01 08:59,a", "2026-06-01 08:20,b"];
        let grid = fill(tally("time,queue", 15, "UTC").of_queue("a"), &rows).finish().unwrap();
        assert_eq!(grid.days[0].counts, [Some(2.0), Some(0.0), Some(0.0), Some(1.0)]);
        let all = fill(tally("time,queue", 15, "UTC"), &rows);
        assert_eq!(all.queues().iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(all.finish().unwrap().days[0].total(), 4.0);
    }

    #[test]
    fn clocks_that_are_set_neither_double_nor_lose_calls() {
        let utc =
            ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z", "2026-03-29T01:30:00Z"];
        let grid = fill(tally("time", 60, "Europe/Berlin"), &utc).finish().unwrap();
        assert_eq!(grid.opens, 120);
        // In spring two o'clock does not exist; in autumn it comes twice.
        assert_eq!(grid.days[0].counts, [None, Some(1.0)]);
        assert_eq!(grid.days[1].counts, [Some(1.0), Some(1.0)]);

        let twice = ["2026-10-25 02:00,8", "2026-10-25 02:00,4"];
        let grid = fill(tally("time,calls", 60, "Europe/Berlin"), &twice).finish().unwrap();
        assert_eq!(grid.days[0].counts, [Some(6.0)]);
    }

    #[test]
    fn nothing_is_taken_when_a_row_is_bad() {
        let rows = [
            "2026-06-01 08:00,5",
            "2026-06-01 08:00,6",
            "2026-06-01 08:07,6",
            "2026-06-01 09:00,-1",
            "1/6/2026 09:00,1",
            "2026-06-01 10:00",
        ];
        let tally = fill(tally("time,calls", 30, "UTC"), &rows);
        let (bad, count) = tally.bad();
        let lines: Vec<u64> = bad.iter().map(|row| row.line).collect();
        assert_eq!((count, lines), (5, vec![3, 4, 5, 6, 7]));
        assert!(
            matches!(bad[0].why, BadRowReason::Twice(_)) && matches!(bad[1].why, BadRowReason::Between(_))
        );
        assert!(matches!(bad[2].why, BadRowReason::Count(_)) && matches!(bad[3].why, BadRowReason::Time(_)));
        assert_eq!(bad[4].why, BadRowReason::Short(2));
        let error = tally.finish().unwrap_err().to_string();
        assert!(error.contains("5 of 6") && error.contains("line 3") && error.contains("twice"), "{error}");
    }

    #[test]
    fn what_is_no_history_is_said() {
        let columns = Columns { time: 0, calls: None, queue: None };
        assert_eq!(Tally::new(columns, 7, TimeZone::UTC).unwrap_err(), HistoryError::Interval(7));
        assert_eq!(tally("time", 30, "UTC").finish(), Err(HistoryError::Empty));
    }
}
