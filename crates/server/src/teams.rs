//! Who is in which team, as the log says.

use std::collections::BTreeMap;

use calmline_core::{AgentId, Body, Position, SiteId, Timestamp};
use calmline_store::{Store, StoreError};

const AT_ONCE: u32 = 1_000;
/// The longest name of a team, in characters.
pub const LONGEST: usize = 60;

/// The teams as they stood just before a time, by agent. Assignments are few: they are read anew each time.
///
/// # Errors
/// When the store fails.
pub async fn teams(
    store: &dyn Store,
    site: &SiteId,
    before: Timestamp,
) -> Result<BTreeMap<AgentId, String>, StoreError> {
    let (mut teams, mut after) = (BTreeMap::new(), Position(0));
    loop {
        let events = store.read_kind(site, "agent.team", after, AT_ONCE).await?;
        for event in events.iter().filter(|event| event.at < before) {
            let Body::AgentTeam { agent, team, .. } = &event.body else { continue };
            match team {
                Some(team) => teams.insert(agent.clone(), team.clone()),
                None => teams.remove(agent),
            };
        }
        match events.last() {
            Some(last) => after = last.position,
            None => return Ok(teams),
        }
    }
}

/// A team's name as it is kept: without white space around it.
///
/// # Errors
/// When it is empty, longer than 60 characters, or holds a control character.
pub fn name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > LONGEST {
        return Err("the name of a team has 1 to 60 characters");
    }
    if name.chars().any(char::is_control) {
        return Err("the name of a team holds a control character");
    }
    Ok(name.to_owned())
}
