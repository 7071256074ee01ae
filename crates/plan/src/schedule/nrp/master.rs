//! The master problem of column generation (Dantzig & Wolfe 1960): shares of whole rosters, one in all for each person, so
//! that missing and surplus people cost least. A primal simplex method with the inverse of the basis at hand; the problem
//! is feasible from the start and stays so, since people may be missing or too many anywhere.

/// One whole roster of one person.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Row of the person.
    pub(super) person: usize,
    pub(super) cost: f64,
    /// Rows of cover in which it counts.
    pub(super) cover: Vec<u16>,
    /// The shift of each day.
    pub(super) month: Vec<Option<u8>>,
    /// It may no longer be chosen.
    banned: bool,
}

impl Column {
    /// A roster; `cost` is what it costs by itself.
    pub(super) fn new(person: usize, cost: f64, cover: Vec<u16>, month: Vec<Option<u8>>) -> Self {
        Self { person, cost, cover, month, banned: false }
    }
}

/// What a row of cover wants, and what each missing or surplus person costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Want {
    pub(super) people: f64,
    pub(super) under: f64,
    pub(super) over: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variable {
    Column(usize),
    Under(usize),
    Over(usize),
}

/// Below this a number is taken for zero.
const ZERO: f64 = 1e-9;
/// Reduced costs from here on are an improvement.
const GAIN: f64 = 1e-6;
/// Pivots after which the inverse is computed anew.
const FRESH: usize = 400;
/// What a banned roster costs: more than any roster.
const BAN: f64 = 1e6;

#[derive(Debug, Clone)]
pub(super) struct Master {
    pub(super) columns: Vec<Column>,
    want: Vec<Want>,
    people: usize,
    basis: Vec<Variable>,
    /// Row by row: the inverse of the basis.
    inverse: Vec<f64>,
    value: Vec<f64>,
    right: Vec<f64>,
    /// Prices: of each person's row, then of each row of cover.
    pub(super) price: Vec<f64>,
    entering: Vec<f64>,
    pivots: usize,
    /// Multiplications done: the measure of work.
    pub(super) work: u64,
}

impl Master {
    /// Begins with one roster for each person, `first`, in the order of their rows. `jitter` answers shares from 0 to 1, by which
    /// the people wanted are moved a very little, so that the simplex method does not walk in circles.
    pub(super) fn new(want: Vec<Want>, first: Vec<Column>, mut jitter: impl FnMut() -> f64) -> Self {
        let (people, rows) = (first.len(), first.len() + want.len());
        let mut right = vec![1.0; rows];
        let mut missing: Vec<f64> = want.iter().map(|want| want.people + (jitter() - 0.5) * 1e-4).collect();
        right[people..].copy_from_slice(&missing);
        for &row in first.iter().flat_map(|column| &column.cover) {
            missing[usize::from(row)] -= 1.0;
        }
        let slack = |(row, missing): (usize, &f64)| {
            if *missing >= 0.0 { Variable::Under(row) } else { Variable::Over(row) }
        };
        let basis = (0..people).map(Variable::Column).chain(missing.iter().enumerate().map(slack)).collect();
        let mut master = Self {
            columns: first,
            want,
            people,
            basis,
            inverse: vec![0.0; rows * rows],
            value: vec![0.0; rows],
            right,
            price: vec![0.0; rows],
            entering: vec![0.0; rows],
            pivots: 0,
            work: 0,
        };
        master.refresh();
        master
    }

    fn rows(&self) -> usize {
        self.right.len()
    }

    fn cost(&self, variable: Variable) -> f64 {
        match variable {
            Variable::Column(column) if self.columns[column].banned => BAN,
            Variable::Column(column) => self.columns[column].cost,
            Variable::Under(row) => self.want[row].under,
            Variable::Over(row) => self.want[row].over,
        }
    }

    /// The entries of a variable's column, by row.
    fn entries(&self, variable: Variable, mut entry: impl FnMut(usize, f64)) {
        match variable {
            Variable::Column(column) => {
                let column = &self.columns[column];
                entry(column.person, 1.0);
                column.cover.iter().for_each(|&row| entry(self.people + usize::from(row), 1.0));
            }
            Variable::Under(row) => entry(self.people + row, 1.0),
            Variable::Over(row) => entry(self.people + row, -1.0),
        }
    }

    /// Computes the inverse, values and prices from the basis (Gauss & Jordan with pivots by rows).
    fn refresh(&mut self) {
        let rows = self.rows();
        let wide = 2 * rows;
        let mut table = vec![0.0; rows * wide];
        for (at, &variable) in self.basis.iter().enumerate() {
            self.entries(variable, |row, entry| table[row * wide + at] = entry);
            table[at * wide + rows + at] = 1.0;
        }
        for at in 0..rows {
            let largest = |&one: &usize, &other: &usize| {
                table[one * wide + at].abs().total_cmp(&table[other * wide + at].abs())
            };
            let pivot = (at..rows).max_by(largest).unwrap_or(at);
            if pivot != at {
                let (upper, lower) = table.split_at_mut(pivot * wide);
                upper[at * wide..][..wide].swap_with_slice(&mut lower[..wide]);
            }
            eliminate(&mut table, wide, at, at);
        }
        for at in 0..rows {
            self.inverse[at * rows..][..rows].copy_from_slice(&table[at * wide + rows..][..rows]);
        }
        for at in 0..rows {
            let row = &self.inverse[at * rows..][..rows];
            self.value[at] = row.iter().zip(&self.right).map(|(a, b)| a * b).sum::<f64>().max(0.0);
        }
        self.reprice();
        self.pivots = 0;
        self.work += (rows * rows * rows) as u64;
    }

