//! A reader reads under its permit and stops with it.
#![expect(clippy::unwrap_used, reason = "a test may fall over")]

use calmline_core::{
    AccountId, Body, CallId, Party, SiteId, Timestamp,
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
