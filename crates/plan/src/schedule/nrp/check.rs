//! What a roster costs and which rules it breaks, counted from the roster alone.

use super::{Instance, Person, Roster};
use crate::schedule::Verdict;

/// Counts what a roster costs and how often it breaks a rule. Somebody without a month, or a shift that there is not, breaks one.
#[must_use]
pub fn judge(instance: &Instance, roster: &Roster) -> Verdict {
    let shifts = instance.shifts.len();
    let mut missing: Vec<i32> = instance.wanted.iter().map(|wanted| wanted.people).collect();
    let (mut objective, mut violations) = (0, 0);
    for person in &instance.people {
        objective += person.ungranted;
        let Some(names) = roster.roster.get(&person.id).filter(|names| names.len() == instance.days) else {
            violations += 1;
            continue;
        };
        let number = |name: &String| instance.shifts.iter().position(|shift| shift.id == *name);
        let month: Vec<Option<usize>> = names.iter().map(number).collect();
        violations +=
            names.iter().zip(&month).filter(|(name, shift)| !name.is_empty() && shift.is_none()).count();
        violations += broken(instance, person, &month);
        for (day, shift) in month.iter().enumerate() {
            if let Some(shift) = shift {
                objective += i64::from(person.wish[day * shifts + shift]);
                missing[day * shifts + shift] -= 1;
            }
        }
    }
    for (missing, wanted) in missing.iter().zip(&instance.wanted) {
        let weight = if *missing > 0 { wanted.under } else { wanted.over };
        objective += i64::from(weight) * i64::from(missing.unsigned_abs());
    }
    Verdict { objective, violations }
}

fn broken(instance: &Instance, person: &Person, month: &[Option<usize>]) -> usize {
    let shift_of = |day: usize| month[day].map(|shift| &instance.shifts[shift]);
    let minutes: u32 = (0..month.len()).filter_map(shift_of).map(|shift| shift.minutes).sum();
    let mut broken = usize::from(minutes > person.minutes_most || minutes < person.minutes_least);
    for (shift, &most) in person.most.iter().enumerate() {
        let worked = month.iter().filter(|worked| **worked == Some(shift)).count();
        broken += usize::from(worked > most as usize);
    }
    for (day, pair) in month.windows(2).enumerate() {
        if let (Some(before), Some(after)) = (shift_of(day), pair[1]) {
            broken += usize::from(before.not_before.contains(&after));
        }
    }
    broken += person.leave.iter().zip(month).filter(|(leave, shift)| **leave && shift.is_some()).count();
    let weekend = |day: &usize| [5, 6].iter().any(|at| month.get(day + at).is_some_and(Option::is_some));
    let weekends = (0..month.len()).step_by(7).filter(weekend).count();
    broken += usize::from(weekends > person.weekends_most as usize);
    broken + runs(person, month)
}

/// Runs of work and of days off that are too long or too short. Before the first day and after the last there may be more of the
/// same, so a run there is never too short.
fn runs(person: &Person, month: &[Option<usize>]) -> usize {
    let (mut broken, mut day) = (0, 0);
    for run in month.chunk_by(|one, other| one.is_some() == other.is_some()) {
        let inside = day > 0 && day + run.len() < month.len();
        let least = if run[0].is_some() { person.run_least } else { person.off_least };
        broken += usize::from(inside && run.len() < least as usize);
        broken += usize::from(run[0].is_some() && run.len() > person.run_most as usize);
        day += run.len();
    }
    broken
}
