//! The vocabulary: from the printable letters of byte-level BPE back to bytes.

use super::ConvertError;

/// Where the special tokens begin; whisper.cpp adds those by itself.
const FIRST_SPECIAL: &str = "<|endoftext|>";

/// The words as bytes, in the order of their ids, up to the first special token. Reads one word per line, or a JSON
/// list of words.
pub(super) fn words(file: &str) -> Result<Vec<Vec<u8>>, ConvertError> {
    let listed: Vec<String>;
    let words: Vec<&str> = if file.trim_start().starts_with("[\"") {
        listed = serde_json::from_str(file)
            .map_err(|e| ConvertError::Vocabulary(format!("it is not a JSON list of words: {e}")))?;
        listed.iter().map(String::as_str).collect()
    } else {
        file.lines().collect()
    };
    let Some(count) = words.iter().position(|&word| word == FIRST_SPECIAL) else {
        return Err(ConvertError::Vocabulary(format!("it has no {FIRST_SPECIAL}")));
    };
    words[..count].iter().enumerate().map(|(id, word)| bytes(id, word)).collect()
}

fn bytes(id: usize, word: &str) -> Result<Vec<u8>, ConvertError> {
    word.chars()
        .map(|letter| {
            byte(letter).ok_or_else(|| {
                ConvertError::Vocabulary(format!(
                    "word {id}, {word:?}, has {letter:?}, which stands for no byte"
                ))
            })
        })
        .collect()
}

/// The byte that a letter stands for. GPT-2's `bytes_to_unicode` leaves the printable bytes of Latin-1 as they are, and
/// moves the others, in order, to U+0100 and up.
fn byte(letter: char) -> Option<u8> {
    let code = u32::from(letter);
    if let Ok(byte) = u8::try_from(code)
        && printable(byte)
    {
        return Some(byte);
    }
    let position = usize::try_from(code.checked_sub(0x100)?).ok()?;
    (0..=u8::MAX).filter(|&byte| !printable(byte)).nth(position)
}

fn printable(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_for_every_byte_once() {
        let mut found: Vec<u8> = (0..0x200).filter_map(char::from_u32).filter_map(byte).collect();
        found.sort_unstable();
        assert_eq!(found, (0..=u8::MAX).collect::<Vec<_>>());
        assert_eq!(byte('Ġ'), Some(b' '));
        assert_eq!(byte('Ċ'), Some(b'\n'));
        assert_eq!(byte('场'), None);
    }

    #[test]
    fn lines_and_lists_give_the_same_words() {
        let lines = "a\nĠthe\nåľº\n\n<|endoftext|>\n<|en|>\n";
        let list = r#"["a","Ġthe","åľº","","<|endoftext|>","<|en|>"]"#;
        let wanted: Vec<Vec<u8>> = vec![b"a".to_vec(), b" the".to_vec(), "场".into(), Vec::new()];
        assert_eq!(words(lines).unwrap(), wanted);
        assert_eq!(words(list).unwrap(), wanted);
    }

    #[test]
    fn a_wrong_file_is_refused_with_the_reason() {
        assert!(words("a\nb\n").unwrap_err().to_string().contains("<|endoftext|>"));
        assert!(words("a\n场\n<|endoftext|>").unwrap_err().to_string().contains("word 1"));
        assert!(words("[\"a\", 3]").unwrap_err().to_string().contains("JSON"));
    }
}
