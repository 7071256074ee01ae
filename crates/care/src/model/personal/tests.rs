//! The fit learns what is there, keeps to what was agreed, and says nothing of one person through a team.

use calmline_core::{
    AgentId, Body, Draft, Event, EventId, PayloadId, Position, SiteId, Timestamp,
    event::{Report, WorkState},
};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::{Settings, model::Activity};

/// Numbers that look random and are the same every time.
fn noise(n: u32) -> f64 {
    let x = (f64::from(n) * 12.9898).sin() * 43_758.545_3;
    (x - x.floor() - 0.5) * 3.0
}

fn features(n: u32) -> Vector {
    let turn = f64::from(n);
    [
        1.0,
        0.2 * (turn * 0.7).sin(),
        0.1 * (turn * 1.3).cos(),
        0.3 * (turn * 0.37).sin().max(0.0),
        0.05 * (turn * 0.11).sin(),
    ]
}

fn fitted(level: f64, strain: f64, check_ins: u32) -> Fit {
    let mut fit = Fit::new(Prior::usual());
    for n in 0..check_ins {
        let x = features(n);
        fit.learn(&x, level + strain * x[1] - 1.5 * x[3] + 0.4 * noise(n));
    }
    fit
}

#[test]
fn parameters_are_found_and_uncertainty_shrinks() {
    let (few, many) = (fitted(4.0, -10.0, 5), fitted(4.0, -10.0, 120));
    let level = |fit: &Fit| fit.know(&Parameter::Level.alone());
    let strain = many.know(&Parameter::Strain.alone());
    assert!((level(&many).value - 4.0).abs() < 0.3, "{:?}", level(&many));
    assert!((strain.value + 10.0).abs() < 2.0, "{strain:?}");
    let [low, high] = strain.interval(0.95);
    assert!(low < -10.0 && -10.0 < high);
    assert!(level(&many).scale < level(&few).scale / 2.0);
}

#[test]
fn the_closed_form_of_one_check_in_is_met() {
    // One check-in at the middle: the level alone is learned, with weight spread²/(spread² + noise²).
    let prior = Prior::usual();
    let mut fit = Fit::new(prior.clone());
    fit.learn(&[1.0, 0.0, 0.0, 0.0, 0.0], 9.0);
    let (spread, noise) = (prior.spread[0].powi(2), prior.noise.powi(2));
    let wanted = prior.mean[0] + (9.0 - prior.mean[0]) * spread / (spread + noise);
    assert!((fit.know(&Parameter::Level.alone()).value - wanted).abs() < 1e-9);
    assert_eq!(fit.know(&Parameter::Level.alone()).freedom, 7.0);
}

#[test]
fn what_is_long_ago_is_forgotten_and_knowledge_stays_bounded() {
    let mut fit = fitted(9.0, -6.0, 300);
    let scale = fit.know(&Parameter::Level.alone()).scale;
    for n in 0..600 {
        fit.learn(&features(n), 3.0 - 6.0 * features(n)[1] - 1.5 * features(n)[3] + 0.4 * noise(n));
    }
    let level = fit.know(&Parameter::Level.alone());
    assert!((level.value - 3.0).abs() < 0.4, "{level:?}");
    assert!(level.scale > scale / 3.0, "certainty does not grow for ever: {level:?}");
}

proptest! {
    #[test]
    fn nothing_that_is_answered_breaks_it(answers in prop::collection::vec((0..11_u32, prop::array::uniform5(-1e3..1e3_f64)), 0..60)) {
        let mut fit = Fit::new(Prior::usual());
        for (energy, x) in &answers {
            fit.learn(x, f64::from(*energy));
        }
        fit.learn(&[f64::NAN; 5], 5.0);
        fit.learn(&[1.0; 5], f64::INFINITY);
        prop_assert_eq!(fit.seen() as usize, answers.len());
        let expected = fit.expect(&[1.0, 0.1, 0.0, 0.2, 0.0]);
        let [low, high] = expected.interval(0.95);
        prop_assert!(expected.centre.is_finite() && expected.scale > 0.0 && expected.log_score(5.0).is_finite());
        prop_assert!((0.0..=10.0).contains(&low) && low <= high && high <= 10.0);
    }

    #[test]
    fn a_course_may_be_asked_at_any_time_and_gives_the_same(cuts in prop::collection::vec(1..3_600_i64, 1..20)) {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let walk = |asked: bool| {
            let mut course = Course::new(start, Settings::default());
            let mut at = start;
            for (n, cut) in cuts.iter().enumerate() {
                course.enter([Activity::InCall, Activity::Rest, Activity::Waiting, Activity::Off][n % 4], at);
                if n % 5 == 0 {
                    course.meet_agitation(at, 2.0, 0.8);
                }
                if asked {
                    course.enter([Activity::InCall, Activity::Rest, Activity::Waiting, Activity::Off][n % 4], at + SignedDuration::from_secs(cut / 2));
                    let _ = course.features(at);
                }
                at += SignedDuration::from_secs(*cut);
            }
            course.features(at)
        };
        for (one, other) in walk(false).into_iter().zip(walk(true)) {
            prop_assert!((one - other).abs() < 1e-9);
        }
    }
}

