//! Agents that follow a script, to try a scenario out: it must be possible to do well in it, and to do badly.

use std::sync::Arc;

use super::{
    lines::Stock,
    scenario::Scenario,
    session::{Outcome, Session},
};

/// How a scripted agent goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Acknowledges, asks, offers, recaps; sets limits to abuse.
    Good,
    /// Blames and brushes aside.
    Harsh,
    /// Says nothing.
    Silent,
    /// Apologises and does nothing else.
    Apologetic,
}

impl Script {
    /// What it says next.
    fn line(self, session: &Session) -> String {
        let stock = Stock::of(session.scenario.language);
        let turn = session.played.len();
        let nth = |kind: &str, at: usize| {
            let lines = stock.agent(kind);
            lines.get(at % lines.len().max(1)).cloned().unwrap_or_default()
        };
        match self {
            Self::Good => good(session, &nth),
            Self::Harsh => nth(if turn.is_multiple_of(2) { "blame" } else { "dismiss" }, turn / 2),
            Self::Silent => String::new(),
            Self::Apologetic => nth("apologise", turn),
        }
    }
}

fn good(session: &Session, nth: &dyn Fn(&str, usize) -> String) -> String {
    let (scenario, known, turn) = (&session.scenario, &session.known, session.played.len());
    let state = session.state();
    if state.abusing {
        return format!("{} {}", nth("limit", usize::from(state.limits)), nth("acknowledge", turn));
    }
    let fact = (0..scenario.facts.len()).find(|at| !known.facts.contains(at));
    let goal = (0..scenario.goals.len()).find(|at| !known.goals.contains(at));
    let next = match (fact, goal) {
        (Some(at), _) => scenario.facts[at].ask.get_ref().clone(),
        (None, Some(at)) => scenario.goals[at].better.get_ref().clone(),
        (None, None) => nth("recap", turn),
    };
    if state.heat >= 40 { format!("{} {next}", nth("acknowledge", turn)) } else { next }
}

/// Plays a scenario to its end.
#[must_use]
pub fn play(scenario: &Arc<Scenario>, seed: u64, script: Script) -> (Session, Outcome) {
    let mut session = Session::open(Arc::clone(scenario), seed, false);
    loop {
        let line = script.line(&session);
        session.say(&line);
        if let Some(outcome) = session.outcome() {
            return (session, outcome);
        }
    }
}
