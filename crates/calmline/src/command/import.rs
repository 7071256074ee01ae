//! `import calls`: call facts from a table, as the phone platform would have told them.
//!
//! The table is read twice: first every line is checked, and nothing is imported where one is wrong; then calls are appended, a few
//! thousand at a time. Memory holds those, and eight bytes for each line, by which calls that are there twice are found.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, BufRead, BufReader, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use calmline_core::{Body, CallId, Draft, SiteId};
use calmline_media::recording::{CallFact, FactRows, FactsError};
use calmline_store::Store;
use serde_json::json;

use super::open;
use crate::{cli::Import, failure::Failure, said::Said};

/// The source under which imported facts are known: importing the same table again changes nothing.
const SOURCE: &str = "calmline:import";

/// Calls in memory at most.
const BATCH: usize = 4096;

/// Runs the command.
pub async fn run(options: Import, said: &Said) -> Result<(), Failure> {
    let Import::Calls { at, site, file, json } = options;
    let table = Table::new(&file, said)?;
    let checked = check(|| table.rows("checking", "检查")).map_err(|error| table.bad(&error))?;
    let store = open::open(&at.data).await?;
    let site = open::site(store.as_ref(), site.as_ref()).await?;
    let mut rows = table.rows("importing", "导入").map_err(|error| table.bad(&error))?;
    let ignored = rows.ignored().to_vec();
    let (mut new, mut known) = (0, 0);
    while let Some(calls) = batch(&mut rows).map_err(|error| table.bad(&error))? {
        let drafts = drafts(store.as_ref(), &site.id, &calls).await?;
        for appended in store.append(drafts).await? {
            *(if appended.duplicate { &mut known } else { &mut new }) += 1;
        }
    }
    store.close().await?;
    said.progress_over();
    if json {
        return said.json(&json!({
            "calls": checked, "events": new, "known": known, "ignored_columns": ignored,
        }));
    }
    said.line(format!(
        "{checked} {}, {new} {}, {known} {}",
        said.both("calls", "通电话"),
        said.both("new events", "个新事件"),
        said.both("known before", "个此前已有"),
    ));
    if !ignored.is_empty() {
        said.note(format!("{} {}", said.both("columns left out:", "未使用的列："), ignored.join(", ")));
    }
    Ok(())
}

/// The table's file, which is read more than once.
struct Table<'a> {
    path: &'a Path,
    said: &'a Said,
    bytes: u64,
}

impl<'a> Table<'a> {
    fn new(path: &'a Path, said: &'a Said) -> Result<Self, Failure> {
        let bytes = std::fs::metadata(path).map_err(|error| named(path, &error))?.len();
        Ok(Self { path, said, bytes })
    }

    /// Its lines from the first on; how far it is read is shown as so many per cent of what is done.
    fn rows(&self, english: &'static str, chinese: &'static str) -> Result<Rows<'a>, FactsError> {
        let file =
            File::open(self.path).map_err(|error| FactsError::Line { line: 1, what: error.to_string() })?;
        let read = Arc::new(AtomicU64::new(0));
        let rows = FactRows::new(BufReader::new(Counted { file, read: Arc::clone(&read) }))?;
        let doing = self.said.both(english, chinese).to_owned();
        Ok(Rows { rows, said: self.said, doing, read, bytes: self.bytes, lines: 0, told: Instant::now() })
    }

    fn bad(&self, error: &FactsError) -> Failure {
        self.said.progress_over();
        named(self.path, error)
    }
}

fn named(path: &Path, error: &impl std::fmt::Display) -> Failure {
    Failure::Input(format!("{}: {error}", path.display()))
}

/// A file that counts what is read of it.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(to)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Rows that say how far they are.
struct Rows<'a> {
    rows: FactRows<BufReader<Counted>>,
    said: &'a Said,
    doing: String,
    read: Arc<AtomicU64>,
    bytes: u64,
    lines: u64,
    told: Instant,
}

impl Rows<'_> {
    fn ignored(&self) -> &[String] {
        self.rows.ignored()
    }

    fn tell(&self) {
        const WIDE: u64 = 30;
        let share = (self.read.load(Ordering::Relaxed) * 100 / self.bytes.max(1)).min(100);
        let full = "█".repeat((share * WIDE / 100) as usize);
        let empty = "░".repeat((WIDE - share * WIDE / 100) as usize);
        let rows = self.said.both("rows", "行");
        self.said.progress(format!("{} {full}{empty} {share} % · {} {rows}", self.doing, self.lines));
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<CallFact, FactsError>;

    fn next(&mut self) -> Option<Self::Item> {
        /// Lines between two looks at the clock.
        const LOOK: u64 = 1024;
        self.lines += 1;
        if self.lines.is_multiple_of(LOOK) && self.told.elapsed() >= Duration::from_millis(200) {
            self.told = Instant::now();
            self.tell();
        }
        self.rows.next()
    }
}

