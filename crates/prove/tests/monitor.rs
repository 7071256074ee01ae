//! What is counted of a site's events, and what may be told of it.

use std::collections::{BTreeMap, BTreeSet};

use calmline_core::{
    AccountId, AgentId, AlertId, Body, CallId, Event, EventId, Party, Position, Share, SiteId, Timestamp,
    event::{AlertOutcome, CallerSign, Objection, Reason, SignalKind, WordSigns},
};
use calmline_prove::{Drift, FEWEST, Group, Monitor, Report, RuleFigures, Score};
use jiff::{SignedDuration, tz::TimeZone};
use proptest::prelude::*;

/// Monday, 2 March 2026, in the morning.
const MONDAY: &str = "2026-03-02T08:00:00Z";

struct Site {
    monitor: Monitor,
    number: u64,
}

impl Site {
    fn new() -> Self {
        Self { monitor: Monitor::new(TimeZone::UTC), number: 0 }
    }

    fn tell(&mut self, week: i64, because: Vec<EventId>, body: Body) -> EventId {
        self.number += 1;
        let at: Timestamp = MONDAY.parse().expect("a time");
        let id = EventId::derive(&[&self.number.to_string()]);
        let site = SiteId::new("s").expect("an id");
        let at = at + SignedDuration::from_hours(week * 24 * 7);
        self.monitor.apply(&Event { position: Position(self.number), site, id, at, because, body });
        id
    }

    /// A call that an agent takes, by a protocol and in a language.
    fn call(&mut self, week: i64, agent: &str, protocol: &str, language: &str) -> CallId {
        let call = CallId::new(format!("c{}", self.number)).expect("an id");
        let (party, protocol) = (Party::Customer, protocol.to_owned());
        self.tell(week, vec![], Body::LegOpened { call: call.clone(), party, protocol, rate: 8000 });
        let agent = AgentId::new(agent).expect("an id");
        self.tell(week, vec![], Body::CallAnswered { call: call.clone(), agent, queue: None });
        self.says(week, &call, language, -0.2);
        call
    }

    fn says(&mut self, week: i64, call: &CallId, language: &str, sentiment: f64) -> EventId {
        let said = Body::Utterance {
            call: call.clone(),
            party: Party::Customer,
            start_s: 0.0,
            end_s: 1.0,
            language: Some(language.into()),
            confidence: None,
            text: None,
            signs: Some(WordSigns { sentiment, ..WordSigns::default() }),
            intent: None,
        };
        self.tell(week, vec![], said)
    }

    /// A signal and the prompt that rests on it.
    fn prompt(&mut self, week: i64, call: &CallId) -> (EventId, EventId) {
        let (agent, half) = (AgentId::new("a").expect("an id"), Share::new(0.5));
        let signal = self.signal(week, call, CallerSign::Agitation);
        let reason = Reason::new("prompt.agitated_caller");
        let (call, expires) = (call.clone(), Timestamp::MAX);
        let prompt = Body::PromptShown { agent, call, reason, confidence: half, expires };
        (signal, self.tell(week, vec![signal], prompt))
    }

    fn signal(&mut self, week: i64, call: &CallId, kind: CallerSign) -> EventId {
        let half = Share::new(0.5);
        let body = Body::CallerSignal {
            agent: AgentId::new("a").expect("an id"),
            call: call.clone(),
            kind,
            value: half,
            confidence: half,
            baseline: half,
            from_s: None,
            to_s: None,
            evidence: vec![],
        };
        self.tell(week, vec![], body)
    }

    fn object(&mut self, week: i64, event: EventId, objection: Objection) {
        let agent = AgentId::new("a").expect("an id");
        self.tell(week, vec![event], Body::InferenceDisputed { agent, event, objection });
    }
}

fn rule<'a>(report: &'a Report, group: &Group, told: &str) -> Option<&'a RuleFigures> {
    let figures = report.weeks.first()?.groups.iter().find(|figures| figures.group == *group)?;
    figures.rules.iter().find(|rule| rule.told == told)
}

#[test]
fn an_objection_counts_once_in_its_week_and_reaches_the_signal_behind_the_prompt() {
    let mut site = Site::new();
    let calls: Vec<_> = (0..5).map(|n| site.call(0, &format!("a{n}"), "audiohook", "en")).collect();
    let told: Vec<_> = calls.iter().map(|call| site.prompt(0, call)).collect();
    site.object(0, told[0].1, Objection::WrongReading);
    site.object(0, told[0].1, Objection::WrongPerson);
    site.object(1, told[1].1, Objection::Unwelcome);
    let report = site.monitor.report();
    let of = |told| rule(&report, &Group::All, told).expect("told of five agents");
    let prompt = of("prompt.agitated_caller");
    assert_eq!((prompt.tally.shown, prompt.tally.wrong()), (5, 1));
    assert_eq!(prompt.tally.objections.get(&Objection::Unwelcome), Some(&1));
    assert!(prompt.wrong.is_some_and(|share| (share.share - 0.2).abs() < 1e-12 && share.low < 0.05));
    let signal = of("caller.agitation");
    assert_eq!((signal.tally.wrong(), signal.tally.objections.get(&Objection::Unwelcome)), (1, None));
    assert!(rule(&report, &Group::Protocol("audiohook".into()), "prompt.agitated_caller").is_some());
}

