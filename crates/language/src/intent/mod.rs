//! What a customer wants: intents, learned from examples of each and told apart from what none of them covers.
//!
//! Two models read each text. One is linear in the sentence's embedding and in what was summed over its pieces
//! ([`Encoder`]); the other in its words and their parts. How far each is trusted, and from which confidence on an answer
//! counts, is settled on examples that were held out; then both learn from all. Without an encoder the words alone are
//! read: quicker, and less sure where few examples are given. The intents' names count as examples too.

mod blend;
mod dense;
mod file;
mod reader;
mod words;

use ndarray::{Array2, Axis};

use self::{
    blend::{Blend, Held},
    dense::Dense,
    words::Words,
};
use crate::{
    embed::{Encoder, FEATURES},
    train::SplitMix,
};

pub use file::IntentFileError;
pub use reader::{IntentReader, Unread};

/// Every so many-th example of an intent is held out while trust is settled.
const HELD_OUT: usize = 5;
/// Steps of the dense model's fit, at most: first, and when it goes on with all examples.
const STEPS: (usize, usize) = (80, 40);

/// A text and its intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// What was said.
    pub text: String,
    /// What was wanted.
    pub intent: String,
}

/// How to train.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Training {
    /// The label of examples that none of the intents covers. Where it is given, texts are turned away that fit no
    /// intent, whether or not there are such examples.
    pub out_of_scope: Option<String>,
    /// Seed of the order in which examples are seen and held out.
    pub seed: u64,
}

/// Why nothing can be trained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntentError {
    /// Too few intents.
    #[error("the examples hold {found} intent(s) besides those out of scope; give at least two")]
    Intents {
        /// How many there are.
        found: usize,
    },
    /// Too many intents.
    #[error("the examples hold {found} labels; at most 4096 can be told apart")]
    ManyIntents {
        /// How many there are.
        found: usize,
    },
    /// The model was trained with an encoder and there is none now.
    #[error("these intents were trained with the sentence encoder; load it, or train them without")]
    Encoder,
}

/// What a text wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<'a> {
    /// The intent; none where the text is out of scope.
    pub intent: Option<&'a str>,
    /// The probability of the likeliest intent, 0 to 1, also where it was too small to count.
    pub confidence: f32,
    /// The likeliest intent that was not given, and its probability.
    pub runner_up: Option<(&'a str, f32)>,
}

/// Intents that were learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Intents {
    /// All labels, ascending.
    names: Vec<String>,
    /// Which of them stands for texts out of scope.
    outside: Option<usize>,
    dense: Option<Dense>,
    words: Words,
    blend: Blend,
}

/// Examples made ready: each text's class, and a row of features where there is an encoder.
struct Examples<'a> {
    texts: Vec<&'a str>,
    classes: Vec<usize>,
    features: Option<Array2<f32>>,
}

impl Intents {
    /// Learns intents from examples. The same examples in the same order with the same seed give the same model.
    ///
    /// # Errors
    /// When there are fewer than two intents, or more than 4096.
    pub fn train(
        examples: &[Labelled],
        encoder: Option<&mut Encoder>,
        how: &Training,
    ) -> Result<Self, IntentError> {
        let mut names: Vec<String> = examples.iter().map(|example| example.intent.clone()).collect();
        names.sort_unstable();
        names.dedup();
        let outside = how.out_of_scope.as_ref().and_then(|label| names.iter().position(|name| name == label));
        let found = names.len() - usize::from(outside.is_some());
        if found < 2 {
            return Err(IntentError::Intents { found });
        }
        if names.len() > 4096 {
            return Err(IntentError::ManyIntents { found: names.len() });
        }
        let spoken: Vec<(usize, String)> = (0..names.len())
            .filter(|name| Some(*name) != outside)
            .filter_map(|name| Some((name, in_words(&names[name])?)))
            .collect();
        let mut all = Examples {
            texts: examples.iter().map(|example| example.text.as_str()).collect(),
            classes: examples
                .iter()
                .filter_map(|example| names.binary_search(&example.intent).ok())
                .collect(),
            features: None,
        };
        let given = all.texts.len();
        all.texts.extend(spoken.iter().map(|(_, name)| name.as_str()));
        all.classes.extend(spoken.iter().map(|(class, _)| *class));
        all.features = encoder.map(|encoder| features(encoder, &all.texts));

        let held = held_out(&all.classes[..given], names.len(), how.seed);
        let kept: Vec<usize> = (0..all.texts.len()).filter(|at| held.binary_search(at).is_err()).collect();
        let trial = all.fit(&kept, names.len(), how.seed, STEPS.0, None);
        let judged: Vec<Held> = held.iter().map(|at| all.judge(*at, &trial)).collect();
        let blend = Blend::settle(&judged, outside, how.out_of_scope.is_some());
        let every: Vec<usize> = (0..all.texts.len()).collect();
        let (dense, words) = all.fit(&every, names.len(), how.seed, STEPS.1, trial.0.as_ref());
        Ok(Self { names, outside, dense, words, blend })
    }

