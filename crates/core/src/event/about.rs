//! What kind of event it is, and whom it is about.

use super::Body;
use crate::id::{AgentId, CallId};

impl Body {
    /// The event type as JSON names it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AgentState { .. } => "agent.state",
            Self::CallOffered { .. } => "call.offered",
            Self::CallAnswered { .. } => "call.answered",
            Self::CallHeld { .. } => "call.held",
            Self::CallResumed { .. } => "call.resumed",
            Self::CallTransferred { .. } => "call.transferred",
            Self::CallEnded { .. } => "call.ended",
            Self::CallDescribed { .. } => "call.described",
            Self::CallCustomer { .. } => "call.customer",
            Self::QueueSnapshot { .. } => "queue.snapshot",
            Self::AgentSkills { .. } => "agent.skills",
            Self::EntranceOpened { .. } => "entrance.opened",
            Self::EntranceMoved { .. } => "entrance.moved",
            Self::EntranceDecided { .. } => "entrance.decided",
            Self::RouteAsked { .. } => "route.asked",
            Self::LegOpened { .. } => "leg.opened",
            Self::LegGap { .. } => "leg.gap",
            Self::LegClosed { .. } => "leg.closed",
            Self::Utterance { .. } => "utterance",
            Self::WordsShed { .. } => "words.shed",
            Self::Signal { .. } => "signal",
            Self::LegEnvelope { .. } => "leg.envelope",
            Self::SiteOpened { .. } => "site.opened",
            Self::CareSettings { .. } => "care.settings",
            Self::ModelsUsed { .. } => "models.used",
            Self::NoticeConfirmed { .. } => "notice.confirmed",
            Self::NoticeWithdrawn { .. } => "notice.withdrawn",
            Self::ConsentGiven { .. } => "consent.given",
            Self::ConsentWithdrawn { .. } => "consent.withdrawn",
            Self::PermitDecided { .. } => "permit.decided",
            Self::SensingStopped { .. } => "sensing.stopped",
            Self::Erased { .. } => "erased",
            Self::TimerFired {} => "timer.fired",
            Self::CallerSignal { .. } => "caller.signal",
            Self::PromptShown { .. } => "prompt.shown",
            Self::LoadChanged { .. } => "load.changed",
            Self::BreakOffered { .. } => "break.offered",
            Self::BreakPriced { .. } => "break.priced",
            Self::BreakBegan { .. } => "break.began",
            Self::BreakUnconfirmed { .. } => "break.unconfirmed",
            Self::PresenceWanted { .. } => "presence.wanted",
            Self::PresenceConfirmed { .. } => "presence.confirmed",
            Self::PresenceRefused { .. } => "presence.refused",
            Self::PresenceUnconfirmed { .. } => "presence.unconfirmed",
            Self::BreakEnded { .. } => "break.ended",
            Self::BreakLapsed { .. } => "break.lapsed",
            Self::AlertRaised { .. } => "alert.raised",
            Self::AlertHeld { .. } => "alert.held",
            Self::AlertEscalated { .. } => "alert.escalated",
            Self::AlertRuleMuted { .. } => "alert.rule_muted",
            Self::IncidentOpened { .. } => "incident.opened",
            Self::IncidentAdvanced { .. } => "incident.advanced",
            Self::IncidentRelieved { .. } => "incident.relieved",
            Self::IncidentDue { .. } => "incident.due",
            Self::IncidentLapsed { .. } => "incident.lapsed",
            Self::CallExcluded { .. } => "call.excluded",
            Self::CallRouted { .. } => "call.routed",
            Self::EasierAsked { .. } => "easier.asked",
            Self::BreakAnswered { .. } => "break.answered",
            Self::AlertClosed { .. } => "alert.closed",
            Self::AlertAcknowledged { .. } => "alert.acknowledged",
            Self::AlertRated { .. } => "alert.rated",
            Self::HelpAsked { .. } => "help.asked",
            Self::CueSharingChosen { .. } => "cue.sharing_chosen",
            Self::ReturnChosen { .. } => "return.chosen",
            Self::CustomerFlagged { .. } => "customer.flagged",
            Self::CustomerFlagRenewed { .. } => "customer.flag_renewed",
            Self::CustomerAppealed { .. } => "customer.appealed",
            Self::CustomerUnflagged { .. } => "customer.unflagged",
            Self::SecondChosen { .. } => "second.chosen",
            Self::IncidentStepped { .. } => "incident.stepped",
            Self::IncidentJoinAsked { .. } => "incident.join_asked",
            Self::IncidentDutyDone { .. } => "incident.duty_done",
            Self::IncidentClosed { .. } => "incident.closed",
            Self::IncidentBundled { .. } => "incident.bundled",
            Self::BreakApproved { .. } => "break.approved",
            Self::AgentTeam { .. } => "agent.team",
            Self::SelfReported { .. } => "self.reported",
            Self::FitChosen { .. } => "fit.chosen",
            Self::RhythmChosen { .. } => "rhythm.chosen",
            Self::WellbeingFrozen { .. } => "wellbeing.frozen",
            Self::AccessRefused { .. } => "access.refused",
            Self::ErasureAsked { .. } => "erasure.asked",
            Self::WebhookChanged { .. } => "webhook.changed",
            Self::RetentionSet { .. } => "retention.set",
            Self::RetentionRan { .. } => "retention.ran",
            Self::PlanHistory { .. } => "plan.history",
            Self::PlanRoster { .. } => "plan.roster",
            Self::CalendarFeed { .. } => "calendar.feed",
            Self::AgentCue { .. } => "agent.cue",
            Self::AbuseReported { .. } => "abuse.reported",
            Self::InferenceDisputed { .. } => "inference.disputed",
        }
    }

    /// Whether the software decided this (and replay must therefore derive it again).
    #[must_use]
    pub fn is_decision(&self) -> bool {
        matches!(
            self,
            Self::CallerSignal { .. }
                | Self::PromptShown { .. }
                | Self::LoadChanged { .. }
                | Self::BreakOffered { .. }
                | Self::BreakPriced { .. }
                | Self::BreakBegan { .. }
                | Self::BreakUnconfirmed { .. }
                | Self::PresenceWanted { .. }
                | Self::BreakEnded { .. }
                | Self::BreakLapsed { .. }
                | Self::AlertRaised { .. }
                | Self::AlertHeld { .. }
                | Self::AlertEscalated { .. }
                | Self::AlertRuleMuted { .. }
                | Self::IncidentOpened { .. }
                | Self::IncidentAdvanced { .. }
                | Self::IncidentRelieved { .. }
                | Self::IncidentDue { .. }
                | Self::IncidentLapsed { .. }
                | Self::CallExcluded { .. }
                | Self::CallRouted { .. }
                | Self::EntranceDecided { .. }
        )
    }

    /// Whether it tells of work on the floor, and so how far the floor's time has come.
    ///
    /// People's rights, settings and upkeep have times of their own: they may be written while the phone platform still tells
    /// of hours ago, and agents must not be judged by half of their morning.
    #[must_use]
    pub fn moves_time(&self) -> bool {
        !matches!(
            self,
            Self::SiteOpened { .. }
                | Self::CareSettings { .. }
                | Self::RhythmChosen { .. }
                | Self::ModelsUsed { .. }
                | Self::NoticeConfirmed { .. }
                | Self::NoticeWithdrawn { .. }
                | Self::ConsentGiven { .. }
                | Self::ConsentWithdrawn { .. }
                | Self::PermitDecided { .. }
                | Self::SensingStopped { .. }
                | Self::Erased { .. }
                | Self::AgentTeam { .. }
                | Self::SelfReported { .. }
                | Self::FitChosen { .. }
                | Self::WellbeingFrozen { .. }
                | Self::AccessRefused { .. }
                | Self::ErasureAsked { .. }
                | Self::WebhookChanged { .. }
                | Self::RetentionSet { .. }
                | Self::RetentionRan { .. }
                | Self::AlertRated { .. }
                | Self::CueSharingChosen { .. }
                | Self::ReturnChosen { .. }
                | Self::CustomerFlagged { .. }
                | Self::CustomerFlagRenewed { .. }
                | Self::CustomerAppealed { .. }
                | Self::CustomerUnflagged { .. }
                | Self::SecondChosen { .. }
                | Self::IncidentDutyDone { .. }
                | Self::IncidentClosed { .. }
                | Self::IncidentBundled { .. }
                | Self::PlanHistory { .. }
                | Self::PlanRoster { .. }
                | Self::CalendarFeed { .. }
        )
    }

    /// Whether it tells of what was just heard on the line: it comes as it is spoken, even while a phone platform still tells of
    /// the hours before.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        matches!(
            self,
            Self::LegOpened { .. }
                | Self::LegGap { .. }
                | Self::LegClosed { .. }
                | Self::Utterance { .. }
                | Self::WordsShed { .. }
                | Self::Signal { .. }
                | Self::LegEnvelope { .. }
                | Self::AgentCue { .. }
        )
    }

    /// The call that this is about, if it is about one.
    #[must_use]
    pub fn call(&self) -> Option<&CallId> {
        match self {
            Self::CallOffered { call, .. }
            | Self::CallAnswered { call, .. }
            | Self::CallHeld { call }
            | Self::CallResumed { call }
            | Self::CallTransferred { call, .. }
            | Self::CallEnded { call, .. }
            | Self::CallDescribed { call, .. }
            | Self::CallCustomer { call, .. }
            | Self::EntranceOpened { call }
            | Self::EntranceMoved { call, .. }
            | Self::EntranceDecided { call, .. }
            | Self::RouteAsked { call, .. }
            | Self::CallRouted { call, .. }
            | Self::LegOpened { call, .. }
            | Self::LegGap { call, .. }
            | Self::LegClosed { call, .. }
            | Self::Utterance { call, .. }
            | Self::WordsShed { call, .. }
            | Self::Signal { call, .. }
            | Self::LegEnvelope { call, .. }
            | Self::PermitDecided { call, .. }
            | Self::SensingStopped { call, .. }
            | Self::CallerSignal { call, .. }
            | Self::PromptShown { call, .. }
            | Self::AgentCue { call, .. }
            | Self::IncidentOpened { call, .. }
            | Self::IncidentJoinAsked { call, .. }
            | Self::CallExcluded { call }
            | Self::AbuseReported { call, .. } => Some(call),
            Self::AlertRaised { call, .. } | Self::AlertHeld { call, .. } | Self::HelpAsked { call, .. } => {
                call.as_ref()
            }
            _ => None,
        }
    }

    /// The agent that this is about, if it names one.
    #[must_use]
    pub fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::AgentState { agent, .. }
            | Self::CallAnswered { agent, .. }
            | Self::AgentSkills { agent, .. }
            | Self::EasierAsked { agent, .. }
            | Self::ConsentGiven { agent, .. }
            | Self::ConsentWithdrawn { agent, .. }
            | Self::CallerSignal { agent, .. }
            | Self::PromptShown { agent, .. }
            | Self::LoadChanged { agent, .. }
            | Self::BreakOffered { agent, .. }
            | Self::BreakBegan { agent, .. }
            | Self::BreakUnconfirmed { agent, .. }
            | Self::PresenceWanted { agent, .. }
            | Self::PresenceConfirmed { agent, .. }
            | Self::PresenceRefused { agent, .. }
            | Self::PresenceUnconfirmed { agent, .. }
            | Self::BreakEnded { agent, .. }
            | Self::BreakLapsed { agent, .. }
            | Self::AlertRated { agent, .. }
            | Self::HelpAsked { agent, .. }
            | Self::CueSharingChosen { agent, .. }
            | Self::ReturnChosen { agent, .. }
            | Self::IncidentOpened { agent, .. }
            | Self::IncidentAdvanced { agent, .. }
            | Self::IncidentRelieved { agent, .. }
            | Self::IncidentDue { agent, .. }
            | Self::IncidentLapsed { agent, .. }
            | Self::IncidentStepped { agent, .. }
            | Self::IncidentJoinAsked { agent, .. }
            | Self::IncidentDutyDone { agent, .. }
            | Self::IncidentClosed { agent, .. }
            | Self::IncidentBundled { agent, .. }
            | Self::BreakAnswered { agent, .. }
            | Self::BreakApproved { agent, .. }
            | Self::AgentTeam { agent, .. }
            | Self::SelfReported { agent, .. }
            | Self::FitChosen { agent, .. }
            | Self::CalendarFeed { agent, .. }
            | Self::AgentCue { agent, .. }
            | Self::AbuseReported { agent, .. }
            | Self::InferenceDisputed { agent, .. } => Some(agent),
            Self::CallOffered { agent, .. }
            | Self::CallRouted { agent, .. }
            | Self::AlertRaised { agent, .. }
            | Self::AlertHeld { agent, .. } => agent.as_ref(),
            Self::CallTransferred { to, .. } => to.as_ref(),
            _ => None,
        }
    }
}
