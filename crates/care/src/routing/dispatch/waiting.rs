//! Calls that wait: questions about them, and giving them to whoever is free.

use calmline_core::{
    AgentId, Body, CallId, Draft, EventId,
    event::{Reason, Waiting},
};

use super::{Asked, Dispatch, FORGOTTEN};
use crate::{
    routing::{Ask, Decision, Outcome, Predicted},
    time::{after, seconds},
};

impl Dispatch {
    /// A router asks about a call.
    pub(super) fn asked(&mut self, call: &CallId, waiting: &Waiting, event: EventId, out: &mut Vec<Draft>) {
        let known = self.call(call);
        known.queue = waiting.queue.clone().or_else(|| known.queue.take());
        known.intent = waiting.intent.clone().or_else(|| known.intent.take());
        let Predicted { hard, minutes } = self.expect(waiting);
        let withheld = self.asked.get(call).and_then(|before| before.withheld);
        let ask = Ask { waiting, hard, minutes, withheld };
        if !waiting.candidates.is_empty() {
            let (mut ranked, mut decision) = self.router.rank(&ask, &waiting.candidates);
            let agent = ranked.remove(0);
            if let Outcome::Waits { .. } = decision.outcome {
                decision.outcome = Outcome::To { agent, runner_up: None };
            }
            out.push(self.draft(call, decision, ranked, vec![event]));
            return;
        }
        if let Some((agent, _)) = self.kept.get(call) {
            let mut decision = self.router.decide(&ask);
            decision.outcome = Outcome::To { agent: agent.clone(), runner_up: None };
            decision.reasons = vec![Reason::new("route.to.reserved")];
            out.push(self.draft(call, decision, Vec::new(), vec![event]));
            return;
        }
        let (waiting, forget) = (waiting.clone(), after(self.now, FORGOTTEN));
        // Looked at with the others, at once.
        self.asked.insert(call.clone(), Asked { waiting, withheld, event, look: Some(self.now), forget });
        self.changed = true;
    }

    /// Gives the free agents to the waiting calls. Of calls that go on waiting only the one just asked about is told.
    pub(super) fn look(&mut self, trigger: EventId, out: &mut Vec<Draft>) {
        let due = self.asked.values().any(|asked| asked.look.is_some_and(|at| at <= self.now));
        if self.asked.is_empty() || !(due || std::mem::take(&mut self.changed)) {
            return;
        }
        self.changed = false;
        let asked: Vec<(CallId, Asked)> =
            self.asked.iter().map(|(call, asked)| (call.clone(), asked.clone())).collect();
        let asks: Vec<Ask<'_>> = asked
            .iter()
            .map(|(_, asked)| {
                let Predicted { hard, minutes } = self.expect(&asked.waiting);
                Ask { waiting: &asked.waiting, hard, minutes, withheld: asked.withheld }
            })
            .collect();
        let decisions = self.router.assign(&asks);
        for ((call, asked), decision) in asked.iter().zip(decisions) {
            match &decision.outcome {
                Outcome::To { agent, .. } => {
                    self.router.keep(agent, true);
                    let until = after(self.now, seconds(self.set.reserve_seconds));
                    self.kept.insert(call.clone(), (agent.clone(), until));
                    self.asked.remove(call);
                }
                Outcome::Waits { until, withheld, .. } => {
                    if let Some(entry) = self.asked.get_mut(call) {
                        (entry.withheld, entry.look) = (*withheld, until.filter(|until| *until > self.now));
                    }
                    if asked.event != trigger {
                        continue;
                    }
                }
            }
            let because = if asked.event == trigger { vec![trigger] } else { vec![asked.event, trigger] };
            out.push(self.draft(call, decision, Vec::new(), because));
        }
    }

    fn draft(&self, call: &CallId, decision: Decision, then: Vec<AgentId>, because: Vec<EventId>) -> Draft {
        let (agent, until) = match decision.outcome {
            Outcome::To { agent, .. } => (Some(agent), None),
            Outcome::Waits { until, .. } => (None, until),
        };
        let (reasons, facts) = (decision.reasons, decision.facts);
        let body = Body::CallRouted { call: call.clone(), agent, then, until, reasons, facts };
        Draft::derived(self.site.clone(), self.now, because, body)
    }
}
