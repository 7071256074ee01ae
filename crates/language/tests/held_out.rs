//! The readings on labelled texts that no model was fitted on. Floors lie a little under what the model card reports.

use std::fs;

use calmline_language::score;

/// A data file, or none where the data is not there; in continuous integration it must be.
fn data(path: &str) -> Option<String> {
    let path = calmline_testing::data(path)?;
    Some(fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

#[test]
fn sentiment_of_english_comments() {
    let Some(content) = data("text/emotion/goemotions_group_test.tsv") else { return };
    let (mut right, mut n) = (0, 0);
    for line in content.lines() {
        let mut fields = line.split('\t');
        let (Some(text), Some(label)) = (fields.next(), fields.next()) else { continue };
        let wanted = match label {
            "1" => -1.0,
            "2" => 0.0,
            "3" => 1.0,
            _ => continue,
        };
        let score = score::sentiment(text);
        let given = if score.abs() < score::NEUTRAL { 0.0 } else { score.signum() };
        right += i32::from(given == wanted);
        n += 1;
    }
    let accuracy = f64::from(right) / f64::from(n);
    assert!(n > 4_000 && accuracy > 0.67, "{accuracy} of {n}");
}

#[test]
fn sentiment_of_chinese_reviews_that_nothing_was_trained_on() {
    let Some(content) = data("text/emotion/waimai_10k.csv") else { return };
    let rows: Vec<(bool, &str)> = content
        .lines()
        .skip(1)
        .filter_map(|line| Some((line.split_once(',')?.0 == "1", line.split_once(',')?.1)))
        .collect();
    let rate = |positive: bool| {
        let class: Vec<_> = rows.iter().filter(|(label, _)| *label == positive).collect();
        let right = class.iter().filter(|(_, text)| (score::sentiment(text) >= 0.0) == positive).count();
        right as f64 / class.len() as f64
    };
    let balanced = f64::midpoint(rate(true), rate(false));
    assert!(rows.len() > 10_000 && balanced > 0.78, "{balanced} of {}", rows.len());
}

#[test]
fn customers_of_service_are_not_accused() {
    for (path, most_per_thousand) in [
        ("text/intents/banking77_test.csv", 0.5),
        ("text/intents/clinc150_test.csv", 0.5),
        ("text/emotion/waimai_10k.csv", 4.0),
    ] {
        let Some(content) = data(path) else { continue };
        let texts: Vec<&str> = content.lines().skip(1).collect();
        let accused = texts.iter().filter(|text| score::abuse(text) >= score::ABUSIVE).count();
        let per_thousand = accused as f64 * 1000.0 / texts.len() as f64;
        assert!(per_thousand <= most_per_thousand, "{path}: {per_thousand} in a thousand");
    }
}
