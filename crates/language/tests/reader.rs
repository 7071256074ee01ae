//! A reader reads under its permit and stops with it.
#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use calmline_core::{
    AccountId, Body, CallId, Party, SiteId, Timestamp,
    event::{AbuseKind, Target},
    policy::{Ask, Lapse, Notice, Profile, SitePolicy, WordReading},
};
use calmline_language::Reader;

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
