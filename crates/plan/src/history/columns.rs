//! Which column of a table holds what.

/// What a table's rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns {
    /// When: the beginning of an interval, or of a call.
    pub time: usize,
    /// The calls of the interval; none where each row is one call.
    pub calls: Option<usize>,
    /// The queue.
    pub queue: Option<usize>,
}

/// Why columns are not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnsError {
    /// No column looks like a time.
    #[error("no column is called {known}; there are {columns}. Name the column of the times")]
    NoTime {
        /// What was looked for.
        known: String,
        /// What is there.
        columns: String,
    },
    /// A column that was named is not there.
    #[error("there is no column {name:?}; there are {columns}")]
    Missing {
        /// Its name.
        name: String,
        /// What is there.
        columns: String,
    },
}

/// Names of columns that a planner gave; what is not given is guessed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named<'a> {
    /// The column of the times.
    pub time: Option<&'a str>,
    /// The column of the counts.
    pub calls: Option<&'a str>,
    /// The column of the queues.
    pub queue: Option<&'a str>,
}

const TIMES: &[&str] = &[
    "timestamp",
    "started_at",
    "start_time",
    "interval_start",
    "interval",
    "datetime",
    "date_time",
    "start",
    "time",
    "call_time",
    "date",
    "时间",
    "开始时间",
    "来电时间",
    "日期时间",
];
const COUNTS: &[&str] =
    &["calls", "calls_offered", "offered", "count", "volume", "contacts", "n", "呼入量", "来电量", "话务量"];
const QUEUES: &[&str] = &["queue", "queue_name", "skill", "split", "队列", "技能组"];

impl Columns {
    /// Finds the columns in a header. Names are compared without case, spaces and hyphens as underscores.
    ///
    /// # Errors
    /// When a named column is not there, or none looks like a time.
    pub fn find(header: &[&str], named: &Named<'_>) -> Result<Self, ColumnsError> {
        let plain: Vec<String> = header.iter().map(|name| plain(name)).collect();
        let columns = || header.join(", ");
        let find = |given: Option<&str>, usual: &[&str]| match given {
            Some(name) => match plain.iter().position(|column| *column == self::plain(name)) {
                Some(at) => Ok(Some(at)),
                None => Err(ColumnsError::Missing { name: name.to_owned(), columns: columns() }),
            },
            None => Ok(usual.iter().find_map(|name| plain.iter().position(|column| column == name))),
        };
        let no_time = || ColumnsError::NoTime { known: TIMES.join(", "), columns: columns() };
        Ok(Self {
            time: find(named.time, TIMES)?.ok_or_else(no_time)?,
            calls: find(named.calls, COUNTS)?,
            queue: find(named.queue, QUEUES)?,
        })
    }
}

fn plain(name: &str) -> String {
    name.trim_start_matches('\u{feff}').trim().to_lowercase().replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_guessed_and_named() {
        let found = |header: &[&str]| Columns::find(header, &Named::default());
        let counts = Columns { time: 0, calls: Some(1), queue: None };
        assert_eq!(found(&["\u{feff}Timestamp", "Calls"]), Ok(counts));
        let calls = Columns { time: 1, calls: None, queue: Some(2) };
        assert_eq!(found(&["call_id", "Started at", "Queue"]), Ok(calls));
        assert_eq!(found(&["时间", "呼入量"]), Ok(counts));
        let named = Named { time: Some("b"), calls: Some("A"), queue: None };
        assert_eq!(Columns::find(&["a", "b"], &named), Ok(Columns { time: 1, calls: Some(0), queue: None }));
    }

    #[test]
    fn a_missing_column_is_named_beside_those_that_are_there() {
        let error = Columns::find(&["a", "b"], &Named::default()).unwrap_err().to_string();
        assert!(error.contains("timestamp") && error.contains("a, b"), "{error}");
        let named = Named { calls: Some("volumes"), ..Named::default() };
        let error = Columns::find(&["time", "b"], &named).unwrap_err().to_string();
        assert!(error.contains("\"volumes\"") && error.contains("time, b"), "{error}");
    }
}
