//! A history from a file: streamed, so that its size does not matter.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use calmline_plan::history::{Columns, Grid, Named, Tally, queue_log};
use jiff::{SignedDuration, tz::TimeZone};
use serde_json::{Map, Value};

use crate::{failure::Failure, said::Said};

/// After so many rows how far it has come is told.
const TELL_EVERY: u64 = 1_000_000;

/// Where a history is, and how it is to be read.
pub struct Source {
    path: PathBuf,
    interval: u32,
    /// The site's clock, for times with an offset and for calls.
    pub zone: TimeZone,
    pub time: Option<String>,
    pub calls: Option<String>,
    /// Take this queue alone.
    pub queue: Option<String>,
}

/// What was read.
pub struct Read {
    pub grid: Grid,
    pub rows: u64,
    pub queues: Vec<String>,
    /// What each column was taken for.
    pub columns: Map<String, Value>,
}

impl Source {
    /// A file of counts or calls, to be cut into intervals of this length.
    pub fn new(path: &Path, interval: SignedDuration) -> Result<Self, Failure> {
        let minutes = interval.as_mins();
        let whole = interval == SignedDuration::from_mins(minutes);
        let interval = u32::try_from(minutes).ok().filter(|_| whole).ok_or_else(|| {
            Failure::Input(format!(
                "{interval:#} is no interval of whole minutes; write for example 5min or 30min"
            ))
        })?;
        let (time, calls, queue) = (None, None, None);
        Ok(Self { path: path.to_path_buf(), interval, zone: TimeZone::UTC, time, calls, queue })
    }

    /// Reads it, all or nothing. Bad rows are listed.
    pub fn read(&self, said: &Said) -> Result<Read, Failure> {
        let place =
            |error: &dyn std::fmt::Display| Failure::Input(format!("{}: {error}", self.path.display()));
        let file = File::open(&self.path).map_err(|error| place(&error))?;
        let mut reader = BufReader::with_capacity(1 << 16, file);
        let start = reader.fill_buf().map_err(|error| place(&error))?;
        let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start);
        let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if first.first() == Some(&b'{') {
            return self.json_lines(reader, said).map_err(|error| place(&error));
        }
        if first.iter().filter(|byte| **byte == b'|').count() >= 4 {
            return self.queue_log(reader, said).map_err(|error| place(&error));
        }
        let delimiter = [b'\t', b';'].into_iter().find(|one| first.contains(one)).unwrap_or(b',');
        self.separated(reader, delimiter, said).map_err(|error| place(&error))
    }

    fn separated(&self, reader: impl BufRead, delimiter: u8, said: &Said) -> anyhow::Result<Read> {
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(reader);
        let header = reader.headers()?.clone();
        let header: Vec<&str> = header.iter().collect();
        let (mut tally, columns) = self.begin(&header)?;
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record)? {
            let line = record.position().map_or(0, csv::Position::line);
            tally.push(line, |column| record.get(column));
            tell_progress(&tally, said);
        }
        finish(tally, &header, columns)
    }

    fn json_lines(&self, reader: impl BufRead, said: &Said) -> anyhow::Result<Read> {
        let mut begun: Option<(Tally, Columns, Vec<String>)> = None;
        for (number, line) in (1..).zip(reader.lines()) {
            let line = line?;
            let text = line.trim_start_matches('\u{feff}').trim();
            if text.is_empty() {
                continue;
            }
            let object: Map<String, Value> = serde_json::from_str(text)
                .map_err(|error| anyhow::anyhow!("line {number}: {error}; give one JSON object a line"))?;
            if begun.is_none() {
                let names: Vec<String> = object.keys().cloned().collect();
                let header: Vec<&str> = names.iter().map(String::as_str).collect();
                let (tally, columns) = self.begin(&header)?;
                begun = Some((tally, columns, names));
            }
            let Some((tally, _, names)) = &mut begun else { continue };
            let said_of = |name: &String| match object.get(name)? {
                Value::String(text) => Some(text.clone()),
                Value::Null => None,
                other => Some(other.to_string()),
            };
            let fields: Vec<Option<String>> = names.iter().map(said_of).collect();
            tally.push(number, |column| fields.get(column)?.as_deref());
            tell_progress(tally, said);
        }
        let (tally, columns, names) = begun.ok_or_else(|| anyhow::anyhow!("the file is empty"))?;
        let header: Vec<&str> = names.iter().map(String::as_str).collect();
        finish(tally, &header, columns)
    }

    fn queue_log(&self, reader: impl BufRead, said: &Said) -> anyhow::Result<Read> {
        let header = ["time", "queue"];
        let (mut tally, columns) = self.begin(&header)?;
        for (number, line) in (1..).zip(reader.lines()) {
            let line = line?;
            let entered = queue_log::read(&line)
                .map_err(|error| anyhow::anyhow!("line {number}: {error}; nothing was taken"))?;
            if let Some(entered) = entered {
                tally.push(number, |column| [entered.at, entered.queue].get(column).copied());
                tell_progress(&tally, said);
            }
        }
        finish(tally, &header, columns)
    }

    fn begin(&self, header: &[&str]) -> anyhow::Result<(Tally, Columns)> {
        let named = Named { time: self.time.as_deref(), calls: self.calls.as_deref(), queue: None };
        let columns = Columns::find(header, &named)?;
        if self.queue.is_some() && columns.queue.is_none() {
            anyhow::bail!(
                "--queue: no column is called queue, skill or split; there are {}",
                header.join(", ")
            );
        }
        let tally = Tally::new(columns, self.interval, self.zone.clone())?;
        Ok((if let Some(queue) = &self.queue { tally.of_queue(queue) } else { tally }, columns))
    }
}

fn tell_progress(tally: &Tally, said: &Said) {
    if tally.rows().is_multiple_of(TELL_EVERY) {
        said.note(format!("{} {}", tally.rows(), said.both("rows read", "行已读取")));
    }
}

fn finish(tally: Tally, header: &[&str], columns: Columns) -> anyhow::Result<Read> {
    let (bad, count) = tally.bad();
    if count > 0 {
        let mut lines: Vec<String> =
            bad.iter().map(|row| format!("line {}: {}", row.line, row.why)).collect();
        if count > bad.len() as u64 {
            lines.push(format!("and {} more", count - bad.len() as u64));
        }
        anyhow::bail!("{count} of {} rows are bad; nothing was taken\n{}", tally.rows(), lines.join("\n"));
    }
    let name = |column: usize| {
        Value::from(header.get(column).copied().unwrap_or_default().trim_start_matches('\u{feff}'))
    };
    let taken = [("time", Some(columns.time)), ("calls", columns.calls), ("queue", columns.queue)];
    let columns = taken.into_iter().map(|(what, column)| (what.to_owned(), column.map_or(Value::Null, name)));
    let (rows, queues) = (tally.rows(), tally.queues().iter().cloned().collect());
    Ok(Read { columns: columns.collect(), grid: tally.finish()?, rows, queues })
}
