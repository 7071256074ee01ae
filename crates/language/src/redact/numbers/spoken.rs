//! Digits as they are written and said: "five", "double oh", "twenty three", 幺三八.

use super::super::token::{Kind, Token};
use crate::normal::half_width;

/// The digits of one group: a run of written digits, or one spoken element. Says also where it ends and if it was spoken.
pub(super) fn digits_at(tokens: &[Token<'_>], at: usize) -> Option<(String, usize, bool)> {
    let token = tokens.get(at)?;
    match token.kind {
        Kind::Digits => {
            let attached = at
                .checked_sub(1)
                .and_then(|before| tokens.get(before))
                .is_some_and(|before| before.kind == Kind::Word);
            (!attached).then(|| (token.text.chars().map(half_width).collect(), at + 1, false))
        }
        Kind::Han => {
            let digit = token.text.chars().next().and_then(han_digit)?;
            (!is_cardinal(tokens.get(at + 1))).then(|| (digit.to_string(), at + 1, true))
        }
        Kind::Word => spoken_at(tokens, at).map(|(digits, end)| (digits, end, true)),
        Kind::Space | Kind::Mark => None,
    }
}

/// "five", "double five", "triple oh", "twenty three", "eight hundred".
fn spoken_at(tokens: &[Token<'_>], at: usize) -> Option<(String, usize)> {
    let next_word = |from: usize| {
        let skip =
            usize::from(tokens.get(from).is_some_and(|token| token.kind == Kind::Space || token.text == "-"));
        tokens.get(from + skip).filter(|token| token.kind == Kind::Word).map(|token| (token, from + skip + 1))
    };
    let times = match tokens[at] {
        token if token.is("double") => 2,
        token if token.is("triple") || token.is("treble") => 3,
        _ => 1,
    };
    if times > 1 {
        let (word, end) = next_word(at + 1)?;
        return Some((digit_word(word.text).filter(|digits| digits.len() == 1)?.repeat(times), end));
    }
    let digits = digit_word(tokens[at].text)?;
    let Some((word, end)) = next_word(at + 1) else { return Some((digits.to_owned(), at + 1)) };
    let tens = digits.len() == 2 && digits.ends_with('0') && digits != "10";
    if let Some(unit) = digit_word(word.text).filter(|unit| unit.len() == 1 && *unit != "0").filter(|_| tens)
    {
        return Some((format!("{}{unit}", &digits[..1]), end));
    }
    let hundred = word.is("hundred") && digits.len() == 1;
    let goes_on = || next_word(end).is_some_and(|(word, _)| digit_word(word.text).is_some());
    if hundred && goes_on() {
        return Some((format!("{digits}00"), end));
    }
    Some((digits.to_owned(), at + 1))
}

/// The digits of an English number word under a hundred.
pub(in super::super) fn digit_word(word: &str) -> Option<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        ("zero", "0"),
        ("oh", "0"),
        ("o", "0"),
        ("nought", "0"),
        ("one", "1"),
        ("two", "2"),
        ("three", "3"),
        ("four", "4"),
        ("five", "5"),
        ("six", "6"),
        ("seven", "7"),
        ("eight", "8"),
        ("nine", "9"),
        ("ten", "10"),
        ("eleven", "11"),
        ("twelve", "12"),
        ("thirteen", "13"),
        ("fourteen", "14"),
        ("fifteen", "15"),
        ("sixteen", "16"),
        ("seventeen", "17"),
        ("eighteen", "18"),
        ("nineteen", "19"),
        ("twenty", "20"),
        ("thirty", "30"),
        ("forty", "40"),
        ("fifty", "50"),
        ("sixty", "60"),
        ("seventy", "70"),
        ("eighty", "80"),
        ("ninety", "90"),
    ];
    if word.len() > 9 {
        return None;
    }
    WORDS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, digits)| *digits)
}

/// The digit that a Chinese character says.
pub(in super::super) fn han_digit(c: char) -> Option<char> {
    Some(match c {
        '零' | '〇' => '0',
        '一' | '幺' | '壹' => '1',
        '二' | '两' | '贰' => '2',
        '三' | '叁' => '3',
        '四' | '肆' => '4',
        '五' | '伍' => '5',
        '六' | '陆' => '6',
        '七' | '柒' | '拐' => '7',
        '八' | '捌' => '8',
        '九' | '玖' | '勾' => '9',
        _ => return None,
    })
}

/// Words of magnitude: the number is an amount, not a row of digits.
pub(super) fn is_cardinal(token: Option<&Token<'_>>) -> bool {
    token.is_some_and(|token| matches!(token.text, "十" | "百" | "千" | "万" | "亿"))
}
