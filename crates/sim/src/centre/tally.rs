//! What is counted while a scenario runs.

use super::plan::Plan;

/// Counts and sums of one stretch of counted time.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) calls: f64,
    pub(super) waited: f64,
    pub(super) abandoned: f64,
    /// Waits on the line, of all calls.
    pub(super) wait: f64,
    pub(super) in_time: f64,
    pub(super) called_back: f64,
    pub(super) again: f64,
    pub(super) self_served: f64,
    /// Time of agents on calls and after-call work, and signed in without pauses.
    pub(super) busy: f64,
    pub(super) staffed: f64,
    /// The counted time.
    pub(super) length: f64,
    pub(super) people: PeopleTally,
}

/// What the agents went through; times in units of the scenario.
#[derive(Debug, Clone, Default)]
pub(super) struct PeopleTally {
    pub(super) work: f64,
    /// Strain times time at work, and time at work with it high or heavy.
    pub(super) strain: f64,
    pub(super) high: f64,
    pub(super) shifts: f64,
    pub(super) end_strain: f64,
    pub(super) pauses: f64,
    pub(super) pause_time: f64,
    /// Days on which hard calls came, with their Gini coefficients and highest shares.
    pub(super) days: f64,
    pub(super) gini: f64,
    pub(super) highest: f64,
}

/// The tallies of one replication, by batch.
pub(super) struct Tallies {
    from: f64,
    end: f64,
    length: f64,
    pub(super) batches: Vec<Tally>,
}

impl Tallies {
    pub(super) fn new(plan: &Plan) -> Self {
        let length = plan.duration / plan.batches as f64;
        Self {
            from: plan.warm_up,
            end: plan.end,
            length,
            batches: vec![Tally { length, ..Tally::default() }; plan.batches],
        }
    }

    /// The tally of what began then; none outside the counted time.
    #[inline]
    pub(super) fn at(&mut self, time: f64) -> Option<&mut Tally> {
        if time < self.from || time >= self.end {
            return None;
        }
        let batch = if self.batches.len() == 1 { 0 } else { ((time - self.from) / self.length) as usize };
        self.batches.get_mut(batch)
    }

    /// How much of a stretch lies in the counted time, and the tally of its begin.
    #[inline]
    pub(super) fn within(&mut self, since: f64, until: f64) -> Option<(&mut Tally, f64)> {
        let (since, until) = (since.max(self.from), until.min(self.end));
        if since >= until {
            return None;
        }
        self.at(since).map(|tally| (tally, until - since))
    }

    /// Adds a stretch to a sum of every batch that it reaches into.
    #[inline]
    pub(super) fn add(&mut self, since: f64, until: f64, to: impl Fn(&mut Tally) -> &mut f64) {
        let (since, until) = (since.max(self.from), until.min(self.end));
        if since >= until {
            return;
        }
        if let [only] = &mut self.batches[..] {
            *to(only) += until - since;
            return;
        }
        let first = ((since - self.from) / self.length) as usize;
        for (n, batch) in self.batches.iter_mut().enumerate().skip(first) {
            let begin = self.from + n as f64 * self.length;
            if begin >= until {
                break;
            }
            *to(batch) += (until.min(begin + self.length) - since.max(begin)).max(0.0);
        }
    }
}