#[test]
fn four_agents_are_not_told_of_alone_nor_by_what_is_left() {
    let mut site = Site::new();
    for n in 0..4 {
        site.call(0, &format!("a{n}"), "audiohook", "en");
    }
    let report = site.monitor.report();
    assert!(
        report.weeks[0].groups.is_empty() && report.weeks[0].scores.is_empty() && report.weeks[0].left_out
    );
    // Six speak English; four others' Chinese calls would be what is left of everybody's.
    for (n, language) in (4..10).map(|n| (n, if n < 6 { "en" } else { "zh" })) {
        site.call(0, &format!("a{n}"), "audiohook", language);
    }
    let report = site.monitor.report();
    let groups: Vec<_> = report.weeks[0].groups.iter().map(|figures| &figures.group).collect();
    assert_eq!(groups, [&Group::All, &Group::Protocol("audiohook".into())]);
    assert!(report.weeks[0].left_out);
    // A fifth, and both may be told.
    site.call(0, "a10", "audiohook", "zh");
    assert_eq!(site.monitor.report().weeks[0].groups.len(), 4);
}

#[test]
fn a_rule_is_under_review_when_too_much_of_it_is_surely_wrong() {
    let mut site = Site::new();
    let calls: Vec<_> = (0..20).map(|n| site.call(0, &format!("a{n}"), "twilio", "zh")).collect();
    let told: Vec<_> = calls.iter().map(|call| site.prompt(0, call)).collect();
    // Six of twenty are 30 %, but the interval reaches down to 15 %.
    told.iter().take(6).for_each(|(_, prompt)| site.object(0, *prompt, Objection::WrongReading));
    assert!(site.monitor.report().under_review.is_empty());
    told.iter().take(12).for_each(|(_, prompt)| site.object(0, *prompt, Objection::WrongReading));
    let review = site.monitor.report().under_review;
    assert_eq!(review.iter().collect::<Vec<_>>(), ["caller.agitation", "prompt.agitated_caller"]);
}

#[test]
fn outcomes_and_what_came_true_are_counted_where_it_was_told() {
    let mut site = Site::new();
    let calls: Vec<_> = (0..5).map(|n| site.call(0, &format!("a{n}"), "twilio", "zh")).collect();
    for (call, outcome) in calls.iter().zip([AlertOutcome::Helped, AlertOutcome::Wrong]) {
        let alert = AlertId::new(call.as_str()).expect("an id");
        let raised = Body::AlertRaised {
            alert: alert.clone(),
            agent: AgentId::new("a0").ok(),
            queue: None,
            call: Some(call.clone()),
            reason: Reason::new("alert.abuse"),
            confidence: Share::new(0.9),
            evidence: vec![],
            action: "action.join_call".into(),
            expires: Timestamp::MAX,
        };
        site.tell(0, vec![], raised);
        let by = AccountId::new("boss").expect("an id");
        site.tell(0, vec![], Body::AlertClosed { alert, outcome, by, action: None });
        site.signal(0, call, CallerSign::EscalationRisk);
    }
    for call in &calls[1..] {
        site.tell(0, vec![], Body::CallTransferred { call: call.clone(), to: None, queue: None });
    }
    let report = site.monitor.report();
    let alert = rule(&report, &Group::All, "alert.abuse").expect("told");
    assert_eq!((alert.tally.outcomes, alert.tally.closed()), ([1, 0, 1], 2));
    let risk = rule(&report, &Group::All, "caller.escalation_risk").expect("told");
    assert!(risk.came_true.is_some_and(|share| (share.share - 0.5).abs() < 1e-12));
}

