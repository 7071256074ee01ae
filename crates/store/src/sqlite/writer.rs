//! The writer: one connection, and the task that commits appends in groups.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, atomic::Ordering},
};

use calmline_core::{Position, SiteId, SubjectId, event::PayloadKind};
use sqlx::{Connection as _, Row as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    Inner,
    batch::Batch,
    checkpoint::Beside,
    ids::Ids,
    places::{self, Lists, Moved},
};
use crate::{
    Appended, StoreError,
    entry::{Entry, GENESIS},
    seal::SealKey,
};

/// How many appends may wait; more make their callers wait.
pub(super) const QUEUE: usize = 1_024;

/// How many events go into one commit at most, unless one call brings more. At 50,000 events/s this is 40 ms, so that
/// a full group still answers in time.
const GROUP: usize = 2_048;

/// How many data keys are kept in memory.
const KEYS: usize = 10_000;

/// One call of `append`.
pub(super) struct Job {
    pub(super) entries: Vec<Entry>,
    pub(super) answer: oneshot::Sender<Result<Vec<Appended>, StoreError>>,
}

/// Whom and what a data key is for.
pub(super) type KeyFor = (SiteId, SubjectId, PayloadKind);

/// A data key, open.
pub(super) struct DataKey {
    pub(super) id: [u8; 16],
    pub(super) key: SealKey,
}

/// The only connection that writes, and what it knows of the end of the log.
pub(super) struct Writer {
    pub(super) conn: SqliteConnection,
    pub(super) head: Position,
    pub(super) hash: [u8; 32],
    pub(super) keys: HashMap<KeyFor, Arc<DataKey>>,
    pub(super) ids: Ids,
    pub(super) waiting_places: places::Waiting,
    pub(super) beside: Beside,
    pub(super) head_sender: watch::Sender<Position>,
}

impl Writer {
    pub(super) async fn new(
        mut conn: SqliteConnection,
        head_sender: watch::Sender<Position>,
    ) -> Result<Self, StoreError> {
        let last = sqlx::query("SELECT position, hash FROM log ORDER BY position DESC LIMIT 1")
            .fetch_optional(&mut conn)
            .await?;
        let (head, hash) = match last {
            Some(row) => {
                let hash: Vec<u8> = row.try_get(1)?;
                let hash = hash.try_into().map_err(|_| StoreError::damaged("the end of the log", "hash"))?;
                (Position(row.try_get::<i64, _>(0)?.unsigned_abs()), hash)
            }
            None => (Position(0), GENESIS),
        };
        let ids = Ids::load(&mut conn, head).await?;
        let waiting_places = Arc::new(RwLock::new(places::load(&mut conn).await?));
        head_sender.send_replace(head);
        let (keys, beside) = (HashMap::new(), Beside::default());
        Ok(Self { conn, head, hash, keys, ids, waiting_places, beside, head_sender })
    }

    /// Takes note of a batch that is on disk.
    pub(super) fn committed(&mut self, batch: Batch<'_>) {
        if self.keys.len() > KEYS {
            self.keys.clear();
        }
        if batch.head > self.head {
            self.ids.committed(batch.log.iter().map(|row| (row.entry.draft.id, row.position)), batch.head);
            self.place(&batch);
            (self.head, self.hash) = (batch.head, batch.hash);
            self.head_sender.send_replace(self.head);
        }
        self.keys.extend(batch.new_keys());
    }

    /// What the next commit moves into `places`.
    pub(super) fn places_due(&self) -> Option<Moved> {
        let lists = self.waiting_places.read().unwrap_or_else(PoisonError::into_inner);
        lists.full().then(|| lists.moved(self.head))
    }

    /// Everything that waits for `places`.
    pub(super) fn places_all(&self) -> Moved {
        self.waiting_places.read().unwrap_or_else(PoisonError::into_inner).moved(self.head)
    }

    fn place(&self, batch: &Batch<'_>) {
        let mut lists = self.waiting_places.write().unwrap_or_else(PoisonError::into_inner);
        if batch.places.is_some() {
            *lists = Lists::after(self.head);
        }
        for row in &batch.log {
            lists.add(row.position, &row.entry.draft.site, row.entry.at, &row.entry.draft.body);
        }
    }
}

/// Commits what comes through the channel until all senders are gone.
pub(super) async fn run(inner: Arc<Inner>, mut queue: mpsc::Receiver<Job>) {
    while let Some(first) = queue.recv().await {
        let mut writer = inner.writer.lock().await;
        // What came while the last commit was on its way to the disk goes into this one.
        let mut events = first.entries.len();
        let mut jobs = vec![first];
        while events < GROUP {
            let Ok(job) = queue.try_recv() else { break };
            events += job.entries.len();
            jobs.push(job);
        }
        let Some(writer) = writer.as_mut() else {
            refuse(jobs, &StoreError::Closed);
            continue;
        };
        commit(&inner, writer, jobs).await;
    }
}

async fn commit(inner: &Inner, writer: &mut Writer, jobs: Vec<Job>) {
    let groups = jobs.iter().map(|job| job.entries.as_slice()).collect::<Vec<_>>();
    let outcome = async {
        let (batch, answers) = Batch::plan(writer, &inner.master, &groups).await?;
        if !batch.is_empty() {
            let mut transaction = writer.conn.begin().await?;
            batch.write(&mut transaction).await?;
            transaction.commit().await?;
            inner.commits.fetch_add(1, Ordering::Relaxed);
        }
        Ok((batch, answers))
    };
    match outcome.await {
        Ok((batch, answers)) => {
            writer.committed(batch);
            for (job, answer) in jobs.into_iter().zip(answers) {
                // A caller that went away does not want to know.
                let _ = job.answer.send(answer);
            }
        }
        Err(error) => refuse(jobs, &error),
    }
}

fn refuse(jobs: Vec<Job>, error: &StoreError) {
    for job in jobs {
        let _ = job.answer.send(Err(error.clone()));
    }
}
