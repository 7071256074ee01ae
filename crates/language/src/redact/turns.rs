//! Numbers that are broken off in one turn and go on in the next, with the other party's "uh-huh" between.
//!
//! What may be such a piece is replaced at once, in the turn in which it stands: three digits or more that reach to the end
//! of a turn, or from its beginning. Nothing is held back until the next turn: a text that waits would make help in the call
//! late, would have to wait for somebody who may never go on, and would be lost with the process; and a rule that looks at
//! one turn alone holds in whatever order several recognisers finish. Its price is that a harmless number at the edge of a
//! turn goes too, unless its words say what it is (a price, a date, an order); what a placeholder stands for is kept sealed.
//!
//! What the turn before ended with is remembered as well, for a few seconds and in memory alone: so a shorter piece goes too,
//! and a piece that completes a phone number or a card is called what it is.

use super::{
    Label, Redacted, Span,
    numbers::{self, Edge},
    redact_with, token,
};

/// For how long somebody who breaks off a number is taken to go on with it. A choice: the other party repeats the digits,
/// or says to go on.
const GOES_ON_S: f64 = 10.0;
/// Digits at the edge of a turn from which they may be the piece of a number. Two are a quantity, or an hour.
const PIECE: usize = 3;
/// As much of the end of a turn is remembered, in bytes: some words and a long number.
const REMEMBERED: usize = 160;
/// A turn of no more words than this, without digits, breaks no number off: "let me see".
const ASIDE: usize = 4;

/// The turns of one leg so far, as far as a number may go on from them.
#[derive(Clone, Default)]
pub struct Turns {
    /// The end of the last turn, where digits stand there: personal, and never written anywhere.
    open: String,
    /// When it ended.
    until_s: f64,
}

impl std::fmt::Debug for Turns {
    /// Never what was said.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Turns({} until {:.1} s)",
            if self.open.is_empty() { "closed" } else { "open" },
            self.until_s
        )
    }
}

impl Turns {
    /// Replaces the personal data of a turn that was spoken between these seconds of the call, numbers included that go on
    /// from the turn before or may go on in the next. Turns may come in another order than they were spoken: one that comes
    /// late is judged by itself.
    pub fn redact(&mut self, text: &str, (start_s, end_s): (f64, f64)) -> Redacted {
        let late = start_s < self.until_s;
        let before = if late || start_s - self.until_s > GOES_ON_S { "" } else { self.open.as_str() };
        let joined = format!("{before} {text}");
        let offset = joined.len() - text.len();
        let mut further = continued(&joined, offset, before);
        let edges = numbers::edges(text, &token::tokens(text));
        for span in edges.iter().filter(|edge| edge.digits >= PIECE).map(Edge::span) {
            if further.iter().all(|other| span.end <= other.start || other.end <= span.start) {
                further.push(span);
            }
        }
        let redacted = redact_with(text, &further);
        if !late {
            self.remember(&joined, text, &edges);
            self.until_s = end_s;
        }
        redacted
    }

    fn remember(&mut self, joined: &str, text: &str, edges: &[Edge]) {
        let tokens = token::tokens(text);
        let words = tokens.iter().filter(|token| token.kind.is_spoken()).count();
        let ends = edges.iter().any(|edge| edge.at_end);
        let aside = words <= ASIDE && !tokens.iter().any(|token| token.kind == token::Kind::Digits);
        if ends {
            let mut from = joined.len().saturating_sub(REMEMBERED);
            while !joined.is_char_boundary(from) {
                from += 1;
            }
            self.open = joined[from..].to_owned();
        } else if !aside {
            self.open.clear();
        }
    }
}

/// What of a turn goes on from the end of the one before: spans of the turn, which begins at byte `offset` of the two joined.
fn continued(joined: &str, offset: usize, before: &str) -> Vec<Span> {
    if before.is_empty() {
        return Vec::new();
    }
    let tokens = token::tokens(joined);
    let mut spans = Vec::new();
    numbers::find(joined, &tokens, &mut spans);
    let ended = numbers::edges(before, &token::tokens(before));
    let digits = ended.iter().filter(|edge| edge.at_end).map(|edge| edge.digits).max().unwrap_or(0);
    let turn = &joined[offset..];
    let goes_on = numbers::edges(turn, &token::tokens(turn));
    if digits >= PIECE {
        // After a piece, even a digit or two goes on with it.
        spans.extend(goes_on.iter().filter(|edge| edge.at_start).map(|edge| Span {
            start: edge.start + offset,
            end: edge.end + offset,
            label: Label::Number,
            value: edge.span().value,
        }));
    }
    let mut within: Vec<Span> = Vec::new();
    for span in spans.into_iter().filter(|span| span.end > offset) {
        let (start, end) = (span.start.max(offset) - offset, span.end - offset);
        if within.iter().all(|other| end <= other.start || other.end <= start) {
            within.push(Span::new(turn, start, end, span.label));
        }
    }
    within
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Redacts turns of so many seconds each, a second apart.
    fn told(said: &[&str]) -> Vec<String> {
        let mut turns = Turns::default();
        let at = |n: usize| (n as f64 * 3.0, n as f64 * 3.0 + 2.0);
        said.iter().enumerate().map(|(n, text)| turns.redact(text, at(n)).text).collect()
    }

    #[test]
    fn a_number_in_pieces_is_masked_in_each() {
        assert_eq!(told(&["我的手机是 1380", "0138 000"]), ["我的手机是 [NUMBER_1]", "[PHONE_1]"]);
        assert_eq!(told(&["我的手机是幺三八", "零零幺三", "八零零零"]).join(" ").matches('_').count(), 3);
        let english = told(&["it's 555 010", "2 oh and that's it", "thank you"]);
        assert_eq!(english[0], "it's [NUMBER_1]");
        assert!(!english[1].contains('2') && english[1].ends_with("and that's it"), "{english:?}");
        assert_eq!(english[2], "thank you");
    }

    #[test]
    fn an_aside_breaks_no_number_off_and_much_time_does() {
        let aside = told(&["my card is 4111 1111", "uh let me see", "11 thanks"]);
        assert!(!aside[2].contains("11"), "{aside:?}");
        let mut turns = Turns::default();
        turns.redact("my card is 4111 1111", (0.0, 2.0));
        assert_eq!(turns.redact("11 of them", (30.0, 31.0)).text, "11 of them");
        assert!(!format!("{turns:?}").contains("11"));
    }

    #[test]
    fn a_turn_that_comes_late_is_judged_by_itself_and_changes_nothing() {
        let mut turns = Turns::default();
        assert_eq!(turns.redact("0138 000", (3.0, 5.0)).text, "[NUMBER_1]");
        assert_eq!(turns.redact("my number is 1380", (0.0, 2.0)).text, "my number is [NUMBER_1]");
        assert_eq!(
            turns.redact("0 yes", (5.5, 6.0)).text,
            "[NUMBER_1] yes",
            "it goes on from the later turn"
        );
    }

    #[test]
    fn numbers_that_say_what_they_are_stay() {
        for text in
            ["it costs $350", "I paid 350 dollars", "since 2019", "订单号是 445566", "三百五十块", "room 12"]
        {
            assert_eq!(told(&[text]), [text]);
        }
        assert_eq!(told(&["I have two", "three weeks ago"]), ["I have two", "three weeks ago"]);
    }
}