#[test]
fn a_week_is_compared_with_the_first_whole_one() {
    let mut site = Site::new();
    for (week, sentiment) in [(0, -0.9), (1, -0.5), (2, 0.5), (3, -0.5)] {
        let calls: Vec<_> = (0..5).map(|n| site.call(week, &format!("a{n}"), "twilio", "zh")).collect();
        for call in calls.iter().cycle().take(300) {
            site.says(week, call, "zh", sentiment);
        }
    }
    let report = site.monitor.report();
    assert_eq!(report.compared_with.map(|monday| monday.to_string()), Some("2026-03-09".into()));
    let drifts: Vec<_> = report
        .weeks
        .iter()
        .map(|week| {
            let score = week.scores.iter().find(|score| score.score == Score::Sentiment).expect("read");
            (week.whole, score.drift.map(|(_, drift)| drift))
        })
        .collect();
    let (little, much) = (Some(Drift::Little), Some(Drift::Much));
    assert_eq!(drifts, [(false, little), (true, much), (true, None), (true, much)]);
}

proptest! {
    /// Whatever comes in whatever order, nothing is told of fewer than five agents, and no share is more than all.
    #[test]
    fn nothing_is_ever_told_of_fewer_than_five(
        events in prop::collection::vec((0..4_i64, 0..8_u8, 0..3_u8, 0..6_u8), 1..120),
    ) {
        let mut site = Site::new();
        let mut told = Vec::new();
        let mut calls = Vec::new();
        let mut agents: BTreeMap<(String, String), BTreeSet<u8>> = BTreeMap::new();
        for (week, agent, language, kind) in events {
            match kind {
                0..=2 => {
                    let (language, monday) = (["en", "zh", "de"][usize::from(language)], 2 + 7 * week);
                    calls.push(site.call(week, &format!("a{agent}"), "twilio", language));
                    let group = (format!("2026-03-{monday:02}"), language.to_owned());
                    agents.entry(group).or_default().insert(agent);
                }
                3 => if let Some(call) = calls.last() { told.push(site.prompt(week, call).1) },
                4 => if let Some(event) = told.last() {
                    site.object(week, *event, Objection::ALL[usize::from(language)]);
                },
                _ => if let Some(call) = calls.last() {
                    let signal = Body::Signal {
                        call: call.clone(), party: Party::Customer, kind: SignalKind::Arousal,
                        start_s: 0.0, end_s: 1.0, value: f64::from(agent) / 8.0,
                        confidence: Share::new(0.5), drivers: vec![],
                    };
                    site.tell(week, vec![], signal);
                },
            }
        }
        for week in site.monitor.report().weeks {
            let of = |language: &String| agents.get(&(week.week.to_string(), language.clone()));
            for figures in &week.groups {
                let Group::Language(language) = &figures.group else { continue };
                prop_assert!(of(language).is_some_and(|agents| agents.len() >= FEWEST), "{language}");
            }
            for rule in week.groups.iter().flat_map(|group| &group.rules) {
                prop_assert!(rule.tally.wrong() <= rule.tally.shown, "{:?}", rule);
            }
        }
    }
}

#[test]
fn the_agents_private_ratings_count_beside_the_supervisors_and_of_few_answers_nothing_is_concluded() {
    let alerts = |answers: u32, rated: &dyn Fn(u32) -> (bool, bool)| {
        let mut site = Site::new();
        for n in 0..5 {
            site.call(0, &format!("a{n}"), "audiohook", "en");
        }
        for n in 0..answers {
            let (agent, alert) =
                (AgentId::new("a").expect("an id"), AlertId::new(format!("l{n}")).expect("an id"));
            let raised = Body::AlertRaised {
                alert: alert.clone(),
                agent: Some(agent.clone()),
                queue: None,
                call: None,
                reason: Reason::new("alert.overload"),
                confidence: Share::new(0.5),
                evidence: vec![],
                action: "action.lighter".into(),
                expires: Timestamp::MAX,
            };
            site.tell(0, vec![], raised);
            let (right, welcome) = rated(n);
            site.tell(
                0,
                vec![],
                Body::AlertRated { alert: alert.clone(), agent: agent.clone(), right, welcome },
            );
            // The first answer counts.
            site.tell(0, vec![], Body::AlertRated { alert, agent, right: true, welcome: true });
        }
        site
    };
    let mut mixed = alerts(12, &|n| (n < 9, n < 6));
    let by = AccountId::new("boss").expect("an id");
    let alert = AlertId::new("l0").expect("an id");
    let closed = Body::AlertClosed { alert, outcome: AlertOutcome::Helped, by, action: None };
    mixed.tell(0, vec![], closed);
    let report = mixed.monitor.report();
    let figures = rule(&report, &Group::All, "alert.overload").expect("told of five agents");
    assert_eq!((figures.tally.earned(), figures.tally.answers()), (7, 13), "an alert can have both answers");
    assert!(figures.right.is_some_and(|share| (share.share - 7.0 / 13.0).abs() < 1e-12));
    let wrong = |answers| alerts(answers, &|_| (false, true)).monitor.report().under_review;
    assert!(wrong(19).is_empty(), "nineteen answers say nothing");
    assert!(wrong(20).contains("alert.overload"));
}
