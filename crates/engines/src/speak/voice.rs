//! Many voices that can be told apart, from few settings.

use calmline_core::catalog::Lang;

/// Accents of English that espeak-ng has and telephone callers understand easily.
const ENGLISH: [&str; 4] = ["en-us", "en-gb", "en-gb-x-rp", "en-gb-scotland"];
/// Mandarin.
const CHINESE: [&str; 1] = ["cmn"];

/// espeak-ng's voice variants that sound like people, women and men in turn; robots and whispers are left out.
const VARIANTS: [&str; 20] = [
    "f2", "m3", "Annie", "m1", "f3", "m7", "linda", "Andy", "f5", "m2", "steph", "m4", "Alicia", "david",
    "f1", "m8", "anika", "ed", "belinda", "m6",
];
/// Each round through the variants shifts the pitch by this, in espeak-ng's units of 0 to 99, so that numbers beyond
/// the first round are new voices too.
const PITCH_SHIFTS: [i16; 5] = [0, 9, -8, 16, -14];
/// Words a minute, as people differ (conversational English is some 150 to 190).
const PACES: [u16; 3] = [168, 158, 178];

/// Somebody's voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Voice {
    language: Lang,
    accent: &'static str,
    variant: &'static str,
    pitch: i16,
    words_per_minute: u16,
}

impl Voice {
    /// The voice of that number in a language. The first hundred are all different; the same number is always the
    /// same voice.
    #[must_use]
    pub fn numbered(language: Lang, number: usize) -> Self {
        let accents: &[&str] = match language {
            Lang::En => &ENGLISH,
            Lang::Zh => &CHINESE,
        };
        let round = number / VARIANTS.len();
        Self {
            language,
            accent: accents[(number + round) % accents.len()],
            variant: VARIANTS[number % VARIANTS.len()],
            pitch: 50 + PITCH_SHIFTS[round % PITCH_SHIFTS.len()],
            words_per_minute: PACES[number % PACES.len()],
        }
    }

    /// The language that it speaks.
    #[must_use]
    pub fn language(self) -> Lang {
        self.language
    }

    /// espeak-ng's name for it.
    pub(super) fn name(self) -> String {
        format!("{}+{}", self.accent, self.variant)
    }

    /// Its ordinary pitch, 0 to 99.
    pub(super) fn pitch(self) -> f64 {
        f64::from(self.pitch)
    }

    /// Its ordinary pace.
    pub(super) fn words_per_minute(self) -> f64 {
        f64::from(self.words_per_minute)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_hundred_voices_are_a_hundred_voices() {
        for language in [Lang::En, Lang::Zh] {
            let voices: HashSet<_> = (0..100).map(|n| Voice::numbered(language, n)).collect();
            assert_eq!(voices.len(), 100);
            assert_eq!(Voice::numbered(language, 7), Voice::numbered(language, 7));
        }
    }
}
