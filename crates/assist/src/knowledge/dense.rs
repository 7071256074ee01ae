//! Passages by their meaning: sentence embeddings in clusters, of which the nearest are searched.

use calmline_language::embed::SENTENCE;

/// So many passages are searched one by one; more are put into clusters.
const FEW: usize = 1_000;
/// Rounds of Lloyd's algorithm. A choice: the clusters only say where to look.
const ROUNDS: usize = 4;
/// The nearest so many clusters of a hundred are searched.
const SEARCHED: usize = 12;

/// An embedding of length 1, each number in steps of a 127th of the largest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Vector {
    steps: Vec<i16>,
    step: f32,
}

impl Vector {
    /// From an embedding; what is beyond the sentence's numbers is left out.
    pub(super) fn of(numbers: &[f32]) -> Self {
        let numbers = &numbers[..numbers.len().min(SENTENCE)];
        let step = numbers.iter().fold(1e-9_f32, |most, number| most.max(number.abs())) / 127.0;
        Self { steps: numbers.iter().map(|number| (number / step).round() as i16).collect(), step }
    }

    /// The cosine of the angle to another.
    pub(super) fn likeness(&self, other: &Self) -> f32 {
        dot(&self.steps, &other.steps) as f32 * self.step * other.step
    }
}

/// Eight sums side by side, which the compiler makes vector instructions of. Nothing overflows: 512 products of at most 127².
fn dot(a: &[i16], b: &[i16]) -> i32 {
    let mut sums = [0_i32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum = sum.wrapping_add(i32::from(*a).wrapping_mul(i32::from(*b)));
        }
    }
    sums.iter().sum()
}

/// The passages' vectors by cluster.
#[derive(Debug)]
pub(super) struct Dense {
    centres: Vec<Vector>,
    clusters: Vec<Cluster>,
}

/// Passages whose vectors lie together, one after the other.
#[derive(Debug, Default)]
struct Cluster {
    /// The passages, each with its vector's step.
    passages: Vec<(u32, f32)>,
    steps: Vec<i16>,
}

impl Cluster {
    fn add(&mut self, passage: u32, vector: &Vector) {
        self.passages.push((passage, vector.step));
        self.steps.extend(&vector.steps);
    }
}

impl Dense {
    /// Clusters the vectors of passages, numbered from 0.
    pub(super) fn of(vectors: &[Vector]) -> Self {
        if vectors.len() <= FEW {
            let mut all = Cluster::default();
            (0..).zip(vectors).for_each(|(passage, vector)| all.add(passage, vector));
            return Self { centres: Vec::new(), clusters: vec![all] };
        }
        let count = vectors.len().isqrt();
        let mut centres: Vec<Vector> =
            (0..count).map(|at| vectors[at * vectors.len() / count].clone()).collect();
        for _ in 0..ROUNDS {
            let mut sums = vec![vec![0.0_f32; SENTENCE]; count];
            for vector in vectors {
                let sum = &mut sums[nearest(vector, &centres)];
                sum.iter_mut()
                    .zip(&vector.steps)
                    .for_each(|(sum, step)| *sum += f32::from(*step) * vector.step);
            }
            for (centre, mut sum) in centres.iter_mut().zip(sums) {
                let length = sum.iter().map(|number| number * number).sum::<f32>().sqrt();
                if length > 0.0 {
                    sum.iter_mut().for_each(|number| *number /= length);
                    *centre = Vector::of(&sum);
                }
            }
        }
        let mut clusters: Vec<Cluster> = centres.iter().map(|_| Cluster::default()).collect();
        for (passage, vector) in (0..).zip(vectors) {
            clusters[nearest(vector, &centres)].add(passage, vector);
        }
        Self { centres, clusters }
    }

    /// Passages near to a question, and how near.
    pub(super) fn near<'a>(&'a self, question: &'a Vector) -> impl Iterator<Item = (u32, f32)> + 'a {
        let mut order: Vec<(usize, f32)> =
            self.centres.iter().map(|centre| question.likeness(centre)).enumerate().collect();
        order.sort_unstable_by(|a, b| b.1.total_cmp(&a.1));
        order.truncate((order.len() * SEARCHED).div_ceil(100));
        let all = self.centres.is_empty().then_some(0);
        let searched = all.into_iter().chain(order.into_iter().map(|(cluster, _)| cluster));
        searched.map(|cluster| &self.clusters[cluster]).flat_map(|Cluster { passages, steps }| {
            passages.iter().zip(steps.chunks_exact(SENTENCE)).map(|((passage, step), steps)| {
                (*passage, dot(&question.steps, steps) as f32 * question.step * step)
            })
        })
    }
}

fn nearest(vector: &Vector, centres: &[Vector]) -> usize {
    let likeness = centres.iter().map(|centre| vector.likeness(centre)).enumerate();
    likeness.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(at, _)| at)
}
