//! One site from events: the same events give the same decisions, and what each event leads to.

use calmline_care::routing::{Dispatch, RoutingSettings};
use calmline_core::{
    AgentId, Body, CallId, Draft, Event, EventId, OfferId, Position, Share, SiteId, Timestamp,
    event::{Band, CallerSign, OfferAnswer, Waiting, WorkState},
};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::world::{agent, later, skill, start};

fn site() -> SiteId {
    SiteId::new("site").expect("an id")
}

fn call(n: usize) -> CallId {
    CallId::new(format!("c{n}")).expect("an id")
}

/// A site in virtual time: timers fire when they are asked for.
struct Live {
    dispatch: Dispatch,
    now: Timestamp,
    log: Vec<(Event, Vec<Draft>)>,
    decided: Vec<Draft>,
}

impl Live {
    fn new() -> Self {
        let dispatch = Dispatch::new(site(), RoutingSettings::default());
        Self { dispatch, now: Timestamp::MIN, log: Vec::new(), decided: Vec::new() }
    }

    fn apply(&mut self, at: Timestamp, body: Body, decided: Vec<Draft>) -> Vec<Draft> {
        let position = self.log.len() as u64 + 1;
        let told = Draft::told(site(), "test", &position.to_string(), at, body);
        let event = told.at_position(Position(position));
        let drafts = self.dispatch.apply(&event, &decided);
        self.log.push((event, decided));
        self.decided.extend(drafts.clone());
        drafts
    }

    /// Something happens at a time; returns what was decided since the last.
    fn at(&mut self, seconds: i64, body: Body) -> Vec<Draft> {
        self.with(seconds, body, |_| Vec::new())
    }

    fn with(&mut self, seconds: i64, body: Body, care: impl Fn(Timestamp) -> Vec<Draft>) -> Vec<Draft> {
        let at = later(seconds);
        let mut out = Vec::new();
        while let Some(wake) = self.dispatch.next_wake().filter(|wake| *wake < at) {
            assert!(wake > self.now, "a timer that is due at once would never end");
            self.now = wake;
            out.extend(self.apply(wake, Body::TimerFired {}, Vec::new()));
        }
        self.now = self.now.max(at);
        out.extend(self.apply(at, body, care(at)));
        out
    }
}

fn state(n: usize, state: WorkState) -> Body {
    Body::AgentState { agent: agent(n), state, reason: None }
}

fn asked(n: usize, seconds: i64) -> Body {
    let waiting = Waiting {
        queue: None,
        intent: None,
        language: None,
        priority: 3,
        needs: Vec::new(),
        since: later(seconds),
        last_agent: None,
        repeat: false,
        flagged_until: None,
        candidates: Vec::new(),
    };
    Body::RouteAsked { call: call(n), waiting: Box::new(waiting) }
}

fn answered(n: usize, by: usize) -> Body {
    Body::CallAnswered { call: call(n), agent: agent(by), queue: None }
}

fn ended(n: usize) -> Body {
    Body::CallEnded { call: call(n), reason: None }
}

/// Who got which call, and which waits.
fn routed(drafts: &[Draft]) -> Vec<(String, Option<String>)> {
    let of = |draft: &Draft| match &draft.body {
        Body::CallRouted { call, agent, .. } => {
            Some((call.to_string(), agent.as_ref().map(ToString::to_string)))
        }
        _ => None,
    };
    drafts.iter().filter_map(of).collect()
}

fn codes(draft: &Draft) -> Vec<String> {
    match &draft.body {
        Body::CallRouted { reasons, .. } => reasons.iter().map(|reason| reason.code.clone()).collect(),
        _ => Vec::new(),
    }
}

fn to(call: &str, agent: &str) -> (String, Option<String>) {
    (call.into(), Some(agent.into()))
}

#[test]
fn a_call_waits_until_somebody_is_free_and_the_answer_names_both_causes() {
    let mut live = Live::new();
    live.at(0, state(0, WorkState::Busy));
    let wait = live.at(10, asked(1, 8));
    assert_eq!(routed(&wait), [("c1".into(), None)]);
    assert_eq!(codes(&wait[0]), ["route.wait.nobody_free"]);
    let given = live.at(30, state(0, WorkState::Available));
    assert_eq!(routed(&given), [to("c1", "a0")]);
    let (ask, free) = (live.log[1].0.id, live.log[2].0.id);
    assert_eq!(given[0].because, [ask, free]);
    assert!(matches!(&given[0].body, Body::CallRouted { facts, .. } if (facts.waited_s - 22.0).abs() < 1e-9));
}

