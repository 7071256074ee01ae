//! What each viewer may see of the log's events. Everything that is not named here stays unseen.
//!
//! Two rules carry it. An agent sees everything about themselves and about their own calls, and nobody else does: load,
//! strain, check-ins, prompts, offers of breaks and the answers to them reach no other eye, whatever the role. Everybody
//! else sees operational facts, alerts and the site's policy, as the table of roles says; that a break was taken up, which
//! the floor must plan for, is one of those facts ([`crate::board`]), that one was offered or refused is not.

use calmline_core::{
    AccountId, AgentId, Body, Event, Party, SubjectId,
    role::{Action, Resource},
};

use calmline_care::incident::incident_of;

use crate::session::Signed;

/// Who looks, and what their roles open.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The account, where somebody is signed in.
    account: Option<AccountId>,
    agent: Option<AgentId>,
    resources: Vec<Resource>,
}

impl Viewer {
    /// The viewer that someone signed in is.
    #[must_use]
    pub fn new(signed: &Signed) -> Self {
        let readable = |resource: &Resource| signed.may(Action::Read, *resource);
        let resources: Vec<_> = Resource::ALL.into_iter().filter(readable).collect();
        let agent = signed.account.agent.clone().filter(|_| resources.contains(&Resource::OwnDay));
        Self { account: Some(signed.account.id.clone()), agent, resources }
    }

    /// An endpoint of others: it may see operational facts, alerts, and what the site says of its policy.
    #[must_use]
    pub fn integrator() -> Self {
        let resources = vec![Resource::Floor, Resource::Operations, Resource::Alerts, Resource::Policy];
        Self { account: None, agent: None, resources }
    }

    /// The agent that the viewer is, if they are one.
    #[must_use]
    pub fn agent(&self) -> Option<&AgentId> {
        self.agent.as_ref()
    }

    /// Whether the viewer's roles open a resource for reading.
    #[must_use]
    pub fn reads(&self, resource: Resource) -> bool {
        self.resources.contains(&resource)
    }

    /// What of an event the viewer may see; `own_call` says whether it is about a call that was theirs at that moment.
    #[must_use]
    pub fn see(&self, event: &Event, own_call: bool) -> Option<Event> {
        // What goes to a named second person goes to nobody else who is signed in.
        if let (Body::AlertEscalated { to: Some(to), .. }, Some(account)) = (&event.body, &self.account)
            && to != account
        {
            return None;
        }
        // That somebody would have got help but for the hour’s budget is the supervisors’ matter; by which customer a call is
        // counted, nobody’s.
        let held = matches!(event.body, Body::AlertHeld { .. } | Body::CallCustomer { .. });
        // How an agent spoke is theirs alone, even if it is told once the call is somebody else's.
        let spoke =
            matches!(event.body, Body::LegEnvelope { party: Party::Agent, .. } | Body::AgentCue { .. });
        // So is what they asked for, and an incident: whoever has the call next learns nothing of it.
        let theirs = matches!(event.body, Body::HelpAsked { .. }) || incident_of(&event.body).is_some();
        let own_call = own_call && !spoke && !theirs;
        if !held && self.agent.as_ref().is_some_and(|me| own_call || is_about(&event.body, me)) {
            return Some(event.clone());
        }
        self.reads(resource_of(&event.body)?).then(|| without_causes(event))
    }

    /// What of an event of one call's timeline the viewer may see. The words and what a caller's voice or words showed go
    /// to those who may read transcripts; nothing inferred about an agent goes to anybody but that agent.
    #[must_use]
    pub fn see_in_call(&self, event: &Event, own_call: bool) -> Option<Event> {
        if let Some(seen) = self.see(event, own_call) {
            return Some(seen);
        }
        if self.reads(Resource::Calls) && resource_of(&event.body) == Some(Resource::Floor) {
            return Some(without_causes(event));
        }
        if !self.reads(Resource::Transcripts) {
            return None;
        }
        let mut event = without_causes(event);
        match &mut event.body {
            Body::Utterance { party: Party::Customer, .. } | Body::WordsShed { .. } => Some(event),
            Body::Utterance { signs, .. } => {
                *signs = None;
                Some(event)
            }
            Body::CallerSignal { .. }
            | Body::Signal { party: Party::Customer, .. }
            | Body::LegEnvelope { party: Party::Customer, .. } => Some(event),
            _ => None,
        }
    }
}

