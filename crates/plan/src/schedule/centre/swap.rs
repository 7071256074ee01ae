//! Shifts that two people swap, or that one gives to another: which rules that would break, and what it would cost.

use super::{AgentRoster, Broken, DayRoster, DayTerms, Instance, Roster, Terms, check};

/// What two people wish to do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Proposal {
    /// Who gives a day of work away.
    pub from: String,
    /// Who takes it.
    pub to: String,
    /// The day.
    pub day: usize,
    /// The day that they give for it; none where it is given away.
    pub back: Option<usize>,
}

/// What would come of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Swap {
    /// Rules that the two rosters would break and do not break now. Empty: it may be done.
    pub broken: Vec<Broken>,
    /// By how much the objective would rise: below 0 where the roster would be better.
    pub more: i64,
    /// The roster that would be.
    #[serde(skip)]
    pub roster: Roster,
}

/// Why a proposal is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SwapError {
    /// There is no such person.
    #[error("nobody has the id {id}; name one of agents")]
    Nobody {
        /// The id.
        id: String,
    },
    /// Both are the same person.
    #[error("{id} cannot swap with themselves; name two people")]
    Same {
        /// The id.
        id: String,
    },
    /// Somebody gives a day on which they do not work.
    #[error("{id} does not work on day {day}; name one of their days of work")]
    NoShift {
        /// Who.
        id: String,
        /// The day.
        day: usize,
    },
    /// Somebody takes a day on which they work already.
    #[error("{id} works on day {day} already; name a day on which they are off")]
    Busy {
        /// Who.
        id: String,
        /// The day.
        day: usize,
    },
}

/// Checks a proposal against all rules. Which days the two are to work is for them to settle between themselves; days off that are
/// agreed, availability, contracts, locked pieces and all rules hold as ever.
///
/// # Errors
/// When there are no two such people, or no such shift to give.
pub fn swap(instance: &Instance, roster: &Roster, proposal: &Proposal) -> Result<Swap, SwapError> {
    let from = find(instance, roster, &proposal.from)?;
    let to = find(instance, roster, &proposal.to)?;
    if from == to {
        return Err(SwapError::Same { id: proposal.from.clone() });
    }
    let mut after = roster.clone();
    let given = take(&mut after.agents[from], proposal.day)?;
    let returned = proposal.back.map(|day| take(&mut after.agents[to], day)).transpose()?;
    let mut terms = [from, to].map(|who| instance.agents[who].group.terms.clone());
    let mut broken = Vec::new();
    give(&mut after.agents[to], given)?;
    if let Some(returned) = returned {
        give(&mut after.agents[from], returned)?;
    }
    moved(&mut terms[0], Some(proposal.day), proposal.back);
    moved(&mut terms[1], proposal.back, Some(proposal.day));
    if terms[0].kind != terms[1].kind {
        for (who, day) in [(to, Some(proposal.day)), (from, proposal.back)] {
            let agent = instance.agents[who].id.to_string();
            broken.extend(day.map(|day| Broken { agent, rule: "type", day: Some(day), found: 1, limit: 0 }));
        }
    }
    for (who, terms) in [(from, &terms[0]), (to, &terms[1])] {
        let known = check::of_person(instance, &instance.agents[who].group.terms, &roster.agents[who]);
        let now = check::of_person(instance, terms, &after.agents[who]);
        broken.extend(now.into_iter().filter(|fault| !known.contains(fault)));
    }
    let people = || instance.agents.iter().enumerate();
    let old = people().zip(&roster.agents).map(|((_, agent), placed)| (&agent.group.terms, placed));
    let new = people().zip(&after.agents).map(|((who, agent), placed)| match who {
        _ if who == from => (&terms[0], placed),
        _ if who == to => (&terms[1], placed),
        _ => (&agent.group.terms, placed),
    });
    let more = check::objective(instance, new) - check::objective(instance, old);
    Ok(Swap { broken, more, roster: after })
}

/// The place of a person, who has one in the roster too.
fn find(instance: &Instance, roster: &Roster, id: &str) -> Result<usize, SwapError> {
    let people = instance.agents.iter().zip(&roster.agents);
    let place = people.map(|(agent, placed)| agent.id == placed.id && agent.id.to_string() == id);
    place.into_iter().position(|found| found).ok_or_else(|| SwapError::Nobody { id: id.to_owned() })
}

fn take(placed: &mut AgentRoster, day: usize) -> Result<DayRoster, SwapError> {
    let at = placed.days.iter().position(|worked| worked.day == day);
    let at = at.ok_or_else(|| SwapError::NoShift { id: placed.id.to_string(), day })?;
    Ok(placed.days.remove(at))
}

fn give(placed: &mut AgentRoster, day: DayRoster) -> Result<(), SwapError> {
    let at = placed.days.partition_point(|worked| worked.day < day.day);
    if placed.days.get(at).is_some_and(|worked| worked.day == day.day) {
        return Err(SwapError::Busy { id: placed.id.to_string(), day: day.day });
    }
    placed.days.insert(at, day);
    Ok(())
}

/// The terms of somebody who gives one day and takes another.
fn moved(terms: &mut Terms, gives: Option<usize>, takes: Option<usize>) {
    let place = |days: &[DayTerms], day: Option<usize>| days.iter().position(|own| Some(own.day) == day);
    // A day that they choose themselves, or that is settled, stays among their days.
    let listed = |at: &usize| !terms.days[*at].locked && !terms.days[*at].may_be_off;
    if let Some(at) = place(&terms.days, gives).filter(listed) {
        let day = terms.days.remove(at);
        terms.others.push(day);
    }
    if let Some(at) = place(&terms.others, takes) {
        let day = terms.others.remove(at);
        let before = terms.days.partition_point(|own| own.day < day.day);
        terms.days.insert(before, day);
    }
}
