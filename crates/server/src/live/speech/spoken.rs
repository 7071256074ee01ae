//! Words while they are spoken: guesses of an engine that streams.
//!
//! A worker whose engine streams hears an utterance from its beginning while nothing that is over waits. What is over goes
//! first, so a guess costs no call its words: where all workers are busy and an utterance waits, one that is only being
//! spoken is let go, and is recognised as a whole once it is over. A guess is kept nowhere; it goes to those who follow the
//! call's words just now, and what is recognised at the end takes its place.

use std::{
    collections::BTreeMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use calmline_core::{CallId, Draft, Party, SiteId, Timestamp};
use calmline_floor::{Speaking, WordsJob};
use calmline_sense::{Hearing, Recogniser};

use super::{Queue, Speech, shed};
use crate::clock;

/// How long a permit may have lapsed before it is noticed in a silence.
const GLANCE: Duration = Duration::from_millis(500);
/// Nothing comes of somebody who speaks for so long only where their call's audio has broken off.
const SILENT: Duration = Duration::from_secs(5);

/// What is understood so far of an utterance that is being spoken.
#[derive(Clone, PartialEq)]
pub struct Guess {
    /// At which site.
    pub site: SiteId,
    /// In which call.
    pub call: CallId,
    /// Who speaks.
    pub party: Party,
    /// Since when, in seconds from the first frame of the call's audio.
    pub start_s: f64,
    /// The words, personal data replaced; empty where nothing is being said after all, or it may no longer be heard.
    pub text: String,
}

impl fmt::Debug for Guess {
    /// Never the words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guess({} {}, {} characters)", self.call, self.party.as_str(), self.text.chars().count())
    }
}

/// A call, one of its channels, and when somebody began to speak there, in milliseconds.
pub(super) type Name = (SiteId, CallId, usize, u64);

/// The utterances that are being spoken.
pub(super) type Open = BTreeMap<Name, Utterance>;

/// One of them.
pub(super) struct Utterance {
    /// Its first piece, whose audio is taken out.
    speaking: Arc<Speaking>,
    /// What came and was not heard yet.
    audio: Vec<i16>,
    /// Whether a worker hears it.
    taken: bool,
    /// Set once it is over, where a worker hears it.
    over: Option<WordsJob>,
    /// When something of it came last.
    since: Instant,
}

impl Utterance {
    /// Whether it is over, and waits for the worker that hears it.
    pub(super) fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// Whether more of it is to come.
    fn goes_on(&self, now: Timestamp) -> bool {
        self.over.is_none() && self.speaking.check(now).is_ok() && self.since.elapsed() <= SILENT
    }
}

/// What a worker has to do next for the utterance that it hears.
enum Next {
    Audio(Vec<i16>),
    Over(WordsJob),
    /// It is nobody's any more.
    Gone,
}

pub(super) fn name_of(job: &WordsJob) -> Name {
    (job.site().clone(), job.call().clone(), job.channel(), millis(job.start_s()))
}

fn millis(seconds: f64) -> u64 {
    (seconds * 1_000.0).round() as u64
}

impl Queue {
    /// The utterance that a worker may begin to hear: a caller's before anybody else's.
    pub(super) fn begin(&mut self) -> Option<(Name, Arc<Speaking>)> {
        let free = || self.spoken.iter().filter(|(_, utterance)| !utterance.taken);
        let first = free().find(|(_, utterance)| utterance.speaking.party() == Party::Customer);
        let name = first.or_else(|| free().next())?.0.clone();
        let utterance = self.spoken.get_mut(&name)?;
        utterance.taken = true;
        Some((name, Arc::clone(&utterance.speaking)))
    }

    /// Gives a finished utterance to the worker that hears it; back where there is none.
    pub(super) fn end(&mut self, job: WordsJob) -> Option<WordsJob> {
        let name = name_of(&job);
        match self.spoken.get_mut(&name).filter(|utterance| utterance.taken && !utterance.is_over()) {
            Some(utterance) => {
                utterance.over = Some(job);
                None
            }
            None => {
                self.spoken.remove(&name);
                Some(job)
            }
        }
    }

    /// Lets go of what may no longer be heard, and of what nobody says any more.
    pub(super) fn sweep_spoken(&mut self, now: Timestamp) {
        self.spoken.retain(|_, utterance| utterance.is_over() || utterance.goes_on(now));
    }

    /// Whether an utterance that is over waits and nobody is free for it.
    fn is_short(&mut self) -> bool {
        self.idle == 0 && self.lines().into_iter().any(|line| !line.is_empty())
    }
}

