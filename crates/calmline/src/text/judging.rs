//! How well texts are told apart: each is judged, and the judgements are counted.

use calmline_language::{Model, score};
use serde_json::{Value, json};

use crate::measured::{random, rounded};

/// What judges a text.
pub enum Judge {
    /// The program's own reading, with or without a class between the two.
    Sentiment { neutral: bool },
    /// The program's own reading, from this threshold on.
    Abuse { threshold: f64 },
    /// The emotion that leads in the program's own readings, of these.
    Emotion { classes: Vec<String> },
    /// The program's own reading, with or without a class between the two.
    Politeness { neutral: bool },
    /// A model that was fitted for it.
    Fitted(Box<Model>),
}

/// A text's true class, the class it was given, and how well each class fits it.
pub struct Judged {
    pub truth: usize,
    pub given: usize,
    pub scores: Vec<f64>,
}

impl Judge {
    /// Judges a text whose true class is known.
    pub fn judge(&self, text: &str, truth: usize) -> Judged {
        let (given, scores) = match self {
            Self::Sentiment { neutral } => two_sides(score::sentiment(text), *neutral),
            Self::Politeness { neutral } => two_sides(score::politeness(text), *neutral),
            Self::Emotion { classes } => emotion(text, classes),
            Self::Abuse { threshold } => {
                let score = score::abuse(text);
                (usize::from(score >= *threshold), vec![-score, score])
            }
            Self::Fitted(model) => {
                let shares = model.classify(text);
                let best = (0..shares.len()).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap_or(0);
                (best, shares)
            }
        };
        Judged { truth, given, scores }
    }
}

/// The class and the scores of a reading from −1 to 1.
fn two_sides(score: f64, neutral: bool) -> (usize, Vec<f64>) {
    if !neutral {
        return (usize::from(score >= 0.0), vec![-score, score]);
    }
    let given = if score.abs() < score::NEUTRAL { 1 } else { usize::from(score > 0.0) * 2 };
    (given, vec![-score, -score.abs(), score])
}

/// The emotion that leads among the classes; `neutral`, where it is one of them, stands for none.
fn emotion(text: &str, classes: &[String]) -> (usize, Vec<f64>) {
    let felt = score::emotions(text);
    let all = felt.named();
    let nothing = 1.0 - all.iter().map(|(_, reading)| *reading).fold(0.0, f64::max);
    let reading =
        |class: &String| all.iter().find(|(name, _)| name == class).map_or(nothing, |(_, reading)| *reading);
    let scores: Vec<f64> = classes.iter().map(reading).collect();
    let best = (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0);
    let neutral = classes.iter().position(|class| class == "neutral");
    let given = if felt.leading().is_none() { neutral.unwrap_or(best) } else { best };
    (given, scores)
}

/// What is counted.
pub struct Figures;

impl Figures {
    /// Accuracy, macro F1 and average precision, each with a 95 % interval from 1,000 bootstrap resamples; for two
    /// classes also precision and recall of the second.
    pub fn of(judged: &[Judged], classes: usize, seed: u64) -> serde_json::Map<String, Value> {
        let orders: Vec<Vec<u32>> = (0..classes).map(|class| order_by(judged, class)).collect();
        let all = measure(judged, classes, &orders, &vec![1; judged.len()]);
        let mut draws: Vec<[f64; 3]> = Vec::with_capacity(1000);
        let mut state = seed;
        for _ in 0..1000 {
            let mut counts = vec![0_u32; judged.len()];
            for _ in 0..judged.len() {
                counts[(random(&mut state) % judged.len() as u64) as usize] += 1;
            }
            let resampled = measure(judged, classes, &orders, &counts);
            draws.push([resampled.accuracy, resampled.macro_f1, resampled.average_precision]);
        }
        let interval = |which: usize| {
            let mut values: Vec<f64> = draws.iter().map(|draw| draw[which]).collect();
            values.sort_by(f64::total_cmp);
            json!([rounded(values[25]), rounded(values[974])])
        };
        let mut figures = serde_json::Map::new();
        figures.insert("accuracy".into(), rounded(all.accuracy).into());
        figures.insert("macro_f1".into(), rounded(all.macro_f1).into());
        figures.insert("average_precision".into(), rounded(all.average_precision).into());
        figures.insert(
            "ci95".into(),
            json!({ "accuracy": interval(0), "macro_f1": interval(1), "average_precision": interval(2) }),
        );
        if classes == 2 {
            figures.insert("precision".into(), rounded(all.precision).into());
            figures.insert("recall".into(), rounded(all.recall).into());
        }
        figures
    }
}

