//! Words while they are spoken: what an engine that streams is given, how its guesses are shown, and when it is over.

use std::{cell::RefCell, rc::Rc};

use calmline_core::{
    AccountId, Body, CallId, Draft, Party, Share, SiteId, Timestamp,
    catalog::Lang,
    event::{PayloadKind, Spoken},
    policy::{Notice, Profile, SitePolicy},
};
use calmline_floor::{Ear, Hears, Speaking, WordsJob};
use calmline_sense::{AffectModel, Expected, Hearing, RATE, Recogniser, RecogniserError, Transcript};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Keeps what it hears, and understands all of it as the same words.
struct Streams {
    heard: Rc<RefCell<Vec<i16>>>,
    said: &'static str,
}

/// The same, heard whole: the audio, and the words.
struct Engine(Vec<i16>, &'static str);

impl Recogniser for Engine {
    fn name(&self) -> &'static str {
        "streams"
    }

    fn transcribe(&mut self, audio: &[i16], _: Expected<'_>) -> Result<Transcript, RecogniserError> {
        self.0 = audio.to_vec();
        Ok(transcript(self.1))
    }

    fn streams(&self) -> bool {
        true
    }
}

impl Hearing for Streams {
    fn push(&mut self, audio: &[i16]) -> Result<Option<String>, RecogniserError> {
        self.heard.borrow_mut().extend_from_slice(audio);
        Ok(Some(self.said.to_owned()))
    }

    fn finish(self: Box<Self>) -> Result<Transcript, RecogniserError> {
        Ok(transcript(self.said))
    }
}

fn transcript(text: &str) -> Transcript {
    let (text, language) = (text.to_owned(), Some("en".to_owned()));
    Transcript { text, language, confidence: Share::new(0.9), words: Vec::new() }
}

fn policy() -> Result<SitePolicy, Box<dyn std::error::Error>> {
    let mut policy = SitePolicy::new(SiteId::new("site")?, Profile::Eu);
    let by = AccountId::new("admin")?;
    policy.apply(&Body::NoticeConfirmed { notice: Notice::Recording, text_sha256: String::new(), by });
    Ok(policy)
}

/// A caller who speaks so often, told in pieces of 20 ms.
fn call(policy: &SitePolicy, times: usize) -> Result<Vec<Hears>, Box<dyn std::error::Error>> {
    let (now, model, mut out) = (Timestamp::UNIX_EPOCH, AffectModel::shipped(), Vec::new());
    let mut ear =
        Ear::open(policy, CallId::new("call")?, &[Party::Customer], ("test", true), model, now, &mut out);
    ear.stream_words();
    ear.bind(policy, None, now, &mut out);
    let mut sound = vec![0; 8_000];
    for _ in 0..times {
        sound.extend(calmline_sim::voice::speak("I have been waiting for weeks", Lang::En, 3, 0.5));
        sound.extend([0; 12_000]);
    }
    for piece in sound.chunks(160) {
        ear.audio(0, piece, now, &mut out);
    }
    ear.close(now, &mut out);
    Ok(out)
}

/// What is told of a call while its utterances are spoken, and the utterances.
fn told(out: Vec<Hears>) -> (Vec<Speaking>, Vec<WordsJob>) {
    let (mut spoken, mut jobs) = (Vec::new(), Vec::new());
    for heard in out {
        match heard {
            Hears::Speaking(speaking) => spoken.push(speaking),
            Hears::Words(job) => jobs.push(job),
            Hears::Fact(_) | Hears::Voice(_) => {}
        }
    }
    (spoken, jobs)
}

fn spoken(drafts: &[Draft]) -> Option<String> {
    let clear = drafts.first()?.clear.iter().find(|clear| clear.kind == PayloadKind::Transcript)?;
    Spoken::read(&clear.bytes).map(|spoken| spoken.text)
}

