//! Five by five: as much linear algebra as the regression needs.

/// How many parameters a person has; see [`super::Parameter`].
pub const PARAMETERS: usize = 5;
/// One number per parameter.
pub type Vector = [f64; PARAMETERS];
/// One row per parameter.
pub(super) type Matrix = [Vector; PARAMETERS];

pub(super) fn dot(a: &Vector, b: &Vector) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(super) fn add_outer(matrix: &mut Matrix, vector: &Vector) {
    for (row, a) in matrix.iter_mut().zip(vector) {
        for (value, b) in row.iter_mut().zip(vector) {
            *value += a * b;
        }
    }
}

/// The lower triangle `L` of `L·Lᵀ` (Cholesky).
#[derive(Debug, Clone)]
pub(super) struct Factor(Matrix);

/// Factors a symmetric positive definite matrix. A pivot that rounding has made too small is kept just above 0.
pub(super) fn factor(matrix: &Matrix) -> Factor {
    let mut lower = [[0.0; PARAMETERS]; PARAMETERS];
    for row in 0..PARAMETERS {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| lower[row][k] * lower[column][k]).sum();
            let left = matrix[row][column] - known;
            lower[row][column] =
                if row == column { left.max(1e-12).sqrt() } else { left / lower[column][column] };
        }
    }
    Factor(lower)
}

impl Factor {
    /// Solves `L·Lᵀ·x = vector`.
    pub(super) fn solve(&self, vector: &Vector) -> Vector {
        let lower = &self.0;
        let mut x = *vector;
        for row in 0..PARAMETERS {
            let known: f64 = (0..row).map(|k| lower[row][k] * x[k]).sum();
            x[row] = (x[row] - known) / lower[row][row];
        }
        for row in (0..PARAMETERS).rev() {
            let known: f64 = (row + 1..PARAMETERS).map(|k| lower[k][row] * x[k]).sum();
            x[row] = (x[row] - known) / lower[row][row];
        }
        x
    }

    /// The inverse's diagonal.
    pub(super) fn inverse_diagonal(&self) -> Vector {
        std::array::from_fn(|n| self.solve(&std::array::from_fn(|k| f64::from(u8::from(k == n))))[n])
    }
}