struct Measured {
    accuracy: f64,
    macro_f1: f64,
    average_precision: f64,
    precision: f64,
    recall: f64,
}

fn measure(judged: &[Judged], classes: usize, orders: &[Vec<u32>], counts: &[u32]) -> Measured {
    let mut table = vec![0.0; classes * classes];
    for (one, count) in judged.iter().zip(counts) {
        table[one.truth * classes + one.given] += f64::from(*count);
    }
    let total: f64 = table.iter().sum();
    let right = |class: usize| table[class * classes + class];
    let truly = |class: usize| (0..classes).map(|given| table[class * classes + given]).sum::<f64>();
    let given = |class: usize| (0..classes).map(|truth| table[truth * classes + class]).sum::<f64>();
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let f1 = |class: usize| share(2.0 * right(class), truly(class) + given(class));
    // Of two classes the second is the one looked for; of more, each in turn.
    let wanted = if classes == 2 { 1..2 } else { 0..classes };
    let precisions: Vec<f64> =
        wanted.map(|class| average_precision(judged, class, &orders[class], counts)).collect();
    Measured {
        accuracy: share((0..classes).map(right).sum(), total),
        macro_f1: (0..classes).map(f1).sum::<f64>() / classes as f64,
        average_precision: precisions.iter().sum::<f64>() / precisions.len() as f64,
        precision: share(right(1), given(1)),
        recall: share(right(1), truly(1)),
    }
}

fn order_by(judged: &[Judged], class: usize) -> Vec<u32> {
    let score = |at: u32| judged[at as usize].scores.get(class).copied().unwrap_or(f64::MIN);
    let mut order: Vec<u32> = (0..u32::try_from(judged.len()).unwrap_or(u32::MAX)).collect();
    order.sort_by(|a, b| score(*b).total_cmp(&score(*a)));
    order
}

/// The sum over recall steps of the precision there (Manning, Raghavan and Schütze 2008, section 8.4); equal scores are one
/// step.
fn average_precision(judged: &[Judged], class: usize, order: &[u32], counts: &[u32]) -> f64 {
    let positives: f64 =
        judged.iter().zip(counts).filter(|(one, _)| one.truth == class).map(|(_, n)| f64::from(*n)).sum();
    let (mut seen, mut right, mut counted, mut sum) = (0.0, 0.0, 0.0, 0.0);
    for (at, row) in order.iter().enumerate() {
        let one = &judged[*row as usize];
        let count = f64::from(counts[*row as usize]);
        seen += count;
        right += if one.truth == class { count } else { 0.0 };
        let next = order.get(at + 1).map(|next| judged[*next as usize].scores[class]);
        if next != Some(one.scores[class]) && seen > 0.0 {
            sum += (right - counted) * right / seen;
            counted = right;
        }
    }
    if positives > 0.0 { sum / positives } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(rows: &[(usize, f64)]) -> Vec<Judged> {
        rows.iter()
            .map(|(truth, score)| Judged {
                truth: *truth,
                given: usize::from(*score >= 0.5),
                scores: vec![-score, *score],
            })
            .collect()
    }

    #[test]
    fn figures_agree_with_a_count_by_hand() {
        let rows = judged(&[(1, 0.9), (0, 0.8), (1, 0.6), (0, 0.4), (1, 0.3), (0, 0.1)]);
        let orders = [order_by(&rows, 0), order_by(&rows, 1)];
        let all = measure(&rows, 2, &orders, &[1; 6]);
        // Positives at ranks 1, 3 and 5: (1/1 + 2/3 + 3/5) / 3.
        assert!((all.average_precision - (1.0 + 2.0 / 3.0 + 0.6) / 3.0).abs() < 1e-12);
        assert!((all.accuracy - 4.0 / 6.0).abs() < 1e-12);
        assert!((all.precision - 2.0 / 3.0).abs() < 1e-12 && (all.recall - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_text_counted_twice_weighs_twice() {
        let (rows, twice) =
            (judged(&[(1, 0.9), (0, 0.8), (1, 0.2)]), judged(&[(1, 0.9), (1, 0.9), (0, 0.8), (1, 0.2)]));
        let one = measure(&rows, 2, &[order_by(&rows, 0), order_by(&rows, 1)], &[2, 1, 1]);
        let two = measure(&twice, 2, &[order_by(&twice, 0), order_by(&twice, 1)], &[1; 4]);
        assert!((one.average_precision - two.average_precision).abs() < 1e-12);
        assert!((one.macro_f1 - two.macro_f1).abs() < 1e-12);
    }
}