fn is_about(body: &Body, me: &AgentId) -> bool {
    match body {
        Body::PermitDecided { subject: Some(subject), .. }
        | Body::Erased { subject, .. }
        | Body::LegEnvelope { subject, .. } => *subject == SubjectId::of_agent(me),
        body => body.agent() == Some(me),
    }
}

/// Which resource an event belongs to for people whom it is not about; none for what is nobody else's business.
fn resource_of(body: &Body) -> Option<Resource> {
    match body {
        Body::AgentState { .. }
        | Body::PresenceConfirmed { .. }
        | Body::PresenceRefused { .. }
        | Body::PresenceUnconfirmed { .. }
        | Body::AgentTeam { .. }
        | Body::AgentSkills { .. }
        | Body::CallRouted { .. }
        | Body::EntranceMoved { .. }
        | Body::EntranceDecided { .. }
        | Body::CallOffered { .. }
        | Body::CallAnswered { .. }
        | Body::CallHeld { .. }
        | Body::CallResumed { .. }
        | Body::CallTransferred { .. }
        | Body::CallEnded { .. }
        | Body::CallDescribed { .. }
        | Body::LegOpened { .. }
        | Body::LegGap { .. }
        | Body::LegClosed { .. } => Some(Resource::Floor),
        Body::QueueSnapshot { .. } => Some(Resource::Operations),
        Body::BreakPriced { .. } => Some(Resource::BreakPrices),
        Body::AlertRaised { .. }
        | Body::AlertHeld { .. }
        | Body::AlertEscalated { .. }
        | Body::AlertAcknowledged { .. }
        | Body::AlertClosed { .. }
        | Body::AlertRuleMuted { .. }
        | Body::IncidentJoinAsked { .. } => Some(Resource::Alerts),
        Body::CallExcluded { .. } => Some(Resource::Exclusions),
        Body::SiteOpened { .. }
        | Body::CareSettings { .. }
        | Body::RhythmChosen { .. }
        | Body::ModelsUsed { .. }
        | Body::NoticeConfirmed { .. }
        | Body::NoticeWithdrawn { .. } => Some(Resource::Policy),
        Body::AccessRefused { .. }
        | Body::ErasureAsked { .. }
        | Body::WebhookChanged { .. }
        | Body::SecondChosen { .. }
        | Body::RetentionSet { .. }
        | Body::RetentionRan { .. } => Some(Resource::Attestation),
        Body::WellbeingFrozen { .. } => Some(Resource::Wellbeing),
        Body::CustomerFlagged { .. }
        | Body::CustomerFlagRenewed { .. }
        | Body::CustomerAppealed { .. }
        | Body::CustomerUnflagged { .. } => Some(Resource::Flags),
        Body::PlanHistory { .. } | Body::PlanRoster { .. } => Some(Resource::Plans),
        Body::Utterance { .. }
        | Body::WordsShed { .. }
        | Body::Signal { .. }
        | Body::LegEnvelope { .. }
        | Body::ConsentGiven { .. }
        | Body::ConsentWithdrawn { .. }
        | Body::PermitDecided { .. }
        | Body::SensingStopped { .. }
        | Body::Erased { .. }
        | Body::TimerFired {}
        | Body::CallerSignal { .. }
        | Body::PromptShown { .. }
        | Body::LoadChanged { .. }
        | Body::RouteAsked { .. }
        | Body::EntranceOpened { .. }
        | Body::EasierAsked { .. }
        | Body::BreakOffered { .. }
        | Body::BreakBegan { .. }
        | Body::BreakUnconfirmed { .. }
        | Body::PresenceWanted { .. }
        | Body::BreakEnded { .. }
        | Body::BreakLapsed { .. }
        | Body::BreakAnswered { .. }
        | Body::BreakApproved { .. }
        | Body::SelfReported { .. }
        | Body::AgentCue { .. }
        | Body::AbuseReported { .. }
        | Body::AlertRated { .. }
        | Body::HelpAsked { .. }
        | Body::CueSharingChosen { .. }
        | Body::ReturnChosen { .. }
        | Body::CallCustomer { .. }
        | Body::IncidentOpened { .. }
        | Body::IncidentAdvanced { .. }
        | Body::IncidentRelieved { .. }
        | Body::IncidentDue { .. }
        | Body::IncidentLapsed { .. }
        | Body::IncidentStepped { .. }
        | Body::IncidentDutyDone { .. }
        | Body::IncidentClosed { .. }
        | Body::IncidentBundled { .. }
        | Body::FitChosen { .. }
        | Body::CalendarFeed { .. }
        | Body::InferenceDisputed { .. } => None,
    }
}

