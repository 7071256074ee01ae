//! Incidents of abuse: a small state machine that one key opens.
//!
//! The ladder goes up by one rung at a time: two warnings in the site's wording, then, where the site permits it, a polite
//! ending. Once the agent is out of the call they get a cool-off outside of the quota of breaks, and easier calls for a
//! while; a day later somebody asks how they are. An incident ends with an outcome, or by itself after some time, and then
//! nobody but its agent can find it again. The employer's duties come from the law of the site's profile.

use std::collections::BTreeSet;

use calmline_core::{
    AgentId, Body, CallId, Event, EventId, IncidentId, Timestamp,
    catalog::Lang,
    event::{IncidentOutcome, IncidentStep, Joining},
    policy::Profile,
};
use serde::{Deserialize, Serialize};

/// The same words in each language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wording {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

/// What a site may set about incidents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IncidentSettings {
    /// Whether agents may end a call after two warnings. Choice: yes, since nobody need listen to insults; a site whose
    /// callers have no other way to get help sets this to false.
    pub may_end: bool,
    /// How long the cool-off is, in minutes. 10: depleting work needs about ten minutes and more (Albulescu 2022, PLOS ONE).
    pub cool_off_minutes: u32,
    /// How long calls are easier after that, in minutes. Choice.
    pub easier_minutes: u32,
    /// After how many hours the agent is asked how they are. 24: design.
    pub follow_up_hours: u32,
    /// After how many days an incident that nobody has closed ends by itself. Choice.
    pub lapse_days: u32,
    /// The site’s own tested wording of each rung, in each language of its callers; where one is empty, the catalogue’s.
    pub first_warning: Wording,
    /// The second warning.
    pub second_warning: Wording,
    /// The words that end a call.
    pub ending: Wording,
    /// How many calls with a confirmed incident a customer must have had before a supervisor may flag them. Choice: one bad day
    /// marks nobody.
    pub flag_after: u32,
    /// Over how many days they are counted. Choice.
    pub flag_window_days: u32,
    /// After how many days a flag is reviewed where nothing else is said. Choice.
    pub flag_days: u32,
}

impl Default for IncidentSettings {
    fn default() -> Self {
        Self {
            may_end: true,
            cool_off_minutes: 10,
            easier_minutes: 30,
            follow_up_hours: 24,
            lapse_days: 14,
            first_warning: Wording::default(),
            second_warning: Wording::default(),
            ending: Wording::default(),
            flag_after: 2,
            flag_window_days: 90,
            flag_days: 30,
        }
    }
}

impl IncidentSettings {
    /// The site’s own wording of a rung in a language; none where it has none.
    #[must_use]
    pub fn wording(&self, step: IncidentStep, lang: Lang) -> Option<&str> {
        let own = match step {
            IncidentStep::FirstWarning => &self.first_warning,
            IncidentStep::SecondWarning => &self.second_warning,
            IncidentStep::Ending => &self.ending,
        };
        let own = match lang {
            Lang::En => &own.en,
            Lang::Zh => &own.zh,
        };
        Some(own.trim()).filter(|own| !own.is_empty())
    }
}

/// The rung that comes after another; after none, the first.
#[must_use]
pub fn next_step(after: Option<IncidentStep>, may_end: bool) -> Option<IncidentStep> {
    match after {
        None => Some(IncidentStep::FirstWarning),
        Some(IncidentStep::FirstWarning) => Some(IncidentStep::SecondWarning),
        Some(IncidentStep::SecondWarning) => may_end.then_some(IncidentStep::Ending),
        Some(IncidentStep::Ending) => None,
    }
}

/// What an employer owes an agent after an incident, under the law of a profile: catalogue codes.
#[must_use]
pub fn duties(profile: Profile) -> &'static [&'static str] {
    match profile {
        Profile::Kr => {
            &["duty.kr.suspend", "duty.kr.rest", "duty.kr.care", "duty.kr.legal", "duty.kr.no_retaliation"]
        }
        Profile::Jp => &[
            "duty.jp.policy",
            "duty.jp.consult",
            "duty.jp.facts",
            "duty.jp.care",
            "duty.jp.prevent",
            "duty.jp.no_retaliation",
        ],
        Profile::Strict | Profile::Eu | Profile::Cn | Profile::Us => {
            &["duty.talk", "duty.counselling", "duty.no_retaliation"]
        }
    }
}

