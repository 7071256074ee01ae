//! What is inferred of callers: told as signals, with evidence, and open to objection.

use calmline_care::{Settings, fusion};
use calmline_core::{
    AgentId, Body, CallId, Draft, Party, Share, Timestamp,
    event::{CallerSign, Objection, SignalKind, WorkState},
};

use crate::floor::Floor;

const BEGIN: &str = "08:00 li available\n08:01 li takes c1\n";
const AGITATED: &str = "08:02 c1 voice 0.9 6\n08:02:10 c1 says negative 6\n08:02:20 c1 voice 0.9 6\n";

fn signals(floor: &Floor, of: CallerSign) -> Vec<&Draft> {
    let is = |draft: &&Draft| matches!(&draft.body, Body::CallerSignal { kind, .. } if *kind == of);
    floor.decided.iter().filter(is).collect()
}

#[test]
fn a_prompt_rests_on_a_signal_that_names_its_evidence_and_seconds() {
    let mut floor = Floor::new(Settings::default());
    floor.play(&format!("{BEGIN}{AGITATED}"));
    let prompt = floor.decided.iter().find(|draft| draft.body.kind() == "prompt.shown").expect("a prompt");
    let signal = signals(&floor, CallerSign::Agitation)[0];
    assert_eq!(prompt.because[0], signal.id);
    let Body::CallerSignal { value, confidence, baseline, from_s, to_s, evidence, .. } = &signal.body else {
        panic!("{signal:?}")
    };
    assert!(value.get() >= Settings::default().prompts.agitated_from, "{value:?}");
    assert!((baseline.get() - fusion::RATE).abs() < 1e-9 && confidence.get() > 0.5);
    let causes: Vec<_> = evidence.iter().map(|piece| piece.event).collect();
    assert_eq!(causes, signal.because[..causes.len()]);
    assert!(to_s.zip(*from_s).is_some_and(|(to, from)| to - from >= 12.0), "from the first to the last");
}

#[test]
fn a_call_that_was_handed_over_and_is_agitated_may_be_handed_over_again() {
    let mut floor = Floor::new(Settings::default());
    floor.play(&format!("{BEGIN}08:01:10 c1 held\n08:01:20 c1 transferred\n08:01:30 wang takes c1"));
    assert!(signals(&floor, CallerSign::EscalationRisk).is_empty(), "a hand-over and a hold are not enough");
    floor.play(AGITATED);
    let told = signals(&floor, CallerSign::EscalationRisk);
    let [risk] = told.as_slice() else { panic!("{told:?}") };
    let Body::CallerSignal { agent, value, evidence, .. } = &risk.body else { panic!("{risk:?}") };
    let seen: Vec<_> = evidence.iter().map(|piece| piece.reason.code.as_str()).collect();
    assert_eq!(seen, ["evidence.held", "evidence.transferred", "evidence.agitation"]);
    assert!(agent.as_str() == "wang" && value.get() >= 0.5);
}

#[test]
fn an_objection_to_a_prompt_takes_back_what_its_evidence_added_unless_it_was_right() {
    let exposure = |objection: Option<Objection>| {
        let mut floor = Floor::new(Settings::default());
        floor.play(&format!("{BEGIN}08:02 c1 says abusive 4"));
        let (agent, at): (AgentId, Timestamp) =
            ("li".parse().expect("an id"), "2026-11-23T08:02:10Z".parse().expect("a time"));
        let prompt =
            floor.decided.iter().find(|draft| draft.body.kind() == "prompt.shown").expect("shown").id;
        if let Some(objection) = objection {
            floor.apply(at, Body::InferenceDisputed { agent: agent.clone(), event: prompt, objection });
        }
        floor.care.standing(&agent, at).expect("known").exposure.value.get()
    };
    let met = exposure(None);
    assert!(met > 0.3 && (exposure(Some(Objection::Unwelcome)) - met).abs() < 1e-9);
    assert!(exposure(Some(Objection::WrongReading)) < 0.01 && exposure(Some(Objection::WrongPerson)) < 0.01);
}

#[test]
fn what_is_heard_while_a_morning_is_told_lets_nothing_fall_due() {
    let mut floor = Floor::new(Settings::default());
    // Calmline was away from eight to noon. A call is heard at noon while the platform still tells of eight; the server
    // holds timers back meanwhile.
    floor.play("08:00 li available\n08:01 mei takes c1");
    for (at, start_s) in [("2026-11-23T12:00:00Z", 0.0), ("2026-11-23T12:00:10Z", 10.0)] {
        let signal = Body::Signal {
            call: CallId::new("c1").expect("an id"),
            party: Party::Customer,
            kind: SignalKind::Arousal,
            start_s,
            end_s: start_s + 6.0,
            value: 0.95,
            confidence: Share::new(0.8),
            drivers: Vec::new(),
        };
        floor.apply(at.parse().expect("a time"), signal);
    }
    let prompted = floor.decided.iter().find(|draft| matches!(draft.body, Body::PromptShown { .. }));
    assert_eq!(prompted.expect("a prompt").at.to_string(), "2026-11-23T12:00:10Z");
    let state = Body::AgentState {
        agent: AgentId::new("li").expect("an id"),
        state: WorkState::OnBreak,
        reason: None,
    };
    floor.apply("2026-11-23T08:10:00Z".parse().expect("a time"), state);
    let made_up = |draft: &&Draft| matches!(draft.body, Body::BreakOffered { .. } | Body::AlertRaised { .. });
    assert_eq!(floor.decided.iter().find(made_up), None, "half of a morning was judged");
}
