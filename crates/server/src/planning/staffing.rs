//! From expected calls to people: Erlang A (Erlang C where patience is not given), interval by interval, with a ceiling of
//! occupancy; docs/staffing.md has the formulas.

use calmline_queueing::{Load, LoadError, Target};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is taken for granted of calls, callers and people.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assumptions {
    /// Times the calls that are forecast: 0.2 to 5.
    #[schema(example = 1.0)]
    pub volume: f64,
    /// Mean handling time of a call in seconds, after-call work included: 5 to 7200.
    #[schema(example = 240.0)]
    pub aht_s: f64,
    /// Mean time in seconds that callers wait before they hang up, 5 to 7200; null for ever.
    #[schema(example = 120.0)]
    pub patience_s: Option<f64>,
    /// The share of calls that should be answered in time: 0 to 0.99.
    #[schema(example = 0.8)]
    pub target: f64,
    /// The time in seconds in which they should be answered: 0 to 3600.
    #[schema(example = 20.0)]
    pub within_s: f64,
    /// The share of their time that agents are on calls at most: 0.5 to 1.
    #[schema(example = 0.85)]
    pub ceiling: f64,
    /// The share of a shift that is breaks: 0 to 0.5. A roster places breaks by themselves and leaves this out.
    #[schema(example = 0.12)]
    pub breaks: f64,
    /// The share of paid time that goes to meetings, training, leave and illness: 0 to 0.8.
    #[schema(example = 0.1)]
    pub shrinkage: f64,
}

impl Assumptions {
    /// The first member that makes no sense, and the range that does.
    ///
    /// # Errors
    /// When there is such a member.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let patience = self.patience_s.unwrap_or(60.0);
        let ranges = [
            ("volume", self.volume, 0.2, 5.0),
            ("aht_s", self.aht_s, 5.0, 7_200.0),
            ("patience_s", patience, 5.0, 7_200.0),
            ("target", self.target, 0.0, 0.99),
            ("within_s", self.within_s, 0.0, 3_600.0),
            ("ceiling", self.ceiling, 0.5, 1.0),
            ("breaks", self.breaks, 0.0, 0.5),
            ("shrinkage", self.shrinkage, 0.0, 0.8),
        ];
        let wrong = ranges.into_iter().find(|(_, value, least, most)| !(*least..=*most).contains(value));
        wrong.map_or(Ok(()), |(member, value, least, most)| {
            Err((member, format!("{value} is not from {least} to {most}; give a number in that range")))
        })
    }

    fn target(&self) -> Target {
        Target { service_level: self.target, within: self.within_s, max_occupancy: self.ceiling }
    }

    /// What arrives in an interval of so many minutes; times in seconds.
    fn load(&self, calls: f64, minutes: u32) -> Result<Load, LoadError> {
        let load = Load::new(calls * self.volume / (f64::from(minutes) * 60.0), self.aht_s.recip())?;
        self.patience_s.map_or(Ok(load), |patience| load.with_patience(patience.recip()))
    }

    /// How many are paid so that one is there for calls.
    fn paid(&self, breaks: bool) -> f64 {
        let share = (1.0 - self.shrinkage) * if breaks { 1.0 - self.breaks } else { 1.0 };
        share.recip()
    }
}

/// An interval with the people that it needs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Staffed {
    /// Minutes from midnight to its beginning.
    pub minute: u32,
    /// Expected calls, what-if included.
    pub calls: f64,
    /// The fewest on calls that reach the target and stay under the ceiling.
    pub agents: u32,
    /// People to be scheduled for that, breaks and shrinkage included.
    pub scheduled: u32,
    /// The share of calls that they answer in time.
    pub service_level: f64,
    /// The share of their time that they are on calls.
    pub occupancy: f64,
    /// The mean wait of all calls in seconds.
    pub wait_s: f64,
    /// The share of calls whose callers hang up before.
    pub abandoned: f64,
}

