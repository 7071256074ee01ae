//! A staffed day, simulated: what Erlang leaves out is the queue that one interval leaves to the next.

use std::fmt::Write;

use calmline_sim::centre::{Estimate, Runs, Scenario, ScenarioError};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    clock_of,
    staffing::{Assumptions, Staffed},
};

/// Days that are simulated. Choice: an interval of about two points of service level for a queue of a thousand calls.
const REPLICATIONS: u32 = 30;

/// A simulated figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Figure {
    /// Its mean over the simulated days.
    pub mean: f64,
    /// Lower end of its interval of 95 %.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
}

/// How the day goes with the people of the staffing curve on calls.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Simulated {
    /// Days that were simulated.
    pub days: u32,
    /// The share of calls answered in time.
    pub service_level: Figure,
    /// The mean wait of all calls in seconds.
    pub wait_s: Figure,
    /// The share of calls whose callers hang up before.
    pub abandoned: Figure,
    /// The share of their time that agents are on calls.
    pub occupancy: Figure,
}

/// Simulates a day; none where nobody calls.
///
/// # Errors
/// When the simulator does not take the day; the message says what of it.
pub fn simulate(
    staffed: &[Staffed],
    minutes: u32,
    assumptions: &Assumptions,
) -> Result<Option<Simulated>, ScenarioError> {
    if staffed.iter().all(|interval| interval.agents == 0) {
        return Ok(None);
    }
    let scenario = Scenario::parse(&scenario(staffed, minutes, assumptions))?;
    let outcome = Runs::new(&scenario).run(|_| {});
    let figure = |name: &str| outcome.get(name).map_or(Figure { mean: 0.0, low: 0.0, high: 0.0 }, of);
    Ok(Some(Simulated {
        days: outcome.replications,
        service_level: figure("service_level"),
        wait_s: figure("mean_wait"),
        abandoned: figure("p_abandon"),
        occupancy: figure("occupancy"),
    }))
}

fn of(estimate: Estimate) -> Figure {
    let (low, high) = estimate.ci95.unwrap_or((estimate.mean, estimate.mean));
    Figure { mean: estimate.mean, low: low.max(0.0), high }
}

/// The day as docs/simulation.md writes one: seconds, Poisson arrivals by interval, exponential handling and patience as
/// Erlang A has them, and people who come and go with the curve.
fn scenario(staffed: &[Staffed], minutes: u32, assumptions: &Assumptions) -> String {
    let mut text = format!(
        "replications = {REPLICATIONS}\nunit = \"second\"\nduration = 86400.0\n[[queue]]\nname = \"calls\"\nwithin = {:?}\n",
        assumptions.within_s
    );
    if let Some(patience) = assumptions.patience_s {
        let _ = writeln!(text, "patience = {{ exponential = {:?} }}", patience.recip());
    }
    text += "arrivals = { daily = [";
    if staffed.first().is_some_and(|first| first.minute > 0) {
        text += "{ from = \"00:00\", rate = 0.0 },";
    }
    for interval in staffed {
        let rate = interval.calls / f64::from(minutes * 60);
        let _ = write!(text, "{{ from = \"{}\", rate = {rate:?} }},", clock_of(interval.minute));
    }
    let end = staffed.last().map_or(0, |last| last.minute + minutes);
    if end < super::DAY {
        let _ = write!(text, "{{ from = \"{}\", rate = 0.0 }},", clock_of(end));
    }
    let _ = write!(
        text,
        "] }}\n[[group]]\nname = \"people\"\nserves = [\"calls\"]\nservice = {{ exponential = {:?} }}\nshift = [\n",
        assumptions.aht_s.recip()
    );
    for (start, end, count) in shifts(staffed, minutes) {
        let (start, end) = (clock_of(start), clock_of(end));
        let _ = writeln!(text, "{{ count = {count}, days = 7, start = \"{start}\", end = \"{end}\" }},");
    }
    text + "]\n"
}

/// People who come and go as the curve rises and falls; who came last goes first.
fn shifts(staffed: &[Staffed], minutes: u32) -> Vec<(u32, u32, u32)> {
    let end = staffed.last().map_or(0, |last| last.minute + minutes);
    let mut here: Vec<(u32, u32)> = Vec::new();
    let mut shifts = Vec::new();
    let steps = staffed.iter().map(|interval| (interval.minute, interval.agents)).chain([(end, 0)]);
    let mut now = 0;
    for (minute, wanted) in steps {
        if wanted > now {
            here.push((minute, wanted - now));
        }
        let mut leave = u32::saturating_sub(now, wanted);
        while leave > 0 {
            let Some((since, count)) = here.pop() else { break };
            let go = count.min(leave);
            shifts.push((since, minute, go));
            leave -= go;
            if count > go {
                here.push((since, count - go));
            }
        }
        now = wanted;
    }
    shifts
}

#[cfg(test)]
mod tests {
    use super::{super::staffing::staff, *};
    use crate::planning::staffing::tests::usual;

    #[test]
    fn shifts_sum_to_the_curve() {
        let calls = [20.0, 60.0, 100.0, 30.0, 80.0, 10.0];
        let staffed = staff(&calls, 540, 30, &usual()).unwrap();
        let shifts = shifts(&staffed, 30);
        for interval in &staffed {
            let there = |(from, to, _): &&(u32, u32, u32)| (*from..*to).contains(&interval.minute);
            let people: u32 = shifts.iter().filter(there).map(|(.., count)| count).sum();
            assert_eq!(people, interval.agents);
        }
    }

    #[test]
    fn a_long_steady_day_is_what_erlang_says() {
        let assumptions = Assumptions { patience_s: Some(120.0), ..usual() };
        let staffed = staff(&[100.0; 24], 480, 30, &assumptions).unwrap();
        let simulated = simulate(&staffed, 30, &assumptions).unwrap().unwrap();
        let Figure { mean, low, high } = simulated.service_level;
        let wanted = staffed[0].service_level;
        assert!(low < mean && mean < high && (mean - wanted).abs() < 0.03, "{mean} {wanted}");
        assert!((simulated.occupancy.mean - staffed[0].occupancy).abs() < 0.03);
    }

    #[test]
    fn a_day_without_calls_needs_no_simulation() {
        let staffed = staff(&[0.0; 4], 480, 30, &usual()).unwrap();
        assert_eq!(simulate(&staffed, 30, &usual()).unwrap(), None);
    }
}
