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

/// All but the responses.
fn events(turns: &[(Party, f64, f64)]) -> Vec<Exchange> {
    let mut all = all(turns);
    all.retain(|exchange| !matches!(exchange, Exchange::Response { .. }));
    all
}

#[test]
fn turns_that_only_touch_are_no_talk_over() {
    use Party::{Agent, Customer};
    assert_eq!(events(&[(Agent, 0.0, 3.0), (Customer, 2.5, 6.0), (Agent, 6.2, 8.0)]), []);
}

#[test]
fn who_comes_second_talks_over_whichever_ends_first() {
    use Party::{Agent, Customer};
    let over = Exchange::TalkOver { by: Customer, start_s: 2.0, end_s: 4.0, share: Share::new(0.5) };
    let cut_off = Exchange::Interruption { by: Customer, start_s: 2.0, end_s: 4.0, yielded: true };
    assert_eq!(events(&[(Agent, 0.0, 4.0), (Customer, 2.0, 6.0)]), [over, cut_off]);
    assert_eq!(events(&[(Customer, 2.0, 6.0), (Agent, 0.0, 4.0)]), [over, cut_off]);
}

#[test]
fn who_goes_on_was_interrupted_in_vain_and_a_back_channel_interrupts_nobody() {
    use Party::{Agent, Customer};
    let over = Exchange::TalkOver { by: Agent, start_s: 2.0, end_s: 3.5, share: Share::new(1.0) };
    let in_vain = Exchange::Interruption { by: Agent, start_s: 2.0, end_s: 3.5, yielded: false };
    assert_eq!(events(&[(Agent, 2.0, 3.5), (Customer, 0.0, 8.0)]), [over, in_vain]);
    let aside = events(&[(Agent, 2.0, 2.9), (Customer, 0.0, 8.0)]);
    assert!(matches!(aside[..], [Exchange::TalkOver { by: Agent, .. }]), "{aside:?}");
}

#[test]
fn an_answer_is_as_late_as_it_is_without_the_padding_of_utterances() {
    use Party::{Agent, Customer};
    let told = all(&[(Customer, 0.0, 3.0), (Agent, 3.5, 5.0), (Agent, 5.8, 7.0), (Customer, 6.8, 9.0)]);
    let late: Vec<_> = told
        .iter()
        .filter_map(|exchange| match exchange {
            Exchange::Response { by, start_s, end_s } => {
                Some((*by, *start_s, ((end_s - start_s) * 100.0).round()))
            }
            _ => None,
        })
        .collect();
    // The agent's second utterance answers nobody; the customer's last begins while the agent still speaks.
    assert_eq!(late, [(Agent, 3.0, 75.0), (Customer, 7.0, 5.0)]);
}

#[test]
fn music_and_a_hold_are_no_silence_and_what_is_left_of_it_is_told() {
    use Party::{Agent, Customer};
    let quiet = |filled: &[(f64, f64)]| {
        let mut dialogue = dialogue();
        dialogue.utterance(Agent, 0.0, 4.0, NOW).unwrap();
        for &(from, to) in filled {
            dialogue.fill(from, to);
        }
        let mut told = dialogue.utterance(Customer, 40.0, 42.0, NOW).unwrap();
        told.retain(|exchange| matches!(exchange, Exchange::Silence { .. }));
        told
    };
    assert_eq!(quiet(&[]), [Exchange::Silence { start_s: 4.0, end_s: 40.0 }]);
    assert_eq!(quiet(&[(5.0, 39.0)]), []);
    assert_eq!(quiet(&[(5.0, f64::INFINITY)]), []);
    assert_eq!(quiet(&[(5.0, 10.0), (5.0, 39.0)]), []);
    let between = quiet(&[(30.0, 38.0), (3.0, 20.0), (1.0, 2.0)]);
    assert_eq!(between, [Exchange::Silence { start_s: 20.0, end_s: 30.0 }]);
}

#[test]
fn silence_is_told_once_and_not_while_the_other_speaks() {
    use Party::{Agent, Customer};
    let silence = Exchange::Silence { start_s: 4.0, end_s: 12.0 };
    assert_eq!(events(&[(Agent, 0.0, 4.0), (Agent, 12.0, 13.0), (Customer, 13.0, 14.0)]), [silence]);
    assert_eq!(events(&[(Agent, 0.0, 1.0), (Customer, 1.5, 9.0), (Agent, 9.5, 10.0)]), []);
}

#[test]
fn impossible_times_are_ignored() {
    let turns = [(Party::Agent, f64::NAN, 1.0), (Party::Customer, 3.0, 2.0), (Party::Agent, 1.0, f64::NAN)];
    assert_eq!(all(&turns), []);
}
