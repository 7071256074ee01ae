//! How a file of data says what is wrong with it.

/// Why a scenario or a scorecard is refused: where, what is wrong, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {field}: {problem}")]
pub struct FileError {
    /// The line, from 1.
    pub line: usize,
    /// The field.
    pub field: String,
    /// What is wrong, and the remedy.
    pub problem: String,
}

impl FileError {
    pub(crate) fn new(line: usize, field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { line, field: field.into(), problem: problem.into() }
    }
}

/// The line of a place in a text, from 1.
pub(crate) fn line_of(text: &str, place: usize) -> usize {
    text.as_bytes().iter().take(place).filter(|byte| **byte == b'\n').count() + 1
}

/// Whether any of the phrases stands in the text. Latin words are whole words, and case does not count.
pub(crate) fn any_in(text: &str, phrases: &[String]) -> bool {
    let text = text.to_lowercase().replace('’', "'");
    phrases.iter().any(|phrase| stands_in(&text, &phrase.to_lowercase()))
}

fn stands_in(text: &str, phrase: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    !phrase.is_empty()
        && text.match_indices(phrase).any(|(start, found)| {
            let (before, after) =
                (text[..start].chars().next_back(), text[start + found.len()..].chars().next());
            !(letter(before) && letter(found.chars().next())
                || letter(after) && letter(found.chars().next_back()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_whole_words_in_latin_and_anywhere_in_chinese() {
        let has = |text: &str, phrase: &str| any_in(text, &[phrase.to_owned()]);
        assert!(has("A Refund, then", "refund") && !has("refunds", "refund") && has("I’ll", "i'll"));
        assert!(has("我给您退款", "退款") && !has("我给您换货", "退款") && !has("any", ""));
    }
}