#[test]
fn whoever_was_given_a_call_is_kept_for_it_until_it_comes_or_does_not() {
    let mut live = Live::new();
    live.at(0, state(0, WorkState::Available));
    assert_eq!(routed(&live.at(5, asked(1, 5))), [to("c1", "a0")]);
    let again = live.at(6, asked(1, 5));
    assert_eq!((routed(&again), codes(&again[0])), (vec![to("c1", "a0")], vec!["route.to.reserved".into()]));
    assert_eq!(routed(&live.at(7, asked(2, 7))), [("c2".into(), None)]);
    // Nobody connects the first call: after twenty seconds the second has its turn.
    let late = live.at(40, Body::CallHeld { call: call(9) });
    assert_eq!(routed(&late), [to("c2", "a0")]);
    assert_eq!(late[0].at, later(25));
    live.at(41, answered(2, 0));
    assert_eq!(routed(&live.at(42, asked(3, 42))), [("c3".into(), None)]);
    assert_eq!(routed(&live.at(90, ended(2))), [to("c3", "a0")]);
}

#[test]
fn after_an_abusive_call_others_are_asked_first_and_the_bound_ends_it() {
    let mut live = Live::new();
    live.at(0, state(0, WorkState::Available));
    live.at(1, answered(1, 0));
    live.at(2, Body::AbuseReported { agent: agent(0), call: call(1) });
    live.at(60, ended(1));
    let wait = live.at(70, asked(2, 70));
    assert_eq!(codes(&wait[0])[0], "route.wait.spared");
    assert!(
        matches!(&wait[0].body, Body::CallRouted { agent: None, until, .. } if *until == Some(later(90)))
    );
    let given = live.at(120, Body::CallHeld { call: call(9) });
    assert_eq!((routed(&given), given[0].at), (vec![to("c2", "a0")], later(90)));
    assert_eq!(codes(&given[0])[0], "route.to.bound");
    // Somebody else is free: no need to wait.
    let mut live = Live::new();
    live.at(0, state(0, WorkState::Available));
    live.at(1, answered(1, 0));
    live.at(2, ended(1));
    live.at(3, Body::AbuseReported { agent: agent(0), call: call(1) });
    live.at(4, state(1, WorkState::Available));
    assert_eq!(routed(&live.at(70, asked(2, 70))), [to("c2", "a1")]);
}

#[test]
fn easier_calls_are_the_agents_to_ask_for_and_of_exposure_only_the_heavy_band_counts() {
    let mut live = Live::new();
    assert_eq!(live.dispatch.easier(&agent(0), start()).map_err(|r| r.code), Err("route.easier.off".into()));
    for n in 0..4 {
        live.at(0, state(n, WorkState::Available));
    }
    assert_eq!(live.dispatch.easier(&agent(0), later(1)), Ok(30));
    live.at(1, Body::EasierAsked { agent: agent(0), minutes: 30 });
    let again = live.dispatch.easier(&agent(0), later(1_860)).map_err(|reason| reason.code);
    assert_eq!(again, Err("route.easier.paused".into()));
    assert_eq!(
        live.dispatch.easier(&agent(1), later(2)).map_err(|r| r.code),
        Err("route.easier.full".into())
    );
    let hard = |n: usize, seconds: i64| {
        let Body::RouteAsked { call, mut waiting } = asked(n, seconds) else { unreachable!() };
        waiting.flagged_until = Some(later(1_000_000));
        Body::RouteAsked { call, waiting }
    };
    assert_eq!(routed(&live.at(10, hard(1, 10))), [to("c1", "a1")], "the first is spared hard calls");
    let heavy = |at: Timestamp| {
        let (light, heavy) = (Band::Light, Band::Heavy);
        let body = Body::LoadChanged {
            agent: agent(2),
            load: light,
            exposure: heavy,
            strain: light,
            reasons: Vec::new(),
        };
        vec![Draft::derived(site(), at, Vec::new(), body)]
    };
    live.with(11, Body::CallHeld { call: call(9) }, heavy);
    assert_eq!(routed(&live.at(12, hard(2, 12))), [to("c2", "a3")], "the third has met much");
    assert_eq!(routed(&live.at(13, asked(3, 13))), [to("c3", "a0")], "an easy call is for all");
}