    /// Whether reading needs the encoder.
    #[must_use]
    pub fn wants_encoder(&self) -> bool {
        self.dense.is_some()
    }

    /// The intents, ascending.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let outside = self.outside;
        self.names
            .iter()
            .enumerate()
            .filter(move |(at, _)| Some(*at) != outside)
            .map(|(_, name)| name.as_str())
    }

    /// What each of these texts wants.
    ///
    /// # Errors
    /// When the model was trained with an encoder and none is given.
    pub fn read<T: AsRef<str>>(
        &self,
        texts: &[T],
        encoder: Option<&mut Encoder>,
    ) -> Result<Vec<Answer<'_>>, IntentError> {
        let embedded = match (&self.dense, encoder) {
            (Some(_), None) => return Err(IntentError::Encoder),
            (Some(_), Some(encoder)) => encoder.embed(texts),
            (None, _) => vec![Vec::new(); texts.len()],
        };
        let answers = texts.iter().zip(&embedded).map(|(text, features)| {
            let dense = self.dense.as_ref().map(|dense| dense.read(features));
            self.answer(&self.blend.shares(dense.as_deref(), &self.words.read(text.as_ref())))
        });
        Ok(answers.collect())
    }

    fn answer(&self, shares: &[f32]) -> Answer<'_> {
        let mut ranked: Vec<usize> = (0..shares.len()).filter(|class| Some(*class) != self.outside).collect();
        ranked.sort_by(|a, b| shares[*b].total_cmp(&shares[*a]));
        let told = |class: usize| (self.names[class].as_str(), shares[class]);
        let (name, confidence) = told(ranked[0]);
        if confidence < self.blend.threshold {
            return Answer { intent: None, confidence, runner_up: Some((name, confidence)) };
        }
        Answer { intent: Some(name), confidence, runner_up: ranked.get(1).map(|class| told(*class)) }
    }
}

impl Examples<'_> {
    /// Both models, fitted to these examples.
    fn fit(
        &self,
        at: &[usize],
        of: usize,
        seed: u64,
        steps: usize,
        start: Option<&Dense>,
    ) -> (Option<Dense>, Words) {
        let classes: Vec<usize> = at.iter().map(|at| self.classes[*at]).collect();
        let dense = self
            .features
            .as_ref()
            .map(|features| Dense::fit(&features.select(Axis(0), at).view(), &classes, of, steps, start));
        (dense, Words::fit(at.iter().map(|at| self.texts[*at]), &classes, of, seed))
    }

    /// What models make of an example that they have not seen.
    fn judge(&self, at: usize, (dense, words): &(Option<Dense>, Words)) -> Held {
        let features = self.features.as_ref().map(|features| features.row(at).to_vec());
        Held {
            class: self.classes[at],
            dense: dense.as_ref().zip(features).map(|(dense, features)| dense.read(&features)),
            words: words.read(self.texts[at]),
        }
    }
}

fn features(encoder: &mut Encoder, texts: &[&str]) -> Array2<f32> {
    let mut features = Array2::zeros((texts.len(), FEATURES));
    for (numbers, mut row) in encoder.embed(texts).iter().zip(features.rows_mut()) {
        row.iter_mut().zip(numbers).for_each(|(to, number)| *to = *number);
    }
    features
}

/// The examples to hold out, ascending: every fifth of each intent, at least one of two, none of one.
fn held_out(classes: &[usize], of: usize, seed: u64) -> Vec<usize> {
    let mut members = vec![Vec::new(); of];
    for (at, class) in classes.iter().enumerate() {
        members[*class].push(at);
    }
    let mut draw = SplitMix(seed);
    let mut held = Vec::new();
    for mut members in members {
        draw.shuffle(&mut members);
        let count = (members.len() / HELD_OUT).max(usize::from(members.len() > 1));
        held.extend(members.drain(..count));
    }
    held.sort_unstable();
    held
}

/// A label as somebody would say it: `card_arrival` and `CardArrival` are "card arrival". None without a word.
fn in_words(label: &str) -> Option<String> {
    let mut spoken = String::with_capacity(label.len() + 4);
    let mut after_small = false;
    for c in label.chars() {
        if !c.is_alphanumeric() {
            spoken.push(' ');
        } else {
            if c.is_uppercase() && after_small {
                spoken.push(' ');
            }
            spoken.extend(c.to_lowercase());
        }
        after_small = c.is_lowercase();
    }
    let spoken = spoken.split_whitespace().collect::<Vec<_>>().join(" ");
    let letters = spoken.chars().filter(|c| c.is_alphabetic()).count();
    (letters >= 3 || spoken.chars().filter(|c| crate::script::is_han(*c)).count() >= 2).then_some(spoken)
}

#[cfg(test)]
mod tests;
