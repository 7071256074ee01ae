//! Talk-over and silence between the legs.

#![expect(clippy::unwrap_used, reason = "functions of a test that clippy does not see as one")]

mod common;

use calmline_core::{
    AgentId, CallId, Party, Share,
    event::Body,
    policy::{Ask, Purpose, TalkDynamics},
};
use calmline_sense::{Dialogue, Exchange};
use common::*;

fn dialogue() -> Dialogue {
    let mut policy = policy();
    let (agent, call) = (AgentId::new("a").unwrap(), CallId::new("call").unwrap());
    let purpose = Purpose::TalkDynamics;
    policy.apply(&Body::ConsentGiven { agent: agent.clone(), purpose, policy_version: 1 });
    let ask = Ask { call: &call, party: Party::Agent, agent: Some(&agent), now: NOW };
    Dialogue::new(policy.ask::<TalkDynamics>(&ask).unwrap(), permit(&policy))
}

fn all(turns: &[(Party, f64, f64)]) -> Vec<Exchange> {
    let mut dialogue = dialogue();
    turns
        .iter()
        .flat_map(|&(party, start, end)| dialogue.utterance(party, start, end, NOW).unwrap())
        .collect()
}

#[test]
fn turns_that_only_touch_are_no_talk_over() {
    use Party::{Agent, Customer};
    assert_eq!(all(&[(Agent, 0.0, 3.0), (Customer, 2.5, 6.0), (Agent, 6.2, 8.0)]), []);
}

#[test]
fn who_comes_second_talks_over_whichever_ends_first() {
    use Party::{Agent, Customer};
    let over = Exchange::TalkOver { by: Customer, start_s: 2.0, end_s: 4.0, share: Share::new(0.5) };
    assert_eq!(all(&[(Agent, 0.0, 4.0), (Customer, 2.0, 6.0)]), [over]);
    assert_eq!(all(&[(Customer, 2.0, 6.0), (Agent, 0.0, 4.0)]), [over]);
}

#[test]
fn silence_is_told_once_and_not_while_the_other_speaks() {
    use Party::{Agent, Customer};
    let silence = Exchange::Silence { start_s: 4.0, end_s: 12.0 };
    assert_eq!(all(&[(Agent, 0.0, 4.0), (Agent, 12.0, 13.0), (Customer, 13.0, 14.0)]), [silence]);
    assert_eq!(all(&[(Agent, 0.0, 1.0), (Customer, 1.5, 9.0), (Agent, 9.5, 10.0)]), []);
}

#[test]
fn impossible_times_are_ignored() {
    let turns = [(Party::Agent, f64::NAN, 1.0), (Party::Customer, 3.0, 2.0), (Party::Agent, 1.0, f64::NAN)];
    assert_eq!(all(&turns), []);
}
