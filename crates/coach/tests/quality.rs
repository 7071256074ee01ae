//! Scorecards over transcripts, and the way of a score.

use calmline_coach::{
    growth::Source,
    quality::{
        Answer, Asks, Refused, Review, Score, Scorecard, Sight, Stage, Utterance, Viewer, score, shipped,
    },
};
use calmline_core::{AccountId, Party, Share, Timestamp, event::WordSigns};
use jiff::SignedDuration;
use proptest::prelude::*;

fn agent(text: &str) -> Utterance {
    Utterance { party: Party::Agent, text: text.into(), signs: None }
}

/// A caller whose words were read as angry to this degree.
fn caller(text: &str, anger: f64) -> Utterance {
    let signs = WordSigns {
        sentiment: -anger,
        abuse: Share::new(0.0),
        help: Share::new(0.0),
        crisis: Share::new(0.0),
        anger: Share::new(anger),
        distress: Share::new(0.0),
        wording: None,
    };
    Utterance { party: Party::Customer, text: text.into(), signs: Some(signs) }
}

fn english() -> Vec<Utterance> {
    vec![
        agent("Good morning, thank you for calling, this call may be recorded."),
        caller("I've waited in all day, this is outrageous! Why didn't anybody come?", 0.9),
        agent(
            "I'm so sorry, that must have been really frustrating. Can I take your full name and postcode, please?",
        ),
        caller("Jo Bell, and it's the usual one.", 0.1),
        agent("Thank you. The van broke down, because of that all the afternoon visits were moved."),
        agent("I'll book you the first visit tomorrow."),
        caller("Fine.", 0.0),
        agent("So just to recap, the engineer comes tomorrow at eight."),
    ]
}

fn chinese() -> Vec<Utterance> {
    vec![
        agent("您好，很高兴为您服务，本次通话将被录音。"),
        caller("你们怎么回事，等了一天没人来，气死我了！", 0.9),
        agent("非常抱歉，让您等了一天，我非常理解您的心情。请问您怎么称呼？"),
        caller("姓张。", 0.0),
        agent("张女士您好，因为师傅的车坏在路上了，所以下午的单都往后推了。"),
        agent("我马上给您安排明天第一个上门。"),
        caller("行吧。", 0.0),
        agent("我跟您确认一下，是明天早上八点，对吧？"),
    ]
}

fn card() -> &'static Scorecard {
    shipped().expect("the shipped card reads")
}

fn of<'a>(score: &'a Score, key: &str) -> &'a calmline_coach::quality::Answered {
    score.answers.iter().find(|one| one.question == key).expect("asked")
}

#[test]
fn a_good_call_is_answered_with_quotes_in_both_languages() {
    for call in [english(), chinese()] {
        let score = score(card(), &call);
        for key in
            ["greeting", "identity", "disclosure", "empathy", "explanation", "offer", "recap", "respect"]
        {
            let one = of(&score, key);
            assert_eq!((one.answer, one.asks), (Some(Answer::Yes), None), "{one:?}");
        }
        assert_eq!(of(&score, "greeting").evidence[0].utterance, 0);
        assert_eq!(of(&score, "empathy").evidence[0].utterance, 2);
        assert_eq!(of(&score, "solved").asks, Some(Asks::Judgement));
        assert!(matches!(of(&score, "politeness").answer, Some(Answer::Points(4 | 5))));
    }
}

#[test]
fn what_did_not_come_up_is_not_applicable_and_what_is_unsure_asks_a_person() {
    let call =
        [agent("Hello, Sam speaking."), caller("What are your opening hours?", 0.0), agent("Nine to five.")];
    let score = score(card(), &call);
    for key in ["empathy", "recap", "explanation"] {
        assert_eq!(of(&score, key).answer, Some(Answer::NotApplicable), "{key}");
    }
    assert_eq!(of(&score, "identity").asks, Some(Asks::Unsure));
    // Without readings of the caller's words nobody can say that there was no occasion.
    let silent: Vec<Utterance> = call.iter().cloned().map(|one| Utterance { signs: None, ..one }).collect();
    assert_eq!(of(&calmline_coach::quality::score(card(), &silent), "empathy").asks, Some(Asks::Unsure));
}

