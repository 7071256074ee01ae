//! A table of calls becomes the history of a queue: which columns hold what is found out or told, every row that cannot be
//! taken is listed, and there is a history only if there is no such row.

use std::collections::BTreeSet;

use calmline_core::event::Reason;
use calmline_plan::history::{
    BadRowReason, Columns, ColumnsError, Day, Grid, HistoryError, Named, Tally, outages, time,
};
use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// Lengths of intervals that are taken, in minutes.
pub const INTERVALS: [u32; 5] = [5, 10, 15, 30, 60];
/// Rows from which an interval is guessed.
const GUESS_FROM: usize = 2_000;
/// Rows that are shown.
const SAMPLE: usize = 5;

/// The calls of a queue, as they are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The queue, if one of several was taken.
    pub queue: Option<String>,
    /// Minutes of an interval.
    pub interval: u32,
    /// Minutes from midnight to the first interval.
    pub opens: u32,
    /// Intervals of a day.
    pub slots: usize,
    /// The open days in order.
    pub days: Vec<KeptDay>,
    /// Outages that were marked: their counts are not known.
    pub outages: usize,
}

/// An open day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptDay {
    /// The local date.
    pub date: Date,
    /// Calls of each interval; none where it is not known.
    pub counts: Vec<Option<f64>>,
}

impl History {
    fn of(mut grid: Grid, queue: Option<String>) -> Self {
        let outages = outages::mark(&mut grid).len();
        let days = grid.days.into_iter().map(|Day { date, counts }| KeptDay { date, counts }).collect();
        Self { queue, interval: grid.interval, opens: grid.opens, slots: grid.slots, days, outages }
    }

    /// The same as the forecast takes it.
    #[must_use]
    pub fn grid(&self) -> Grid {
        let day = |day: &KeptDay| Day { date: day.date, counts: day.counts.clone() };
        Grid {
            opens: self.opens,
            interval: self.interval,
            slots: self.slots,
            days: self.days.iter().map(day).collect(),
        }
    }

    /// All calls that are known.
    #[must_use]
    pub fn calls(&self) -> f64 {
        self.days.iter().flat_map(|day| day.counts.iter().flatten()).sum()
    }
}

/// How a table is to be read; what is not told is guessed.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// Names of columns.
    pub named: Named<'a>,
    /// Whether each row is one call, whatever columns there are.
    pub each_row_is_a_call: bool,
    /// One queue of several.
    pub queue: Option<&'a str>,
    /// Minutes of an interval.
    pub interval: Option<u32>,
    /// The clock of the table's times.
    pub zone: TimeZone,
}

/// Why a text is no table of calls.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not UTF-8.
    #[error("line {line} is not UTF-8; save the table as CSV in UTF-8")]
    Utf8 {
        /// The first such line.
        line: usize,
    },
    /// A record cannot be read.
    #[error("line {line}: {problem}; check its quotation marks")]
    Record {
        /// Which.
        line: u64,
        /// Why.
        problem: String,
    },
    /// The columns are not known.
    #[error(transparent)]
    Columns(#[from] ColumnsError),
    /// An interval that is not taken.
    #[error("an interval of {0} minutes is not taken; choose 5, 10, 15, 30 or 60")]
    Interval(u32),
    /// Rows are no history.
    #[error(transparent)]
    History(#[from] HistoryError),
}

/// A table that was read.
pub struct Reading {
    /// The names of its columns.
    pub header: Vec<String>,
    /// Which of them hold what.
    pub columns: Columns,
    /// Minutes of an interval.
    pub interval: u32,
    /// The first rows.
    pub sample: Vec<Vec<String>>,
    tally: Tally,
    queue: Option<String>,
}

impl Reading {
    /// Rows that were read.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tally.rows()
    }

    /// The first rows that cannot be taken, by line, and how many there are.
    #[must_use]
    pub fn bad(&self) -> (Vec<(u64, Reason)>, u64) {
        let (shown, count) = self.tally.bad();
        (shown.iter().map(|row| (row.line, reason(&row.why))).collect(), count)
    }

    /// The queues that were met.
    #[must_use]
    pub fn queues(&self) -> &BTreeSet<String> {
        self.tally.queues()
    }

    /// The history, if every row was taken.
    ///
    /// # Errors
    /// When a row was bad, or there is none.
    pub fn finish(self) -> Result<History, ReadError> {
        Ok(History::of(self.tally.finish()?, self.queue))
    }
}