#[test]
fn easier_calls_keep_hard_ones_away_for_their_time_and_no_caller_waits_past_the_bound_for_it() {
    let bound = i64::from(RoutingSettings::default().extra_wait_seconds);
    let hard = |n: usize, seconds: i64| {
        let Body::RouteAsked { call, mut waiting } = asked(n, seconds) else { unreachable!() };
        waiting.flagged_until = Some(later(1_000_000));
        Body::RouteAsked { call, waiting }
    };
    // Who gets each of some hard calls, one every two minutes, of two agents of whom the first may have easier calls.
    let takers = |easier: bool, from: i64| {
        let mut live = Live::new();
        live.at(0, state(0, WorkState::Available));
        live.at(0, state(1, WorkState::Available));
        if easier {
            live.at(1, Body::EasierAsked { agent: agent(0), minutes: 30 });
        }
        let mut first = 0;
        for n in 1..=10 {
            let at = from + 120 * i64::try_from(n).unwrap_or_default();
            let given = routed(&live.at(at, hard(n, at)));
            let taker = usize::from(given[0].1.as_deref() == Some("a1"));
            first += usize::from(taker == 0);
            live.at(at + 1, answered(n, taker));
            live.at(at + 100, ended(n));
        }
        first
    };
    assert_eq!(takers(true, 0), 0, "a hard call went to whom easier ones were promised");
    assert!(takers(false, 0) >= 4, "without it they are shared");
    assert!(takers(true, 1_860) >= 4, "it lasts half an hour");
    // Where nobody else is there the caller waits as long as the site allows, and not longer.
    let mut live = Live::new();
    live.at(0, state(0, WorkState::Available));
    live.at(1, Body::EasierAsked { agent: agent(0), minutes: 30 });
    assert_eq!(routed(&live.at(10, hard(1, 10))), [("c1".into(), None)]);
    let given = live.at(10 + bound + 60, Body::CallHeld { call: call(9) });
    assert_eq!(routed(&given).last(), Some(&to("c1", "a0")));
    assert!(given.last().is_some_and(|given| given.at <= later(10 + bound)), "{given:?}");
}

#[test]
fn a_break_that_was_accepted_comes_before_the_next_call() {
    let mut live = Live::new();
    live.at(0, state(0, WorkState::Available));
    let offer = OfferId::new("o").expect("an id");
    live.at(1, Body::BreakAnswered { offer, agent: agent(0), answer: OfferAnswer::Accepted });
    assert_eq!(routed(&live.at(2, asked(1, 2))), [("c1".into(), None)]);
    live.at(3, state(0, WorkState::OnBreak));
    assert_eq!(routed(&live.at(400, state(0, WorkState::Available))), [to("c1", "a0")]);
}

#[test]
fn another_routers_candidates_are_ranked_and_nobody_is_kept() {
    let mut live = Live::new();
    for n in 0..3 {
        live.at(n, state(usize::try_from(n).expect("small"), WorkState::Available));
    }
    let skills = vec![skill(1, 90)];
    live.at(4, Body::AgentSkills { agent: agent(2), skills, languages: Vec::new() });
    let Body::RouteAsked { call, mut waiting } = asked(1, 5) else { unreachable!() };
    waiting.needs = vec![skill(1, 50)];
    waiting.candidates = vec![agent(7), agent(0), agent(1), agent(2)];
    let ask = Body::RouteAsked { call, waiting };
    for seconds in [5, 6] {
        let ranked = live.at(seconds, ask.clone());
        let Body::CallRouted { agent: first, then, .. } = &ranked[0].body else { unreachable!() };
        assert_eq!((first, then), (&Some(agent(2)), &vec![agent(0), agent(1), agent(7)]));
    }
}

/// What a test does to a site.
#[derive(Debug, Clone, Copy)]
struct Seed {
    kind: u8,
    agent: usize,
    call: usize,
    after_s: i64,
    late_s: i64,
}

fn seed() -> impl Strategy<Value = Seed> {
    let after = prop_oneof![20 => 0..60_i64, 4 => 60..1_500_i64, 1 => 1_500..80_000_i64];
    let late = prop_oneof![6 => Just(0_i64), 1 => 0..200_i64];
    (0..16_u8, 0..4_usize, 0..5_usize, after, late).prop_map(|(kind, agent, call, after_s, late_s)| Seed {
        kind,
        agent,
        call,
        after_s,
        late_s,
    })
}

const STATES: [WorkState; 5] =
    [WorkState::Available, WorkState::Busy, WorkState::WrapUp, WorkState::OnBreak, WorkState::Offline];

