//! Whether a call will be handed up or over, from what happened in it: operational facts, added up as
//! log-odds.
//!
//! No labelled calls exist from which the weights could be fitted: each is a choice, in the order in which
//! the trade names its reasons for escalation (a call that was handed over before, a request for a
//! supervisor, an angry caller, waiting). How often it came true at a site is counted by its monitoring,
//! which is what the weights should be set by.

use crate::fusion::{logit, probability};

/// The share of calls that are handed on, as long as nothing is known of a call. Choice.
pub(crate) const RATE: f64 = 0.1;
/// From here on it is told. Choice: more likely than not.
const TOLD_FROM: f64 = 0.5;
/// Log-odds of one hand-over that the caller has been through; two count.
const TRANSFER: f64 = 1.5;
/// Of one time on hold; three count.
const HOLD: f64 = 0.5;
/// Of a minute of silence between the two; two count.
const SILENT_MINUTE: f64 = 0.5;
/// Of one time that the caller spoke over the agent; three count.
const TALK_OVER: f64 = 0.3;
/// Of a request for a supervisor.
const HELP: f64 = 2.0;
/// Of each unit of log-odds of agitation above the usual rate; four count.
const AGITATION: f64 = 0.5;

/// Something that happened in a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Happened {
    Held,
    Transferred,
    /// For so many seconds.
    Silent(f64),
    TalkedOver,
}

impl Happened {
    /// What it is called where it is evidence.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Held => "evidence.held",
            Self::Transferred => "evidence.transferred",
            Self::Silent(_) => "evidence.silence",
            Self::TalkedOver => "evidence.talk_over",
        }
    }
}

/// What happened in one call so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Risk {
    transfers: f64,
    holds: f64,
    silent_minutes: f64,
    talked_over: f64,
    told: bool,
}

impl Risk {
    pub(crate) fn meet(&mut self, happened: Happened) {
        match happened {
            Happened::Held => self.holds += 1.0,
            Happened::Transferred => self.transfers += 1.0,
            Happened::Silent(seconds) => self.silent_minutes += seconds / 60.0,
            Happened::TalkedOver => self.talked_over += 1.0,
        }
    }

    /// How probable it is, given the log-odds of agitation and how surely the caller asks for somebody else.
    pub(crate) fn probability(&self, agitation: f64, help: f64) -> f64 {
        let facts = TRANSFER * self.transfers.min(2.0)
            + HOLD * self.holds.min(3.0)
            + SILENT_MINUTE * self.silent_minutes.min(2.0)
            + TALK_OVER * self.talked_over.min(3.0);
        probability(logit(RATE) + facts + HELP * help + AGITATION * agitation.clamp(0.0, 4.0))
    }

    /// Whether it is to be told now: once in a call, and taken as told.
    pub(crate) fn due(&mut self, probability: f64) -> bool {
        let due = !self.told && probability >= TOLD_FROM;
        self.told |= due;
        due
    }

    /// Told anew to whoever has the call next.
    pub(crate) fn handed_over(&mut self) {
        self.told = false;
    }
}
