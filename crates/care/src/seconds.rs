//! Who is told of an alert that nobody has answered: the second person of its agent's team, else that of the site, else
//! everybody who hears of alerts.

use std::collections::BTreeMap;

use calmline_core::{AccountId, AgentId};

/// The second persons of one site, and who is in which team.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seconds {
    teams: BTreeMap<AgentId, String>,
    /// By team; without one, the site's.
    named: BTreeMap<Option<String>, AccountId>,
}

impl Seconds {
    pub(crate) fn joined(&mut self, agent: &AgentId, team: Option<&String>) {
        match team {
            Some(team) => self.teams.insert(agent.clone(), team.clone()),
            None => self.teams.remove(agent),
        };
    }

    pub(crate) fn chosen(&mut self, team: Option<&String>, second: Option<&AccountId>) {
        match second {
            Some(second) => self.named.insert(team.cloned(), second.clone()),
            None => self.named.remove(&team.cloned()),
        };
    }

    /// Whom an alert about an agent, or about a queue, goes to; nobody in particular where nobody is named.
    pub(crate) fn of(&self, agent: Option<&AgentId>) -> Option<AccountId> {
        let team = agent.and_then(|agent| self.teams.get(agent)).cloned();
        let of_team = team.is_some().then(|| self.named.get(&team)).flatten();
        of_team.or_else(|| self.named.get(&None)).cloned()
    }
}