impl Speech {
    /// Takes the next piece of an utterance that is being spoken.
    pub fn follow(&self, mut speaking: Speaking) {
        let (site, call) = (speaking.site().clone(), speaking.call().clone());
        let name = (site, call, speaking.channel(), millis(speaking.start_s()));
        let (begins, audio) = (speaking.begins(), speaking.take_audio());
        let mut queue = self.lock();
        let Some(audio) = audio else {
            queue.spoken.remove(&name);
            self.ready.notify_all();
            return;
        };
        let call = (name.0.clone(), name.1.clone());
        if begins && !queue.stopped && queue.taken.get(&call) != Some(&false) {
            let (speaking, since) = (Arc::new(speaking), Instant::now());
            let utterance = Utterance { speaking, audio, taken: false, over: None, since };
            queue.spoken.insert(name, utterance);
        } else if let Some(utterance) = queue.spoken.get_mut(&name) {
            utterance.audio.extend(audio);
            utterance.since = Instant::now();
        }
        self.ready.notify_all();
    }

    /// Hears an utterance until it is over, and tells the guesses at its words. What comes back is finished.
    ///
    /// # Errors
    /// When the recogniser panicked: what is finished all the same.
    pub(super) fn hear(
        &self,
        (name, speaking): (&Name, &Speaking),
        recogniser: &mut dyn Recogniser,
        tell: &dyn Fn(Guess),
    ) -> Result<Vec<Draft>, Vec<Draft>> {
        let mut without_words = Vec::new();
        let heard = catch_unwind(AssertUnwindSafe(|| {
            let hear = |hearing: Box<dyn Hearing + '_>| {
                self.hear_on((name, speaking), hearing, tell, &mut without_words)
            };
            speaking.hear(recogniser, clock::now(), hear).ok().flatten()
        }));
        let left = self.leave(name);
        match heard {
            Ok(finished) => {
                let again = left.map_or_else(Vec::new, |job| self.offer(job));
                Ok(finished.into_iter().flatten().chain(again).collect())
            }
            Err(_) => {
                without_words.extend(left.iter().flat_map(|job| shed(job, "failed")));
                Err(without_words)
            }
        }
    }

    /// What is finished; nothing where the utterance has to be recognised as a whole, or is nobody's any more.
    fn hear_on(
        &self,
        (name, speaking): (&Name, &Speaking),
        mut hearing: Box<dyn Hearing + '_>,
        tell: &dyn Fn(Guess),
        without_words: &mut Vec<Draft>,
    ) -> Option<Vec<Draft>> {
        let (mut heard, mut told) = (0, false);
        let guess = |text: String| Guess {
            site: speaking.site().clone(),
            call: speaking.call().clone(),
            party: speaking.party(),
            start_s: speaking.start_s(),
            text,
        };
        loop {
            match self.next_of(name) {
                Next::Audio(audio) => {
                    heard += audio.len();
                    let Ok(words) = hearing.push(&audio) else { return None };
                    let now = clock::now();
                    if let Some(text) = words.and_then(|words| speaking.shown(&words, heard, now)) {
                        told = true;
                        tell(guess(text));
                    }
                }
                Next::Over(job) => {
                    *without_words = job.shed("failed");
                    let finished = job.finish(hearing, heard, clock::now());
                    without_words.clear();
                    return Some(finished.unwrap_or_else(|job| self.offer(*job)));
                }
                Next::Gone => {
                    if told {
                        tell(guess(String::new()));
                    }
                    return None;
                }
            }
        }
    }

    /// Waits for what a worker has to do next for its utterance.
    fn next_of(&self, name: &Name) -> Next {
        let mut queue = self.lock();
        loop {
            let short = queue.is_short() || queue.stopped;
            let Some(utterance) = queue.spoken.get_mut(name) else { return Next::Gone };
            if !utterance.is_over() && !utterance.goes_on(clock::now()) {
                queue.spoken.remove(name);
                return Next::Gone;
            }
            if !utterance.audio.is_empty() {
                return Next::Audio(std::mem::take(&mut utterance.audio));
            }
            if let Some(job) = utterance.over.take() {
                queue.spoken.remove(name);
                return Next::Over(job);
            }
            if short {
                queue.spoken.remove(name);
                return Next::Gone;
            }
            queue = self.ready.wait_timeout(queue, GLANCE).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A worker hears its utterance no more; the job, where it is over and was not finished.
    fn leave(&self, name: &Name) -> Option<WordsJob> {
        self.lock().spoken.remove(name)?.over
    }
}
