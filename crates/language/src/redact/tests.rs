//! What is replaced and what is not, seen from outside.

use proptest::prelude::*;

use super::*;

fn redacted(text: &str) -> String {
    redact(text).text
}

#[test]
fn the_same_value_has_the_same_placeholder_however_it_is_written() {
    let out =
        redact("my mobile is +86 138 0013 8000, again: 13800138000, my wife's is 一三九零零一三九零零零");
    assert_eq!(out.text, "my mobile is [PHONE_1], again: [PHONE_1], my wife's is [PHONE_2]");
    assert_eq!(out.originals[0], ("[PHONE_1]".into(), "+86 138 0013 8000".into()));
    assert_eq!(out.originals.len(), 2);
}

#[test]
fn numbering_goes_on_after_placeholders_that_are_there() {
    assert_eq!(redacted("[PHONE_3] or 13800138000"), "[PHONE_3] or [PHONE_4]");
    assert_eq!(redacted("[NOT A PLACEHOLDER] [x_1] 13800138000"), "[NOT A PLACEHOLDER] [x_1] [PHONE_1]");
}

#[test]
fn debug_output_holds_no_originals() {
    let shown = format!("{:?}", redact("call 13800138000"));
    assert!(shown.contains("[PHONE_1]") && !shown.contains("13800138000"), "{shown}");
}

#[test]
fn a_reviewer_can_see_what_becomes_of_typical_turns() {
    let turns = [
        "hi my name is maria gonzalez and my number is five five five oh one nine two three four four",
        "this is Tom Baker calling about order 12345678, my email is tom dot baker at gmail dot com",
        "the card is 4111 1111 1111 1111 and it expires oh nine twenty six, security code 123",
        "I was born on March third nineteen eighty five and I live at 221 baker street apartment 4",
        "you charged me $1,249.99 on 2026-03-05 at 10:30, that's the 3rd time in 45 minutes",
        "我叫张伟，手机号是幺三八零零一三八零零零，身份证11010519491231002X",
        "我姓欧阳，住在上海市浦东新区世纪大道100号3单元502室",
        "车牌号是京A12345，邮箱是一二三四五六艾特qq点com",
        "订单号20261123998877，一共三百五十块，我等了四十分钟",
        "王先生您好，您的生日是一九八五年三月二号对吗",
    ];
    let shown: Vec<String> = turns.iter().map(|turn| format!("{turn}\n  → {}", redacted(turn))).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

proptest! {
    #[test]
    fn redacting_twice_changes_nothing(text in "\\PC{0,60}") {
        let once = redacted(&text);
        prop_assert_eq!(redacted(&once), once);
    }

    #[test]
    fn texts_made_of_dangerous_pieces_are_stable_too(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES.to_vec()), 0..14),
        glue in proptest::sample::select(vec!["", " ", ", ", "-"]),
    ) {
        let text = pieces.join(glue);
        let once = redact(&text);
        prop_assert_eq!(redacted(&once.text), once.text.clone());
        // What was taken out stood there.
        prop_assert!(once.originals.iter().all(|(_, original)| !original.is_empty() && text.contains(original)));
    }
}

/// What rules of redaction look for, to be thrown together.
const PIECES: &[&str] = &[
    "my name is",
    "Tom",
    "Baker",
    "i'm",
    "[PHONE_1]",
    "[NAME_2]",
    "[",
    "]",
    "_1",
    "555",
    "1234",
    "13800138000",
    "4111111111111111",
    "one",
    "two",
    "double",
    "five",
    "twenty",
    "hundred",
    "at",
    "gmail",
    "dot",
    "com",
    "@",
    ".",
    "www.",
    "我叫",
    "张伟",
    "先生",
    "姓",
    "名",
    "王",
    "幺",
    "三",
    "八",
    "十",
    "号",
    "路",
    "住在",
    "京A",
    "born on",
    "March",
    "3rd",
    "1985",
    "street",
    "12",
    "$",
    "+86",
    "(",
    ")",
    "::",
    "x",
    "passport",
    "account",
    "２",
    "é",
    "\u{301}",
    "出生",
    "年",
    "月",
    "zip",
    "uh",
    "um,",
    "then",
    "呃",
    "然后",
    "james",
    "hello",
    "spell it",
    "s m i t h",
    "driver's license",
    "my plate is",
    "8B C123",
    "找",
    "经理",
    "，叫",
    "收货人",
    "护照G",
    "SW1A 1AA",
];
