//! Against published values and against the Markov chain itself.

use calmline_queueing::{Load, LoadError, Target, blocking, scheduled};
use proptest::prelude::*;

fn near(ours: f64, theirs: f64, within: f64) {
    assert!((ours - theirs).abs() <= within, "{ours} is not {theirs}");
}

fn load(arrivals: f64, service: f64, patience: Option<f64>) -> Load {
    let load = Load::new(arrivals, service).expect("a load");
    patience.map_or(load, |rate| load.with_patience(rate).expect("patience"))
}

#[test]
fn erlang_c_as_published() {
    for (work, agents, p_wait) in
        [(8.0, 10, 0.409_180_150_796), (20.0, 24, 0.298_072_299_794), (100.0, 110, 0.237_007_500_285)]
    {
        near(load(work, 1.0, None).steady(agents).p_wait(), p_wait, 1e-11);
    }
}

#[test]
fn the_textbook_half_hour_needs_fourteen() {
    let load = load(100.0 / 1800.0, 1.0 / 180.0, None);
    let target = Target { service_level: 0.8, within: 20.0, max_occupancy: 0.85 };
    assert_eq!(load.staff(&target), Ok(14));
    let steady = load.steady(14);
    near(steady.service_level(20.0), 0.888_350, 1e-6);
    near(steady.mean_wait(), 7.836, 1e-3);
    near(steady.occupancy(), 10.0 / 14.0, 1e-12);
}

#[test]
fn erlang_a_as_published() {
    for (arrivals, patience, agents, p_wait, p_abandon, wait) in [
        (50.0, 1.0, 50, 0.518_808_315_5, 0.056_325_006_3, 0.056_325_006_3),
        (20.0, 0.5, 20, 0.609_929_545_3, 0.073_687_394_3, 0.147_374_788_6),
        (48.0, 1.0, 50, 0.405_404_395_0, 0.039_417_515_5, 0.039_417_515_5),
    ] {
        let steady = load(arrivals, 1.0, Some(patience)).steady(agents);
        near(steady.p_wait(), p_wait, 1e-9);
        near(steady.p_abandon(), p_abandon, 1e-9);
        near(steady.mean_wait(), wait, 1e-9);
    }
}

#[test]
fn nothing_arrives_and_nobody_works() {
    let idle = load(0.0, 1.0, Some(1.0));
    assert_eq!(idle.staff(&Target { service_level: 0.9, within: 0.0, max_occupancy: 0.85 }), Ok(0));
    near(idle.steady(3).service_level(0.0), 1.0, 0.0);
    let alone = load(5.0, 1.0, Some(2.0)).steady(0);
    near(alone.p_wait(), 1.0, 0.0);
    near(alone.mean_wait(), 0.5, 0.0);
    near(alone.service_level(10.0), 0.0, 0.0);
    near(blocking(0.0, 0), 1.0, 0.0);
    near(blocking(0.0, 1), 0.0, 0.0);
    assert!(load(5.0, 1.0, None).steady(5).mean_wait().is_infinite());
}

#[test]
fn what_makes_no_sense_is_refused() {
    assert!(matches!(Load::new(-1.0, 1.0), Err(LoadError::Arrivals(_))));
    assert!(matches!(Load::new(f64::NAN, 1.0), Err(LoadError::Arrivals(_))));
    assert!(matches!(Load::new(1.0, 0.0), Err(LoadError::Service(_))));
    assert!(matches!(Load::new(1e9, 1.0), Err(LoadError::Large(_))));
    let sound = load(1.0, 1.0, None);
    assert!(matches!(sound.with_patience(-1.0), Err(LoadError::Patience(_))));
    assert!(matches!(sound.with_patience(1e-12), Err(LoadError::Patient(_))));
    let target = Target { service_level: 1.0, within: 1.0, max_occupancy: 1.0 };
    assert!(matches!(sound.staff(&target), Err(LoadError::ServiceLevel(_))));
    let target = Target { service_level: 0.8, within: -1.0, max_occupancy: 1.0 };
    assert!(matches!(sound.staff(&target), Err(LoadError::Within(_))));
    let target = Target { service_level: 0.8, within: 1.0, max_occupancy: 1.1 };
    assert!(matches!(sound.staff(&target), Err(LoadError::Occupancy(_))));
    assert_eq!(scheduled(70, 0.3), Some(100));
    assert_eq!(scheduled(71, 0.3), Some(102));
    assert_eq!(scheduled(71, 1.0), None);
}

#[test]
fn a_hopeless_overload_stays_in_range() {
    let steady = load(4000.0, 1.0, Some(0.5)).steady(100);
    near(steady.p_wait(), 1.0, 1e-12);
    near(steady.p_abandon(), 1.0 - 100.0 / 4000.0, 1e-9);
    near(steady.occupancy(), 1.0, 1e-9);
    assert!(steady.service_level(0.1) < 1e-9);
}

