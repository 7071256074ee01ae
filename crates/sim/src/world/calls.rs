//! The way of a call: arrival, queue, ringing, hold, transfer, end.

use std::sync::Arc;

use calmline_core::{AgentId, Body, CallId, Timestamp, event::WorkState};

use super::{
    Call, PATIENCE_S, Step, UNHEARD, WRAP_UP, World, WorldEvent, language_code, later, seconds_between,
};
use crate::{
    mix::{self, Layout},
    rng::Rng,
    script::{CallScript, Topic},
};

/// A caller in a queue.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) call: u64,
    pub(super) since: Timestamp,
}

/// A call from its arrival to its end.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: CallId,
    pub(super) script: Arc<CallScript>,
    pub(super) agent: Option<usize>,
    /// When everything happens; set by [`World::timed`], else estimated at the answer.
    pub(super) layout: Option<Layout>,
    pub(super) heard: bool,
    pub(super) answered: bool,
    pub(super) held: bool,
    /// The plot needs this call: its caller waits as long as it takes, at the head of the queue.
    pub(super) planted: bool,
}

impl World {
    /// Plans the next arrival after a time (Lewis and Shedler's thinning: candidates at the highest rate, of which only
    /// a share is kept).
    pub(super) fn next_arrival(&mut self, after: Timestamp) {
        let peak =
            self.config.profile.peak() * self.config.bursts.iter().map(|b| b.factor).fold(1.0, f64::max);
        if self.rate <= 0.0 || self.repertoire.is_empty() {
            return;
        }
        let shift = seconds_between(self.config.opens, self.config.closes).max(1.0);
        let mut at = after;
        while at < self.config.closes {
            at = later(at, self.rng.exponential(1.0 / (self.rate * peak)).max(0.001));
            let burst: f64 = self
                .config
                .bursts
                .iter()
                .filter(|b| b.from <= at && at < b.until)
                .map(|b| b.factor)
                .product();
            let profile = self.config.profile.factor(seconds_between(self.config.opens, at) / shift);
            // Unheard calls last longer, so fewer of them fill the same time.
            let pace = if at < self.config.heard_from { 1.0 / UNHEARD } else { 1.0 };
            if self.rng.chance(profile * burst * pace / peak) && at < self.config.closes {
                self.at(at, Step::Arrive);
                return;
            }
        }
    }

    pub(super) fn arrive(&mut self) {
        self.next_arrival(self.now);
        let total: f64 = self.repertoire.iter().map(|(_, weight)| weight).sum();
        let mut drawn = self.rng.unit() * total;
        let script = self
            .repertoire
            .iter()
            .find(|(_, weight)| {
                drawn -= weight;
                drawn < 0.0
            })
            .or(self.repertoire.last())
            .map(|(script, _)| Arc::clone(script));
        if let Some(script) = script {
            self.call_in(script, false);
        }
    }

    pub(super) fn arrive_planted(&mut self, index: usize) {
        self.call_in(Arc::clone(&self.planted[index]), true);
    }

    fn call_in(&mut self, script: Arc<CallScript>, planted: bool) {
        let key = (script.topic, language_code(script.lang));
        let number = self.next_call;
        self.next_call += 1;
        let Ok(id) = call_id(&self.source, number) else { return };
        let Some((queue, waiting)) = self.queues.get_mut(&key) else { return };
        let entry = Waiting { call: number, since: self.now };
        if planted {
            waiting.push_front(entry);
        } else {
            waiting.push_back(entry);
        }
        let offered = Body::CallOffered { call: id.clone(), agent: None, queue: Some(queue.clone()) };
        let line = Line {
            id,
            script,
            agent: None,
            layout: None,
            heard: false,
            answered: false,
            held: false,
            planted,
        };
        self.lines.insert(number, line);
        self.tell(offered);
        if !planted {
            let patience = 15.0 + self.rng.exponential(PATIENCE_S);
            self.within(patience, Step::HangUp(number));
        }
        if let Some(agent) = self.longest_idle(key) {
            self.serve(agent);
        }
    }

    fn longest_idle(&self, (topic, lang): (Topic, &str)) -> Option<usize> {
        self.agents
            .iter()
            .enumerate()
            .filter(|(_, a)| {
                a.is_free() && language_code(a.card.lang) == lang && a.card.topics.contains(&topic)
            })
            .min_by_key(|(index, a)| (a.since, *index))
            .map(|(index, _)| index)
    }

    /// A free agent takes the caller who has waited longest in the queues that they serve; planted calls come first.
    pub(super) fn serve(&mut self, agent: usize) {
        if !self.agents[agent].is_free() {
            return;
        }
        let card = &self.agents[agent].card;
        let lang = language_code(card.lang);
        let next = card
            .topics
            .iter()
            .filter_map(|topic| {
                let first = self.queues.get(&(*topic, lang))?.1.front()?;
                let planted = self.lines.get(&first.call).is_some_and(|line| line.planted);
                Some((!planted, first.since, first.call, *topic))
            })
            .min();
        let Some((_, _, call, topic)) = next else { return };
        if let Some((_, waiting)) = self.queues.get_mut(&(topic, lang)) {
            waiting.pop_front();
        }
        self.ring(call, agent);
    }

