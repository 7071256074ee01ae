//! Words and their times, brought into one form whatever the engine: those that stand in the text, in its order, with times
//! that never run backwards; Chinese in simplified characters.

use std::sync::LazyLock;

use calmline_core::event::Word;
use ferrous_opencc::{OpenCC, config::BuiltinConfig};

/// The converter of OpenCC's tables, those of Taiwan's usage included (看著 is 看着); none could only be where the tables in
/// this program are broken, which a test would see.
static SIMPLIFIER: LazyLock<Option<OpenCC>> = LazyLock::new(|| OpenCC::from_config(BuiltinConfig::Tw2s).ok());

/// Those of the words that stand in the text, in its order, within `seconds` of audio. A word that an engine tells and the
/// cleaned text no longer has is left out; times that run backwards or are no numbers are brought into order.
pub(crate) fn in_order(text: &str, words: Vec<Word>, seconds: f64) -> Vec<Word> {
    let (mut from, mut earliest) = (0, 0.0_f64);
    let mut kept = Vec::with_capacity(words.len());
    for word in words {
        let Some(at) = text[from..].find(&word.word).filter(|_| !word.word.is_empty()) else { continue };
        from += at + word.word.len();
        let start_s = rounded(within(word.start_s, earliest, seconds)).min(seconds);
        let end_s = rounded(within(word.end_s, start_s, seconds)).min(seconds);
        earliest = start_s;
        kept.push(Word { start_s, end_s, ..word });
    }
    kept
}

/// A time brought between two others; the earlier where it is no number.
fn within(time: f64, earliest: f64, latest: f64) -> f64 {
    if time.is_finite() { time.min(latest).max(earliest) } else { earliest }
}

/// To the millisecond.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}

/// Writes Chinese in simplified characters; digits, Latin letters and everything else stay as they are.
pub(crate) fn simplify(text: &mut String, words: &mut [Word]) {
    let Some(simplifier) = &*SIMPLIFIER else { return };
    // 么 is simplified already; the tables also know it as a traditional form of 幺.
    let convert =
        |text: &str| text.split('么').map(|part| simplifier.convert(part)).collect::<Vec<_>>().join("么");
    let simple = convert(text);
    if simple == *text {
        return;
    }
    let letters: Vec<char> = simple.chars().collect();
    let aligned = letters.len() == text.chars().count();
    let mut from = 0;
    for word in words {
        let at = text[from..].find(&word.word).map_or(from, |at| from + at);
        let (first, count) = (text[..at].chars().count(), word.word.chars().count());
        from = (at + word.word.len()).min(text.len());
        // A character's simple form can hang on its neighbours, so it is taken from the whole text.
        word.word = match letters.get(first..first + count) {
            Some(letters) if aligned => letters.iter().collect(),
            _ => convert(&word.word),
        };
    }
    *text = simple;
}

/// What is spoken at once in a text without its marks: Chinese characters one by one, words and numbers whole.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut open = false;
    for letter in text.chars() {
        let inside = letter.is_alphanumeric() || letter == '\'';
        let alone = u32::from(letter) >= 0x2e80;
        match tokens.last_mut().filter(|_| open && inside && !alone) {
            Some(last) => last.push(letter),
            None if inside => tokens.push(letter.into()),
            None => {}
        }
        open = inside && !alone;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use calmline_core::Share;

    use super::*;

    fn word(word: &str, start_s: f64, end_s: f64) -> Word {
        Word { word: word.into(), start_s, end_s, confidence: Share::new(0.5) }
    }

    fn told(words: &[Word]) -> Vec<(&str, f64, f64)> {
        words.iter().map(|word| (word.word.as_str(), word.start_s, word.end_s)).collect()
    }

    #[test]
    fn words_that_the_text_does_not_have_are_left_out_and_times_run_forwards() {
        let words = vec![
            word("I", 0.5, 0.6),
            word("[music]", 0.6, 0.7),
            word("am", 0.4, 0.3),
            word("here", f64::NAN, 99.0),
        ];
        let kept = in_order("I am here", words, 2.0);
        assert_eq!(told(&kept), [("I", 0.5, 0.6), ("am", 0.5, 0.5), ("here", 0.5, 2.0)]);
    }

    #[test]
    fn traditional_characters_become_simplified_with_their_words() {
        let mut text = String::from("請問我的訂單 iPhone 15 什麼時候到，頭髮和發現都看著");
        let mut words = vec![word("請問", 0.0, 0.3), word("iPhone", 0.5, 0.9), word("頭髮", 1.0, 1.4)];
        simplify(&mut text, &mut words);
        assert_eq!(text, "请问我的订单 iPhone 15 什么时候到，头发和发现都看着");
        let written: Vec<_> = words.iter().map(|word| word.word.as_str()).collect();
        assert_eq!(written, ["请问", "iPhone", "头发"]);
        let before = text.clone();
        simplify(&mut text, &mut []);
        assert_eq!(text, before, "simplified characters stay");
    }

    #[test]
    fn names_and_numbers_are_not_rewritten() {
        let mut text = String::from("乾隆的电话是 13800138000，著名的 OpenCC");
        simplify(&mut text, &mut []);
        assert_eq!(text, "乾隆的电话是 13800138000，著名的 OpenCC");
    }

    #[test]
    fn tokens_are_characters_of_chinese_and_whole_words_of_others() {
        assert_eq!(tokens("我的 iPhone，坏了 it's 15."), ["我", "的", "iPhone", "坏", "了", "it's", "15"]);
        assert!(tokens("…，").is_empty());
    }
}
