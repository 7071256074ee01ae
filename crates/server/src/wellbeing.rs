//! How groups of people were in a week that is over: coarse, for five people and more, and never so that fewer than five can be
//! worked out from what is shown. No I/O.
//!
//! * A cohort is a team as it stood when the week ended, or the whole site, counting those who were at work in that week.
//! * A measure of fewer than five people is left out. If what is left out is fewer than five people together, they could be
//!   told from the site's figure and the other teams': then the smallest team that would be shown is left out as well
//!   (complementary suppression; Willenborg & de Waal 2001, *Elements of Statistical Disclosure Control*, ch. 6).
//! * The week is written to the log once ([`calmline_core::Body::WellbeingFrozen`]) and never counted again, so that two looks
//!   do not tell who came or went between them.
//!
//! Load, exposure and strain count by the share of working time in the bands *high* and *heavy*; each person counts the
//! same. Energy is the average of each person's average. All limits are a choice.

use std::collections::BTreeMap;

use calmline_core::{
    Body, Event, Timestamp,
    event::{Band, Cohort, Energy, Extent, WorkState},
};
use jiff::SignedDuration;

/// The fewest people that anything is said about.
pub const FEWEST: usize = 5;
/// A stretch longer than that was not worked through: its end was not told.
const LONGEST_STRETCH: SignedDuration = SignedDuration::from_hours(12);
/// How far before a week events are read, to know how it began.
pub const BEFORE: SignedDuration = SignedDuration::from_hours(24);

/// One person's week.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Week {
    /// Their team as the week ended.
    pub team: Option<String>,
    /// The share of working time in high or heavy load, exposure and strain; none for those who were not at work.
    pub shares: Option<[f64; 3]>,
    /// The average of their check-ins, 0 to 10.
    pub energy: Option<f64>,
}

/// The shares of working time from `from` until `to` that events of a person tell of.
#[must_use]
pub fn shares(events: &[Event], from: Timestamp, to: Timestamp) -> Option<[f64; 3]> {
    let mut events: Vec<_> = events.iter().filter(|event| event.at < to).collect();
    events.sort_by_key(|event| event.at);
    let (mut working, mut high) = (false, [false; 3]);
    let (mut worked, mut spent) = (0.0, [0.0; 3]);
    let ends = events.iter().skip(1).map(|event| event.at).chain([to]);
    for (event, end) in events.iter().zip(ends) {
        match &event.body {
            Body::AgentState { state, .. } => {
                working = !matches!(state, WorkState::Offline | WorkState::OnBreak);
            }
            Body::LoadChanged { load, exposure, strain, .. } => {
                high = [load, exposure, strain].map(|band| *band >= Band::High);
            }
            _ => {}
        }
        let length = end.duration_since(event.at.max(from)).min(LONGEST_STRETCH).as_secs_f64();
        if working && length > 0.0 {
            worked += length;
            for (spent, _) in spent.iter_mut().zip(high).filter(|(_, high)| *high) {
                *spent += length;
            }
        }
    }
    (worked > 0.0).then(|| spent.map(|spent| spent / worked))
}

/// The cohorts of a week: the whole site, then each team by name.
#[must_use]
pub fn cohorts(people: &[Week]) -> Vec<Cohort> {
    let at_work: Vec<&Week> = people.iter().filter(|week| week.shares.is_some()).collect();
    let mut teams: BTreeMap<&str, Vec<&Week>> = BTreeMap::new();
    for week in &at_work {
        teams.entry(week.team.as_deref().unwrap_or_default()).or_default().push(week);
    }
    let counts = |counted: &dyn Fn(&Week) -> bool| -> Vec<(&str, usize)> {
        let people = |weeks: &[&Week]| weeks.iter().filter(|week| counted(week)).count();
        teams.iter().map(|(team, weeks)| (*team, people(weeks))).collect()
    };
    let by_work = shown(&counts(&|_| true));
    let by_energy = shown(&counts(&|week| week.energy.is_some()));
    let cohort = |team: Option<&str>, weeks: &[&Week], work: bool, energy: bool| Cohort {
        team: team.map(str::to_owned),
        people: work.then(|| at_least(weeks.len())).flatten(),
        load: work.then(|| extent(weeks, 0)).flatten(),
        exposure: work.then(|| extent(weeks, 1)).flatten(),
        strain: work.then(|| extent(weeks, 2)).flatten(),
        energy: energy.then(|| average_energy(weeks)).flatten(),
        ..Cohort::default()
    };
    let whole = cohort(None, &at_work, by_work.whole, by_energy.whole);
    let named = teams.iter().filter(|(team, _)| !team.is_empty());
    let each = named.map(|(team, weeks)| {
        cohort(Some(team), weeks, by_work.teams.contains(team), by_energy.teams.contains(team))
    });
    [whole].into_iter().chain(each).collect()
}

