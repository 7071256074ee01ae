//! How much of a note was changed by the person who corrected it.

use calmline_core::Share;

/// Of longer notes the first so many pieces are compared: the work grows with the square.
const LONGEST: usize = 2_000;

/// The share of a note that was changed: the fewest words (Chinese: characters) put in, left out or replaced (Levenshtein
/// 1966), over the length of the longer one.
#[must_use]
pub fn changed(draft: &str, corrected: &str) -> Share {
    let (draft, corrected) = (pieces(draft), pieces(corrected));
    let longer = draft.len().max(corrected.len());
    if longer == 0 {
        return Share::default();
    }
    let mut row: Vec<usize> = (0..=corrected.len()).collect();
    for (i, old) in draft.iter().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, new) in corrected.iter().enumerate() {
            let replaced = before + usize::from(old != new);
            before = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(before + 1);
        }
    }
    Share::new(row[corrected.len()] as f64 / longer as f64).rounded()
}

fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut open = false;
    for c in text.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace()) {
        let han = calmline_language::is_han(c);
        match pieces.last_mut().filter(|_| open && !han) {
            Some(word) if !c.is_whitespace() => word.extend(c.to_lowercase()),
            _ if !c.is_whitespace() => pieces.push(c.to_lowercase().collect()),
            _ => {}
        }
        open = !han && !c.is_whitespace();
    }
    pieces.truncate(LONGEST);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted_in_words_and_characters() {
        let share = |draft, corrected| changed(draft, corrected).get();
        assert_eq!(share("", ""), 0.0);
        assert_eq!(share("Refund sent.", "refund sent"), 0.0);
        assert_eq!(share("refund was sent today", "refund sent today"), 0.25);
        assert_eq!(share("已退款", "已退货款"), 0.25);
        assert_eq!(share("a", ""), 1.0);
    }
}
