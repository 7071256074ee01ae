//! What holds for every stream of events, sensible or not.

use std::collections::{HashMap, HashSet};

use calmline_care::{Care, Settings};
use calmline_core::{
    AccountId, AgentId, AlertId, Body, CallId, Draft, Event, EventId, IncidentId, OfferId, Party, PayloadId,
    Position, QueueId, Share, SiteId, Timestamp,
    event::{
        AlertOutcome, IncidentOutcome, IncidentStep, Objection, OfferAnswer, SignalKind, WordSigns, WorkState,
    },
};
use jiff::SignedDuration;
use proptest::prelude::*;

const STATES: [WorkState; 7] = [
    WorkState::Offline,
    WorkState::Available,
    WorkState::Busy,
    WorkState::WrapUp,
    WorkState::OnBreak,
    WorkState::Away,
    WorkState::Training,
];

/// One event to come: who, what, how long after the last one, how late it is told, and two numbers to fill it with.
#[derive(Debug, Clone)]
struct Seed {
    kind: u8,
    agent: u8,
    call: u8,
    after_s: u32,
    late_s: u32,
    x: f64,
    y: f64,
}

fn seed() -> impl Strategy<Value = Seed> {
    let late = prop_oneof![4 => Just(0_u32), 1 => 0..240_u32];
    let after = prop_oneof![30 => 0..90_u32, 10 => 90..1_500_u32, 1 => 1_500..40_000_u32];
    (0..32_u8, 0..7_u8, 0..6_u8, after, late, 0.0..1.0_f64, 0.0..1.0_f64).prop_map(
        |(kind, agent, call, after_s, late_s, x, y)| Seed { kind, agent, call, after_s, late_s, x, y },
    )
}

fn site() -> SiteId {
    SiteId::new("site").expect("an id")
}

/// Plays seeds as a live system would: timers when they are asked for, answers to the offers made.
struct Live {
    care: Care,
    now: Timestamp,
    /// Where the state machine stands.
    clock: Timestamp,
    position: u64,
    offers: Vec<(AgentId, OfferId)>,
    incidents: Vec<(AgentId, IncidentId)>,
    alerts: Vec<AlertId>,
    log: Vec<Event>,
    /// Each decision with the place in the log of the event that led to it.
    decided: Vec<(usize, Draft)>,
}

/// Whether something was heard so far ahead of the clock that it leaves it where it is.
fn is_ahead(event: &Event, clock: Timestamp) -> bool {
    let started = clock > Timestamp::MIN;
    started && event.body.is_heard() && event.at.duration_since(clock) > SignedDuration::from_mins(2)
}

impl Live {
    fn new(settings: Settings) -> Self {
        Self {
            care: Care::new(site(), settings),
            now: Timestamp::from_second(1_800_000_000).expect("in range"),
            clock: Timestamp::MIN,
            position: 0,
            offers: Vec::new(),
            incidents: Vec::new(),
            alerts: Vec::new(),
            log: Vec::new(),
            decided: Vec::new(),
        }
    }

    fn play(seeds: &[Seed], settings: Settings) -> Self {
        let mut live = Self::new(settings);
        for seed in seeds {
            let at = live.now + SignedDuration::from_secs(i64::from(seed.after_s));
            while let Some(wake) = live.care.next_wake().filter(|wake| *wake < at) {
                assert!(wake > live.clock, "a timer that is due at once would never end");
                live.apply(wake, Body::TimerFired {});
            }
            live.now = at;
            let body = live.body(seed);
            live.apply(at - SignedDuration::from_secs(i64::from(seed.late_s)), body);
        }
        live
    }

