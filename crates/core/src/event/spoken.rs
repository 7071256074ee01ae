//! What was said in an utterance, as it is sealed.

use serde::{Deserialize, Serialize};

use crate::units::Share;

/// A word and when it was said, in seconds from where its utterance begins.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word as it stands in the text: a word of a language with spaces, one or a few characters of Chinese, or a
    /// placeholder for personal data.
    pub word: String,
    /// Where it begins.
    pub start_s: f64,
    /// Where it ends.
    pub end_s: f64,
    /// How sure the speech recognition is of it.
    pub confidence: Share,
}

impl std::fmt::Debug for Word {
    /// Never the word: debug output ends up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Word({:.2} to {:.2} s, {:.2})", self.start_s, self.end_s, self.confidence.get())
    }
}

/// The payload of a transcript: the text with its personal data replaced, and its words' times where the engine told them.
/// Sealed as JSON.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Spoken {
    /// What was said.
    pub text: String,
    /// Its words in order; empty where the engine tells no times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
}

impl std::fmt::Debug for Spoken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Spoken({} characters, {} words)", self.text.chars().count(), self.words.len())
    }
}

impl Spoken {
    /// A text whose words have no times.
    #[must_use]
    pub fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), words: Vec::new() }
    }

    /// What is sealed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads what was sealed; none if it is no transcript.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_read_again_and_debug_shows_no_words() {
        let word = Word { word: "weeks".into(), start_s: 0.4, end_s: 0.7, confidence: Share::new(0.9) };
        let spoken = Spoken { text: "two weeks".into(), words: vec![word] };
        assert_eq!(Spoken::read(&spoken.to_bytes()), Some(spoken.clone()));
        assert_eq!(Spoken::of("你好").to_bytes(), r#"{"text":"你好"}"#.as_bytes());
        assert_eq!(Spoken::read(b"weeks"), None);
        assert!(!format!("{spoken:?} {:?}", spoken.words).contains("week"));
    }
}