/// The causes name events that the viewer may not see; ids are hashes and tell nothing, but that there were some could.
fn without_causes(event: &Event) -> Event {
    let mut event = event.clone();
    if !matches!(event.body, Body::AlertRaised { .. }) {
        event.because.clear();
    }
    event
}

#[cfg(test)]
mod tests {
    use calmline_core::{
        CallId, EventId, OfferId, Position, Role, SiteId, Timestamp,
        catalog::Lang,
        event::{Band, OfferAnswer, SignalKind, WorkState},
    };
    use calmline_store::Account;

    use super::*;

    fn viewer(role: Role, agent: Option<&str>) -> Viewer {
        let account = Account {
            id: AccountId::new("x").unwrap(),
            site: SiteId::new("s").unwrap(),
            login: "x".into(),
            roles: vec![role],
            agent: agent.map(|agent| AgentId::new(agent).unwrap()),
            language: Lang::En,
            password_hash: String::new(),
            disabled: false,
            created: Timestamp::UNIX_EPOCH,
        };
        Viewer::new(&Signed { account, token: [0; 32] })
    }

    fn event(body: Body) -> Event {
        let id = EventId::derive(&["x"]);
        let (site, at) = (SiteId::new("s").unwrap(), Timestamp::UNIX_EPOCH);
        Event { position: Position(1), site, id, at, because: vec![id], body }
    }

    fn incident() -> calmline_core::IncidentId {
        calmline_core::IncidentId::new("i").unwrap()
    }

    fn private_of(agent: &AgentId) -> Vec<Body> {
        let (offer, agent) = (OfferId::new("o").unwrap(), agent.clone());
        let call = CallId::new("c").unwrap();
        vec![
            Body::LoadChanged {
                agent: agent.clone(),
                load: Band::Heavy,
                exposure: Band::High,
                strain: Band::High,
                reasons: Vec::new(),
            },
            Body::BreakAnswered { offer: offer.clone(), agent: agent.clone(), answer: OfferAnswer::Refused },
            Body::BreakLapsed { offer, agent: agent.clone() },
            Body::ConsentWithdrawn {
                agent: agent.clone(),
                purpose: calmline_core::policy::Purpose::VoiceAffect,
            },
            Body::SelfReported {
                agent: agent.clone(),
                report: calmline_core::event::Report::CheckIn,
                call: None,
                text: calmline_core::PayloadId::new("p").unwrap(),
            },
            Body::AgentCue {
                agent: agent.clone(),
                call: call.clone(),
                cue: calmline_core::PayloadId::new("q").unwrap(),
            },
            Body::AbuseReported { agent: agent.clone(), call: call.clone() },
            Body::IncidentOpened {
                incident: incident(),
                agent: agent.clone(),
                call: call.clone(),
                next: None,
            },
            Body::IncidentDue { incident: incident(), agent: agent.clone() },
            Body::IncidentBundled {
                incident: incident(),
                agent: agent.clone(),
                bundle: calmline_core::PayloadId::new("b").unwrap(),
                head: String::new(),
            },
            Body::AlertRated {
                alert: calmline_core::AlertId::new("l").unwrap(),
                agent: agent.clone(),
                right: false,
                welcome: false,
            },
            Body::HelpAsked { agent: agent.clone(), call: Some(call), action: "action.check_in".into() },
            Body::CueSharingChosen { agent, sharing: calmline_core::event::CueSharing::Never },
        ]
    }

