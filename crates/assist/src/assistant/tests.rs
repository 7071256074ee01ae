use calmline_core::catalog::Lang;

use super::*;
use crate::knowledge::{Article, Form, Visibility};

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn library() -> Library {
    let article = |id: &str, title: &str, body: &str, visibility, owner: &str| Article {
        id: ArticleId::new(id),
        language: Lang::En,
        title: title.into(),
        form: Form::Markdown,
        body: body.into(),
        version: 1,
        visibility,
        owner: Some(owner.into()),
        review_by: None,
        sibling: None,
    };
    let mut library = Library::default();
    let faults = library.put(
        vec![
            article("fees", "Fees", "A card costs 5 euros a month.", Visibility::Public, "Wang"),
            article("goodwill", "Goodwill", "Credit up to 20 euros without asking.", Visibility::Staff, "Li"),
            article("swap", "换班", "换班要提前两天在排班页面提交申请。", Visibility::Staff, "赵"),
        ],
        None,
    );
    assert_eq!(faults, []);
    library
}

struct Chat {
    assistant: Assistant,
    library: Library,
}

impl Chat {
    fn of(viewer: Viewer, rings: bool) -> Self {
        let site = Site { lines: HelpLine::china(), has_contact: true, rings_when_imminent: rings };
        let mut chat = Self {
            assistant: Assistant::new(Runbook::shipped().unwrap(), site, viewer).unwrap(),
            library: library(),
        };
        chat.says("what does a card cost");
        chat
    }

    fn staff() -> Self {
        Self::of(Viewer::Staff { teams: [].into() }, false)
    }

    fn says(&mut self, text: &str) -> Reply {
        self.assistant.said(text, &self.library, None, at(0))
    }
}

fn numbers(reply: &Reply) -> Vec<&str> {
    let lines = reply.acts.iter().find_map(|act| match act {
        Act::Lines { lines, .. } => Some(lines),
        _ => None,
    });
    lines.into_iter().flatten().map(|line| line.number.as_str()).collect()
}

#[test]
fn it_says_what_it_is_at_first_and_after_two_hours() {
    let site = Site { lines: HelpLine::china(), has_contact: false, rings_when_imminent: false };
    let viewer = Viewer::Staff { teams: [].into() };
    let mut assistant = Assistant::new(Vec::new(), site, viewer).unwrap();
    let library = library();
    let mut first = |minutes| assistant.said("card cost", &library, None, at(minutes)).say[0].en.clone();
    assert!(first(0).contains("software, not a person"));
    assert!(!first(119).contains("software"));
    assert!(first(120).contains("two hours"));
    assert!(!first(130).contains("two hours"));
}

#[test]
fn an_answer_is_quoted_with_its_source_and_what_is_not_known_is_said() {
    let mut chat = Chat::staff();
    let reply = chat.says("怎么申请换班");
    assert_eq!(reply.citations[0].article.as_str(), "swap");
    assert_eq!(
        &reply.citations[0].passage[reply.citations[0].quote.clone()],
        "换班要提前两天在排班页面提交申请。"
    );
    let reply = chat.says("who won the cup of 1966, my number is 13812345678");
    assert!(reply.citations.is_empty() && reply.say[0].en.starts_with("I do not know."), "{reply:?}");
    assert!(!reply.unknown.as_ref().unwrap().text.contains("13812345678"));
    let reply = chat.says("yes please");
    assert!(
        matches!(&reply.acts[..], [Act::Ask { question, .. }] if !question.text.contains("138")),
        "{reply:?}"
    );
    chat.says("who won the cup of 1966");
    let reply = chat.says("goodwill credit");
    assert_eq!(reply.citations[0].article.as_str(), "goodwill", "an offer does not stand in the way");
}

#[test]
fn a_customer_sees_what_is_public_alone_and_gets_a_person() {
    let mut chat = Chat::of(Viewer::Customer, false);
    assert_eq!(chat.says("card cost a month").citations[0].article.as_str(), "fees");
    for text in ["goodwill credit without asking", "我的 VPN 连不上", "换班要提前"] {
        let reply = chat.says(text);
        assert!(reply.citations.is_empty() && reply.unknown.is_some(), "{text}: {reply:?}");
    }
    assert!(matches!(&chat.says("yes").acts[..], [Act::HandOver { .. }]));
    for text in ["I want to talk to a real person", "转人工", "HUMAN"] {
        assert!(matches!(&chat.says(text).acts[..], [Act::HandOver { .. }]), "{text}");
    }
    let reply = chat.says("我不想活了");
    assert!(reply.acts.iter().any(|act| matches!(act, Act::HandOver { .. })), "{reply:?}");
    assert_eq!(numbers(&reply), ["12356", "110", "120"]);
}

#[test]
fn runbooks_are_walked_to_an_end_and_hand_over_what_was_tried() {
    let mut chat = Chat::staff();
    let reply = chat.says("my vpn is down");
    assert_eq!(reply.acts, [Act::Measure]);
    let reply = chat.assistant.measured(Network { round_trip_ms: 40.0, loss: 0.0 });
    let Act::Choose(choices) = &reply.acts[0] else { panic!("{reply:?}") };
    assert_eq!(choices[0].zh, "密码或验证码错误");
    let reply = chat.says("purple");
    assert!(reply.say[0].en.contains("did not understand") && reply.say.len() == 2, "{reply:?}");
    chat.says("密码或验证码错误");
    let reply = chat.says("no");
    assert_eq!(
        reply.acts,
        [Act::HandOver {
            tried: vec!["vpn".into(), "40 ms, 0.0 %".into(), "code: 1".into(), "clock: 2".into()]
        }]
    );
    assert!(chat.says("goodwill credit").citations.len() == 1, "the walk is over");
    chat.says("软电话没有声音");
    let reply = chat.says("人工");
    assert_eq!(reply.acts, [Act::HandOver { tried: vec!["softphone".into()] }]);
}

