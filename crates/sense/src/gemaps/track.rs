//! The way of the pitch through the candidates: a Viterbi search with a delay of a few frames.

use super::pitch::{CANDIDATES, Candidate, Candidates};

/// Frames that a decision waits for.
pub(super) const DELAY: usize = 5;
/// A frame is voiced where the salience says that 0.7 of the sum's peak stand over its mean (the paper's threshold).
const VOICED: f32 = 1.0 / (1.0 - 0.7);
/// What an octave's jump costs, in logarithms of salience. Choice.
const JUMP: f32 = 0.5;

#[derive(Clone, Copy, Default)]
struct Column {
    candidates: Candidates,
    costs: [f32; CANDIDATES],
    /// The place in the column before that the cheapest way comes from.
    before: [Option<usize>; CANDIDATES],
}

/// Follows the pitch; each frame's is known [`DELAY`] frames later.
pub(super) struct Track {
    /// The newest columns, oldest first.
    columns: [Column; DELAY + 1],
}

impl Track {
    pub(super) fn new() -> Self {
        Self { columns: [Column::default(); DELAY + 1] }
    }

    /// Takes a frame and gives the pitch of the frame [`DELAY`] before it; nothing if that had no voice.
    pub(super) fn push(&mut self, mut candidates: Candidates) -> Option<f32> {
        if candidates[0].is_none_or(|best| best.salience < VOICED) {
            candidates = Candidates::default();
        }
        let column = follow(&self.columns[DELAY], candidates);
        self.columns.copy_within(1.., 0);
        self.columns[DELAY] = column;
        self.oldest()
    }

    /// Walks back along the cheapest way; a frame without voice ends it, and the one before starts on its own cheapest.
    fn oldest(&self) -> Option<f32> {
        let mut next: Option<usize> = None;
        for column in self.columns[1..].iter().rev() {
            next = next.or_else(|| cheapest(column)).and_then(|place| column.before[place]);
        }
        let oldest = &self.columns[0];
        let place = next.or_else(|| cheapest(oldest))?;
        oldest.candidates[place].map(|candidate| candidate.hz)
    }
}

fn cheapest(column: &Column) -> Option<usize> {
    let present = |place: &usize| column.candidates[*place].is_some();
    let by_cost = |a: &usize, b: &usize| column.costs[*a].total_cmp(&column.costs[*b]);
    (0..CANDIDATES).filter(present).min_by(by_cost)
}

/// The cheapest ways to a frame's candidates. After a frame without voice all start anew.
fn follow(last: &Column, candidates: Candidates) -> Column {
    let mut column = Column { candidates, ..Column::default() };
    let Some(best) = candidates[0] else { return column };
    for (place, candidate) in candidates.iter().enumerate() {
        let Some(candidate) = candidate else { continue };
        let own = (best.salience / candidate.salience).ln();
        let ways = last.candidates.iter().enumerate().filter_map(|(from, before)| {
            before.map(|before| (from, last.costs[from] + JUMP * octaves(before, *candidate)))
        });
        let way = ways.min_by(|a, b| a.1.total_cmp(&b.1));
        column.before[place] = way.map(|(from, _)| from);
        column.costs[place] = own + way.map_or(0.0, |(_, cost)| cost);
    }
    // Only differences count; without this the costs of a long vowel would grow.
    let least = cheapest(&column).map_or(0.0, |place| column.costs[place]);
    column.costs.iter_mut().for_each(|cost| *cost -= least);
    column
}

fn octaves(a: Candidate, b: Candidate) -> f32 {
    (a.hz / b.hz).log2().abs()
}