/// One incident as its events tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// Which.
    pub id: IncidentId,
    /// Whose.
    pub agent: AgentId,
    /// The call that it was in.
    pub call: CallId,
    /// When it was opened.
    pub opened: Timestamp,
    /// The event that opened it.
    pub event: EventId,
    /// What can be said to the caller next.
    pub next: Option<IncidentStep>,
    /// The rungs that were taken, and when.
    pub taken: Vec<(IncidentStep, Timestamp)>,
    /// How supervisors asked to come in, and when.
    pub joins: Vec<(Joining, Timestamp)>,
    /// Minutes of cool-off and of easier calls, once the agent is out of the call.
    pub relief: Option<(u32, u32)>,
    /// Whether it is time to ask the agent how they are.
    pub due: bool,
    /// The duties that were done.
    pub duties: BTreeSet<String>,
    /// When it ended, and with which outcome; none where it ended by itself.
    pub over: Option<(Timestamp, Option<IncidentOutcome>)>,
}

impl Incident {
    /// The incident that an event opens.
    #[must_use]
    pub fn opened(event: &Event) -> Option<Self> {
        Self::of(&event.body, event.at, event.id)
    }

    pub(crate) fn of(body: &Body, at: Timestamp, event: EventId) -> Option<Self> {
        let Body::IncidentOpened { incident, agent, call, next } = body else { return None };
        Some(Self {
            id: incident.clone(),
            agent: agent.clone(),
            call: call.clone(),
            opened: at,
            event,
            next: *next,
            taken: Vec::new(),
            joins: Vec::new(),
            relief: None,
            due: false,
            duties: BTreeSet::new(),
            over: None,
        })
    }

    /// Takes a later event in; events of other incidents change nothing.
    pub fn take(&mut self, body: &Body, at: Timestamp) {
        if incident_of(body) != Some(&self.id) || self.over.is_some() {
            return;
        }
        match body {
            Body::IncidentAdvanced { step, next, .. } => {
                self.taken.push((*step, at));
                self.next = *next;
            }
            Body::IncidentJoinAsked { join, .. } => self.joins.push((*join, at)),
            Body::IncidentRelieved { cool_off_minutes, easier_minutes, .. } => {
                (self.next, self.relief) = (None, Some((*cool_off_minutes, *easier_minutes)));
            }
            Body::IncidentDue { .. } => self.due = true,
            Body::IncidentDutyDone { duty, .. } => {
                self.duties.insert(duty.clone());
            }
            Body::IncidentClosed { outcome, .. } => self.over = Some((at, Some(*outcome))),
            Body::IncidentLapsed { .. } => self.over = Some((at, None)),
            _ => {}
        }
    }
}

/// The incident that an event is about, if it is about one.
#[must_use]
pub fn incident_of(body: &Body) -> Option<&IncidentId> {
    match body {
        Body::IncidentOpened { incident, .. }
        | Body::IncidentStepped { incident, .. }
        | Body::IncidentAdvanced { incident, .. }
        | Body::IncidentJoinAsked { incident, .. }
        | Body::IncidentRelieved { incident, .. }
        | Body::IncidentDue { incident, .. }
        | Body::IncidentLapsed { incident, .. }
        | Body::IncidentDutyDone { incident, .. }
        | Body::IncidentClosed { incident, .. }
        | Body::IncidentBundled { incident, .. } => Some(incident),
        _ => None,
    }
}

/// The incidents that a list of events tells of, in the order in which they were opened.
#[must_use]
pub fn told<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<Incident> {
    let mut incidents: Vec<Incident> = Vec::new();
    for event in events {
        incidents.extend(Incident::opened(event));
        incidents.iter_mut().for_each(|incident| incident.take(&event.body, event.at));
    }
    incidents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_has_two_warnings_and_an_ending_only_where_it_is_permitted() {
        let climb = |may_end| {
            std::iter::successors(next_step(None, may_end), move |step| next_step(Some(*step), may_end))
                .collect::<Vec<_>>()
        };
        assert_eq!(climb(true), IncidentStep::ALL);
        assert_eq!(climb(false), IncidentStep::ALL[..2]);
    }

    #[test]
    fn words_of_the_site_go_before_the_catalogues_in_their_own_language() {
        let settings = IncidentSettings {
            first_warning: Wording { en: " ".into(), zh: "请您停止辱骂。".into() },
            ..IncidentSettings::default()
        };
        assert_eq!(settings.wording(IncidentStep::FirstWarning, Lang::Zh), Some("请您停止辱骂。"));
        assert_eq!(settings.wording(IncidentStep::FirstWarning, Lang::En), None);
        assert_eq!(settings.wording(IncidentStep::Ending, Lang::Zh), None);
    }
    #[test]
    fn every_profile_has_duties_with_words_in_both_languages() {
        use calmline_core::catalog::Lang;
        for duty in Profile::ALL.into_iter().flat_map(duties) {
            assert_ne!(Lang::En.say(duty), *duty, "{duty} has no words");
            assert_ne!(Lang::Zh.say(duty), Lang::En.say(duty));
        }
        assert_ne!(duties(Profile::Kr), duties(Profile::Jp));
    }
}
