//! The little linear algebra that forecasting needs: Cholesky, leading singular vectors, a banded smoother.

/// A dense matrix, row after row.
#[derive(Debug, Clone)]
pub(super) struct Matrix {
    pub columns: usize,
    pub values: Vec<f64>,
}

impl Matrix {
    /// Every value by its row and column.
    pub fn from_fn(rows: usize, columns: usize, value: impl Fn(usize, usize) -> f64) -> Self {
        let values = (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))).map(|(i, j)| value(i, j));
        Self { columns, values: values.collect() }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.values.len() / self.columns.max(1)
    }

    /// One row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// One row, to be changed.
    pub fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.values[row * self.columns..(row + 1) * self.columns]
    }
}

/// `Σ aᵢ bᵢ`.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `a += factor · b`.
pub(super) fn add(a: &mut [f64], factor: f64, b: &[f64]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += factor * b);
}

/// The lower triangle `L` of `A = L Lᵀ`.
#[derive(Debug, Clone)]
pub(super) struct Cholesky {
    lower: Matrix,
}

impl Cholesky {
    /// Factors a symmetric positive definite matrix, of which only the lower triangle is read. A pivot that rounding made
    /// too small is held at a billionth of its diagonal.
    pub fn of(mut matrix: Matrix) -> Self {
        let n = matrix.columns;
        for i in 0..n {
            let (above, rest) = matrix.values.split_at_mut(i * n);
            let row = &mut rest[..n];
            for j in 0..i {
                let other = &above[j * n..j * n + n];
                row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
            }
            let floor = row[i].abs() * 1e-9 + f64::MIN_POSITIVE;
            row[i] = (row[i] - dot(&row[..i], &row[..i])).max(floor).sqrt();
        }
        Self { lower: matrix }
    }

    /// `L⁻¹ b`.
    pub fn forward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for i in 0..x.len() {
            let row = self.lower.row(i);
            x[i] = (x[i] - dot(&row[..i], &x[..i])) / row[i];
        }
        x
    }

    /// `A⁻¹ b`.
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = self.forward(b);
        for i in (0..x.len()).rev() {
            let row = self.lower.row(i);
            x[i] /= row[i];
            let value = x[i];
            add(&mut x[..i], -value, &row[..i]);
        }
        x
    }

    /// The diagonal of `A⁻¹`: the squared norms of the columns of `L⁻¹`.
    pub fn inverse_diagonal(&self) -> Vec<f64> {
        let n = self.lower.columns;
        let mut inverse = Matrix { columns: n, values: vec![0.0; n * n] };
        let mut diagonal = vec![0.0; n];
        for i in 0..n {
            let row = self.lower.row(i);
            let (above, rest) = inverse.values.split_at_mut(i * n);
            let own = &mut rest[..=i];
            own[i] = 1.0;
            for k in 0..i {
                add(&mut own[..=k], -row[k], &above[k * n..k * n + k + 1]);
            }
            own.iter_mut().for_each(|value| *value /= row[i]);
            diagonal.iter_mut().zip(&*own).for_each(|(sum, value)| *sum += value * value);
        }
        diagonal
    }
}

/// The leading right singular vectors of a matrix, one a row, orthonormal, by subspace iteration (Halko, Martinsson &
/// Tropp 2011, without the randomness: it begins with rows of the matrix). Fewer where the matrix has not so many.
pub(super) fn leading(matrix: &Matrix, count: usize) -> Matrix {
    /// Vectors carried beside the wanted ones, and rounds. Choice: profiles no longer change in the fourth figure.
    const BESIDE: usize = 4;
    const ROUNDS: usize = 12;
    let rows = matrix.rows();
    let kept = (count + BESIDE).min(rows).min(matrix.columns);
    let mut basis: Vec<Vec<f64>> = (0..kept).map(|k| matrix.row(k * rows / kept).to_vec()).collect();
    orthonormal(&mut basis);
    for _ in 0..ROUNDS {
        for vector in &mut basis {
            let mut next = vec![0.0; matrix.columns];
            for i in 0..rows {
                add(&mut next, dot(matrix.row(i), vector), matrix.row(i));
            }
            *vector = next;
        }
        orthonormal(&mut basis);
    }
    basis.truncate(count);
    Matrix { columns: matrix.columns, values: basis.concat() }
}

