//! The cheapest way to give columns to rows.

use std::ops::{Add, Sub};

/// Gives each row a column of its own, or leaves it without one at the price given, so that the sum of all prices is the
/// least: shortest augmenting paths with potentials, row by row (Kuhn 1955; Jonker & Volgenant 1987).
///
/// `costs[row][column]` is what it costs to give them to each other; none where that cannot be. `without[row]` is what it costs
/// to leave the row without. All rows of `costs` are equally long. Prices may be any ordered group, so that several
/// concerns can be weighed one after the other without a factor between them. Of equal ways the same one is found each time.
/// Takes `O(rows² · (rows + columns))` sums.
#[must_use]
pub fn assign<C>(costs: &[Vec<Option<C>>], without: &[C]) -> Vec<Option<usize>>
where
    C: Copy + Ord + Default + Add<Output = C> + Sub<Output = C>,
{
    let columns = costs.first().map_or(0, Vec::len);
    let mut state = State::new(costs, without, columns);
    for row in 0..without.len() {
        state.give(row);
    }
    let mut given = vec![None; without.len()];
    for (column, row) in state.row_of.iter().take(columns).enumerate() {
        if let Some(row) = row {
            given[*row] = Some(column);
        }
    }
    given
}

struct State<'a, C> {
    costs: &'a [Vec<Option<C>>],
    without: &'a [C],
    columns: usize,
    row_potential: Vec<C>,
    column_potential: Vec<C>,
    row_of: Vec<Option<usize>>,
}

impl<'a, C: Copy + Ord + Default + Add<Output = C> + Sub<Output = C>> State<'a, C> {
    fn new(costs: &'a [Vec<Option<C>>], without: &'a [C], columns: usize) -> Self {
        // Behind the real columns each row has one of its own that stands for being left without.
        let all = columns + without.len();
        Self {
            costs,
            without,
            columns,
            row_potential: vec![C::default(); without.len()],
            column_potential: vec![C::default(); all],
            row_of: vec![None; all],
        }
    }

    fn cost(&self, row: usize, column: usize) -> Option<C> {
        if column < self.columns {
            return self.costs[row][column];
        }
        (column - self.columns == row).then(|| self.without[row])
    }

    /// Gives a row a column, and others other columns where that makes the whole cheaper.
    fn give(&mut self, start: usize) {
        let all = self.row_of.len();
        let mut least: Vec<Option<C>> = vec![None; all];
        let mut from: Vec<Option<usize>> = vec![None; all];
        let mut done = vec![false; all];
        let mut path: Vec<(usize, usize)> = Vec::new();
        let (mut row, mut before) = (start, None);
        let mut way = C::default();
        let last = loop {
            let mut next: Option<(C, usize)> = None;
            for column in 0..all {
                if done[column] {
                    continue;
                }
                if let Some(cost) = self.cost(row, column) {
                    let reduced = way + cost - self.row_potential[row] - self.column_potential[column];
                    if least[column].is_none_or(|known| reduced < known) {
                        (least[column], from[column]) = (Some(reduced), before);
                    }
                }
                if let Some(cost) = least[column]
                    && next.is_none_or(|(known, _)| cost < known)
                {
                    next = Some((cost, column));
                }
            }
            // A row's own column behind the real ones is always within reach.
            let Some((cost, column)) = next else { return };
            way = cost;
            match self.row_of[column] {
                None => break column,
                Some(taken) => {
                    done[column] = true;
                    path.push((column, taken));
                    (row, before) = (taken, Some(column));
                }
            }
        };
        self.row_potential[start] = self.row_potential[start] + way;
        for (column, taken) in path {
            let slack = way - least[column].unwrap_or_default();
            self.row_potential[taken] = self.row_potential[taken] + slack;
            self.column_potential[column] = self.column_potential[column] - slack;
        }
        let mut column = last;
        while let Some(earlier) = from[column] {
            self.row_of[column] = self.row_of[earlier];
            column = earlier;
        }
        self.row_of[column] = Some(start);
    }
}
