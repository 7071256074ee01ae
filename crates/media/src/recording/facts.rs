//! The table of call facts that lies beside recordings: CSV with a header line.
//!
//! | column | what | must |
//! |---|---|---|
//! | `file` | the recording's file name (or, for a pair, what the names have in common) | this or `call_id` |
//! | `call_id` | the phone platform's id of the call | this or `file` |
//! | `started_at` | when the call was offered, RFC 3339 with offset: `2026-11-23T09:00:00+08:00` | yes |
//! | `answered_at` | when an agent took it | |
//! | `ended_at` | when it ended | |
//! | `duration_s` | how long it lasted from `started_at`, in seconds, where `ended_at` is not known | |
//! | `agent_id` | who took it | |
//! | `queue` | from which queue | |
//! | `channels` | whose voice each channel carries: `customer,agent` (in quotation marks) or `customer+agent` | |
//! | `reason` | the platform's reason code of the call's end | |
//!
//! Columns may come in any order; other columns are left out and named in [`Facts::ignored`]. Fields are divided by
//! comma, semicolon or tab, whichever the header line has most of. A byte-order mark is left out; empty fields are as
//! if the column were not there.

use std::{
    collections::BTreeSet,
    fmt::Display,
    io::{self, BufRead},
    str::FromStr,
};

use calmline_core::{AgentId, CallId, QueueId, Timestamp};

use super::ChannelMap;

const KNOWN: [&str; 10] = [
    "file",
    "call_id",
    "started_at",
    "answered_at",
    "ended_at",
    "duration_s",
    "agent_id",
    "queue",
    "channels",
    "reason",
];

/// What is known of one call.
#[derive(Debug, Clone, PartialEq)]
pub struct CallFact {
    /// The recording's name, if the line has one.
    pub file: Option<String>,
    /// The platform's id; where the line has none, the file's name without its ending.
    pub call: CallId,
    /// When it was offered.
    pub started_at: Timestamp,
    /// When an agent took it; not before it was offered.
    pub answered_at: Option<Timestamp>,
    /// When it ended; not before it was offered or answered.
    pub ended_at: Option<Timestamp>,
    /// Who took it.
    pub agent: Option<AgentId>,
    /// From which queue.
    pub queue: Option<QueueId>,
    /// Whose voice each channel carries.
    pub channels: Option<ChannelMap>,
    /// The platform's reason code of its end.
    pub reason: Option<String>,
}

/// A table of call facts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// One per line, in the table's order.
    pub calls: Vec<CallFact>,
    /// Columns that were left out.
    pub ignored: Vec<String>,
}

/// Why a table cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// The text is not UTF-8.
    #[error("byte {at} is not UTF-8; save the table as UTF-8")]
    Utf8 {
        /// The first wrong byte.
        at: usize,
    },
    /// A column that must be there is not.
    #[error("line 1: there is no column {column}; it is needed")]
    Column {
        /// Its name.
        column: &'static str,
    },
    /// A column is there twice.
    #[error("line 1: the column {column} is there twice; remove one")]
    Twice {
        /// Its name.
        column: String,
    },
    /// A line that is not CSV.
    #[error("line {line}: {what}")]
    Line {
        /// Which line, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// A field that cannot be read.
    #[error("line {line}, {field}: {what}")]
    Field {
        /// Which line, from 1.
        line: u64,
        /// Which column.
        field: &'static str,
        /// What is wrong and what to do.
        what: String,
    },
}

/// Reads a table of call facts.
///
/// # Errors
/// At the first line or field that is wrong, naming it.
pub fn read_facts(bytes: &[u8]) -> Result<Facts, FactsError> {
    let text = std::str::from_utf8(bytes).map_err(|e| FactsError::Utf8 { at: e.valid_up_to() })?;
    let mut rows = FactRows::new(text.as_bytes())?;
    let mut facts = Facts { calls: Vec::new(), ignored: rows.ignored().to_vec() };
    let mut seen = BTreeSet::new();
    while let Some(fact) = rows.next().transpose()? {
        let line = rows.line();
        if !seen.insert(fact.call.clone()) {
            return Err(FactsError::twice(line, &fact.call));
        }
        facts.calls.push(fact);
    }
    Ok(facts)
}

impl FactsError {
    /// A call that a table has already.
    #[must_use]
    pub fn twice(line: u64, call: &CallId) -> Self {
        let what = format!("the call {:?} is there a second time; give each call one line", call.as_str());
        Self::Field { line, field: "call_id", what }
    }
}

/// A table of call facts, line by line: memory does not grow with its rows. Whether a call is there twice is for its reader to
/// see.
pub struct FactRows<R> {
    reader: csv::Reader<R>,
    record: csv::StringRecord,
    columns: Columns,
}

impl<R: BufRead> FactRows<R> {
    /// Reads the header line.
    ///
    /// # Errors
    /// When it cannot be read or lacks a column.
    pub fn new(mut from: R) -> Result<Self, FactsError> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let unread = |error: io::Error| FactsError::Line { line: 1, what: error.to_string() };
        if from.fill_buf().map_err(unread)?.starts_with(MARK) {
            from.consume(MARK.len());
        }
        let delimiter = delimiter(from.fill_buf().map_err(unread)?);
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(from);
        let columns = Columns::read(reader.headers().map_err(|e| line_error(&e))?)?;
        Ok(Self { reader, record: csv::StringRecord::new(), columns })
    }

    /// Columns that are left out.
    pub fn ignored(&self) -> &[String] {
        &self.columns.ignored
    }

    /// The line of the last call, from 1.
    pub fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }
}

