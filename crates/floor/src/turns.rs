//! What is remembered of a leg's words while they may be recognised: the languages spoken so far, and numbers that may go on
//! in the next turn. In memory alone, and gone with the permit.

use std::sync::{Mutex, PoisonError};

use calmline_core::{Share, Timestamp, event::Word, policy::Lapse};
use calmline_language::{Redacted, Turns};
use calmline_sense::{Expected, Listener, Recogniser, RecogniserError, Transcript};

/// What the platform says of the language counts like so many seconds of clear speech before the call. A choice.
const SAID_S: f64 = 4.0;
/// Each utterance leaves this much of what those before it weighed, so that a switch is followed. A choice.
const FADES: f64 = 0.8;
/// Seconds of speech that each language is given from the start: little evidence says little. A choice.
const PRIOR_S: f64 = 1.0;
/// However long one language was spoken, the other stays so possible. A choice.
const AT_MOST: f64 = 0.95;

/// The right to have one leg transcribed, with what its earlier turns say about the next.
pub(crate) struct LegWords {
    listener: Listener,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    turns: Turns,
    /// Seconds of speech in each language, those long past fading.
    languages: Vec<(String, f64)>,
    /// How many utterances were in a language that is known.
    heard: i32,
}

impl LegWords {
    pub(crate) fn new(listener: Listener) -> Self {
        Self { listener, memory: Mutex::default() }
    }

    pub(crate) fn check(&self, now: Timestamp) -> Result<(), Lapse> {
        self.listener.check(now)
    }

    /// The language that the next utterance is likeliest in, and how likely that is; `said` is the one that the platform told.
    pub(crate) fn likely(&self, said: Option<&str>) -> Option<(String, Share)> {
        self.memory(|memory| likely(&memory.languages, said, SAID_S * FADES.powi(memory.heard)))
    }

    /// Recognises an utterance, in whatever language it sounds like.
    pub(crate) fn transcribe(
        &self,
        engine: &mut dyn Recogniser,
        audio: &[i16],
        expected: Expected<'_>,
        now: Timestamp,
    ) -> Result<Transcript, RecogniserError> {
        self.listener.transcribe(engine, audio, expected, now)
    }

    /// A guess at a turn that is being spoken, its personal data replaced; nothing is learned from it.
    pub(crate) fn mask(&self, guess: &str, span_s: (f64, f64)) -> String {
        self.memory(|memory| memory.turns.clone().redact(guess, span_s).text)
    }

    /// Redacts a turn that was spoken between these seconds, and learns from it.
    pub(crate) fn redact(&self, transcript: &Transcript, (start_s, end_s): (f64, f64)) -> Redacted {
        self.memory(|memory| {
            if let Some(language) = &transcript.language {
                memory.heard = memory.heard.saturating_add(1);
                heard(&mut memory.languages, language, (end_s - start_s) * transcript.confidence.get());
            }
            memory.turns.redact(&transcript.text, (start_s, end_s))
        })
    }