fn body(seed: &Seed, now: i64) -> Body {
    let (n, c) = (seed.agent, seed.call);
    match seed.kind {
        0..=3 => state(n, STATES[if seed.kind < 2 { 0 } else { c }]),
        4..=7 => asked(c, now - i64::try_from(n).expect("small") * 30),
        8 | 9 => answered(c, n),
        10 | 11 => ended(c),
        12 => Body::AbuseReported { agent: agent(n), call: call(c) },
        13 => Body::EasierAsked { agent: agent(n), minutes: 30 },
        14 => Body::CallTransferred { call: call(c), to: None, queue: None },
        _ => Body::AgentSkills { agent: agent(n), skills: vec![skill(1, 60)], languages: Vec::new() },
    }
}

/// What Care would have decided: that the caller of some calls is agitated.
fn care(seed: &Seed, at: Timestamp) -> Vec<Draft> {
    if seed.kind != 9 || seed.call < 2 {
        return Vec::new();
    }
    let (value, evidence) = (Share::new(0.8), Vec::new());
    let (kind, call) = (CallerSign::Agitation, call(seed.call));
    let (confidence, baseline, agent) = (value, value, agent(seed.agent));
    let body = Body::CallerSignal {
        agent,
        call,
        kind,
        value,
        confidence,
        baseline,
        from_s: None,
        to_s: None,
        evidence,
    };
    vec![Draft::derived(site(), at, Vec::new(), body)]
}

fn play(seeds: &[Seed]) -> Live {
    let mut live = Live::new();
    let mut now = 0;
    for seed in seeds {
        now += seed.after_s;
        live.with(now - seed.late_s, body(seed, now), |at| care(seed, at));
    }
    live
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_events_give_the_same_decisions_and_decisions_read_back_change_nothing(
        seeds in prop::collection::vec(seed(), 1..150),
    ) {
        let live = play(&seeds);
        let mut again = Dispatch::new(site(), RoutingSettings::default());
        let mut decided = Vec::new();
        for (event, care) in &live.log {
            let drafts = again.apply(event, care);
            for draft in &drafts {
                let read_back = draft.clone().at_position(Position(0));
                prop_assert!(again.apply(&read_back, &[]).is_empty());
            }
            decided.extend(drafts);
        }
        prop_assert_eq!(&decided, &live.decided);
        prop_assert_eq!(again.next_wake(), live.dispatch.next_wake());
    }

    #[test]
    fn every_question_is_answered_at_once_and_nobody_is_given_two_calls(
        seeds in prop::collection::vec(seed(), 1..200),
    ) {
        let live = play(&seeds);
        let mut known: Vec<EventId> = Vec::new();
        let mut holds: Vec<(AgentId, CallId, Timestamp)> = Vec::new();
        let mut again = Dispatch::new(site(), RoutingSettings::default());
        for (event, care) in &live.log {
            known.push(event.id);
            if let Body::CallAnswered { call, .. } | Body::CallEnded { call, .. } | Body::CallTransferred { call, .. } =
                &event.body
            {
                holds.retain(|(_, held, _)| held != call);
            }
            let drafts = again.apply(event, care);
            let to_question = drafts.iter().filter(|draft| draft.because.first() == Some(&event.id)).count();
            prop_assert_eq!(to_question, usize::from(matches!(event.body, Body::RouteAsked { .. })));
            for draft in drafts {
                prop_assert!(draft.because.iter().all(|cause| known.contains(cause)));
                if codes(&draft) == ["route.to.reserved"] {
                    prop_assert!(holds.iter().any(|(_, held, _)| draft.body.call() == Some(held)));
                    continue;
                }
                let Body::CallRouted { call, agent: Some(agent), .. } = draft.body else { continue };
                holds.retain(|(_, held, until)| *held != call && *until > draft.at);
                prop_assert!(!holds.iter().any(|(held, ..)| *held == agent), "{agent} twice");
                holds.push((agent, call, draft.at + SignedDuration::from_secs(20)));
            }
        }
    }

    #[test]
    fn nothing_is_remembered_for_ever(seeds in prop::collection::vec(seed(), 1..80)) {
        let mut live = play(&seeds);
        let end = live.now.duration_since(start()).as_secs();
        for day in 1..20 {
            live.at(end + day * 86_400, Body::TimerFired {});
        }
        prop_assert_eq!(live.dispatch.kept(), (0, 0, 0));
        prop_assert_eq!(live.dispatch.next_wake(), None);
    }
}
