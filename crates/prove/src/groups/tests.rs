use calmline_core::{
    EventId, Position, SiteId,
    event::{Energy, Extent},
};
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

fn person(name: &str, team: &str, strain: f64) -> Week {
    Week {
        who: AgentId::new(name).unwrap(),
        team: (!team.is_empty()).then(|| team.to_owned()),
        shares: Some([0.05, 0.2, strain]),
        energy: Some(6.0),
        who5: Some(72.0),
        burnout: BTreeMap::from([(BurnoutScale::Work, 40.0)]),
        pulse: BTreeMap::from([(Standard::Control, 1.5)]),
    }
}

fn people(teams: &[(&str, usize)]) -> Vec<Week> {
    let numbered = |&(team, count): &(&str, usize)| -> Vec<Week> {
        (0..count).map(|n| person(&format!("{team}-{n}"), team, 0.9)).collect()
    };
    teams.iter().flat_map(numbered).collect()
}

#[test]
fn five_are_shown_and_four_are_not() {
    let cohorts = cohorts(&people(&[("a", 5), ("b", 4), ("c", 12), ("", 1)]), None);
    let [whole, a, b, c] = cohorts.as_slice() else { panic!("{cohorts:?}") };
    assert_eq!((whole.team.as_deref(), whole.people), (None, Some(20)));
    assert_eq!(
        (a.load, a.exposure, a.strain),
        (Some(Extent::Little), Some(Extent::Some), Some(Extent::Much))
    );
    assert_eq!((a.energy, a.who5, a.people), (Some(Energy::Middle), Some(Energy::Good), Some(5)));
    assert_eq!(a.burnout, BTreeMap::from([(BurnoutScale::Work, Extent::Some)]));
    assert_eq!(a.pulse, BTreeMap::from([(Standard::Control, Energy::Low)]));
    assert_eq!(*b, Cohort { team: Some("b".into()), ..Cohort::default() });
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
    let cohorts = cohorts(&weeks, None);
    assert!(cohorts[1].strain.is_some() && cohorts[1].energy.is_none(), "four of team a said something");
    assert!(cohorts[2].energy.is_none(), "what eight of b said would tell what four of a said");
    assert!(cohorts[0].energy.is_some());
}

#[test]
fn a_band_changes_when_those_who_stayed_have_changed() {
    let calm =
        |count: usize| -> Vec<Week> { (0..count).map(|n| person(&n.to_string(), "a", 0.25)).collect() };
    let first = calm(6);
    let was = cohorts(&first, None);
    assert_eq!(was[1].strain, Some(Extent::Some));
    let before = Some(Before { people: &first, shown: &was });
    let mut joined = first.clone();
    joined.push(person("new", "a", 1.0));
    assert_eq!(cohorts(&joined, None)[1].strain, Some(Extent::Much), "so it would be told");
    assert_eq!(cohorts(&joined, before)[1].strain, Some(Extent::Some));
    let worse: Vec<Week> = (0..6).map(|n| person(&n.to_string(), "a", 0.5)).collect();
    assert_eq!(cohorts(&worse, before)[1].strain, Some(Extent::Much));
    let many: Vec<Week> = (0..6).chain(10..16).map(|n| person(&n.to_string(), "a", 0.5)).collect();
    assert_eq!(cohorts(&many, before)[1].strain, Some(Extent::Much), "half of the team is new");
}