    /// A panic elsewhere leaves the memory as it was before or after one turn; both are fit to go on with.
    fn memory<T>(&self, with: impl FnOnce(&mut Memory) -> T) -> T {
        with(&mut self.memory.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn heard(languages: &mut Vec<(String, f64)>, language: &str, seconds: f64) {
    languages.iter_mut().for_each(|(_, weight)| *weight *= FADES);
    match languages.iter_mut().find(|(known, _)| known == language) {
        Some((_, weight)) => *weight += seconds,
        None => languages.push((language.to_owned(), seconds)),
    }
}

/// The language that leads so far and its share; none where nothing was heard or said. What the platform said still counts
/// like `said_s` seconds.
fn likely(heard: &[(String, f64)], said: Option<&str>, said_s: f64) -> Option<(String, Share)> {
    let said = said.map(|said| said.split(['-', '_']).next().unwrap_or(said).to_ascii_lowercase());
    let weight_of = |language: &str| {
        let heard = heard.iter().find(|(known, _)| known == language).map_or(0.0, |(_, weight)| *weight);
        heard + if said.as_deref() == Some(language) { said_s } else { 0.0 }
    };
    let languages = heard.iter().map(|(language, _)| language.as_str()).chain(said.as_deref());
    let leads = languages.max_by(|a, b| weight_of(a).total_cmp(&weight_of(b)))?;
    let said_s = if said.is_some() { said_s } else { 0.0 };
    let all: f64 = heard.iter().map(|(_, weight)| weight).sum::<f64>() + said_s;
    let share = (weight_of(leads) + PRIOR_S) / (all + 2.0 * PRIOR_S);
    Some((leads.to_owned(), Share::new(share.min(AT_MOST))))
}

/// The words of a transcript once its personal data is replaced: words that a placeholder took the place of are one, from
/// the first's beginning to the last's end. `shift_s` is added to all times, which begin with the utterance.
pub(crate) fn masked(transcript: &Transcript, redacted: &Redacted, shift_s: f64) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::with_capacity(transcript.words.len());
    let (mut from, mut last) = (0, None);
    let millis = |seconds: f64| crate::millis((seconds + shift_s).max(0.0));
    for word in &transcript.words {
        let Some(at) = transcript.text[from..].find(&word.word) else { continue };
        let (start, end) = (from + at, from + at + word.word.len());
        from = end;
        let (start_s, end_s) = (millis(word.start_s), millis(word.end_s));
        let place = redacted.places.iter().position(|(place, _)| start < place.end && place.start < end);
        match (place, words.last_mut()) {
            (Some(_), Some(before)) if place == last => {
                before.end_s = end_s;
                before.confidence = Share::new(before.confidence.get().min(word.confidence.get()));
            }
            _ => {
                let text = place.map_or(&word.word, |place| &redacted.places[place].1);
                words.push(Word { word: text.clone(), start_s, end_s, confidence: word.confidence });
            }
        }
        last = place;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_of_a_leg_is_followed_and_never_taken_for_certain() {
        let mut languages = Vec::new();
        assert_eq!(likely(&languages, None, 0.0), None);
        assert_eq!(
            likely(&languages, Some("en-US"), SAID_S).map(|(language, _)| language).as_deref(),
            Some("en")
        );
        for _ in 0..20 {
            heard(&mut languages, "zh", 4.0);
        }
        let (language, share) = likely(&languages, Some("en"), SAID_S).expect("one leads");
        assert!(language == "zh" && share.get() > 0.7, "the ear goes before the platform's word: {share:?}");
        let (_, share) = likely(&languages, None, 0.0).expect("one leads");
        assert!(share.get() <= AT_MOST);
        heard(&mut languages, "en", 0.3);
        assert_eq!(likely(&languages, None, 0.0).expect("one leads").0, "zh", "a short word flips nothing");
        for _ in 0..6 {
            heard(&mut languages, "en", 4.0);
        }
        assert_eq!(likely(&languages, None, 0.0).expect("one leads").0, "en", "a switch is followed");
    }

    #[test]
    fn words_behind_a_placeholder_are_one_and_times_begin_with_the_utterance() {
        let word = |word: &str, start_s: f64, sure: f64| Word {
            word: word.into(),
            start_s,
            end_s: start_s + 0.2,
            confidence: Share::new(sure),
        };
        let said = "call 555 867 5309 now";
        let words = vec![
            word("call", 0.2, 0.9),
            word("555", 0.5, 0.8),
            word("867", 0.8, 0.6),
            word("5309", 1.1, 0.7),
            word("now", 1.5, 0.9),
        ];
        let transcript = Transcript { text: said.into(), words, ..Transcript::default() };
        let redacted = Turns::default().redact(said, (0.0, 2.0));
        assert_eq!(redacted.text, "call [PHONE_1] now");
        let told: Vec<_> = masked(&transcript, &redacted, -0.3)
            .into_iter()
            .map(|word| (word.word, word.start_s, word.end_s, word.confidence.get()))
            .collect();
        let wanted = [("call", 0.0, 0.1, 0.9), ("[PHONE_1]", 0.2, 1.0, 0.6), ("now", 1.2, 1.4, 0.9)];
        assert_eq!(told, wanted.map(|(word, start, end, sure)| (word.to_owned(), start, end, sure)));
    }
}