    fn reprice(&mut self) {
        let rows = self.rows();
        self.price.fill(0.0);
        for at in 0..rows {
            let cost = self.cost(self.basis[at]);
            for (price, entry) in self.price.iter_mut().zip(&self.inverse[at * rows..][..rows]) {
                *price += cost * entry;
            }
        }
    }

    /// What a variable costs beyond what the prices pay for it.
    fn reduced(&self, variable: Variable) -> f64 {
        let mut reduced = self.cost(variable);
        self.entries(variable, |row, entry| reduced -= entry * self.price[row]);
        reduced
    }

    /// Brings the shares to their optimum.
    pub(super) fn solve(&mut self) {
        // The method ends by itself; the bound is against numbers that lie.
        for _ in 0..20 * self.rows() {
            let Some((variable, reduced)) = self.cheapest() else { return };
            if !self.pivot(variable, reduced) {
                return;
            }
            if self.pivots == FRESH {
                self.refresh();
            }
        }
    }

    fn cheapest(&mut self) -> Option<(Variable, f64)> {
        let slack = (0..self.want.len()).flat_map(|row| [Variable::Under(row), Variable::Over(row)]);
        let free =
            (0..self.columns.len()).filter(|&column| !self.columns[column].banned).map(Variable::Column);
        let best = slack
            .chain(free)
            .map(|variable| (variable, self.reduced(variable)))
            .min_by(|one, other| one.1.total_cmp(&other.1));
        self.work += 16 * self.columns.len() as u64;
        best.filter(|(_, reduced)| *reduced < -GAIN)
    }

    /// Takes a variable into the basis. Says no where nothing would leave it, which numbers that lie alone can cause.
    fn pivot(&mut self, variable: Variable, reduced: f64) -> bool {
        let rows = self.rows();
        let mut entering = std::mem::take(&mut self.entering);
        entering.fill(0.0);
        self.entries(variable, |row, entry| {
            for (at, sum) in entering.iter_mut().enumerate() {
                *sum += entry * self.inverse[at * rows + row];
            }
        });
        let leaving = (0..rows)
            .filter(|&at| entering[at] > 1e-7)
            .map(|at| (at, self.value[at] / entering[at]))
            .min_by(|one, other| one.1.total_cmp(&other.1));
        let Some((leaving, step)) = leaving else {
            self.entering = entering;
            return false;
        };
        for (value, along) in self.value.iter_mut().zip(&entering) {
            *value = (*value - step * along).max(0.0);
        }
        self.value[leaving] = step;
        self.basis[leaving] = variable;
        self.turn(leaving, &entering);
        let row = &self.inverse[leaving * rows..][..rows];
        for (price, entry) in self.price.iter_mut().zip(row) {
            *price += reduced * entry;
        }
        self.entering = entering;
        self.pivots += 1;
        self.work += (rows * rows) as u64;
        true
    }

    /// Brings the inverse in line with a change of the basis.
    fn turn(&mut self, leaving: usize, entering: &[f64]) {
        let rows = self.rows();
        let (before, rest) = self.inverse.split_at_mut(leaving * rows);
        let (row, after) = rest.split_at_mut(rows);
        row.iter_mut().for_each(|entry| *entry /= entering[leaving]);
        let others = before.chunks_mut(rows).zip(0..).chain(after.chunks_mut(rows).zip(leaving + 1..));
        for (other, at) in others {
            subtract(other, row, entering[at]);
        }
    }

    /// Rosters with their shares, the largest first; those of people who are not `settled`.
    pub(super) fn shares(&self, settled: &[bool]) -> Vec<(usize, f64)> {
        let mut shares: Vec<(usize, f64)> = self
            .basis
            .iter()
            .zip(&self.value)
            .filter_map(|(variable, &share)| match variable {
                Variable::Column(column) if !settled[self.columns[*column].person] => Some((*column, share)),
                _ => None,
            })
            .collect();
        shares.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        shares
    }

    /// Settles a person on one roster.
    pub(super) fn settle(&mut self, chosen: usize) {
        let person = self.columns[chosen].person;
        for (number, column) in self.columns.iter_mut().enumerate() {
            column.banned |= column.person == person && number != chosen;
        }
    }

    /// Prices again after somebody was settled.
    pub(super) fn settled(&mut self) {
        self.reprice();
    }

    /// Whether a roster is better than what the prices pay for it.
    pub(super) fn gains(&self, column: &Column) -> bool {
        let paid: f64 = column.cover.iter().map(|&row| self.price[self.people + usize::from(row)]).sum();
        column.cost - paid - self.price[column.person] < -1e-4
    }

    /// The price of a person more in a row of cover.
    pub(super) fn worth(&self, row: usize) -> f64 {
        self.price[self.people + row].clamp(-self.want[row].over, self.want[row].under)
    }
}

fn subtract(row: &mut [f64], pivot: &[f64], factor: f64) {
    if factor.abs() > ZERO {
        row.iter_mut().zip(pivot).for_each(|(entry, pivot)| *entry -= factor * pivot);
    }
}

/// Makes one column of a table a unit column.
fn eliminate(table: &mut [f64], wide: usize, pivot: usize, column: usize) {
    let (before, rest) = table.split_at_mut(pivot * wide);
    let (row, after) = rest.split_at_mut(wide);
    let by = row[column];
    row.iter_mut().for_each(|entry| *entry /= by);
    for other in before.chunks_mut(wide).chain(after.chunks_mut(wide)) {
        let factor = other[column];
        subtract(other, row, factor);
    }
}
