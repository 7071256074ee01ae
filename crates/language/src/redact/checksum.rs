//! Check digits.

/// Luhn's check of payment cards (ISO/IEC 7812-1, annex B), on 13 to 19 digits with a first digit that card networks use.
pub(super) fn is_card(digits: &str) -> bool {
    (13..=19).contains(&digits.len()) && digits.starts_with(['2', '3', '4', '5', '6']) && luhn(digits)
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            if place % 2 == 0 { digit } else { digit * 2 - if digit > 4 { 9 } else { 0 } }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The check of a Chinese resident id: ISO 7064 MOD 11-2 over 17 digits and `0`–`9` or `X` (GB 11643-1999), with a
/// possible month and day of birth.
pub(super) fn is_resident_id(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let bytes = text.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().unwrap_or(0);
    let born = (1..=12).contains(&number(10..12)) && (1..=31).contains(&number(12..14));
    let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    born && bytes[17].to_ascii_uppercase() == CHECKS[(sum % 11) as usize]
}

/// The check of an IBAN (ISO 13616-1: MOD 97-10), spaces left out.
pub(super) fn is_iban(text: &str) -> bool {
    let code: Vec<u8> =
        text.bytes().filter(|byte| *byte != b' ').map(|byte| byte.to_ascii_uppercase()).collect();
    if !(15..=34).contains(&code.len()) || !code.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let rest = code[4..].iter().chain(&code[..4]).fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_pass_and_a_changed_digit_fails() {
        assert!(is_card("4111111111111111") && is_card("378282246310005"));
        assert!(!is_card("4111111111111112") && !is_card("1234567812345670"));
        assert!(is_resident_id("11010519491231002X") && is_resident_id("440524188001010014"));
        assert!(!is_resident_id("110105194912310021") && !is_resident_id("44052418800101001"));
        assert!(is_iban("GB82 WEST 1234 5698 7654 32") && !is_iban("GB82 WEST 1234 5698 7654 33"));
    }
}
