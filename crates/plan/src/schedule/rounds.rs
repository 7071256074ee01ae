//! Rounds of a search: several lanes side by side, each a fixed piece of work a round, so that seed, lanes and number of rounds
//! fix the result. Time enters only between rounds, through whoever is asked whether to go on.

use std::thread;

/// How hard to search. The same effort gives the same roster, however fast the machine is.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Where random numbers begin.
    pub seed: u64,
    /// Searches side by side, a thread each; the best of them counts.
    pub lanes: usize,
    /// Rounds at most; none is until the search is told to stop.
    pub rounds: Option<u64>,
}

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rounds that are done.
    pub rounds: u64,
    /// The objective of the best roster so far.
    pub objective: i64,
    /// No roster can be below this.
    pub bound: i64,
}

/// One search of several that go on side by side.
pub(super) trait Lane: Send {
    /// The best that it found, and what it costs.
    type Best: Clone + Send;

    /// One piece of work.
    fn round(&mut self);
    /// What its best costs.
    fn objective(&self) -> i64;
    /// A bound that it has proved below every objective.
    fn bound(&self) -> i64;
    /// Its best.
    fn best(&self) -> Self::Best;
    /// Whether it is at the end of a cycle, where it may go on from another lane's best.
    fn at_rest(&self) -> bool;
    /// Goes on from another lane's best.
    fn adopt(&mut self, best: Self::Best);
}

/// Runs lanes until the bound is reached, the rounds are over, or `go_on` says no; answers the best and how far it came.
pub(super) fn run<L: Lane>(
    lanes: &mut [L],
    rounds: Option<u64>,
    go_on: &mut dyn FnMut(Progress) -> bool,
) -> (L::Best, Progress) {
    let mut done = 0;
    loop {
        let best = best_of(lanes);
        let bound = lanes.iter().map(L::bound).max().unwrap_or(0);
        let progress = Progress { rounds: done, objective: lanes[best].objective(), bound };
        if progress.objective <= bound || rounds.is_some_and(|most| done >= most) || !go_on(progress) {
            return (lanes[best].best(), progress);
        }
        if let [only] = lanes {
            only.round();
        } else {
            thread::scope(|scope| lanes.iter_mut().for_each(|lane| drop(scope.spawn(|| lane.round()))));
        }
        done += 1;
        share(lanes);
    }
}

/// The first of the best lanes.
fn best_of<L: Lane>(lanes: &[L]) -> usize {
    (0..lanes.len()).min_by_key(|&lane| (lanes[lane].objective(), lane)).unwrap_or(0)
}

/// Lanes at rest go on from the best of all.
fn share<L: Lane>(lanes: &mut [L]) {
    let best = best_of(lanes);
    let objective = lanes[best].objective();
    let roster = lanes[best].best();
    for lane in lanes.iter_mut().filter(|lane| lane.at_rest() && lane.objective() > objective) {
        lane.adopt(roster.clone());
    }
}