impl<R: BufRead> Iterator for FactRows<R> {
    type Item = Result<CallFact, FactsError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.reader.read_record(&mut self.record) {
            Ok(false) => None,
            Ok(true) => Some(Line { line: self.line(), record: &self.record, columns: &self.columns }.fact()),
            Err(error) => Some(Err(line_error(&error))),
        }
    }
}

/// Whichever of comma, semicolon and tab the header has most of.
fn delimiter(text: &[u8]) -> u8 {
    let header = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| header.iter().filter(|&&byte| byte == wanted).count();
    [b'\t', b';', b','].into_iter().max_by_key(|&wanted| count(wanted)).unwrap_or(b',')
}

fn line_error(error: &csv::Error) -> FactsError {
    let line = error.position().map_or(0, csv::Position::line);
    let what = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields, but the header has {expected_len}; quote fields that hold the delimiter")
        }
        _ => error.to_string(),
    };
    FactsError::Line { line, what }
}

struct Columns {
    at: [Option<usize>; KNOWN.len()],
    ignored: Vec<String>,
}

impl Columns {
    fn read(header: &csv::StringRecord) -> Result<Self, FactsError> {
        let mut columns = Self { at: [None; KNOWN.len()], ignored: Vec::new() };
        for (index, name) in header.iter().enumerate() {
            let name = name.to_ascii_lowercase();
            match KNOWN.iter().position(|known| *known == name) {
                None => columns.ignored.push(name),
                Some(known) if columns.at[known].is_some() => return Err(FactsError::Twice { column: name }),
                Some(known) => columns.at[known] = Some(index),
            }
        }
        if columns.of("started_at").is_none() {
            return Err(FactsError::Column { column: "started_at" });
        }
        if columns.of("file").is_none() && columns.of("call_id").is_none() {
            return Err(FactsError::Column { column: "call_id" });
        }
        Ok(columns)
    }

    fn of(&self, name: &str) -> Option<usize> {
        self.at[KNOWN.iter().position(|known| *known == name)?]
    }
}

struct Line<'a> {
    line: u64,
    record: &'a csv::StringRecord,
    columns: &'a Columns,
}

impl Line<'_> {
    fn fact(&self) -> Result<CallFact, FactsError> {
        let file = self.text("file").map(str::to_owned);
        let started_at = self
            .time("started_at")?
            .ok_or_else(|| self.wrong("started_at", "empty; write for instance 2026-11-23T09:00:00+08:00"))?;
        let answered_at = self.time("answered_at")?;
        let ended_at = match (self.time("ended_at")?, self.seconds("duration_s")?) {
            (Some(ended), _) => Some(ended),
            (None, Some(seconds)) => started_at.checked_add(std::time::Duration::from_secs_f64(seconds)).ok(),
            (None, None) => None,
        };
        if answered_at.is_some_and(|answered| answered < started_at) {
            return Err(self.wrong("answered_at", "before started_at"));
        }
        if ended_at.is_some_and(|ended| ended < answered_at.unwrap_or(started_at)) {
            return Err(self.wrong("ended_at", "before the call began or was answered"));
        }
        Ok(CallFact {
            call: self.call(file.as_deref())?,
            file,
            started_at,
            answered_at,
            ended_at,
            agent: self.parsed("agent_id")?,
            queue: self.parsed("queue")?,
            channels: self.channels()?,
            reason: self.text("reason").map(str::to_owned),
        })
    }

    fn call(&self, file: Option<&str>) -> Result<CallId, FactsError> {
        if let Some(call) = self.parsed("call_id")? {
            return Ok(call);
        }
        let Some(file) = file else {
            return Err(self.wrong("call_id", "empty; fill call_id or file"));
        };
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        CallId::new(stem).map_err(|e| self.wrong("file", e))
    }

    fn channels(&self) -> Result<Option<ChannelMap>, FactsError> {
        let Some(text) = self.text("channels") else { return Ok(None) };
        text.replace('+', ",").parse().map(Some).map_err(|e| self.wrong("channels", e))
    }

    fn time(&self, field: &'static str) -> Result<Option<Timestamp>, FactsError> {
        let Some(text) = self.text(field) else { return Ok(None) };
        let wrong = || {
            let what = format!(
                "{text:?} is no RFC 3339 time with offset; write for instance 2026-11-23T09:00:00+08:00"
            );
            self.wrong(field, what)
        };
        text.parse().map(Some).map_err(|_| wrong())
    }

    fn seconds(&self, field: &'static str) -> Result<Option<f64>, FactsError> {
        let Some(text) = self.text(field) else { return Ok(None) };
        match text.parse::<f64>() {
            Ok(seconds) if (0.0..=604_800.0).contains(&seconds) => Ok(Some(seconds)),
            _ => Err(self.wrong(field, format!("{text:?} is no number of seconds from 0 to 604800"))),
        }
    }

    fn parsed<T: FromStr<Err: Display>>(&self, field: &'static str) -> Result<Option<T>, FactsError> {
        self.text(field).map(str::parse).transpose().map_err(|e| self.wrong(field, e))
    }

    fn text(&self, field: &'static str) -> Option<&str> {
        self.record.get(self.columns.of(field)?).filter(|text| !text.is_empty())
    }

    fn wrong(&self, field: &'static str, what: impl Display) -> FactsError {
        FactsError::Field { line: self.line, field, what: what.to_string() }
    }
}
