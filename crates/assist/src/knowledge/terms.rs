//! Texts into what they are found by: English words without their plural, Chinese characters and pairs of them.
//!
//! Pairs of characters stand in for a segmenter: most Chinese words have two characters, and a pair that crosses
//! words is rare in both the question and the article. docs/adr/0012 has what this and a dictionary gave.

use std::borrow::Cow;

use calmline_language::{half_width, is_han};

/// A stretch of one script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word or number in lower case and half width.
    Word(String),
    /// Chinese characters that stand together.
    Han(Vec<char>),
}

/// The tokens of a text, in order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 4);
    let mut open = false;
    for c in text.chars().map(half_width) {
        if is_han(c) {
            match tokens.last_mut().filter(|_| open) {
                Some(Token::Han(run)) => run.push(c),
                _ => tokens.push(Token::Han(vec![c])),
            }
        } else if c.is_alphanumeric() {
            match tokens.last_mut().filter(|_| open) {
                Some(Token::Word(word)) => word.extend(c.to_lowercase()),
                _ => tokens.push(Token::Word(c.to_lowercase().collect())),
            }
        } else if c == '\'' && open {
            // "can't" and "cant" are one word.
            continue;
        } else {
            open = false;
            continue;
        }
        open = true;
    }
    tokens
}

/// What a token is found by.
pub(super) fn terms(token: &Token) -> Vec<String> {
    match token {
        Token::Word(word) => vec![stem(word).into_owned()],
        Token::Han(run) => {
            let single = run.iter().map(char::to_string);
            single.chain(run.windows(2).map(|pair| pair.iter().collect())).collect()
        }
    }
}

/// Whether a token's words only hold others together: they rank, but whether a question is answered does not hang on them.
pub(super) fn is_function_word(term: &str) -> bool {
    FUNCTION_WORDS.contains(&term)
}

/// Closed classes of words, and what questions are wrapped in. Written for this product.
const FUNCTION_WORDS: &[&str] = &[
    "a", "about", "again", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because",
    "been", "but", "by", "can", "cannot", "cant", "could", "did", "do", "doe", "does", "doing", "dont",
    "for", "from", "get", "go", "going", "got", "ha", "had", "has", "have", "hello", "help", "her", "hi",
    "how", "i", "id", "if", "ill", "im", "in", "into", "is", "it", "its", "ive", "just", "know", "let",
    "like", "long", "make", "many", "may", "me", "much", "my", "need", "no", "not", "now", "of", "ok", "on",
    "or", "our", "out", "please", "right", "should", "so", "some", "sorry", "tell", "than", "thank",
    "thanks", "that", "the", "their", "them", "then", "there", "these", "they", "thi", "this", "to", "too",
    "up", "us", "wa", "want", "was", "way", "we", "well", "were", "what", "when", "where", "which", "who",
    "why", "will", "with", "would", "yes", "you", "your", "的", "了", "吗", "呢", "吧", "啊", "呀", "我",
    "你", "您", "他", "她", "它", "们", "是", "有", "在", "和", "就", "都", "也", "要", "会", "能", "可",
    "以", "怎", "么", "什", "为", "请", "问", "这", "那", "个", "一", "不", "还", "很", "想", "给", "把",
    "被", "让", "到", "多", "少", "哪", "谁", "几", "样", "下", "吧", "嗯", "喂", "好",
];

/// All that a text is found by, in order.
pub(super) fn all_terms(text: &str) -> Vec<String> {
    tokens(text).iter().flat_map(terms).collect()
}

/// A word without its plural: the S-stemmer (Harman 1991, How effective is suffixing?).
pub(super) fn stem(word: &str) -> Cow<'_, str> {
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    if word.len() < 4 || !word.ends_with('s') || ends(&["us", "ss", "aes", "ees", "oes"]) {
        word.into()
    } else if word.ends_with("ies") && !ends(&["eies", "aies"]) {
        format!("{}y", &word[..word.len() - 3]).into()
    } else {
        word[..word.len() - 1].into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_their_plural_and_chinese_gives_characters_and_pairs() {
        assert_eq!(all_terms("Don't RESET my 2 cards"), ["dont", "reset", "my", "2", "card"]);
        assert_eq!(all_terms("ＶＰＮ连不上"), ["vpn", "连", "不", "上", "连不", "不上"]);
        for (word, wanted) in
            [("policies", "policy"), ("status", "status"), ("access", "access"), ("fees", "fees")]
        {
            assert_eq!(stem(word), wanted);
        }
    }
}