/// Staffs intervals of so many minutes, of which the first begins so many minutes after midnight.
///
/// # Errors
/// When more arrives than can be computed for.
pub fn staff(
    calls: &[f64],
    opens: u32,
    minutes: u32,
    assumptions: &Assumptions,
) -> Result<Vec<Staffed>, LoadError> {
    let target = assumptions.target();
    let interval = |(minute, calls): (u32, &f64)| {
        let load = assumptions.load(*calls, minutes)?;
        let agents = load.staff(&target)?;
        let steady = load.steady(agents);
        let wait_s = steady.mean_wait();
        Ok(Staffed {
            minute,
            calls: calls * assumptions.volume,
            agents,
            scheduled: people(f64::from(agents) * assumptions.paid(true)),
            service_level: steady.service_level(assumptions.within_s),
            occupancy: steady.occupancy(),
            wait_s: if wait_s.is_finite() { wait_s } else { 0.0 },
            abandoned: steady.p_abandon(),
        })
    };
    (opens..).step_by(minutes.max(1) as usize).zip(calls).map(interval).collect()
}

/// Intervals of five or ten minutes are too short to be steady with calls of some minutes: they are put together to a quarter
/// or half of an hour. Answers the calls and the minutes of the intervals.
#[must_use]
pub fn regrained(calls: &[f64], opens: u32, minutes: u32) -> (Vec<f64>, u32, u32) {
    let longer = match minutes {
        5 => 15,
        10 => 30,
        _ => return (calls.to_vec(), opens, minutes),
    };
    let from = opens / longer * longer;
    let mut sums = Vec::new();
    for (at, calls) in (opens..).step_by(minutes as usize).zip(calls) {
        let slot = ((at - from) / longer) as usize;
        sums.resize(sums.len().max(slot + 1), 0.0);
        sums[slot] += calls;
    }
    (sums, from, longer)
}

/// People who must be on the floor in each slot of a day, breaks not counted in.
#[must_use]
pub fn wanted(staffed: &[Staffed], minutes: u32, assumptions: &Assumptions) -> Vec<u32> {
    let mut wanted = vec![0; super::SLOTS];
    for interval in staffed {
        let first = (interval.minute / super::SLOT) as usize;
        let slots = (minutes.div_ceil(super::SLOT)) as usize;
        for slot in wanted.iter_mut().skip(first).take(slots) {
            *slot = people(f64::from(interval.agents) * assumptions.paid(false));
        }
    }
    wanted
}

/// A whole number of people; a hair less first, so that a quotient that is whole is not rounded up for the float's sake.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn people(number: f64) -> u32 {
    (number - 1e-9).ceil().max(0.0) as u32
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn usual() -> Assumptions {
        Assumptions {
            volume: 1.0,
            aht_s: 180.0,
            patience_s: None,
            target: 0.8,
            within_s: 20.0,
            ceiling: 1.0,
            breaks: 0.0,
            shrinkage: 0.0,
        }
    }

    #[test]
    fn the_textbooks_interval_needs_fourteen() {
        let staffed = staff(&[100.0, 0.0], 480, 30, &usual()).unwrap();
        assert_eq!((staffed[0].agents, staffed[1].agents, staffed[1].minute), (14, 0, 510));
        assert!((staffed[0].service_level - 0.888_350).abs() < 1e-6);
        // Half as many are there for calls: twice as many are paid.
        let half = Assumptions { breaks: 0.2, shrinkage: 0.375, ..usual() };
        assert_eq!(staff(&[100.0], 480, 30, &half).unwrap()[0].scheduled, 28);
        assert_eq!(wanted(&staffed, 30, &Assumptions { breaks: 0.5, ..usual() })[31..35], [0, 14, 14, 0]);
    }

    #[test]
    fn short_intervals_are_put_together_on_the_hours_grid() {
        let (calls, opens, minutes) = regrained(&[1.0, 2.0, 3.0, 4.0], 490, 5);
        assert_eq!((calls, opens, minutes), (vec![1.0, 9.0], 480, 15));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let wrong = Assumptions { target: 1.0, ..usual() }.check().unwrap_err();
        assert!(wrong.0 == "target" && wrong.1.contains("0.99"));
        assert_eq!(Assumptions { aht_s: f64::NAN, ..usual() }.check().unwrap_err().0, "aht_s");
        assert_eq!(usual().check(), Ok(()));
    }
}
