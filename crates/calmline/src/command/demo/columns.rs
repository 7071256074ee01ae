//! Text in columns, with Chinese characters as wide as they are on a terminal.

/// How wide a line may get, in columns.
pub const WIDTH: usize = 100;

/// The columns that a text takes.
pub fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// East Asian wide characters take two columns (Unicode Standard Annex 11); of these the demo says Han, and their
/// punctuation.
fn columns(character: char) -> usize {
    let wide =
        matches!(character, '\u{2e80}'..='\u{a4cf}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}');
    if wide { 2 } else { 1 }
}

/// A text with blanks after it, up to a width.
pub fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// A text with blanks before it, up to a width.
pub fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// A text behind a head, broken so that no line is wider than [`WIDTH`]; further lines begin below the text. Lines are
/// broken at blanks and beside Han characters; a word that is too long for a line stays whole.
pub fn hanging(head: &str, text: &str) -> String {
    let (indent, mut at) = (width(head), width(head));
    let mut out = head.to_owned();
    let mut fresh = true;
    for word in words(text) {
        let wide = width(word.trim_end());
        if !fresh && at + wide > WIDTH {
            out.truncate(out.trim_end().len());
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            at = indent;
        }
        out.push_str(word);
        at += width(word);
        fresh = false;
    }
    out.truncate(out.trim_end().len());
    out
}

/// The pieces between which a line may be broken, each with the blanks after it.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut characters = rest.char_indices().peekable();
        let mut end = rest.len();
        while let (Some((_, this)), Some((next_at, next))) = (characters.next(), characters.peek().copied()) {
            // No line begins with punctuation.
            let beside_han = (columns(this) == 2 || columns(next) == 2) && next.is_alphanumeric();
            let breaks = next != ' ' && (this == ' ' || beside_han);
            if breaks {
                end = next_at;
                break;
            }
        }
        let (word, left) = rest.split_at(end);
        rest = left;
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn han_characters_take_two_columns() {
        assert_eq!(width("ab 小休,"), 8);
        assert_eq!(left("小休", 6), "小休  ");
        assert_eq!(right("小休", 6), "  小休");
    }

    #[test]
    fn long_texts_are_broken_below_their_beginning_and_nothing_is_lost() {
        let english = "Slow down, name what matters to them, say what you will do next. ".repeat(4);
        let chinese = "放慢语速,说出对方在意的事,再说您下一步会做什么。".repeat(6);
        for text in [english.as_str(), chinese.as_str(), "“one”  · (two) 100 %", "", "x"] {
            let told = hanging("0:12  lyon  ", text);
            let lines: Vec<&str> = told.lines().collect();
            assert!(lines.iter().all(|line| width(line) <= WIDTH && !line.ends_with(' ')), "{told}");
            assert!(lines.iter().skip(1).all(|line| line.starts_with(&" ".repeat(12))), "{told}");
            let without = |text: &str| text.replace([' ', '\n'], "");
            assert_eq!(without(&told), without(&format!("0:12  lyon  {text}")));
        }
        assert!(hanging("", &chinese).lines().count() > 2);
    }

    #[test]
    fn a_word_too_long_for_a_line_stays_whole() {
        let long = "x".repeat(2 * WIDTH);
        assert_eq!(hanging("a ", &format!("b {long} c")), format!("a b\n  {long}\n  c"));
    }
}