#[test]
fn a_failing_insult_waits_for_a_person_and_makes_the_total_nothing() {
    for insult in ["You are a stupid idiot.", "你就是个傻逼。", "你脑子有病吧，蠢货。"] {
        let mut call = english();
        call.push(agent(insult));
        let mut review = Review::open(account("agent"), score(card(), &call));
        assert_eq!(of(review.score(), "respect").asks, Some(Asks::AutoFail), "{insult}");
        assert_eq!(review.score().total(card()), None);
        answer_all(&mut review, &account("reader"));
        review.answer(card(), &account("reader"), "respect", Answer::No).expect("a reader may");
        assert_eq!(review.score().total(card()), Some(0.0));
    }
}

fn account(name: &str) -> AccountId {
    AccountId::new(name).expect("an id")
}

fn answer_all(review: &mut Review, by: &AccountId) {
    let open: Vec<String> = review
        .score()
        .answers
        .iter()
        .filter(|one| one.asks.is_some())
        .map(|one| one.question.clone())
        .collect();
    for key in open {
        let points = key == "politeness";
        let answer = if points { Answer::Points(5) } else { Answer::Yes };
        review.answer(card(), by, &key, answer).expect("an open question");
    }
}

#[test]
fn the_agent_sees_first_a_coach_after_a_person_and_pay_never() {
    let now = Timestamp::UNIX_EPOCH;
    let later = now + SignedDuration::from_hours(24 * 15);
    let (me, reader, other) = (account("agent"), account("reader"), account("other"));
    let mut review = Review::open(me.clone(), score(card(), &english()));
    let coach = |review: &Review| review.sight(Viewer::Coach);
    assert_eq!((review.sight(Viewer::Oneself(&me)), coach(&review)), (Sight::All, Sight::Nothing));
    assert_eq!(review.confirm(&reader, now), Err(Refused::Open { count: review.score().open() }));
    assert!(review.score().open() > 0);
    assert_eq!(review.confirm(&me, now), Err(Refused::OwnScore));
    answer_all(&mut review, &reader);
    assert_eq!(review.answer(card(), &other, "recap", Answer::No), Err(Refused::Taken));
    review.confirm(&reader, now).expect("all is answered");
    assert_eq!(coach(&review), Sight::All);
    assert!(review.observations(card(), now).is_empty(), "an appeal may still come");
    assert!(
        review.observations(card(), later).iter().all(|one| one.source == Source::AgreedScore && one.success)
    );
    assert_eq!(review.observations(card(), later).len(), 5);

    assert_eq!(review.appeal(&reader, &[], now), Err(Refused::NotYours));
    assert_eq!(review.clone().appeal(&me, &[], later), Err(Refused::Late));
    assert!(matches!(review.appeal(&me, &["nothing"], now), Err(Refused::NoSuchAnswer { .. })));
    review.appeal(&me, &["recap"], now).expect("in time");
    assert_eq!((review.stage(), coach(&review)), (Stage::Appealed, Sight::Nothing));
    assert_eq!(review.answer(card(), &reader, "recap", Answer::Yes), Err(Refused::SameReader));
    assert_eq!(review.settle(&other), Err(Refused::Open { count: 1 }));
    assert!(matches!(
        review.answer(card(), &other, "recap", Answer::Points(3)),
        Err(Refused::NoSuchAnswer { .. })
    ));
    review.answer(card(), &other, "recap", Answer::NotApplicable).expect("another reader");
    review.settle(&other).expect("answered");
    assert_eq!((review.stage(), coach(&review)), (Stage::Settled, Sight::All));
    assert!(review.before_appeal().is_some_and(|before| before != review.score()));
    assert!(matches!(review.appeal(&me, &[], now), Err(Refused::Stage { .. })));
    for viewer in [Viewer::PayOrRank, Viewer::Supervisor, Viewer::Oneself(&other)] {
        assert_eq!(review.sight(viewer), Sight::Nothing);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_quote_stands_in_the_transcript(turns in proptest::collection::vec((any::<bool>(), 0_usize..16, "\\PC{0,30}", 0.0..1.0_f64), 0..24)) {
        let lines: Vec<Utterance> = english().into_iter().chain(chinese()).collect();
        let call: Vec<Utterance> = turns
            .iter()
            .map(|(is_agent, line, noise, anger)| {
                let text = format!("{} {noise}", lines[*line].text);
                if *is_agent { agent(&text) } else { caller(&text, *anger) }
            })
            .collect();
        let score = score(card(), &call);
        prop_assert_eq!(score.answers.len(), card().questions.value.len());
        for one in &score.answers {
            for quote in &one.evidence {
                prop_assert!(call[quote.utterance].text.get(quote.span.clone()).is_some(), "{quote:?}");
            }
            prop_assert!(one.asks.is_some() || one.confidence.get() >= card().confidence.value);
        }
    }
}
