//! The roster as it is written to a file.

use super::{AgentId, Instance, OFF};

/// Who works when.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Roster {
    /// Everybody, in the order of the instance.
    pub agents: Vec<AgentRoster>,
}

/// One person's days.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AgentRoster {
    /// Who.
    pub id: AgentId,
    /// Each working day.
    pub days: Vec<DayRoster>,
}

/// One person's day. Slots are counted from the day's first midnight.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DayRoster {
    /// Which day, from 0.
    pub day: usize,
    /// First slot of the shift.
    pub start: usize,
    /// Its breaks, in their order.
    pub breaks: Vec<PlacedBreak>,
}

/// A break that has its place.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PlacedBreak {
    /// The name that its kind of shift gives it.
    pub name: String,
    /// First slot of the break.
    pub start: usize,
}

impl Roster {
    /// Writes out everybody's weeks, which lie one after another.
    pub(super) fn of(instance: &Instance, mut weeks: &[u16]) -> Self {
        let mut agents = Vec::with_capacity(instance.agents.len());
        for agent in &instance.agents {
            let terms = &agent.group.terms;
            let (own, rest) = weeks.split_at(instance.places(terms));
            weeks = rest;
            let breaks = &instance.kinds[terms.kind].breaks;
            let placed = terms.days.iter().zip(own.chunks(instance.stride(terms)));
            let worked = placed.filter(|(_, placed)| placed[0] != OFF);
            let days = worked.map(|(day, placed)| DayRoster {
                day: day.day,
                start: usize::from(placed[0]),
                breaks: breaks
                    .iter()
                    .zip(&placed[1..])
                    .map(|(pause, &start)| PlacedBreak { name: pause.name.clone(), start: start.into() })
                    .collect(),
            });
            agents.push(AgentRoster { id: agent.id.clone(), days: days.collect() });
        }
        Self { agents }
    }
}
