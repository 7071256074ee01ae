//! Handling times and patience, learned from made-up centres whose truth is known.

use calmline_plan::forecast::{
    ForecastError,
    handling::{Handled, Handling, HandlingDay},
    patience::{PatienceError, Waited, patience, survival},
};
use jiff::{Span, civil::date};

/// Random numbers for tests (Steele, Lea & Flood 2014).
struct Draw(u64);

impl Draw {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.share()).ln()
    }
}

const SLOTS: usize = 12;

/// Mean handling time: longer on Mondays and late in the day, longer for all from day 40 on.
fn truth(day: usize, slot: usize) -> f64 {
    let monday = if day.is_multiple_of(7) { 1.2 } else { 1.0 };
    let level = if day >= 40 { 1.25 } else { 1.0 };
    240.0 * level * monday * (1.0 + 0.03 * slot as f64)
}

/// Days from a Monday on; each day is off by a few per cent, and each interval has its calls.
fn days(many: usize, draw: &mut Draw) -> Vec<HandlingDay> {
    let dates = date(2026, 1, 5).series(Span::new().days(1)).take(many);
    let of_day = |(day, date)| {
        let own = 0.97 + 0.06 * draw.share();
        let handled = (0..SLOTS).map(|slot| {
            let calls = 5 + (draw.share() * 60.0) as u32;
            let seconds = (0..calls).map(|_| draw.exponential(truth(day, slot) * own)).sum();
            Some(Handled { calls, seconds })
        });
        HandlingDay { date, handled: handled.collect() }
    };
    dates.enumerate().map(of_day).collect()
}

#[test]
fn handling_times_of_coming_days_are_within_their_intervals() {
    let all = days(200, &mut Draw(1));
    let handling = Handling::learn(&all[..110]).expect("enough days");
    let (mut within, mut off) = ([0.0; 2], 0.0_f64);
    for (at, day) in all.iter().enumerate().skip(110) {
        let calls: Vec<f64> =
            day.handled.iter().map(|handled| handled.map_or(0.0, |handled| handled.calls.into())).collect();
        for (slot, said) in handling.forecast(day.date, &calls).iter().enumerate() {
            let Handled { calls, seconds } = day.handled[slot].expect("calls");
            let real = seconds / f64::from(calls);
            let inside = |[low, high]: [f64; 2]| f64::from(u8::from(low <= real && real <= high));
            within = [within[0] + inside(said.within_80), within[1] + inside(said.within_95)];
            off = off.max((said.expected / truth(at, slot) - 1.0).abs());
        }
    }
    let cells = (90 * SLOTS) as f64;
    assert!(off < 0.09, "a mean is off by {off}");
    assert!((within[0] / cells - 0.8).abs() < 0.06 && (within[1] / cells - 0.95).abs() < 0.04, "{within:?}");
}

#[test]
fn a_call_left_open_for_hours_moves_nothing() {
    let mut all = days(60, &mut Draw(2));
    let before = Handling::learn(&all).expect("enough days").forecast(date(2026, 3, 10), &[30.0; SLOTS]);
    all[57].handled[4] = Some(Handled { calls: 20, seconds: 200_000.0 });
    all[58].handled = vec![None; SLOTS];
    let after = Handling::learn(&all).expect("enough days").forecast(date(2026, 3, 10), &[30.0; SLOTS]);
    for (before, after) in before.iter().zip(&after) {
        assert!((after.expected / before.expected - 1.0).abs() < 0.02, "{before:?} and {after:?}");
    }
}

#[test]
fn histories_that_are_none_are_refused() {
    let learn = |all: &[HandlingDay]| Handling::learn(all).expect_err("nothing to learn");
    let mut all = days(20, &mut Draw(3));
    assert_eq!(learn(&all[..5]), ForecastError::TooShort { days: 5 });
    all.swap(3, 4);
    assert_eq!(learn(&all), ForecastError::Order { date: all[4].date });
    all.swap(3, 4);
    all[2].handled[1] = Some(Handled { calls: 1, seconds: f64::NAN });
    assert_eq!(learn(&all), ForecastError::NoCount { date: all[2].date });
    all.iter_mut().for_each(|day| day.handled.fill(None));
    assert_eq!(learn(&all), ForecastError::Silent);
}

