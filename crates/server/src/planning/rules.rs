//! Which rules a roster breaks, person by person, counted from the roster alone.

use calmline_core::event::Reason;

use super::{
    DAY, clock_of,
    roster::{Person, Rules, Shift},
};

/// A rule that is broken.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Whose, by their place in the roster.
    pub person: usize,
    /// The day of the week, 0 for Monday.
    pub day: u32,
    /// What is wrong.
    pub reason: Reason,
}

/// All rules that a roster breaks, in its order.
#[must_use]
pub fn faults(rules: &Rules, people: &[Person]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (person, week) in people.iter().enumerate() {
        let mut fault = |day, reason| faults.push(Fault { person, day, reason });
        for shift in &week.shifts {
            of_shift(rules, shift, &mut |reason| fault(shift.day, reason));
        }
        for pair in week.shifts.windows(2) {
            between(rules, &pair[0], &pair[1], &mut |reason| fault(pair[1].day, reason));
        }
    }
    faults
}

fn of_shift(rules: &Rules, shift: &Shift, fault: &mut dyn FnMut(Reason)) {
    let window = |code: &str, from: u32, to: u32| {
        Reason::new(code).with("from", clock_of(from).as_str()).with("to", clock_of(to).as_str())
    };
    if !(rules.earliest..=rules.latest).contains(&shift.start) {
        fault(window("plan.rule.start", rules.earliest, rules.latest));
    } else if !(shift.start - rules.earliest).is_multiple_of(rules.step) {
        fault(Reason::new("plan.rule.grid").with("step", rules.step.to_string().as_str()));
    }
    if shift.end - shift.start != rules.shift_minutes {
        fault(Reason::new("plan.rule.length").with("minutes", f64::from(rules.shift_minutes)));
    }
    for rule in &rules.breaks {
        let (from, to) = (shift.start + rule.from, shift.start + rule.to);
        let kept = shift.breaks.iter().any(|placed| {
            placed.name == rule.name && placed.minutes == rule.minutes && (from..=to).contains(&placed.start)
        });
        if !kept {
            fault(window("plan.rule.break_window", from, to).with("name", rule.name.as_str()));
        }
    }
}

fn between(rules: &Rules, one: &Shift, next: &Shift, fault: &mut dyn FnMut(Reason)) {
    let hours = |code: &str, minutes: u32| Reason::new(code).with("hours", f64::from(minutes) / 60.0);
    let moved = one.start.abs_diff(next.start);
    if moved > rules.most_start_change {
        fault(hours("plan.rule.start_moved", moved));
    }
    let rest = ((next.day - one.day) * DAY + next.start).saturating_sub(one.end);
    if rest < rules.rest_hours * 60 {
        fault(hours("plan.rule.rest", rest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::roster::{Break, tests::rules};

    fn shift(day: u32, start: u32) -> Shift {
        let rest = |name: &str, at: u32, minutes| Break { name: name.into(), start: start + at, minutes };
        let breaks = vec![rest("Break", 120, 15), rest("Lunch", 240, 30), rest("Pause", 390, 15)];
        Shift { day, start, end: start + 510, breaks, locked: false }
    }

    fn codes(shifts: Vec<Shift>) -> Vec<(u32, String)> {
        let people = [Person { agent: "a".parse().unwrap(), shifts }];
        faults(&rules(), &people).into_iter().map(|fault| (fault.day, fault.reason.code)).collect()
    }

    #[test]
    fn a_good_week_breaks_none() {
        assert_eq!(codes(vec![shift(0, 480), shift(1, 540), shift(3, 510)]), []);
    }

    #[test]
    fn each_rule_is_found_on_its_day() {
        let code = |day, code: &str| vec![(day, format!("plan.rule.{code}"))];
        assert_eq!(codes(vec![shift(2, 690)]), code(2, "start"));
        assert_eq!(codes(vec![shift(2, 495)]), code(2, "grid"));
        assert_eq!(codes(vec![shift(2, 480), shift(4, 600)]), code(4, "start_moved"));
        let mut late = shift(2, 480);
        late.breaks[1].start += 75;
        assert_eq!(codes(vec![late]), code(2, "break_window"));
        let mut without = shift(2, 480);
        without.breaks.remove(0);
        assert_eq!(codes(vec![without]), code(2, "break_window"));
        let mut long = shift(0, 480);
        long.end = DAY + 60;
        assert_eq!(codes(vec![long, shift(1, 480)]), [code(0, "length"), code(1, "rest")].concat());
    }
}
