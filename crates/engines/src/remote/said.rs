//! What streaming servers say, in the manners of Vosk and of FunASR, and the words that come of it.

use calmline_core::{Share, event::Word};
use serde::Deserialize;
use serde_json::Value;

use super::UNSAID;
use crate::words;

/// One message of a server.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// A guess that may change.
    Partial(String),
    /// Words for good.
    Words(Final),
}

/// Words for good.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Final {
    /// What was said.
    pub text: String,
    /// The mean of the words' confidences where there are any.
    pub confidence: Option<f64>,
    /// The words with their times, where there are any.
    pub words: Vec<Word>,
}

#[derive(Deserialize)]
struct Vosk {
    partial: Option<String>,
    text: Option<String>,
    #[serde(default)]
    result: Vec<VoskWord>,
}

#[derive(Deserialize)]
struct VoskWord {
    word: Option<String>,
    start: Option<f64>,
    end: Option<f64>,
    conf: Option<f64>,
}

#[derive(Deserialize)]
struct FunAsr {
    mode: Option<String>,
    text: Option<String>,
    /// Begin and end of each token in milliseconds: a list, or a text that holds one.
    timestamp: Option<Value>,
}

/// Reads a message of Vosk's server; none if it is none.
pub fn vosk(message: &str) -> Option<Said> {
    let Vosk { partial, text, result } = serde_json::from_str(message).ok()?;
    let Some(text) = text else { return partial.map(Said::Partial) };
    let sure: Vec<f64> = result.iter().filter_map(|word| word.conf).collect();
    let confidence = (!sure.is_empty()).then(|| sure.iter().sum::<f64>() / sure.len() as f64);
    let words = result.into_iter().filter_map(|VoskWord { word, start, end, conf }| {
        let confidence = Share::new(conf.unwrap_or(UNSAID)).rounded();
        Some(Word { word: word?, start_s: start?, end_s: end?, confidence })
    });
    Some(Said::Words(Final { text, confidence, words: words.collect() }))
}

/// Reads a message of FunASR's server; none if it is none.
pub fn funasr(message: &str) -> Option<Said> {
    let FunAsr { mode, text, timestamp } = serde_json::from_str(message).ok()?;
    let text = text?;
    if mode.as_deref() == Some("2pass-online") {
        return Some(Said::Partial(text));
    }
    let words = timestamp.map(|times| timed(&text, times)).unwrap_or_default();
    Some(Said::Words(Final { text, confidence: None, words }))
}

/// The tokens of a text with FunASR's times; none where there are not as many of one as of the other, as when numbers were
/// written as digits.
fn timed(text: &str, times: Value) -> Vec<Word> {
    let times = match times {
        Value::String(list) => serde_json::from_str(&list).ok(),
        list => serde_json::from_value(list).ok(),
    };
    let (times, tokens): (Vec<[f64; 2]>, _) = (times.unwrap_or_default(), words::tokens(text));
    if times.len() != tokens.len() {
        return Vec::new();
    }
    let word = |(word, [start, end]): (String, [f64; 2])| Word {
        word,
        start_s: start / 1_000.0,
        end_s: end / 1_000.0,
        confidence: Share::new(UNSAID),
    };
    tokens.into_iter().zip(times).map(word).collect()
}

/// Words as they come for good.
#[derive(Default)]
pub(super) struct Words {
    pub(super) text: String,
    pub(super) words: Vec<Word>,
    sure: f64,
    letters: f64,
}

impl Words {
    pub(super) fn add(&mut self, said: Final, language: &str) {
        let text = said.text.trim();
        if text.is_empty() {
            return;
        }
        self.text = self.with(text, language);
        self.words.extend(said.words);
        if let Some(confidence) = said.confidence {
            let letters = text.chars().count() as f64;
            self.sure += confidence * letters;
            self.letters += letters;
        }
    }

    /// What there is, and more words after it.
    pub(super) fn with(&self, more: &str, language: &str) -> String {
        let mut text = self.text.clone();
        let more = more.trim();
        if language == "zh" {
            // Vosk sets spaces between Chinese words.
            text.extend(more.chars().filter(|letter| !letter.is_whitespace()));
            return text;
        }
        if !text.is_empty() && !more.is_empty() {
            text.push(' ');
        }
        text.push_str(more);
        text
    }

    pub(super) fn confidence(&self) -> Option<f64> {
        (self.letters > 0.0).then(|| self.sure / self.letters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(said: Option<Said>) -> (String, Option<f64>, Vec<(String, f64, f64)>) {
        let Some(Said::Words(Final { text, confidence, words })) = said else { panic!("no words") };
        (text, confidence, words.into_iter().map(|word| (word.word, word.start_s, word.end_s)).collect())
    }

    #[test]
    fn vosk_says_partial_and_final_words() {
        assert_eq!(vosk(r#"{"partial":"hel"}"#), Some(Said::Partial("hel".into())));
        let last = r#"{"result":[{"conf":0.8,"start":0.1,"end":0.4,"word":"hello"},{"conf":1.0,"start":0.4,"end":0.9,"word":"there"}],"text":"hello there"}"#;
        let (text, confidence, timed) = words(vosk(last));
        assert_eq!((text.as_str(), confidence), ("hello there", Some(0.9)));
        assert_eq!(timed, [("hello".into(), 0.1, 0.4), ("there".into(), 0.4, 0.9)]);
        assert_eq!(vosk(r#"{"text":""}"#), Some(Said::Words(Final::default())));
        assert_eq!(vosk("[]"), None);
        assert_eq!(vosk("{}"), None);
    }

    #[test]
    fn funasr_says_words_once_with_the_time_of_each_token() {
        let answer = r#"{"mode":"offline","text":"今天天气，","timestamp":"[[0,240],[240,400],[400,600],[600,880]]","is_final":false}"#;
        let (text, confidence, timed) = words(funasr(answer));
        assert_eq!((text.as_str(), confidence), ("今天天气，", None));
        assert_eq!((timed.len(), &timed[3]), (4, &("气".to_owned(), 0.6, 0.88)));
        let list = r#"{"text":"ok 好","timestamp":[[0,100],[100,300]]}"#;
        assert_eq!(words(funasr(list)).2, [("ok".into(), 0.0, 0.1), ("好".into(), 0.1, 0.3)]);
        assert!(words(funasr(r#"{"text":"十五","timestamp":"[[0,1]]"}"#)).2.is_empty(), "not one for each");
        assert!(words(funasr(r#"{"text":"十五","timestamp":"oh"}"#)).2.is_empty());
        let guess = funasr(r#"{"mode":"2pass-online","text":"今"}"#);
        assert_eq!(guess, Some(Said::Partial("今".into())));
        assert_eq!(funasr("{}"), None);
    }

    #[test]
    fn chinese_words_have_no_spaces_between_them() {
        let mut words = Words::default();
        let said = |text: &str, sure| Final { text: text.into(), confidence: Some(sure), words: Vec::new() };
        words.add(said("今天 天气", 0.5), "zh");
        words.add(said("很 好", 1.0), "zh");
        assert_eq!(words.text, "今天天气很好");
        assert!(words.confidence().is_some_and(|sure| (0.6..0.8).contains(&sure)));
    }
}
