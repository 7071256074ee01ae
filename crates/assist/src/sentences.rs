//! Sentences of both languages.

use std::ops::Range;

/// The sentences of a text: after 。！？；and after `.`, `!`, `?` before white space, and at ends of lines.
pub(crate) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut from = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let over = match c {
            '。' | '！' | '？' | '；' | '\n' => {
                !next.is_some_and(|next| matches!(next, '”' | '」' | '）'))
            }
            '.' | '!' | '?' => next.is_none_or(char::is_whitespace),
            _ => false,
        };
        if over {
            sentences.push(from..at + c.len_utf8());
            from = at + c.len_utf8();
        }
    }
    sentences.push(from..text.len());
    sentences.iter_mut().for_each(|sentence| *sentence = trimmed(text, sentence.clone()));
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let stretch = &text[range.clone()];
    let from = range.start + stretch.len() - stretch.trim_start().len();
    from..from + stretch.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of_both_languages_are_told_apart() {
        let text = "Wait 3.5 minutes. Then call!  先登录。再点“退款。”然后等待\n完成";
        let told: Vec<&str> = sentences(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(told, ["Wait 3.5 minutes.", "Then call!", "先登录。", "再点“退款。”然后等待", "完成"]);
    }
}