/// Callers who are ready to wait so long in the mean, and are answered after another time.
fn waits(means: &[f64], many: usize, draw: &mut Draw) -> Vec<Waited> {
    let one = |slot: usize, draw: &mut Draw| {
        let (ready, answered) = (draw.exponential(means[slot]), draw.exponential(40.0));
        Waited { slot, seconds: ready.min(answered), gave_up: ready < answered }
    };
    (0..many * means.len()).map(|at| one(at % means.len(), draw)).collect()
}

#[test]
fn patience_is_found_behind_the_answers() {
    let means = [60.0, 90.0, 120.0, 200.0];
    let mut inside = [0, 0];
    for seed in 0..60 {
        let told = patience(4, &waits(&means, 400, &mut Draw(seed))).expect("callers who hang up");
        for (told, mean) in told.iter().zip(means) {
            inside[0] += i32::from(told.within_80[0] <= mean && mean <= told.within_80[1]);
            inside[1] += i32::from(told.within_95[0] <= mean && mean <= told.within_95[1]);
            assert!((told.expected / mean - 1.0).abs() < 0.6, "{told:?} of {mean}");
        }
    }
    let share = inside.map(|inside| f64::from(inside) / 240.0);
    assert!((share[0] - 0.8).abs() < 0.08 && share[1] > 0.9, "{share:?}");
}

#[test]
fn an_interval_with_few_calls_leans_on_the_queue() {
    let mut few = waits(&[100.0, 100.0, 100.0], 2000, &mut Draw(5));
    few.retain(|wait| wait.slot != 2);
    let told = patience(3, &few).expect("callers who hang up");
    assert!((told[2].expected / 100.0 - 1.0).abs() < 0.1, "{told:?}");
    assert!(told[2].within_95[1] - told[2].within_95[0] >= told[0].within_95[1] - told[0].within_95[0]);
}

#[test]
fn survival_is_the_product_limit() {
    // By hand: of four, one hangs up after 1 s; of the three left, one is answered after 2 s; of two, one hangs up after 3 s.
    let wait = |seconds, gave_up| Waited { slot: 0, seconds, gave_up };
    let curve = survival(&[wait(3.0, true), wait(1.0, true), wait(4.0, false), wait(2.0, false)]);
    let shares: Vec<_> = curve.iter().map(|point| (point.seconds, point.share)).collect();
    assert_eq!(shares, [(1.0, 0.75), (3.0, 0.375)]);
    let greenwood = 0.375 * (1.0_f64 / (4.0 * 3.0) + 1.0 / (2.0 * 1.0)).sqrt();
    assert!((curve[1].error - greenwood).abs() < 1e-12);
    // Beside the exponential truth.
    let curve = survival(&waits(&[80.0], 4000, &mut Draw(9)));
    for point in curve.iter().filter(|point| point.seconds < 60.0) {
        assert!(
            (point.share - (-point.seconds / 80.0).exp()).abs() < 5.0 * point.error.max(1e-3),
            "{point:?}"
        );
    }
}

#[test]
fn waits_that_are_none_are_refused() {
    let wait = |slot, seconds, gave_up| Waited { slot, seconds, gave_up };
    assert_eq!(patience(1, &[wait(0, -1.0, true)]), Err(PatienceError::NoWait { row: 0 }));
    assert_eq!(patience(1, &[wait(1, 1.0, true)]), Err(PatienceError::NoSlot { row: 0, slot: 1, slots: 1 }));
    assert_eq!(patience(1, &[wait(0, 1.0, false)]), Err(PatienceError::Nobody));
}