/// What may be shown of a measure.
#[derive(Debug, PartialEq)]
struct Shown<'a> {
    whole: bool,
    teams: Vec<&'a str>,
}

/// Which of the teams with these numbers of people may be shown beside the whole; people without a team are one of them, the
/// nameless, and never shown by themselves.
fn shown<'a>(counts: &[(&'a str, usize)]) -> Shown<'a> {
    let all: usize = counts.iter().map(|(_, count)| count).sum();
    let mut teams: Vec<_> =
        counts.iter().filter(|(team, count)| !team.is_empty() && *count >= FEWEST).copied().collect();
    teams.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let hidden = all - teams.iter().map(|(_, count)| count).sum::<usize>();
    if (1..FEWEST).contains(&hidden) {
        teams.pop();
    }
    Shown { whole: all >= FEWEST, teams: teams.into_iter().map(|(team, _)| team).collect() }
}

fn at_least(people: usize) -> Option<u32> {
    match people {
        20.. => Some(20),
        10.. => Some(10),
        FEWEST.. => Some(5),
        _ => None,
    }
}

fn average(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0.0, 0.0), |(count, sum), value| (count + 1.0, sum + value));
    (count > 0.0).then(|| sum / count)
}

fn extent(weeks: &[&Week], measure: usize) -> Option<Extent> {
    let share = average(weeks.iter().filter_map(|week| Some(week.shares?[measure])))?;
    Some(match share {
        ..0.1 => Extent::Little,
        ..0.3 => Extent::Some,
        _ => Extent::Much,
    })
}

fn average_energy(weeks: &[&Week]) -> Option<Energy> {
    let energy = average(weeks.iter().filter_map(|week| week.energy))?;
    Some(match energy {
        ..4.0 => Energy::Low,
        ..7.0 => Energy::Middle,
        _ => Energy::Good,
    })
}

#[cfg(test)]
mod tests {
    use calmline_core::{AgentId, EventId, Position, SiteId};
    use proptest::prelude::*;

    use super::*;

    fn event(at: i64, body: Body) -> Event {
        let (site, id) = (SiteId::new("s").unwrap(), EventId::derive(&["x"]));
        Event {
            position: Position(1),
            site,
            id,
            at: Timestamp::from_second(at).unwrap(),
            because: Vec::new(),
            body,
        }
    }

    fn state(at: i64, state: WorkState) -> Event {
        event(at, Body::AgentState { agent: AgentId::new("a").unwrap(), state, reason: None })
    }

    fn strain(at: i64, strain: Band) -> Event {
        let agent = AgentId::new("a").unwrap();
        let (load, exposure) = (Band::Light, Band::Heavy);
        event(at, Body::LoadChanged { agent, load, exposure, strain, reasons: Vec::new() })
    }