    fn ring(&mut self, call: u64, agent: usize) {
        let heard = self.now >= self.config.heard_from;
        let second = self.colleague(agent).unwrap_or(agent);
        let (voice, second) = (self.agents[agent].card.voice, self.agents[second].card.voice);
        let seed = self.rng.bits();
        let Some(line) = self.lines.get_mut(&call) else { return };
        self.agents[agent].reserved = true;
        line.agent = Some(agent);
        line.heard = heard;
        if heard {
            let caller = line.script.turns.iter().find(|t| t.by == calmline_core::Party::Customer);
            let caller = caller.map_or(0, |turn| turn.voice);
            line.script = Arc::new(CallScript::clone(&line.script).cast(caller, voice, second));
            let call = Call {
                call: line.id.clone(),
                agent: self.agents[agent].card.id.clone(),
                script: Arc::clone(&line.script),
                seed,
            };
            self.out.push_back((self.now, WorldEvent::Call(call)));
        }
        let rings = self.rng.between(2.0, 5.0);
        self.within(rings, Step::Answer(call));
    }

    /// Somebody of the same language to pass a call to, by preference someone free.
    fn colleague(&self, agent: usize) -> Option<usize> {
        let lang = self.agents[agent].card.lang;
        let others = || {
            self.agents.iter().enumerate().filter(move |(index, a)| *index != agent && a.card.lang == lang)
        };
        others().find(|(_, a)| a.is_free()).or_else(|| others().next()).map(|(index, _)| index)
    }

    /// Tells the world how long a call's clips really are, between its ringing and its answer; later it is ignored.
    pub fn timed(&mut self, call: &CallId, layout: Layout) {
        if let Some(line) = self.lines.values_mut().find(|line| line.id == *call && !line.answered) {
            line.layout = Some(layout);
        }
    }

    pub(super) fn answered(&mut self, call: u64) {
        let Some(line) = self.lines.get_mut(&call) else { return };
        let Some(agent) = line.agent else { return };
        line.answered = true;
        let mut layout = line.layout.take().unwrap_or_else(|| mix::estimate(&line.script));
        if !line.heard {
            layout = layout.stretched(UNHEARD);
        }
        let key = (line.script.topic, language_code(line.script.lang));
        let id = line.id.clone();
        let queue = self.queues.get(&key).map(|(queue, _)| queue.clone());
        let who = self.agents[agent].card.id.clone();
        self.tell(Body::CallAnswered { call: id, agent: who, queue });
        self.enter(agent, WorkState::Busy, None);
        if let Some((from, to)) = layout.hold_s {
            self.within(from, Step::Hold(call));
            self.within(to, Step::Resume(call));
        }
        if let Some(at) = layout.transfer_s {
            self.within(at, Step::Transfer(call));
        }
        self.within(layout.total_s, Step::End(call));
    }

    pub(super) fn hold(&mut self, call: u64) {
        let Some(line) = self.lines.get_mut(&call) else { return };
        line.held = true;
        let id = line.id.clone();
        self.tell(Body::CallHeld { call: id });
    }

    pub(super) fn resume(&mut self, call: u64) {
        let Some(line) = self.lines.get_mut(&call).filter(|line| line.held) else { return };
        line.held = false;
        let id = line.id.clone();
        self.tell(Body::CallResumed { call: id });
    }

    /// Passes the call to a free agent of the other topic; where none is free, the first agent keeps it.
    pub(super) fn transfer(&mut self, call: u64) {
        let Some(line) = self.lines.get(&call) else { return };
        let Some(topic) = line.script.turns.iter().find_map(|turn| turn.transfer) else { return };
        let key = (topic, language_code(line.script.lang));
        let (id, heard, Some(from)) = (line.id.clone(), line.heard, line.agent) else { return };
        let Some(to) = self.longest_idle(key) else { return };
        let queue = self.queues.get(&key).map(|(queue, _)| queue.clone());
        let taker: AgentId = self.agents[to].card.id.clone();
        if let Some(line) = self.lines.get_mut(&call) {
            line.agent = Some(to);
        }
        self.tell(Body::CallTransferred { call: id, to: Some(taker), queue });
        self.enter(to, WorkState::Busy, None);
        self.wrap_up(from, heard);
    }

    pub(super) fn end(&mut self, call: u64) {
        let Some(line) = self.lines.remove(&call) else { return };
        let Some(agent) = line.agent else { return };
        self.tell(Body::CallEnded { call: line.id, reason: Some("hung_up".into()) });
        self.wrap_up(agent, line.heard);
    }

    /// The caller of a call that nobody took gives up.
    pub(super) fn hang_up(&mut self, call: u64) {
        let Some(line) = self.lines.get(&call) else { return };
        if line.agent.is_some() {
            return;
        }
        let key = (line.script.topic, language_code(line.script.lang));
        let id = line.id.clone();
        if let Some((_, waiting)) = self.queues.get_mut(&key) {
            waiting.retain(|other| other.call != call);
        }
        self.lines.remove(&call);
        self.tell(Body::CallEnded { call: id, reason: Some("abandoned".into()) });
    }

    fn wrap_up(&mut self, agent: usize, heard: bool) {
        self.enter(agent, WorkState::WrapUp, None);
        let mean = if heard { WRAP_UP.0 } else { WRAP_UP.0 * UNHEARD };
        let seconds = self.rng.log_normal(mean, WRAP_UP.1).clamp(3.0, 3.0 * mean);
        self.within(seconds, Step::WrappedUp(agent));
    }
}

/// A call's name: a version 4 UUID drawn from the run's name and the call's number, so that two runs never share one.
fn call_id(source: &str, number: u64) -> Result<CallId, calmline_core::IdError> {
    let mut rng = Rng::named(number, source);
    let (high, low) = (rng.bits(), rng.bits());
    let time = high >> 32;
    let (mid, version) = ((high >> 16) & 0xffff, 0x4000 | (high & 0x0fff));
    let (variant, node) = (0x8000 | ((low >> 48) & 0x3fff), low & 0xffff_ffff_ffff);
    CallId::new(format!("{time:08x}-{mid:04x}-{version:04x}-{variant:04x}-{node:012x}"))
}