    fn apply(&mut self, at: Timestamp, body: Body) {
        self.now = self.now.max(at);
        self.position += 1;
        let told = Draft::told(site(), "test", &self.position.to_string(), at, body);
        let event = told.at_position(Position(self.position));
        if event.body.moves_time() && !is_ahead(&event, self.clock) {
            self.clock = self.clock.max(at);
        }
        let drafts = self.care.apply(&event);
        self.log.push(event);
        for draft in drafts {
            if let Body::BreakOffered { offer, agent, .. } = &draft.body {
                self.offers.push((agent.clone(), offer.clone()));
            }
            match &draft.body {
                Body::IncidentOpened { incident, agent, .. } => {
                    self.incidents.push((agent.clone(), incident.clone()));
                }
                Body::AlertRaised { alert, .. } => self.alerts.push(alert.clone()),
                _ => {}
            }
            self.decided.push((self.log.len(), draft));
        }
    }

    fn body(&self, seed: &Seed) -> Body {
        let agent = AgentId::new(format!("a{}", seed.agent)).expect("an id");
        let call = CallId::new(format!("c{}", seed.call)).expect("an id");
        let queue = (seed.x < 0.5).then(|| QueueId::new("q").expect("an id"));
        let party = if seed.y < 0.8 { Party::Customer } else { Party::Agent };
        let start_s = f64::from(seed.after_s) + seed.x * 100.0;
        let end_s = start_s + seed.y * 12.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small index")]
        let pick = |of: usize| ((seed.x * of as f64) as usize).min(of - 1);
        match seed.kind {
            0..=4 => Body::AgentState { agent, state: STATES[pick(7)], reason: None },
            5 => Body::CallOffered { call, agent: Some(agent), queue },
            6..=9 => Body::CallAnswered { call, agent, queue },
            10 => Body::CallHeld { call },
            11 => Body::CallTransferred { call, to: None, queue },
            12..=14 => Body::CallEnded { call, reason: None },
            15..=17 => Body::Signal {
                call,
                party,
                kind: SignalKind::Arousal,
                start_s,
                end_s,
                value: 0.4 + seed.x,
                confidence: Share::new(seed.y),
                drivers: vec![],
            },
            18 | 19 => Body::Utterance {
                call,
                party,
                start_s,
                end_s: if seed.x < 0.03 { f64::NAN } else { end_s },
                language: None,
                confidence: (seed.x < 0.7).then(|| Share::new(seed.y)),
                text: PayloadId::new("quote").ok(),
                signs: Some(WordSigns {
                    sentiment: seed.x - 1.0,
                    abuse: Share::new(seed.y),
                    help: Share::new(seed.x),
                    crisis: Share::new(seed.x * seed.y),
                    ..WordSigns::default()
                }),
                intent: None,
            },
            20 | 24 => Body::AbuseReported { agent, call },
            21 | 22 => {
                let Some((agent, offer)) = self.offers.last().cloned() else { return Body::TimerFired {} };
                let answer = match pick(4) {
                    0 => OfferAnswer::Refused,
                    1 => {
                        let later = SignedDuration::from_mins(i64::from(seed.call) * 10 - 10);
                        OfferAnswer::Moved { to: self.now + later }
                    }
                    _ => OfferAnswer::Accepted,
                };
                Body::BreakAnswered { offer, agent, answer }
            }
            25..=31 => self.of_desk(seed, agent, call).unwrap_or(Body::TimerFired {}),
            _ => {
                let disputed = self
                    .log
                    .get(pick(self.log.len().max(1)))
                    .map_or_else(|| EventId::derive(&["nothing"]), |event| event.id);
                Body::InferenceDisputed { agent, event: disputed, objection: Objection::ALL[pick(3)] }
            }
        }
    }
}

