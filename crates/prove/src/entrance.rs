//! How callers came through the entrance: how many were understood, asked, passed on and sent to the wrong place.
//!
//! A transfer is *confirmed* when the phone platform says so, or offers the call in that queue. A call was *misrouted* when it was
//! passed on with an intent and an agent then handed it on to somebody else: not every such hand-over is the entrance's fault,
//! so the share is an upper bound of its errors.

use std::collections::{BTreeMap, HashMap};

use calmline_core::{
    Body, CallId, Event, QueueId, Timestamp,
    event::{EntranceDecision, EntranceStep},
};

use jiff::SignedDuration;

use crate::{Interval, wilson};

/// Callers are counted for so long. Choice: four weeks, so that every weekday weighs the same.
pub const COUNTED_DAYS: i64 = 28;

/// Follows the calls that came through the entrance.
#[derive(Debug, Clone, Default)]
pub struct Entrances {
    calls: HashMap<CallId, Passed>,
    /// Up to when calls of old were forgotten.
    swept: Timestamp,
}

#[derive(Debug, Clone, Default)]
struct Passed {
    came: Timestamp,
    asked: bool,
    to: Option<QueueId>,
    understood: bool,
    why: Option<String>,
    confirmed: bool,
    refused: bool,
    handed_on: u64,
}

/// What became of the callers.
#[derive(Debug, Clone, PartialEq)]
pub struct EntranceFigures {
    /// Callers who came.
    pub came: u64,
    /// Who were asked a question.
    pub asked: u64,
    /// Who were passed on.
    pub passed_on: u64,
    /// Who were passed on knowing what they want.
    pub understood: u64,
    /// Where the platform confirmed it.
    pub confirmed: u64,
    /// Where the platform said that it did not.
    pub refused: u64,
    /// Passed on knowing what they want, and handed on by an agent: with Wilson's interval, per call.
    pub misrouted: (u64, Option<Interval>),
    /// Hand-overs from agent to agent per 100 calls that were passed on; none where none were.
    pub transfers_per_100: Option<f64>,
    /// How many were passed on for which reason, by its code.
    pub reasons: BTreeMap<String, u64>,
}

impl Entrances {
    /// Takes an event in, in the log's order.
    pub fn apply(&mut self, event: &Event) {
        if let Body::EntranceOpened { call } = &event.body {
            self.calls.entry(call.clone()).or_default().came = event.at;
            self.forget(event.at);
            return;
        }
        let Some(passed) = event.body.call().and_then(|call| self.calls.get_mut(call)) else { return };
        match &event.body {
            Body::EntranceDecided { decided: EntranceDecision { step, reason }, .. } => match step {
                EntranceStep::Ask { .. } => passed.asked = true,
                EntranceStep::Transfer { queue, intent } => {
                    passed.to = Some(queue.clone());
                    passed.understood = intent.is_some();
                    passed.why = Some(reason.code.clone());
                }
            },
            Body::EntranceMoved { queue, done, .. } if passed.to.as_ref() == Some(queue) => {
                passed.confirmed |= done;
                passed.refused |= !done;
            }
            Body::CallOffered { queue: Some(queue), .. } => {
                passed.confirmed |= passed.to.as_ref() == Some(queue);
            }
            Body::CallTransferred { .. } => passed.handed_on += 1,
            _ => {}
        }
    }

    /// Once a day, calls that are too long ago are forgotten.
    fn forget(&mut self, now: Timestamp) {
        if now.duration_since(self.swept) >= SignedDuration::from_hours(24) {
            self.swept = now;
            let kept = SignedDuration::from_hours(24 * COUNTED_DAYS);
            self.calls.retain(|_, passed| now.duration_since(passed.came) < kept);
        }
    }

    /// What became of them so far.
    #[must_use]
    pub fn figures(&self) -> EntranceFigures {
        let count =
            |of: &dyn Fn(&Passed) -> bool| self.calls.values().filter(|passed| of(passed)).count() as u64;
        let passed_on = count(&|passed| passed.to.is_some());
        let understood = count(&|passed| passed.understood);
        let misrouted = count(&|passed| passed.understood && passed.handed_on > 0);
        let handed_on: u64 =
            self.calls.values().filter(|passed| passed.to.is_some()).map(|passed| passed.handed_on).sum();
        let mut reasons = BTreeMap::new();
        for why in self.calls.values().filter_map(|passed| passed.why.as_ref()) {
            *reasons.entry(why.clone()).or_default() += 1;
        }
        EntranceFigures {
            came: self.calls.len() as u64,
            asked: count(&|passed| passed.asked),
            passed_on,
            understood,
            confirmed: count(&|passed| passed.confirmed),
            refused: count(&|passed| passed.refused && !passed.confirmed),
            misrouted: (misrouted, wilson(misrouted, understood)),
            transfers_per_100: (passed_on > 0).then(|| 100.0 * handed_on as f64 / passed_on as f64),
            reasons,
        }
    }
}

