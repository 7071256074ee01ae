//! Breaks: those that the contact centre plans, those that agents agree to, and how each comes about.

use calmline_core::{
    AgentId, Timestamp,
    event::{OfferAnswer, WorkState},
};

use super::{PlannedBreaks, Reaction, Step, World, agent::Leave, later, seconds_between};

/// Length of the last planned break before the story, in seconds, if it begins in time.
const LAST_BREAK_S: f64 = 14.0 * 60.0;
/// No planned break begins in so many seconds before calls are heard: longer than any but that one takes.
const LAST_PLANNED_S: f64 = 9.0 * 60.0;

impl World {
    /// What an agent answers when a break is offered: mostly yes. What counts is what is then told to the product and,
    /// by [`World::answer`], to the world.
    pub fn reaction(&mut self, now: Timestamp) -> Reaction {
        let after_s = self.rng.between(3.0, 9.0);
        let mood = self.rng.unit();
        let answer = match mood {
            _ if std::mem::take(&mut self.next_offer_is_taken) => OfferAnswer::Accepted,
            _ if mood < 0.75 => OfferAnswer::Accepted,
            _ if mood < 0.9 => OfferAnswer::Moved { to: later(now, 60.0 * self.rng.between(5.0, 15.0)) },
            _ => OfferAnswer::Refused,
        };
        Reaction { after_s, answer }
    }

    /// An agent answered the offer of a break of so many minutes. An accepted break begins at the end of the present
    /// call, once the phone platform has confirmed it a second or three later; a moved one at its time. Agents who are
    /// not at work or whom nobody knows are passed over.
    pub fn answer(&mut self, now: Timestamp, agent: &AgentId, answer: OfferAnswer, minutes: u32) {
        let Some(index) = self.agents.iter().position(|known| known.card.id == *agent) else { return };
        let when = match answer {
            OfferAnswer::Refused => return,
            OfferAnswer::Accepted => now,
            OfferAnswer::Moved { to } => to,
        };
        self.at(when.max(self.now), Step::WantsBreak(index, minutes));
    }

    /// The contact centre's own plan for an agent's next break.
    pub(super) fn plan_break(&mut self, agent: usize, first: bool) {
        let planned = match self.config.breaks {
            PlannedBreaks::Lunch if self.agents[agent].had_lunch => None,
            PlannedBreaks::Lunch => {
                let shift = seconds_between(self.config.opens, self.config.closes);
                // People go for lunch in turns around the middle of the shift.
                let part = 0.42 + 0.16 * agent as f64 / self.agents.len() as f64;
                Some(later(self.config.opens, part * shift))
            }
            PlannedBreaks::Short { after_minutes } => {
                let early = if first { self.rng.between(0.3, 1.0) } else { self.rng.between(0.8, 1.0) };
                let seconds = 60.0 * after_minutes * early;
                let due = later(self.now, seconds);
                self.rested_at.get(&agent).map_or(Some(due), |rested| self.before_the_plot(seconds, *rested))
            }
        };
        self.agents[agent].planned = planned.filter(|at| *at < self.config.closes);
        if let Some(at) = self.agents[agent].planned {
            self.at(at, Step::BreakFallsDue(agent));
        }
    }

    /// A planned break that leads up to the last one before the story, which must end at `rested`; `seconds` is how long
    /// the agent would usually work until the next.
    fn before_the_plot(&self, seconds: f64, rested: Timestamp) -> Option<Timestamp> {
        let last = later(rested, -LAST_BREAK_S);
        let left = seconds_between(self.now, last);
        if left <= 0.0 {
            return None;
        }
        // Equal stretches, none longer than usual.
        let stretches = (left / seconds).ceil().max(1.0);
        Some(later(self.now, left / stretches))
    }

    /// The break that an agent should take now, if any.
    pub(super) fn leave_due(&mut self, agent: usize) -> Option<Leave> {
        if let Some(leave) = self.agents[agent].leave.take() {
            return Some(leave);
        }
        let planned = self.agents[agent].planned?;
        if planned > self.now {
            return None;
        }
        self.agents[agent].planned = None;
        match self.config.breaks {
            PlannedBreaks::Lunch => {
                self.agents[agent].had_lunch = true;
                Some(Leave { minutes: 30.0, reason: "lunch" })
            }
            // Once calls are heard, breaks come by offers alone; and nobody is away then, for a site lets only so many of
            // its people be away at once.
            PlannedBreaks::Short { .. } if self.now >= later(self.config.heard_from, -LAST_PLANNED_S) => None,
            PlannedBreaks::Short { .. } => {
                let until_rested =
                    self.rested_at.get(&agent).map(|rested| seconds_between(self.now, *rested));
                let minutes = match until_rested {
                    Some(left) if left > 60.0 && left <= LAST_BREAK_S => left / 60.0,
                    _ => self.rng.between(5.0, 8.0),
                };
                Some(Leave { minutes, reason: "planned" })
            }
        }
    }

    /// An agent without a call goes home, on a break, or waits for the next call.
    pub(super) fn go_on(&mut self, agent: usize) {
        let known = &self.agents[agent];
        if known.state != WorkState::Available || known.reserved || known.lent {
            return;
        }
        if self.agents[agent].leaving {
            self.enter(agent, WorkState::Offline, Some("shift_over"));
            return;
        }
        if let Some(leave) = self.leave_due(agent) {
            self.ask_for_break(agent, leave);
        }
    }

    /// The platform takes a moment to confirm a break; no call rings meanwhile.
    fn ask_for_break(&mut self, agent: usize, leave: Leave) {
        self.agents[agent].leave = Some(leave);
        self.agents[agent].reserved = true;
        let confirmed = self.rng.between(1.0, 3.0);
        self.within(confirmed, Step::BreakBegins(agent));
    }

    pub(super) fn begin_break(&mut self, agent: usize) {
        let Some(leave) = self.agents[agent].leave.take() else { return };
        self.enter(agent, WorkState::OnBreak, Some(leave.reason));
        self.within(60.0 * leave.minutes, Step::BreakOver(agent));
    }

    pub(super) fn wrapped_up(&mut self, agent: usize) {
        if self.agents[agent].lent {
            return;
        }
        if self.agents[agent].leaving {
            self.enter(agent, WorkState::Offline, Some("shift_over"));
            return;
        }
        if let Some(leave) = self.leave_due(agent) {
            self.ask_for_break(agent, leave);
            return;
        }
        self.enter(agent, WorkState::Available, None);
        self.serve(agent);
    }
}
