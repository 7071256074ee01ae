//! Which words a reading rests on, for those who ask why.

use std::ops::Range;

use super::{Turn, abuse, crisis, emotion, help, politeness, sentiment};

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// [`sentiment`](super::sentiment()).
    Sentiment,
    /// [`abuse`](super::abuse()).
    Abuse,
    /// [`help`](super::help()).
    Help,
    /// [`crisis`](super::crisis()).
    Crisis,
    /// [`emotions`](super::emotions).
    Emotion,
    /// [`politeness`](super::politeness()).
    Politeness,
}

/// The least change of a reading that makes a word evidence. A choice.
const LEAST: f64 = 0.1;
/// Turns with more words than this are not taken apart word by word: the work grows with the square.
const MOST_WORDS: usize = 80;

/// The words that a reading of the text rests on, in the normalised form (lower case, no punctuation), in the order in
/// which they stand, each once. Empty where the reading rests on no word in particular.
#[must_use]
pub fn evidence(text: &str, sign: Sign) -> Vec<String> {
    let turn = Turn::of(text);
    let (normal, latin, han) = (turn.normal.as_str(), turn.has_latin, turn.has_han);
    let mut places: Vec<Range<usize>> = match sign {
        Sign::Sentiment if turn.language == Some("zh") => sentiment::words(normal),
        Sign::Sentiment => taken_out(&turn, Turn::sentiment),
        Sign::Abuse => {
            let aimed: Vec<_> = abuse::aimed(normal, latin, han).map(|(_, place)| place).collect();
            if aimed.is_empty() { taken_out(&turn, Turn::abuse) } else { aimed }
        }
        Sign::Help => help::words(normal, latin, han),
        Sign::Crisis => crisis::find(normal, latin, han).into_iter().map(|(place, _)| place).collect(),
        Sign::Emotion => emotion::read(normal, latin, han).1,
        Sign::Politeness => {
            politeness::hits(normal, latin, han).into_iter().map(|hit| hit.start..hit.end).collect()
        }
    };
    places.sort_by_key(|place| (place.start, place.end));
    let mut words: Vec<String> = Vec::with_capacity(places.len());
    for place in places {
        let word = &normal[place];
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// The words without which the reading would be nearer to nothing.
fn taken_out(turn: &Turn, read: fn(&Turn) -> f64) -> Vec<Range<usize>> {
    let normal = turn.normal.as_str();
    let whole = read(turn);
    let mut places = Vec::new();
    let mut start = 0;
    for word in normal.split(' ') {
        places.push(start..start + word.len());
        start += word.len() + 1;
    }
    if places.len() > MOST_WORDS {
        return Vec::new();
    }
    let lost = |place: &Range<usize>| {
        let without = [&normal[..place.start], &normal[place.end..]].concat();
        (whole - read(&Turn::of(&without))) * whole.signum()
    };
    places.retain(|place| lost(place) >= LEAST);
    places
}
