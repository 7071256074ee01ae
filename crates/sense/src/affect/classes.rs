//! Which acted emotion an utterance resembles: linear discriminants with a shrunken covariance (Friedman 1989), every
//! emotion as likely as any other.
//!
//! How each emotion sounds differs from speaker to speaker. Where all that somebody says is known, labels apart, the emotions'
//! means are moved towards the rows that they seem to be, by expectation maximisation with conjugate priors (Dempster et al.
//! 1977), as [`divide`](super::divide) does for arousal.
//!
//! It serves the study of corpora and what rests on it (valence, anger). No leg tells anybody an emotion's name.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    emotion::positive_valence,
    linear::{Factor, dot, rounded},
};

/// How far the covariance is drawn towards a sphere. A choice, made with two training speakers at a time of EMO-DB: users have few.
const SHRINK: f64 = 0.6;
/// How many rows an emotion's mean counts for when it is moved towards a speaker's. A choice, made with two, four and nine training
/// speakers of EMO-DB.
const PRIOR: f64 = 10.0;
/// A discriminant of so many functionals is far too sure; when rows are shared out it is taken for one of these shares of itself.
/// Where emotions are hard to tell apart the most suits, where they are easy the least. Or nobody is followed.
const FOLLOWED: [Option<f64>; 4] = [None, Some(1.0), Some(0.3), Some(0.1)];
const ROUNDS: usize = 10;

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

/// How the emotions of a corpus sound: what discriminants are solved from.
#[derive(Debug, Clone)]
pub struct Emotions {
    names: Vec<String>,
    /// In the order of the names.
    means: Vec<Vec<f64>>,
    covariance: Factor,
    /// Which of [`FOLLOWED`].
    followed: Option<f64>,
}

impl Emotions {
    /// Learns from rows in deviations, each with its emotion.
    pub(super) fn fit(rows: &[&[f64]], emotions: &[&str]) -> Self {
        let width = rows[0].len();
        let mut means: BTreeMap<&str, (f64, Vec<f64>)> = BTreeMap::new();
        for (row, emotion) in rows.iter().zip(emotions) {
            let (count, sum) = means.entry(emotion).or_insert_with(|| (0.0, vec![0.0; width]));
            *count += 1.0;
            add(sum, row, 1.0);
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
                add(&mut line[..=k], &rest, weight * rest[k]);
            }
        }
        let sphere = (0..width).map(|k| covariance[k][k]).sum::<f64>() / width as f64;
        for (k, line) in covariance.iter_mut().enumerate() {
            line.iter_mut().for_each(|cell| *cell *= 1.0 - SHRINK);
            line[k] += SHRINK * sphere;
        }
        let (names, means) = means.into_iter().map(|(name, (_, mean))| (name.to_owned(), mean)).unzip();
        Self { names, means, covariance: Factor::of(covariance), followed: None }
    }

    /// Learns, and settles how a speaker is best followed by leaving out one speaker at a time. `voices` says of each row who
    /// spoke, and over which line.
    pub(super) fn settle(rows: &[&[f64]], emotions: &[&str], voices: &[(&str, u32)]) -> Self {
        let mut tallies = FOLLOWED.map(|_| Tally::default());
        let speakers: BTreeSet<&str> = voices.iter().map(|voice| voice.0).collect();
        for speaker in speakers {
            let mut own: BTreeMap<u32, Vec<(&[f64], &str)>> = BTreeMap::new();
            let (mut others, mut theirs) = (Vec::new(), Vec::new());
            for ((&row, &emotion), &(who, line)) in rows.iter().zip(emotions).zip(voices) {
                if who == speaker {
                    own.entry(line).or_default().push((row, emotion));
                } else {
                    others.push(row);
                    theirs.push(emotion);
                }
            }
            let mut trial = Self::fit(&others, &theirs);
            for voice in own.values() {
                let heard: Vec<&[f64]> = voice.iter().map(|(row, _)| *row).collect();
                for (tally, followed) in tallies.iter_mut().zip(FOLLOWED) {
                    trial.followed = followed;
                    tally.add(&trial.of_speaker(&heard), voice);
                }
            }
        }
        let mut best = (0.0, None);
        for (tally, followed) in tallies.iter().zip(FOLLOWED) {
            if tally.recall() > best.0 {
                best = (tally.recall(), followed);
            }
        }
        Self { followed: best.1, ..Self::fit(rows, emotions) }
    }

    /// The discriminants for any speaker.
    #[must_use]
    pub fn classes(&self) -> Classes {
        self.discriminants(&self.means)
    }

    /// The discriminants for the speaker of these rows, whose emotions nobody said.
    #[must_use]
    pub fn of_speaker(&self, rows: &[&[f64]]) -> Classes {
        let mut classes = self.classes();
        let Some(soft) = self.followed else { return classes };
        for _ in 0..ROUNDS {
            let mut sums: Vec<Vec<f64>> =
                self.means.iter().map(|mean| mean.iter().map(|x| PRIOR * x).collect()).collect();
            let mut counts = vec![PRIOR; sums.len()];
            for row in rows {
                for ((share, sum), count) in
                    classes.shares(row, soft).into_iter().zip(&mut sums).zip(&mut counts)
                {
                    add(sum, row, share);
                    *count += share;
                }
            }
            for (sum, count) in sums.iter_mut().zip(&counts) {
                sum.iter_mut().for_each(|sum| *sum /= count);
            }
            classes = self.discriminants(&sums);
        }
        classes
    }

    fn discriminants(&self, means: &[Vec<f64>]) -> Classes {
        let one = |(emotion, mean): (&String, &Vec<f64>)| {
            let weights = self.covariance.solve(mean.clone());
            let bias = -0.5 * dot(&weights, mean);
            Discriminant { emotion: emotion.clone(), weights: rounded(weights), bias }
        };
        Classes(self.names.iter().zip(means).map(one).collect())
    }
}

