//! Words on their way to the log: redacted across turns, timed, in the language that is spoken, with what the caller wants.

use std::{collections::VecDeque, sync::Arc};

use calmline_core::{
    AccountId, Body, CallId, Draft, Party, Share, SiteId, Timestamp,
    catalog::Lang,
    event::{Intent, PayloadKind, Spoken, Word},
    policy::{Notice, Profile, SitePolicy},
};
use calmline_floor::{Ear, Hears, WordsJob};
use calmline_language::intent::{Intents, Labelled, Training};
use calmline_sense::{AffectModel, Expected, Recogniser, RecogniserError, Transcript};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Understands each utterance as the next of its texts, a word every half second, and keeps what it was told to expect.
struct Script {
    texts: VecDeque<(&'static str, &'static str)>,
    expected: Vec<Option<(String, f64)>>,
}

impl Script {
    fn new(texts: &[(&'static str, &'static str)]) -> Self {
        Self { texts: texts.iter().copied().collect(), expected: Vec::new() }
    }
}

impl Recogniser for Script {
    fn name(&self) -> &'static str {
        "script"
    }

    fn transcribe(&mut self, _: &[i16], expected: Expected<'_>) -> Result<Transcript, RecogniserError> {
        self.expected.push(match expected {
            Expected::Likely(language, share) => Some((language.to_owned(), share.get())),
            Expected::Any | Expected::Only(_) => None,
        });
        let (language, text) = self.texts.pop_front().unwrap_or(("en", ""));
        let words = text.split(' ').enumerate().map(|(n, word)| Word {
            word: word.into(),
            start_s: 0.3 + n as f64 / 2.0,
            end_s: 0.7 + n as f64 / 2.0,
            confidence: Share::new(0.8),
        });
        let (words, confidence) = (words.collect(), Share::new(0.9));
        Ok(Transcript { text: text.into(), language: Some(language.into()), confidence, words })
    }
}

fn policy() -> Result<SitePolicy, Box<dyn std::error::Error>> {
    let mut policy = SitePolicy::new(SiteId::new("site")?, Profile::Eu);
    let by = AccountId::new("admin")?;
    policy.apply(&Body::NoticeConfirmed { notice: Notice::Recording, text_sha256: String::new(), by });
    Ok(policy)
}

/// The utterances of a caller who speaks so many times, each waiting for its words.
fn jobs(
    policy: &SitePolicy,
    times: usize,
    intents: Option<&Arc<Intents>>,
) -> Result<Vec<WordsJob>, Box<dyn std::error::Error>> {
    let (now, model, mut out) = (Timestamp::UNIX_EPOCH, AffectModel::shipped(), Vec::new());
    let mut ear =
        Ear::open(policy, CallId::new("call")?, &[Party::Customer], ("test", true), model, now, &mut out);
    ear.expect_language(Some("en"));
    intents.iter().for_each(|intents| ear.teach(intents));
    ear.bind(policy, None, now, &mut out);
    ear.audio(0, &[0; 8_000], now, &mut out);
    for _ in 0..times {
        ear.audio(
            0,
            &calmline_sim::voice::speak("I have been waiting for weeks", Lang::En, 3, 0.5),
            now,
            &mut out,
        );
        ear.audio(0, &[0; 12_000], now, &mut out);
    }
    ear.close(now, &mut out);
    let words = out.into_iter().filter_map(|heard| match heard {
        Hears::Words(job) => Some(job),
        Hears::Fact(_) | Hears::Speaking(_) | Hears::Voice(_) => None,
    });
    let jobs: Vec<WordsJob> = words.collect();
    assert_eq!(jobs.len(), times, "each is an utterance of its own");
    Ok(jobs)
}

fn spoken(drafts: &[Draft]) -> Option<Spoken> {
    let clear = drafts.first()?.clear.iter().find(|clear| clear.kind == PayloadKind::Transcript)?;
    Spoken::read(&clear.bytes)
}