/// Rows of a table with their lines.
trait Facts: Iterator<Item = Result<CallFact, FactsError>> {
    /// The line of the last row, from 1.
    fn line(&self) -> u64;
}

impl Facts for Rows<'_> {
    fn line(&self) -> u64 {
        self.rows.line()
    }
}

impl<R: BufRead> Facts for FactRows<R> {
    fn line(&self) -> u64 {
        Self::line(self)
    }
}

/// Reads all rows, whose number it answers; finds the first line that is wrong, and a call that is there twice.
fn check<F: Facts>(open: impl Fn() -> Result<F, FactsError>) -> Result<usize, FactsError> {
    let mut prints = Vec::new();
    for fact in open()? {
        prints.push(fingerprint(&fact?.call));
    }
    let rows = prints.len();
    prints.sort_unstable();
    let twice: BTreeSet<u64> =
        prints.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    if twice.is_empty() {
        return Ok(rows);
    }
    // Two calls may have one fingerprint by chance; so those are looked at by name.
    drop(prints);
    let mut seen: BTreeMap<u64, BTreeSet<CallId>> = BTreeMap::new();
    let mut again = open()?;
    while let Some(fact) = again.next().transpose()? {
        let print = fingerprint(&fact.call);
        if twice.contains(&print) && !seen.entry(print).or_default().insert(fact.call.clone()) {
            return Err(FactsError::twice(again.line(), &fact.call));
        }
    }
    Ok(rows)
}

fn fingerprint(call: &CallId) -> u64 {
    let mut hasher = DefaultHasher::new();
    call.as_str().hash(&mut hasher);
    hasher.finish()
}

/// The next rows, [`BATCH`] at most; none after the last.
fn batch(
    rows: &mut impl Iterator<Item = Result<CallFact, FactsError>>,
) -> Result<Option<Vec<CallFact>>, FactsError> {
    let calls = rows.by_ref().take(BATCH).collect::<Result<Vec<_>, _>>()?;
    Ok((!calls.is_empty()).then_some(calls))
}

async fn drafts(store: &dyn Store, site: &SiteId, calls: &[CallFact]) -> Result<Vec<Draft>, Failure> {
    let names: Vec<&str> =
        calls.iter().filter_map(|fact| fact.agent.as_ref().map(calmline_core::AgentId::as_str)).collect();
    let mut agents = store.pseudonyms(site, &names).await?.into_iter();
    let mut drafts = Vec::new();
    for fact in calls {
        let agent = fact.agent.as_ref().and_then(|_| agents.next());
        let mut tell = |what: &str, at, body| {
            let id = format!("{} {what}", fact.call);
            drafts.push(Draft::told(site.clone(), SOURCE, &id, at, body));
        };
        let (call, queue) = (fact.call.clone(), fact.queue.clone());
        tell(
            "offered",
            fact.started_at,
            Body::CallOffered { call: call.clone(), agent: None, queue: queue.clone() },
        );
        if let (Some(at), Some(agent)) = (fact.answered_at, agent) {
            tell("answered", at, Body::CallAnswered { call: call.clone(), agent, queue });
        }
        if let Some(at) = fact.ended_at {
            tell("ended", at, Body::CallEnded { call, reason: fact.reason.clone() });
        }
    }
    Ok(drafts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table that is made while it is read.
    struct Made {
        rows: u32,
        /// Which row has the id of row 7 again.
        twice: Option<u32>,
        next: u32,
        line: Vec<u8>,
    }

    impl Read for Made {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            if self.line.is_empty() && self.next <= self.rows {
                let id = if self.twice == Some(self.next) { 7 } else { self.next };
                let second = id % 60;
                self.line = match self.next {
                    0 => b"call_id,started_at\n".to_vec(),
                    _ => format!("c-{id},2026-03-02T09:00:{second:02}Z\n").into_bytes(),
                };
                self.next += 1;
            }
            let some = self.line.len().min(to.len());
            to[..some].copy_from_slice(&self.line[..some]);
            self.line.drain(..some);
            Ok(some)
        }
    }

    fn made(rows: u32, twice: Option<u32>) -> Result<FactRows<BufReader<Made>>, FactsError> {
        FactRows::new(BufReader::new(Made { rows, twice, next: 0, line: Vec::new() }))
    }

    #[test]
    fn a_million_rows_are_never_in_memory_at_once() {
        const ROWS: u32 = 1_000_000;
        assert_eq!(check(|| made(ROWS, None)), Ok(ROWS as usize));
        let mut rows = made(ROWS, None).unwrap();
        let (mut all, mut most) = (0, 0);
        while let Some(calls) = batch(&mut rows).unwrap() {
            (all, most) = (all + calls.len(), most.max(calls.capacity()));
        }
        assert_eq!((all, most), (ROWS as usize, BATCH));
    }

    #[test]
    fn a_call_that_is_there_twice_is_found_by_its_line() {
        let error = check(|| made(5000, Some(4321))).unwrap_err();
        assert_eq!(error, FactsError::twice(4322, &"c-7".parse().unwrap()));
    }
}