    #[test]
    fn time_at_work_alone_counts_and_only_that_of_the_week() {
        let at = |second| Timestamp::from_second(second).unwrap();
        // At work before the week begins at 100, on a break from 150 to 170, signed off at 200.
        let events = [
            state(50, WorkState::Available),
            strain(140, Band::High),
            state(150, WorkState::OnBreak),
            state(170, WorkState::Busy),
            strain(180, Band::Usual),
            state(200, WorkState::Offline),
            strain(240, Band::Heavy),
        ];
        let found = shares(&events, at(100), at(300)).unwrap();
        // 80 seconds of work; strain high for 10 + 10, exposure for 10 + 30.
        assert_eq!(found, [0.0, 0.5, 0.25]);
        assert_eq!(shares(&[state(10, WorkState::Offline)], at(0), at(300)), None);
        let never_off = [state(0, WorkState::Available), strain(3600, Band::High)];
        let week = shares(&never_off, at(0), at(604_800)).unwrap();
        assert!(
            (week[2] - 12.0 / 13.0).abs() < 1e-9,
            "a shift that never ended counts for twelve hours: {week:?}"
        );
    }

    fn people(teams: &[(&str, usize)]) -> Vec<Week> {
        let week = |team: &str| Week {
            team: (!team.is_empty()).then(|| team.to_owned()),
            shares: Some([0.05, 0.2, 0.9]),
            energy: Some(6.0),
        };
        teams.iter().flat_map(|&(team, count)| std::iter::repeat_n(week(team), count)).collect()
    }

    #[test]
    fn five_are_shown_and_four_are_not() {
        let cohorts = cohorts(&people(&[("a", 5), ("b", 4), ("c", 12), ("", 1)]));
        let [whole, a, b, c] = cohorts.as_slice() else { panic!("{cohorts:?}") };
        assert_eq!((whole.team.as_deref(), whole.people), (None, Some(20)));
        assert_eq!(
            (a.load, a.exposure, a.strain),
            (Some(Extent::Little), Some(Extent::Some), Some(Extent::Much))
        );
        assert_eq!((a.energy, a.people), (Some(Energy::Middle), Some(5)));
        assert_eq!((b.people, b.load, b.energy), (None, None, None));
        assert_eq!(c.people, Some(10));
    }

    #[test]
    fn four_left_over_take_the_smallest_team_with_them() {
        let named = |teams: &[(&'static str, usize)]| shown(teams).teams;
        assert_eq!(named(&[("a", 6), ("b", 9), ("c", 4)]), ["b"]);
        assert_eq!(named(&[("a", 6), ("b", 9), ("", 1)]), ["b"]);
        assert_eq!(named(&[("a", 6), ("b", 9), ("c", 4), ("d", 1)]), ["b", "a"]);
        assert_eq!(named(&[("a", 6), ("b", 9)]), ["b", "a"]);
        assert_eq!(shown(&[("a", 4)]), Shown { whole: false, teams: vec![] });
    }

    #[test]
    fn energy_has_people_of_its_own() {
        let mut weeks = people(&[("a", 8), ("b", 8)]);
        for week in weeks.iter_mut().take(4) {
            week.energy = None;
        }
        let cohorts = cohorts(&weeks);
        assert!(cohorts[1].strain.is_some() && cohorts[1].energy.is_none(), "four of team a said something");
        assert!(cohorts[2].energy.is_none(), "what eight of b said would tell what four of a said");
        assert!(cohorts[0].energy.is_some());
    }

    proptest! {
        /// Whatever is shown, what is not shown of the whole is nobody or five people and more.
        #[test]
        fn fewer_than_five_can_never_be_worked_out(counts in proptest::collection::vec(0_usize..15, 0..8)) {
            let names: Vec<String> = (0..counts.len()).map(|n| if n == 0 { String::new() } else { n.to_string() }).collect();
            let teams: Vec<_> = names.iter().map(String::as_str).zip(counts.iter().copied()).collect();
            let may = shown(&teams);
            let count = |team: &&str| teams.iter().find(|(name, _)| name == team).map_or(0, |(_, count)| *count);
            let all: usize = counts.iter().sum();
            let visible: usize = may.teams.iter().map(count).sum();
            prop_assert!(may.teams.iter().all(|team| count(team) >= FEWEST));
            prop_assert_eq!(may.whole, all >= FEWEST);
            prop_assert!(visible == all || all - visible >= FEWEST || may.teams.is_empty());
        }
    }
}