#[test]
fn a_number_that_goes_on_in_the_next_turn_is_masked_in_both_whoever_is_recognised_first() -> Outcome {
    let (policy, now) = (policy()?, Timestamp::UNIX_EPOCH);
    let said = [("en", "my number is 1380"), ("en", "0138 000 thanks")];
    let mut script = Script::new(&said);
    for job in jobs(&policy, 2, None)? {
        let text = spoken(&job.recognise(&mut script, now)).ok_or("no words")?.text;
        assert!(!text.contains(|c: char| c.is_ascii_digit() && c != '1'), "{text}");
    }
    let mut script = Script::new(&[said[1], said[0]]);
    for job in jobs(&policy, 2, None)?.into_iter().rev() {
        let text = spoken(&job.recognise(&mut script, now)).ok_or("no words")?.text;
        assert!(!text.contains("1380") && !text.contains("0138") && !text.contains("000"), "{text}");
    }
    Ok(())
}

#[test]
fn words_are_sealed_with_their_times_from_the_utterances_beginning() -> Outcome {
    let policy = policy()?;
    let job = jobs(&policy, 1, None)?.remove(0);
    let drafts = job.recognise(&mut Script::new(&[("en", "call 13800138000 now")]), Timestamp::UNIX_EPOCH);
    let spoken = spoken(&drafts).ok_or("no words")?;
    let words: Vec<&str> = spoken.words.iter().map(|word| word.word.as_str()).collect();
    assert_eq!((spoken.text.as_str(), words), ("call [PHONE_1] now", vec!["call", "[PHONE_1]", "now"]));
    // The engine hears a little before the utterance too, at most 0.3 s: its times are shifted by that.
    let [call, number, now] = [0, 1, 2].map(|n| spoken.words[n].start_s);
    assert!((0.0..0.3).contains(&call), "{:?}", spoken.words);
    assert!((number - call - 0.5).abs() < 0.002 && (now - number - 0.5).abs() < 0.002, "{:?}", spoken.words);
    Ok(())
}

#[test]
fn the_legs_language_is_likely_and_never_certain() -> Outcome {
    let policy = policy()?;
    let mut script = Script::new(&[("zh", "你好"), ("zh", "我的快递没有到"), ("zh", "好"), ("en", "OK")]);
    for job in jobs(&policy, 4, None)? {
        job.recognise(&mut script, Timestamp::UNIX_EPOCH);
    }
    let told: Vec<_> = script.expected.iter().flatten().map(|(language, _)| language.as_str()).collect();
    assert_eq!(told.first(), Some(&"en"), "what the platform said");
    assert_eq!(told.last(), Some(&"zh"), "what was heard since: {:?}", script.expected);
    assert!(script.expected.iter().flatten().all(|(_, share)| *share < 0.96));
    Ok(())
}

#[test]
fn what_the_caller_wants_is_told_where_it_was_taught() -> Outcome {
    let said = [
        ("where is my parcel", "delivery"),
        ("my parcel has not arrived", "delivery"),
        ("track my parcel please", "delivery"),
        ("cancel my contract", "cancel"),
        ("I want to cancel", "cancel"),
        ("please cancel the subscription", "cancel"),
    ];
    let labelled = said.map(|(text, intent)| Labelled { text: text.into(), intent: intent.into() });
    let how = Training { out_of_scope: None, seed: 1 };
    let intents = Arc::new(Intents::train(&labelled, None, &how)?);
    let policy = policy()?;
    let wanted = |intents: Option<&Arc<Intents>>| -> Result<Option<Intent>, Box<dyn std::error::Error>> {
        let job = jobs(&policy, 1, intents)?.remove(0);
        let drafts =
            job.recognise(&mut Script::new(&[("en", "my parcel is not here")]), Timestamp::UNIX_EPOCH);
        match drafts.into_iter().next().map(|draft| draft.body) {
            Some(Body::Utterance { intent, .. }) => Ok(intent),
            other => Err(format!("{other:?}").into()),
        }
    };
    assert_eq!(wanted(None)?, None);
    assert_eq!(wanted(Some(&intents))?.and_then(|intent| intent.name).as_deref(), Some("delivery"));
    Ok(())
}
