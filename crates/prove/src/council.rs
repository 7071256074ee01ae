//! What a works council is told: what ran, how often and for how many, and never who.
//!
//! By week. Numbers of people are rounded down to fives, and left out where they are fewer than five; numbers of what people
//! chose, contradicted or had erased as well, since few of them may be one person's. Refused breaks are counted
//! nowhere: what is told is how many accepted breaks the site kept.

use std::collections::{BTreeMap, BTreeSet};

use calmline_core::{
    AgentId, Body, Event, Party,
    event::{AlertOutcome, OfferAnswer, PayloadKind, Report},
};
use jiff::civil::Date;

use crate::{FEWEST, WEEKS};

/// What ran in a week.
#[derive(Debug, Clone, Default)]
struct Week {
    agents: BTreeSet<AgentId>,
    calls: u64,
    /// What was sensed, by leg and measurement.
    sensed: BTreeMap<(Party, &'static str), u64>,
    decisions: BTreeMap<&'static str, u64>,
    outcomes: BTreeMap<&'static str, u64>,
    accepted: u64,
    kept: u64,
    unconfirmed: u64,
    disputes: u64,
    erasures: u64,
    answers: BTreeMap<&'static str, u64>,
    retention_runs: u64,
    expired: BTreeMap<PayloadKind, u64>,
}

/// Counts what ran.
#[derive(Debug, Clone, Default)]
pub(crate) struct Council {
    weeks: BTreeMap<Date, Week>,
}

/// One week, as it may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouncilWeek {
    /// Its Monday.
    pub week: Date,
    /// How many agents took calls, rounded down to fives; none for fewer than five.
    pub agents: Option<u64>,
    /// Calls that were answered.
    pub calls: u64,
    /// How often something was measured, by leg and measurement.
    pub sensed: Vec<(Party, &'static str, u64)>,
    /// How often something was decided, by the type of event.
    pub decisions: Vec<(&'static str, u64)>,
    /// What became of alerts.
    pub outcomes: Vec<(&'static str, u64)>,
    /// Breaks that were accepted, and how many of them the phone platform confirmed; none where fewer than five agents worked.
    pub breaks: Option<Breaks>,
    /// Objections, rounded down to fives; none for one to four.
    pub disputes: Option<u64>,
    /// Erasures, likewise.
    pub erasures: Option<u64>,
    /// Check-ins and questionnaires that were answered, likewise.
    pub answers: Vec<(&'static str, Option<u64>)>,
    /// How often texts past their time were destroyed.
    pub retention_runs: u64,
    /// How many texts that were, by kind.
    pub expired: Vec<(PayloadKind, u64)>,
}

/// How breaks went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaks {
    /// Accepted or moved by their agents.
    pub accepted: u64,
    /// Begun, as the phone platform confirmed.
    pub kept: u64,
    /// Not confirmed in time.
    pub unconfirmed: u64,
}

/// A number that points at nobody: rounded down to fives; none for one to four.
fn coarse(count: u64) -> Option<u64> {
    let fewest = FEWEST as u64;
    (count == 0 || count >= fewest).then_some(count / fewest * fewest)
}

fn outcome_name(outcome: AlertOutcome) -> &'static str {
    match outcome {
        AlertOutcome::Helped => "helped",
        AlertOutcome::NotNeeded => "not_needed",
        AlertOutcome::Wrong => "wrong",
    }
}

fn report_name(report: Report) -> &'static str {
    match report {
        Report::CheckIn => "check_in",
        Report::GoodMoment => "good_moment",
        Report::Who5 => "who5",
        Report::Burnout => "burnout",
        Report::Pulse => "pulse",
    }
}

impl Council {
    /// Takes an event in. `monday` is its week's.
    pub(crate) fn apply(&mut self, event: &Event, monday: Date) {
        let week = self.weeks.entry(monday).or_default();
        match &event.body {
            Body::CallAnswered { agent, .. } => {
                week.calls += 1;
                week.agents.insert(agent.clone());
            }
            Body::Signal { party, kind, .. } => *week.sensed.entry((*party, kind.as_str())).or_default() += 1,
            Body::Utterance { party, .. } => *week.sensed.entry((*party, "utterance")).or_default() += 1,
            Body::AlertClosed { outcome, .. } => {
                *week.outcomes.entry(outcome_name(*outcome)).or_default() += 1;
            }
            Body::BreakAnswered { answer: OfferAnswer::Accepted | OfferAnswer::Moved { .. }, .. } => {
                week.accepted += 1;
            }
            Body::BreakBegan { .. } => week.kept += 1,
            Body::BreakUnconfirmed { .. } => week.unconfirmed += 1,
            Body::InferenceDisputed { .. } => week.disputes += 1,
            Body::Erased { .. } => week.erasures += 1,
            Body::SelfReported { report, .. } => *week.answers.entry(report_name(*report)).or_default() += 1,
            Body::RetentionRan { erased } => {
                week.retention_runs += 1;
                for (kind, count) in erased {
                    *week.expired.entry(*kind).or_default() += count;
                }
            }
            _ => {}
        }
        if matches!(
            event.body,
            Body::PromptShown { .. }
                | Body::AlertRaised { .. }
                | Body::AlertHeld { .. }
                | Body::CallRouted { .. }
        ) {
            *week.decisions.entry(event.body.kind()).or_default() += 1;
        }
        while self.weeks.len() > WEEKS {
            self.weeks.pop_first();
        }
    }

