//! Swaps between two people.

use calmline_plan::schedule::{Effort, Proposal, SwapError, centre, swap};
use serde_json::json;

use crate::{
    outsider::recount,
    rules::{site, spelled},
};

/// Everybody works their listed day alone: A early on Monday, B late on Tuesday, C another kind of shift.
fn three() -> serde_json::Value {
    json!({
        "slots_per_day": 24, "days": 3, "demand": vec![vec![1; 24]; 3],
        "rules": {"min_rest_minutes": 660, "max_run_days": 2},
        "agents": [
            {"id": "A", "type": "T", "start_lo": 6, "start_hi": 6, "days": [0], "days_off": [2]},
            {"id": "B", "type": "T", "start_lo": 6, "start_hi": 16, "days": [1],
             "locked": [{"day": 1, "start": 14}], "availability": [{"day": 2, "from": 10, "to": 24}]},
            {"id": "C", "type": "U", "start_lo": 6, "start_hi": 6, "days": [2]}
        ],
        "shift_types": {"T": {"length": 8, "breaks": []}, "U": {"length": 4, "breaks": []}},
        "start_step_slots": 1, "max_start_change_slots": 12, "under_weight": 3, "over_weight": 1
    })
}

fn asked(
    from: &str,
    to: &str,
    day: usize,
    back: Option<usize>,
) -> Result<Vec<(String, &'static str)>, SwapError> {
    let instance = centre::read(&three().to_string()).expect("an instance");
    let effort = Effort { seed: 1, lanes: 1, rounds: Some(1) };
    let roster = centre::solve(&instance, &effort, &mut |_| true).roster;
    let proposal = Proposal { from: from.into(), to: to.into(), day, back };
    let broken = swap(&instance, &roster, &proposal)?.broken;
    Ok(broken.into_iter().map(|broken| (broken.agent, broken.rule)).collect())
}

#[test]
fn what_would_break_is_told_by_rule_and_person() {
    let named = |list: &[(&str, &'static str)]| {
        Ok::<_, SwapError>(list.iter().map(|(who, rule)| ((*who).to_owned(), *rule)).collect::<Vec<_>>())
    };
    assert_eq!(asked("A", "B", 0, None), named(&[]), "day 0 from 6 to 14, and the next from 14 on");
    // B's Tuesday is settled, and begins when A may not.
    assert_eq!(asked("B", "A", 1, None), named(&[("B", "days"), ("A", "start_hi")]));
    assert_eq!(
        asked("C", "B", 2, None),
        named(&[("B", "type"), ("B", "availability"), ("B", "min_rest_minutes")])
    );
    assert_eq!(asked("C", "A", 2, None), named(&[("A", "type"), ("A", "days_off")]));
}

#[test]
fn what_is_no_proposal_is_refused() {
    let id = || "A".to_owned();
    assert_eq!(asked("A", "Z", 0, None), Err(SwapError::Nobody { id: "Z".into() }));
    assert_eq!(asked("A", "A", 0, None), Err(SwapError::Same { id: id() }));
    assert_eq!(asked("A", "B", 1, None), Err(SwapError::NoShift { id: id(), day: 1 }));
    assert_eq!(asked("A", "B", 0, Some(2)), Err(SwapError::NoShift { id: "B".into(), day: 2 }));
}

#[test]
fn a_swap_that_breaks_nothing_is_a_roster_that_breaks_nothing() {
    let document = spelled(site());
    let instance = centre::read(&document.to_string()).expect("an instance");
    let effort = Effort { seed: 1, lanes: 1, rounds: Some(1) };
    let solution = centre::solve(&instance, &effort, &mut |_| true);
    let (mut fine, mut refused) = (0, 0);
    for from in 0..18 {
        for to in 0..18 {
            for day in &solution.roster.agents[from].days {
                let proposal =
                    Proposal { from: from.to_string(), to: to.to_string(), day: day.day, back: None };
                let Ok(swap) = swap(&instance, &solution.roster, &proposal) else { continue };
                let roster = serde_json::to_value(&swap.roster).expect("JSON");
                let (objective, wrong) = recount(&document, &roster);
                let counted = centre::broken(&instance, &swap.roster);
                // Another kind of shift is no fault of the count when its breaks fit.
                let other_kind = swap.broken.iter().any(|broken| broken.rule == "type");
                if !other_kind {
                    assert_eq!(
                        swap.broken.is_empty(),
                        wrong.is_empty(),
                        "{proposal:?}: {:?} and {wrong:?}",
                        swap.broken
                    );
                    assert_eq!(swap.broken.is_empty(), counted.is_empty(), "{proposal:?}: {counted:?}");
                    // What somebody would pay on a day that is off for them is not agreed.
                    if wrong.is_empty() {
                        assert_eq!(objective - solution.objective, swap.more, "{proposal:?}");
                    }
                }
                if swap.broken.is_empty() { fine += 1 } else { refused += 1 }
            }
        }
    }
    assert!(fine > 5 && refused > 100, "{fine} fine, {refused} refused");
}
