//! Which emotion words tell of, by lists of own making: there is no openly licensed training text for Chinese, and one
//! rule for both languages says the same of the same words.
//!
//! A reading is how surely the words alone say it. Words that deny it do not count, and where joy and its opposites are said in
//! one turn, as in irony, all readings are halved: the turn is left open.

use std::{ops::Range, sync::LazyLock};

use super::phrases::{Hit, Kind, Phrases};

static EN: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of_kinds(include_str!("../../lexicon/emotion_en.txt")));
static ZH: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of_many(include_str!("../../lexicon/emotion_zh.txt")));

/// How surely the words tell of each emotion, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Emotions {
    /// Joy, thanks, relief.
    pub joy: f64,
    /// Anger, annoyance, disgust.
    pub anger: f64,
    /// Sadness, disappointment, exhaustion.
    pub sadness: f64,
    /// Fear, worry.
    pub fear: f64,
    /// Surprise.
    pub surprise: f64,
}

/// An emotion's reading from here on counts; below it nothing is said.
pub const FELT: f64 = 0.5;

impl Emotions {
    /// Sadness or fear: how surely the speaker is in distress.
    #[must_use]
    pub fn distress(&self) -> f64 {
        1.0 - (1.0 - self.sadness) * (1.0 - self.fear)
    }

    /// The emotion that leads, with its name and its reading; none where the words are not sure of any, or of two alike.
    #[must_use]
    pub fn leading(&self) -> Option<(&'static str, f64)> {
        let mut all = self.named();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        let [first, second, ..] = all;
        (first.1 >= FELT && first.1 > second.1).then_some(first)
    }

    /// Each with its name.
    #[must_use]
    pub fn named(&self) -> [(&'static str, f64); 5] {
        [
            ("joy", self.joy),
            ("anger", self.anger),
            ("sadness", self.sadness),
            ("fear", self.fear),
            ("surprise", self.surprise),
        ]
    }

    fn of(&mut self, kind: Kind) -> Option<&mut f64> {
        Some(match kind {
            Kind::Joy => &mut self.joy,
            Kind::Anger => &mut self.anger,
            Kind::Sadness => &mut self.sadness,
            Kind::Fear => &mut self.fear,
            Kind::Surprise => &mut self.surprise,
            _ => return None,
        })
    }
}

/// The emotions of a normalised text, and where their words stand.
pub(super) fn read(normal: &str, has_latin: bool, has_han: bool) -> (Emotions, Vec<Range<usize>>) {
    let mut emotions = Emotions::default();
    let mut words = Vec::new();
    let mut add = |hit: &Hit| {
        let Some(reading) = emotions.of(hit.kind) else { return };
        // Each further word takes a third of the doubt away that it would take alone.
        *reading = if *reading > 0.0 { *reading + (1.0 - *reading) * hit.weight / 3.0 } else { hit.weight };
        words.push(hit.start..hit.end);
    };
    if has_latin {
        EN.find(normal).iter().filter(|hit| !denied_en(normal, hit)).for_each(&mut add);
    }
    if has_han {
        ZH.find(normal).iter().filter(|hit| !denied_zh(normal, hit)).for_each(&mut add);
    }
    let dark = emotions.anger.max(emotions.sadness).max(emotions.fear);
    if emotions.joy >= FELT && dark >= FELT && (emotions.joy - dark).abs() < 0.2 {
        for kind in [Kind::Joy, Kind::Anger, Kind::Sadness, Kind::Fear, Kind::Surprise] {
            if let Some(reading) = emotions.of(kind) {
                *reading /= 2.0;
            }
        }
    }
    (emotions, words)
}

/// "not happy", "I'm not angry": a negation within the two words before.
fn denied_en(text: &str, hit: &Hit) -> bool {
    let mut before = text[..hit.start].split(' ').rev().filter(|word| !word.is_empty()).take(2);
    before.any(|word| {
        matches!(word, "not" | "never" | "no" | "isn't" | "wasn't" | "don't" | "didn't" | "aren't")
    })
}

/// 不开心, 没生气, 别怕: a negation in the two characters before.
fn denied_zh(text: &str, hit: &Hit) -> bool {
    text[..hit.start].chars().rev().take(2).any(|c| matches!(c, '不' | '没' | '别' | '无'))
}
