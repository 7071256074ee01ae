//! What people decide beforehand: flags on customers, a second person for alerts, the way back from a break.

use calmline_care::Settings;
use calmline_core::{
    AccountId, AgentId, Body, CallId, CustomerId, FlagId, Timestamp,
    event::{FlagEnd, FlagReason, Presence},
};

use crate::floor::Floor;

fn at(time: &str) -> Timestamp {
    format!("2026-11-23T{time}:00Z").parse().expect("a time")
}

fn customer() -> CustomerId {
    CustomerId::new("cu-1").expect("an id")
}

fn account(name: &str) -> AccountId {
    AccountId::new(name).expect("an id")
}

fn calls(floor: &mut Floor, time: &str, call: &str) {
    let call = CallId::new(call).expect("an id");
    floor.apply(at(time), Body::CallCustomer { call, customer: customer() });
}

fn flag(floor: &mut Floor, time: &str, until: &str) {
    let body = Body::CustomerFlagged {
        flag: FlagId::new("f-1").expect("an id"),
        customer: customer(),
        why: FlagReason::Threats,
        until: at(until),
        by: account("boss"),
    };
    floor.apply(at(time), body);
}

fn warned(floor: &Floor) -> Vec<(String, String)> {
    let prompts = floor.decided.iter().filter_map(|draft| match &draft.body {
        Body::PromptShown { agent, call, reason, .. } if reason.code == "prompt.warned_before" => {
            Some((agent.to_string(), call.to_string()))
        }
        _ => None,
    });
    prompts.collect()
}

#[test]
fn confirmed_incidents_open_the_way_to_a_flag_and_withdrawn_ones_do_not() {
    let (settings, now) = (Settings::default(), at("12:00"));
    let mut floor = Floor::new(settings.clone());
    floor.play("08:00 li available\n08:01 li takes c1");
    calls(&mut floor, "08:01", "c1");
    floor
        .play("08:02 li presses c1\n08:03 c1 ended\n08:10 li closes\n08:20 li takes c2\n08:21 li presses c2");
    let set = &settings.incident;
    assert_eq!(floor.care.customers().confirmed(&customer(), now, set).map(|(count, _)| count), Some(1));
    assert_eq!(floor.care.customers().candidates(now, set).count(), 0, "one bad day marks nobody");
    // The CRM may say who it was after the key was pressed.
    calls(&mut floor, "08:22", "c2");
    floor.play("08:23 c2 ended\n08:30 li closes");
    let found: Vec<_> = floor.care.customers().candidates(now, set).map(|(_, count, _)| count).collect();
    assert_eq!(found, [2]);
    let later = "2027-03-01T00:00:00Z".parse().expect("a time");
    assert_eq!(floor.care.customers().candidates(later, set).count(), 0, "it is long ago");
    flag(&mut floor, "09:00", "11:00");
    assert_eq!(floor.care.customers().candidates(at("09:01"), set).count(), 0, "it is flagged already");
    assert_eq!(floor.care.customers().candidates(at("11:00"), set).count(), 1, "the flag ended by itself");
}

#[test]
fn the_next_agent_is_told_of_a_flag_until_it_ends_is_lifted_or_is_renewed() {
    let mut floor = Floor::new(Settings::default());
    floor.play("08:00 li available\n08:00 mei available");
    flag(&mut floor, "08:01", "09:00");
    calls(&mut floor, "08:02", "c1");
    floor.play("08:02 li takes c1");
    assert_eq!(warned(&floor), [("li".into(), "c1".into())]);
    let because = floor.decided.iter().find(|draft| matches!(draft.body, Body::PromptShown { .. }));
    assert_eq!(because.map(|draft| draft.because.len()), Some(2), "the flag, and the call that was taken");
    floor.play("08:05 c1 ended\n08:06 mei takes c2");
    calls(&mut floor, "08:07", "c2");
    assert_eq!(warned(&floor).last(), Some(&("mei".into(), "c2".into())), "told once the customer is known");
    floor.play("08:08 c2 ended\n09:01 li takes c3");
    calls(&mut floor, "09:01", "c3");
    assert_eq!(warned(&floor).len(), 2, "it ended at its review");
    flag(&mut floor, "09:02", "09:05");
    let flag = FlagId::new("f-1").expect("an id");
    let renewed = Body::CustomerFlagRenewed { flag: flag.clone(), until: at("11:00"), by: account("boss") };
    floor.apply(at("09:04"), renewed);
    floor.play("09:05 c3 ended\n09:30 li takes c4");
    calls(&mut floor, "09:30", "c4");
    assert_eq!(warned(&floor).len(), 3, "it was renewed");
    floor.apply(at("09:31"), Body::CustomerUnflagged { flag, end: FlagEnd::Appeal, by: account("boss") });
    floor.play("09:32 c4 ended\n09:33 li takes c5");
    calls(&mut floor, "09:33", "c5");
    assert_eq!(warned(&floor).len(), 3, "it was lifted");
}

#[test]
fn an_alert_that_nobody_answers_goes_to_the_second_of_the_team_then_of_the_site_then_to_all() {
    let to = |team: Option<&str>, named: &[(Option<&str>, Option<&str>)]| {
        let mut floor = Floor::new(Settings::default());
        let li = AgentId::new("li").expect("an id");
        let joined = Body::AgentTeam { agent: li, team: team.map(str::to_owned), by: account("boss") };
        floor.apply(at("07:00"), joined);
        for (team, second) in named {
            let (team, second) = (team.map(str::to_owned), second.map(account));
            floor.apply(at("07:00"), Body::SecondChosen { team, second, by: account("boss") });
        }
        floor.play("08:00 li available\n08:01 li takes c1\n08:02 li asks action.check_in\n08:06 wait");
        let escalated = floor.decided.iter().find_map(|draft| match &draft.body {
            Body::AlertEscalated { to, .. } => Some(to.clone()),
            _ => None,
        });
        escalated.expect("nobody answered").map(|to| to.to_string())
    };
    let (site, billing) = ((None, Some("wang")), (Some("billing"), Some("zhou")));
    assert_eq!(to(None, &[]), None);
    assert_eq!(to(None, &[site, billing]).as_deref(), Some("wang"));
    assert_eq!(to(Some("billing"), &[site, billing]).as_deref(), Some("zhou"));
    assert_eq!(to(Some("sales"), &[site, billing]).as_deref(), Some("wang"));
    assert_eq!(to(Some("billing"), &[site, billing, (Some("billing"), None)]).as_deref(), Some("wang"));
}

#[test]
fn an_agent_chooses_whether_they_are_available_by_themselves_after_a_break() {
    let wanted = |automatic: Option<bool>| {
        let mut floor = Floor::new(Settings::default());
        if let Some(automatic) = automatic {
            let agent = AgentId::new("li").expect("an id");
            floor.apply(at("07:00"), Body::ReturnChosen { agent, automatic });
        }
        floor.play("08:00 li available\n08:50 wait\n08:51 li accepts\n08:52 li on_break\n09:30 wait");
        let presence = floor.decided.iter().filter_map(|draft| match &draft.body {
            Body::PresenceWanted { presence, .. } => Some(*presence),
            _ => None,
        });
        presence.collect::<Vec<_>>()
    };
    assert_eq!(wanted(None), [Presence::OnBreak, Presence::Available]);
    assert_eq!(wanted(Some(true)), [Presence::OnBreak, Presence::Available]);
    assert_eq!(wanted(Some(false)), [Presence::OnBreak], "they want to say it themselves");
}