#[cfg(test)]
mod tests {
    use calmline_core::{AgentId, Draft, IntentId, Position, SiteId, Timestamp, event::Reason};

    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn tell(entrances: &mut Entrances, body: Body) -> Outcome {
        let draft = Draft::derived(SiteId::new("s")?, Timestamp::UNIX_EPOCH, Vec::new(), body);
        entrances.apply(&draft.at_position(Position(1)));
        Ok(())
    }

    fn decided(call: &CallId, step: EntranceStep, code: &str) -> Body {
        Body::EntranceDecided {
            call: call.clone(),
            decided: EntranceDecision { step, reason: Reason::new(code) },
        }
    }

    #[test]
    fn every_caller_is_counted_for_what_became_of_them() -> Outcome {
        let mut entrances = Entrances::default();
        let to = |queue: &str, intent: Option<&str>| -> Result<EntranceStep, Box<dyn std::error::Error>> {
            let intent = intent.map(IntentId::new).transpose()?;
            Ok(EntranceStep::Transfer { queue: QueueId::new(queue)?, intent })
        };
        for (name, asked, queue, intent, confirmed, handed_on) in [
            ("a", false, "billing", Some("refund"), true, 0),
            ("b", true, "billing", Some("refund"), true, 2),
            ("c", false, "main", None, false, 1),
        ] {
            let call = CallId::new(name)?;
            tell(&mut entrances, Body::EntranceOpened { call: call.clone() })?;
            if asked {
                let ask = EntranceStep::Ask { choices: Vec::new() };
                tell(&mut entrances, decided(&call, ask, "entrance.why.unsure"))?;
            }
            tell(&mut entrances, decided(&call, to(queue, intent)?, "entrance.why.sure"))?;
            let queue = QueueId::new(queue)?;
            tell(&mut entrances, Body::EntranceMoved { call: call.clone(), queue, done: confirmed })?;
            for _ in 0..handed_on {
                let to = Some(AgentId::new("li")?);
                tell(&mut entrances, Body::CallTransferred { call: call.clone(), to, queue: None })?;
            }
        }
        let stranger = CallId::new("d")?;
        tell(&mut entrances, Body::CallTransferred { call: stranger, to: None, queue: None })?;
        let figures = entrances.figures();
        assert_eq!((figures.came, figures.asked, figures.passed_on, figures.understood), (3, 1, 3, 2));
        assert_eq!((figures.confirmed, figures.refused, figures.misrouted.0), (2, 1, 1));
        assert_eq!(figures.transfers_per_100, Some(100.0));
        assert_eq!(figures.reasons, BTreeMap::from([("entrance.why.sure".to_owned(), 3)]));
        Ok(())
    }

    #[test]
    fn an_offer_in_the_queue_confirms_it_and_nobody_makes_no_share() -> Outcome {
        let mut entrances = Entrances::default();
        assert_eq!(entrances.figures().transfers_per_100, None);
        let (call, queue) = (CallId::new("a")?, QueueId::new("billing")?);
        tell(&mut entrances, Body::EntranceOpened { call: call.clone() })?;
        let step = EntranceStep::Transfer { queue: queue.clone(), intent: None };
        assert_eq!(entrances.figures().came, 1);
        tell(&mut entrances, decided(&call, step, "entrance.why.silent"))?;
        tell(&mut entrances, Body::CallOffered { call, queue: Some(queue), agent: None })?;
        assert_eq!(entrances.figures().confirmed, 1);
        Ok(())
    }

    #[test]
    fn callers_of_weeks_ago_are_forgotten() -> Outcome {
        let mut entrances = Entrances::default();
        for (name, day) in [("a", 1), ("b", 20), ("c", 30)] {
            let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * day);
            let opened = Body::EntranceOpened { call: CallId::new(name)? };
            entrances
                .apply(&Draft::derived(SiteId::new("s")?, at, Vec::new(), opened).at_position(Position(1)));
        }
        assert_eq!(entrances.figures().came, 2);
        Ok(())
    }
}
