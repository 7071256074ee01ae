//! The acts on dialogue that nobody here wrote: CPED, Chinese television, labelled with dialogue acts by others. Its acts are wider
//! than ours, so only those that mean nearly the same are compared; docs/practice.md tells the figures.
#![expect(clippy::print_stdout, reason = "its figures are for docs/practice.md")]

use calmline_coach::acts::{Act, read};

/// Precision and recall of an act against a label.
fn judge(rows: &[(String, String)], act: Act, label: &str) -> (f64, f64) {
    let (mut right, mut found, mut labelled) = (0.0, 0.0, 0.0);
    for (as_label, text) in rows {
        let (is, has) = (as_label == label, read(text).iter().any(|one| one.act == act));
        right += f64::from(u8::from(is && has));
        found += f64::from(u8::from(has));
        labelled += f64::from(u8::from(is));
    }
    let share = rows.iter().filter(|(as_label, _)| as_label == label).count() as f64 / rows.len() as f64;
    let (precision, recall) = (right / f64::max(found, 1.0), right / f64::max(labelled, 1.0));
    println!("{label}: share {share:.3}, precision {precision:.2}, recall {recall:.2}, n {labelled}");
    (precision, recall)
}

#[test]
fn questions_and_apologies_of_strangers_are_found() {
    let Some(path) = calmline_testing::data("text/emotion/cped_valid.csv") else { return };
    let text = std::fs::read_to_string(path).expect("readable");
    // Only the last field holds what was said, and it has no quotes in it that matter here.
    let rows: Vec<(String, String)> = text
        .lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.splitn(18, ',').collect();
            Some((fields.get(16)?.to_string(), fields.get(17)?.to_string()))
        })
        .collect();
    assert!(rows.len() > 10_000);
    let (precision, recall) = judge(&rows, Act::Ask, "question");
    assert!(precision > 0.55 && recall > 0.5);
    let (_, recall) = judge(&rows, Act::Apologise, "apology");
    assert!(recall > 0.5);
    judge(&rows, Act::Acknowledge, "comfort");
}