#[test]
fn every_way_through_every_runbook_ends_and_is_told_in_both_languages() {
    for runbook in Runbook::shipped().unwrap() {
        for node in &runbook.nodes {
            assert_eq!(calmline_language::language_of(&node.words.zh), Some("zh"), "{}", node.name);
            assert_eq!(calmline_language::language_of(&node.words.en), Some("en"), "{}", node.name);
            if let Asks::Choice(choices) = &node.asks {
                for (at, choice) in choices.iter().enumerate() {
                    for words in [&choice.words.en, &choice.words.zh, &(at + 1).to_string()] {
                        assert_eq!(node.chosen(words).map(|(at, _)| at), Some(at), "{}: {words}", node.name);
                    }
                }
            }
        }
        let ends = runbook.nodes.iter().filter(|node| node.leads_to().is_empty()).count();
        assert!(ends >= 2, "{}", runbook.name);
    }
}

#[test]
fn a_runbook_that_leads_nowhere_or_in_a_circle_is_refused() {
    let runbook = |nodes: &str| {
        let text = format!("[[runbook]]\nname='r'\nen='e'\nzh='z'\nasks=[]\n{nodes}");
        Runbook::read(&text).unwrap_err().to_string()
    };
    let node = |name: &str, to: &str| {
        format!(
            "[[runbook.node]]\nname='{name}'\nen='e'\nzh='z'\n[[runbook.node.answer]]\nen='y'\nzh='是'\nsays=[]\nto='{to}'\n"
        )
    };
    let end = "[[runbook.node]]\nname='c'\nen='e'\nzh='z'\nend='solved'\n";
    assert!(runbook(&node("a", "b")).contains("there is no node \"b\""));
    assert!(runbook(&[node("a", "b"), node("b", "a")].concat()).contains("leads back"));
    assert!(
        runbook(&[node("a", "c"), node("b", "c"), end.to_owned()].concat())
            .contains("node b: nothing leads there")
    );
    assert!(runbook("[[runbook.node]]\nname='a'\nen='e'\nzh='z'\n").contains("give answers"));
}

#[test]
fn kindness_comes_with_an_exercise_and_never_for_customers() {
    let mut chat = Chat::staff();
    for (text, wanted) in [
        ("累死了", "moving"),
        ("I am so tired today", "moving"),
        ("又被骂了一上午", "perspective"),
        ("a customer yelled at me", "perspective"),
        ("压力太大了", "grounding"),
        ("my heart is racing", "breathing"),
        ("有点想哭", "breathing"),
    ] {
        let reply = chat.says(text);
        assert_eq!(reply.acts, [Act::Exercise(wanted.into())], "{text}");
        assert!(numbers(&reply).is_empty());
    }
    assert_eq!(chat.says("我想预约心理辅导").acts, [Act::OfferCounselling]);
    assert_eq!(chat.says("delete my history").acts, [Act::OfferForget]);
    let reply = Chat::of(Viewer::Customer, false).says("累死了");
    assert!(reply.acts.is_empty(), "{reply:?}");
}

#[test]
fn danger_is_asked_about_once_and_the_numbers_stay() {
    let mut chat = Chat::staff();
    let reply = chat.says("我不想活了");
    assert!(reply.say[0].zh.contains("自杀") && numbers(&reply) == ["12356", "110", "120"], "{reply:?}");
    let reply = chat.says("不是，我就是累");
    assert!(reply.say[0].zh.contains("不会再问"), "{reply:?}");
    let reply = chat.says("I want to kill myself");
    assert!(!reply.say.iter().any(|said| said.en.contains("are you thinking")), "asked once: {reply:?}");
    assert_eq!(numbers(&reply).len(), 3);
    assert!(matches!(&reply.acts[0], Act::Lines { contact: true, .. }));
    assert_eq!(chat.assistant.ring_contact().acts, [Act::RingContact]);
    assert!(chat.assistant.contact_answered(false).say[0].en.starts_with("Nobody answered"));
    assert_eq!(numbers(&chat.assistant.contact_answered(false)).len(), 3);
}

#[test]
fn the_contact_is_rung_without_a_tap_only_by_the_rule_that_was_shown() {
    for (rings, wanted) in [(true, true), (false, false)] {
        let mut chat = Chat::of(Viewer::Staff { teams: [].into() }, rings);
        chat.says("I am going to end my life");
        let reply = chat.says("yes");
        assert_eq!(reply.acts.contains(&Act::RingContact), wanted, "{reply:?}");
        assert_eq!(numbers(&reply).len(), 3);
    }
    let mut chat = Chat::staff();
    chat.says("我想自杀");
    let reply = chat.says("blue");
    assert!(!reply.say.iter().any(|said| said.en.contains("I will not ask")), "{reply:?}");
    assert_eq!(numbers(&reply).len(), 3);
}
