//! The model's properties: time can be split at will, values stay in range, and rest does what the documentation says.

use proptest::prelude::*;

use super::*;
use crate::time::{after, seconds};

const ACTIVITIES: [Activity; 6] =
    [Activity::InCall, Activity::WrapUp, Activity::Waiting, Activity::Rest, Activity::Aside, Activity::Off];

fn start() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("in range")
}

#[derive(Debug, Clone)]
struct Step {
    activity: Activity,
    seconds: u32,
    abuse: f64,
    cuts: u32,
}

fn step() -> impl Strategy<Value = Step> {
    (0..6_usize, 1..7_200_u32, 0.0..1.0_f64, 1..6_u32).prop_map(|(activity, seconds, abuse, cuts)| Step {
        activity: ACTIVITIES[activity],
        seconds,
        abuse,
        cuts,
    })
}

fn run(steps: &[Step], cut: bool, settings: &Settings) -> Reading {
    let mut model = Model::new(start());
    for step in steps {
        model.enter(step.activity, settings);
        if step.activity == Activity::InCall {
            model.call_began(settings);
            model.held();
        }
        if step.abuse > 0.7 {
            model.exposure.meet_abuse(step.abuse, &settings.exposure);
            model.exposure.meet_agitation(2.0, step.abuse, &settings.exposure);
        }
        let begin = model.at();
        let cuts = if cut { step.cuts } else { 1 };
        for n in 1..=cuts {
            model.advance(after(begin, seconds(step.seconds * n / cuts)), settings);
        }
    }
    model.read(Now { length: Some(0.4), usual_hard: Some(0.1) }, settings)
}

proptest! {
    #[test]
    fn time_can_be_split_at_will(steps in prop::collection::vec(step(), 1..40)) {
        let settings = Settings::default();
        let (whole, cut) = (run(&steps, false, &settings), run(&steps, true, &settings));
        prop_assert!((whole.load - cut.load).abs() < 1e-9);
        prop_assert!((whole.exposure - cut.exposure).abs() < 1e-9);
        prop_assert!((whole.strain - cut.strain).abs() < 1e-9);
        prop_assert_eq!((whole.work, whole.shift), (cut.work, cut.shift));
    }

    #[test]
    fn every_value_stays_between_nothing_and_all(steps in prop::collection::vec(step(), 1..40)) {
        let reading = run(&steps, false, &Settings::default());
        for value in [reading.load, reading.exposure, reading.strain].into_iter().chain(reading.parts) {
            prop_assert!((0.0..=1.0).contains(&value), "{reading:?}");
        }
    }

    #[test]
    fn rest_never_adds_strain_and_longer_rest_leaves_less(
        steps in prop::collection::vec(step(), 1..20), rest in 1..3_600_u32,
    ) {
        let settings = Settings::default();
        let resting = |seconds| {
            let mut steps = steps.clone();
            steps.push(Step { activity: Activity::Rest, seconds, abuse: 0.0, cuts: 1 });
            run(&steps, false, &settings).strain
        };
        let (before, short, long) = (run(&steps, false, &settings).strain, resting(rest), resting(rest * 2));
        prop_assert!(long <= short && short <= before);
    }
}

/// A day of calls: `busy` seconds in call of each 300, with a rest of so many minutes after each 50 of work.
fn day(hours: u32, busy: u32, rest: u32) -> f64 {
    let settings = Settings::default();
    let mut model = Model::new(start());
    let mut top: f64 = 0.0;
    while between(start(), model.at()) < crate::time::hours(hours) {
        for _ in 0..10 {
            for (activity, span) in [(Activity::InCall, busy), (Activity::Waiting, 300 - busy)] {
                model.enter(activity, &settings);
                model.advance(after(model.at(), seconds(span)), &settings);
            }
        }
        top = model.read(Now::default(), &settings).strain;
        model.enter(Activity::Rest, &settings);
        model.advance(after(model.at(), minutes(rest)), &settings);
    }
    top
}

#[test]
fn the_defaults_lead_to_what_the_documentation_says() {
    let near = |value: f64, wanted: f64| assert!((value - wanted).abs() < 0.02, "{value} is not {wanted}");
    near(day(8, 255, 10), 0.33);
    near(day(8, 255, 5), 0.39);
    let bands = Settings::default().strain.bands;
    // Days end with a stretch of fifty minutes: 100, 150, 200 and 250 minutes.
    assert!(day(1, 255, 0) < bands.high && day(2, 255, 0) >= bands.high, "no break");
    assert!(day(3, 300, 0) < bands.heavy && day(4, 300, 0) >= bands.heavy, "no pause either");
}

#[test]
fn a_strain_of_equal_time_constants_is_the_limit_of_unequal_ones() {
    let mut settings = Settings::default();
    settings.exposure.abuse_half_life_minutes = 1_000;
    let own = 1_000.0 / std::f64::consts::LN_2;
    let strain = |fills: f64| {
        let mut exposure = Exposure::default();
        exposure.meet_abuse(1.0, &settings.exposure);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number of minutes"
        )]
        let set = Settings {
            strain: crate::settings::StrainSettings {
                fills_minutes: fills as u32,
                ..settings.strain.clone()
            },
            ..settings.clone()
        };
        let from = Reservoirs { now: 0.2, carried: 0.0 };
        from.after(Activity::InCall, &exposure, minutes(60), &Terms::of(&set)).now
    };
    assert!((strain(own.floor()) - strain(own.ceil())).abs() < 1e-4);
}

#[test]
fn occupancy_is_that_of_the_last_hour() {
    let settings = Settings::default();
    let mut model = Model::new(start());
    let mut go = |activity, span| {
        model.enter(activity, &settings);
        model.advance(after(model.at(), minutes(span)), &settings);
        model.read(Now::default(), &settings).occupancy
    };
    assert_eq!(go(Activity::InCall, 10), None, "too early to say");
    assert_eq!(go(Activity::InCall, 50), Some(1.0));
    assert_eq!(go(Activity::Waiting, 30), Some(0.5));
    assert_eq!(go(Activity::Rest, 20), Some(0.25), "a break is neither");
    assert_eq!(go(Activity::InCall, 30), Some(0.75), "the first calls have left the window");
}
