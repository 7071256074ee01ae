//! When each word was said: from the tokens of whisper.cpp, each placed in time by dynamic time warping over the decoder's
//! attention to the audio (Radford et al. 2022, appendix; the alignment heads are those that OpenAI published per model).

use calmline_core::{Share, event::Word};
use whisper_rs::{DtwMode, DtwModelPreset, DtwParameters};

use super::header::Sizes;
use crate::guard;

/// The longest word: what seems longer has a pause in it. A choice.
const LONGEST_S: f64 = 1.5;

/// A token of text as it was decoded.
pub(super) struct Token {
    /// Its bytes; a Chinese character can be spread over several tokens.
    pub(super) bytes: Vec<u8>,
    /// Where it begins, in seconds from the piece's beginning; none where that is not known.
    pub(super) start_s: Option<f64>,
    /// Its probability.
    pub(super) probability: f64,
}

/// How tokens are placed in a model of these sizes: by its published alignment heads, or, for a model that has none, by
/// its last layer.
pub(super) fn alignment(sizes: &Sizes) -> DtwParameters<'static> {
    let preset = match (sizes.audio_layers, sizes.text_layers, sizes.is_english()) {
        (4, 4, true) => Some(DtwModelPreset::TinyEn),
        (4, 4, false) => Some(DtwModelPreset::Tiny),
        (6, 6, true) => Some(DtwModelPreset::BaseEn),
        (6, 6, false) => Some(DtwModelPreset::Base),
        (12, 12, true) => Some(DtwModelPreset::SmallEn),
        (12, 12, false) => Some(DtwModelPreset::Small),
        (24, 24, true) => Some(DtwModelPreset::MediumEn),
        (24, 24, false) => Some(DtwModelPreset::Medium),
        (32, 32, false) if sizes.mel_bands == 128 => Some(DtwModelPreset::LargeV3),
        (32, 32, false) => Some(DtwModelPreset::LargeV2),
        (32, 4, false) => Some(DtwModelPreset::LargeV3Turbo),
        _ => None,
    };
    let mode =
        preset.map_or(DtwMode::TopMost { n_top: 1 }, |model_preset| DtwMode::ModelPreset { model_preset });
    DtwParameters { mode, ..DtwParameters::default() }
}

/// The words that a token is part of.
#[derive(Clone, Copy)]
struct Touched {
    first: usize,
    /// Whether the first of them began with an earlier token.
    goes_on: bool,
    start_s: f64,
}

/// A token ends: the words of which it is part end with it. Several words in one token share its time.
fn close(words: &mut [Word], touched: Option<Touched>, until_s: f64) {
    let Some(Touched { first, goes_on, start_s }) = touched else { return };
    let words = &mut words[first..];
    let share = (until_s - start_s).max(0.0) / words.len().max(1) as f64;
    for (n, word) in words.iter_mut().enumerate() {
        if n > 0 || !goes_on {
            word.start_s = start_s + share * n as f64;
        }
        word.end_s = start_s + share * (n + 1) as f64;
    }
}

/// The words of a piece that lasts so many seconds. A word begins at a space, and each Chinese character is one; marks
/// belong to none.
pub(super) fn words(tokens: &[Token], seconds: f64) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut pending: Vec<u8> = Vec::new();
    let mut begin: Option<(f64, f64)> = None;
    let mut touched: Option<Touched> = None;
    let mut open = false;
    for token in tokens {
        let start_s = token.start_s.unwrap_or_else(|| words.last().map_or(0.0, |word| word.start_s));
        if pending.is_empty() {
            close(&mut words, touched.take(), start_s);
        }
        pending.extend_from_slice(&token.bytes);
        let (start_s, probability) = *begin.get_or_insert((start_s, token.probability));
        let Ok(text) = std::str::from_utf8(&pending) else { continue };
        open &= !text.starts_with(char::is_whitespace);
        for letter in text.chars() {
            let inside = letter.is_alphanumeric() || letter == '\'' || letter == '-' && open;
            let alone = u32::from(letter) >= 0x2e80;
            let known = words.len();
            match words.last_mut().filter(|_| open && inside && !alone) {
                Some(last) => {
                    last.word.push(letter);
                    last.confidence = Share::new(last.confidence.get().min(probability));
                    touched.get_or_insert(Touched { first: known - 1, goes_on: true, start_s });
                }
                None if inside => {
                    let confidence = Share::new(probability);
                    words.push(Word { word: letter.into(), start_s, end_s: start_s, confidence });
                    touched.get_or_insert(Touched { first: known, goes_on: false, start_s });
                }
                None => {}
            }
            open = inside && !alone;
        }
        pending.clear();
        begin = None;
    }
    close(&mut words, touched, seconds);
    for word in &mut words {
        word.end_s = word.end_s.min(word.start_s + LONGEST_S);
        word.confidence = word.confidence.rounded();
    }
    words.retain(|word| !guard::is_nothing(&word.word));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(bytes: &[u8], start_s: f64) -> Token {
        Token { bytes: bytes.to_vec(), start_s: Some(start_s), probability: 0.9 }
    }

    fn told(words: &[Word]) -> Vec<(&str, f64, f64)> {
        words.iter().map(|word| (word.word.as_str(), word.start_s, word.end_s)).collect()
    }

    #[test]
    fn words_begin_at_spaces_and_end_where_the_next_begins() {
        let tokens = [
            token(b" Two", 0.2),
            token(b" weeks", 0.5),
            token(b",", 0.9),
            token(b" dealer", 1.0),
            token(b"ship", 1.2),
        ];
        let words = words(&tokens, 2.0);
        assert_eq!(told(&words), [("Two", 0.2, 0.5), ("weeks", 0.5, 0.9), ("dealership", 1.0, 2.0)]);
    }

    #[test]
    fn a_character_in_several_tokens_is_one_word_and_no_word_swallows_a_pause() {
        let [first, second] = ["广", "州"].map(str::as_bytes);
        let tokens = [
            token(&first[..1], 0.1),
            token(&first[1..], 0.2),
            token(second, 0.4),
            token("市".as_bytes(), 9.0),
        ];
        let words_of = words(&tokens, 9.2);
        assert_eq!(told(&words_of), [("广", 0.1, 0.4), ("州", 0.4, 1.9), ("市", 9.0, 9.2)]);
        let together = words(&[token("今天".as_bytes(), 0.0), token("，".as_bytes(), 0.5)], 2.0);
        assert_eq!(told(&together), [("今", 0.0, 0.25), ("天", 0.25, 0.5)]);
    }
}
