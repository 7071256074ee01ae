//! On which days of a week people work, where nobody has said so.

/// Gives each of so many people their working days out of seven: one after another takes the days on which most work is left
/// for each person so far. Everybody has as many days, and who comes first is no better off than who comes last.
#[must_use]
pub fn shared(people: usize, days_each: usize, work: &[f64; 7]) -> Vec<Vec<u32>> {
    let mut here = [0_u32; 7];
    let mut weeks = Vec::with_capacity(people);
    for person in 0..people {
        let mut days: Vec<usize> = (0..7).collect();
        // Days of equal need are taken in turn, so that not everybody has the same weekend.
        let turn = |day: usize| (day + person) % 7;
        let need = |day: usize| work[day] / f64::from(here[day] + 1);
        days.sort_by(|&one, &other| need(other).total_cmp(&need(one)).then(turn(one).cmp(&turn(other))));
        days.truncate(days_each.min(7));
        days.retain(|&day| work[day] > 0.0);
        days.sort_unstable();
        days.iter().for_each(|&day| here[day] += 1);
        weeks.push(days.into_iter().filter_map(|day| u32::try_from(day).ok()).collect());
    }
    weeks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_follow_the_work_and_a_closed_day_has_nobody() {
        let work = [120.0, 100.0, 100.0, 100.0, 100.0, 50.0, 0.0];
        let weeks = shared(20, 5, &work);
        let on = |day: u32| weeks.iter().filter(|days| days.contains(&day)).count();
        assert_eq!(on(6), 0);
        assert!(weeks.iter().all(|days| days.len() == 5));
        assert!(on(0) >= on(1) && on(5) < on(1) && on(5) > 5, "{:?}", (0..7).map(on).collect::<Vec<_>>());
    }

    #[test]
    fn equal_days_are_shared_evenly() {
        let weeks = shared(14, 5, &[1.0; 7]);
        let on = |day: u32| weeks.iter().filter(|days| days.contains(&day)).count();
        assert!((0..7).all(|day| on(day) == 10), "{:?}", (0..7).map(on).collect::<Vec<_>>());
    }
}