    /// The weeks, the latest first.
    pub(crate) fn weeks(&self) -> Vec<CouncilWeek> {
        self.weeks.iter().rev().map(|(monday, week)| week.told(*monday)).collect()
    }
}

impl Week {
    fn told(&self, week: Date) -> CouncilWeek {
        let agents = self.agents.len() as u64;
        let enough = agents >= FEWEST as u64;
        let breaks = Breaks { accepted: self.accepted, kept: self.kept, unconfirmed: self.unconfirmed };
        CouncilWeek {
            week,
            agents: coarse(agents).filter(|_| enough),
            calls: self.calls,
            sensed: self.sensed.iter().map(|(&(party, kind), &count)| (party, kind, count)).collect(),
            decisions: self.decisions.iter().map(|(&kind, &count)| (kind, count)).collect(),
            outcomes: self.outcomes.iter().map(|(&outcome, &count)| (outcome, count)).collect(),
            breaks: enough.then_some(breaks),
            disputes: coarse(self.disputes),
            erasures: coarse(self.erasures),
            answers: self.answers.iter().map(|(&name, &count)| (name, coarse(count))).collect(),
            retention_runs: self.retention_runs,
            expired: self.expired.iter().map(|(&kind, &count)| (kind, count)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use calmline_core::{CallId, EventId, OfferId, PayloadId, Position, SiteId, Timestamp};
    use jiff::civil::date;

    use super::*;

    fn told(bodies: Vec<Body>) -> CouncilWeek {
        let mut council = Council::default();
        for body in bodies {
            let (site, id) = (SiteId::new("s").unwrap(), EventId::derive(&["x"]));
            let event = Event {
                position: Position(1),
                site,
                id,
                at: Timestamp::UNIX_EPOCH,
                because: Vec::new(),
                body,
            };
            council.apply(&event, date(2026, 3, 2));
        }
        council.weeks().remove(0)
    }

    fn answered(agents: usize) -> Vec<Body> {
        let answered = |n: usize| Body::CallAnswered {
            call: CallId::new(n.to_string()).unwrap(),
            agent: AgentId::new(n.to_string()).unwrap(),
            queue: None,
        };
        (0..agents).map(answered).collect()
    }

    fn day(agents: usize, each: usize) -> Vec<Body> {
        let (agent, offer) = (AgentId::new("a").unwrap(), OfferId::new("o").unwrap());
        let accepted =
            Body::BreakAnswered { offer: offer.clone(), agent: agent.clone(), answer: OfferAnswer::Accepted };
        let refused =
            Body::BreakAnswered { offer: offer.clone(), agent: agent.clone(), answer: OfferAnswer::Refused };
        let began = Body::BreakBegan { offer, agent: agent.clone() };
        let text = PayloadId::new("p").unwrap();
        let said = Body::SelfReported { agent, report: Report::Who5, call: None, text };
        let once = [accepted, refused, began, said];
        answered(agents).into_iter().chain((0..each).flat_map(|_| once.clone())).collect()
    }

    #[test]
    fn people_and_what_they_chose_are_told_in_fives_and_few_of_them_not_at_all() {
        let week = told(day(13, 7));
        assert_eq!((week.agents, week.calls), (Some(10), 13));
        assert_eq!(
            week.breaks,
            Some(Breaks { accepted: 7, kept: 7, unconfirmed: 0 }),
            "no refusal is counted"
        );
        assert_eq!(week.answers, [("who5", Some(5))]);
        let few = told(day(4, 3));
        assert_eq!((few.agents, few.breaks, few.disputes), (None, None, Some(0)));
        assert_eq!(few.answers, [("who5", None)]);
    }
}
