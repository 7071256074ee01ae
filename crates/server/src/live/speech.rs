//! Words: a bounded queue of utterances and the workers that recognise them.
//!
//! Recognition is the expensive part, so it is the first to be shed. Calls in which the caller's voice is agitated come
//! first: there words help most. Any other call is taken on when its first utterance finds the queue short, and is let go
//! when the queue grows too long, so that a call either has words or says that it has none. The caller's words come before
//! the agent's. Audio waits in memory only, and goes as soon as its permit lapses.

mod spoken;

use std::{
    collections::{BTreeMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use calmline_core::{CallId, Draft, Party, SiteId, Timestamp};
use calmline_floor::{Speaking, WordsJob};
use calmline_sense::Recogniser;

pub use self::spoken::Guess;
use super::{
    Live,
    health::{Fault, Trouble},
    outbox::Outbox,
};
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
type Line = VecDeque<(WordsJob, Instant)>;

/// What a worker does next.
enum Work {
    /// Recognise an utterance.
    Whole(WordsJob, Instant),
    /// Hear one that is being spoken.
    Spoken(spoken::Name, Arc<Speaking>),
}

/// The queue.
pub struct Speech {
    queue: Mutex<Queue>,
    ready: Condvar,
}

#[derive(Default)]
struct Queue {
    urgent: Line,
    callers: Line,
    others: Line,
    /// What is not over yet; heard only while nothing else waits.
    spoken: spoken::Open,
    workers: usize,
    /// Workers that wait for something to do.
    idle: usize,
    /// One for each worker that has ended before its time.
    gone: Vec<Trouble>,
    taken: BTreeMap<Call, bool>,
    stopped: bool,
}

impl Speech {
    pub(super) fn new(workers: usize) -> Self {
        Self { queue: Mutex::new(Queue { workers, ..Queue::default() }), ready: Condvar::new() }
    }

    /// How many utterances can be recognised at once.
    pub fn workers(&self) -> usize {
        self.lock().workers
    }

    /// Takes an utterance on. What comes back is finished without words: this one, or others that waited in vain.
    pub fn offer(&self, job: WordsJob) -> Vec<Draft> {
        if !job.wants_words() {
            return job.without_words();
        }
        let mut queue = self.lock();
        let mut done = queue.sweep(clock::now());
        if let Some(job) = queue.end(job) {
            if queue.takes(&job) {
                queue.line_of(&job).push_back((job, Instant::now()));
            } else {
                done.extend(shed(&job, if queue.workers == 0 { "failed" } else { "overload" }));
            }
        }
        self.ready.notify_all();
        queue.tell();
        done
    }

    /// Passes an utterance over, since its call is behind its audio.
    pub fn refuse(&self, job: &WordsJob) -> Vec<Draft> {
        self.lock().spoken.remove(&spoken::name_of(job));
        if job.wants_words() { shed(job, "overload") } else { job.without_words() }
    }

    /// Lets go of the audio that nobody may hear any more, or that has waited too long. What comes back is finished.
    pub fn sweep(&self) -> Vec<Draft> {
        let mut queue = self.lock();
        let done = queue.sweep(clock::now());
        self.ready.notify_all();
        queue.tell();
        done
    }

    /// A call is over: its choice is forgotten.
    pub fn forget(&self, site: &SiteId, call: &CallId) {
        let mut queue = self.lock();
        queue.taken.remove(&(site.clone(), call.clone()));
        queue.spoken.retain(|(of, id, ..), utterance| (of, id) != (site, call) || utterance.is_over());
    }

    /// Of how many calls a choice is remembered.
    #[cfg(test)]
    pub fn remembered(&self) -> usize {
        self.lock().taken.len()
    }

    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.ready.notify_all();
    }

    /// Waits for the next utterance; none when stopped. What waits then is shed by the caller. Only a worker whose engine
    /// streams is given what is still being spoken.
    fn next(&self, streams: bool) -> Option<Work> {
        let mut queue = self.lock();
        loop {
            let next = queue.urgent.pop_front().or_else(|| queue.callers.pop_front());
            if let Some((job, since)) = next.or_else(|| queue.others.pop_front()) {
                queue.tell();
                return Some(Work::Whole(job, since));
            }
            if queue.stopped {
                return None;
            }
            if let Some((name, speaking)) = streams.then(|| queue.begin()).flatten() {
                return Some(Work::Spoken(name, speaking));
            }
            queue.idle += 1;
            queue = self.ready.wait(queue).unwrap_or_else(PoisonError::into_inner);
            queue.idle -= 1;
        }
    }

    /// A worker has ended before its time. If it was the last one, what waits is finished without words.
    fn worker_ended(&self, trouble: Trouble) -> Vec<Draft> {
        let mut queue = self.lock();
        queue.workers = queue.workers.saturating_sub(1);
        queue.gone.push(trouble);
        if queue.workers > 0 {
            return Vec::new();
        }
        queue.spoken.clear();
        let left: Vec<_> = queue.lines().into_iter().flat_map(std::mem::take).collect();
        queue.tell();
        left.iter().flat_map(|(job, _)| shed(job, "failed")).collect()
    }

    fn stopped(&self) -> bool {
        self.lock().stopped
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn lines(&mut self) -> [&mut Line; 3] {
        [&mut self.urgent, &mut self.callers, &mut self.others]
    }

    fn line_of(&mut self, job: &WordsJob) -> &mut Line {
        match job.party() {
            Party::Customer if job.is_urgent() => &mut self.urgent,
            Party::Customer => &mut self.callers,
            Party::Agent | Party::Unknown => &mut self.others,
        }
    }

    fn seconds(&self) -> f64 {
        [&self.urgent, &self.callers, &self.others].into_iter().map(seconds).sum()
    }

    fn tell(&self) {
        metrics::gauge!("calmline_words_waiting_seconds").set(self.seconds());
    }

    fn sweep(&mut self, now: Timestamp) -> Vec<Draft> {
        let mut done = Vec::new();
        self.sweep_spoken(now);
        for line in self.lines() {
            line.retain(|(job, since)| {
                let (lapsed, stale) = (job.has_lapsed(now), since.elapsed() > STALE);
                if lapsed {
                    done.extend(job.without_words());
                } else if stale {
                    done.extend(shed(job, "overload"));
                }
                !lapsed && !stale
            });
        }
        done
    }

    fn takes(&mut self, job: &WordsJob) -> bool {
        if self.stopped || self.workers == 0 {
            return false;
        }
        if self.taken.len() >= CALLS {
            self.taken.clear();
        }
        let workers = self.workers as f64;
        // What waits behind agitated callers goes stale and is shed; what waits before them is bounded by its own length.
        if job.is_urgent() {
            return seconds(&self.urgent) < LET_GO * workers;
        }
        let waiting = self.seconds();
        let (short, overlong) = (waiting < TAKE_ON * workers, waiting > LET_GO * workers);
        let taken = self.taken.entry((job.site().clone(), job.call().clone())).or_insert(short);
        *taken &= !overlong;
        *taken
    }
}

fn seconds(line: &Line) -> f64 {
    line.iter().map(|(job, _)| job.seconds()).sum()
}

fn shed(job: &WordsJob, reason: &'static str) -> Vec<Draft> {
    metrics::counter!("calmline_words_shed_total", "reason" => reason).increment(1);
    job.shed(reason)
}

/// Starts a worker on a thread of its own. A recogniser that panics is used no more: nobody knows what it left behind.
pub(super) fn work(live: &Arc<Live>, mut recogniser: Box<dyn Recogniser>) {
    let live = Arc::clone(live);
    let runtime = tokio::runtime::Handle::current();
    let store = move |live: &Live, drafts| runtime.block_on(Outbox::of(drafts).settle(live));
    live.hearing.clone().spawn_blocking(move || {
        let tell = |guess| {
            // Nobody may be following just now.
            let _ = live.guesses.send(Arc::new(guess));
        };
        let streams = recogniser.streams();
        let working = || {
            while let Some(work) = live.speech.next(streams) {
                let finished = match work {
                    Work::Whole(job, since) => finish(&live.speech, job, since, recogniser.as_mut()),
                    Work::Spoken(name, speaking) => {
                        live.speech.hear((&name, &speaking), recogniser.as_mut(), &tell)
                    }
                };
                let panicked = finished.is_err();
                store(&live, finished.unwrap_or_else(|without_words| without_words));
                if panicked {
                    return false;
                }
            }
            true
        };
        if !catch_unwind(AssertUnwindSafe(working)).unwrap_or(false) {
            tracing::error!("a speech worker panicked; it recognises no more");
            let left = live.speech.worker_ended(live.health.trouble(Fault::Speech));
            store(&live, left);
        }
    });
}

/// Recognises an utterance, or sheds it.
///
/// # Errors
/// When the recogniser panicked: the utterance without words.
fn finish(
    speech: &Speech,
    job: WordsJob,
    since: Instant,
    recogniser: &mut dyn Recogniser,
) -> Result<Vec<Draft>, Vec<Draft>> {
    if speech.stopped() || since.elapsed() > STALE {
        return Ok(shed(&job, "overload"));
    }
    let (seconds, start) = (job.seconds(), Instant::now());
    let without_words = job.shed("failed");
    let recognised = catch_unwind(AssertUnwindSafe(|| job.recognise(recogniser, clock::now())));
    let drafts = recognised.map_err(|_| {
        metrics::counter!("calmline_words_shed_total", "reason" => "failed").increment(1);
        without_words
    })?;
    metrics::counter!("calmline_words_recognised_seconds_total").increment(seconds as u64);
    metrics::histogram!("calmline_words_real_time_factor")
        .record(start.elapsed().as_secs_f64() / seconds.max(0.1));
    Ok(drafts)
}

#[cfg(test)]
mod tests;
