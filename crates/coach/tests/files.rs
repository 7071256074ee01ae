//! Files of data from anywhere: refused with a place, never a panic.

use calmline_coach::{practice::Scenario, quality::Scorecard};
use proptest::prelude::*;

const SCENARIO: &str = include_str!("../data/scenarios/zh-card-daoshua.toml");
const CARD: &str = include_str!("../data/scorecards/service-call.yaml");

/// The text with some characters in the middle replaced.
fn spoilt(text: &str, from: f64, length: usize, with: &str) -> String {
    let start = text.floor_char_boundary((from * text.len() as f64) as usize);
    let end = text.floor_char_boundary((start + length).min(text.len()));
    format!("{}{with}{}", &text[..start], &text[end.max(start)..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_spoilt_file_is_read_or_refused_with_a_line_that_it_has(from in 0.0..1.0_f64, length in 0_usize..80, with in "[\\PC\n\"\\[\\]{}:#-]{0,12}") {
        let text = spoilt(SCENARIO, from, length, &with);
        if let Err(error) = Scenario::parse(&text) {
            prop_assert!((1..=text.lines().count() + 1).contains(&error.line), "{error}");
        }
        let text = spoilt(CARD, from, length, &with);
        if let Err(error) = Scorecard::parse(&text) {
            prop_assert!((1..=text.lines().count() + 1).contains(&error.line), "{error}");
        }
    }

    #[test]
    fn noise_is_refused(text in "\\PC{0,200}") {
        prop_assert!(Scenario::parse(&text).is_err());
        prop_assert!(Scorecard::parse(&text).is_err());
    }
}