/// How often each emotion was told rightly, and how often it was there.
#[derive(Default)]
struct Tally<'a>(BTreeMap<&'a str, (f64, f64)>);

impl<'a> Tally<'a> {
    fn add(&mut self, classes: &Classes, rows: &[(&[f64], &'a str)]) {
        for (row, emotion) in rows {
            let (right, all) = self.0.entry(emotion).or_default();
            *right += f64::from(u8::from(classes.nearest(row) == *emotion));
            *all += 1.0;
        }
    }

    /// Unweighted average recall.
    fn recall(&self) -> f64 {
        self.0.values().map(|(right, all)| right / all).sum::<f64>() / self.0.len().max(1) as f64
    }
}

/// Adds a row so many times.
fn add(sum: &mut [f64], row: &[f64], times: f64) {
    sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += times * x);
}

impl Classes {
    /// How a row is shared out among the emotions, each discriminant taken for this share of itself.
    fn shares(&self, row: &[f64], soft: f64) -> Vec<f64> {
        let scores: Vec<f64> = self.0.iter().map(|one| soft * one.score(row)).collect();
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shares: Vec<f64> = scores.into_iter().map(|score| (score - most).exp()).collect();
        let whole: f64 = shares.iter().sum();
        shares.into_iter().map(|share| share / whole).collect()
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
    use crate::telephone::Random;

    const CENTRES: [(&str, f64, f64); 3] = [("angry", 2.0, 0.0), ("happy", 0.0, 2.0), ("sad", -2.0, -2.0)];

    type Spoken = (Vec<Vec<f64>>, Vec<&'static str>);

    /// Rows around the centres, all moved from happy towards angry by as much; one in twenty is of the last emotion.
    fn spoken(count: usize, moved: f64, spread: f64, seed: u64) -> Spoken {
        let mut random = Random::new(seed);
        let mut one = |i: usize| {
            let (emotion, x, y) = CENTRES[if i.is_multiple_of(20) { 2 } else { i % 2 }];
            let mut near = |centre: f64| centre + spread * (random.next() - 0.5);
            (vec![near(x + moved), near(y - moved), near(0.0)], emotion)
        };
        (0..count).map(&mut one).unzip()
    }

    fn slices(rows: &[Vec<f64>]) -> Vec<&[f64]> {
        rows.iter().map(Vec::as_slice).collect()
    }

    #[test]
    fn emotions_that_lie_apart_are_told_apart_however_rare_they_are() {
        let (rows, emotions) = spoken(220, 0.0, 1.0, 5);
        let classes = Emotions::fit(&slices(&rows), &emotions).classes();
        for (row, emotion) in rows.iter().zip(emotions) {
            assert_eq!(classes.nearest(row), emotion);
            assert_eq!(classes.anger(row) > 0.0, emotion == "angry");
            assert_eq!(classes.valence(row) > 0.0, emotion == "happy");
        }
    }

    #[test]
    fn a_speaker_whose_emotions_lie_elsewhere_is_followed_without_labels() {
        let (mut rows, mut emotions, mut voices) = (Vec::new(), Vec::new(), Vec::new());
        for (seed, (who, moved)) in [("a", -0.8), ("b", 0.8), ("c", 0.0)].into_iter().enumerate() {
            let (own, truly) = spoken(100, moved, 2.0, seed as u64 + 1);
            rows.extend(own);
            emotions.extend(truly);
            voices.extend(std::iter::repeat_n((who, 0), 100));
        }
        let learned = Emotions::settle(&slices(&rows), &emotions, &voices);
        assert!(learned.followed.is_some());
        let (own, truly) = spoken(200, 0.8, 2.0, 9);
        let right = |classes: &Classes| {
            own.iter().zip(&truly).filter(|(row, emotion)| classes.nearest(row) == **emotion).count()
        };
        let (any, followed) = (right(&learned.classes()), right(&learned.of_speaker(&slices(&own))));
        assert!(followed > any + 10 && followed > 170, "{any}, then {followed} of 200");
        assert_eq!(learned.of_speaker(&[]), learned.classes());
    }

    #[test]
    fn nobody_is_followed_where_that_tells_no_more() {
        let (rows, emotions) = spoken(200, 0.0, 1.0, 5);
        let voices: Vec<_> = (0..200).map(|i| (if i < 100 { "a" } else { "b" }, 0)).collect();
        assert_eq!(Emotions::settle(&slices(&rows), &emotions, &voices).followed, None);
    }
}