/// Reads a table: comma, semicolon or tab between its fields, whichever the header has most of.
///
/// # Errors
/// When it is no table of calls at all; rows that cannot be taken are told by [`Reading::bad`].
pub fn read(bytes: &[u8], wish: &Wish<'_>) -> Result<Reading, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        ReadError::Utf8 { line: before.iter().filter(|byte| **byte == b'\n').count() + 1 }
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = reader(text);
    let header: Vec<String> =
        reader.headers().map_err(|error| wrong(&error))?.iter().map(str::to_owned).collect();
    let names: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut columns = Columns::find(&names, &wish.named)?;
    if wish.each_row_is_a_call {
        columns.calls = None;
    }
    let interval = match wish.interval {
        Some(interval) => interval,
        None => guess_interval(text, &columns, &wish.zone)?,
    };
    if !INTERVALS.contains(&interval) {
        return Err(ReadError::Interval(interval));
    }
    let mut tally = Tally::new(columns, interval, wish.zone.clone())?;
    if let Some(queue) = wish.queue {
        tally = tally.of_queue(queue);
    }
    let (mut sample, mut record) = (Vec::new(), csv::StringRecord::new());
    while reader.read_record(&mut record).map_err(|error| wrong(&error))? {
        if record.iter().all(str::is_empty) {
            continue;
        }
        if sample.len() < SAMPLE {
            sample.push(record.iter().map(|field| field.chars().take(60).collect()).collect());
        }
        let line = record.position().map_or(0, |position| line_of(text, position));
        tally.push(line, |column| record.get(column));
    }
    Ok(Reading { header, columns, interval, sample, tally, queue: wish.queue.map(str::to_owned) })
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    let header = text.lines().next().unwrap_or_default();
    let mark = [b',', b';', b'\t'].into_iter().max_by_key(|&mark| {
        let count = header.bytes().filter(|&byte| byte == mark).count();
        (count, mark == b',')
    });
    csv::ReaderBuilder::new()
        .delimiter(mark.unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
}

/// The line on which a record begins. The reader's position lies before the empty lines that it passes over.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let begin = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(begin..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|byte| **byte == b'\n');
    position.line() + empty.count() as u64
}

fn wrong(error: &csv::Error) -> ReadError {
    let line = error.position().map_or(1, csv::Position::line);
    ReadError::Record { line, problem: error.to_string() }
}

/// The longest interval on which all the first rows' times lie; half an hour for rows that are calls.
fn guess_interval(text: &str, columns: &Columns, zone: &TimeZone) -> Result<u32, ReadError> {
    if columns.calls.is_none() {
        return Ok(30);
    }
    let mut grain = 60;
    for record in reader(text).records().take(GUESS_FROM) {
        let record = record.map_err(|error| wrong(&error))?;
        let Some(at) = record.get(columns.time).and_then(|field| time::read(field, zone)) else { continue };
        let minute = u32::try_from(at.minute()).unwrap_or(0);
        while !minute.is_multiple_of(grain) {
            grain = INTERVALS.into_iter().rev().find(|&shorter| shorter < grain).unwrap_or(1);
        }
    }
    Ok(grain.max(INTERVALS[0]))
}

fn reason(why: &BadRowReason) -> Reason {
    let about = |code: &str, text: &str| Reason::new(code).with("text", text);
    match why {
        BadRowReason::Short(column) => {
            Reason::new("plan.row.short").with("column", column.to_string().as_str())
        }
        BadRowReason::Time(text) => about("plan.row.time", text),
        BadRowReason::Count(text) => about("plan.row.count", text),
        BadRowReason::Between(text) => about("plan.row.between", text),
        BadRowReason::Twice(text) => about("plan.row.twice", text),
        BadRowReason::NoSuchTime(text) => about("plan.row.no_such_time", text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish() -> Wish<'static> {
        Wish {
            named: Named::default(),
            each_row_is_a_call: false,
            queue: None,
            interval: None,
            zone: TimeZone::UTC,
        }
    }

    #[test]
    fn columns_and_interval_are_guessed_and_shown() {
        let table =
            "\u{feff}时间;队列;呼入量\n2026-06-01 08:00;a;5\n2026-06-01 08:15;a;7\n\n2026-06-02 08:00;a;1\n";
        let reading = read(table.as_bytes(), &wish()).unwrap();
        assert_eq!((reading.interval, reading.rows(), reading.sample.len()), (15, 3, 3));
        assert_eq!(reading.columns, Columns { time: 0, calls: Some(2), queue: Some(1) });
        let history = reading.finish().unwrap();
        assert_eq!((history.opens, history.slots, history.calls()), (480, 2, 13.0));
        assert_eq!(history.days[1].counts, [Some(1.0), None]);
    }

    #[test]
    fn a_bad_row_is_named_by_its_line_and_leaves_no_history() {
        let table = "time,calls\n2026-06-01 08:00,5\n\nyesterday,5\n2026-06-01 09:00\n";
        let reading = read(table.as_bytes(), &wish()).unwrap();
        let (bad, count) = reading.bad();
        assert_eq!(
            (bad[0].1.code.as_str(), bad[1].1.code.as_str(), count),
            ("plan.row.time", "plan.row.short", 2)
        );
        assert_eq!((bad[0].0, bad[1].0), (4, 5));
        assert!(matches!(reading.finish(), Err(ReadError::History(HistoryError::Bad { .. }))));
    }

    #[test]
    fn what_is_no_table_is_told_with_its_line() {
        let told = |bytes: &[u8]| read(bytes, &wish()).err().unwrap().to_string();
        assert!(told(b"time,calls\n2026-06-01 08:00,\xff\n").contains("line 2"));
        assert!(told(b"a,b\n1,2\n").contains("timestamp"));
        let seven = Wish { interval: Some(7), ..wish() };
        assert!(read(b"time,calls\n", &seven).err().unwrap().to_string().contains("15"));
        assert!(read(b"time,calls\n", &wish()).unwrap().finish().is_err());
    }
}
