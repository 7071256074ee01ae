//! Words of crisis: what is found, and what is not taken for it. `crisis.tsv` was written before the patterns; lines
//! with an odd number, counted from 0, were not looked at while the patterns were repaired.

use std::fs;

use calmline_language::score::{self, CRISIS};

/// Of each language and half: (positives, found, negatives, false alarms).
fn counts(language: &str, half: usize) -> [usize; 4] {
    let mut counts = [0; 4];
    for (_, line) in include_str!("crisis.tsv").lines().enumerate().filter(|(at, _)| at % 2 == half) {
        let mut fields = line.split('\t');
        let (Some(label), Some(of), Some(text)) = (fields.next(), fields.next(), fields.next()) else {
            panic!("not LABEL, LANGUAGE, TEXT: {line:?}")
        };
        if of == language {
            let at = if label == "1" { 0 } else { 2 };
            counts[at] += 1;
            counts[at + 1] += usize::from(score::crisis(text) >= CRISIS);
        }
    }
    counts
}

#[test]
fn nearly_all_words_of_crisis_are_found_and_everyday_words_of_death_are_not() {
    for language in ["en", "zh"] {
        for half in [0, 1] {
            let [positives, found, negatives, alarms] = counts(language, half);
            let lines =
                if half == 0 { "lines that the rules were repaired by" } else { "lines not looked at" };
            eprintln!(
                "counted: crisis, {language}, {lines}: {found} of {positives} found, {alarms} false alarms in {negatives}"
            );
            assert!(positives >= 100 && negatives >= 280);
            assert!(found as f64 >= 0.97 * positives as f64, "{language}: {found} of {positives}");
            assert!(alarms as f64 <= 0.015 * negatives as f64, "{language}: {alarms} of {negatives}");
        }
        let both =
            counts(language, 0).iter().zip(counts(language, 1)).map(|(a, b)| a + b).collect::<Vec<_>>();
        assert!(both[1] as f64 >= 0.98 * both[0] as f64, "{language}: {} of {}", both[1], both[0]);
    }
}

/// At most one alarm in a thousand messages, the true ones among them counted too. Every fourth message, to be quick.
#[test]
fn ordinary_messages_raise_hardly_any_alarm() {
    for name in [
        "text/intents/banking77_train.csv",
        "text/intents/clinc150_train.csv",
        "text/intents/natcs_insurance.jsonl",
        "text/emotion/goemotions_group_train.tsv",
        "text/emotion/cped_valid.csv",
        "text/emotion/waimai_10k.csv",
    ] {
        let Some(path) = calmline_testing::data(name) else { return };
        let content = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let lines: Vec<&str> = content.lines().step_by(4).collect();
        let alarms = lines.iter().filter(|line| score::crisis(line) >= CRISIS).count();
        let messages = lines.len();
        eprintln!("counted: {name}, every fourth message: {alarms} of {messages} raise a crisis");
        assert!(alarms * 1000 <= messages, "{}: {alarms} of {messages}", path.display());
    }
}

#[test]
fn who_says_it_gets_a_person() {
    for text in ["I don't want to live anymore", "我不想活了", "my son wants to kill himself"] {
        assert!(score::help(text) >= CRISIS, "{text}");
    }
}