impl Live {
    /// What people do about incidents and alerts, and what the platform tells of queues and lines.
    fn of_desk(&self, seed: &Seed, agent: AgentId, call: CallId) -> Option<Body> {
        let by = AccountId::new("x").ok()?;
        let part = |of: f64| seed.x < of;
        Some(match seed.kind {
            25..=27 => {
                let (agent, incident) = self.incidents.last()?.clone();
                let step = IncidentStep::ALL[usize::from(seed.call) % 3];
                Body::IncidentStepped { incident, agent, step }
            }
            28 if part(0.3) => {
                let (agent, incident) = self.incidents.last()?.clone();
                Body::IncidentClosed { incident, agent, outcome: IncidentOutcome::TalkedOver, by }
            }
            28 => {
                Body::HelpAsked { agent, call: part(0.6).then_some(call), action: "action.check_in".into() }
            }
            29 if part(0.5) => Body::AlertRated {
                alert: self.alerts.last()?.clone(),
                agent,
                right: seed.y < 0.5,
                welcome: part(0.2),
            },
            29 => {
                let outcome = if seed.y < 0.3 { AlertOutcome::Helped } else { AlertOutcome::Wrong };
                Body::AlertClosed { alert: self.alerts.last()?.clone(), outcome, by, action: None }
            }
            30 => {
                let queue = QueueId::new("q").ok()?;
                let (waiting, longest_wait_s) = if part(0.7) { (20, 400.0) } else { (0, 0.0) };
                Body::QueueSnapshot { queue, waiting, available: 0, longest_wait_s }
            }
            _ => Body::Signal {
                call,
                party: Party::Customer,
                kind: SignalKind::SuddenLoudness,
                start_s: 0.0,
                end_s: 1.0,
                value: seed.y * 40.0,
                confidence: Share::new(seed.x),
                drivers: vec![],
            },
        })
    }
}

