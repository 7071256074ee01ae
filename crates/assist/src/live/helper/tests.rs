use calmline_core::catalog::Lang;

use super::*;
use crate::knowledge::{Article, Form, Visibility};

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
}

fn library() -> Library {
    let article = |id: &str, title: &str, body: &str| Article {
        id: ArticleId::new(id),
        language: Lang::En,
        title: title.into(),
        form: Form::Markdown,
        body: body.into(),
        version: 3,
        visibility: Visibility::Staff,
        owner: None,
        review_by: None,
        sibling: None,
    };
    let mut library = Library::default();
    let refund = "Open the order. A refund takes five working days. Tell the customer the day.";
    let password = "先核实身份。重置密码的短信十分钟内有效。";
    library.put(
        vec![article("refund", "Refund an order", refund), article("password", "重置密码", password)],
        None,
    );
    library
}

struct Call {
    helper: Helper,
    library: Library,
    turns: usize,
}

impl Call {
    fn new() -> Self {
        let budget = Budget::default();
        let helper = Helper::new(budget, Checklist::shipped().unwrap(), Situation::shipped().unwrap());
        Self { helper, library: library(), turns: 0 }
    }

    fn says(&mut self, party: Party, text: &str, agitation: f64, seconds: i64) -> Option<Suggestion> {
        let agitation = (agitation > 0.0).then(|| Share::new(agitation));
        let heard = Heard { turn: self.turns, party, text, agitation, at: at(seconds) };
        self.turns += 1;
        let viewer = Viewer::Staff { teams: [].into() };
        self.helper.heard(&heard, &self.library, &viewer, None).cloned()
    }
}

#[test]
fn what_is_asked_brings_the_article_with_its_words_and_never_twice() {
    let mut call = Call::new();
    let shown = call.says(Party::Customer, "how many days does the refund of an order take", 0.0, 0).unwrap();
    let Offer::Article { id, version, quote } = &shown.offer else { panic!("{shown:?}") };
    assert_eq!((id.as_str(), *version, quote.as_str()), ("refund", 3, "A refund takes five working days."));
    assert!(
        matches!(shown.why, Why::Asked { words, meaning: None } if words.get() >= 0.6),
        "{:?}",
        shown.why
    );
    call.helper.answer(shown.number, Answer::Accepted).unwrap();
    assert_eq!(call.says(Party::Customer, "so a refund for the order, right", 0.0, 60), None);
    let shown = call.says(Party::Customer, "还有，怎么重置密码？", 0.0, 90).unwrap();
    assert!(matches!(&shown.offer, Offer::Article { id, .. } if id.as_str() == "password"), "{shown:?}");
}

#[test]
fn one_at_a_time_apart_and_within_the_budget() {
    let mut call = Call::new();
    assert!(call.says(Party::Customer, "I want a refund for the order", 0.0, 0).is_some());
    assert_eq!(call.says(Party::Customer, "怎么重置密码", 0.0, 10), None, "one is shown");
    call.helper.answer(0, Answer::Dismissed).unwrap();
    assert_eq!(call.says(Party::Customer, "怎么重置密码", 0.0, 15), None, "too soon after the first");
    assert!(call.says(Party::Customer, "怎么重置密码", 0.0, 21).is_some());
    assert!(call.says(Party::Customer, "I have called three times, this is ridiculous", 0.9, 50).is_none());
    let calm = call.says(Party::Customer, "this is the third time I call", 0.9, 70).unwrap();
    assert_eq!(calm.offer, Offer::Calm { situation: "repeat".into() });
    assert_eq!(call.helper.answer(1, Answer::Wrong), Err(NoSuchSuggestion { number: 1 }), "it went away");
    call.helper.budget.per_call = 3;
    call.helper.answer(2, Answer::Wrong).unwrap();
    assert_eq!(call.says(Party::Customer, "where is my money", 0.9, 200), None, "the budget is spent");
    let outcomes = call.helper.outcomes();
    assert_eq!((outcomes.shown, outcomes.dismissed, outcomes.wrong, outcomes.accepted), (3, 1, 1, 0));
    assert_eq!(outcomes.overridden(), Some(Share::new(0.667)));
    assert_eq!(outcomes.acceptance(), Some(Share::new(0.0)));
}

#[test]
fn quiet_mode_says_nothing_and_ticks_on() {
    let mut call = Call::new();
    call.helper.quiet(true);
    assert_eq!(call.says(Party::Customer, "I want a refund for the order", 0.9, 0), None);
    assert_eq!(
        call.says(Party::Agent, "Good morning, this is Lin. May I have your full name please?", 0.0, 5),
        None
    );
    let ticked: Vec<&str> = call.helper.ticks().iter().map(|tick| tick.step.as_str()).collect();
    assert_eq!(ticked, ["greeting", "identity"]);
    call.helper.quiet(false);
    assert!(call.says(Party::Customer, "I want a refund for the order", 0.0, 30).is_some());
}

#[test]
fn steps_tick_themselves_and_missing_ones_are_offered_once() {
    let mut call = Call::new();
    for (at, text) in ["您好，请问怎么称呼？", "好的，我看一下", "稍等"].iter().enumerate()
    {
        assert_eq!(call.says(Party::Agent, text, 0.0, at as i64), None);
    }
    let shown = call.says(Party::Customer, "好的没有了，再见", 0.0, 60).unwrap();
    assert_eq!(shown.offer, Offer::Step { checklist: "service".into(), step: "recap".into() });
    assert_eq!(shown.why, Why::Ending);
    call.says(Party::Agent, "跟您确认一下，周五前退款到账", 0.0, 62);
    assert_eq!(call.helper.shown(), None, "what is done is not asked for");
    assert_eq!(call.helper.outcomes().accepted, 1);
    let more = call.says(Party::Customer, "对，谢谢，再见", 0.0, 90).unwrap();
    assert_eq!(more.offer, Offer::Step { checklist: "service".into(), step: "more".into() });
    let tick = &call.helper.ticks()[1];
    assert_eq!((tick.step.as_str(), tick.turn), ("identity", 0));
}

#[test]
fn every_situation_has_its_own_words_in_both_languages() {
    let situations = Situation::shipped().unwrap();
    for (text, wanted) in [
        ("this is the third time i call about it", "repeat"),
        ("我打了好几次了", "repeat"),
        ("i have been waiting for an hour", "waiting"),
        ("等了这么久还没到", "waiting"),
        ("you charged me twice", "money"),
        ("为什么多扣我钱", "money"),
        ("i will cancel and call my lawyer", "leaving"),
        ("我要投诉你们", "leaving"),
        ("please help i am desperate", "afraid"),
        ("急死我了怎么办", "afraid"),
        ("this is nonsense", "any"),
    ] {
        let found = situations.iter().find(|situation| situation.fits(text)).unwrap();
        assert_eq!(found.name, wanted, "{text}");
    }
    for situation in &situations {
        assert!(calmline_language::language_of(&situation.words.en) == Some("en"));
        assert!(calmline_language::language_of(&situation.words.zh) == Some("zh"));
    }
}

#[test]
fn what_is_no_checklist_is_refused() {
    let broken =
        "[[checklist]]\nname='a'\nen='a'\nzh='b'\n[[checklist.step]]\nname='x'\nen='a'\nzh='b'\nsaid=['(']\n";
    assert!(Checklist::read(broken).unwrap_err().to_string().contains("x: "));
    assert!(Checklist::read("[[checklist]]\nname=1").unwrap_err().to_string().contains("line 2"));
}
