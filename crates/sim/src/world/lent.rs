//! Agents who are lent to somebody else: the world goes on without them.

use calmline_core::event::WorkState;

use super::{AgentCard, World};
use crate::script::Topic;

impl World {
    /// Lends agents who serve a topic, those first who are ready for calls now; fewer where there are not so many. Whoever is in
    /// a call hangs up. From then on the world tells nothing of them, and gives them no calls.
    pub fn lend(&mut self, topic: Topic, count: usize) -> Vec<AgentCard> {
        let at_work = |agent: usize| {
            let agent = &self.agents[agent];
            let here = matches!(agent.state, WorkState::Available | WorkState::Busy | WorkState::WrapUp);
            here && !agent.reserved && agent.card.topics.contains(&topic)
        };
        let mut chosen: Vec<usize> = (0..self.agents.len()).filter(|&agent| at_work(agent)).collect();
        chosen.sort_by_key(|&agent| self.agents[agent].state != WorkState::Available);
        chosen.truncate(count);
        for &agent in &chosen {
            self.let_go(agent);
        }
        chosen.into_iter().map(|agent| self.agents[agent].card.clone()).collect()
    }

    fn let_go(&mut self, agent: usize) {
        let call = self.lines.iter().find(|(_, line)| line.agent == Some(agent)).map(|(call, _)| *call);
        if let Some(call) = call {
            self.end(call);
        }
        if self.agents[agent].state == WorkState::WrapUp {
            self.enter(agent, WorkState::Available, None);
        }
        self.agents[agent].lent = true;
    }
}