#[test]
fn an_utterance_is_told_from_its_beginning_while_it_is_spoken_and_ends_as_if_heard_whole() -> Outcome {
    let policy = policy()?;
    let (mut pieces, mut jobs) = told(call(&policy, 2)?);
    let (_, mut again) = told(call(&policy, 2)?);
    assert_eq!((jobs.len(), again.len()), (2, 2));
    let begins: Vec<f64> = pieces.iter().filter(|piece| piece.begins()).map(Speaking::start_s).collect();
    assert_eq!(begins, jobs.iter().map(WordsJob::start_s).collect::<Vec<_>>(), "they are told apart by this");
    let (job, whole) = (jobs.remove(0), again.remove(0));
    let heard = Rc::new(RefCell::new(Vec::new()));
    let mut first = pieces.iter_mut().take_while(|piece| piece.start_s() == job.start_s());
    let mut hearing = Streams { heard: Rc::clone(&heard), said: "weeks and weeks" };
    let mut count = 0;
    while let Some(audio) = first.next().and_then(Speaking::take_audio) {
        hearing.push(&audio)?;
        count += 1;
    }
    assert!(count > 4, "told once in a fifth of a second: {count}");
    let samples = heard.borrow().len();
    let finished = job.finish(Box::new(hearing), samples, Timestamp::UNIX_EPOCH).map_err(|_| "not taken")?;
    let mut engine = Engine(Vec::new(), "weeks and weeks");
    let recognised = whole.recognise(&mut engine, Timestamp::UNIX_EPOCH);
    assert_eq!(finished, recognised, "the same words make the same events");
    let (heard, whole) = (heard.borrow(), engine.0);
    assert!(heard.len().abs_diff(whole.len()) < RATE as usize, "{} {}", heard.len(), whole.len());
    let both = heard.len().min(whole.len());
    assert_eq!(heard[..both], whole[..both], "not a sample is missing");
    Ok(())
}

#[test]
fn what_was_heard_beyond_an_utterance_that_was_cut_is_recognised_anew() -> Outcome {
    let policy = policy()?;
    let (_, mut jobs) = told(call(&policy, 1)?);
    let hearing = Streams { heard: Rc::default(), said: "this and what came after it" };
    let job = jobs.remove(0);
    let beyond = (job.seconds() * f64::from(RATE)) as usize + 2 * RATE as usize;
    let job = job.finish(Box::new(hearing), beyond, Timestamp::UNIX_EPOCH).err().ok_or("it was taken")?;
    let drafts = job.recognise(&mut Engine(Vec::new(), "this"), Timestamp::UNIX_EPOCH);
    assert_eq!(spoken(&drafts).as_deref(), Some("this"));
    Ok(())
}

#[test]
fn a_guess_is_masked_like_words_and_nothing_is_learned_from_it() -> Outcome {
    let policy = policy()?;
    let (pieces, mut jobs) = told(call(&policy, 1)?);
    let (piece, now) = (pieces.first().ok_or("nothing was told")?, Timestamp::UNIX_EPOCH);
    let shown = |guess: &str| piece.shown(guess, 8_000, now).ok_or("not shown");
    assert_eq!(shown("my number is 1380")?, "my number is [NUMBER_1]");
    assert_eq!(shown("my number is 13800138000")?, "my number is [PHONE_1]");
    assert_eq!(shown("write to ann@example.com")?, "write to [EMAIL_1]");
    // Had the guesses been turns, the two digits would go on from the number.
    let drafts = jobs.remove(0).recognise(&mut Engine(Vec::new(), "11 of them"), now);
    assert_eq!(spoken(&drafts).as_deref(), Some("11 of them"));
    Ok(())
}

#[test]
fn nothing_is_heard_or_shown_once_the_permit_has_lapsed() -> Outcome {
    let mut policy = policy()?;
    let (pieces, mut jobs) = told(call(&policy, 1)?);
    let by = AccountId::new("admin")?;
    policy.apply(&Body::NoticeWithdrawn { notice: Notice::Recording, by });
    let (piece, now) = (pieces.first().ok_or("nothing was told")?, Timestamp::UNIX_EPOCH);
    assert!(piece.check(now).is_err());
    assert_eq!(piece.shown("three weeks", 8_000, now), None);
    let heard = piece.hear(&mut Engine(Vec::new(), "three weeks"), now, |_| ());
    assert!(matches!(heard, Err(RecogniserError::Lapsed(_))));
    let hearing = Streams { heard: Rc::default(), said: "three weeks" };
    let drafts = jobs.remove(0).finish(Box::new(hearing), 8_000, now).map_err(|_| "given back")?;
    assert_eq!((drafts.len(), spoken(&drafts)), (1, None), "only that somebody spoke remains");
    Ok(())
}

#[test]
fn without_an_engine_that_streams_nothing_is_told_meanwhile() -> Outcome {
    let (policy, now, mut out) = (policy()?, Timestamp::UNIX_EPOCH, Vec::new());
    let mut ear = Ear::open(
        &policy,
        CallId::new("call")?,
        &[Party::Customer],
        ("test", true),
        AffectModel::shipped(),
        now,
        &mut out,
    );
    ear.bind(&policy, None, now, &mut out);
    let speech = calmline_sim::voice::speak("I have been waiting for weeks", Lang::En, 3, 0.5);
    ear.audio(0, &speech, now, &mut out);
    ear.close(now, &mut out);
    let (pieces, jobs) = told(out);
    assert_eq!((pieces.len(), jobs.len()), (0, 1));
    Ok(())
}