/// The stationary distribution of the birth-death chain, summed until nothing is left: an independent way.
fn chain(load: (f64, f64, f64), agents: u32) -> (f64, f64, f64) {
    let (arrivals, service, patience) = load;
    let n = f64::from(agents);
    let (mut weight, mut all, mut waits, mut queue) = (1.0, 1.0, f64::from(u8::from(agents == 0)), 0.0);
    for k in 1..200_000 {
        let k = f64::from(k);
        weight *= arrivals / (k.min(n) * service + (k - n).max(0.0) * patience);
        all += weight;
        if k >= n {
            waits += weight;
            queue += (k - n) * weight;
        }
        if k > n && weight < all * 1e-18 {
            break;
        }
        if all > 1e200 {
            (weight, all, waits, queue) = (weight / all, 1.0, waits / all, queue / all);
        }
    }
    // Seen by arrivals, and by Little's law.
    (waits / all, queue / all * patience / arrivals, queue / all / arrivals)
}

/// The share answered within a time, by adding up the density of the virtual wait (Simpson's rule).
fn answered_within(load: (f64, f64, f64), agents: u32, within: f64) -> f64 {
    let (arrivals, service, patience) = load;
    let (p_wait, _, _) = chain(load, agents);
    let n = f64::from(agents);
    let shape = |v: f64| (arrivals / patience * (1.0 - (-patience * v).exp()) - n * service * v).exp();
    let simpson = |to: f64, value: &dyn Fn(f64) -> f64| {
        let parts = 20_000;
        let width = to / f64::from(parts);
        let inner: f64 = (1..parts).map(|i| value(width * f64::from(i)) * f64::from(2 + 2 * (i % 2))).sum();
        width / 3.0 * (value(0.0) + inner + value(to))
    };
    let mut far = 1.0 / (n * service);
    while shape(far) > 1e-18 * shape(0.0).max(1.0) {
        far *= 1.5;
    }
    let whole = simpson(far, &shape);
    let served = simpson(within, &|v| shape(v) * (-patience * v).exp());
    1.0 - p_wait + p_wait * served / whole
}

proptest! {
    #[test]
    fn erlang_a_is_the_chain(work in 0.1..120.0_f64, service in 0.01..10.0_f64, patience in 0.05..5.0_f64, agents in 1_u32..150) {
        let rates = (work * service, service, patience * service);
        let steady = load(rates.0, rates.1, Some(rates.2)).steady(agents);
        let (p_wait, p_abandon, wait) = chain(rates, agents);
        prop_assert!((steady.p_wait() - p_wait).abs() < 1e-10, "{} {}", steady.p_wait(), p_wait);
        prop_assert!((steady.p_abandon() - p_abandon).abs() < 1e-10, "{} {}", steady.p_abandon(), p_abandon);
        prop_assert!((steady.mean_wait() - wait).abs() < 1e-9 * (1.0 + wait), "{} {}", steady.mean_wait(), wait);
    }

    #[test]
    fn the_service_level_is_the_integral(work in 1.0..60.0_f64, patience in 0.1..3.0_f64, spread in -3.0..3.0_f64, within in 0.001..0.5_f64) {
        let agents = (work + spread * work.sqrt()).max(1.0).round() as u32;
        let rates = (work, 1.0, patience);
        let ours = load(work, 1.0, Some(patience)).steady(agents).service_level(within);
        let theirs = answered_within(rates, agents, within);
        prop_assert!((ours - theirs).abs() < 1e-7, "{ours} {theirs}");
    }

    #[test]
    fn more_agents_are_never_worse(work in 0.1..300.0_f64, patience in proptest::option::of(0.05..5.0_f64), agents in 0_u32..400, within in 0.0..2.0_f64) {
        let load = load(work, 1.0, patience);
        let (fewer, more) = (load.steady(agents), load.steady(agents + 1));
        prop_assert!(more.service_level(within) >= fewer.service_level(within) - 1e-12);
        prop_assert!(more.occupancy() <= fewer.occupancy() + 1e-12);
        prop_assert!(more.p_wait() <= fewer.p_wait() + 1e-12);
        prop_assert!(fewer.service_level(within + 0.1) >= fewer.service_level(within) - 1e-12);
    }

    #[test]
    fn the_fewest_are_the_fewest(
        work in 0.01..200.0_f64,
        patience in proptest::option::of(0.05..5.0_f64),
        service_level in 0.0..0.99_f64,
        within in 0.0..0.5_f64,
        max_occupancy in 0.3..1.0_f64,
    ) {
        let load = load(work, 1.0, patience);
        let target = Target { service_level, within, max_occupancy };
        let enough = |agents: u32| {
            let steady = load.steady(agents);
            let stable = patience.is_some() || f64::from(agents) > work;
            stable && steady.service_level(within) >= service_level && steady.occupancy() <= max_occupancy
        };
        let agents = load.staff(&target).expect("a target");
        prop_assert!(enough(agents));
        prop_assert!(agents == 0 || !enough(agents - 1), "{agents} is one too many");
    }

    #[test]
    fn great_patience_is_erlang_c(work in 1.0..50.0_f64, more in 1_u32..10) {
        let agents = work.ceil() as u32 + more;
        let (ever, long) = (load(work, 1.0, None), load(work, 1.0, Some(1e-5)));
        prop_assert!((ever.steady(agents).p_wait() - long.steady(agents).p_wait()).abs() < 1e-2);
        prop_assert!((ever.steady(agents).service_level(0.1) - long.steady(agents).service_level(0.1)).abs() < 1e-2);
    }
}
