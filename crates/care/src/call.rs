//! One call: who takes it, what its caller shows, and what was said about it so far.

use calmline_core::{AgentId, CallId, CustomerId, EventId, QueueId, Timestamp};

use crate::{caller::Caller, escalation::Risk, model::Kind};

/// Why supervisors are told, the most urgent last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Alarm {
    QueueBuilding,
    Overload,
    BreakOverdue,
    Exposure,
    Loudness,
    EscalationRisk,
    AgitatedCaller,
    HelpCalled,
    HelpAsked,
    Abuse,
    AbuseReported,
    CallerInCrisis,
}

impl Alarm {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::QueueBuilding => "alert.queue_building",
            Self::Overload => "alert.overload",
            Self::BreakOverdue => "alert.break_overdue",
            Self::Exposure => "alert.exposure",
            Self::Loudness => "alert.loudness",
            Self::EscalationRisk => "alert.escalation_risk",
            Self::HelpAsked => "alert.help_asked",
            Self::AgitatedCaller => "alert.agitated_caller",
            Self::HelpCalled => "alert.help_called",
            Self::Abuse => "alert.abuse",
            Self::AbuseReported => "alert.abuse_reported",
            Self::CallerInCrisis => "alert.caller_in_crisis",
        }
    }

    /// Whether the part of the budget that is kept back is for this.
    pub(crate) fn is_urgent(self) -> bool {
        self >= Self::HelpCalled
    }
}

/// The agent who has a call.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub(crate) slot: usize,
    pub(crate) agent: AgentId,
}

/// What is known of a call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) id: CallId,
    pub(crate) bound: Option<Bound>,
    /// Who had it last.
    pub(crate) had: Option<usize>,
    pub(crate) queue: Option<QueueId>,
    /// Which customer the CRM says it is with.
    pub(crate) customer: Option<CustomerId>,
    /// What the caller wants, where that was told.
    pub(crate) request: Option<String>,
    /// How many systems it took, likewise.
    pub(crate) systems: Option<u32>,
    /// Its content is hard to hear; it counts once.
    pub(crate) distressing: bool,
    /// It counts in nobody's figures; what is usual is not learned from it.
    pub(crate) excluded: bool,
    pub(crate) ended: Option<Timestamp>,
    /// When it came.
    pub(crate) offered: Option<Timestamp>,
    /// The queue that has counted it.
    pub(crate) counted: Option<usize>,
    pub(crate) caller: Caller,
    pub(crate) prompted: crate::prompts::Prompted,
    /// What speaks for its being handed on.
    pub(crate) risk: Risk,
    /// How much of one abusive call the agent's exposure has been given; one call counts once.
    pub(crate) abuse_met: f64,
    /// What supervisors were told, or would have been; once per reason.
    pub(crate) alarms: Vec<Alarm>,
    /// When something of it was last heard.
    pub(crate) heard: Timestamp,
    pub(crate) wake: Option<Timestamp>,
    /// The event that bound it.
    pub(crate) answered: Option<EventId>,
}

impl Call {
    pub(crate) fn new(id: CallId, at: Timestamp) -> Self {
        Self {
            id,
            bound: None,
            had: None,
            queue: None,
            customer: None,
            request: None,
            systems: None,
            distressing: false,
            excluded: false,
            ended: None,
            offered: None,
            counted: None,
            caller: Caller::default(),
            prompted: crate::prompts::Prompted::default(),
            risk: Risk::default(),
            abuse_met: 0.0,
            alarms: Vec::new(),
            heard: at,
            wake: None,
            answered: None,
        }
    }
    /// What it is compared by.
    pub(crate) fn kind(&self) -> Kind<'_> {
        Kind { queue: self.queue.as_ref(), request: self.request.as_deref() }
    }
}