/// Gram and Schmidt's, twice over for the rounding; vectors that add nothing are left out.
pub(super) fn orthonormal(basis: &mut Vec<Vec<f64>>) {
    let mut done: Vec<Vec<f64>> = Vec::with_capacity(basis.len());
    for mut vector in basis.drain(..) {
        let before = dot(&vector, &vector).sqrt();
        for other in done.iter().chain(&done) {
            let shared = dot(other, &vector);
            add(&mut vector, -shared, other);
        }
        let norm = dot(&vector, &vector).sqrt();
        if norm > before * 1e-9 && norm > 0.0 {
            vector.iter_mut().for_each(|value| *value /= norm);
            done.push(vector);
        }
    }
    *basis = done;
}

/// Smooths a curve by Whittaker's graduation (Whittaker 1923; Eilers 2003): least squares with `weight` times the squared
/// second differences. Banded elimination: its time grows with the length alone.
pub(super) fn smooth(curve: &[f64], weight: f64) -> Vec<f64> {
    let n = curve.len();
    if n < 3 {
        return curve.to_vec();
    }
    let mut bands = vec![[1.0, 0.0, 0.0]; n];
    for i in 0..n - 2 {
        let difference = [1.0, -2.0, 1.0];
        for a in 0..3 {
            for b in a..3 {
                bands[i + a][b - a] += weight * difference[a] * difference[b];
            }
        }
    }
    let mut x = curve.to_vec();
    for i in 0..n {
        let [pivot, ..] = bands[i];
        for a in 1..3.min(n - i) {
            let factor = bands[i][a] / pivot;
            for b in a..3 {
                bands[i + a][b - a] -= factor * bands[i][b];
            }
            x[i + a] -= factor * x[i];
        }
    }
    for i in (0..n).rev() {
        let below: f64 = (1..3.min(n - i)).map(|a| bands[i][a] * x[i + a]).sum();
        x[i] = (x[i] - below) / bands[i][0];
    }
    x
}

/// The middle value, 0 of nothing.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => 0.0,
        _ => f64::midpoint(values[(n - 1) / 2], values[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: &[f64], b: &[f64]) {
        assert_eq!(a.len(), b.len());
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9), "{a:?} {b:?}");
    }

    #[test]
    fn systems_are_solved_and_inverses_have_the_right_diagonal() {
        let a = Matrix { columns: 3, values: vec![4.0, 1.0, 0.5, 1.0, 3.0, 0.2, 0.5, 0.2, 2.0] };
        let factor = Cholesky::of(a.clone());
        let x = factor.solve(&[1.0, 2.0, 3.0]);
        close(&(0..3).map(|i| dot(a.row(i), &x)).collect::<Vec<_>>(), &[1.0, 2.0, 3.0]);
        let units = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let wanted: Vec<f64> = units.iter().enumerate().map(|(i, unit)| factor.solve(unit)[i]).collect();
        close(&factor.inverse_diagonal(), &wanted);
    }

    #[test]
    fn a_matrix_of_rank_two_is_spanned_by_its_two_leading_vectors() {
        let curve =
            |i: usize, j: usize| (i as f64 + 1.0) * (j as f64).sin() + 0.3 * (i as f64).cos() * j as f64;
        let matrix = Matrix::from_fn(9, 30, curve);
        let basis = leading(&matrix, 4);
        assert!((2..=4).contains(&basis.rows()));
        for i in 0..9 {
            let mut rest = matrix.row(i).to_vec();
            for k in 0..2 {
                let score = dot(&rest, basis.row(k));
                add(&mut rest, -score, basis.row(k));
            }
            assert!(dot(&rest, &rest) < 1e-12, "row {i}");
        }
    }

    #[test]
    fn smoothing_keeps_lines_and_flattens_noise() {
        let line: Vec<f64> = (0..20).map(|i| 3.0 + 0.5 * f64::from(i)).collect();
        close(&smooth(&line, 100.0), &line);
        let rough: Vec<f64> = (0..20).map(|i| f64::from(i % 2)).collect();
        let smoothed = smooth(&rough, 1e4);
        assert!(smoothed.iter().all(|value| (value - 0.5).abs() < 0.1), "{smoothed:?}");
    }
}
