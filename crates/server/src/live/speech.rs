//! Words: a bounded queue of utterances and the workers that recognise them.
//!
//! Recognition is the expensive part, so it is the first to be shed. Calls in which the caller's voice is agitated come
//! first: there words help most. Any other call is taken on when its first utterance finds the queue short, and is let go
//! when the queue grows too long, so that a call either has words or says that it has none. The caller's words come before
//! the agent's.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use calmline_core::{CallId, Draft, Party, SiteId};
use calmline_floor::WordsJob;
use calmline_sense::Recogniser;

use super::Live;
use crate::clock;

/// A new call gets words while less audio than this waits, per worker.
const TAKE_ON: f64 = 6.0;
/// A call loses its words when more audio than this waits, per worker.
const LET_GO: f64 = 20.0;
/// An utterance that has waited this long helps nobody in the call any more.
const STALE: Duration = Duration::from_secs(20);
/// Choices for this many calls are remembered.
const CALLS: usize = 10_000;

type Call = (SiteId, CallId);

/// The queue.
pub struct Speech {
    workers: usize,
    queue: Mutex<Queue>,
    ready: Condvar,
}

#[derive(Default)]
struct Queue {
    urgent: VecDeque<(WordsJob, Instant)>,
    callers: VecDeque<(WordsJob, Instant)>,
    others: VecDeque<(WordsJob, Instant)>,
    seconds: f64,
    taken: BTreeMap<Call, bool>,
    stopped: bool,
}

impl Speech {
    pub(super) fn new(workers: usize) -> Self {
        Self { workers, queue: Mutex::default(), ready: Condvar::new() }
    }

    /// How many utterances can be recognised at once.
    pub fn workers(&self) -> usize {
        self.workers
    }

    /// Takes an utterance on; what comes back is finished already, without words.
    pub fn offer(&self, job: WordsJob) -> Vec<Draft> {
        if !job.wants_words() {
            return job.without_words();
        }
        let mut queue = self.lock();
        if !queue.takes(&job, self.workers as f64) {
            metrics::counter!("calmline_words_shed_total", "reason" => "overload").increment(1);
            return job.shed("overload");
        }
        queue.seconds += job.seconds();
        let line = match job.party() {
            Party::Customer if job.is_urgent() => &mut queue.urgent,
            Party::Customer => &mut queue.callers,
            Party::Agent | Party::Unknown => &mut queue.others,
        };
        line.push_back((job, Instant::now()));
        metrics::gauge!("calmline_words_waiting_seconds").set(queue.seconds);
        self.ready.notify_one();
        Vec::new()
    }

    /// A call is over: its choice is forgotten.
    pub fn forget(&self, site: &SiteId, call: &CallId) {
        self.lock().taken.remove(&(site.clone(), call.clone()));
    }

    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.ready.notify_all();
    }

    /// Waits for the next utterance; none when stopped. What waits then is shed by the caller.
    fn next(&self) -> Option<(WordsJob, Instant)> {
        let mut queue = self.lock();
        loop {
            let next = queue.urgent.pop_front().or_else(|| queue.callers.pop_front());
            if let Some(next) = next.or_else(|| queue.others.pop_front()) {
                queue.seconds = (queue.seconds - next.0.seconds()).max(0.0);
                return Some(next);
            }
            if queue.stopped {
                return None;
            }
            queue = self.ready.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn stopped(&self) -> bool {
        self.lock().stopped
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn takes(&mut self, job: &WordsJob, workers: f64) -> bool {
        if self.stopped {
            return false;
        }
        if self.taken.len() >= CALLS {
            self.taken.clear();
        }
        // What waits behind agitated callers goes stale and is shed; what waits before them is bounded by its own length.
        if job.is_urgent() {
            let waiting: f64 = self.urgent.iter().map(|(job, _)| job.seconds()).sum();
            return waiting < LET_GO * workers;
        }
        let short = self.seconds < TAKE_ON * workers;
        let overlong = self.seconds > LET_GO * workers;
        let taken = self.taken.entry((job.site().clone(), job.call().clone())).or_insert(short);
        *taken &= !overlong;
        *taken
    }
}

/// Starts a worker on a thread of its own.
pub(super) fn work(live: &Arc<Live>, mut recogniser: Box<dyn Recogniser>) {
    let live = Arc::clone(live);
    let runtime = tokio::runtime::Handle::current();
    live.hearing.clone().spawn_blocking(move || {
        while let Some((job, since)) = live.speech.next() {
            let drafts = if live.speech.stopped() || since.elapsed() > STALE {
                metrics::counter!("calmline_words_shed_total", "reason" => "overload").increment(1);
                job.shed("overload")
            } else {
                let (seconds, start) = (job.seconds(), Instant::now());
                let drafts = job.recognise(recogniser.as_mut(), clock::now());
                metrics::counter!("calmline_words_recognised_seconds_total").increment(seconds as u64);
                metrics::histogram!("calmline_words_real_time_factor")
                    .record(start.elapsed().as_secs_f64() / seconds.max(0.1));
                drafts
            };
            if let Err(error) = runtime.block_on(live.append(drafts)) {
                tracing::error!(%error, "words could not be stored");
            }
        }
    });
}
