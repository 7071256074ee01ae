//! Following a site's events.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use calmline_core::{
    AgentId, AlertId, Body, CallId, Event, EventId, Party, Timestamp,
    event::{AlertOutcome, CallerSign, Objection, SignalKind},
};
use jiff::{ToSpan, civil::Date, tz::TimeZone};

use crate::{
    WEEKS,
    council::{Council, CouncilWeek},
    entrance::Entrances,
    tally::{Group, Score, Tally, Told, Week},
};

/// Calls that are kept to know whose language and line they are; the oldest go.
const CALLS: usize = 20_000;

/// What is known of a call.
#[derive(Debug, Clone, Default)]
struct Call {
    agent: Option<AgentId>,
    language: Option<String>,
    protocol: Option<String>,
    /// That it may have to be handed on, if that was told.
    foretold: Option<EventId>,
}

impl Call {
    fn groups(&self) -> Vec<Group> {
        let language = self.language.clone().map(Group::Language);
        let protocol = self.protocol.clone().map(Group::Protocol);
        [Some(Group::All), language, protocol].into_iter().flatten().collect()
    }
}

/// Something that was told, to which somebody may object later.
#[derive(Debug, Clone)]
struct Shown {
    week: Date,
    told: Told,
    groups: Vec<Group>,
    /// The signals that it rests on.
    signals: Vec<EventId>,
}

/// Follows one site. See the crate's documentation.
#[derive(Debug, Clone)]
pub struct Monitor {
    zone: TimeZone,
    pub(crate) now: Timestamp,
    pub(crate) weeks: BTreeMap<Date, Week>,
    /// The scores of the first whole week, which later ones are compared with.
    pub(crate) first: Option<(Date, BTreeMap<Score, [u64; 10]>)>,
    began: Option<Date>,
    calls: HashMap<CallId, Call>,
    order: VecDeque<CallId>,
    shown: HashMap<EventId, Shown>,
    alerts: HashMap<AlertId, EventId>,
    objected: HashSet<EventId>,
    /// The alerts that a supervisor has closed, and those that their agent has rated: the first answer counts.
    closed: HashSet<EventId>,
    rated: HashSet<EventId>,
    pub(crate) entrances: Entrances,
    council: Council,
}

