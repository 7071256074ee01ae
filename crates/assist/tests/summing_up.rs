//! Summaries: lines that rest on what was said.

use calmline_assist::summary::{Claim, Kind, Known, Line, Summary, Transcript, Turn};
use calmline_core::{Party, Share, event::Intent};
use jiff::civil::date;

fn transcript(turns: &[(Party, &str)]) -> Transcript {
    Transcript::new(turns.iter().map(|(party, text)| Turn { party: *party, text: (*text).into() }).collect())
}

fn known() -> Known {
    let intent = Intent { name: Some("refund".into()), confidence: Share::new(0.9), runner_up: None };
    let mood = Some((Share::new(0.7), Share::new(0.2)));
    Known { day: date(2026, 11, 24), intent: Some(intent), mood }
}

fn texts<'a>(summary: &'a Summary<'_>, kind: Kind) -> Vec<&'a str> {
    summary.of_kind(kind).map(Line::text).collect()
}

#[test]
fn an_english_call_is_summed_up_in_its_own_words() {
    let call = transcript(&[
        (Party::Agent, "Thank you for calling, this is Lin. How can I help you?"),
        (
            Party::Customer,
            "Hi. My parcel has not arrived and I want to get my money back. The order number is [NUMBER_1].",
        ),
        (
            Party::Agent,
            "I'll take a look. I have cancelled the delivery. You will receive the refund within three business days.",
        ),
        (Party::Agent, "Please keep the parcel closed if it still comes. Is there anything else?"),
        (Party::Customer, "No, thank you, bye."),
    ]);
    let summary = Summary::of(&call, &known());
    assert_eq!(
        texts(&summary, Kind::Request),
        ["My parcel has not arrived and I want to get my money back."]
    );
    assert_eq!(texts(&summary, Kind::Fact), ["The order number is [NUMBER_1]."]);
    assert_eq!(texts(&summary, Kind::Done), ["I have cancelled the delivery."]);
    assert_eq!(texts(&summary, Kind::Promise), ["You will receive the refund within three business days."]);
    assert_eq!(texts(&summary, Kind::NextStep), ["Please keep the parcel closed if it still comes."]);
    assert_eq!(summary.of_kind(Kind::Promise).next().unwrap().due(), Some(date(2026, 11, 27)));
    assert_eq!(summary.disposition, Some(("refund".into(), Share::new(0.9))));
    assert_eq!(summary.mood, known().mood);
}

#[test]
fn a_chinese_call_is_summed_up_in_its_own_words() {
    let call = transcript(&[
        (Party::Agent, "您好，请问有什么可以帮您？"),
        (Party::Customer, "你好。我想退掉上周买的耳机，一直连不上。订单号是[NUMBER_1]。"),
        (Party::Agent, "请稍等，我查一下。已经帮您提交了退货申请。快递员会在明天下午上门取件。"),
        (Party::Agent, "请您把包装盒准备好。"),
        (Party::Customer, "好的，谢谢。"),
    ]);
    let summary = Summary::of(&call, &known());
    assert_eq!(texts(&summary, Kind::Request), ["我想退掉上周买的耳机，一直连不上。"]);
    assert_eq!(texts(&summary, Kind::Fact), ["订单号是[NUMBER_1]。"]);
    assert_eq!(texts(&summary, Kind::Done), ["已经帮您提交了退货申请。"]);
    assert_eq!(texts(&summary, Kind::Promise), ["快递员会在明天下午上门取件。"]);
    assert_eq!(texts(&summary, Kind::NextStep), ["请您把包装盒准备好。"]);
    assert_eq!(summary.of_kind(Kind::Promise).next().unwrap().due(), Some(date(2026, 11, 25)));
}

#[test]
fn what_others_write_is_let_in_by_its_quote_and_dropped_without() {
    let call = transcript(&[(Party::Agent, "We will call you back tomorrow morning.")]);
    let mut summary = Summary::of(&call, &known());
    let claim = |wording: &str, quote: &str| Claim {
        kind: Kind::Promise,
        wording: wording.into(),
        quote: quote.into(),
    };
    let claims = vec![
        claim("Call back", "call you back tomorrow"),
        claim("A gift of 100 euros", "we will send you 100 euros"),
        claim("Nothing", "  "),
    ];
    summary.take(&call, claims, &known());
    assert_eq!(summary.dropped, 2);
    let taken: Vec<_> = summary.lines.iter().filter(|line| line.text() == "Call back").collect();
    assert_eq!(taken.len(), 1);
    assert_eq!(
        (taken[0].evidence().text(), taken[0].due()),
        ("call you back tomorrow", Some(date(2026, 11, 25)))
    );
}

#[test]
fn quotes_stand_where_they_say() {
    let call = transcript(&[(Party::Customer, "退款, please")]);
    assert!(call.quote(0, 0..3).is_some());
    for span in [0..2, 3..3, 0..99] {
        assert!(call.quote(0, span.clone()).is_none(), "{span:?}");
    }
    assert!(call.quote(1, 0..1).is_none());
    let quote = call.find("please").unwrap();
    assert_eq!(&call.turns()[quote.turn()].text[quote.span()], "please");
}
