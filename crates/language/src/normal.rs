//! One written form for what speech recognition and typists write in many.

/// The text in lower case and half width, with plain apostrophes, punctuation and runs of white space as single
/// spaces, runs of digits as one `0` (numbers to call for help, such as 110, stay), and placeholders (`[PHONE_1]`, `[NAME]`) left out. Apostrophes stay within words.
///
/// Speech recognition writes `cannot`, `can't` and `cant`, with or without punctuation and capitals; scores must not
/// hang on that.
#[must_use]
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().map(half_width).peekable();
    while let Some(c) = chars.next() {
        if c == '[' && chars.peek().is_some_and(char::is_ascii_uppercase) {
            while chars.next_if(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_').is_some() {}
            chars.next_if_eq(&']');
            space(&mut out);
        } else if c.is_numeric() && !crate::script::is_han(c) {
            let mut run = String::from(c);
            while let Some(next) = chars.next_if(|c| c.is_numeric() && !crate::script::is_han(*c)) {
                run.push(next);
            }
            out.push_str(if HELP_LINES.contains(&run.as_str()) { &run } else { "0" });
        } else if c == '\'' {
            let within = out.ends_with(|c: char| c.is_ascii_lowercase())
                && chars.peek().is_some_and(char::is_ascii_alphabetic);
            if within { out.push('\'') } else { space(&mut out) }
        } else if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !is_ignorable(c) {
            space(&mut out);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Emergency and consumer-complaint numbers; what is said by calling them must not be lost.
const HELP_LINES: &[&str] = &["110", "112", "119", "120", "911", "999", "12315", "12345", "12300"];

fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// The half-width form of a full-width character; typographic apostrophes become plain ones.
#[must_use]
pub fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '’' | '‘' | '`' | '´' => '\'',
        _ => c,
    }
}

/// Characters that leave no gap: zero-width marks and variation selectors.
fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_words_have_one_form() {
        assert_eq!(normalise("  I’VE waited… 45 minutes!! "), "i've waited 0 minutes");
        assert_eq!(normalise("ＡＢＣ１２３，你好　吗？"), "abc0 你好 吗");
        assert_eq!(normalise("call [PHONE_1], 'now'"), "call now");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "\\PC{0,60}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
