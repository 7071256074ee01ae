//! Every inference can be disputed by the agent whom it is about, and the dispute reaches Monitoring.

use calmline_core::{Body, CallId, Draft, Role, Timestamp, policy::Profile};
use serde_json::json;

use crate::house::{House, Outcome};

/// Whether an event says something that the software inferred of an agent, or in an agent's call. Each kind is named: a new one does
/// not compile until somebody has said what it is.
fn is_inference(body: &Body) -> bool {
    match body {
        Body::Utterance { signs, .. } => signs.is_some(),
        Body::Signal { .. }
        | Body::CallerSignal { .. }
        | Body::AgentCue { .. }
        | Body::PromptShown { .. }
        | Body::LoadChanged { .. }
        | Body::BreakOffered { .. } => true,
        Body::AlertRaised { agent, .. } => agent.is_some(),
        Body::AgentState { .. }
        | Body::CallOffered { .. }
        | Body::CallAnswered { .. }
        | Body::CallHeld { .. }
        | Body::CallResumed { .. }
        | Body::CallTransferred { .. }
        | Body::CallEnded { .. }
        | Body::CallDescribed { .. }
        | Body::CallCustomer { .. }
        | Body::QueueSnapshot { .. }
        | Body::AgentSkills { .. }
        | Body::EntranceOpened { .. }
        | Body::EntranceMoved { .. }
        | Body::EntranceDecided { .. }
        | Body::RouteAsked { .. }
        | Body::LegOpened { .. }
        | Body::LegGap { .. }
        | Body::LegClosed { .. }
        | Body::WordsShed { .. }
        | Body::LegEnvelope { .. }
        | Body::SiteOpened { .. }
        | Body::CareSettings { .. }
        | Body::ModelsUsed { .. }
        | Body::NoticeConfirmed { .. }
        | Body::NoticeWithdrawn { .. }
        | Body::ConsentGiven { .. }
        | Body::ConsentWithdrawn { .. }
        | Body::PermitDecided { .. }
        | Body::SensingStopped { .. }
        | Body::Erased { .. }
        | Body::TimerFired {}
        | Body::BreakPriced { .. }
        | Body::BreakBegan { .. }
        | Body::BreakUnconfirmed { .. }
        | Body::PresenceWanted { .. }
        | Body::PresenceConfirmed { .. }
        | Body::PresenceRefused { .. }
        | Body::PresenceUnconfirmed { .. }
        | Body::BreakEnded { .. }
        | Body::BreakLapsed { .. }
        | Body::AlertHeld { .. }
        | Body::AlertEscalated { .. }
        | Body::AlertRuleMuted { .. }
        | Body::IncidentOpened { .. }
        | Body::IncidentAdvanced { .. }
        | Body::IncidentRelieved { .. }
        | Body::IncidentDue { .. }
        | Body::IncidentLapsed { .. }
        | Body::CallExcluded { .. }
        | Body::CallRouted { .. }
        | Body::EasierAsked { .. }
        | Body::BreakAnswered { .. }
        | Body::AlertClosed { .. }
        | Body::AlertAcknowledged { .. }
        | Body::AlertRated { .. }
        | Body::HelpAsked { .. }
        | Body::CueSharingChosen { .. }
        | Body::ReturnChosen { .. }
        | Body::CustomerFlagged { .. }
        | Body::CustomerFlagRenewed { .. }
        | Body::CustomerAppealed { .. }
        | Body::CustomerUnflagged { .. }
        | Body::SecondChosen { .. }
        | Body::IncidentStepped { .. }
        | Body::IncidentJoinAsked { .. }
        | Body::IncidentDutyDone { .. }
        | Body::IncidentClosed { .. }
        | Body::IncidentBundled { .. }
        | Body::BreakApproved { .. }
        | Body::AgentTeam { .. }
        | Body::SelfReported { .. }
        | Body::FitChosen { .. }
        | Body::RhythmChosen { .. }
        | Body::WellbeingFrozen { .. }
        | Body::AccessRefused { .. }
        | Body::ErasureAsked { .. }
        | Body::WebhookChanged { .. }
        | Body::RetentionSet { .. }
        | Body::RetentionRan { .. }
        | Body::PlanHistory { .. }
        | Body::PlanRoster { .. }
        | Body::CalendarFeed { .. }
        | Body::AbuseReported { .. }
        | Body::InferenceDisputed { .. } => false,
    }
}

#[tokio::test]
async fn every_inference_can_be_disputed_and_the_dispute_reaches_monitoring() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, client) = house.agent("li.wei").await?;
    // Fewer than five agents are told of nowhere.
    for n in 0..5 {
        let agent = if n == 0 { me.clone() } else { calmline_core::AgentId::new(format!("a-{n}"))? };
        let call = CallId::new(if n == 0 { "c-1".to_owned() } else { format!("c-x{n}") })?;
        house.append(Body::CallAnswered { call, agent, queue: None }).await?;
    }
    let mut disputed = 0;
    for form in include_str!("../../../core/tests/event_forms.jsonl").lines() {
        let named = form.replace("\"agent\":\"a-1\"", &format!("\"agent\":\"{me}\""));
        let named = named
            .replace("\"call\":\"c\"", "\"call\":\"c-1\"")
            .replace("\"agent\":\"a\"", &format!("\"agent\":\"{me}\""));
        let body: Body = serde_json::from_str(&named)?;
        let inferred = is_inference(&body);
        let draft = Draft::derived(house.site.clone(), Timestamp::now(), Vec::new(), body);
        let (id, kind) = (draft.id, draft.body.kind());
        if !inferred {
            continue;
        }
        house.append_draft(draft).await?;
        let answer = client.post("/v1/me/disputes", &json!({"event": id.to_string()})).await?;
        assert_eq!(answer.status, 204, "{kind} cannot be disputed: {} {named}", answer.text);
        disputed += 1;
    }
    assert!(disputed >= 8, "only {disputed} forms are inferences");
    let admin = house.role(Role::Admin).await?;
    let told = admin.get("/v1/monitoring?lang=en").await?.json();
    let rules = told["weeks"][0]["groups"][0]["rules"].as_array().cloned().unwrap_or_default();
    let counted: u64 = rules.iter().filter_map(|rule| rule["wrong_reading"].as_u64()).sum();
    assert!(counted >= disputed, "{counted} of {disputed} disputes reached Monitoring: {told}");
    house.close().await
}
