//! Sums in eight lanes: quick, and in the same order on every processor.

const LANES: usize = 8;

/// The sum of the values.
pub(super) fn sum(values: &[f32]) -> f32 {
    fold(values, |lane, value| lane + value)
}

/// The sum of the squares.
pub(super) fn energy(values: &[f32]) -> f32 {
    fold(values, |lane, value| lane + value * value)
}

/// The largest value; 0 if none is above it.
pub(super) fn largest(values: &[f32]) -> f32 {
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder().iter().copied().fold(0.0, f32::max);
    let mut lanes = [0.0_f32; LANES];
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = if value > *lane { value } else { *lane };
        }
    }
    lanes.into_iter().fold(rest, f32::max)
}

/// The sum of the products; what one of the two has more is left out.
pub(super) fn product(a: &[f32], b: &[f32]) -> f32 {
    let length = a.len().min(b.len());
    let (a, b) = (a[..length].chunks_exact(LANES), b[..length].chunks_exact(LANES));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(x, y)| x * y).sum();
    let mut lanes = [0.0_f32; LANES];
    for (a, b) in a.zip(b) {
        for ((lane, x), y) in lanes.iter_mut().zip(a).zip(b) {
            *lane += x * y;
        }
    }
    lanes.iter().sum::<f32>() + rest
}

fn fold(values: &[f32], add: impl Fn(f32, f32) -> f32) -> f32 {
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder().iter().fold(0.0, |sum, &value| add(sum, value));
    let mut lanes = [0.0_f32; LANES];
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = add(*lane, value);
        }
    }
    lanes.iter().sum::<f32>() + rest
}