#[test]
fn who_recovers_slowly_has_more_strain_after_a_break_and_the_feature_says_so() {
    let at = |minute: i64| Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap();
    let mut course = Course::new(at(0), Settings::default());
    course.enter(Activity::InCall, at(0));
    assert_eq!(course.features(at(50))[2], 0.0, "nobody has recovered yet");
    course.enter(Activity::Rest, at(50));
    let after = course.features(at(60));
    assert!(after[2] > 0.05, "{after:?}");
    let sleep = {
        course.enter(Activity::Off, at(60));
        course.features(at(60 * 14))
    };
    assert!(sleep[2].abs() < 1e-6, "by the next morning everybody has");
}

#[test]
fn a_team_gives_its_middle_and_spread_and_fewer_than_five_give_nothing() {
    let levels = [3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let members: Vec<Fit> = levels.iter().map(|level| fitted(*level, -9.0, 60)).collect();
    assert_eq!(of_team(&members[..4]), None);
    let few = fitted(5.0, -9.0, LEAST_CHECK_INS - 1);
    assert_eq!(of_team(&[&members[..4], &[few]].concat()), None, "too few answers are no fifth person");
    let prior = of_team(&members).expect("six people");
    assert!((prior.mean[0] - 5.5).abs() <= 0.3 && (1.25..=2.25).contains(&prior.spread[0]), "{prior:?}");
    assert!(prior.mean[1] < -7.5, "{prior:?}");
    assert!(prior.mean.iter().chain(&prior.spread).all(|value| (value * 4.0).fract() == 0.0), "{prior:?}");
}

#[test]
fn one_strange_person_moves_a_team_by_a_bounded_amount() {
    let mut members: Vec<Fit> = (0..9).map(|n| fitted(5.0 + 0.1 * f64::from(n), -6.0, 60)).collect();
    let without = of_team(&members).expect("nine");
    members.push(fitted(0.0, 60.0, 300));
    let with = of_team(&members).expect("ten");
    for (n, (a, b)) in without.mean.iter().zip(with.mean).enumerate() {
        assert!((a - b).abs() <= 0.6 * Prior::usual().spread[n] + 0.25, "{without:?} {with:?}");
    }
}

/// Events of one person: at work for so many days, a check-in each noon with the answer `4`.
fn days(count: i64, chosen: &[(i64, bool)]) -> (Vec<Event>, Vec<EventId>) {
    let (agent, site) = (AgentId::new("a").unwrap(), SiteId::new("s").unwrap());
    let (mut events, mut check_ins) = (Vec::new(), Vec::new());
    let mut tell = |minute: i64, body: Body| {
        let at = Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap();
        let n = events.len();
        let event = Draft::told(site.clone(), "t", &n.to_string(), at, body).at_position(Position(1));
        events.push(event);
        events[n].id
    };
    for day in 0..count {
        let start = day * 24 * 60;
        for (_, own) in chosen.iter().filter(|(on, _)| *on == day) {
            tell(start, Body::FitChosen { agent: agent.clone(), own: *own, team: false });
        }
        let state = |state| Body::AgentState { agent: agent.clone(), state, reason: None };
        tell(start, state(WorkState::Busy));
        let text = PayloadId::new(format!("report-{day}")).unwrap();
        let report = Body::SelfReported { agent: agent.clone(), report: Report::CheckIn, call: None, text };
        check_ins.push(tell(start + 240, report));
        tell(start + 480, state(WorkState::Offline));
    }
    (events, check_ins)
}

#[test]
fn only_what_was_agreed_to_counts_and_withdrawal_forgets() {
    let view = |events: &[Event], energy: &dyn Fn(&EventId) -> Option<f64>| {
        of_person(events, energy, &Prior::usual(), &Settings::default()).map(|(view, _)| view)
    };
    let low = |_: &EventId| Some(2.0);
    assert!(view(&days(20, &[]).0, &low).is_none(), "off until it is chosen");
    assert!(view(&days(20, &[(0, true), (15, false)]).0, &low).is_none(), "off again");
    let again = view(&days(20, &[(0, true), (10, false), (15, true)]).0, &low).expect("chosen");
    assert_eq!((again.check_ins, again.reason.code.as_str()), (5, "fit.learning"));
    let whole = view(&days(20, &[(0, true)]).0, &low).expect("chosen");
    assert_eq!((whole.check_ins, whole.reason.code.as_str()), (20, "fit.less_left"));
    assert!(whole.energy < whole.of_most && whole.interval[0] <= whole.energy);
    let (events, check_ins) = days(20, &[(0, true)]);
    let erased = view(&events, &|id| (!check_ins[..18].contains(id)).then_some(2.0)).expect("chosen");
    assert_eq!(erased.check_ins, 2, "what is erased is not known any more");
}