    #[test]
    fn what_is_an_agents_own_is_seen_by_no_other_eye() {
        let me = AgentId::new("me").unwrap();
        for body in private_of(&me) {
            let event = event(body);
            assert!(viewer(Role::Agent, Some("me")).see(&event, false).is_some(), "{:?}", event.body);
            assert!(viewer(Role::Agent, Some("other")).see(&event, false).is_none(), "{:?}", event.body);
            if matches!(
                event.body,
                Body::AgentCue { .. } | Body::IncidentOpened { .. } | Body::HelpAsked { .. }
            ) {
                // Not even to whom the call went.
                assert!(viewer(Role::Agent, Some("other")).see_in_call(&event, true).is_none());
            }
            for role in Role::ALL.into_iter().filter(|&role| role != Role::Agent) {
                // Not even with a link to the agent: the role decides, not the link.
                for other in [viewer(role, None), viewer(role, Some("me"))] {
                    assert!(other.see(&event, false).is_none(), "{role:?} {:?}", event.body);
                    assert!(other.see_in_call(&event, false).is_none(), "{role:?} {:?}", event.body);
                }
            }
        }
    }

    #[test]
    fn a_supervisor_reads_words_and_the_callers_signals_but_nothing_inferred_about_an_agent() {
        let supervisor = viewer(Role::Supervisor, None);
        let call = CallId::new("c").unwrap();
        let signal = |party| {
            event(Body::Signal {
                call: call.clone(),
                party,
                kind: SignalKind::Arousal,
                start_s: 0.0,
                end_s: 1.0,
                value: 0.9,
                confidence: calmline_core::Share::new(0.9),
                drivers: Vec::new(),
            })
        };
        assert!(supervisor.see_in_call(&signal(Party::Customer), false).is_some());
        assert!(supervisor.see_in_call(&signal(Party::Agent), false).is_none());
        assert!(supervisor.see_in_call(&signal(Party::Unknown), false).is_none());
        assert!(supervisor.see(&signal(Party::Customer), false).is_none(), "not on the floor's stream");
        let said = |party| {
            event(Body::Utterance {
                call: call.clone(),
                party,
                start_s: 0.0,
                end_s: 1.0,
                language: None,
                confidence: None,
                text: None,
                signs: Some(calmline_core::event::WordSigns::default()),
                intent: None,
            })
        };
        let signs = |seen: Option<Event>| match seen.unwrap().body {
            Body::Utterance { signs, .. } => signs.is_some(),
            _ => unreachable!(),
        };
        assert!(signs(supervisor.see_in_call(&said(Party::Customer), false)));
        assert!(!signs(supervisor.see_in_call(&said(Party::Agent), false)));
        assert!(viewer(Role::Analyst, None).see_in_call(&said(Party::Customer), false).is_none());
    }

    #[test]
    fn facts_go_to_the_floor_and_own_calls_to_their_agent() {
        let state = event(Body::AgentState {
            agent: AgentId::new("a").unwrap(),
            state: WorkState::OnBreak,
            reason: None,
        });
        let held = event(Body::CallHeld { call: CallId::new("c").unwrap() });
        assert!(viewer(Role::Analyst, None).see(&state, false).is_some_and(|seen| seen.because.is_empty()));
        assert!(viewer(Role::Planner, None).see(&state, false).is_none());
        assert!(viewer(Role::Agent, Some("b")).see(&state, false).is_none());
        assert!(viewer(Role::Agent, Some("b")).see(&held, false).is_none());
        assert!(viewer(Role::Agent, Some("b")).see(&held, true).is_some());
        assert!(viewer(Role::Coach, None).see(&held, false).is_none());
        assert!(viewer(Role::Coach, None).see_in_call(&held, false).is_some());
    }
}
