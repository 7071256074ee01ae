//! What a break was said to cost its queue, and what it does cost: the queue simulated with and without it, with common random
//! numbers, and what was counted while it lasted.

use std::collections::HashMap;

use anyhow::{Context, Result};
use calmline_core::{Body, CallId, QueueId, Timestamp};
use calmline_sim::{
    centre::{Estimate, Runs, Scenario},
    work::WorkEvent,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// How often the queue is simulated with the break and without it.
const REPLICATIONS: u32 = 1_000;
/// What is simulated: an hour until the queue is in its stride, and the hour in which the break is.
const WARM_UP_MINUTES: f64 = 60.0;
const COUNTED_MINUTES: f64 = 60.0;
/// The patience that the price assumes where nobody hung up.
const PATIENCE_S: f64 = 120.0;
/// Within how many seconds a call should be answered: the default of the price.
const WITHIN_S: f64 = 20.0;
/// Fewer calls than this say nothing about a share.
const ENOUGH: usize = 30;

/// What the phone platform's own records of the last hours show of a queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Calls a minute.
    pub per_minute: f64,
    /// Mean minutes from answer to end.
    pub handling: f64,
    /// Mean minutes after which a waiting caller hangs up: waiting in all over hang-ups.
    pub patience: f64,
}

impl Record {
    /// Reads it from the platform's events of a morning.
    pub fn of(queue: &QueueId, history: &[WorkEvent]) -> Option<Self> {
        let (mut offered, mut answered) = (HashMap::<&CallId, Timestamp>::new(), HashMap::new());
        let (mut talk, mut calls, mut waited, mut lost) = (0.0, 0_usize, 0.0, 0_usize);
        for WorkEvent { at, body, .. } in history {
            match body {
                Body::CallOffered { call, queue: Some(of), .. } if of == queue => {
                    offered.insert(call, *at);
                }
                Body::CallAnswered { call, .. } if offered.contains_key(call) => {
                    waited += seconds(offered[call], *at);
                    answered.insert(call, *at);
                }
                Body::CallEnded { call, .. } => match (answered.remove(call), offered.get(call)) {
                    (Some(since), _) => {
                        talk += seconds(since, *at);
                        calls += 1;
                    }
                    (None, Some(since)) => {
                        waited += seconds(*since, *at);
                        lost += 1;
                    }
                    (None, None) => {}
                },
                _ => {}
            }
        }
        let minutes = seconds(history.first()?.at, history.last()?.at) / 60.0;
        let known = calls > 0 && minutes > 0.0;
        // As the price does: five hang-ups after two minutes each are assumed beside those that were seen.
        let patience = (waited + 5.0 * PATIENCE_S) / (lost as f64 + 5.0) / 60.0;
        known.then(|| Self {
            per_minute: offered.len() as f64 / minutes,
            handling: talk / calls as f64 / 60.0,
            patience,
        })
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

/// The queue for two hours, with one agent away for some minutes of the second or for none.
fn scenario(record: &Record, agents: u64, away_minutes: Option<f64>) -> Result<Scenario> {
    let breaks = away_minutes
        .map_or_else(String::new, |m| format!(", breaks = [{{ at = \"01:05\", minutes = {m:.3} }}]"));
    let text = format!(
        "replications = {REPLICATIONS}\nwarm_up = {WARM_UP_MINUTES:.1}\nduration = {COUNTED_MINUTES:.1}\n\
         [[queue]]\nname = \"queue\"\narrivals = {{ exponential = {:.6} }}\npatience = {{ exponential = {:.6} }}\n\
         within = {:.6}\n\
         [[group]]\nname = \"agents\"\nserves = [\"queue\"]\nservice = {{ exponential = {:.6} }}\n\
         shift = [{{ count = {}, start = \"00:00\", end = \"24:00\" }}, \
         {{ count = 1, start = \"00:00\", end = \"24:00\"{breaks} }}]\n",
        record.per_minute,
        record.patience.recip(),
        WITHIN_S / 60.0,
        record.handling.recip(),
        agents.saturating_sub(1),
    );
    Scenario::parse(&text).context("the scenario of a break")
}

/// The price that was told to those who plan, beside what the break costs in the simulation: in calls that are not answered in
/// time because of it. Takes seconds of CPU time.
pub fn compare(record: &Record, priced: &Value) -> Result<Value> {
    let number = |name: &str| priced[name].as_f64().with_context(|| format!("the price has no {name}"));
    let agents = priced["agents"].as_u64().context("the price has no agents")?;
    let (minutes, level, without) = (number("minutes")?, number("service_level")?, number("without")?);
    let calls = record.per_minute * minutes;
    let base = Runs::new(&scenario(record, agents, None)?).run(|_| {});
    let away = Runs::new(&scenario(record, agents, Some(minutes))?).run(|_| {});
    let lost = base.difference(&away, "service_level").context("the simulation counted no calls")?;
    let per_hour = record.per_minute * COUNTED_MINUTES;
    let told = |number: f64| (number * 1_000.0).round() / 1_000.0;
    let Estimate { mean, ci95 } = lost;
    Ok(json!({
        "agents": agents,
        "break_minutes": minutes,
        "predicted": {
            "service_level": level,
            "service_level_without": without,
            "points": told((level - without) * 100.0),
            "calls_not_in_time": told((level - without) * calls),
        },
        "simulated": {
            "replications": REPLICATIONS,
            "calls_not_in_time": told(mean * per_hour),
            "ci95": ci95.map(|(low, high)| [told(low * per_hour), told(high * per_hour)]),
        },
    }))
}

/// What was counted of a queue's calls while a break lasted, as the supervisor's page was told of them.
pub fn counted(seen: &[Value], queue: &str, from: Timestamp, to: Timestamp) -> Value {
    let at = |event: &Value| event["at"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
    let of = |kind: &'static str| seen.iter().filter(move |event| event["type"] == kind);
    let within = |at: &Timestamp| (from..=to).contains(at);
    let offered: Vec<(&Value, Timestamp)> = of("call.offered")
        .filter(|event| event["data"]["queue"] == queue)
        .filter_map(|event| Some((&event["data"]["call"], at(event).filter(within)?)))
        .collect();
    let limit = SignedDuration::from_secs(WITHIN_S as i64);
    let in_time = |(call, since): &&(&Value, Timestamp)| {
        of("call.answered")
            .filter(|event| event["data"]["call"] == **call)
            .filter_map(at)
            .any(|answered| answered.duration_since(*since) <= limit)
    };
    let in_time = offered.iter().filter(in_time).count();
    json!({ "calls": offered.len(), "in_time": in_time, "enough_to_tell": offered.len() >= ENOUGH })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record { per_minute: 2.0, handling: 4.0, patience: 2.0 }
    }

    #[test]
    fn a_longer_break_costs_more_calls_and_no_break_costs_none() {
        let lost = |minutes: f64| {
            let priced = json!({ "agents": 8, "minutes": minutes, "service_level": 0.62, "without": 0.5 });
            let told = compare(&record(), &priced).unwrap();
            let ci95 = &told["simulated"]["ci95"];
            assert!(ci95[0].as_f64() <= told["simulated"]["calls_not_in_time"].as_f64(), "{told}");
            (told["simulated"]["calls_not_in_time"].as_f64().unwrap(), told["predicted"]["points"].clone())
        };
        let (short, long) = (lost(5.0), lost(15.0));
        assert!(long.0 > short.0 && short.0 > 0.0, "{short:?} {long:?}");
        assert_eq!(long.1, json!(12.0));
    }

    #[test]
    fn a_record_is_what_the_platform_told() {
        let (queue, other) = (QueueId::new("q").unwrap(), QueueId::new("other").unwrap());
        let event = |second: i64, body: Body| WorkEvent {
            site: calmline_core::SiteId::new("s").unwrap(),
            source: "sim".into(),
            id: second.to_string(),
            at: Timestamp::from_second(second).unwrap(),
            body,
        };
        let call = |name: &str| CallId::new(name).unwrap();
        let agent = calmline_core::AgentId::new("a").unwrap();
        let offered = |name: &str, queue: &QueueId| Body::CallOffered {
            call: call(name),
            agent: None,
            queue: Some(queue.clone()),
        };
        let ended = |name: &str| Body::CallEnded { call: call(name), reason: None };
        let history = [
            event(0, offered("one", &queue)),
            event(10, Body::CallAnswered { call: call("one"), agent, queue: Some(queue.clone()) }),
            event(20, offered("elsewhere", &other)),
            event(30, offered("gives-up", &queue)),
            event(90, ended("gives-up")),
            event(130, ended("one")),
            event(240, ended("elsewhere")),
        ];
        let record = Record::of(&queue, &history).unwrap();
        assert!((record.per_minute - 0.5).abs() < 1e-9 && (record.handling - 2.0).abs() < 1e-9, "{record:?}");
        // 70 seconds of waiting and one hang-up, beside five after two minutes.
        assert!((record.patience - (70.0 + 600.0) / 6.0 / 60.0).abs() < 1e-9, "{record:?}");
        assert_eq!(Record::of(&queue, &[]), None);
    }

    #[test]
    fn only_the_queues_calls_of_the_span_are_counted() {
        let event = |kind: &str, second: i64, call: &str, queue: &str| {
            let at = Timestamp::from_second(second).unwrap().to_string();
            json!({ "type": kind, "at": at, "data": { "call": call, "queue": queue } })
        };
        let seen = [
            event("call.offered", 5, "before", "q"),
            event("call.offered", 15, "soon", "q"),
            event("call.offered", 15, "elsewhere", "r"),
            event("call.offered", 16, "late", "q"),
            event("call.answered", 20, "soon", "q"),
            event("call.answered", 50, "late", "q"),
        ];
        let at = |second| Timestamp::from_second(second).unwrap();
        let told = counted(&seen, "q", at(10), at(70));
        assert_eq!(told, json!({ "calls": 2, "in_time": 1, "enough_to_tell": false }));
    }
}
