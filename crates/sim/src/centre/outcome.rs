//! What a scenario comes to: means over replications with intervals, and differences between scenarios.

use serde_json::{Map, Value, json};

use super::{
    engine::{Engine, Ran},
    plan::Plan,
    scenario::Scenario,
    tally::Tally,
};

/// A figure of a scenario.
#[derive(Clone, Copy)]
pub struct Measure {
    /// Its name in the JSON document.
    pub name: &'static str,
    of: fn(&Tally) -> Option<f64>,
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// All figures; each is left out where there is nothing to tell.
pub const MEASURES: [Measure; 16] = [
    Measure { name: "p_wait", of: |t| share(t.waited, t.calls) },
    Measure { name: "p_abandon", of: |t| share(t.abandoned, t.calls) },
    Measure { name: "mean_wait", of: |t| share(t.wait, t.calls) },
    Measure { name: "service_level", of: |t| share(t.in_time, t.calls) },
    Measure { name: "occupancy", of: |t| share(t.busy, t.staffed) },
    Measure { name: "call_backs", of: |t| share(t.called_back, t.calls).filter(|_| t.called_back > 0.0) },
    Measure { name: "retrials", of: |t| share(t.again, t.calls).filter(|_| t.again > 0.0) },
    Measure {
        name: "self_served",
        of: |t| share(t.self_served, t.calls + t.self_served).filter(|_| t.self_served > 0.0),
    },
    Measure { name: "strain", of: |t| share(t.people.strain, t.people.work) },
    Measure { name: "strain_high", of: |t| share(t.people.high, t.people.work) },
    Measure { name: "strain_end_of_shift", of: |t| share(t.people.end_strain, t.people.shifts) },
    Measure { name: "abuse_gini", of: |t| share(t.people.gini, t.people.days) },
    Measure { name: "abuse_highest", of: |t| share(t.people.highest, t.people.days) },
    Measure { name: "pauses_per_shift", of: |t| share(t.people.pauses, t.people.shifts) },
    Measure { name: "pause_share", of: |t| share(t.people.pause_time, t.people.pause_time + t.people.work) },
    Measure { name: "agents_on_duty", of: |t| share(t.staffed, t.length) },
];

/// A mean with its interval of 95 %; a single number has none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean over replications, or over batches of a single one.
    pub mean: f64,
    /// Lower and upper end.
    pub ci95: Option<(f64, f64)>,
}

impl Estimate {
    /// The mean of independent numbers with Student's interval; none of no numbers.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let ci95 = (values.len() > 1).then(|| {
            let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
            let half = student(values.len() - 1) * (variance / n).sqrt();
            (mean - half, mean + half)
        });
        Some(Self { mean, ci95 })
    }

    fn json(self) -> Value {
        json!({ "mean": self.mean, "ci95": self.ci95 })
    }
}

/// The two-sided 95 % point of Student's distribution. Exact to four digits up to 12 degrees of freedom, beyond by the
/// expansion of Cornish and Fisher (Abramowitz & Stegun 26.7.5), which is closer than that.
fn student(freedom: usize) -> f64 {
    const EXACT: [f64; 12] =
        [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788];
    if let Some(exact) = EXACT.get(freedom.saturating_sub(1)) {
        return *exact;
    }
    let (z, n) = (1.959_964_f64, freedom as f64);
    let (z3, z5, z7) = (z.powi(3), z.powi(5), z.powi(7));
    z + (z3 + z) / (4.0 * n)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * n * n)
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * n.powi(3))
}

/// A scenario's results.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How many replications were run.
    pub replications: u32,
    /// Calls that were counted.
    pub calls: u64,
    /// All calls that were simulated, those of the warm-up included.
    pub simulated: u64,
    /// By replication or batch, then by measure.
    values: Vec<[Option<f64>; MEASURES.len()]>,
}

/// A scenario that is simulated one replication after another.
pub struct Runs {
    plan: Plan,
    replications: u32,
}

impl Runs {
    /// Makes a scenario ready.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        Self { plan: Plan::new(scenario), replications: scenario.replications }
    }

    /// Simulates all replications; `done` is told the number of those that are over.
    pub fn run(&self, mut done: impl FnMut(u32)) -> Outcome {
        let mut outcome =
            Outcome { replications: self.replications, calls: 0, simulated: 0, values: Vec::new() };
        for replication in 0..self.replications {
            let Ran { batches, calls } = Engine::new(&self.plan, replication).run();
            outcome.simulated += calls;
            for tally in &batches {
                outcome.calls += tally.calls as u64;
                outcome.values.push(MEASURES.map(|measure| (measure.of)(tally)));
            }
            done(replication + 1);
        }
        outcome
    }
}

impl Outcome {
    /// The measure of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Estimate> {
        let at = MEASURES.iter().position(|measure| measure.name == name)?;
        Estimate::of(&self.values.iter().filter_map(|values| values[at]).collect::<Vec<_>>())
    }

    /// By how much a measure here is above that of another scenario: the mean of the differences replication by
    /// replication, which common chance keeps small.
    #[must_use]
    pub fn difference(&self, base: &Self, name: &str) -> Option<Estimate> {
        let at = MEASURES.iter().position(|measure| measure.name == name)?;
        let pairs = self.values.iter().zip(&base.values);
        let differences: Vec<f64> = pairs.filter_map(|(own, other)| Some(own[at]? - other[at]?)).collect();
        Estimate::of(&differences)
    }

    /// The measures as a JSON object.
    #[must_use]
    pub fn json(&self) -> Map<String, Value> {
        named(|name| self.get(name))
    }

    /// The differences as a JSON object.
    #[must_use]
    pub fn differences(&self, base: &Self) -> Map<String, Value> {
        named(|name| self.difference(base, name))
    }
}

fn named(of: impl Fn(&str) -> Option<Estimate>) -> Map<String, Value> {
    let found =
        MEASURES.iter().filter_map(|measure| Some((measure.name.to_owned(), of(measure.name)?.json())));
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_points_are_those_of_the_tables() {
        for (freedom, wanted) in [(1, 12.7062), (9, 2.2622), (13, 2.1604), (29, 2.0452), (120, 1.9799)] {
            assert!((student(freedom) - wanted).abs() < 2e-4, "{freedom}: {}", student(freedom));
        }
    }

    #[test]
    fn an_interval_is_the_textbooks() {
        let found = Estimate::of(&[4.0, 5.0, 6.0, 7.0, 8.0]).and_then(|found| found.ci95);
        let (low, high) = found.expect("five numbers");
        assert!((low - 4.0368).abs() < 1e-3 && (high - 7.9632).abs() < 1e-3, "{low} {high}");
        assert_eq!(Estimate::of(&[3.0]), Some(Estimate { mean: 3.0, ci95: None }));
        assert_eq!(Estimate::of(&[]), None);
    }
}