impl Monitor {
    /// A site of which nothing is known yet; its weeks begin on Monday in this time zone.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            now: Timestamp::MIN,
            weeks: BTreeMap::new(),
            first: None,
            began: None,
            calls: HashMap::new(),
            order: VecDeque::new(),
            shown: HashMap::new(),
            alerts: HashMap::new(),
            objected: HashSet::new(),
            closed: HashSet::new(),
            rated: HashSet::new(),
            entrances: Entrances::default(),
            council: Council::default(),
        }
    }

    /// What ran, how often and for how many, by week, the latest first.
    #[must_use]
    pub fn council(&self) -> Vec<CouncilWeek> {
        self.council.weeks()
    }

    /// Takes an event in, in the order of the log.
    pub fn apply(&mut self, event: &Event) {
        self.now = self.now.max(event.at);
        self.entrances.apply(event);
        let Some(week) = self.monday(event.at) else { return };
        self.council.apply(event, week);
        match &event.body {
            Body::LegOpened { call, protocol, .. } => self.call(call).protocol = Some(protocol.clone()),
            Body::CallAnswered { call, agent, .. } => {
                self.call(call).agent = Some(agent.clone());
                self.at_work(week, call);
            }
            Body::CallTransferred { call, .. } => self.handed_on(call),
            Body::Utterance { call, party: Party::Customer, language, signs, .. } => {
                if let Some(language) = language {
                    self.call(call).language = Some(language.clone());
                    self.at_work(week, call);
                }
                if let Some(signs) = signs {
                    self.score(week, Score::Sentiment, signs.sentiment);
                    self.score(week, Score::Abuse, signs.abuse.get());
                    self.score(week, Score::Help, signs.help.get());
                    self.tell(event, week, "utterance.customer".into(), Some(call));
                }
            }
            Body::Signal { call, party: Party::Customer, kind: SignalKind::Arousal, value, .. } => {
                self.score(week, Score::Arousal, *value);
                self.tell(event, week, "signal.arousal".into(), Some(call));
            }
            // What else is measured or understood is counted too, all of it together: agents object to it as to the rest.
            Body::Signal { call, .. } => self.tell(event, week, "signal.other".into(), Some(call)),
            Body::Utterance { call, signs: Some(_), .. } => {
                self.tell(event, week, "utterance.other".into(), Some(call));
            }
            Body::AgentCue { call, .. } => self.tell(event, week, "agent.cue".into(), Some(call)),
            Body::CallerSignal { call, kind, .. } => {
                self.tell(event, week, format!("caller.{}", kind.as_str()), Some(call));
                if *kind == CallerSign::EscalationRisk {
                    self.call(call).foretold = Some(event.id);
                }
            }
            Body::PromptShown { call, reason, .. } => self.tell(event, week, reason.code.clone(), Some(call)),
            Body::AlertRaised { alert, call, reason, .. } => {
                self.alerts.insert(alert.clone(), event.id);
                self.tell(event, week, reason.code.clone(), call.as_ref());
            }
            Body::BreakOffered { .. } => self.tell(event, week, "break.offer".into(), None),
            Body::LoadChanged { .. } => self.tell(event, week, "load.changed".into(), None),
            Body::AlertClosed { alert, outcome, .. } => self.closed(alert, *outcome),
            Body::AlertRated { alert, right, welcome, .. } => self.rated(alert, *right && *welcome),
            Body::InferenceDisputed { event, objection, .. } => self.objected(event, *objection),
            _ => {}
        }
    }

    /// The Monday of a time's week at the site.
    pub(crate) fn monday(&self, at: Timestamp) -> Option<Date> {
        let date = at.to_zoned(self.zone.clone()).date();
        date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok()
    }

    /// The week, made if it is new and one of the last; an event that is older than all that are kept counts
    /// nowhere.
    fn week(&mut self, monday: Date) -> Option<&mut Week> {
        if !self.weeks.contains_key(&monday) {
            if self.weeks.len() >= WEEKS && self.weeks.keys().next().is_some_and(|oldest| monday < *oldest) {
                return None;
            }
            self.began = self.began.or(Some(monday));
            self.weeks.insert(monday, Week::default());
            self.settle_first(monday);
            while self.weeks.len() > WEEKS {
                self.weeks.pop_first();
                self.forget();
            }
        }
        self.weeks.get_mut(&monday)
    }

    /// The week in which a site begins is seldom whole: the one after it is the first, once a later one
    /// begins.
    fn settle_first(&mut self, newest: Date) {
        let Some(began) = self.began.filter(|_| self.first.is_none()) else { return };
        let whole = self.weeks.iter().find(|(monday, _)| **monday > began && **monday < newest);
        self.first = whole.map(|(monday, week)| (*monday, week.scores.clone()));
    }

    /// What belongs to weeks that are no longer kept goes.
    fn forget(&mut self) {
        let Some(oldest) = self.weeks.keys().next().copied() else { return };
        self.shown.retain(|_, shown| shown.week >= oldest);
        let shown = &self.shown;
        self.alerts.retain(|_, event| shown.contains_key(event));
        for kept in [&mut self.objected, &mut self.closed, &mut self.rated] {
            kept.retain(|event| shown.contains_key(event));
        }
    }

    fn call(&mut self, id: &CallId) -> &mut Call {
        if !self.calls.contains_key(id) {
            self.order.push_back(id.clone());
            if self.order.len() > CALLS
                && let Some(oldest) = self.order.pop_front()
            {
                self.calls.remove(&oldest);
            }
        }
        self.calls.entry(id.clone()).or_default()
    }

    /// Who has the call counts among its groups' agents.
    fn at_work(&mut self, week: Date, call: &CallId) {
        let Some(call) = self.calls.get(call) else { return };
        let (Some(agent), groups) = (call.agent.clone(), call.groups()) else { return };
        let Some(week) = self.week(week) else { return };
        for group in groups {
            week.agents.entry(group).or_default().insert(agent.clone());
        }
    }

    fn score(&mut self, week: Date, score: Score, value: f64) {
        if let Some(week) = self.week(week).filter(|_| value.is_finite()) {
            week.scores.entry(score).or_default()[score.part(value)] += 1;
        }
    }

    fn tell(&mut self, event: &Event, monday: Date, told: Told, call: Option<&CallId>) {
        let groups = call.map_or_else(|| vec![Group::All], |call| self.call(call).groups());
        let Some(week) = self.week(monday) else { return };
        for group in &groups {
            week.tallies.entry((group.clone(), told.clone())).or_default().shown += 1;
        }
        let is_signal =
            |id: &&EventId| self.shown.get(*id).is_some_and(|shown| shown.told.starts_with("caller."));
        let signals = event.because.iter().filter(is_signal).copied().collect();
        self.shown.insert(event.id, Shown { week: monday, told, groups, signals });
    }

    /// Counts something of what was told, where it was counted as told.
    fn count(&mut self, shown: &Shown, count: impl Fn(&mut Tally)) {
        let Some(week) = self.weeks.get_mut(&shown.week) else { return };
        for group in &shown.groups {
            if let Some(tally) = week.tallies.get_mut(&(group.clone(), shown.told.clone())) {
                count(tally);
            }
        }
    }

    /// An objection counts once, and where it says that a prompt is wrong, so is the signal that the prompt
    /// rests on.
    fn objected(&mut self, event: &EventId, objection: Objection) {
        let Some(shown) = self.shown.get(event).cloned() else { return };
        if !self.objected.insert(*event) {
            return;
        }
        self.count(&shown, |tally| *tally.objections.entry(objection).or_default() += 1);
        if objection != Objection::Unwelcome {
            shown.signals.iter().for_each(|signal| self.objected(signal, objection));
        }
    }

    fn closed(&mut self, alert: &AlertId, outcome: AlertOutcome) {
        let Some(event) = self.alerts.get(alert).filter(|event| self.closed.insert(**event)) else { return };
        let Some(shown) = self.shown.get(event).cloned() else { return };
        self.count(&shown, |tally| tally.close(outcome));
    }

    fn rated(&mut self, alert: &AlertId, earned: bool) {
        let Some(event) = self.alerts.get(alert).filter(|event| self.rated.insert(**event)) else { return };
        let Some(shown) = self.shown.get(event).cloned() else { return };
        self.count(&shown, |tally| {
            tally.rated[0] += u64::from(earned);
            tally.rated[1] += 1;
        });
    }

    fn handed_on(&mut self, call: &CallId) {
        let Some(foretold) = self.call(call).foretold.take() else { return };
        let Some(shown) = self.shown.get(&foretold).cloned() else { return };
        self.count(&shown, |tally| tally.came_true += 1);
    }
}
