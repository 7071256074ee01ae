//! The little linear algebra that training needs.

/// A symmetric positive definite matrix, decomposed by Cholesky: what its systems are solved by.
#[derive(Debug, Clone)]
pub(super) struct Factor(Vec<Vec<f64>>);

impl Factor {
    /// Decomposes a matrix of which the lower triangle is given.
    pub(super) fn of(mut matrix: Vec<Vec<f64>>) -> Self {
        for i in 0..matrix.len() {
            for j in 0..=i {
                let done = dot(&matrix[i][..j], &matrix[j][..j]);
                let rest = matrix[i][j] - done;
                matrix[i][j] = if i == j { rest.max(1e-12).sqrt() } else { rest / matrix[j][j] };
            }
        }
        Self(matrix)
    }

    /// Solves the system with this right side.
    pub(super) fn solve(&self, mut right: Vec<f64>) -> Vec<f64> {
        let (matrix, n) = (&self.0, right.len());
        for i in 0..n {
            right[i] = (right[i] - dot(&matrix[i][..i], &right[..i])) / matrix[i][i];
        }
        for i in (0..n).rev() {
            let done: f64 = (i + 1..n).map(|k| matrix[k][i] * right[k]).sum();
            right[i] = (right[i] - done) / matrix[i][i];
        }
        right
    }
}

pub(super) fn dot(weights: &[f64], row: &[f64]) -> f64 {
    weights.iter().zip(row).map(|(w, x)| w * x).sum()
}

/// Six places are more than the functionals are worth, and keep the file small.
pub(super) fn round(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

pub(super) fn rounded(numbers: Vec<f64>) -> Vec<f64> {
    numbers.into_iter().map(round).collect()
}

/// Mean and standard deviation, the latter never nothing.
pub(super) fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let variance = values.map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    (mean, variance.sqrt().max(1e-6))
}