fn drafts(live: &Live) -> Vec<&Draft> {
    live.decided.iter().map(|(_, draft)| draft).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_events_give_the_same_decisions_and_decisions_read_back_change_nothing(
        seeds in prop::collection::vec(seed(), 1..250),
    ) {
        let live = Live::play(&seeds, Settings::default());
        let mut replayed = Care::new(site(), Settings::default());
        let mut again = Vec::new();
        let mut decided = live.decided.iter().peekable();
        for (place, event) in live.log.iter().enumerate() {
            again.extend(replayed.apply(event));
            while let Some((_, draft)) = decided.next_if(|(of, _)| *of == place + 1) {
                let read_back = draft.clone().at_position(Position(0));
                prop_assert!(replayed.apply(&read_back).is_empty());
            }
        }
        prop_assert_eq!(again.iter().collect::<Vec<_>>(), drafts(&live));
        prop_assert_eq!(replayed.next_wake(), live.care.next_wake());
    }

    #[test]
    fn further_timers_change_nothing(seeds in prop::collection::vec(seed(), 1..200), every in 7..200_i64) {
        let live = Live::play(&seeds, Settings::default());
        let mut care = Care::new(site(), Settings::default());
        let mut again = Vec::new();
        let mut now = live.log[0].at;
        for event in &live.log {
            // Never at the very time of an event or of a timer that was asked for, only between.
            // What is heard far ahead of the clock leaves it where it is.
            let ahead = is_ahead(event, now);
            while !ahead && now + SignedDuration::from_secs(every) < event.at {
                now += SignedDuration::from_secs(every);
                if care.next_wake().is_none_or(|wake| now < wake) {
                    let told = Draft::told(site(), "more", &now.to_string(), now, Body::TimerFired {});
                    again.extend(care.apply(&told.at_position(Position(0))));
                }
            }
            now = if ahead { now } else { now.max(event.at) };
            again.extend(care.apply(event));
        }
        prop_assert_eq!(again.iter().collect::<Vec<_>>(), drafts(&live));
    }

    #[test]
    fn every_decision_names_what_was_known_and_time_never_runs_back(
        seeds in prop::collection::vec(seed(), 1..250),
    ) {
        let live = Live::play(&seeds, Settings::default());
        let mut known: HashSet<EventId> = HashSet::new();
        let mut told = 0;
        let mut before = Timestamp::MIN;
        for (place, draft) in &live.decided {
            known.extend(live.log[told..*place].iter().map(|event| event.id));
            told = *place;
            prop_assert!(!draft.because.is_empty(), "{draft:?}");
            prop_assert!(draft.because.iter().all(|cause| known.contains(cause)), "{draft:?}");
            prop_assert!(draft.at >= before);
            before = draft.at;
            prop_assert!(known.insert(draft.id), "the same decision twice: {draft:?}");
        }
    }

    #[test]
    fn the_budget_is_kept_and_no_alert_comes_twice(seeds in prop::collection::vec(seed(), 1..400)) {
        let live = Live::play(&seeds, Settings::default());
        let raised: Vec<_> =
            drafts(&live).into_iter().filter(|draft| matches!(draft.body, Body::AlertRaised { .. })).collect();
        for (n, last) in raised.iter().enumerate().skip(4) {
            prop_assert!(last.at.duration_since(raised[n - 4].at) >= SignedDuration::from_hours(1));
        }
        let ids: HashSet<_> = raised
            .iter()
            .filter_map(|draft| if let Body::AlertRaised { alert, .. } = &draft.body { Some(alert) } else { None })
            .collect();
        prop_assert_eq!(ids.len(), raised.len());
    }

    #[test]
    fn no_warning_is_skipped_and_relief_comes_once(
        seeds in prop::collection::vec(seed(), 1..300), may_end in any::<bool>(),
    ) {
        let mut settings = Settings::default();
        settings.incident.may_end = may_end;
        let live = Live::play(&seeds, settings);
        let mut taken: HashMap<&IncidentId, usize> = HashMap::new();
        let mut relieved: HashSet<&IncidentId> = HashSet::new();
        for draft in drafts(&live) {
            match &draft.body {
                Body::IncidentAdvanced { incident, step, .. } => {
                    let before = taken.entry(incident).or_default();
                    prop_assert_eq!(*step, IncidentStep::ALL[*before], "{:?}", draft);
                    prop_assert!(may_end || *step != IncidentStep::Ending);
                    prop_assert!(!relieved.contains(incident), "the agent is out of the call");
                    *before += 1;
                }
                Body::IncidentRelieved { incident, .. } => prop_assert!(relieved.insert(incident)),
                _ => {}
            }
        }
    }

    #[test]
    fn a_second_person_is_told_of_an_alert_at_most_once(seeds in prop::collection::vec(seed(), 1..300)) {
        let live = Live::play(&seeds, Settings::default());
        let mut escalated = HashSet::new();
        for draft in drafts(&live) {
            if let Body::AlertEscalated { alert, .. } = &draft.body {
                prop_assert!(live.alerts.contains(alert) && escalated.insert(alert));
            }
        }
    }

    #[test]
    fn offers_come_outside_calls_and_begin_only_after_acceptance(seeds in prop::collection::vec(seed(), 1..300)) {
        // On time only, and never two at once: what counts as *in a call* is then plain.
        let plain = |seed: Seed| Seed { late_s: 0, after_s: seed.after_s.max(1), ..seed };
        let seeds: Vec<_> = seeds.into_iter().map(plain).collect();
        // A call of which nothing is heard for hours is taken as over, an agent as signed off; not so here.
        let mut settings = Settings::default();
        (settings.memory.silent_call_hours, settings.memory.silent_agent_hours) = (10_000, 10_000);
        let live = Live::play(&seeds, settings);
        let mut calls: HashMap<CallId, AgentId> = HashMap::new();
        let mut busy: HashSet<AgentId> = HashSet::new();
        let mut accepted: HashSet<OfferId> = HashSet::new();
        let mut stage: HashMap<OfferId, &'static str> = HashMap::new();
        let mut decided = live.decided.iter().peekable();
        for (place, event) in live.log.iter().enumerate() {
            match &event.body {
                Body::CallAnswered { call, agent, .. } => {
                    calls.insert(call.clone(), agent.clone());
                }
                Body::CallEnded { call, .. } | Body::CallTransferred { call, .. } => {
                    calls.remove(call);
                }
                Body::AgentState { agent, state, .. } => {
                    busy.remove(agent);
                    match state {
                        WorkState::Busy => drop(busy.insert(agent.clone())),
                        WorkState::Available | WorkState::OnBreak | WorkState::Offline => {
                            calls.retain(|_, has| has != agent);
                        }
                        _ => {}
                    }
                }
                Body::BreakAnswered { offer, answer, .. } if *answer != OfferAnswer::Refused => {
                    accepted.insert(offer.clone());
                }
                _ => {}
            }
            while let Some((_, draft)) = decided.next_if(|(of, _)| *of == place + 1) {
                match &draft.body {
                    Body::BreakOffered { agent, offer, .. } => {
                        let in_call = calls.values().any(|has| has == agent);
                        prop_assert!(!in_call, "{draft:?}\nafter {:?}", &live.log[place.saturating_sub(12)..=place]);
                        prop_assert!(stage.insert(offer.clone(), "offered").is_none());
                    }
                    Body::BreakBegan { offer, .. } => {
                        prop_assert!(accepted.contains(offer));
                        let before = stage.insert(offer.clone(), "began");
                        prop_assert!(matches!(before, Some("offered" | "lapsed")), "{before:?}");
                    }
                    Body::BreakEnded { offer, .. } => {
                        prop_assert_eq!(stage.insert(offer.clone(), "ended"), Some("began"));
                    }
                    Body::BreakLapsed { offer, .. } => {
                        // Twice only if it was accepted in time after all, but then did not come about.
                        let before = stage.insert(offer.clone(), "lapsed");
                        let revived = before == Some("lapsed") && accepted.contains(offer);
                        prop_assert!(before == Some("offered") || revived, "{before:?}");
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn the_voice_of_an_agent_changes_nothing(
        seeds in prop::collection::vec(seed(), 1..150), arousal in prop::collection::vec(0.0..1.0_f64, 150),
    ) {
        let live = Live::play(&seeds, Settings::default());
        let mut care = Care::new(site(), Settings::default());
        let mut again = Vec::new();
        for (event, value) in live.log.iter().zip(arousal.into_iter().cycle()) {
            again.extend(care.apply(event));
            let Some(call) = event.body.call().cloned() else { continue };
            for party in [Party::Agent, Party::Unknown] {
                let confidence = Share::new(1.0);
                let voice = Body::Signal {
                    call: call.clone(), party, kind: SignalKind::Arousal,
                    start_s: 0.0, end_s: 30.0, value, confidence, drivers: vec![],
                };
                let words = Body::Utterance {
                    call: call.clone(), party, start_s: 0.0, end_s: 30.0, language: None, confidence: None, text: None,
                    signs: Some(WordSigns {
                        sentiment: -value,
                        abuse: confidence,
                        help: confidence,
                        crisis: confidence,
                        ..WordSigns::default()
                    }),
                    intent: None,
                };
                for body in [voice, words] {
                    let told = Draft::told(site(), "agent", "1", event.at, body);
                    again.extend(care.apply(&told.at_position(Position(0))));
                }
            }
        }
        // An agent who speaks of being in danger is shown, alone, where help is.
        let own = |draft: &Draft| {
            matches!(&draft.body, Body::PromptShown { reason, .. } if reason.code == "prompt.own_crisis")
        };
        let others = |drafts: Vec<&Draft>| -> Vec<Draft> {
            drafts.into_iter().filter(|draft| !own(draft)).cloned().collect()
        };
        prop_assert_eq!(others(again.iter().collect()), others(drafts(&live)));
    }

    #[test]
    fn nothing_is_remembered_for_ever(seeds in prop::collection::vec(seed(), 1..150)) {
        let mut live = Live::play(&seeds, Settings::default());
        // Nobody signs off: a day of silence says it for them.
        let end = live.now + SignedDuration::from_hours(24 * 16);
        while let Some(wake) = live.care.next_wake().filter(|wake| *wake < end) {
            live.apply(wake, Body::TimerFired {});
        }
        prop_assert_eq!(live.care.kept(), (0, 0));
        prop_assert_eq!(live.care.next_wake(), None);
    }
}
