//! Hours in which the telephones were silent and should not have been: marked, so that nobody learns from them.

use jiff::civil::Date;

use super::grid::Grid;

/// A run of intervals without a call where many are usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// The day.
    pub date: Date,
    /// The first interval of the day.
    pub first: usize,
    /// How many intervals.
    pub intervals: usize,
}

/// Marks outages: their counts become not known. A run of zeros is one if it lasts an hour and twenty calls or more are usual in it, by the
/// medians of the same weekday: where calls come independently that happens once in 5·10⁸ (Poisson: e⁻²⁰). Weekdays of
/// which there are fewer than four are left alone. The limits are choices.
pub fn mark(grid: &mut Grid) -> Vec<Outage> {
    const USUAL: f64 = 20.0;
    let hour = 60_usize.div_ceil(grid.interval.max(1) as usize);
    let medians = medians(grid);
    let mut outages = Vec::new();
    for day in &mut grid.days {
        let Some(usual) = &medians[weekday(day.date)] else { continue };
        let mut first = 0;
        while first < day.counts.len() {
            let silent = |count: &&Option<f64>| **count == Some(0.0);
            let intervals = day.counts[first..].iter().take_while(silent).count();
            if intervals >= hour && usual[first..first + intervals].iter().sum::<f64>() >= USUAL {
                outages.push(Outage { date: day.date, first, intervals });
                day.counts[first..first + intervals].fill(None);
            }
            first += intervals + 1;
        }
    }
    outages
}

/// The median count of each interval by weekday; none of a weekday that came fewer than four times.
fn medians(grid: &Grid) -> [Option<Vec<f64>>; 7] {
    const FEWEST: usize = 4;
    std::array::from_fn(|wanted| {
        let days: Vec<_> = grid.days.iter().filter(|day| weekday(day.date) == wanted).collect();
        let median = |slot: usize| {
            let mut counts: Vec<f64> = days.iter().filter_map(|day| day.counts[slot]).collect();
            counts.sort_by(f64::total_cmp);
            counts.get(counts.len() / 2).copied().unwrap_or(0.0)
        };
        (days.len() >= FEWEST).then(|| (0..grid.slots).map(median).collect())
    })
}

fn weekday(date: Date) -> usize {
    usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use jiff::{Span, civil::date};

    use super::*;
    use crate::history::Day;

    #[test]
    fn a_silent_afternoon_is_marked_and_a_silent_night_is_not() {
        let counts = |slot: usize| Some(if slot < 8 { 0.0 } else { 6.0 });
        let dates = date(2026, 6, 1).series(Span::new().days(7)).take(6);
        let days = dates.map(|date| Day { date, counts: (0..24).map(counts).collect() }).collect();
        let mut grid = Grid { opens: 0, interval: 60, slots: 24, days };
        grid.days[3].counts[14..18].fill(Some(0.0));
        grid.days[4].counts[14..17].fill(Some(0.0));
        let wanted = Outage { date: date(2026, 6, 22), first: 14, intervals: 4 };
        assert_eq!(mark(&mut grid), [wanted]);
        assert_eq!(grid.days[3].counts[13..19], [Some(6.0), None, None, None, None, Some(6.0)]);
        assert_eq!(grid.days[4].counts[15], Some(0.0), "eighteen calls may be missing by chance");
    }
}
