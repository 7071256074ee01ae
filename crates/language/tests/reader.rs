//! A reader reads under its permit and stops with it.
#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use calmline_core::{
    AccountId, AgentId, Body, CallId, Party, SiteId, Timestamp,
    event::{AbuseKind, Target},
    policy::{Ask, Lapse, Notice, Profile, Purpose, SitePolicy, TABLE_VERSION, WordReading},
};
use calmline_language::{
    Reader,
    intent::{IntentReader, Intents, Labelled, Training, Unread},
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn policy() -> SitePolicy {
    let mut policy = SitePolicy::new(SiteId::new("north").unwrap(), Profile::Eu);
    let by = AccountId::new("admin").unwrap();
    policy.apply(&Body::NoticeConfirmed { notice: Notice::Recording, text_sha256: "0".repeat(64), by });
    policy
}

fn reader(policy: &SitePolicy) -> Reader {
    let call = CallId::new("c1").unwrap();
    let ask = Ask { call: &call, party: Party::Customer, agent: None, now: at(0) };
    Reader::new(policy.ask::<WordReading>(&ask).unwrap())
}

#[test]
fn a_caller_is_read_under_a_permit() {
    let signs =
        reader(&policy()).read("I want to speak to your manager, this is unacceptable", at(1)).unwrap();
    assert!(signs.help.get() > 0.7 && signs.sentiment < -0.2 && signs.abuse.get() < 0.7, "{signs:?}");
}

#[test]
fn danger_anger_and_the_target_of_an_insult_are_read_too() {
    let reader = reader(&policy());
    let read = |said| reader.read(said, at(1)).unwrap();
    for said in ["I don't want to live any more", "我不想活了"] {
        assert!(read(said).crisis.get() >= 0.5, "{said}");
    }
    assert!(read("you are an idiot and I am furious").anger.get() >= 0.5);
    assert!(read("I'm scared and I feel hopeless").distress.get() >= 0.5);
    let wording = |said| read(said).wording.map(|wording| (wording.kind, wording.target));
    assert_eq!(wording("you are an idiot"), Some((AbuseKind::Insult, Target::Listener)));
    assert_eq!(wording("我要杀了你"), Some((AbuseKind::Threat, Target::Listener)));
    assert_eq!(wording("he called me an idiot"), Some((AbuseKind::Insult, Target::Other)));
    assert_eq!(wording("my parcel has not arrived"), None);
}

#[test]
fn a_lapse_ends_reading_at_once() {
    let mut policy = policy();
    let reader = reader(&policy);
    assert!(reader.read("hello", at(1)).is_ok());
    assert_eq!(reader.read("hello", at(60 * 60 * 24)), Err(Lapse::Expired));
    let by = AccountId::new("admin").unwrap();
    policy.apply(&Body::NoticeWithdrawn { notice: Notice::Recording, by });
    assert_eq!(reader.read("hello", at(2)), Err(Lapse::Withdrawn));
}

#[test]
fn redaction_before_reading_does_not_change_the_signs_much() {
    let reader = reader(&policy());
    let said = "my name is Tom Baker, you are an idiot, call me on 13800138000";
    let (plain, redacted) = (
        reader.read(said, at(1)).unwrap(),
        reader.read(&calmline_language::redact(said).text, at(1)).unwrap(),
    );
    assert_eq!(plain.abuse, redacted.abuse);
}

fn taught() -> std::sync::Arc<Intents> {
    let said = [
        ("where is my parcel", "delivery"),
        ("my parcel has not arrived", "delivery"),
        ("track my parcel please", "delivery"),
        ("when will my parcel come", "delivery"),
        ("cancel my contract", "cancel"),
        ("I want to cancel", "cancel"),
        ("please cancel the subscription", "cancel"),
        ("how do I cancel this", "cancel"),
    ];
    let labelled = said.map(|(text, intent)| Labelled { text: text.into(), intent: intent.into() });
    Intents::train(&labelled, None, &Training { out_of_scope: None, seed: 1 }).unwrap().into()
}

#[test]
fn a_callers_intent_is_read_under_a_permit_and_ends_with_it() {
    let mut policy = policy();
    let call = CallId::new("c1").unwrap();
    let ask = Ask { call: &call, party: Party::Customer, agent: None, now: at(0) };
    let reader = IntentReader::new(policy.ask::<WordReading>(&ask).unwrap(), taught()).unwrap();
    let wanted = reader.read("my parcel is not here", None, at(1)).unwrap();
    assert_eq!(wanted.name.as_deref(), Some("delivery"));
    assert!(wanted.confidence.get() > 0.5, "{wanted:?}");
    let by = AccountId::new("admin").unwrap();
    policy.apply(&Body::NoticeWithdrawn { notice: Notice::Recording, by });
    assert_eq!(reader.read("my parcel", None, at(2)), Err(Unread::Lapsed(Lapse::Withdrawn)));
}

#[test]
fn what_an_agent_says_is_no_request() {
    let (agent, by) = (AgentId::new("li").unwrap(), AccountId::new("admin").unwrap());
    let mut policy = SitePolicy::new(SiteId::new("north").unwrap(), Profile::Cn);
    for notice in [Notice::Recording, Notice::Workers] {
        policy.apply(&Body::NoticeConfirmed { notice, text_sha256: "0".repeat(64), by: by.clone() });
    }
    let (purpose, policy_version) = (Purpose::WordReading, TABLE_VERSION);
    policy.apply(&Body::ConsentGiven { agent: agent.clone(), purpose, policy_version });
    let call = CallId::new("c1").unwrap();
    let ask = Ask { call: &call, party: Party::Agent, agent: Some(&agent), now: at(0) };
    let permit = policy.ask::<WordReading>(&ask).unwrap();
    assert!(IntentReader::new(permit, taught()).is_none());
}
