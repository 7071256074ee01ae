//! The queue of utterances, and workers that fail.

use calmline_core::{
    Body, Share,
    policy::{Notice, SitePolicy},
};
use calmline_sense::{Expected, Hearing, RecogniserError, Transcript};

use super::*;
use crate::live::{
    Options,
    stage::{Outcome, Stage, job, policy, spoken},
};

/// What became of utterances: how many there are, and why words are missing.
fn told(drafts: &[Draft]) -> (usize, Vec<String>) {
    let spoken = drafts.iter().filter(|draft| matches!(draft.body, Body::Utterance { .. })).count();
    let shed = drafts.iter().filter_map(|draft| match &draft.body {
        Body::WordsShed { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    (spoken, shed.collect())
}

/// How many utterances wait.
fn waiting(speech: &Speech) -> usize {
    speech.lock().lines().into_iter().map(|line| line.len()).sum()
}

fn withdraw(policy: &mut SitePolicy) -> anyhow::Result<()> {
    let by = calmline_core::AccountId::new("admin")?;
    policy.apply(&Body::NoticeWithdrawn { notice: Notice::Recording, by });
    Ok(())
}

#[test]
fn audio_whose_permit_lapsed_does_not_wait_for_a_worker() -> Outcome {
    let (mut first, second) = (policy()?, policy()?);
    let speech = Speech::new(1);
    assert_eq!(told(&speech.offer(job(&first, "a")?)), (0, vec![]), "it waits");
    assert!(speech.lock().seconds() > 1.0);
    withdraw(&mut first)?;
    // The next offer, of whatever call, or a sweep: the utterance is finished without words, and its audio is gone.
    assert_eq!(told(&speech.offer(job(&second, "b")?)), (1, vec![]));
    assert_eq!(waiting(&speech), 1);
    let mut second = second;
    withdraw(&mut second)?;
    assert_eq!(told(&speech.sweep()), (1, vec![]));
    assert_eq!(speech.lock().seconds(), 0.0);
    Ok(())
}

#[test]
fn audio_that_has_waited_too_long_is_shed_by_the_next_offer() -> Outcome {
    let policy = policy()?;
    let speech = Speech::new(1);
    speech.offer(job(&policy, "a")?);
    for line in speech.lock().lines() {
        for (_, since) in line {
            *since = since.checked_sub(STALE + Duration::from_secs(1)).unwrap();
        }
    }
    assert_eq!(told(&speech.offer(job(&policy, "b")?)), (1, vec!["overload".into()]));
    assert_eq!(waiting(&speech), 1);
    Ok(())
}

#[test]
fn without_a_worker_nothing_waits() -> Outcome {
    let speech = Speech::new(0);
    assert_eq!(told(&speech.offer(job(&policy()?, "a")?)), (1, vec!["failed".into()]));
    Ok(())
}

/// Panics at what is said, as an engine would at a bug of its own.
struct Panics;

impl Recogniser for Panics {
    fn name(&self) -> &'static str {
        "panics"
    }

    fn transcribe(&mut self, _: &[i16], _: Expected<'_>) -> Result<Transcript, RecogniserError> {
        panic!("a bug of the engine");
    }
}

/// Understands everything as the same words.
struct Understands;

impl Recogniser for Understands {
    fn name(&self) -> &'static str {
        "understands"
    }

    fn transcribe(&mut self, _: &[i16], _: Expected<'_>) -> Result<Transcript, RecogniserError> {
        Ok(Transcript {
            text: "three weeks now".into(),
            language: Some("en".into()),
            confidence: Share::new(0.9),
            words: Vec::new(),
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_panics_is_a_fault_and_its_utterances_are_told_without_words() -> Outcome {
    let stage = Stage::open(Options { recognisers: vec![Box::new(Panics)], ..Options::default() }).await?;
    let policy = policy()?;
    for call in ["a", "b"] {
        stage.live.append(stage.live.speech.offer(job(&policy, call)?)).await?;
    }
    stage.until(|stage| stage.live.faults() == [Fault::Speech]).await?;
    assert!(!stage.live.has_words(), "new calls are told that there are no words");
    stage.live.append(stage.live.speech.offer(job(&policy, "c")?)).await?;
    stage.live.stop().await;
    let log = stage.log().await?;
    for call in ["a", "b", "c"] {
        let of = |event: &&calmline_core::Event| event.body.call().is_some_and(|id| id.as_str() == call);
        let kinds: Vec<_> = log.iter().filter(of).map(|event| event.body.kind()).collect();
        assert_eq!(kinds, ["utterance", "words.shed"], "{call}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_workers_go_on() -> Outcome {
    let recognisers: Vec<Box<dyn Recogniser>> = vec![Box::new(Panics), Box::new(Understands)];
    let stage = Stage::open(Options { recognisers, ..Options::default() }).await?;
    let policy = policy()?;
    // One after the other until the one that panics has met its utterance.
    for call in 0..200 {
        stage.live.append(stage.live.speech.offer(job(&policy, &format!("c{call}"))?)).await?;
        if stage.live.speech.workers() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((stage.live.faults(), stage.live.has_words()), (vec![Fault::Speech], true));
    assert_eq!(told(&stage.live.speech.offer(job(&policy, "last")?)), (0, vec![]));
    stage.until(|stage| stage.live.speech.lock().seconds() == 0.0).await?;
    stage.live.stop().await;
    let log = stage.log().await?;
    let last = log.iter().rfind(|event| matches!(event.body, Body::Utterance { .. }));
    assert!(matches!(last.map(|event| &event.body), Some(Body::Utterance { text: Some(_), .. })), "{last:?}");
    Ok(())
}

/// Says how many pieces it has heard so far, and at the end that it was heard as it was spoken.
struct Streams;

struct Pieces(usize);

impl Recogniser for Streams {
    fn name(&self) -> &'static str {
        "streams"
    }

    fn transcribe(&mut self, _: &[i16], _: Expected<'_>) -> Result<Transcript, RecogniserError> {
        Ok(Transcript { text: "heard whole".into(), ..Transcript::default() })
    }

    fn streams(&self) -> bool {
        true
    }

    fn begin<'a>(&'a mut self, _: Expected<'a>) -> Result<Box<dyn Hearing + 'a>, RecogniserError> {
        Ok(Box::new(Pieces(0)))
    }
}

impl Hearing for Pieces {
    fn push(&mut self, _: &[i16]) -> Result<Option<String>, RecogniserError> {
        self.0 += 1;
        Ok(Some(format!("my card is 4111 1111 1111 1111 {}", "so ".repeat(self.0))))
    }

    fn finish(self: Box<Self>) -> Result<Transcript, RecogniserError> {
        Ok(Transcript { text: "heard as it was spoken".into(), ..Transcript::default() })
    }
}

/// The words of the log's only utterance.
async fn words(stage: &Stage) -> anyhow::Result<String> {
    let log = stage.log().await?;
    let texts: Vec<_> = log
        .iter()
        .filter_map(|event| match &event.body {
            Body::Utterance { text, .. } => text.clone(),
            _ => None,
        })
        .collect();
    let opened = stage.live.store().open_payloads(&stage.site, &texts).await?;
    let read = opened.iter().flatten().filter_map(|bytes| calmline_core::event::Spoken::read(bytes));
    Ok(read.map(|spoken| spoken.text).collect::<Vec<_>>().join("|"))
}

/// Whether nothing waits and the only worker has nothing to do.
fn at_rest(stage: &Stage) -> bool {
    waiting(&stage.live.speech) == 0 && stage.live.speech.lock().idle == 1
}

fn streaming() -> Options {
    Options { recognisers: vec![Box::new(Streams)], ..Options::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_come_while_it_is_spoken_masked_and_in_no_log_and_its_end_takes_their_place() -> Outcome {
    let stage = Stage::open(streaming()).await?;
    let mut guesses = stage.live.guesses();
    let policy = policy()?;
    let (pieces, job) = spoken(&policy, "a")?;
    let start_s = job.start_s();
    for piece in pieces {
        stage.live.speech.follow(piece);
    }
    let guess = guesses.recv().await?;
    assert_eq!((guess.call.as_str(), guess.party, guess.start_s), ("a", Party::Customer, start_s));
    assert!(guess.text.starts_with("my card is [CARD_1] so"), "{}", guess.text);
    assert!(!format!("{guess:?}").contains("card"));
    stage.live.append(stage.live.speech.offer(job)).await?;
    stage.until(at_rest).await?;
    stage.live.stop().await;
    assert_eq!(words(&stage).await?, "heard as it was spoken");
    assert!(stage.log().await?.iter().all(|event| event.body.kind() != "utterance.partial"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_ends_what_is_being_heard_and_says_so() -> Outcome {
    let stage = Stage::open(streaming()).await?;
    let mut guesses = stage.live.guesses();
    let mut policy = policy()?;
    let (pieces, job) = spoken(&policy, "a")?;
    pieces.into_iter().take(2).for_each(|piece| stage.live.speech.follow(piece));
    assert!(!guesses.recv().await?.text.is_empty());
    withdraw(&mut policy)?;
    // No more audio comes: the worker notices by itself.
    while !guesses.recv().await?.text.is_empty() {}
    assert!(stage.live.speech.lock().spoken.is_empty());
    stage.live.append(stage.live.speech.offer(job)).await?;
    stage.until(at_rest).await?;
    stage.live.stop().await;
    let log = stage.log().await?;
    let spoke = log.iter().filter(|event| matches!(event.body, Body::Utterance { text: None, .. }));
    assert_eq!((spoke.count(), words(&stage).await?), (1, String::new()), "that somebody spoke remains");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_goes_before_what_is_being_spoken() -> Outcome {
    let stage = Stage::open(streaming()).await?;
    let mut guesses = stage.live.guesses();
    let policy = policy()?;
    let (pieces, first) = spoken(&policy, "a")?;
    pieces.into_iter().take(2).for_each(|piece| stage.live.speech.follow(piece));
    guesses.recv().await?;
    // The only worker hears the first call; the second's utterance is over.
    stage.live.append(stage.live.speech.offer(job(&policy, "b")?)).await?;
    stage.until(at_rest).await?;
    assert_eq!(words(&stage).await?, "heard whole");
    stage.live.append(stage.live.speech.offer(first)).await?;
    stage.until(at_rest).await?;
    stage.live.stop().await;
    assert_eq!(words(&stage).await?, "heard whole|heard whole", "what was let go is heard as a whole");
    Ok(())
}
