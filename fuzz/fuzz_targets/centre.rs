//! Instances of schedules as JSON: what can be read has a roster that breaks no rule.
#![no_main]

use calmline_plan::schedule::{Effort, centre};
use libfuzzer_sys::fuzz_target;

/// Longer inputs are read and not solved.
const SOLVED: usize = 4096;

fuzz_target!(|data: &str| {
    let instance = match centre::read(data) {
        Ok(instance) => instance,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    if data.len() > SOLVED {
        return;
    }
    let effort = Effort { seed: 1, lanes: 1, rounds: Some(0) };
    let solution = centre::solve(&instance, &effort, &mut |_| false);
    let verdict = centre::judge(&instance, &solution.roster);
    assert_eq!((verdict.objective, verdict.violations), (solution.objective, 0));
    assert!(solution.bound <= solution.objective);
});
