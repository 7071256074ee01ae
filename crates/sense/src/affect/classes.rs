//! Which acted emotion an utterance resembles: linear discriminants with a shrunken covariance (Friedman 1989), every
//! emotion as likely as any other.
//!
//! It serves the study of corpora and what rests on it (valence, anger). No leg tells anybody an emotion's name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    emotion::positive_valence,
    linear::{dot, rounded, solve},
};

/// How far the covariance is drawn towards a sphere. A choice, made with two training speakers at a time of EMO-DB: users have few.
const SHRINK: f64 = 0.6;

/// The discriminant of one emotion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Discriminant {
    /// The label.
    pub emotion: String,
    /// Per functional, in deviations.
    pub weights: Vec<f64>,
    /// Added to the sum.
    pub bias: f64,
}

/// One discriminant per emotion of the training corpus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Classes(pub Vec<Discriminant>);

impl Classes {
    /// Fits the discriminants to rows in deviations, each with its emotion.
    pub(super) fn fit(rows: &[Vec<f64>], emotions: &[&str]) -> Self {
        let width = rows[0].len();
        let mut means: BTreeMap<&str, (f64, Vec<f64>)> = BTreeMap::new();
        for (row, emotion) in rows.iter().zip(emotions) {
            let (count, sum) = means.entry(emotion).or_insert_with(|| (0.0, vec![0.0; width]));
            *count += 1.0;
            sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        for (count, sum) in means.values_mut() {
            sum.iter_mut().for_each(|sum| *sum /= *count);
        }
        let mut covariance = vec![vec![0.0; width]; width];
        for (row, emotion) in rows.iter().zip(emotions) {
            let rest: Vec<f64> = row.iter().zip(&means[emotion].1).map(|(x, mean)| x - mean).collect();
            // Every emotion counts the same, however often it was recorded.
            let weight = 1.0 / (means[emotion].0 * means.len() as f64);
            for (k, line) in covariance.iter_mut().enumerate() {
                let own = weight * rest[k];
                line.iter_mut().zip(&rest).take(k + 1).for_each(|(cell, other)| *cell += own * other);
            }
        }
        let sphere = (0..width).map(|k| covariance[k][k]).sum::<f64>() / width as f64;
        for (k, line) in covariance.iter_mut().enumerate() {
            line.iter_mut().for_each(|cell| *cell *= 1.0 - SHRINK);
            line[k] += SHRINK * sphere;
        }
        let discriminant = |(emotion, (_, mean)): (&str, (f64, Vec<f64>))| {
            let weights = solve(covariance.clone(), mean.clone());
            let bias = -0.5 * dot(&weights, &mean);
            Discriminant { emotion: emotion.into(), weights: rounded(weights), bias }
        };
        Self(means.into_iter().map(discriminant).collect())
    }

    /// The emotion that a row resembles most.
    #[must_use]
    pub fn nearest(&self, row: &[f64]) -> &str {
        let best = self.0.iter().map(|one| (one.score(row), one)).max_by(|a, b| a.0.total_cmp(&b.0));
        best.map_or("", |(_, one)| &one.emotion)
    }

    /// The logit of positive valence: what speaks for the emotions of one side against those of the other.
    #[must_use]
    pub fn valence(&self, row: &[f64]) -> f64 {
        let side = |positive| {
            let own = self.0.iter().filter(|one| positive_valence(&one.emotion) == Some(positive));
            mean_of_exponentials(own.map(|one| one.score(row)))
        };
        side(true) - side(false)
    }

    /// What speaks for anger against all other emotions.
    #[must_use]
    pub fn anger(&self, row: &[f64]) -> f64 {
        let of = |angry| {
            let own = self.0.iter().filter(|one| (one.emotion == "angry") == angry);
            mean_of_exponentials(own.map(|one| one.score(row)))
        };
        of(true) - of(false)
    }
}

impl Discriminant {
    fn score(&self, row: &[f64]) -> f64 {
        self.bias + dot(&self.weights, row)
    }
}

/// The logarithm of the mean of the exponentials, taken so that none overflows; far below all else of nothing.
fn mean_of_exponentials(scores: impl Iterator<Item = f64>) -> f64 {
    let scores: Vec<f64> = scores.collect();
    let most = scores.iter().copied().fold(-1e9, f64::max);
    let sum: f64 = scores.iter().map(|score| (score - most).exp()).sum();
    most + (sum / scores.len().max(1) as f64).max(1e-300).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emotions_that_lie_apart_are_told_apart_however_rare_they_are() {
        let mut random = crate::telephone::Random::new(5);
        let centres = [("angry", 2.0, 0.0), ("happy", 0.0, 2.0), ("sad", -2.0, -2.0)];
        let (mut rows, mut emotions) = (Vec::new(), Vec::new());
        for i in 0..220 {
            let (emotion, x, y) = centres[if i % 20 == 0 { 2 } else { i % 2 }];
            rows.push(vec![x + random.next() - 0.5, y + random.next() - 0.5, random.next()]);
            emotions.push(emotion);
        }
        let classes = Classes::fit(&rows, &emotions);
        assert!(rows.iter().zip(&emotions).all(|(row, emotion)| classes.nearest(row) == *emotion));
        assert!(
            rows.iter()
                .zip(&emotions)
                .all(|(row, emotion)| (classes.anger(row) > 0.0) == (*emotion == "angry"))
        );
        assert!(
            rows.iter()
                .zip(&emotions)
                .all(|(row, emotion)| (classes.valence(row) > 0.0) == (*emotion == "happy"))
        );
    }
}
