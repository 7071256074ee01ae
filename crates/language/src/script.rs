//! Which of the product's languages a text is in, told by its script alone.

/// `"zh"` or `"en"`: the language that most of the text is written in, none where neither Chinese characters nor Latin
/// words lead.
///
/// A Chinese character counts as much as a Latin word, so `我的 iPhone 坏了` is Chinese and `I'd like 小笼包` English.
/// Kana and Hangul count against both. Latin script is taken for English: the product hears no other such language.
#[must_use]
pub fn language_of(text: &str) -> Option<&'static str> {
    let (mut han, mut latin, mut other) = (0_usize, 0_usize, 0_usize);
    let mut in_word = false;
    for c in text.chars() {
        let letter = is_latin(c) || (in_word && matches!(c, '\'' | '’'));
        if letter && !in_word {
            latin += 1;
        }
        in_word = letter;
        if is_han(c) {
            han += 1;
        } else if c.is_alphabetic() && !letter {
            other += 1;
        }
    }
    match (han, latin) {
        (0, 0) => None,
        _ if other > han + latin => None,
        _ if han > latin => Some("zh"),
        _ => Some("en"),
    }
}

/// Whether a character is a Chinese character (Unicode's unified ideographs, extension A and the number 〇).
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '〇')
}

/// Whether a character is a letter of the Latin script, full-width forms included.
fn is_latin(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | 'ａ'..='ｚ' | 'Ａ'..='Ｚ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_text_has_the_language_that_most_of_it_is_in() {
        assert_eq!(language_of("我的 iPhone 15 Pro Max 坏了"), Some("zh"));
        assert_eq!(language_of("I'd like 小笼包 please, two of them"), Some("en"));
        assert_eq!(language_of("hello"), Some("en"));
        assert_eq!(language_of("喂"), Some("zh"));
    }

    #[test]
    fn neither_numbers_nor_other_scripts_are_one_of_ours() {
        for text in ["", "12 34", "…!?", "こんにちは", "안녕하세요", "привет"] {
            assert_eq!(language_of(text), None, "{text:?}");
        }
    }
}