/// Whether values from 0 to 1 exist for everybody, the one person's being in the step, so that every group shows what it shows.
/// `groups` are the sizes of groups that are shown with their steps, and of what is not shown; the person is in `own`.
fn fits(groups: &[(usize, Option<Step>)], own: usize, step: Step, whole: Step) -> bool {
    let range = |step: Option<Step>| match step {
        None => (0.0, 1.0),
        Some(Step::Low) => (0.0, 0.1 - 1e-9),
        Some(Step::Middle) => (0.1, 0.3 - 1e-9),
        Some(Step::High) => (0.3, 1.0),
    };
    let (mut least, mut most, mut all) = (0.0, 0.0, 0.0);
    for (n, &(size, shown)) in groups.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few people")]
        let size = size as f64;
        let (low, high) = range(shown);
        let (mut low, mut high) = (low * size, high * size);
        if n == own {
            let (from, to) = range(Some(step));
            (low, high) = (low.max(from), high.min(size - 1.0 + to));
        }
        if low > high {
            return false;
        }
        (least, most, all) = (least + low, most + high, all + size);
    }
    let (low, high) = range(Some(whole));
    least <= high * all && most >= low * all
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

    /// All views of a week together leave every step possible for every person, whatever the others were.
    #[test]
    fn no_week_tells_anybodys_step(sizes in proptest::collection::vec(0_usize..12, 1..5), values in proptest::collection::vec(0.0_f64..1.0, 60)) {
        let mut values = values.into_iter();
        let all: Vec<Week> = sizes.iter().enumerate().flat_map(|(team, &size)| (0..size).map(move |n| (team, n)))
            .map(|(team, n)| person(&format!("{team}-{n}"), &team.to_string(), values.next().unwrap_or(0.5))).collect();
        let views = cohorts(&all, None);
        let Some(whole) = Measure::Strain.read(&views[0]) else { return Ok(()) };
        let mut groups: Vec<(usize, Option<Step>)> = Vec::new();
        let mut hidden = 0;
        for (team, &size) in sizes.iter().enumerate() {
            let view = views.iter().find(|cohort| cohort.team.as_deref() == Some(team.to_string().as_str()));
            match view.and_then(|view| Measure::Strain.read(view)) {
                Some(step) => groups.push((size, Some(step))),
                None => hidden += size,
            }
        }
        if hidden > 0 {
            groups.push((hidden, None));
        }
        for own in 0..groups.len() {
            for step in [Step::Low, Step::Middle, Step::High] {
                prop_assert!(fits(&groups, own, step, whole), "{:?} of group {} in {:?}, whole {:?}", step, own, groups, whole);
            }
        }
    }

    /// Over weeks in which one person joins, leaves or moves, whoever knows that everybody else is as before sees the same
    /// whatever the one person is like after they came, and nothing new once they have left.
    #[test]
    fn one_who_comes_or_goes_changes_no_band(
        values in proptest::collection::vec(0.0_f64..1.0, 12..24),
        (theirs, other) in (0.0_f64..1.0, 0.0_f64..1.0),
        weeks in 1_usize..4,
    ) {
        let others = || -> Vec<Week> {
            let team = |n: usize| if n.is_multiple_of(2) { "a" } else { "b" };
            values.iter().enumerate().map(|(n, &value)| person(&n.to_string(), team(n), value)).collect()
        };
        let with = |team: &str, value: f64| { let mut all = others(); all.push(person("one", team, value)); all };
        let bands = |cohorts: &[Cohort]| -> Vec<Option<Extent>> { cohorts.iter().map(|cohort| cohort.strain).collect() };
        let run = |course: Vec<Vec<Week>>| -> Vec<Vec<Option<Extent>>> {
            let mut shown: Vec<Vec<Cohort>> = Vec::new();
            for (n, week) in course.iter().enumerate() {
                let before = n.checked_sub(1).map(|n| Before { people: &course[n], shown: &shown[n] });
                shown.push(cohorts(week, before));
            }
            shown.iter().map(|shown| bands(shown)).collect()
        };
        let joins = |value| run([others()].into_iter().chain((0..weeks).map(|_| with("a", value))).collect());
        prop_assert_eq!(joins(theirs), joins(other));
        let moves = run([with("a", theirs)].into_iter().chain((0..weeks).map(|_| with("b", theirs))).collect());
        prop_assert!(moves.windows(2).all(|pair| pair[0] == pair[1]), "{:?}", moves);
        let leaves = run([with("a", theirs)].into_iter().chain((0..weeks).map(|_| others())).collect());
        prop_assert!(leaves.windows(2).all(|pair| pair[0] == pair[1]), "{:?}", leaves);
    }
}
